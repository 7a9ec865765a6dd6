"""Copied words are found where they stand, and what does not stand there is never found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.core.span import Text
from onrecord.llm.align import Aligner

TEXT = "“We won’t go,” said Orr.\nThe mayor\u00a0said: “It’s late … too late – for now.” We won’t go, he said."


@pytest.mark.parametrize(
    ("copied", "stands"),
    [
        ("We won't go,", "We won’t go,"),
        ('"We won\'t go,"', "“We won’t go,”"),
        ("The mayor said", "The mayor\u00a0said"),
        ("It's late ... too late - for now", "It’s late … too late – for now"),
        ("Orr. The mayor", "Orr.\nThe mayor"),
        ("  said Orr ", "said Orr"),
    ],
)
def test_marks_and_blanks_may_differ(copied: str, stands: str) -> None:
    """What is found is the text's own words, marks and blanks."""
    found = Aligner(Text(TEXT)).find(copied)
    assert found is not None
    assert found.quote == stands


@pytest.mark.parametrize("copied", ["We will go", "we won't go", "e won't g", "", " ,. ", "said Orr again"])
def test_other_words_are_not_found(copied: str) -> None:
    """Another word, another case, half a word or no word at all is not in the text."""
    assert Aligner(Text(TEXT)).find(copied) is None


def test_the_nearest_occurrence_counts() -> None:
    """Where words stand twice, the place that is looked near to decides."""
    aligner = Aligner(Text(TEXT))
    first, last = aligner.find("We won't go", near=0), aligner.find("We won't go", near=len(TEXT))
    assert first is not None
    assert last is not None
    assert first.span < last.span


def test_all_pieces_must_stand_in_the_text() -> None:
    """One invented piece makes the whole content invented; overlapping pieces are none."""
    aligner = Aligner(Text(TEXT))
    assert aligner.find_all(["We won't go", "too late"]) is not None
    assert aligner.find_all(["We won't go", "never"]) is None
    assert aligner.find_all(["too late", "late - for"]) is None


@given(st.text(max_size=60), st.text(max_size=12))
def test_what_is_found_stands_there(text: str, copied: str) -> None:
    """Whatever the text and the words: the evidence is a slice of the text with the same letters and digits."""
    found = Aligner(Text(text)).find(copied)
    if found is not None:
        assert text[found.span.start : found.span.end] == found.quote
        letters = [c for c in found.quote if c.isalnum()]
        assert letters == [c for c in copied if c.isalnum()]
