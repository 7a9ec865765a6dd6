"""The child's side of `--workers`: one process, one pipeline, one article at a time.

The talk over the pipe, all of it begun by the driver's `Task`::

    driver: Task ──▶
            ◀── Begin(id, name)     an article of the task; is it to be read?
    True / False ──▶
            ◀── Packed | Failure | Known
            …                       for each article of the task
            ◀── Done(notes, bye)
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from onrecord.core.statement import Article
from onrecord.errors import OnRecordError, SourceError
from onrecord.pipeline import Failure, Known, Packed, Pipeline, Result, Sent, analysed, failure
from onrecord.read import Piece, open_piece
from onrecord.record.archive_rows import reading_of
from onrecord.runners.bounds import Bounds, at_most, limit_memory, resident

Build = Callable[[], Pipeline]


@dataclass(frozen=True, slots=True)
class Task:
    """An article, or a piece that holds some; the first `skip` of its items were handled already."""

    content: Article | Piece
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has loaded its pipeline; `reader` names its version."""

    reader: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The worker cannot load its pipeline."""

    error: OnRecordError


@dataclass(frozen=True, slots=True)
class Begin:
    """The worker has an article and asks whether it is to be read."""

    article_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Done:
    """The task is done; with `bye` the worker ends, because it has grown too large."""

    notes: tuple[str, ...]
    bye: bool


def serve(pipe: Connection, build: Build, bounds: Bounds) -> None:
    """Load the pipeline and handle tasks until the driver closes the pipe or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's business
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    try:
        pipeline = build()
    except OnRecordError as error:
        pipe.send(Broken(error))
        return
    limit_memory(bounds.megabytes)
    try:
        pipe.send(Ready(pipeline.reader))
        while True:
            task: Task = pipe.recv()
            if _handle(task, pipe, pipeline, bounds):
                return
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _handle(task: Task, pipe: Connection, pipeline: Pipeline, bounds: Bounds) -> bool:
    """Handle one task; whether the worker is to end."""
    notes: list[str] = []
    exhausted = False
    for item in _timed(_opened(task, notes), bounds.seconds, task.skip):
        outcome: Sent = item if isinstance(item, Failure) else Known(item.name)
        if isinstance(item, Article):
            pipe.send(Begin(item.id, item.name))
            if pipe.recv():
                try:
                    outcome = _read(item, pipeline, bounds)
                except MemoryError:
                    exhausted = True
                    reason = f"needs more than {bounds.megabytes} MB; split it, or give a larger --memory"
                    outcome = Failure(item.name, reason)
        pipe.send(outcome)
    bye = exhausted or resident() > bounds.level
    pipe.send(Done(tuple(notes), bye))
    return bye


def _opened(task: Task, notes: list[str]) -> Iterator[Article | Failure]:
    content = task.content
    if isinstance(content, Article):
        yield content
        return
    try:
        for item in open_piece(content, notes=notes.append):
            yield failure(item) if isinstance(item, SourceError) else item
    except Exception as error:  # noqa: BLE001 - a runner's edge: whatever a parser raises costs this piece alone
        yield Failure(content.where, f"could not be opened: {_line(error)}")


def _timed(items: Iterator[Any], seconds: float, skip: int) -> Iterator[Any]:
    """The items but the first `skip`, each made within so many seconds."""
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


def _read(article: Article, pipeline: Pipeline, bounds: Bounds) -> Sent:
    try:
        with at_most(bounds.seconds):
            made = analysed(article, pipeline)
            return _pack(made, pipeline) if isinstance(made, Result) else made
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a runner's edge: whatever a library raises costs this article alone
        return Failure(article.name, f"could not be analysed: {_line(error)}")


def _pack(result: Result, pipeline: Pipeline) -> Packed:
    """A reading as rows, so that the driver has little to do; SpanError where its words are not in its text."""
    codebook = "" if pipeline.codebook is None else pipeline.codebook.id
    return Packed(reading_of(result.article, result.statements, codebook=codebook, reader=pipeline.reader))


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
