"""`onrecord matrix`: where each party stands on each issue."""

from __future__ import annotations

import shutil
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord.core.statement import PartialDate
from onrecord.show.cli.asking import answer, ask, told_once
from onrecord.show.cli.edge import say
from onrecord.show.cli.options import Filters, Format, Output, Store, flat, to_date
from onrecord.show.cli.output import WIDEST, on_terminal, write_line, write_rows

if TYPE_CHECKING:
    import polars as pl

    from onrecord.analyse.positions import Matrix


class Rule(StrEnum):
    """What a cell shows where there are several statements."""

    LATEST = "latest"
    MAJORITY = "majority"
    WEIGHTED = "weighted"


class By(StrEnum):
    """Whose positions."""

    SPEAKER = "speaker"
    AFFILIATION = "affiliation"


@flat
def matrix(
    filters: Filters,
    store: Store,
    output: Output,
    rule: Annotated[
        Rule, typer.Option(help="What a cell shows: the newest, the most frequent or the mean.")
    ] = Rule.LATEST,
    by: Annotated[By, typer.Option(help="One row per speaker, or per body or state they speak for.")] = By.SPEAKER,
    as_of: Annotated[
        PartialDate | None,
        typer.Option(parser=to_date, metavar="DATE", help="The positions at the end of this date.  [default: today's]"),
    ] = None,
    window: Annotated[
        str | None, typer.Option(metavar="UNIT:N", help="Only what was said so long before: days:90, months:6 ...")
    ] = None,
    top: Annotated[
        int | None, typer.Option(min=1, help="Only the actors with the most statements behind them.")
    ] = None,
    intervals: Annotated[
        bool, typer.Option("--intervals", help="How far each cell can be trusted, under the weighted rule.")
    ] = False,
) -> None:
    """Show where each party stands on each issue.

    A cell is the stance, how firmly it is held (CT, PR or PS, + or -; Uu: open), `if` where a condition is set, and
    the number of statements behind it. JSON Lines and CSV have one cell a line, with the ids of its statements.
    """
    from onrecord.analyse.positions import matrix as positions
    from onrecord.analyse.tables import until

    date = None if as_of is None else str(as_of)
    table = ask(store, filters)
    if intervals:
        _write_intervals(until(table, date, window), by, output)
        return
    found = positions(table, rule=rule.value, by=by.value, as_of=date, window=window)
    write_matrix(found, output.format, top=top)


def _write_intervals(table: pl.DataFrame, by: By, output: Output) -> None:
    from onrecord.analyse.trust import intervals

    found = intervals(told_once(table), by=by.value)
    shown = ("actor", "issue", "stance", "value", "low", "high", "utterances", "reports", "probability")
    answer(found, output.format, shown=shown, nothing="no positions")


def write_matrix(found: Matrix, form: Format, *, top: int | None = None) -> None:
    """The matrix: a row per actor as a table, a row per cell else; of the `top` actors, if that is given."""
    actors = found.actors if top is None else _busiest(found, top)
    cells = [row for row in found.cells.to_dicts() if row["actor"] in set(actors)]
    if form is not Format.TABLE:
        write_rows(cells, found.cells.columns, form)
        return
    if not cells:
        say("no positions: no statement has a speaker, an issue and a stance; read with --codebook or loosen filters")
        return
    shown = {(row["actor"], row["issue"]): _cell(row) for row in cells}
    issues = sorted({row["issue"] for row in cells})
    for number, block in enumerate(_blocks(actors, issues, shown)):
        if number:
            write_line()
        rows = [{found.by: actor} | {issue: shown.get((actor, issue), "") for issue in block} for actor in actors]
        write_rows(rows, [found.by, *block], Format.TABLE)
    if len(actors) < len(found.actors):
        say(f"the matrix shows {len(actors)} of {len(found.actors)} actors, those with the most statements")


def _busiest(found: Matrix, top: int) -> list[str]:
    """The actors with the most statements, most first; of equals the first in code point order."""
    counts: Counter[str] = Counter()
    for row in found.cells.to_dicts():
        counts[row["actor"]] += row["count"]
    return sorted(counts, key=lambda actor: (-counts[actor], actor))[:top]


def _blocks(actors: list[str], issues: list[str], shown: dict[tuple[str, str], str]) -> list[list[str]]:
    """The issues in as many blocks of columns as the terminal needs; in one for a pipe, where nothing is wrapped."""
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
    return f"{row['stance']}{conditional} {row['commitment']} ({row['count']})"
