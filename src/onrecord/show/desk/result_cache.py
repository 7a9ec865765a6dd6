"""Cache what pages compute, within a bound on memory.

Short work shares the places of `ConcurrencyLimit`; what goes over the whole table is computed by one thread at a
time, as several would only wait for each other's lock of the interpreter, each with copies of the table.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import polars as pl

from onrecord.show.desk.concurrency import ConcurrencyLimit

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    Gate = AbstractContextManager[Any]

T = TypeVar("T")
HEAVY_FRACTION = 8  # a result larger than 1 / this of the cache counts as heavy
MAX_HEAVY = 40  # results over the whole table that are kept for each threshold


@dataclass(frozen=True, slots=True)
class _CachedResult:
    stamp: int
    value: Any
    bytes: int


class ResultCache:
    """Cache results by key, each computed once for a stamp; the least recently used go when they weigh too much.

    A stamp is the number of the state in which what a result depends on last changed. The heavy ones, which go over
    the whole table or weigh a lot, are counted instead: the last `HEAVY` of them stay. `computed` counts what was made.
    """

    def __init__(self, most: int, gate: Gate, concurrency: ConcurrencyLimit) -> None:
        self._most = most
        self._gate = gate
        self._concurrency = concurrency
        self._results: OrderedDict[Hashable, _CachedResult] = OrderedDict()
        self._heavy: OrderedDict[Hashable, None] = OrderedDict()
        self._busy: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self.weight = 0
        self.computed: Counter[Hashable] = Counter()

    def last(self, key: Hashable) -> tuple[int, Any] | None:
        """Return the stamp and the value of the result that was computed last for a key."""
        held = self._results.get(key)
        return None if held is None else (held.stamp, held.value)

    def once(self, key: Hashable, make: Callable[[], T], *, stamp: int = 0, heavy: bool = False) -> T:
        """Return what `make` gives, computed once for this key and stamp; concurrent callers wait for it.

        What is `heavy` waits for a lock instead of holding a slot, so that short work continues meanwhile. It may ask
        for other results, for what is light only.
        """
        with self._lock:
            held = self._found(key, stamp)
            if held is not None:
                return cast("T", held.value)
            mine = self._busy.setdefault((key, stamp), threading.Lock())
        if not mine.acquire(blocking=False):
            with self._concurrency.released():
                mine.acquire()
        try:
            with self._lock:
                held = self._found(key, stamp)
                if held is not None:
                    return cast("T", held.value)
            if heavy:
                with self._concurrency.released(), self._gate:
                    made = make()
            else:
                made = make()
            bytes_ = 0 if heavy else weight(made)
            self._keep(key, _CachedResult(stamp, made, bytes_ if bytes_ < self._most // HEAVY_FRACTION else 0))
        finally:
            mine.release()
        return made

    def _found(self, key: Hashable, stamp: int) -> _CachedResult | None:
        held = self._results.get(key)
        if held is None or held.stamp != stamp:
            return None
        self._results.move_to_end(key)
        if not held.bytes:
            self._heavy.move_to_end(key)
        return held

    def _keep(self, key: Hashable, made: _CachedResult) -> None:
        with self._lock:
            self.computed[key[0] if isinstance(key, tuple) and key else key] += 1
            self._busy.pop((key, made.stamp), None)
            held = self._results.get(key)
            if held is not None and held.stamp > made.stamp:
                return  # who asked looks at an earlier state
            self._drop(key)
            self._results[key] = made
            self.weight += made.bytes
            if not made.bytes:
                self._heavy[key] = None
                while len(self._heavy) > MAX_HEAVY:
                    self._drop(next(iter(self._heavy)))
            for old in list(self._results) if self.weight > self._most else ():
                if old != key and self._results[old].bytes:
                    self._drop(old)
                if self.weight <= self._most:
                    break

    def _drop(self, key: Hashable) -> None:
        held = self._results.pop(key, None)
        self._heavy.pop(key, None)
        self.weight -= 0 if held is None else held.bytes


def weight(value: object) -> int:
    """Estimate how many bytes a result holds."""
    if isinstance(value, pl.DataFrame | pl.Series):
        columns = value.get_columns() if isinstance(value, pl.DataFrame) else [value]
        texts = sum(1 for column in columns if column.dtype in (pl.String, pl.List))
        return (
            500 + 16 * len(value) * texts + int(value.estimated_size())
        )  # the places of texts are not in the estimate
    if isinstance(value, dict):
        return 200 + sum(weight(key) + weight(item) for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return 60 + sum(8 + weight(item) for item in value)
    slots = getattr(type(value), "__slots__", None)
    if slots and not isinstance(value, str):
        return 60 + sum(weight(getattr(value, name, None)) for name in slots)
    return sys.getsizeof(value)
