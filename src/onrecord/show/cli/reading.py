"""Run a pipeline over sources, and print, count and save what it finds."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from onrecord.core.codec import statement_to_dict
from onrecord.core.columns import row as statement_row
from onrecord.core.statement import describe_article
from onrecord.show.cli.errors import FAILED, detail, printable, say, say_error
from onrecord.show.cli.options import OutputFormat, Runner, RunnerOptions
from onrecord.show.cli.output import (
    COLUMNS,
    counted,
    write_json,
    write_line,
    write_rows,
    write_statements,
)
from onrecord.show.cli.progress import bar

if TYPE_CHECKING:
    from onrecord.classify import Adaptation
    from onrecord.core.statement import Article, Statement
    from onrecord.lexicon import Codebook
    from onrecord.pipeline import Outcome, Pipeline, SerializedOutcome, StatementStore
    from onrecord.read import MetadataDefaults

REPRINTS_NAMED = 5  # warnings of texts that are there already; the report has all of them
ALIKE_NAMED = 100  # failures, or notes, for the same reason; the report has all of them
_VARYING = re.compile(r"\d+|'[^']*'|\"[^\"]*\"")  # what differs in a reason from one source to the next


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """Hold the model to read with (as in `extract.load_extractor`), and where.

    `pipeline` is one that asks a larger language model; it reads in this process.
    """

    model: str | None = None
    running: RunnerOptions = field(default_factory=RunnerOptions)
    pipeline: Pipeline | None = None
    adaptation: Adaptation | None = None
    classifier: str | None = None


class FailureReport:
    """Report what was not read as JSON lines with `source`, `outcome` and `reason`."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    @classmethod
    @contextmanager
    def to(cls, path: Path | None) -> Iterator[FailureReport]:
        """Open a report into a file, or into nothing."""
        if path is None:
            yield cls()
            return
        with path.open("w", encoding="utf-8", errors="backslashreplace") as stream:
            yield cls(stream)

    def line(self, source: str, outcome: str, reason: str) -> None:
        """Write one line at once."""
        if self._stream is not None:
            record = {"source": source, "outcome": outcome, "reason": reason}
            self._stream.write(json.dumps(record, ensure_ascii=False) + "\n")
            self._stream.flush()


class ReadingTally:
    """Count what is read, and print it as it comes where a format is given."""

    def __init__(self, form: OutputFormat | None, report: FailureReport | None = None) -> None:
        self.form = form
        self._report = report or FailureReport()
        self.articles = 0
        self.statements = 0
        self.failures = 0
        self.left_out = 0
        self.known = 0
        self.reprints = 0
        self._alike: Counter[str] = Counter()
        self._last: dict[str, str] = {}  # the last line of each kind that was not printed

    def take(self, item: Outcome | SerializedOutcome) -> None:
        """Take one outcome of a run."""
        from onrecord.pipeline import AlreadyRead, Failure, SerializedResult

        if isinstance(item, SerializedResult):
            self.articles += 1
            self.statements += len(item)
            about = item.reading.article
            detail(f"{describe_article(about)}: {counted(len(item), 'statement')}")
        elif isinstance(item, Failure):
            self.failed(item.source, item.reason, left_out=item.ignored)
        elif isinstance(item, AlreadyRead) and item.same_text is not None:
            self.reprint(item.article, item.same_text)
        elif isinstance(item, AlreadyRead):
            self.known += 1
            detail(f"{item.article}: read before")
            self._report.line(item.article, "known", "the ledger has this reading of it")
        else:
            self.read(item.article, item.statements)

    def failed(self, source: str, reason: str, *, left_out: bool = False) -> None:
        """Report a source that could not be read, or was ignored."""
        self._report.line(source, "left out" if left_out else "failed", reason)
        if left_out:
            self.left_out += 1
            detail(f"{source}: left out, {reason}")
        else:
            self.failures += 1
            if self._is_new(reason, f"{source}: {reason}"):
                say_error(f"{source}: {reason}")

    def _is_new(self, reason: str, line: str) -> bool:
        """Tell whether a line is to be printed: one of the first with this reason."""
        kind = _VARYING.sub("", reason)
        self._alike[kind] += 1
        if self._alike[kind] > ALIKE_NAMED:
            self._last[kind] = line
            return False
        return True

    def reprint(self, source: str, other: str) -> None:
        """Warn of an article whose text is there already; of many, the first few are named."""
        self._report.line(source, "reprint", f"the same text as {other}")
        self.reprints += 1
        if self.reprints <= REPRINTS_NAMED:
            say(f"{source}: not added, the same text as {other}")

    def note(self, line: str) -> None:
        """Print a note."""
        self._report.line("", "note", line)
        if self._is_new(line.partition(": ")[2] or line, line):
            say(line)

    def read(self, article: Article, statements: Sequence[Statement]) -> None:
        """Count and print an article with its statements."""
        if self.form is OutputFormat.JSONL:
            for statement in statements:
                write_json(statement_to_dict(statement))
        elif self.form is OutputFormat.CSV:
            rows = [statement_row(statement) for statement in statements]
            write_rows(rows, COLUMNS, OutputFormat.CSV, header=self.articles == 0)
        elif self.form is OutputFormat.TABLE:
            write_line(("" if self.articles == 0 else "\n") + _heading(article, len(statements)))
            write_statements([statement_row(statement) for statement in statements])
        self.articles += 1
        self.statements += len(statements)

    def end(self, where: str) -> None:
        """Print the totals on the standard error; status 1 if anything failed."""
        for kind, line in self._last.items():
            say_error(f"{self._alike[kind] - ALIKE_NAMED} more like this one (--report names them): {line}")
        sums = f"{counted(self.statements, 'statement')} in {counted(self.articles, 'article')}"
        known = f"; {counted(self.known, 'article')} read before (--again reads them anew)" if self.known else ""
        twins = f"; {counted(self.reprints, 'text')} there before (--reprints adds them)" if self.reprints else ""
        left = f"; {self.left_out} left out (--report names them)" if self.left_out else ""
        failed = f"; {counted(self.failures, 'source')} failed" if self.failures else ""
        say_error(f"{sums}{known}{twins}{left}{failed}; {where}")
        if self.failures:
            raise typer.Exit(FAILED)


