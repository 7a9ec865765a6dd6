"""Words, their surface features and the windows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from onrecord.extract import bundled_model, word_pieces
from onrecord.extract.word_pieces import split_into_pieces, windows
from onrecord.text.quotes_v1 import QUOTES

TOKENIZER = "tokenizer.json"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Load the bundled tokenizer."""
    return Tokenizer.from_file(str(bundled_model() / TOKENIZER))


def test_offsets_are_those_of_the_text(tokenizer: Tokenizer) -> None:
    """Words are the very characters of the text: accents, non-breaking spaces and doubled apostrophes move nothing."""
    text = "Čapek\u00a0said: ''Ω is naïve.''  “Yes,” he — 🙂 — added."
    pieces = split_into_pieces(tokenizer, text)
    words = [text[s:e] for s, e in zip(pieces.start, pieces.end, strict=True)]
    assert words[:3] == ["Čapek", "said", ":"]
    assert "naïve" in words
    assert "".join("".join(words).split()) in ("".join(text.split()), "".join(text.split()).replace("''", "'"))


@pytest.mark.parametrize("part", [1, 7, 60])
def test_a_long_text_is_encoded_in_parts(tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    """Parts give the pieces, words and offsets of the whole, whatever stands where they meet."""
    text = "“Čapek's naïve\x1cplan,” he said…  \n\n\u00a0e\u0301 \u0301x\ty 🙂 " + "a" * 150 + ". U.S.-led   ''no'' \n"
    whole = split_into_pieces(tokenizer, text)
    monkeypatch.setattr(word_pieces, "PART", part)
    parts = split_into_pieces(tokenizer, text)
    for field in dataclasses.fields(whole):
        assert np.array_equal(getattr(whole, field.name), getattr(parts, field.name)), field.name


def test_paragraphs_sentences_and_quotations(tokenizer: Tokenizer) -> None:
    """Newlines make paragraphs, full stops sentences; a new paragraph is outside quotation marks again."""
    text = 'He said "no. Never." Yes.\n\nThe "end'
    pieces = split_into_pieces(tokenizer, text)
    words = [text[s:e] for s, e in zip(pieces.start, pieces.end, strict=True)]
    at = words.index
    assert pieces.paragraph[at("The")] == 1
    assert pieces.paragraph[at("Yes")] == 0
    assert pieces.sentence[at("Never")] == pieces.sentence[at("no")] + 1
    assert pieces.sentence[at("Yes")] == pieces.sentence[at("Never")] + 1
    states = (pieces.feature % QUOTES).tolist()
    assert [states[at(w)] for w in ("said", "no", "Never", "Yes", "The", "end")] == [0, 1, 1, 0, 0, 1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["word", "unbelievably", ".", "\n\n", '"', "Ann", ",", "said"]), max_size=120),
    st.integers(20, 60),
)
def test_every_word_is_answered_for_once(words: list[str], size: int) -> None:
    """The windows' own words are the text's words, in order, each once; no window is too long."""
    tokenizer = Tokenizer.from_file(str(bundled_model() / TOKENIZER))
    pieces = split_into_pieces(tokenizer, " ".join(words))
    made = windows(pieces, size, size // 4)
    own = [w for _, start, end in made for w in range(start, end)]
    assert own == list(range(len(pieces)))
    for begin, start, end in made:
        assert begin <= start < end
        assert pieces.first[end] - pieces.first[begin] <= size


def test_empty_text(tokenizer: Tokenizer) -> None:
    """No words, no windows."""
    pieces = split_into_pieces(tokenizer, "  \n")
    assert len(pieces) == 0
    assert windows(pieces, 100, 10) == []
    assert isinstance(pieces.first, np.ndarray)
