"""Read in the background: one worker process reads what was added, in order, and reports its progress.

Files are opened and articles read in that process, with limits on time and memory, so that nothing in them can hold up
the server. There is one worker because the processor is shared with the pages; ten people who add sources wait for each
other, and see it.
"""

from __future__ import annotations

import functools
import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from onrecord.core.statement import Article, describe_article
from onrecord.errors import OnRecordError, SourceError
from onrecord.pipeline import Failure, SerializedOutcome, SerializedResult, load, reader_version
from onrecord.record.desk.adaptations import Adaptations
from onrecord.runners import Bounds
from onrecord.runners.worker import FileTask, Task
from onrecord.runners.worker_pool import IsolatedReader
from onrecord.show.desk.advice import explained

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook
    from onrecord.record import Ledger
    from onrecord.show.desk.settings import Settings

_LOG = logging.getLogger("onrecord.desk")
Source = Callable[[], Iterator[Article | FileTask | SourceError]]
MAX_FAILURES = 200  # of one reading that are listed individually


@functools.cache
def models() -> str:
    """Return the version of the models that this process reads with."""
    return reader_version()


def _described(article: Article) -> str:
    """Describe an article by its name, title, outlet and date."""
    about = {"name": article.name, "title": article.title, "outlet": article.outlet, "published": article.published}
    return describe_article(about)


