"""Represent the ledger's current view as of one batch, with the results that pages computed from it.

What a page computes is cached under a key, so that it is computed once, and again only where a later batch changed
what it depends on; what goes over the whole table is then updated in its parts (`analyse.increments`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar, cast

import polars as pl

from onrecord.analyse.actors import Names
from onrecord.analyse.position_index import PositionIndex
from onrecord.core.columns import MIN_CONFIDENCE
from onrecord.show.desk.filters import Filters
from onrecord.show.desk.result_cache import ResultCache
from onrecord.view import View

if TYPE_CHECKING:
    from onrecord.analyse.increments import Increment
    from onrecord.lexicon import Codebook, Issue, VariableKind
    from onrecord.record import Review
    from onrecord.view import Step, Touched

T = TypeVar("T")
BY = ("speaker", "affiliation")
OFFERED = {"issue": 40, "outlet": 30, "act": 20, "speaker": 200, "affiliation": 100}
"""How many values of a field a filter offers, the most frequent first."""
MAX_FILTERED_VIEWS = 6  # filtered views cached for each state


@dataclass(frozen=True, slots=True)
class History:
    """Hold the small changes that led to a state; `first` numbers the state from which on all of them are known."""

    serial: int
    steps: tuple[Step, ...] = ()

    @property
    def first(self) -> int:
        """Return the number of the state before the first of the steps."""
        return self.serial - len(self.steps)

    def stamp(self, of: Collection[Touched] | None) -> int:
        """Return the number of the last state in which statements with one of some values changed; None: any."""
        if of is None:
            return self.serial
        return next((s.serial for s in reversed(self.steps) if not s.touched.isdisjoint(of)), self.first)

    def since(self, stamp: int) -> list[Increment] | None:
        """Return the changes since a state; None if they are not known individually."""
        return [step.change for step in self.steps if step.serial > stamp] if stamp >= self.first else None


@dataclass(slots=True)
class Snapshot:
    """Hold the view as of one batch under one threshold: statements by date, then as they were added.

    The table has the columns of `Follower` and the marks of a view. Speakers are called as people decided (`onrecord
    people`, in `names`). `results` belong to the threshold, `shared` to the ledger; both outlive the batch, and what a
    change did not touch is taken from there.
    """

    batch: int
    created: str
    articles: int
    table: pl.DataFrame
    books: tuple[Codebook, ...]
    drafts: tuple[Codebook, ...]
    results: ResultCache
    shared: ResultCache
    history: History
    cluster: Callable[[], pl.Series]
    read: Callable[[], pl.DataFrame]
    judged: dict[str, Review] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    decisions: int = 0
    min_confidence: float = MIN_CONFIDENCE
    filters: Filters = field(default_factory=Filters)
    _whole: Snapshot | None = None
    _places: pl.Series | None = None
    _narrowed: OrderedDict[Filters, Snapshot] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def once(
        self, key: Hashable, make: Callable[[], T], *, heavy: bool = False, of: Collection[Touched] | None = None
    ) -> T:
        """Return what `make` gives, made once per batch and threshold; `heavy` is what goes over the whole table.

        `of` names the values of fields that it depends on: it is recomputed only if statements with one of them have
        changed.
        """
        return self.results.once((key, self.filters), make, stamp=self.history.stamp(of), heavy=heavy)

    def held(self, key: Hashable, *, of: Collection[Touched] | None = None) -> bool:
        """Tell whether a result is there already."""
        last = self.results.last((key, self.filters))
        return last is not None and last[0] == self.history.stamp(of)

    def renewed(
        self, key: Hashable, make: Callable[[], T], renew: Callable[[T, list[Increment]], T], *, heavy: bool = False
    ) -> T:
        """Return what `make` gives; after small changes, the last result updated by `renew`."""

        def work() -> T:
            held = self.results.last((key, self.filters))
            changes = None if held is None else self.history.since(held[0])
            if held is None or changes is None:
                return make()
            return renew(held[1], changes) if changes else cast("T", held[1])

        return self.once(key, work, heavy=heavy)

    def same(self, key: Hashable, rows: pl.DataFrame, make: Callable[[], T]) -> T:
        """Return what `make` gives, recomputed only if its input rows changed."""
        content = blake2b(rows.hash_rows().to_numpy().tobytes(), digest_size=16).digest()
        return self.results.once((key, self.filters, content), make)

    def narrow(self, filters: Filters) -> Snapshot:
        """Return the same view of the statements that fit some filters alone."""
        if not filters:
            return self
        with self._lock:
            if filters in self._narrowed:
                self._narrowed.move_to_end(filters)
                return self._narrowed[filters]
        places = self.table.select(pl.arg_where(pl.all_horizontal(filters.expressions(self.names)))).to_series()
        made = replace(
            self, table=self.table[places], filters=filters, _whole=self, _places=places, _narrowed=OrderedDict(),
            _lock=threading.Lock(),
        )  # fmt: skip
        with self._lock:
            self._narrowed[filters] = made
            while len(self._narrowed) > MAX_FILTERED_VIEWS:
                self._narrowed.popitem(last=False)
        return made

    def standing(self, by: str = "speaker") -> PositionIndex:
        """Return the index of positions, made at the first request and updated from then on."""

        def renew(index: PositionIndex, changes: list[Increment]) -> PositionIndex:
            return index.renewed(self.table, changes) if self._whole is None else PositionIndex(self.table, by)

        return self.renewed(("standing", by), lambda: PositionIndex(self.table, by), renew, heavy=True)

    @property
    def utterances(self) -> pl.DataFrame:
        """Return the table with the reports of one utterance marked (column `cluster`)."""
        if self._whole is not None and self._places is not None:
            return self._whole.utterances[self._places]
        cluster: pl.Series = self.shared.once("clusters", self.cluster, stamp=self.history.serial, heavy=True)
        return self.table.with_columns(cluster)

    @property
    def unsure(self) -> int:
        """Count the positions that are too unsure to be shown."""
        return self.once("unsure", lambda: View(self.table).unsure)

    @property
    def called(self) -> dict[str, str]:
        """Return the names as read that have another display name."""
        return self.once("called", lambda: self.names.renamed, of=())

    @property
    def whole(self) -> Snapshot:
        """Return the view without filters."""
        return self if self._whole is None else self._whole

    def offered(self) -> dict[str, list[tuple[str, int]]]:
        """Return the values that filters offer, with how many statements have each, from the whole of the ledger."""
        if self._whole is not None:
            return self._whole.offered()
        made = {name: list(self.counts(name).head(most).iter_rows()) for name, most in OFFERED.items()}
        return made | self.once("told and checked", self._told_and_checked)

    def _told_and_checked(self) -> dict[str, list[tuple[str, int]]]:
        relayed = int((self.table["chain"].list.len().fill_null(0) > 0).sum())
        checked = int(self.table["human_checked"].sum())
        return {
            "told": [("own", self.table.height - relayed), ("relayed", relayed)],
            "checked": [("yes", checked), ("no", self.table.height - checked)],
        }

    def counts(self, name: str) -> pl.DataFrame:
        """Count the statements of each value of a field, the most frequent first (columns: the field, n)."""

        def sort(counts: pl.DataFrame) -> pl.DataFrame:
            return counts.filter(pl.col("n") > 0).sort(["n", name], descending=[True, False])

        def renew(counts: pl.DataFrame, changes: list[Increment]) -> pl.DataFrame:
            signed = [rows.group_by(name).agg((sign * pl.len().cast(pl.Int64)).alias("n")) for change in changes
                      for sign, rows in ((-1, change.before), (1, change.after))]  # fmt: skip
            return sort(pl.concat([counts, *signed]).drop_nulls().group_by(name).agg(pl.col("n").sum()))

        def make() -> pl.DataFrame:
            rows = self.table.select(name).drop_nulls().group_by(name).agg(pl.len().cast(pl.Int64).alias("n"))
            return sort(rows)

        if self._whole is not None:
            return self.once(("counts", name), make)
        return self.renewed(("counts", name), make, renew)

    def row(self, statement: str) -> dict[str, Any] | None:
        """Return the row of a current statement by its id."""
        found = self.table.filter(pl.col("id") == statement).to_dicts()
        return found[0] if found else None

    def rows(self, numbers: Any) -> list[dict[str, Any]]:
        """Return the rows at some places of the table, in this order."""
        return self.table[numbers].to_dicts() if len(numbers) else []

    def labels(self) -> dict[str, str]:
        """Return issue ids with their labels: those of the codebook in use, of earlier ones, then any others."""
        return self.once("labels", self._labels)

    @property
    def codebook(self) -> Codebook | None:
        """Return the codebook that was used last."""
        return self.books[0] if self.books else None

    @property
    def variables(self) -> dict[str, VariableKind]:
        """Return the variables of all codebooks with their kinds, the newest first."""
        made: dict[str, VariableKind] = {}
        for book in (*self.drafts, *self.books):
            for one in book.variables:
                made.setdefault(one.name, one.kind)
        return made

    def issue(self, key: str) -> Issue | None:
        """Return an issue of the codebook in use, or of the last one that had it."""
        return next((found for book in (*self.books, *self.drafts) if (found := book.issue(key)) is not None), None)

    def _labels(self) -> dict[str, str]:
        if self._whole is not None:
            return self._whole.labels()
        known: dict[str, str] = {}
        for book in (*self.books[:1], *self.drafts, *self.books[1:]):
            for issue in book.issues:
                known.setdefault(issue.id, issue.label)
        for issue in sorted(self.counts("issue")["issue"].to_list()):
            known.setdefault(issue, issue)
        return known
