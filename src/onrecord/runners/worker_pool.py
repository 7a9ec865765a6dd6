"""Read in processes of this machine: each loads the models once and reads one article at a time.

A thread per worker sends it a task and waits for the answer, so a worker that crashes, hangs or grows too large costs
its own task alone: the worker is replaced, and the task is retried once (somebody may have killed the worker, or the
machine was short of memory) and then skipped with the reason. A task that took too long is skipped at once.

Workers share nothing, so none can leave a lock behind when it dies. Work in flight is bounded in number and size, and
results come in the order of the sources, so the ledger holds the same rows in the same order as after a run in one
process.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import TYPE_CHECKING, TypeVar, cast

from onrecord.core.statement import Article
from onrecord.errors import RunnerError, SourceError
from onrecord.pipeline import (
    BatchWriter,
    Failure,
    Outcome,
    SerializedOutcome,
    SerializedResult,
    StatementStore,
    failure_of,
    write_through,
)
from onrecord.read import MetadataDefaults, RawDocument, raw_documents
from onrecord.runners.bounds import Bounds
from onrecord.runners.worker import (
    ArticleStarted,
    Build,
    CallResult,
    CallTask,
    LoadFailed,
    Task,
    TaskDone,
    WorkerReady,
    serve,
    task_name,
)

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook

# The worker's own alarm comes first; the driver's clock is for what no alarm ends, as a stopped process.
GRACE_SECONDS = 5.0
POLL_SECONDS = 0.25  # between two checks whether the run has ended
LAST_SECONDS = 2.0  # that the current article is given to finish
START_SECONDS = 300.0  # enough for a busy machine
STARTS = 3
ATTEMPTS = 2
IN_FLIGHT = 32  # tasks per worker between reading a source and yielding its result
IN_FLIGHT_BYTES = 64 << 20

Notes = Callable[[str], None]
T = TypeVar("T")


def in_workers(
    sources: Iterable[str],
    build: Build,
    store: StatementStore | None = None,
    *,
    codebook: Codebook | None = None,
    workers: int = 2,
    bounds: Bounds = Bounds(),
    defaults: MetadataDefaults | None = None,
    notes: Notes | None = None,
    resume: bool = False,
    reprints: bool = True,
) -> Generator[SerializedOutcome]:
    """Read sources in `workers` processes; what is yielded and kept is what `pipeline.run` yields and keeps.

    Results stay the rows that a store keeps, so that one driver can lead many workers; `pipeline.unpacked` makes
    objects of them. `build` makes the pipeline in each process, and must be a function that can be pickled; `codebook`
    is the one that it reads under.
    """
    crew = _WorkerPool(build, bounds, notes or (lambda note: None))
    try:
        reader = crew.start_workers(workers)
        writer = BatchWriter(store, codebook, reader, resume=resume, reprints=reprints)
        crew.start(sources, defaults or MetadataDefaults(), writer)
        yield from write_through(crew.items(), writer)
    finally:
        crew.close()


@dataclass(frozen=True, slots=True)
class _Job:
    number: int
    task: Task
    size: int


class _InFlightLimit:
    """Limit the work in flight; `enter` waits for room, and returns False once the run has ended."""

    def __init__(self, number: int, size: int) -> None:
        self._room = [number, size]
        self._most = size
        self._changed = threading.Condition()
        self._over = False

    def enter(self, size: int) -> bool:
        size = min(size, self._most)
        with self._changed:
            self._changed.wait_for(lambda: self._over or (self._room[0] > 0 and self._room[1] >= size))
            self._room[0] -= 1
            self._room[1] -= size
            return not self._over

    def leave(self, size: int) -> None:
        with self._changed:
            self._room[0] += 1
            self._room[1] += min(size, self._most)
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()


class _WorkerPool:
    """Run the workers, their supervisor threads, and the thread that walks the sources."""

    def __init__(self, build: Build, bounds: Bounds, notes: Notes) -> None:
        self._build = build
        self._bounds = bounds
        self._notes = notes
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[tuple[int, list[SerializedOutcome], int] | int | BaseException] = (
            queue.SimpleQueue()
        )
        self._window = _InFlightLimit(0, 0)
        self._leads: list[_Supervisor] = []
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()

    def start_workers(self, workers: int) -> str:
        """Start the workers, all at once; the version of their reader."""
        self._window = _InFlightLimit(workers * IN_FLIGHT, IN_FLIGHT_BYTES)
        self._leads = [_Supervisor(self._build, self._bounds) for _ in range(workers)]
        for lead in self._leads:
            lead.launch()
        readers = [lead.wait_until_ready() for lead in self._leads]
        return readers[0]

    def start(self, sources: Iterable[str], defaults: MetadataDefaults, writer: BatchWriter) -> None:
        """Begin to read."""
        walk = threading.Thread(target=self._walk, args=(sources, defaults, writer), daemon=True)
        self._threads = [walk] + [
            threading.Thread(target=self._lead, args=(lead, writer), daemon=True) for lead in self._leads
        ]
        for thread in self._threads:
            thread.start()

    def items(self) -> Iterator[SerializedOutcome]:
        """Yield the outcomes in the order of the sources."""
        ready: dict[int, tuple[list[SerializedOutcome], int]] = {}
        following, total = 0, -1
        while following != total:
            outcome = self._outcomes.get()
            if isinstance(outcome, BaseException):
                raise outcome
            if isinstance(outcome, int):
                total = outcome
                continue
            number, items, size = outcome
            ready[number] = (items, size)
            while following in ready:
                items, size = ready.pop(following)
                following += 1
                yield from items
                self._window.leave(size)

    def close(self) -> None:
        """End all workers and threads."""
        self._over.set()
        self._window.end()
        for _ in self._leads:
            self._jobs.put(None)
        for lead in self._leads:
            lead.kill()
        for thread in self._threads:
            thread.join(timeout=2.0)  # one that waits for the standard input ends with the program
        for lead in self._leads:
            lead.end()

    def _walk(self, sources: Iterable[str], defaults: MetadataDefaults, writer: BatchWriter) -> None:
        number = 0
        try:
            for source in sources:
                for item in raw_documents(source, defaults=defaults, notes=self._notes):
                    size = 0 if isinstance(item, SourceError) else _size(item)
                    if not self._window.enter(size):
                        return
                    if isinstance(item, SourceError):
                        self._outcomes.put((number, [failure_of(item)], size))
                    else:
                        self._jobs.put(_Job(number, Task(item), size))
                    number += 1
            self._outcomes.put(number)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that can raise it
            self._outcomes.put(error)

    def _lead(self, lead: _Supervisor, writer: BatchWriter) -> None:
        try:
            while (job := self._jobs.get()) is not None and not self._over.is_set():
                found = lead.do(job.task, writer, self._notes, self._over)
                items = [item for item in found if not isinstance(item, CallResult)]
                self._outcomes.put((job.number, items, job.size))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that can raise it
            self._outcomes.put(error)


def _size(item: Article | RawDocument) -> int:
    return len(item.data) if isinstance(item, RawDocument) else len(item.text.content)


class IsolatedReader:
    """Read articles one by one in a separate worker process, which alone suffers from bad input."""

    def __init__(self, build: Build, bounds: Bounds = Bounds(), over: threading.Event | None = None) -> None:
        self._lead = _Supervisor(build, bounds)
        self._keeper = BatchWriter(None, None, "")
        self._over = over or threading.Event()
        self._lead.launch()
        self.version = self._lead.wait_until_ready()

    def read(self, article: Article) -> Outcome:
        """Return the article's statements, or the reason why there are none."""
        items = self.outcomes(Task(article)) or [Failure(article.name, "stopped before it was read; run it again")]
        return items[0].result() if isinstance(items[0], SerializedResult) else items[0]

    def outcomes(
        self,
        task: Task,
        notes: Notes = lambda note: None,
        each: Callable[[SerializedOutcome], None] = lambda item: None,
    ) -> list[SerializedOutcome]:
        """Return the outcome of each article of a task, and pass each to `each` as it comes; fewer if the run ends
        meanwhile.
        """

        def one(item: SerializedOutcome | CallResult) -> None:
            if not isinstance(item, CallResult):
                each(item)

        found = self._lead.do(task, self._keeper, notes, self._over, one)
        return [item for item in found if not isinstance(item, CallResult)]

    def call(self, name: str, function: Callable[[], T]) -> T:
        """Call a function in the worker and return its value; it must be picklable.

        Raises:
            SourceError: it failed, or took more than the bounds.
        """
        found = self._lead.do(Task(CallTask(name, function)), self._keeper, lambda note: None, self._over)
        answer = found[0] if found else Failure(name, "stopped before it was read; run it again")
        if isinstance(answer, CallResult):
            return cast("T", answer.value)
        raise SourceError(name, answer.reason if isinstance(answer, Failure) else "cannot be read; try again")

    def stop(self) -> None:
        """End the worker from another thread; the one that waits for it gets what was read until now."""
        self._over.set()
        self._lead.kill()

    def close(self) -> None:
        """End the worker, when nobody waits for it."""
        self._lead.end()


