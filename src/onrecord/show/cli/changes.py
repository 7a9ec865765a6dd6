"""Run `onrecord timeline`, `changes`, `conflicts`, `drift` and `redlines`: positions through time."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import Annotated

import typer

from onrecord.core.statement import PartialDate
from onrecord.show.cli.errors import say
from onrecord.show.cli.matrix import ActorLevel
from onrecord.show.cli.options import AnswerOptions, FilterOptions, Store, flat, to_date
from onrecord.show.cli.queries import answer, ask, say_unsure

Who = Annotated[ActorLevel, typer.Option(help="Speakers, or the bodies and states they speak for.")]
Days = Annotated[int, typer.Option(min=0, help="Maximum number of days between reports of one utterance.")]
Kind = StrEnum("Kind", ["all", "self", "between", "reports"])
MAX_CONFLICTS = 50  # conflicts shown by default


@flat
def timeline(filters: FilterOptions, store: Store, to: AnswerOptions, by: Who = ActorLevel.SPEAKER) -> None:
    """Show how a position developed: each statement of it, by date.

    With --speaker and --issue it is one position; without, it is all of them.
    """
    from onrecord.analyse import position_changes as changes

    view = ask(store, filters)
    shown = ("date", "actor", "issue", "stance", "commitment", "moved", "outlet", "quote")
    found = changes.timeline(view.table, by=by.value)
    answer(found, to, shown=shown, nothing="no dated statement takes a position")
    say_unsure(view)


@flat
def changes(filters: FilterOptions, store: Store, to: AnswerOptions, by: Who = ActorLevel.SPEAKER) -> None:
    """Show who changed their position on what, when, from what to what, with both quotations.

    --since and --until are about the day of the change.
    """
    from onrecord.analyse import position_changes as changes

    view = ask(store, dataclasses.replace(filters, since=None, until=None))
    since, until = (None if day is None else str(day) for day in (filters.since, filters.until))
    found = changes.changes(view.table, by=by.value, since=since, until=until)
    shown = ("to_date", "actor", "issue", "kind", "from_stance", "to_stance", "from_quote", "to_quote")
    answer(found, to, shown=shown, nothing="nobody changed a position")
    say_unsure(view)


@flat
def conflicts(
    filters: FilterOptions,
    store: Store,
    to: AnswerOptions,
    kind: Annotated[
        Kind,
        typer.Option(help="Contradictions within an actor (self), between two actors, or between outlets' reports."),
    ] = Kind.all,
    by: Who = ActorLevel.SPEAKER,
    days: Annotated[int, typer.Option(min=0, help="Maximum number of days between the two statements.")] = 365,
) -> None:
    """Show statements that contradict each other, side by side: the surest and closest in time first."""
    from onrecord.analyse import position_changes as changes
    from onrecord.analyse.retellings import drift as drifts
    from onrecord.analyse.tables import asserted

    view = ask(store, filters)
    if to.limit is None:
        to = dataclasses.replace(to, limit=MAX_CONFLICTS)
    if kind is Kind.reports:
        import polars as pl

        retold = drifts(asserted(view.utterances))
        apart = pl.col("differs").list.eval(pl.element().is_in(["stance", "commitment"])).list.any()
        differing = retold.filter(apart)["cluster"].unique()
        found = retold.filter(pl.col("cluster").is_in(differing.to_list()))
        answer(found, to, shown=DRIFT_SHOWN, nothing="no two outlets tell one utterance differently")
        return
    everything = changes.conflicts(view.table, kind=kind.value, by=by.value)
    found = changes.within(everything, days)
    shown = ("kind", "issue", "actor_a", "date_a", "stance_a", "quote_a", "actor_b", "date_b", "stance_b", "quote_b")
    answer(found, to, shown=shown, nothing="no statements contradict each other")
    if found.height < everything.height:
        say(f"{everything.height - found.height} more lie further apart than {days} days, or have no date")
    say_unsure(view)


DRIFT_SHOWN = ("cluster", "first", "speaker", "date", "outlet", "chain", "stance", "commitment", "differs", "quote")


@flat
def drift(filters: FilterOptions, store: Store, to: AnswerOptions, days: Days = 2) -> None:
    """Show how outlets report the same utterance, the first report first: wording, hedges and chain."""
    from onrecord.analyse import retellings as drifts
    from onrecord.analyse.tables import asserted
    from onrecord.view import meaning

    view = ask(store, filters, min_confidence=0.0)
    found = drifts.drift(asserted(view.table), days=days, meaning=meaning)
    answer(found, to, shown=DRIFT_SHOWN, nothing="no utterance is told by two outlets")


@flat
def redlines(
    filters: FilterOptions,
    store: Store,
    to: AnswerOptions,
    by: Who = ActorLevel.SPEAKER,
    as_of: Annotated[
        PartialDate | None, typer.Option(parser=to_date, metavar="DATE", help="As of the end of this date.")
    ] = None,
) -> None:
    """Show absolute refusals and demands, how often and how recently they were repeated."""
    from onrecord.analyse import refusals as lines

    view = ask(store, filters)
    found = lines.redlines(view.utterances, by=by.value, as_of=None if as_of is None else str(as_of))
    shown = ("actor", "issue", "kind", "count", "reports", "last", "days_since", "softened", "quote")
    answer(found, to, shown=shown, nothing="nobody refused or demanded anything absolutely")
    say_unsure(view)
