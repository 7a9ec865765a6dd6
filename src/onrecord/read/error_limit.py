"""Summarize floods of broken lines, as a file of the wrong kind brings, in one error."""

from __future__ import annotations

from collections.abc import Iterator

from onrecord.core.statement import Article
from onrecord.errors import BrokenLine, SourceError

MOST_BROKEN = 100  # lines of one file that are reported each by itself


def limit_errors(items: Iterator[Article | SourceError], where: str) -> Iterator[Article | SourceError]:
    """Yield the items; of broken lines above the bound, one error at the end that counts them."""
    broken = 0
    last: BrokenLine | None = None
    for item in items:
        if isinstance(item, BrokenLine):
            broken += 1
            last = item
            if broken > MOST_BROKEN:
                continue
        yield item
    if broken > MOST_BROKEN and last is not None:
        number = last.source.rpartition(":")[2]
        yield BrokenLine(
            where,
            f"{broken - MOST_BROKEN} more broken lines, the last at line {number} ({last.reason}); check that it is the"
            " right file",
        )
