"""Names that are easily taken for something else: each kind on a small text of its own."""

from __future__ import annotations

import unicodedata

import pytest

from .saying_made import read, who

NAMED = [
    ("[1s US President Ann Lee] [1c said] [1q it would rain].", "Ann Lee", "United States"),
    ("[1s The WHO] [1c said] [1q it would rain].", "World Health Organization", "World Health Organization"),
    ("[1s Florence Jordan, a farmer,] [1c said] [1q it would rain].", "Florence Jordan", None),
    ("[1s Ministry of Defence spokesman Ivan Orlov] [1c said] [1q it would rain].", "Ivan Orlov", None),
    ("[1s Deputy head of the Tarsian State Council Bert Moor] [1c said] [1q it would rain].", "Bert Moor", None),
    ("[1s Ursula van der Meer] [1c said] [1q it would rain].", "Ursula van der Meer", None),
    ("[1s Senator Ann Lee (R-Texas)] [1c said] [1q it would rain].", "Ann Lee", "Republican Party"),
    ("[1s New Zealand] [1c said] [1q it would rain].", "New Zealand", "New Zealand"),
]


@pytest.mark.parametrize(("text", "speaker", "side"), NAMED)
def test_a_name_is_read_whole_and_as_what_it_names(text: str, speaker: str, side: str | None) -> None:
    """No pronoun is seen in US or WHO, no state in a surname, and titles, particles and offices do not cut a name."""
    name, found = who(text)[0]
    assert name == speaker
    assert side is None or found == side


def test_a_person_named_like_a_place_stays_a_person() -> None:
    """The surname alone is the person's later on, too."""
    text = "[1s Paris Dunn] [1c said] [1q yes]. [2s Dunn] [2c added] [2q no]. [3s Ms Dunn] [3c left] [3q it open]."
    assert [name for name, _ in who(text)] == ["Paris Dunn"] * 3


def test_an_abbreviation_that_is_printed_names_the_body() -> None:
    """A body is under the abbreviation that the article prints and then uses."""
    text = "[1s Hartford Electric Power Company (HEPCO)] [1c said] [1q yes]. [2s HEPCO] [2c added] [2q no]."
    assert [name for name, _ in who(text)] == ["HEPCO", "HEPCO"]


def test_decomposed_accents_do_not_cut_a_name() -> None:
    """The same name composed and decomposed is one speaker."""
    text = unicodedata.normalize("NFD", "[1s José Peña] [1c said] [1q yes]. [2s Peña] [2c added] [2q no].")
    names = [name for name, _ in who(text)]
    assert names[0] == names[1]
    assert unicodedata.normalize("NFC", names[0] or "") == "José Peña"


def test_several_speakers_of_one_source_are_joined() -> None:
    """None of them is lost."""
    found = who("[1s Ann Lee, Bo Dahl and Cy Moor] [1c said] [1q it would rain].")
    assert found[0][0] == "Ann Lee, Bo Dahl and Cy Moor"


def test_the_first_person_in_a_quotation_is_who_is_quoted() -> None:
    """ "I" inside Ann Lee's words is Ann Lee."""
    text = '[1s Ann Lee] [1c said]: [1q "[2s I] [2c hope] [2q it rains]"].'
    assert [name for name, _ in who(text)] == ["Ann Lee", "Ann Lee"]


def test_a_chain_has_the_outermost_reporter_first() -> None:
    """Three levels deep, without the speaker itself."""
    text = "[1s The Echo] [1c wrote] [1q that [2s Ann Lee] [2c said] [2q that [3s Bo Dahl] [3c had sworn] [3q to go]]]."
    assert [s.chain.value for s in read(text)] == [(), ("Echo",), ("Echo", "Ann Lee")]


@pytest.mark.parametrize(
    "source",
    [
        "A review by the river council printed in the Orrin Herald",
        "A memo seen by the Orrin Herald",
        "Emails obtained by the Orrin Herald",
        "A study by the River Council in the Orrin Herald",
    ],
)
def test_an_outlet_that_passes_a_document_on_is_not_its_author(source: str) -> None:
    """Who published or saw a document does not speak through it; who wrote it does."""
    assert "Herald" not in (who(f"[1s {source}] [1c said] [1q it would rain].")[0][1] or "")


def test_no_affiliation_comes_from_inside_the_quotation() -> None:
    """A state that is only spoken of is nobody's side."""
    assert who("[1s Florence Dunn] [1c said] [1q that France should pay].")[0][1] is None


SERVED = [
    ("[1s Tom Hart, a senior adviser to Orr,] [1c said] [1q it rained]. Bill Orr is running.", "Orr campaign"),
    ("Bill Orr is running. [1s His campaign manager, Tom Hart,] [1c said] [1q it rained].", "Orr campaign"),
    ("[1s Ann Lee] [1c wrote] [1q that taxes are low]. Ann Lee is the governor of Florida.", "Florida"),
    ("The Harbor Foundation gave. [1s Bo Dahl, the foundation's head,] [1c said] [1q no].", "Harbor Foundation"),
    (
        "Ann Lee won in Iowa and in Ohio. The Republican candidate then flew home. [1s Lee] [1c said] [1q it rained].",
        "Republican Party",
    ),
]


@pytest.mark.parametrize(("text", "side"), SERVED)
def test_whom_somebody_serves_is_told_in_other_words_too(text: str, side: str) -> None:
    """By "adviser to", by "his", in a sentence about the speaker, by a plain noun, or by who "the candidate" is."""
    assert [found for _, found in who(text)] == [side]
