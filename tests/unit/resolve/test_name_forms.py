"""Which form of a name is printed for a speaker: whole, without titles and without words that are none of it."""

from __future__ import annotations

import pytest

from .saying_made import who

FORMS = [
    (
        "[1s Radio show host Ilvo Tarrant] [1c spoke]: [1q yes]. [2s Tarrant] [2c said] [2q no].",
        "Ilvo Tarrant",
    ),
    ("[1s Former secretary of state Ann Lee] [1c said] [1q it would rain].", "Ann Lee"),
    ("Olo Graaf ran. [1s Gov. Graaf] [1c said] [1q it would rain].", "Olo Graaf"),
    ("Mayor Bill de Groot ran. [1s De Groot] [1c said] [1q no]. [2s De Groot] [2c added] [2q yes].", "Bill de Groot"),
    ("Trusting Ann Lee would be odd. [1s She] [1c said] [1q it would rain].", "Ann Lee"),
    ("The crowd booed Echo News' Ann Lee. [1s Lee] [1c said] [1q it would rain].", "Ann Lee"),
    ("The film ends. Actress Amandi Birk was there. [1s Birk] [1c said] [1q it would rain].", "Amandi Birk"),
    ("Few came, said Adil Nefri. [1s Nefri, a chemistry professor,] [1c said] [1q it would rain].", "Adil Nefri"),
    ("In Rome Pope Clement prayed. [1s Clement] [1c said] [1q it would rain].", "Pope Clement"),
]


@pytest.mark.parametrize(("text", "speaker"), FORMS)
def test_a_name_is_printed_whole(text: str, speaker: str) -> None:
    """Titles, possessives and sentence openers are cut off; first names and particles stay."""
    assert who(text)[-1][0] == speaker
