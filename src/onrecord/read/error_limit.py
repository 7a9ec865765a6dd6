"""Summarize floods of errors of one kind in one error, as a file of the wrong kind or a folder of pictures brings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from onrecord.core.statement import Article
from onrecord.errors import BrokenLine, SourceError

T = TypeVar("T")
MAX_REPORTED = 100  # lines of one file, or files of one folder, that are reported each by itself


def limit_errors(items: Iterator[Article | SourceError], where: str) -> Iterator[Article | SourceError]:
    """Yield the items; of broken lines above the bound, one error at the end that counts them."""

    def summary(more: int, last: SourceError) -> SourceError:
        number = last.source.rpartition(":")[2]
        return BrokenLine(
            where,
            f"{more} more broken lines, the last at line {number} ({last.reason}); check that it is the right file",
        )

    return summarize(items, BrokenLine, summary)


def summarize(items: Iterator[T], kind: type[SourceError], summary: Callable[[int, SourceError], T]) -> Iterator[T]:
    """Yield the items; of errors of a kind above the bound, the summary of their number and the last one."""
    count = 0
    last: SourceError | None = None
    for item in items:
        if isinstance(item, kind):
            count += 1
            last = item
            if count > MAX_REPORTED:
                continue
        yield item
    if count > MAX_REPORTED and last is not None:
        yield summary(count - MAX_REPORTED, last)
