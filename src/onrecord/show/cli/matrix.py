"""Run `onrecord matrix`: each party's position on each issue."""

from __future__ import annotations

import shutil
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord.core.statement import PartialDate
from onrecord.show.cli.errors import say
from onrecord.show.cli.options import AnswerOptions, FilterOptions, OutputFormat, QueryFormat, Store, flat, to_date
from onrecord.show.cli.output import WIDEST, on_terminal, write_line, write_rows
from onrecord.show.cli.queries import answer, ask, deliver, say_unsure

if TYPE_CHECKING:
    import polars as pl

    from onrecord.analyse.positions import Matrix


class MatrixRule(StrEnum):
    """List the rules that decide a cell with several statements."""

    LATEST = "latest"
    MAJORITY = "majority"
    WEIGHTED = "weighted"


class ActorLevel(StrEnum):
    """List the kinds of actor whose positions are shown."""

    SPEAKER = "speaker"
    AFFILIATION = "affiliation"


@flat
def matrix(
    filters: FilterOptions,
    store: Store,
    to: AnswerOptions,
    rule: Annotated[
        MatrixRule, typer.Option(help="What a cell shows: the newest, the most frequent or the mean.")
    ] = MatrixRule.LATEST,
    by: Annotated[
        ActorLevel, typer.Option(help="One row per speaker, or per body or state they speak for.")
    ] = ActorLevel.SPEAKER,
    as_of: Annotated[
        PartialDate | None,
        typer.Option(parser=to_date, metavar="DATE", help="The positions at the end of this date.  [default: today's]"),
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(metavar="UNIT:N", help="Only statements of this period before the date: days:90, months:6 ..."),
    ] = None,
    top: Annotated[
        int | None, typer.Option(min=1, help="Only the actors with the most statements behind them.")
    ] = None,
    intervals: Annotated[
        bool, typer.Option("--intervals", help="Bootstrap interval of each cell, under the weighted rule.")
    ] = False,
) -> None:
    """Show where each party stands on each issue.

    A cell is the stance, how firmly it is held (CT certain, PR probable, PS possible, each + or -; Uu: open), `if`
    where a condition is set, and the number of utterances behind it; `unsure (2)` stands for two statements that are
    too unsure to show. The other formats have one cell a row, with probability, outlets, and the ids of its statements.
    """
    from onrecord.analyse.positions import matrix as positions
    from onrecord.analyse.tables import until

    date = None if as_of is None else str(as_of)
    view = ask(store, filters)
    if intervals:
        _write_intervals(until(view.utterances, date, window), by, to, top)
        say_unsure(view)
        return
    found = positions(view.utterances, rule=rule.value, by=by.value, as_of=date, window=window)
    form = to.chosen()
    if form is QueryFormat.TABLE:
        with to.opened():
            write_matrix(found, OutputFormat.TABLE, top=top or to.limit)
        say_unsure(view)
        return
    from onrecord.exchange.formats import Content

    cells = _of_busiest(found, found.cells, top)
    if cells.is_empty():
        say(NOTHING)
    cells = cells if to.limit is None else cells.head(to.limit)
    deliver(Content.TABLE, None if form is None else form.value, cells, to.output)
    say_unsure(view)


NOTHING = "no positions: no statement has a speaker, an issue and a stance; read with --codebook or loosen filters"


def _write_intervals(table: pl.DataFrame, by: ActorLevel, to: AnswerOptions, top: int | None) -> None:
    from onrecord.analyse.positions import matrix as positions
    from onrecord.analyse.uncertainty import intervals

    found = _of_busiest(positions(table, by=by.value), intervals(table, by=by.value), top)
    shown = ("actor", "issue", "stance", "value", "low", "high", "utterances", "reports", "probability")
    answer(found, to, shown=shown, nothing="no positions")


def _of_busiest(found: Matrix, rows: pl.DataFrame, top: int | None) -> pl.DataFrame:
    """Return the rows of the `top` actors with the most statements, or all."""
    import polars as pl

    return rows if top is None else rows.filter(pl.col("actor").is_in(_busiest(found, top)))


def write_matrix(found: Matrix, form: OutputFormat, *, top: int | None = None) -> None:
    """Print the matrix, as a table with a row per actor, else with a row per cell; only the `top` actors if given."""
    actors = found.actors if top is None else _busiest(found, top)
    cells = [row for row in found.cells.to_dicts() if row["actor"] in set(actors)]
    if form is not OutputFormat.TABLE:
        write_rows(cells, found.cells.columns, form)
        return
    if not cells:
        say(NOTHING)
        return
    # Actors with nothing but unsure statements have no row.
    unsure = [row for row in found.unsure.to_dicts() if row["actor"] in set(actors)]
    shown = {(row["actor"], row["issue"]): f"unsure ({row['unsure']})" for row in unsure}
    shown |= {(row["actor"], row["issue"]): _cell(row) for row in cells}
    issues = sorted({issue for _, issue in shown})
    for number, block in enumerate(_blocks(actors, issues, shown)):
        if number:
            write_line()
        rows = [{found.by: actor} | {issue: shown.get((actor, issue), "") for issue in block} for actor in actors]
        write_rows(rows, [found.by, *block], OutputFormat.TABLE)
    if len(actors) < len(found.actors):
        say(f"the matrix shows {len(actors)} of {len(found.actors)} actors, those with the most statements")


def _busiest(found: Matrix, top: int) -> list[str]:
    """Return the actors with the most statements, most first; among equals in code point order."""
    counts: Counter[str] = Counter()
    for row in found.cells.to_dicts():
        counts[row["actor"]] += row["count"]
    return sorted(counts, key=lambda actor: (-counts[actor], actor))[:top]


def _blocks(actors: list[str], issues: list[str], shown: dict[tuple[str, str], str]) -> list[list[str]]:
    """Split the issues into as many blocks of columns as the terminal needs; one for a pipe, where nothing is
    wrapped.
    """
    if not on_terminal():
        return [issues]
    room = shutil.get_terminal_size().columns - min(WIDEST, max(len(actor) for actor in actors))
    blocks: list[list[str]] = [[]]
    left = room
    for issue in issues:
        width = 2 + max(len(issue), *(len(text) for (_, column), text in shown.items() if column == issue))
        if blocks[-1] and width > left:
            blocks.append([])
            left = room
        blocks[-1].append(issue)
        left -= width
    return blocks


def _cell(row: dict[str, Any]) -> str:
    conditional = " if" if row["conditional"] else ""
    return f"{row['stance']}{conditional} {row['commitment']} ({row['utterances']})"
