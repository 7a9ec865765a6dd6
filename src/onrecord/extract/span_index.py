"""Index spans by their place in the text, so that those at one place are found without a look at all others.

An article may hold thousands of quotations and attributions; comparing each with each would take time in proportion to
the square of its length.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")
Range = tuple[int, int]


class SpanIndex(Generic[T]):
    """Find the spans that overlap a stretch of text, each with its owner."""

    def __init__(self, spans: Iterable[tuple[Range, T]]) -> None:
        self._spans = sorted(spans, key=lambda entry: entry[0])
        self._starts = [start for (start, _), _ in self._spans]
        # The furthest end of a span and those before it: where it lies before a stretch, all of them do.
        self._reach = list(accumulate((end for (_, end), _ in self._spans), max))

    def overlapping(self, start: int, end: int) -> Iterator[tuple[Range, T]]:
        """Yield the spans that share a character with `[start, end)`, the last one first."""
        number = bisect_left(self._starts, end) - 1
        while number >= 0 and self._reach[number] > start:
            entry = self._spans[number]
            if entry[0][1] > start:
                yield entry
            number -= 1

    def overlaps(self, start: int, end: int) -> bool:
        """Tell whether a span shares a character with `[start, end)`."""
        return next(self.overlapping(start, end), None) is not None
