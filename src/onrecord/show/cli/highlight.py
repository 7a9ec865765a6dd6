"""Split text at the boundaries of its marks, so that nested and crossing spans can be drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from onrecord.core.span import Span

Mark = tuple[str, Span]
REACH = 2_000


def context(text: str, spans: Sequence[Span], reach: int = REACH) -> list[tuple[int, int]]:
    """Return the lines that hold any of the spans, as (start, end) without their line ends; neighbours joined.

    Of a line that goes on for more than `reach` code points before or after a span, no more than these are given.
    """
    lines: list[tuple[int, int]] = []
    for span in sorted(spans):
        floor, ceiling = max(0, span.start - reach), min(len(text), span.end + reach)
        start = max(floor, text.rfind("\n", floor, span.start) + 1, text.rfind("\r", floor, span.start) + 1)
        ends = (text.find("\n", span.end, ceiling), text.find("\r", span.end, ceiling))
        end = min((found for found in ends if found >= 0), default=ceiling)
        if lines and not text[lines[-1][1] : start].strip():
            lines[-1] = (lines[-1][0], max(lines[-1][1], end))
        else:
            lines.append((start, end))
    return lines


def segments(text: str, marks: Sequence[Mark], start: int, end: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return the pieces of `text[start:end]` with the labels of the marks around each, outermost first."""
    ordered = sorted(marks, key=lambda mark: (mark[1].start, -mark[1].end))
    borders = {start, end} | {edge for _, span in marks for edge in (span.start, span.end) if start < edge < end}
    cuts = sorted(borders)
    for left, right in pairwise(cuts):
        yield text[left:right], tuple(label for label, span in ordered if span.start <= left and right <= span.end)
