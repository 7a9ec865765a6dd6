"""The ledger's current view in memory: one table, kept up batch by batch, with what was worked out from it.

Every page asks for the last batch number (one row); only where it moved are the changes fetched. What a page works
out is kept with the table under a key, so that it is worked out once per batch and forgotten with it. Memory is
bounded: the table and its index of positions grow with the ledger (under a kilobyte per statement), what is kept
beside them stays within `KEPT` bytes, and what goes over the whole table is worked out by `AT_ONCE` threads at most.
"""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

import polars as pl

from onrecord.analyse.registry import decided
from onrecord.analyse.standing import Standing
from onrecord.show.desk.turns import Turns

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook
    from onrecord.record import Ledger, Review, Reviews

T = TypeVar("T")
KEPT = 48 << 20  # bytes of results kept per batch; a page's result is some ten kilobytes
AT_ONCE = 1  # more only wait for each other's lock of the interpreter, and each holds copies of the table meanwhile
BY = ("speaker", "affiliation")
_ALIAS = ("speaker", "affiliation")


class Results:
    """Results by key, each made once; the ones not asked for longest go when all weigh more than `most` bytes.

    The heavy ones, of which there are few, stay.
    """

    def __init__(self, most: int, gate: threading.BoundedSemaphore, turns: Turns) -> None:
        self._most = most
        self._gate = gate
        self._turns = turns
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._busy: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self.weight = 0

    def once(self, key: Hashable, make: Callable[[], T], *, heavy: bool = False) -> T:
        """What `make` gives, made once for this key; others who want the same wait for it.

        What is `heavy` goes through a gate instead of having a turn, so that short work goes on beside it. It may ask
        for other results, for what is light only.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("T", self._kept[key][0])
            mine = self._busy.setdefault(key, threading.Lock())
        if not mine.acquire(blocking=False):
            with self._turns.away():
                mine.acquire()
        try:
            with self._lock:
                if key in self._kept:
                    return cast("T", self._kept[key][0])
            if heavy:
                with self._turns.away(), self._gate:
                    made = make()
            else:
                made = make()
            self._keep(key, made, 0 if heavy else weight(made))
        finally:
            mine.release()
        return made

    def _keep(self, key: Hashable, made: object, bytes_: int) -> None:
        with self._lock:
            self._kept[key] = (made, bytes_)
            self._busy.pop(key, None)
            self.weight += bytes_
            for old in list(self._kept) if self.weight > self._most else ():
                if old != key and self._kept[old][1]:
                    self.weight -= self._kept.pop(old)[1]
                if self.weight <= self._most:
                    break


@dataclass(slots=True)
class Snapshot:
    """The view as of one batch: statements by date, then as they were added (columns of `follow`).

    Speakers are called as people decided (`onrecord people`); `called` has the names that were read and are not shown.
    """

    batch: int
    created: str
    articles: int
    table: pl.DataFrame
    codebook: Codebook | None
    results: Results
    judged: dict[str, Review] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    decisions: int = 0
    _standing: dict[str, Standing] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def once(self, key: Hashable, make: Callable[[], T], *, heavy: bool = False) -> T:
        """What `make` gives, made once per batch for this key; `heavy` is what goes over the whole table."""
        return self.results.once(key, make, heavy=heavy)

    def standing(self, by: str = "speaker") -> Standing:
        """The index of positions, made at the first question."""
        with self._lock:
            if by not in self._standing:
                self._standing[by] = Standing(self.table, by)
            return self._standing[by]

    def row(self, statement: str) -> dict[str, Any] | None:
        """The row of a current statement by its id."""
        found = self.table.filter(pl.col("id") == statement).to_dicts()
        return found[0] if found else None

    def rows(self, numbers: Any) -> list[dict[str, Any]]:
        """The rows at some places of the table, in this order."""
        return self.table[numbers].to_dicts() if len(numbers) else []

    def labels(self) -> dict[str, str]:
        """Issue ids with their labels, in the codebook's order, then those that the codebook does not have."""
        return self.once("labels", self._labels)

    def _labels(self) -> dict[str, str]:
        known = {} if self.codebook is None else {issue.id: issue.label for issue in self.codebook.issues}
        for issue in sorted(self.table["issue"].drop_nulls().unique().to_list()):
            known.setdefault(issue, issue)
        return known


class Board:
    """Holds the newest snapshot of a ledger; may be asked by many threads."""

    def __init__(self, ledger: Ledger, reviews: Reviews, turns: Turns) -> None:
        self._ledger = ledger
        self._turns = turns
        self._reviews = reviews
        self._held: Snapshot | None = None
        self._read: pl.DataFrame | None = None  # the table as it was read, before anybody decided who is who
        self._gate = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()

    def now(self) -> Snapshot:
        """The view as of the ledger's last batch and the last decision on who is who."""
        reached = self._ledger.reached()
        held = self._held
        if held is not None and (held.batch, held.decisions) == reached:
            return held
        with self._lock:
            held = self._held
            if held is None or (held.batch, held.decisions) < reached or held.decisions < reached[1]:
                self._held = held = self._moved(held, reached[1])
            return held

    def _moved(self, held: Snapshot | None, decisions: int) -> Snapshot:
        delta = self._ledger.follow(0 if held is None else held.batch)
        if held is None or not held.batch or self._read is None:
            read = delta.table
        else:
            read = self._read
            if delta.gone:
                read = read.filter(~pl.col("id").is_in(list(delta.gone)))
            if delta.table.height:
                read = pl.concat([read, delta.table]).sort("date", "number")
        self._read = read
        table, called = renamed(read, decided(read, self._ledger.decisions()) if decisions else {})
        return Snapshot(
            batch=0 if delta.batch is None else delta.batch.number,
            created="" if delta.batch is None else delta.batch.created,
            articles=delta.articles,
            table=table,
            codebook=self._ledger.codebook(),
            results=Results(KEPT, self._gate, self._turns),
            judged=self._reviews.judged(),
            called=called,
            decisions=decisions,
        )


def renamed(
    table: pl.DataFrame, names: dict[tuple[str, str | None], tuple[str, str | None]]
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The table with speakers called as people decided, and what each name that was read is now."""
    if not names:
        return table, {}
    rows = [(*read, *shown) for read, shown in names.items()]
    schema = dict.fromkeys(("speaker", "affiliation", "_speaker", "_affiliation"), pl.String)
    known = pl.DataFrame(rows, schema=schema, orient="row")
    joined = table.select(_ALIAS).join(known, on=list(_ALIAS), how="left", nulls_equal=True, maintain_order="left")
    shown = joined.select(pl.coalesce(f"_{name}", name).alias(name) for name in _ALIAS)
    called = {read: shown for (read, _), (shown, _) in names.items() if read != shown}
    return table.with_columns(shown["speaker"], shown["affiliation"]), called


def weight(value: object) -> int:
    """About how many bytes a result holds."""
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
