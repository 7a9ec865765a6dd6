"""The child's side of a worker: one process, one pipeline, one article at a time.

The talk over the pipe, all of it begun by the driver's `Task`::

    driver: Task ──▶
            ◀── Begin(id, name)     an article of the task; is it to be read?
    True / False ──▶
            ◀── Packed | Failure | Known
            …                       for each article of the task (a `Work` has one Answer or Failure instead)
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
from onrecord.errors import OnRecordError, SourceError, internal_error
from onrecord.pipeline import Failure, Known, Packed, Pipeline, Result, Sent, analysed, failure
from onrecord.read import Given, Piece, open_piece, read_articles
from onrecord.read.boundary import guarded
from onrecord.record.archive_rows import reading_of
from onrecord.runners.bounds import Bounds, at_most, limit_memory, resident

Build = Callable[[], Pipeline]


@dataclass(frozen=True, slots=True)
class File:
    """A file that the worker opens itself, so that nothing of it is looked at in the driver's process.

    `name` is what messages and articles call it.
    """

    path: str
    name: str
    given: Given


@dataclass(frozen=True, slots=True)
class Work:
    """A function that a worker calls within its bounds; `name` is what messages call it."""

    name: str
    function: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the function of a `Work` returned."""

    value: Any


@dataclass(frozen=True, slots=True)
class Task:
    """An article, or a piece or file that holds some; the first `skip` of its items were handled already."""

    content: Article | Piece | File | Work
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
    _silence()
    try:
        pipe.send(Ready(pipeline.reader))
        while True:
            task: Task = pipe.recv()
            if _handle(task, pipe, pipeline, bounds):
                return
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _silence() -> None:
    """Send what libraries in C and Rust print when they fail nowhere: the driver says what there is to say."""
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
            outcome: Sent | Answer = Known(item.name) if isinstance(item, Article) else item
            if isinstance(item, Article):
                pipe.send(Begin(item.id, item.name))
                if pipe.recv():
                    try:
                        outcome = _read(item, pipeline, bounds)
                    except MemoryError:
                        exhausted = True
                        outcome = _too_large(item.name, bounds)
            pipe.send(outcome)
    except MemoryError:
        exhausted = True
        pipe.send(_too_large(place_of(task), bounds))
    bye = exhausted or resident() > bounds.level
    pipe.send(Done(tuple(notes), bye))
    return bye


def _too_large(name: str, bounds: Bounds) -> Failure:
    return Failure(name, f"skipped: needs more than {bounds.megabytes} MB; split it, or give a larger --memory")


def place_of(task: Task) -> str:
    """What messages call the content of a task."""
    content = task.content
    return content.where if isinstance(content, Piece) else content.name


def _opened(task: Task, notes: list[str]) -> Iterator[Article | Failure | Answer]:
    content = task.content
    if isinstance(content, Article):
        yield content
        return
    if isinstance(content, Work):
        for answer in guarded(_called(content), content.name):
            yield failure(answer) if isinstance(answer, SourceError) else answer
        return
    items = articles_of_file(content, notes) if isinstance(content, File) else open_piece(content, notes=notes.append)
    for item in items:
        yield failure(item) if isinstance(item, SourceError) else item


def _called(work: Work) -> Iterator[Answer]:
    yield Answer(work.function())


def articles_of_file(file: File, notes: list[str]) -> Iterator[Article | SourceError]:
    """The articles of a file under the name that it was given."""
    path = Path(file.path)

    def named(text: str) -> str:
        return text.replace(str(path), file.name).replace(path.name, file.name)

    for item in read_articles(path, defaults=file.given, notes=lambda line: notes.append(named(line))):
        if isinstance(item, SourceError):
            yield type(item)(named(item.source), named(item.reason))
        else:
            yield replace(item, name=named(item.name))


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
    with at_most(bounds.seconds):
        made = analysed(article, pipeline)
        if not isinstance(made, Result):
            return made
        try:
            return _pack(made, pipeline)
        except OnRecordError as error:  # words that are not in the text
            return failure(internal_error(article.name, error))


def _pack(result: Result, pipeline: Pipeline) -> Packed:
    """A reading as rows, so that the driver has little to do; SpanError where its words are not in its text."""
    codebook = "" if pipeline.codebook is None else pipeline.codebook.id
    return Packed(reading_of(result.article, result.statements, codebook=codebook, reader=pipeline.reader))
