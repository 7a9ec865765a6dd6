"""Hold the ledger's current view in memory, updated batch by batch, with cached results.

Every page asks for the last batch number (one row); only where it moved are the changes fetched. What a page works
out is kept under a key, so that it is worked out once, and again only where a later batch changed what it depends on;
what goes over the whole table is then brought up to date in its parts (`analyse.increments`). Memory is bounded: the
table and its index of positions grow with the ledger (under a kilobyte per statement), what is kept beside them stays
within `KEPT` bytes and `HEAVY` results, and what goes over the whole table is worked out by one thread at a time, as
several would only wait for each other's lock of the interpreter, each with copies of the table.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar, cast

import polars as pl

from onrecord.analyse.actors import Names
from onrecord.analyse.position_index import PositionIndex
from onrecord.core.columns import MIN_CONFIDENCE
from onrecord.errors import OnRecordError
from onrecord.show.desk.filters import Filters
from onrecord.show.desk.turns import Turns
from onrecord.view import Follower, View, ViewState, mark

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from onrecord.analyse.increments import Increment
    from onrecord.lexicon import Codebook, Issue, VariableKind
    from onrecord.record import DeskWork, Ledger, Review, Reviews
    from onrecord.view import Step, Touched

    Gate = AbstractContextManager[Any]

T = TypeVar("T")
_LOG = logging.getLogger("onrecord.desk")
KEPT = 48 << 20  # bytes of results kept per batch; a page's result is some ten kilobytes
BY = ("speaker", "affiliation")
THRESHOLDS = 4  # snapshots under different thresholds at a time; each has an index of positions of its own
LARGE = 8  # a result of more than this part of what may be kept counts as heavy
HEAVY = 40  # results over the whole table that are kept for each threshold
SLOW = 48  # results of slow comparisons that are kept from batch to batch
PATIENCE = 0.8  # seconds that a page waits for a slow result before it says that it is being worked out
OFFERED = {"issue": 40, "outlet": 30, "act": 20, "speaker": 200, "affiliation": 100}
"""How many values of a field a filter offers, the most frequent first."""
NARROWED = 6  # views under different filters that are kept beside each of them


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: int
    value: Any
    bytes: int


class Results:
    """Cache results by key, each computed once for a stamp; the least recently used go when they weigh too much.

    A stamp is the number of the state in which what a result depends on last changed. The heavy ones, which go over
    the whole table or weigh a lot, are counted instead: the last `HEAVY` of them stay. `computed` counts what was made.
    """

    def __init__(self, most: int, gate: Gate, turns: Turns) -> None:
        self._most = most
        self._gate = gate
        self._turns = turns
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._heavy: OrderedDict[Hashable, None] = OrderedDict()
        self._busy: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self.weight = 0
        self.computed: Counter[Hashable] = Counter()

    def last(self, key: Hashable) -> tuple[int, Any] | None:
        """Return the stamp and the value of the result that was computed last for a key."""
        held = self._kept.get(key)
        return None if held is None else (held.stamp, held.value)

    def once(self, key: Hashable, make: Callable[[], T], *, stamp: int = 0, heavy: bool = False) -> T:
        """Return what `make` gives, computed once for this key and stamp; concurrent callers wait for it.

        What is `heavy` goes through a gate instead of having a turn, so that short work goes on beside it. It may ask
        for other results, for what is light only.
        """
        with self._lock:
            held = self._found(key, stamp)
            if held is not None:
                return cast("T", held.value)
            mine = self._busy.setdefault((key, stamp), threading.Lock())
        if not mine.acquire(blocking=False):
            with self._turns.away():
                mine.acquire()
        try:
            with self._lock:
                held = self._found(key, stamp)
                if held is not None:
                    return cast("T", held.value)
            if heavy:
                with self._turns.away(), self._gate:
                    made = make()
            else:
                made = make()
            bytes_ = 0 if heavy else weight(made)
            self._keep(key, _Kept(stamp, made, bytes_ if bytes_ < self._most // LARGE else 0))
        finally:
            mine.release()
        return made

    def _found(self, key: Hashable, stamp: int) -> _Kept | None:
        held = self._kept.get(key)
        if held is None or held.stamp != stamp:
            return None
        self._kept.move_to_end(key)
        if not held.bytes:
            self._heavy.move_to_end(key)
        return held

    def _keep(self, key: Hashable, made: _Kept) -> None:
        with self._lock:
            self.computed[key[0] if isinstance(key, tuple) and key else key] += 1
            self._busy.pop((key, made.stamp), None)
            held = self._kept.get(key)
            if held is not None and held.stamp > made.stamp:
                return  # who asked looks at an earlier state
            self._drop(key)
            self._kept[key] = made
            self.weight += made.bytes
            if not made.bytes:
                self._heavy[key] = None
                while len(self._heavy) > HEAVY:
                    self._drop(next(iter(self._heavy)))
            for old in list(self._kept) if self.weight > self._most else ():
                if old != key and self._kept[old].bytes:
                    self._drop(old)
                if self.weight <= self._most:
                    break

    def _drop(self, key: Hashable) -> None:
        held = self._kept.pop(key, None)
        self._heavy.pop(key, None)
        self.weight -= 0 if held is None else held.bytes


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
        """Return the changes since a state; None where they are not known one by one."""
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
    results: Results
    shared: Results
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

        `of` names the values of fields that it depends on: it is made anew only where statements with one of them have
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
        """Return what `make` gives; after small changes, the last result brought up to date by `renew`."""

        def work() -> T:
            held = self.results.last((key, self.filters))
            changes = None if held is None else self.history.since(held[0])
            if held is None or changes is None:
                return make()
            return renew(held[1], changes) if changes else cast("T", held[1])

        return self.once(key, work, heavy=heavy)

    def same(self, key: Hashable, rows: pl.DataFrame, make: Callable[[], T]) -> T:
        """Return what `make` gives, made anew only where the rows that it is made from are others than before."""
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
            while len(self._narrowed) > NARROWED:
                self._narrowed.popitem(last=False)
        return made

    def standing(self, by: str = "speaker") -> PositionIndex:
        """Return the index of positions, made at the first question and brought up to date from then on."""

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


class Board:
    """Hold the newest snapshots of a ledger, for the last few thresholds; safe for use by many threads."""

    def __init__(self, ledger: Ledger, reviews: Reviews, prepared: DeskWork, turns: Turns) -> None:
        self._ledger = ledger
        self._follower = Follower(ledger)
        self._turns = turns
        self._reviews = reviews
        self._prepared = prepared
        self._held: OrderedDict[float, Snapshot] = OrderedDict()
        self._slow: OrderedDict[Hashable, tuple[Any, tuple[int, int]]] = OrderedDict()
        self._progress: dict[Hashable, tuple[int, int]] = {}
        self._making: dict[Hashable, threading.Thread] = {}
        self._gate = threading.RLock()
        self._shared = Results(KEPT, self._gate, turns)
        self._lock = threading.Lock()

    def now(self, min_confidence: float = MIN_CONFIDENCE) -> Snapshot:
        """Return the view as of the ledger's last batch and last decision, under a threshold."""
        kept = self._follower.now()
        with self._lock:
            held = self._held.get(min_confidence)
            if held is None or (held.batch, held.decisions) != kept.reached:
                self._held[min_confidence] = held = self._snapshot(kept, min_confidence, held)
            self._held.move_to_end(min_confidence)
            while len(self._held) > THRESHOLDS:
                self._held.popitem(last=False)
            return held

    def forget(self) -> None:
        """Make new snapshots at the next question, as something beside the ledger changed."""
        with self._lock:
            self._held.clear()

    def progress(self, now: Snapshot, key: Hashable) -> tuple[int, int] | None:
        """Return how many statements of how many a slow result has gone over, where that is known."""
        return self._progress.get((now.min_confidence, now.filters, key))

    def tell(self, now: Snapshot, key: Hashable, done: int, total: int) -> None:
        """Note the progress of a slow result."""
        self._progress[now.min_confidence, now.filters, key] = done, total

    def behind(self, now: Snapshot, key: Hashable, make: Callable[[], T]) -> tuple[T, int] | None:
        """Return a slow result with the batch it is of, and work it out in the background where it is not there yet.

        Until the result of the newest batch is there, the one of an earlier batch is given, None where there is none.
        Whoever asks waits a moment for what is quick. OnRecordError where it cannot be worked out.
        """
        place = (now.min_confidence, now.filters, key)
        with self._lock:
            held = self._slow.get(place)
            if held is not None and held[1] == (now.batch, now.decisions):
                self._slow.move_to_end(place)
                return held[0], now.batch
            thread = self._making.get(place)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(target=self._make, args=(now, place, key, make), daemon=True)
                self._making[place] = thread
                thread.start()
        with self._turns.away():
            thread.join(PATIENCE)
        with self._lock:
            held = self._slow.get(place)
            current = held is not None and held[1] == (now.batch, now.decisions)
        if not current and not thread.is_alive():
            raise OnRecordError("The comparison failed; the server's log says why.")
        return None if held is None else (held[0], held[1][0])

    def _make(self, now: Snapshot, place: Hashable, key: Hashable, make: Callable[[], object]) -> None:
        try:
            made = make()
        except Exception:  # noqa: BLE001 - a thread is an outer edge
            _LOG.exception("the comparison %r failed", key)
            return
        with self._lock:
            self._making.pop(place, None)
            self._progress.pop(place, None)
            self._slow[place] = made, (now.batch, now.decisions)
            while len(self._slow) > SLOW:
                self._slow.popitem(last=False)

    def _snapshot(self, kept: ViewState, min_confidence: float, before: Snapshot | None) -> Snapshot:
        # What does not depend on the threshold is shared.
        known = next((one for one in self._held.values() if (one.batch, one.decisions) == kept.reached), None)
        books = tuple(self._ledger.codebooks()) if known is None else known.books
        drafts = tuple(v.codebook for v in self._prepared.versions()) if known is None else known.drafts
        table = mark(kept.table, min_confidence)
        results = Results(KEPT // THRESHOLDS, self._gate, self._turns)
        if before is not None and (before.books, before.drafts) == (books, drafts):
            newest = table["date"].max() == before.table["date"].max()  # pages tell the age of what was said
            results = before.results if newest else results
        return Snapshot(
            batch=kept.reached[0],
            created="" if kept.batch is None else kept.batch.created,
            articles=kept.articles,
            table=table,
            books=books,
            drafts=drafts,
            results=results,
            shared=self._shared,
            history=History(kept.serial, kept.steps),
            cluster=lambda: self._follower.clusters(kept),
            read=self._follower.read,
            judged=self._reviews.judged() if known is None else known.judged,
            names=kept.names,
            decisions=kept.decisions,
            min_confidence=min_confidence,
        )


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
