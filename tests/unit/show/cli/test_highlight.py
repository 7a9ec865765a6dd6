"""Marks nest and cross, and every character of the context is there once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from onrecord.core.span import Span
from onrecord.show.cli.highlight import context, segments


def test_nested_and_crossing_marks() -> None:
    """Nested and crossing marks are split into segments."""
    marks = [("a", Span(0, 6)), ("b", Span(2, 4)), ("c", Span(3, 8))]
    assert list(segments("0123456789", marks, 0, 10)) == [
        ("01", ("a",)), ("2", ("a", "b")), ("3", ("a", "b", "c")), ("45", ("a", "c")), ("67", ("c",)), ("89", ()),
    ]  # fmt: skip


def test_the_context_is_the_lines_around() -> None:
    """The context of a span is the lines around it."""
    text = "One.\r\n\r\nTwo, said A.\n\nThree.\n\nFour."
    assert [text[a:b] for a, b in context(text, [Span(8, 11)])] == ["Two, said A."]
    assert [text[a:b] for a, b in context(text, [Span(31, 33), Span(0, 2)])] == ["One.", "Four."]
    assert [text[a:b] for a, b in context(text, [Span(0, 2), Span(9, 11)])] == ["One.\r\n\r\nTwo, said A."]


def test_an_endless_line_is_cut() -> None:
    """A very long line is cut around its spans."""
    text = "x" * 50_000
    assert context(text, [Span(20_000, 20_010)], 100) == [(19_900, 20_110)]
    assert context(text, [Span(20_000, 20_010), Span(20_150, 20_160)], 100) == [(19_900, 20_260)]


@given(
    text=st.text(st.sampled_from("ab \n\r"), min_size=1),
    pairs=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=1, max_size=5),
)
def test_no_character_is_lost_or_doubled(text: str, pairs: list[tuple[int, int]]) -> None:
    """Segments and context lose and repeat no character."""
    spans = [Span(a, min(a + n, len(text))) for a, n in pairs if a < len(text)]
    marks = [("x", span) for span in spans]
    covered: set[int] = set()
    for start, end in context(text, spans):
        pieces = list(segments(text, marks, start, end))
        assert "".join(piece for piece, _ in pieces) == text[start:end]
        assert not covered & set(range(start, end))
        covered |= set(range(start, end))
        at = start
        for piece, labels in pieces:
            inside = [span for span in spans if span.start <= at and at + len(piece) <= span.end]
            assert len(labels) == len(inside)
            at += len(piece)
    assert all(set(range(span.start, span.end)) <= covered for span in spans)
