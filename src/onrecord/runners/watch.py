"""Watch feeds: read new pages, compare changed ones, link reprints.

All state between two steps is in the state file and the ledger, so a watch may be stopped or killed at any moment: a
page that was being read is read again, which adds nothing.
"""

from __future__ import annotations

import difflib
import functools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from onrecord.core.statement import Article, Form, Statement
from onrecord.errors import LedgerError, NoArticle, SourceError, internal_error
from onrecord.pipeline import Outcome, Result
from onrecord.read import MetadataDefaults, RawDocument, parse_document
from onrecord.read.boundary import UNSTOPPED
from onrecord.read.crawler import Crawler, PageUnavailable, RetryLater
from onrecord.read.feeds import Feed, Listing, parse_listing
from onrecord.read.http import without_password
from onrecord.runners.watch_state import DueAddress, Original, WatchState

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook
    from onrecord.record import Ledger

T = TypeVar("T")
HOUR = 3600.0
# When a page is looked at again after it was first read: silent edits come early or not at all.
AGAIN = (1 * HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR)
ATTEMPTS = 5  # to fetch a page that does not answer
MAX_PERIODS = 96  # between two requests to a failing feed
MAX_SITEMAPS = 50  # of an index
_MIN_SIMILARITY = 0.5  # of the characters; two less similar quotations are not versions of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Describe an event: `kind` is article, version, reprint, edit, failed, left out or feed failed."""

    kind: str
    url: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Set the seconds between two fetches of a feed, and the intervals after which a page is fetched again."""

    every: float = 900.0
    again: tuple[float, ...] = AGAIN


class Caller(Protocol):
    """Call a function, in this process by default.

    Raises:
        SourceError: the call failed; the error names the source.
    """

    def __call__(self, name: str, function: Callable[[], T]) -> T:
        """Give what the function returns."""
        ...


def call_directly(name: str, function: Callable[[], T]) -> T:
    """Call a function in this process, without bounds."""
    return function()


def articles_of(piece: RawDocument) -> list[Article | SourceError]:
    """Parse the articles of a page."""
    return list(parse_document(piece))


class Watch:
    """Watch feeds; `read_article` and `reader` come from the pipeline, `clock` counts seconds since 1970.

    What parses feeds and pages goes through `call`, which may be a worker's, with its bounds.
    """

    def __init__(
        self,
        feeds: Sequence[Feed],
        seen: WatchState,
        ledger: Ledger,
        read_article: Callable[[Article], Outcome],
        *,
        call: Caller = call_directly,
        codebook: Codebook | None = None,
        reader: str = "",
        polite: Crawler | None = None,
        schedule: Schedule = Schedule(),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.stop = threading.Event()
        self.metrics = Metrics(clock)
        self._feeds = {feed.url: feed for feed in feeds}
        self._seen = seen
        self._ledger = ledger
        self._read_article = read_article
        self._call = call
        self._codebook = codebook
        self._reader = reader
        self._polite = polite or Crawler(wait=self.stop.wait, over=self.stop.is_set)
        self._schedule = schedule
        self._clock = clock
        seen.watch(list(self._feeds))

    def run(self, *, once: bool = False) -> Iterator[Event]:
        """Watch until `stop` is set; with `once` until everything that was due is done."""
        while not self.stop.is_set():
            yield from self._round()
            self.metrics.counts(self._seen.counts(), self._seen.failing_feeds())
            if once and not self._seen.due_pages(self._clock(), 1):
                return
            due = self._seen.next_due()
            pause = 60.0 if due is None else min(60.0, due - self._clock())
            self.metrics.beat()
            if pause > 0:
                self.stop.wait(pause)

    def _round(self) -> Iterator[Event]:
        for due in self._seen.due_feeds(self._clock()):
            if self.stop.is_set():
                return
            yield from self._counted(self._feed(due))
        for page in self._seen.due_pages(self._clock()):
            if self.stop.is_set():
                return
            yield from self._counted(self._page(page))

    def _counted(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            self.metrics.event(event.kind)
            yield event
        self.metrics.beat()

    # ------------------------------------------------------------ feeds

    def _feed(self, due: DueAddress) -> Iterator[Event]:
        """Ask a feed; whatever it does wrong costs this feed alone, which is asked again later."""
        now = self._clock()
        try:
            answer = self._polite.get(due.url, etag=due.etag, modified=due.modified)
            if answer.page is not None:
                self._list(answer.page.data, answer.page.address, due.url, now, [due.url])
        except (LedgerError, *UNSTOPPED):
            raise
        except BaseException as error:  # noqa: BLE001 - the error boundary of one feed
            if self.stop.is_set():
                return
            # A feed may come back: it is asked ever less often, and never dropped.
            problem = error if isinstance(error, SourceError) else internal_error(due.url, error)
            periods = min(2.0 ** min(due.failures, 20), MAX_PERIODS)
            wait = problem.seconds if isinstance(problem, RetryLater) else self._schedule.every * periods
            self._seen.feed_failed(due.url, now + max(wait, self._schedule.every), problem.reason)
            yield Event(kind="feed failed", url=without_password(due.url), detail={"reason": problem.reason})
            return
        self._seen.feed_done(due.url, now + self._schedule.every, answer.etag, answer.modified)

    def _list(self, data: bytes, address: str, feed: str, now: float, path: list[str]) -> None:
        """Take in what a feed or sitemap lists; the sitemaps of an index are asked at once, two levels deep."""
        found: Listing = self._call(feed, functools.partial(parse_listing, data, address))
        for entry in found.entries:
            self._seen.list_page(entry.url, feed, entry.stamp, now)
        for url in found.sitemaps[:MAX_SITEMAPS]:
            if len(path) >= 3 or url in path or self.stop.is_set():
                continue
            try:
                page = self._polite.get(url).page
                if page is not None:
                    self._list(page.data, page.address, feed, now, [*path, url])
            except SourceError:  # one sitemap of an index; the feed's next turn asks it again
                self.metrics.event("sitemap failed")

    # ------------------------------------------------------------ pages

    def _page(self, due: DueAddress) -> Iterator[Event]:
        """Ask a page; whatever it does wrong costs this page alone."""
        now = self._clock()
        try:
            answer = self._polite.get(due.url, etag=due.etag, modified=due.modified)
            if answer.page is not None:
                page = answer.page
                suffix = ".html" if page.media in ("text/html", "application/xhtml+xml") else ".txt"
                if suffix == ".txt" and not page.media.startswith("text/"):
                    raise PageUnavailable(
                        due.url, f"it is {page.media[:60]}, not a page of text; save it and read the file"
                    )
                feed = self._feeds.get(due.feed)
                defaults = MetadataDefaults(outlet=feed.outlet if feed else None)
                piece = RawDocument(
                    data=page.data, name=due.url, where=due.url, suffix=suffix, defaults=defaults, address=page.address,
                    charset=page.charset,
                )  # fmt: skip
                for item in self._call(due.url, functools.partial(articles_of, piece)):
                    if isinstance(item, SourceError):
                        raise item
                    yield from self._article(due.url, item, now)
        except (LedgerError, *UNSTOPPED):
            raise
        except BaseException as error:  # noqa: BLE001 - the error boundary of one page
            if not self.stop.is_set():
                problem = error if isinstance(error, SourceError) else internal_error(due.url, error)
                yield self._page_failed(due, problem, now)
            return
        if self.stop.is_set() and answer.page is not None and not self._seen.versions(due.url):
            return  # stopped before it was read: it is due still
        visits = due.visits
        later = now + self._schedule.again[visits] if visits < len(self._schedule.again) else None
        self._seen.page_done(due.url, later, answer.etag, answer.modified)

    def _page_failed(self, due: DueAddress, error: SourceError, now: float) -> Event:
        retry = None
        if isinstance(error, RetryLater) and due.failures + 1 < ATTEMPTS:
            retry = now + error.seconds
        self._seen.page_failed(due.url, retry, error.reason)
        kind = "left out" if isinstance(error, NoArticle) else "failed"
        return Event(kind=kind, url=due.url, detail={"reason": error.reason, "again": retry is not None})

    def _article(self, url: str, article: Article, now: float) -> Iterator[Event]:
        versions = self._seen.versions(url)
        if any(known == article.id or text == article.text.id for known, text in versions):
            return
        # A reprint that was touched up is a reprint still, while a changed article stays one of its own.
        is_article = bool(versions) and not self._seen.is_reprint(url, versions[-1][0])
        original = None if is_article else self._seen.original(url, article.text.content, article.text.id)
        if original is not None:
            yield self._reprint(url, article, original, now)
            return
        outcome = self._read_article(article)
        if not isinstance(outcome, Result):
            if self.stop.is_set():
                return
            reason = getattr(outcome, "reason", "was read before")
            yield Event(kind="failed", url=url, detail={"reason": reason, "article": article.id})
            return
        self._ledger.add([(article, outcome.statements)], codebook=self._codebook, reader=self._reader)
        if is_article:
            before = [s for s in self._statements(versions[-1][0]) if s.article.id == versions[-1][0]]
            self._ledger.supersede(versions[-1][0], article.id)
            for change in changed_quotes(before, outcome.statements, article.text.content):
                self._seen.keep_edit(url, *change, now)
                speaker, old, new = change
                yield Event(kind="edit", url=url, detail={"speaker": speaker, "before": old, "after": new})
        self._seen.keep_version(url, article.id, article.text.id, article.text.content, now)
        detail = {"article": article.id, "title": article.title, "statements": len(outcome.statements)}
        yield Event(kind="version" if is_article else "article", url=url, detail=detail)

    def _reprint(self, url: str, article: Article, original: Original, now: float) -> Event:
        self._seen.keep_reprint(url, article.id, article.text.id, original, now)
        return Event(kind="reprint", url=url, detail={"of": original.url, "likeness": original.likeness})

    def _statements(self, article_id: str) -> list[Statement]:
        from onrecord.record import Query

        return list(self._ledger.statements(Query(article=article_id)))


def changed_quotes(
    before: Sequence[Statement], after: Sequence[Statement], text: str
) -> Iterator[tuple[str | None, str, str | None]]:
    """Find direct quotations missing from the new text: speaker, old words, new words (None if removed)."""
    plain = " ".join(text.split())
    for old in before:
        if old.form.value is Form.INDIRECT or " ".join(old.quote.split()) in plain or " … " in old.quote:
            continue
        rivals = [new.quote for new in after if new.speaker.value == old.speaker.value and new.quote != old.quote]
        likest = max(rivals, key=lambda quote: _likeness(old.quote, quote), default=None)
        if likest is not None and _likeness(old.quote, likest) >= _MIN_SIMILARITY:
            yield old.speaker.value, old.quote, likest
        else:
            yield old.speaker.value, old.quote, None


def _likeness(a: str, b: str) -> float:
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()


class Metrics:
    """Hold the Prometheus counters and the heartbeat behind `/health`; another thread reads them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._events: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._failing: list[dict[str, Any]] = []
        self._beat = clock()

    def event(self, kind: str) -> None:
        """Count one event of a kind."""
        with self._lock:
            self._events[kind] = self._events.get(kind, 0) + 1

    def counts(self, counts: dict[str, int], failing: Sequence[dict[str, Any]] = ()) -> None:
        """Set the state's current counts and the failing feeds."""
        with self._lock:
            self._counts = dict(counts)
            self._failing = list(failing)

    def failing(self) -> list[dict[str, Any]]:
        """Return the feeds that failed when last fetched: address, consecutive failures, reason, next attempt."""
        with self._lock:
            return list(self._failing)

    def beat(self) -> None:
        """Record a sign of life."""
        with self._lock:
            self._beat = self._clock()

    def age(self) -> float:
        """Return the seconds since the last sign of life."""
        with self._lock:
            return self._clock() - self._beat

    def text(self) -> str:
        """Render all metrics in Prometheus' text format."""
        with self._lock:
            lines = [
                "# HELP onrecord_watch_events_total What happened since the start.",
                "# TYPE onrecord_watch_events_total counter",
            ]
            lines += [
                f'onrecord_watch_events_total{{kind="{kind}"}} {number}'
                for kind, number in sorted(self._events.items())
            ]
            for name, number in sorted(self._counts.items()):
                lines += [f"# TYPE onrecord_watch_{name} gauge", f"onrecord_watch_{name} {number}"]
            lines += ["# TYPE onrecord_watch_seconds_since_beat gauge"]
            lines += [f"onrecord_watch_seconds_since_beat {self._clock() - self._beat:.1f}"]
        return "\n".join(lines) + "\n"