@dataclass(slots=True)
class _TaskProgress:
    """Track the progress of a task: its outcomes, and the article being read."""

    items: list[SerializedOutcome | CallResult] = field(default_factory=list)
    name: str | None = None
    each: Callable[[SerializedOutcome | CallResult], None] = lambda item: None

    def add(self, item: SerializedOutcome | CallResult) -> None:
        """Add one outcome."""
        self.items.append(item)
        self.each(item)


class _Supervisor:
    """Supervise one worker, and replace it when it dies."""

    def __init__(self, build: Build, bounds: Bounds) -> None:
        self._context: SpawnContext = multiprocessing.get_context("spawn")
        self._build = build
        self._bounds = bounds
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def launch(self) -> None:
        """Start a process.

        Raises:
            RunnerError: the system has none to give, or the folder that it should start in is gone.
        """
        try:
            self._pipe, theirs = self._context.Pipe()
            process = self._context.Process(target=serve, args=(theirs, self._build, self._bounds), daemon=True)
            process.start()
        except OSError as error:
            reason = error.strerror or error
            raise RunnerError(
                f"a worker process does not start ({reason}); check that the current folder is there, and how many"
                " processes and open files you may have (ulimit -a)"
            ) from error
        self._process = process
        theirs.close()

    def wait_until_ready(self) -> str:
        """Wait until the process has loaded its pipeline; the version of its reader.

        One that was killed while it was about that is started again: somebody may have run out of memory.
        """
        for left in reversed(range(STARTS)):
            hello = self._hello()
            if isinstance(hello, LoadFailed):
                raise hello.error
            if isinstance(hello, WorkerReady):
                return hello.reader
            process = self._process
            if process is None or process.is_alive():
                how, killed = f"it takes more than {START_SECONDS:g} s", False
            else:
                killed = (process.exitcode or 0) < 0
                how = self._end_of_process()
            self.end()
            if not (killed and left):
                raise RunnerError(f"a worker process does not start ({how}); try fewer --workers, or none")
            self.launch()
        raise AssertionError("the last turn returns or raises")

    def _hello(self) -> object:
        """Receive the first message of a process; None if it says nothing."""
        process, pipe = self._process, self._pipe
        assert process is not None
        assert pipe is not None
        try:
            return pipe.recv() if pipe.poll(START_SECONDS) else None
        except (EOFError, OSError):
            process.join(timeout=GRACE_SECONDS)
            return None

    def do(
        self,
        task: Task,
        writer: BatchWriter,
        notes: Notes,
        over: threading.Event,
        each: Callable[[SerializedOutcome | CallResult], None] = lambda item: None,
    ) -> list[SerializedOutcome | CallResult]:
        """Return the outcomes of a task, replacing the worker as often as needed; `each` gets them as they come.

        Once `over` is set, the current article has a moment left, and later ones are not read.
        """
        progress = _TaskProgress(each=each)
        attempts = 0
        while not over.is_set():
            if self._process is None:
                self.launch()
                self.wait_until_ready()
            begun = len(progress.items)
            reason = self._try(Task(task.content, len(progress.items)), progress, writer, notes, over)
            if reason is None:
                break
            if over.is_set():
                break
            how, final = reason
            attempts = attempts + 1 if len(progress.items) == begun else 1
            if final or attempts >= ATTEMPTS:
                progress.add(Failure(progress.name or task_name(task), f"skipped: {how}"))
                attempts = 0
                if progress.name is None:  # it died in opening the piece: the rest of it cannot be reached
                    break
        return progress.items

    def _try(
        self, task: Task, progress: _TaskProgress, writer: BatchWriter, notes: Notes, over: threading.Event
    ) -> tuple[str, bool] | None:
        """Run a task; on worker death return the reason and whether a retry is pointless."""
        pipe = self._pipe
        assert pipe is not None
        progress.name = None
        try:
            pipe.send(task)
            while True:
                if not self._answers(pipe, over):
                    self.end()
                    return self._too_long(), True
                said = pipe.recv()
                if isinstance(said, TaskDone):
                    break
                if isinstance(said, ArticleStarted):
                    progress.name = said.name
                    pipe.send(writer.known(said.article_id, said.text_id, said.name))
                else:
                    progress.add(said)
                    progress.name = None
        except (EOFError, OSError):
            how = self._end_of_process()
            return how, how == self._too_long()
        for note in said.notes:
            notes(note)
        if said.exiting:
            self._end_of_process()
        return None

    def _answers(self, pipe: Connection, over: threading.Event) -> bool:
        """Wait until the process sends something within its limits, or briefly once the run has ended."""
        until = time.monotonic() + self._bounds.seconds + GRACE_SECONDS
        last = False
        while (left := until - time.monotonic()) > 0:
            if pipe.poll(min(left, POLL_SECONDS)):
                return True
            if over.is_set() and not last:
                last = True
                until = min(until, time.monotonic() + LAST_SECONDS)
        return False

    def _too_long(self) -> str:
        return f"it took more than {self._bounds.seconds:g} s; split it, or give a larger --timeout"

    def _end_of_process(self) -> str:
        """Let go of a process that has ended or is about to; how it ended."""
        process = self._process
        if process is None:
            return "its worker was ended"
        process.join(timeout=GRACE_SECONDS)
        code = process.exitcode
        self.end()
        if code is not None and code == -getattr(signal, "SIGALRM", 0):
            return self._too_long()
        if code is not None and code == -signal.SIGABRT:  # what libraries in C++ and Rust do where memory runs out
            most = self._bounds.megabytes
            return f"its worker gave up, as with more than {most} MB; split it, or give a larger --memory"
        if code is not None and code < 0:
            return f"its worker was ended by {signal.Signals(-code).name}; please report it if nobody ended it"
        return f"its worker ended with status {code}; please report it"

    def kill(self) -> None:
        """End the process from another thread: the one that leads it finds the pipe closed."""
        process = self._process
        if process is not None:
            with contextlib.suppress(ValueError):  # already closed by its own thread
                process.kill()

    def end(self) -> None:
        """Kill the process, if there is one, and forget it."""
        process, self._process = self._process, None
        pipe, self._pipe = self._pipe, None
        if process is not None:
            process.kill()
            process.join()
            with contextlib.suppress(ValueError):  # another thread, which starts a process, is just taking its status
                process.close()
        if pipe is not None:
            pipe.close()
