"""Spans and evidence: the ground that every quotation stands on."""

from __future__ import annotations

import pytest

from onrecord.core.span import Evidence, Span, Text
from onrecord.errors import SpanError


def test_a_citation_is_the_words_at_its_offsets() -> None:
    """`cite` returns exactly the slice of the text, counted in code points, beyond the basic plane too."""
    text = Text("🙂 «Нет», said Ω.")
    cited = text.cite(2, 7)
    assert cited.quote == "«Нет»"
    assert text.holds(cited)


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 2), (-1, 2), (0, 99)])
def test_a_span_outside_its_text_is_refused(start: int, end: int) -> None:
    """Empty, reversed, negative and overlong spans raise SpanError instead of giving other words."""
    with pytest.raises(SpanError):
        Text("short").cite(start, end)


def test_a_text_does_not_hold_what_it_does_not_say() -> None:
    """Evidence with changed words, or of another text, is not held."""
    text = Text("He said no.")
    assert not text.holds(Evidence(text.id, Span(0, 2), "She"))
    assert not text.holds(Text("He said so.").cite(0, 2))


def test_the_id_follows_the_content_alone() -> None:
    """Equal texts have equal ids, a changed byte gives another, and a lone surrogate costs nothing."""
    assert Text("a").id == Text("a").id != Text("b").id
    assert len(Text("\ud800").id) == 64


def test_overlap_and_containment_are_half_open() -> None:
    """Spans that only touch do not overlap; a span contains itself."""
    assert not Span(0, 3).overlaps(Span(3, 5))
    assert Span(0, 3).overlaps(Span(2, 5))
    assert Span(0, 3).contains(Span(0, 3))
    assert not Span(0, 3).contains(Span(1, 4))


def test_lengths_count_code_points() -> None:
    """A span is as long as what it cites, a text as its code points."""
    text = Text("a🙂bc")
    assert len(text) == 4
    assert len(Span(1, 3)) == len(text.cite(1, 3).quote) == 2