class Background:
    """Run one background task at a time beside the requests; `problem` says why the last one failed."""

    def __init__(self) -> None:
        self.problem = ""
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        """Tell whether it is at work."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, work: Callable[[], object]) -> None:
        """Start a task; OnRecordError if another one is still running."""
        with self._lock:
            if self.busy:
                raise OnRecordError("This is being worked on already; look again when it is done.")
            self.problem = ""
            self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
            self._thread.start()

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except OnRecordError as error:
            self.problem = explained(error)
        except Exception:  # noqa: BLE001 - a thread is an outer edge
            _LOG.exception("work in the background failed")
            self.problem = "an internal error; the server's log has the details"


@dataclass(slots=True)
class Job:
    """Hold one request to read; `events` only grow, so that a watcher can continue from the last one seen."""

    number: int
    who: str
    title: str
    source: Source
    codebook: Codebook | None
    again: bool = False  # read articles again that are in the ledger
    reprints: bool = False  # a text that the ledger has under another outlet, date, title or address is added too
    total: int | None = None  # how many articles there are to read, where that is known
    state: str = "waiting"
    articles: int = 0
    statements: int = 0
    failures: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    stopped_by: str | None = None

    def tell(self, kind: str, **values: Any) -> None:
        """Add an event for those who watch."""
        with self.changed:
            counts = {"articles": self.articles, "statements": self.statements, "failures": self.failures}
            self.events.append({"kind": kind, "state": self.state, **counts, **values})
            self.changed.notify_all()

    def since(self, seen: int, wait: float) -> list[dict[str, Any]]:
        """Return the events after the first `seen`, waiting up to `wait` seconds for one."""
        deadline = time.monotonic() + wait
        with self.changed:
            while len(self.events) <= seen and not self.over and (left := deadline - time.monotonic()) > 0:
                self.changed.wait(left)
            return self.events[seen:]

    @property
    def over(self) -> bool:
        """Tell whether no more events will come."""
        return self.state in ("done", "failed", "stopped")


class Jobs:
    """Hold the queue of a desk, with the last jobs for reference."""

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._keep = settings.limits.jobs
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._waiting: queue.Queue[Job | None] = queue.Queue()
        self._limits = settings.limits
        self._adaptations = Adaptations(ledger)
        self._reader: tuple[tuple[str | None, str | None], IsolatedReader] | None = None
        self._over = threading.Event()
        self._worker: threading.Thread | None = None
        self._lock = threading.Lock()

    def add(
        self, who: str, title: str, source: Source, codebook: Codebook | None, *,
        again: bool = False, reprints: bool = False, total: int | None = None,
    ) -> Job:  # fmt: skip
        """Queue a reading.

        Raises:
            OnRecordError: too many are waiting already.
        """
        with self._lock:
            if sum(1 for job in self._jobs.values() if not job.over) >= self._keep:
                raise OnRecordError("too many readings are waiting; try again when some are done")
            job = Job(next(self._numbers), who, title, source, codebook, again, reprints, total)
            self._jobs[job.number] = job
            for number in [n for n, old in self._jobs.items() if old.over][: max(0, len(self._jobs) - self._keep)]:
                del self._jobs[number]
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="onrecord-reading", daemon=True)
                self._worker.start()
        self._waiting.put(job)
        return job

    def get(self, number: int) -> Job | None:
        """Return the job of this number, if it is still held."""
        return self._jobs.get(number)

    def all(self) -> list[Job]:
        """Return the held jobs, newest first."""
        return sorted(self._jobs.values(), key=lambda job: -job.number)

    def close(self) -> None:
        """End the worker; the articles that it has read are in the ledger."""
        self._over.set()
        self._waiting.put(None)
        if self._worker is not None:
            self._worker.join(timeout=4)
        if self._reader is not None:
            self._reader[1].stop()

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None and not self._over.is_set():
            try:
                self._read(job)
                job.state = "done" if job.stopped_by is None else "stopped"
            except Exception as error:  # noqa: BLE001 - the worker is an edge: one reading must not end all others
                _LOG.exception("reading %r failed", job.title)
                job.state = "failed"
                reason = explained(error) if isinstance(error, OnRecordError) else "an internal error; see the log"
                job.tell("failure", source=job.title, reason=reason)
            job.tell("end")

    def _read(self, job: Job) -> None:
        job.state = "reading"
        job.tell("start")
        reader = self._loaded(job.codebook)
        for content in job.source() if job.stopped_by is None else ():
            if job.stopped_by is not None:
                break
            if self._over.is_set():
                raise OnRecordError("stopped, as the desk was closed; add the rest again")
            if isinstance(content, SourceError):
                self._failed(job, content.source, content.reason)
            else:
                reader.outcomes(Task(content), each=lambda outcome: self._took(job, outcome))

    def _took(self, job: Job, outcome: SerializedOutcome) -> None:
        """Keep what was read of one article."""
        if isinstance(outcome, Failure) and not outcome.ignored:
            self._failed(job, outcome.source, outcome.reason)
        elif isinstance(outcome, SerializedResult):
            article = outcome.result().article
            known, elsewhere = (None, False) if job.again else self._known(article)
            if known is not None and not (elsewhere and job.reprints):
                also = _described(known) if elsewhere else ""
                job.tell("known", id=known.id, name=article.name, title=known.title or known.name, also=also)
                return
            self._ledger.add_readings([outcome.reading], codebook=job.codebook, reader=f"desk: {job.who}")
            job.articles += 1
            job.statements += len(outcome)
            also = "" if known is None else _described(known)
            job.tell("article", id=article.id, name=article.name, title=article.title, found=len(outcome), also=also)

    def _known(self, article: Article) -> tuple[Article | None, bool]:
        """Return the article that has the same text, and whether it is of another outlet, date, title or address."""
        same = self._ledger.with_text(article.text.id)
        itself = next((one for one in same if one.id == article.id), None)
        return (itself, False) if itself is not None else (next(iter(same), None), bool(same))

    def _failed(self, job: Job, source: str, reason: str) -> None:
        job.failures += 1
        if job.failures <= MAX_FAILURES:
            job.tell("failure", source=source, reason=reason)

    def _loaded(self, codebook: Codebook | None) -> IsolatedReader:
        """Return the worker that reads under a codebook."""
        adaptation = self._adaptations.used
        if adaptation is not None and adaptation.base != models():
            adaptation = None
        key = (None if codebook is None else codebook.id, None if adaptation is None else adaptation.id)
        if self._reader is None or self._reader[0] != key:
            if self._reader is not None:
                self._reader[1].close()
            bounds = Bounds(seconds=self._limits.article_seconds, megabytes=self._limits.article_megabytes)
            build = functools.partial(load, codebook, None, adaptation)
            self._reader = (key, IsolatedReader(build, bounds, self._over))
        return self._reader[1]
