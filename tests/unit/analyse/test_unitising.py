"""Agreement on spans, worked by hand."""

from __future__ import annotations

import pytest

from onrecord.analyse.unitising import Spans, compare, of_words, pairs


def test_spans_pair_one_to_one_the_most_alike_first() -> None:
    """Half of what two spans cover together suffices; a span that fits two goes to the one it fits better."""
    assert pairs([(0, 10)], [(5, 10)]) == [(0, 0)]
    assert pairs([(0, 10)], [(6, 10)]) == []
    assert pairs([(0, 10)], [(10, 20)]) == []
    assert pairs([(0, 10), (2, 10)], [(2, 10)]) == [(1, 0)]
    assert pairs([(0, 10), (20, 30)], [(20, 29), (0, 9)]) == [(0, 1), (1, 0)]
    assert pairs([(0, 10)], [(6, 10)], alike=0.4) == [(0, 0)]


def test_f1_of_spans_by_hand() -> None:
    """Two of three and two of four spans are common: F1 is 4/7."""
    found = compare([[(0, 9), (20, 29)], [(5, 9)]], [[(0, 9), (20, 29), (40, 49)], [(30, 39)]])
    assert (found.both, found.first, found.second, found.f1) == (2, 1, 2, pytest.approx(4 / 7))
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low < found.f1 < found.high <= 1
    same = compare([[(0, 9)]], [[(0, 9)]])
    assert (same.f1, same.low, same.high) == (1, 1, 1)
    assert compare([[]], [[]]) == Spans(0, 0, 0, None, None, None)


def test_words_inside_and_outside_of_spans() -> None:
    """A word counts as inside where a span covers all of it; alpha is over the words of all texts."""
    text = "one two three four"
    same = {"a": [[(0, 7)]], "b": [[(0, 7)]]}
    found = of_words([text], same)
    assert (found.alpha, found.units, found.values) == (1, 4, 8)
    assert of_words([text], {"a": [[(0, 7)]], "b": [[(0, 6)]]}).alpha == pytest.approx(1 - 1 * 7 / (3 * 5))
    assert of_words([text, text], {name: spans * 2 for name, spans in same.items()}).units == 8
