"""The ledger's current view in memory: one table, kept up batch by batch, with what was worked out from it.

Every page asks for the last batch number (one row); only where it moved are the changes fetched. What a page works
out is kept with the table under a key, so that it is worked out once per batch and forgotten with it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

import polars as pl

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook
    from onrecord.record import Ledger, Review, Reviews

T = TypeVar("T")
KEPT = 512  # results kept per batch; a page's result is some ten kilobytes


@dataclass(slots=True)
class Snapshot:
    """The view as of one batch: statements by date, then as they were added (columns of `follow`)."""

    batch: int
    created: str
    articles: int
    table: pl.DataFrame
    codebook: Codebook | None
    judged: dict[str, Review] = field(default_factory=dict)
    _results: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _busy: dict[Hashable, threading.Lock] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made once per batch for this key; others who want the same wait for it."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return cast("T", self._results[key])
            mine = self._busy.setdefault(key, threading.Lock())
        with mine:
            with self._lock:
                if key in self._results:
                    return cast("T", self._results[key])
            made = make()
            with self._lock:
                self._results[key] = made
                self._busy.pop(key, None)
                while len(self._results) > KEPT:
                    self._results.popitem(last=False)
        return made

    def row(self, statement: str) -> dict[str, Any] | None:
        """The row of a current statement by its id."""
        found = self.table.filter(pl.col("id") == statement).to_dicts()
        return found[0] if found else None

    def labels(self) -> dict[str, str]:
        """Issue ids with their labels, in the codebook's order, then those that the codebook does not have."""
        known = {} if self.codebook is None else {issue.id: issue.label for issue in self.codebook.issues}
        for issue in self.once("issues", lambda: sorted(self.table["issue"].drop_nulls().unique().to_list())):
            known.setdefault(issue, issue)
        return known


class Board:
    """Holds the newest snapshot of a ledger; may be asked by many threads."""

    def __init__(self, ledger: Ledger, reviews: Reviews) -> None:
        self._ledger = ledger
        self._reviews = reviews
        self._held: Snapshot | None = None
        self._lock = threading.Lock()

    def now(self) -> Snapshot:
        """The view as of the ledger's last batch."""
        last = self._ledger.last()
        number = 0 if last is None else last.number
        held = self._held
        if held is not None and held.batch == number:
            return held
        with self._lock:
            held = self._held
            if held is None or held.batch < number:
                self._held = held = self._moved(held)
            return held

    def _moved(self, held: Snapshot | None) -> Snapshot:
        delta = self._ledger.follow(0 if held is None else held.batch)
        if held is None or not held.batch:
            table = delta.table
        else:
            kept = held.table.filter(~pl.col("id").is_in(list(delta.gone))) if delta.gone else held.table
            table = pl.concat([kept, delta.table]).sort("date", "number")
        return Snapshot(
            batch=0 if delta.batch is None else delta.batch.number,
            created="" if delta.batch is None else delta.batch.created,
            articles=delta.articles,
            table=table,
            codebook=self._ledger.codebook(),
            judged=self._reviews.judged(),
        )
