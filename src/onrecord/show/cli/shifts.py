"""`onrecord timeline`, `changes`, `conflicts`, `drift` and `redlines`: positions through time."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import Annotated

import typer

from onrecord.core.statement import PartialDate
from onrecord.show.cli.asking import answer, ask, meaning, told_once
from onrecord.show.cli.matrix import By
from onrecord.show.cli.options import Filters, Output, Store, flat, to_date

Who = Annotated[By, typer.Option(help="Speakers, or the bodies and states they speak for.")]
Days = Annotated[int, typer.Option(min=0, help="Reports of one utterance lie at most so many days apart.")]
Kind = StrEnum("Kind", ["all", "self", "between", "reports"])


@flat
def timeline(filters: Filters, store: Store, output: Output, by: Who = By.SPEAKER) -> None:
    """Show how a position developed: each statement of it, by date.

    With --speaker and --issue it is one position; without, it is all of them.
    """
    from onrecord.analyse import shifts

    found = shifts.timeline(ask(store, filters), by=by.value)
    shown = ("date", "actor", "issue", "stance", "commitment", "moved", "outlet", "quote")
    answer(found, output.format, shown=shown, nothing="no dated statement takes a position")


@flat
def changes(filters: Filters, store: Store, output: Output, by: Who = By.SPEAKER) -> None:
    """Show who moved on what, when, from what to what, with both quotations.

    --since and --until are about the day of the move.
    """
    from onrecord.analyse import shifts

    table = ask(store, dataclasses.replace(filters, since=None, until=None))
    since, until = (None if day is None else str(day) for day in (filters.since, filters.until))
    found = shifts.changes(table, by=by.value, since=since, until=until)
    shown = ("to_date", "actor", "issue", "kind", "from_stance", "to_stance", "from_quote", "to_quote")
    answer(found, output.format, shown=shown, nothing="nobody moved")


@flat
def conflicts(
    filters: Filters,
    store: Store,
    output: Output,
    kind: Annotated[
        Kind, typer.Option(help="An actor against own words, two actors, or two outlets' reports of one utterance.")
    ] = Kind.all,
    by: Who = By.SPEAKER,
    days: Annotated[int | None, typer.Option(min=0, help="Only words at most so many days apart.")] = None,
) -> None:
    """Show words that stand against each other, side by side."""
    from onrecord.analyse import shifts
    from onrecord.analyse.drift import drift as drifts

    table = ask(store, filters)
    if kind is Kind.reports:
        import polars as pl

        told = drifts(table, meaning=meaning())
        apart = pl.col("differs").list.eval(pl.element().is_in(["stance", "commitment"])).list.any()
        torn = told.filter(apart)["cluster"].unique()
        found = told.filter(pl.col("cluster").is_in(torn.to_list()))
        answer(found, output.format, shown=DRIFT_SHOWN, nothing="no two outlets tell one utterance differently")
        return
    found = shifts.conflicts(table, kind=kind.value, by=by.value, window=days)
    shown = ("kind", "issue", "actor_a", "date_a", "stance_a", "quote_a", "actor_b", "date_b", "stance_b", "quote_b")
    answer(found, output.format, shown=shown, nothing="no words stand against each other")


DRIFT_SHOWN = ("cluster", "first", "speaker", "date", "outlet", "chain", "stance", "commitment", "differs", "quote")


@flat
def drift(filters: Filters, store: Store, output: Output, days: Days = 2) -> None:
    """Show how outlets tell the same utterance, the first report first: wording, hedges and chain."""
    from onrecord.analyse import drift as drifts

    found = drifts.drift(ask(store, filters), days=days, meaning=meaning())
    answer(found, output.format, shown=DRIFT_SHOWN, nothing="no utterance is told by two outlets")


@flat
def redlines(
    filters: Filters,
    store: Store,
    output: Output,
    by: Who = By.SPEAKER,
    as_of: Annotated[
        PartialDate | None, typer.Option(parser=to_date, metavar="DATE", help="What was said up to this date's end.")
    ] = None,
) -> None:
    """Show absolute refusals and demands, how often and how recently they were repeated."""
    from onrecord.analyse import redlines as lines

    table = told_once(ask(store, filters))
    found = lines.redlines(table, by=by.value, as_of=None if as_of is None else str(as_of))
    shown = ("actor", "issue", "kind", "count", "reports", "last", "days_since", "softened", "quote")
    answer(found, output.format, shown=shown, nothing="nobody refused or demanded anything absolutely")
