"""The waist of the house: read -> extract -> interpret -> record, for one article and for a stream.

This is the only module that joins stages. `build_pipeline` loads what a pipeline needs once; a `Pipeline` reads
articles one by one and depends on nothing but the article, so the same article gives the same statements in any order
and on any engine. `run` takes sources and a ledger, sets aside what fails with its reason, and goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from onrecord.errors import OnRecordError, SourceError
from onrecord.extract import Extractor, load_extractor
from onrecord.interpret import load_interpreter
from onrecord.model import Article, Attribution, Statement
from onrecord.read import Given, read

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook
    from onrecord.record import Ledger

# A batch is written after this many statements or seconds, whichever comes first: what a crash can cost at most.
BATCH_STATEMENTS = 2_000
BATCH_SECONDS = 5.0


class Interpreting(Protocol):
    """Makes statements of attributions."""

    def statements(self, article: Article, attributions: Sequence[Attribution]) -> list[Statement]:
        """One statement for each attribution, in text order."""
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """An article that was read."""

    article: Article
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that was set aside, with the reason in one line."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pipeline:
    """An extractor and an interpreter, loaded once."""

    extractor: Extractor
    interpreter: Interpreting
    codebook: Codebook | None = None

    def read_article(self, article: Article) -> Result:
        """The statements of one article."""
        found = self.extractor.attributions(article.text)
        return Result(article, tuple(self.interpreter.statements(article, found)))


def build_pipeline(codebook: Codebook | None = None, model: str | None = None) -> Pipeline:
    """A pipeline; without a codebook issues and stances stay open. `model` is as in `extract.load_extractor`."""
    return Pipeline(load_extractor(model), load_interpreter(codebook), codebook)


def run(
    sources: Iterable[str],
    pipeline: Pipeline,
    ledger: Ledger | None = None,
    *,
    defaults: Given | None = None,
    notes: Callable[[str], None] | None = None,
) -> Iterator[Result | Failure]:
    """Read sources in order, yield each article's result or failure, and add the results to the ledger in batches.

    A result is yielded when it is made; it is safe in the ledger when its batch is written, at the latest when the
    iterator ends. Closing the iterator early writes what was read.
    """
    waiting: list[tuple[Article, Sequence[Statement]]] = []
    due = time.monotonic() + BATCH_SECONDS
    try:
        for article in _articles(sources, defaults or Given(), notes or (lambda note: None)):
            if isinstance(article, SourceError):
                yield Failure(article.source, article.reason)
                continue
            try:
                result = pipeline.read_article(article)
            except (OnRecordError, RecursionError, ValueError) as error:
                yield Failure(article.name, f"could not be analysed: {error}")
                continue
            waiting.append((result.article, result.statements))
            yield result
            if ledger is not None and (sum(len(s) for _, s in waiting) >= BATCH_STATEMENTS or time.monotonic() > due):
                _write(ledger, waiting, pipeline)
                due = time.monotonic() + BATCH_SECONDS
            elif ledger is None:
                waiting.clear()
    finally:
        if ledger is not None and waiting:
            _write(ledger, waiting, pipeline)


def _articles(sources: Iterable[str], defaults: Given, notes: Callable[[str], None]) -> Iterator[Article | SourceError]:
    for source in sources:
        yield from read(source, defaults=defaults, notes=notes)


def _write(ledger: Ledger, waiting: list[tuple[Article, Sequence[Statement]]], pipeline: Pipeline) -> None:
    ledger.add(waiting, codebook=pipeline.codebook)
    waiting.clear()
