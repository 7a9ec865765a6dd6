"""Hold the ledger's current view in memory, updated batch by batch, with cached results.

Every page asks for the last batch number (one row); only where it moved are the changes fetched. What a page works
out is kept with the table under a key, so that it is worked out once per batch and forgotten with it. Memory is
bounded: the table and its index of positions grow with the ledger (under a kilobyte per statement), what is kept
beside them stays within `KEPT` bytes, and what goes over the whole table is worked out by `AT_ONCE` threads at most.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import polars as pl

from onrecord.analyse.actors import Names
from onrecord.analyse.position_index import PositionIndex
from onrecord.core.columns import MIN_CONFIDENCE
from onrecord.errors import OnRecordError
from onrecord.show.desk.filters import Filters
from onrecord.show.desk.turns import Turns
from onrecord.view import Follower, View, ViewState, mark, mark_utterances

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook, Issue, VariableKind
    from onrecord.record import DeskWork, Ledger, Review, Reviews

T = TypeVar("T")
_LOG = logging.getLogger("onrecord.desk")
KEPT = 48 << 20  # bytes of results kept per batch; a page's result is some ten kilobytes
AT_ONCE = 1  # more only wait for each other's lock of the interpreter, and each holds copies of the table meanwhile
BY = ("speaker", "affiliation")
THRESHOLDS = 4  # snapshots under different thresholds at a time; each has an index of positions of its own
SLOW = 12  # results of slow comparisons that are kept from batch to batch
PATIENCE = 0.8  # seconds that a page waits for a slow result before it says that it is being worked out
OFFERED = {"issue": 40, "outlet": 30, "act": 20, "speaker": 200, "affiliation": 100}
"""How many values of a field a filter offers, the most frequent first."""
NARROWED = 6  # views under different filters that are kept beside each of them


class Results:
    """Cache results by key, each computed once; the least recently used go when all weigh more than `most` bytes.

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
        """Return what `make` gives, computed once for this key; concurrent callers wait for it.

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
    """Hold the view as of one batch under one threshold: statements by date, then as they were added.

    The table has the columns of `Follower` and the marks of a view. Speakers are called as people decided (`onrecord
    people`, in `names`). `results` belong to the threshold, `shared` to the batch.
    """

    batch: int
    created: str
    articles: int
    table: pl.DataFrame
    books: tuple[Codebook, ...]
    drafts: tuple[Codebook, ...]
    results: Results
    shared: Results
    judged: dict[str, Review] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    decisions: int = 0
    min_confidence: float = MIN_CONFIDENCE
    filters: Filters = field(default_factory=Filters)
    _whole: Snapshot | None = None
    _places: pl.Series | None = None
    _narrowed: OrderedDict[Filters, Snapshot] = field(default_factory=OrderedDict)
    _standing: dict[str, PositionIndex] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def once(self, key: Hashable, make: Callable[[], T], *, heavy: bool = False) -> T:
        """Return what `make` gives, made once per batch and threshold; `heavy` is what goes over the whole table."""
        return self.results.once((self.filters, key), make, heavy=heavy)

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
            _standing={}, _lock=threading.Lock(),
        )  # fmt: skip
        with self._lock:
            self._narrowed[filters] = made
            while len(self._narrowed) > NARROWED:
                self._narrowed.popitem(last=False)
        return made

    def standing(self, by: str = "speaker") -> PositionIndex:
        """Return the index of positions, made at the first question."""
        with self._lock:
            if by not in self._standing:
                self._standing[by] = PositionIndex(self.table, by)
            return self._standing[by]

    @property
    def utterances(self) -> pl.DataFrame:
        """Return the table with the reports of one utterance marked (column `cluster`)."""
        if self._whole is not None and self._places is not None:
            return self._whole.utterances[self._places]
        cluster: pl.Series = self.shared.once("clusters", lambda: mark_utterances(self.table)["cluster"], heavy=True)
        return self.table.with_columns(cluster)

    @property
    def unsure(self) -> int:
        """Count the positions that are too unsure to be shown."""
        return self.once("unsure", lambda: View(self.table).unsure)

    @property
    def called(self) -> dict[str, str]:
        """Return the names as read that have another display name."""
        return self.once("called", lambda: self.names.renamed)

    @property
    def whole(self) -> Snapshot:
        """Return the view without filters."""
        return self if self._whole is None else self._whole

    def offered(self) -> dict[str, list[tuple[str, int]]]:
        """Return the values that filters offer, with how many statements have each, from the whole of the ledger."""
        if self._whole is not None:
            return self._whole.offered()
        return self.once("offered", lambda: {name: self._counts(name, most) for name, most in OFFERED.items()})

    def _counts(self, name: str, most: int) -> list[tuple[str, int]]:
        counts = self.table[name].drop_nulls().value_counts(name="n").sort(["n", name], descending=[True, False])
        return list(counts.head(most).iter_rows())

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
        for issue in sorted(self.table["issue"].drop_nulls().unique().to_list()):
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
        self._slow: OrderedDict[Hashable, tuple[pl.DataFrame, tuple[int, int]]] = OrderedDict()
        self._making: dict[Hashable, threading.Thread] = {}
        self._gate = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()

    def now(self, min_confidence: float = MIN_CONFIDENCE) -> Snapshot:
        """Return the view as of the ledger's last batch and last decision, under a threshold."""
        kept = self._follower.now()
        with self._lock:
            held = self._held.get(min_confidence)
            if held is None or (held.batch, held.decisions) != kept.reached:
                if any((one.batch, one.decisions) != kept.reached for one in self._held.values()):
                    self._held.clear()
                self._held[min_confidence] = held = self._snapshot(kept, min_confidence)
            self._held.move_to_end(min_confidence)
            while len(self._held) > THRESHOLDS:
                self._held.popitem(last=False)
            return held

    def forget(self) -> None:
        """Make new snapshots at the next question, as something beside the ledger changed."""
        with self._lock:
            self._held.clear()

    def behind(self, now: Snapshot, key: Hashable, make: Callable[[], pl.DataFrame]) -> tuple[pl.DataFrame, int] | None:
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

    def _make(self, now: Snapshot, place: Hashable, key: Hashable, make: Callable[[], pl.DataFrame]) -> None:
        try:
            made = now.once(key, make)  # not `heavy`: it waits in a thread of its own, and may ask for heavy results
        except Exception:  # noqa: BLE001 - a thread is an outer edge
            _LOG.exception("the comparison %r failed", key)
            return
        with self._lock:
            self._slow[place] = made, (now.batch, now.decisions)
            while len(self._slow) > SLOW:
                self._slow.popitem(last=False)

    def _snapshot(self, kept: ViewState, min_confidence: float) -> Snapshot:
        # What does not depend on the threshold is shared.
        known = next(iter(self._held.values()), None)
        return Snapshot(
            batch=kept.reached[0],
            created="" if kept.batch is None else kept.batch.created,
            articles=kept.articles,
            table=mark(kept.table, min_confidence),
            books=tuple(self._ledger.codebooks()) if known is None else known.books,
            drafts=tuple(v.codebook for v in self._prepared.versions()) if known is None else known.drafts,
            results=Results(KEPT // THRESHOLDS, self._gate, self._turns),
            shared=Results(KEPT, self._gate, self._turns) if known is None else known.shared,
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
