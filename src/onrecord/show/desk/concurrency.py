"""Limit how many requests are worked on at the same time; the others wait in line.

Python runs one thread at a time, and a page asks Polars dozens of small questions, after each of which it waits for the
interpreter behind all other threads. Eight pages at once therefore take far longer than eight in sequence
(bench/desk.py: up to ten times for the pages that ask most). Who waits for somebody else's result gives up its slot.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class ConcurrencyLimit:
    """Limit the threads at work to `number`."""

    def __init__(self, number: int) -> None:
        self._free = threading.Semaphore(number)
        self._mine = threading.local()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a free slot and hold it for the block."""
        with self._free:
            self._mine.have = True
            try:
                yield
            finally:
                self._mine.have = False

    @contextmanager
    def released(self) -> Iterator[None]:
        """Release this thread's slot for the block, if it has one; afterwards wait for a free one."""
        if not getattr(self._mine, "have", False):
            yield
            return
        self._mine.have = False
        self._free.release()
        try:
            yield
        finally:
            self._free.acquire()
            self._mine.have = True
