"""Static vectors: words of like meaning are near, and every word that can be spelt in pieces has one."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from onrecord.text.tokens import CACHE_SIZE, LONGEST_WORD, stem
from onrecord.text.vectors import bundled_vectors, plain


def test_like_words_are_nearer_than_unlike_ones() -> None:
    """Rifles are nearer to weapons than to harvests."""
    vectors = bundled_vectors()
    near = float(vectors.of("hand over the rifles") @ vectors.of("weapons"))
    far = float(vectors.of("hand over the rifles") @ vectors.of("harvest"))
    assert near > far + 0.1


def test_a_rare_word_is_spelt_in_pieces() -> None:
    """A made-up name has pieces and so a vector; a script outside the vocabulary has none."""
    vectors = bundled_vectors()
    assert len(vectors.pieces("zorbanistan")) > 1
    assert vectors.word("zorbanistan") is not None
    assert vectors.word("日本") is None


def test_accents_do_not_matter() -> None:
    """An accented word is looked up without its accents."""
    assert plain("société") == "societe"


def test_of_nothing_is_zero() -> None:
    """A text without words has the zero vector, not a division by zero."""
    assert not np.any(bundled_vectors().of("… !"))


@pytest.mark.parametrize("of", [stem, lambda word: bundled_vectors().word(word)], ids=["stem", "vector"])
def test_new_words_do_not_add_up(of: Callable[[str], object]) -> None:
    """A long run meets new words for ever; what is kept of them stops growing after some thousands."""
    tracemalloc.start()
    try:
        held = []
        for first in (0, 2 * CACHE_SIZE, 4 * CACHE_SIZE):
            for n in range(first, first + 2 * CACHE_SIZE):
                of(f"word{n}")
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[2] - held[1] < 100 * CACHE_SIZE


@pytest.mark.parametrize("unit", ["7", "a", "e\u0301", "日"])
def test_a_word_of_absurd_length_costs_nothing(unit: str) -> None:
    """A pasted number of 300,000 digits has no vector, and looking for one or for its stem takes no memory."""
    word = unit * (300_000 // len(unit))
    tracemalloc.start()
    try:
        assert bundled_vectors().word(word) is None
        assert len(stem(word)) <= LONGEST_WORD
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
    assert stem(word + "s") == stem(word)
