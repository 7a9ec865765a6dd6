"""Follow the ledger batch by batch, and hold its current view in memory for all pages.

Every page asks for the last batch number (one row); only where it moved are the changes fetched. Memory is bounded: the
table and its index of positions grow with the ledger (under a kilobyte per statement); the results that are kept beside
them stay within `KEPT` bytes, or `PER_STATEMENT` of them, and a number of results that go over the whole table.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

from onrecord.core.columns import MIN_CONFIDENCE
from onrecord.errors import OnRecordError
from onrecord.show.desk.concurrency import ConcurrencyLimit
from onrecord.show.desk.result_cache import ResultCache
from onrecord.show.desk.snapshot import History, Snapshot
from onrecord.view import Follower, ViewState, mark

if TYPE_CHECKING:
    from onrecord.record import DeskWork, Ledger, Reviews

T = TypeVar("T")
_LOG = logging.getLogger("onrecord.desk")
CACHE_BYTES = 48 << 20  # bytes of results that are kept; a page's result is some ten kilobytes
BYTES_PER_STATEMENT = 200  # on large ledgers, as their results are larger
MAX_SNAPSHOTS = 4  # snapshots under different thresholds at a time; each has an index of positions of its own
MAX_SLOW_RESULTS = 48  # results of slow comparisons that are kept from batch to batch
MAX_WAIT = 0.8  # seconds that a page waits for a slow result before it says that it is being computed


class LiveView:
    """Hold the newest snapshots of a ledger, for the last few thresholds; safe for use by many threads."""

    def __init__(self, ledger: Ledger, reviews: Reviews, prepared: DeskWork, concurrency: ConcurrencyLimit) -> None:
        self._ledger = ledger
        self._follower = Follower(ledger)
        self._concurrency = concurrency
        self._reviews = reviews
        self._prepared = prepared
        self._held: OrderedDict[float, Snapshot] = OrderedDict()
        self._slow: OrderedDict[Hashable, tuple[Any, tuple[int, int]]] = OrderedDict()
        self._progress: dict[Hashable, tuple[int, int]] = {}
        self._making: dict[Hashable, threading.Thread] = {}
        self._gate = threading.RLock()
        self._shared = ResultCache(CACHE_BYTES, self._gate, concurrency)
        self._lock = threading.Lock()

    def now(self, min_confidence: float = MIN_CONFIDENCE) -> Snapshot:
        """Return the view as of the ledger's last batch and last decision, under a threshold."""
        state = self._follower.now()
        with self._lock:
            held = self._held.get(min_confidence)
            if held is None or (held.batch, held.decisions) != state.reached:
                self._held[min_confidence] = held = self._snapshot(state, min_confidence, held)
            self._held.move_to_end(min_confidence)
            while len(self._held) > MAX_SNAPSHOTS:
                self._held.popitem(last=False)
            return held

    def forget(self) -> None:
        """Discard the snapshots, as something outside the ledger changed."""
        with self._lock:
            self._held.clear()

    def progress(self, now: Snapshot, key: Hashable) -> tuple[int, int] | None:
        """Return the progress of a slow result, (statements processed, statements in all), where that is known."""
        return self._progress.get((now.min_confidence, now.filters, key))

    def note_progress(self, now: Snapshot, key: Hashable, done: int, total: int) -> None:
        """Note the progress of a slow result."""
        self._progress[now.min_confidence, now.filters, key] = done, total

    def in_background(self, now: Snapshot, key: Hashable, make: Callable[[], T]) -> tuple[T, int] | None:
        """Return a slow result with the batch it is of, and compute it in the background if it is missing.

        Until the result of the newest batch is there, the one of an earlier batch is given, None if there is none.
        Whoever asks waits a moment for what is quick. OnRecordError if it cannot be computed.
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
        with self._concurrency.released():
            thread.join(MAX_WAIT)
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
            while len(self._slow) > MAX_SLOW_RESULTS:
                self._slow.popitem(last=False)

    def _snapshot(self, state: ViewState, min_confidence: float, before: Snapshot | None) -> Snapshot:
        # What does not depend on the threshold is shared.
        known = next((one for one in self._held.values() if (one.batch, one.decisions) == state.reached), None)
        books = tuple(self._ledger.codebooks()) if known is None else known.books
        drafts = tuple(v.codebook for v in self._prepared.versions()) if known is None else known.drafts
        table = mark(state.table, min_confidence)
        most = max(CACHE_BYTES, BYTES_PER_STATEMENT * table.height) // MAX_SNAPSHOTS
        results = ResultCache(most, self._gate, self._concurrency)
        if before is not None and (before.books, before.drafts) == (books, drafts):
            newest = table["date"].max() == before.table["date"].max()  # pages tell the age of what was said
            results = before.results if newest else results
        return Snapshot(
            batch=state.reached[0],
            created="" if state.batch is None else state.batch.created,
            articles=state.articles,
            table=table,
            books=books,
            drafts=drafts,
            results=results,
            shared=self._shared,
            history=History(state.serial, state.steps),
            cluster=lambda: self._follower.clusters(state),
            read=self._follower.read,
            judged=self._reviews.judged() if known is None else known.judged,
            names=state.names,
            decisions=state.decisions,
            min_confidence=min_confidence,
        )
