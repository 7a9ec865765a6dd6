"""Run `onrecord conditions`, `common-ground` and `scenario`: what must come first, and what is within reach."""

from __future__ import annotations

import csv
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.core.statement import PartialDate
from onrecord.errors import TableError
from onrecord.show.cli.changes import Who
from onrecord.show.cli.errors import say
from onrecord.show.cli.matrix import ActorLevel, MatrixRule
from onrecord.show.cli.options import AnswerOptions, FilterOptions, QueryFormat, Store, flat, to_date
from onrecord.show.cli.queries import CodebookFile, answer, ask, say_unsure, terms

if TYPE_CHECKING:
    import polars as pl

Page = StrEnum("Page", ["settlements", "inputs", "orders", "deadlocks", "concessions"])
AsOf = Annotated[PartialDate | None, typer.Option(parser=to_date, metavar="DATE", help="As of the end of this date.")]


@flat
def conditions(
    filters: FilterOptions,
    store: Store,
    to: AnswerOptions,
    codebook: CodebookFile = None,
    by: Who = ActorLevel.SPEAKER,
    deadlocks: Annotated[bool, typer.Option("--deadlocks", help="List deadlocks only.")] = False,
) -> None:
    """Show what each party says must come before what, and the deadlocks: steps that wait for each other."""
    from onrecord.analyse import preconditions as before

    view = ask(store, filters)
    edges = before.conditions(view.table, terms=terms(store, codebook), by=by.value)
    cycles = before.deadlocks(edges)
    if deadlocks:
        shown = ("name", "actors", "length", "ids")
        answer(cycles, to, shown=shown, nothing="no deadlock: no step waits for itself")
        return
    named = ("before", "after", "actor", "count", "last", "words")
    answer(edges, to, shown=named, nothing="nobody sets a condition")
    say_unsure(view)
    for row in cycles.iter_rows(named=True):
        say(f"deadlock: {row['name']} ({', '.join(row['actors'])})")


@flat
def common_ground(
    filters: FilterOptions,
    store: Store,
    to: AnswerOptions,
    codebook: CodebookFile = None,
    by: Who = ActorLevel.SPEAKER,
    rule: Annotated[MatrixRule, typer.Option(help="How statements combine to a position.")] = MatrixRule.LATEST,
    as_of: AsOf = None,
) -> None:
    """Show issues that nobody opposes, that one party blocks, or that one condition keeps apart."""
    from onrecord.analyse import consensus as common

    date = None if as_of is None else str(as_of)
    view = ask(store, filters)
    found = common.common_ground(
        view.utterances, terms=terms(store, codebook), by=by.value, rule=rule.value, as_of=date
    )
    shown = ("issue", "kind", "supporters", "opponents", "undecided", "blocker", "condition")
    answer(found, to, shown=shown, nothing="no positions")
    say_unsure(view)


@flat
def scenario(
    filters: FilterOptions,
    store: Store,
    to: AnswerOptions,
    show: Annotated[
        Page, typer.Option(help="Result to show: settlements, their inputs, or the steps of the bargaining.")
    ] = (Page.settlements),
    capabilities: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV of actor,capability.  [default: all the same]")
    ] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option(metavar="ACTOR:ISSUE=STANCE", help="Assume a stance instead of the reported one."),
    ] = None,
    codebook: CodebookFile = None,
    by: Who = ActorLevel.SPEAKER,
    as_of: AsOf = None,
    draws: Annotated[int, typer.Option(min=1, max=100_000, help="Number of bootstrap draws.")] = 1000,
    ktab: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the inputs for KTAB's spatial model.")
    ] = None,
) -> None:
    """Show what settlement lies within reach, by arithmetic over reported positions; no forecast of people.

    compromise: the mean weighted by capability and salience; median: the weighted median; nash: the Nash bargaining
    point, all from -1 (oppose) to 1 (support), each with an interval. orders, deadlocks, concessions: the steps that
    are possible, those that wait for each other, and the fewest conditions to give up.
    """
    from onrecord.analyse import bargaining as scenarios
    from onrecord.analyse import preconditions as before
    from onrecord.analyse import steps

    view = ask(store, filters)
    if show in (Page.orders, Page.deadlocks, Page.concessions):
        edges = before.conditions(view.table, terms=terms(store, codebook), by=by.value)
        pages = {Page.orders: steps.orders, Page.deadlocks: before.deadlocks, Page.concessions: steps.concessions}
        found = pages[show](edges)
        shown = {
            Page.orders: ("order", "steps"), Page.deadlocks: ("name", "actors"),
            Page.concessions: ("knot", "size", "gives_up"),
        }[show]  # fmt: skip
        _page(found, (scenarios.NOTE,), to, shown, "no step waits for itself, and nothing has to be given up")
        return
    made = scenarios.scenario(
        view.utterances,
        capabilities=None if capabilities is None else _capabilities(capabilities),
        what_if=_assumed(what_if or []),
        by=by.value,
        as_of=None if as_of is None else str(as_of),
        draws=draws,
    )
    if ktab is not None:
        ktab.write_text(scenarios.ktab(made), encoding="utf-8")
    if show is Page.inputs:
        shown = ("actor", "issue", "position", "low", "high", "salience", "capability", "statements", "assumed")
        _page(made.inputs, made.notes, to, shown, "no positions")
        return
    ends = [f"{model}{end}" for model in scenarios.MODELS for end in ("", "_low", "_high")]
    _page(made.settlements, made.notes, to, ("issue", "actors", *ends, "outcome", "likely"), "no positions")


def _page(found: pl.DataFrame, notes: tuple[str, ...], to: AnswerOptions, shown: tuple[str, ...], nothing: str) -> None:
    """Write a page with its notes: in a column for programs, on the standard error for people."""
    import polars as pl

    if to.chosen() is not QueryFormat.TABLE:
        found = found.with_columns(pl.lit(" ".join(notes)).alias("note"))
    answer(found, to, shown=shown, nothing=nothing)
    for note in notes:
        say(note)


def _capabilities(path: Path) -> dict[str, float]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = [row for row in csv.reader(handle) if row and not row[0].startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read ({error})") from error
    if rows and [cell.strip().lower() for cell in rows[0]] == ["actor", "capability"]:
        rows = rows[1:]
    try:
        return {actor.strip(): float(value) for actor, value in rows}
    except ValueError as error:
        raise TableError(f"{path}: each line has to be actor,capability ({error})") from error


def _assumed(values: list[str]) -> dict[tuple[str, str], str]:
    found = {}
    for value in values:
        place, sign, stance = value.rpartition("=")
        actor, colon, issue = place.rpartition(":")
        if not (sign and colon and actor and issue and stance):
            raise TableError(f"{value!r} is no ACTOR:ISSUE=STANCE to assume")
        found[actor, issue] = stance
    return found
