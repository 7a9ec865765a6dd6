"""Tests of the index of spans."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from onrecord.extract.span_index import SpanIndex

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda pair: (pair[0], sum(pair))), max_size=12)


@given(SPANS, st.integers(-2, 45), st.integers(0, 15))
def test_the_spans_found_are_those_that_a_look_at_all_finds(
    spans: list[tuple[int, int]], start: int, size: int
) -> None:
    """Claim: overlapping spans are found, and no others, with their owners."""
    end = start + size
    index = SpanIndex((span, number) for number, span in enumerate(spans))
    wanted = {(span, number) for number, span in enumerate(spans) if span[0] < end and start < span[1]}
    assert set(index.overlapping(start, end)) == wanted
    assert index.overlaps(start, end) == bool(wanted)
