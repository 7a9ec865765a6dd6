"""Serve as a worker: one process, one pipeline, one article at a time.

The talk over the pipe, all of it begun by the driver's `Task`::

    driver: Task ──▶
            ◀── Begin(id, name)     an article of the task; is it to be read?
    AlreadyRead / None ──▶      why not, or that it is
            ◀── Packed | Failure | Known
            …                       for each article of the task (a `CallTask` has one Answer or Failure instead)
            ◀── Done(notes, bye)
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from onrecord.core.statement import Article
from onrecord.errors import OnRecordError, RunnerError, SourceError, describe_exception, internal_error
from onrecord.pipeline import (
    Failure,
    Pipeline,
    Result,
    SerializedOutcome,
    SerializedResult,
    failure_of,
    read_or_fail,
)
from onrecord.read import MetadataDefaults, RawDocument, parse_document, read_articles
from onrecord.read.boundary import with_error_boundary
from onrecord.record.archive_rows import reading_rows
from onrecord.runners.bounds import Bounds, at_most, limit_memory, resident

Build = Callable[[], Pipeline]


@dataclass(frozen=True, slots=True)
class FileTask:
    """Describe a file for the worker to open, so that its content never enters the driver's process.

    `name` is what messages and articles call it.
    """

    path: str
    name: str
    defaults: MetadataDefaults


@dataclass(frozen=True, slots=True)
class CallTask:
    """Describe a function for a worker to call within its limits; `name` is shown in messages."""

    name: str
    function: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class CallResult:
    """Hold the value that the function of a `CallTask` returned."""

    value: Any


@dataclass(frozen=True, slots=True)
class Task:
    """Describe work for a worker: an article, or a document or file with several; the first `skip` items are done."""

    content: Article | RawDocument | FileTask | CallTask
    skip: int = 0


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """Report that the worker has loaded its pipeline; `reader` names its version."""

    reader: str


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """Report that the worker cannot load its pipeline."""

    error: OnRecordError


@dataclass(frozen=True, slots=True)
class ArticleStarted:
    """Report an article and ask whether to read it."""

    article_id: str
    text_id: str
    name: str


@dataclass(frozen=True, slots=True)
class TaskDone:
    """Report that the task is done; with `exiting` the worker ends, because its memory has grown too large."""

    notes: tuple[str, ...]
    exiting: bool


def serve(pipe: Connection, build: Build, bounds: Bounds) -> None:
    """Load the pipeline and handle tasks until the driver closes the pipe or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's business
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    try:
        pipeline = build()
    except OnRecordError as error:
        pipe.send(LoadFailed(error))
        return
    except Exception as error:  # noqa: BLE001 - an outer edge: a traceback would help nobody
        pipe.send(LoadFailed(RunnerError(f"the models do not load ({describe_exception(error)}); please report it")))
        return
    limit_memory(bounds.megabytes)
    _silence()
    try:
        pipe.send(WorkerReady(pipeline.reader))
        while True:
            task: Task = pipe.recv()
            if _handle(task, pipe, pipeline, bounds):
                return
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _silence() -> None:
    """Discard what libraries in C and Rust print when they fail: the driver reports the failure."""
    if os.environ.get("ONRECORD_DEBUG"):
        return
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _handle(task: Task, pipe: Connection, pipeline: Pipeline, bounds: Bounds) -> bool:
    """Handle one task; whether the worker is to end."""
    notes: list[str] = []
    exhausted = False
    try:
        for item in _timed(_opened(task, notes), bounds.seconds, task.skip):
            if not isinstance(item, Article):
                pipe.send(item)
                continue
            pipe.send(ArticleStarted(item.id, item.text.id, item.name))
            outcome: SerializedOutcome | None = pipe.recv()
            if outcome is None:
                try:
                    outcome = _read(item, pipeline, bounds)
                except MemoryError:
                    exhausted = True
                    outcome = _too_large(item.name, bounds)
            pipe.send(outcome)
    except MemoryError:
        exhausted = True
        pipe.send(_too_large(task_name(task), bounds))
    exiting = exhausted or resident() > bounds.level
    pipe.send(TaskDone(tuple(notes), exiting))
    return exiting


def _too_large(name: str, bounds: Bounds) -> Failure:
    return Failure(name, f"skipped: needs more than {bounds.megabytes} MB; split it, or give a larger --memory")


def task_name(task: Task) -> str:
    """Return the name of a task's content for messages."""
    content = task.content
    return content.where if isinstance(content, RawDocument) else content.name


def _opened(task: Task, notes: list[str]) -> Iterator[Article | Failure | CallResult]:
    content = task.content
    if isinstance(content, Article):
        yield content
        return
    if isinstance(content, CallTask):
        for answer in with_error_boundary(_called(content), content.name):
            yield failure_of(answer) if isinstance(answer, SourceError) else answer
        return
    items = (
        articles_of_file(content, notes)
        if isinstance(content, FileTask)
        else parse_document(content, notes=notes.append)
    )
    for item in items:
        yield failure_of(item) if isinstance(item, SourceError) else item


def _called(work: CallTask) -> Iterator[CallResult]:
    yield CallResult(work.function())


def articles_of_file(file: FileTask, notes: list[str]) -> Iterator[Article | SourceError]:
    """Read the articles of a file under the name that it was given."""
    path = Path(file.path)

    def named(text: str) -> str:
        return text.replace(str(path), file.name).replace(path.name, file.name)

    for item in read_articles(path, defaults=file.defaults, notes=lambda line: notes.append(named(line))):
        if isinstance(item, SourceError):
            yield type(item)(named(item.source), named(item.reason))
        else:
            yield replace(item, name=named(item.name))


def _timed(items: Iterator[Any], seconds: float, skip: int) -> Iterator[Any]:
    """Yield the items after the first `skip`, with a time limit on each."""
    while True:
        with at_most(seconds):
            try:
                item = next(items)
            except StopIteration:
                return
        if skip > 0:
            skip -= 1
        else:
            yield item


def _read(article: Article, pipeline: Pipeline, bounds: Bounds) -> SerializedOutcome:
    with at_most(bounds.seconds):
        made = read_or_fail(article, pipeline)
        if not isinstance(made, Result):
            return made
        try:
            return _pack(made, pipeline)
        except OnRecordError as error:  # words that are not in the text
            return failure_of(internal_error(article.name, error))


def _pack(result: Result, pipeline: Pipeline) -> SerializedResult:
    """Serialize a reading to rows, to spare the driver the work.

    Raises:
        SpanError: a statement's words are not in its text.
    """
    codebook = "" if pipeline.codebook is None else pipeline.codebook.id
    return SerializedResult(reading_rows(result.article, result.statements, codebook=codebook, reader=pipeline.reader))
