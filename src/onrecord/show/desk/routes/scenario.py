"""Serve scenarios: possible settlements by arithmetic over positions, and steps that wait for each other."""

from __future__ import annotations

from typing import Any

import polars as pl
from starlette.responses import Response
from starlette.routing import Route

from onrecord.core.statement import Stance
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.snapshot import BY, Snapshot

RECENT = 5_000  # the newest statements that a scenario rests on
DRAWS = 300
SHOWN = {"inputs": 200, "deadlocks": 20, "concessions": 10, "orders": 3}  # rows on the page; the files have all
PAGES = ("settlements", "inputs", "orders", "deadlocks", "concessions")


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [Route("/scenario", page(scenario)), Route("/scenario/{page}.{format}", page(scenario_table))]


def scenario(ctx: RequestContext) -> Response:
    """Serve `/scenario`: settlements with intervals, their basis, deadlocks and what opens them."""
    now = ctx.view()
    by, assumed = ctx.choice("by", BY[::-1], "affiliation"), _assumed(ctx)
    held = ctx.desk.live_view.in_background(now, ("settlements", by, assumed), lambda: _settled(now, by, assumed)[0])
    steps = _steps(now, by)
    inputs = _settled(now, by, assumed)[1] if held is not None and held[1] == now.batch else None
    return ctx.render(
        "scenario.html", now=now, labels=now.labels(), by=by, assumed=assumed, stances=list(map(str, Stance))[:4],
        settlements=None if held is None else held[0].to_dicts(), steps={k: v.to_dicts() for k, v in steps.items()},
        inputs=[] if inputs is None else inputs.to_dicts(), recent=RECENT, draws=DRAWS, shown=SHOWN,
        conditions=_with_condition(now).len(), whole=now.table.height,
        batch=None if held is None else held[1],
    )  # fmt: skip


def settled(ctx: RequestContext) -> pl.DataFrame:
    """Return the settlements of the address."""
    return _settled(ctx.view(), ctx.choice("by", BY[::-1], "affiliation"), _assumed(ctx))[0]


def scenario_table(ctx: RequestContext) -> Response:
    """Serve `/scenario/settlements.csv` and the other tables of `onrecord scenario`."""
    now = ctx.view()
    by, assumed = ctx.choice("by", BY[::-1], "affiliation"), _assumed(ctx)
    name = str(ctx.request.path_params["page"])
    if name in ("settlements", "inputs"):
        found = _settled(now, by, assumed)[PAGES.index(name)]
    else:
        found = _steps(now, by).get(name, pl.DataFrame())
    return table_response(ctx, found, name)


def _assumed(ctx: RequestContext) -> tuple[tuple[str, str, str], ...]:
    """Parse the assumed stance of the address."""
    given = tuple(ctx.arg(name) or "" for name in ("if_actor", "if_issue", "if_stance"))
    return ((given[0], given[1], given[2]),) if all(given) else ()


def _settled(now: Snapshot, by: str, assumed: tuple[tuple[str, str, str], ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    from onrecord.analyse.bargaining import scenario as found

    what_if = {(actor, issue): stance for actor, issue, stance in assumed}
    rows = now.utterances[now.table["asserted"].arg_true().tail(RECENT)]

    def make() -> tuple[pl.DataFrame, pl.DataFrame]:
        made = found(rows, what_if=what_if, by=by, draws=DRAWS)
        return made.settlements, made.inputs

    return now.same(("scenario", by, assumed), rows, make)


def _with_condition(now: Snapshot) -> pl.Series:
    """Return the places of the statements that set a condition, from old to new."""
    fits = pl.col("asserted") & (pl.col("condition").list.len() > 0)
    return now.once("places with a condition", lambda: now.table.select(pl.arg_where(fits)).to_series())


def _steps(now: Snapshot, by: str) -> dict[str, pl.DataFrame]:
    from onrecord.analyse import preconditions as before
    from onrecord.analyse import steps

    book = now.codebook
    terms: dict[str, Any] = {} if book is None else {one.id: [*one.terms, one.label] for one in book.issues}
    limited = now.table[_with_condition(now).tail(RECENT)]

    def make() -> dict[str, pl.DataFrame]:
        edges = before.conditions(limited, terms=terms, by=by)
        return {"deadlocks": before.deadlocks(edges), "orders": steps.orders(edges, limit=5),
                "concessions": steps.concessions(edges)}  # fmt: skip

    return now.same(("steps", by), limited, make)
