"""The run of a pipeline over sources, with what it finds printed, counted and saved."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, cast

import typer

from onrecord.codec import statement_to_dict
from onrecord.show.cli.edge import FAILED, printable, say
from onrecord.show.cli.options import Format
from onrecord.show.cli.output import (
    COLUMNS,
    counted,
    statement_row,
    write_json,
    write_line,
    write_rows,
    write_statements,
)
from onrecord.show.cli.progress import bar

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook
    from onrecord.model import Article, Statement
    from onrecord.pipeline import Result
    from onrecord.read import Given
    from onrecord.record import Ledger


class Tally:
    """Counts what is read, and prints it as it comes where a format is given."""

    def __init__(self, form: Format | None) -> None:
        self._form = form
        self.articles = 0
        self.statements = 0
        self.failures = 0

    def failed(self, source: str, reason: str) -> None:
        """A source that could not be read."""
        self.failures += 1
        say(f"{source}: {reason}")

    def read(self, article: Article, statements: Sequence[Statement]) -> None:
        """An article and what is stated in it."""
        if self._form is Format.JSONL:
            for statement in statements:
                write_json(statement_to_dict(statement))
        elif self._form is Format.CSV:
            rows = [statement_row(statement) for statement in statements]
            write_rows(rows, COLUMNS, Format.CSV, header=self.articles == 0)
        elif self._form is Format.TABLE:
            write_line(("" if self.articles == 0 else "\n") + _heading(article, len(statements)))
            write_statements([statement_row(statement) for statement in statements])
        self.articles += 1
        self.statements += len(statements)

    def end(self, where: str) -> None:
        """The sums, on the standard error; status 1 if anything failed."""
        sums = f"{counted(self.statements, 'statement')} in {counted(self.articles, 'article')}"
        failed = f"; {counted(self.failures, 'source')} failed" if self.failures else ""
        say(f"{sums}{failed}; {where}")
        if self.failures:
            raise typer.Exit(FAILED)


def read_all(
    sources: Sequence[str],
    tally: Tally,
    codebook: Codebook | None,
    ledger: Ledger | None,
    given: Given,
    model: str | None = None,
) -> None:
    """Read the sources into the tally and the ledger."""
    from onrecord.pipeline import Failure, build_pipeline, run
    from onrecord.read import expected

    def total() -> int | None:
        counts = [expected(source) for source in sources]
        return None if None in counts else sum(number or 0 for number in counts)

    with bar("reading", total) as progress:
        pipeline = build_pipeline(codebook, model)
        # Closed whatever happens, while the ledger is open: closing writes what was read.
        items = cast("Generator[Result | Failure]", run(sources, pipeline, ledger, defaults=given, notes=say))
        with closing(items):
            for item in items:
                progress.step()
                with progress.paused():
                    if isinstance(item, Failure):
                        tally.failed(item.source, item.reason)
                    else:
                        tally.read(item.article, item.statements)


def _heading(article: Article, number: int) -> str:
    about = (article.title, article.outlet, None if article.published is None else str(article.published))
    return printable(f"{' · '.join([article.name, *filter(None, about)])}: {counted(number, 'statement')}")
