"""Sentences: where one ends in news text, and where it does not."""

from __future__ import annotations

from itertools import pairwise

import pytest

from onrecord.text.sentences import index_at, sentence_around, sentences


def split(text: str) -> list[str]:
    """Return the sentences."""
    return [text[a:b].strip() for a, b in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Orr met Gen. Lee of Lubia in the U.S. Senate.",
        "Dr. A. B. Venn spoke at 5 p.m. on Monday.",
        "It was signed on Sept. 5 by Sen. Kay Ito.",
        "Under art. 5 the council of Mt. Orr must meet.",
        "The price rose by 3.5 per cent to $1.2 billion.",
        "They met at St. Anne vs. Orr Inc. lawyers.",
        "The firm, Orr Co. Ltd. of Brask, e.g. Lund, agreed",
    ],
)
def test_abbreviations_and_initials_end_no_sentence(text: str) -> None:
    """A full stop after a title, an initial, a number or an abbreviation before a name does not end the sentence."""
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("He left. She stayed.", ["He left.", "She stayed."]),
        ("He went to the U.S. The talks failed.", ["He went to the U.S.", "The talks failed."]),
        ("They met at 5 p.m. He left.", ["They met at 5 p.m.", "He left."]),
        ("His answer was no. Lee left.", ["His answer was no.", "Lee left."]),
        ("“No.” He left.", ["“No.”", "He left."]),
        ("„Nein.“ Ärger folgte.", ["„Nein.“", "Ärger folgte."]),
        ("»Nein.« Er ging.", ["»Nein.«", "Er ging."]),
        ("‘No.’ ‘Yes!’ They left.", ["‘No.’", "‘Yes!’", "They left."]),
        ("Why? “Because.” Живот.", ["Why?", "“Because.”", "Живот."]),
        ("Title without a stop\nThe text.", ["Title without a stop", "The text."]),
        ("One.\r\n\r\n \r\nTwo.", ["One.", "Two."]),
        ("It rose in 2020. 30 ships came.", ["It rose in 2020.", "30 ships came."]),
    ],
)
def test_sentences_end(text: str, wanted: list[str]) -> None:
    """A sentence ends at its stop, with the marks after it, and at the end of its line."""
    assert split(text) == wanted


def test_offsets_are_into_the_text() -> None:
    """Sentences are in order, do not overlap, and leave out only blanks."""
    text = "  One. Two!\n\nThree?  "
    bounds = sentences(text)
    assert all(a < b <= c for (a, b), (c, _) in pairwise(bounds))
    assert " ".join(text[a:b] for a, b in bounds).split() == text.split()


def test_sentence_of_a_position() -> None:
    """A position belongs to the sentence that holds it; a range to all that it touches."""
    text = "One two. Three four. Five."
    bounds = sentences(text)
    assert [index_at(bounds, at) for at in (0, 8, 9, 25)] == [0, 0, 1, 2]
    assert sentence_around(bounds, 10, 14) == bounds[1]
    assert sentence_around(bounds, 10, 22) == (bounds[1][0], bounds[2][1])
    assert sentence_around([], 3, 5) == (3, 5)