def read_all(
    sources: Sequence[str],
    tally: ReadingTally,
    codebook: Codebook | None,
    store: StatementStore | None,
    given: MetadataDefaults,
    how: ReadingSettings | None = None,
) -> None:
    """Read the sources into the tally and the ledger."""
    from onrecord.read import count_articles

    def total() -> int | None:
        counts = [count_articles(source) for source in sources]
        return None if None in counts else sum(number or 0 for number in counts)

    # Closed whatever happens, while the ledger is open: closing writes what was read.
    reading = closing(_items(sources, tally, codebook, store, given, how or ReadingSettings()))
    with bar("reading", total) as progress, reading as items:
        for item in items:
            progress.step()
            with progress.paused():
                tally.take(item)


def _items(
    sources: Sequence[str],
    tally: ReadingTally,
    codebook: Codebook | None,
    store: StatementStore | None,
    given: MetadataDefaults,
    how: ReadingSettings,
) -> Generator[Outcome | SerializedOutcome]:
    """Start the run where the user wants it."""
    from onrecord import pipeline
    from onrecord.runners import Bounds, in_workers

    running = how.running
    resume = not running.again
    if how.pipeline is not None:
        return pipeline.run(
            sources, how.pipeline, store, defaults=given, notes=tally.note, resume=resume, reprints=running.reprints
        )
    bounds = Bounds(seconds=running.timeout, megabytes=running.memory)
    build = functools.partial(pipeline.load, codebook, how.model, how.adaptation)
    if how.classifier is not None:
        build = functools.partial(pipeline.load, codebook, how.model, classifier=how.classifier)
    if running.runner is Runner.RAY:
        from onrecord.runners.on_ray import on_ray

        version = pipeline.reader_version(how.model, how.classifier)
        if how.adaptation is not None:
            version = pipeline.adapted_version(how.adaptation, version)
        items = on_ray(
            sources, build, store, codebook=codebook, reader=version,
            workers=running.workers or 2, address=running.ray_address, bounds=bounds, defaults=given,
            notes=tally.note, resume=resume, reprints=running.reprints,
        )  # fmt: skip
    else:
        items = in_workers(
            sources, build, store, codebook=codebook, workers=running.workers or 1, bounds=bounds, defaults=given,
            notes=tally.note, resume=resume, reprints=running.reprints,
        )  # fmt: skip
    # Rows stay rows where nobody looks at them.
    return items if tally.form is None else pipeline.deserialize(items)


def _heading(article: Article, number: int) -> str:
    about = {"name": article.name, "title": article.title, "outlet": article.outlet, "published": article.published}
    return printable(f"{describe_article(about)}: {counted(number, 'statement')}")
