"""Show the evidence of a matrix cell: the statements of one actor on one issue, weighed, in context."""

from __future__ import annotations

from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.positions import RULES, matrix
from onrecord.analyse.tables import POSITIONS, actor, until
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.routes.articles import before_and_after
from onrecord.show.desk.routes.positions import as_of_given
from onrecord.show.desk.snapshot import BY, Snapshot
from onrecord.view import columns

IN_CONTEXT = 8  # utterances shown with the text around them
LISTED = 40  # utterances listed; all others are a click away
CONTEXT = 170  # code points of text on either side


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [Route("/cells", page(cell)), Route("/cells.{format}", page(cell_table))]


def cell(ctx: RequestContext) -> Response:
    """Serve `/cells`: the evidence of one cell, as a page or as the panel beside the matrix."""
    now = ctx.view(ignore=("issue", "speaker", "affiliation"))
    who, on, by, as_of = _asked(ctx, now)
    rule = ctx.choice("rule", RULES, "latest")
    rows = evidence(now, who, on, by, as_of)
    if not rows.height:
        raise HTTPException(404, "Nobody of this name has spoken on this issue in this view.")
    found = matrix(rows.filter("asserted"), rule=rule, by=by).cell(who, on)
    groups = _utterances(ctx, rows)
    return ctx.render(
        "cell_panel.html" if ctx.partial else "cell.html",
        now=now, actor=who, on=on, by=by, rule=rule, as_of=as_of, found=found, groups=groups[:LISTED],
        total=len(groups), unsure=rows.filter(~pl.col("asserted")).height, labels=now.labels(),
        newest=now.table["date"].max(), decisive=found["ids"][-1] if found else None,
    )  # fmt: skip


def cell_table(ctx: RequestContext) -> Response:
    """Serve `/cells.csv`, `.json`: the statements behind one cell."""
    now = ctx.view(ignore=("issue", "speaker", "affiliation"))
    who, on, by, as_of = _asked(ctx, now)
    rows = evidence(now, who, on, by, as_of)
    return table_response(ctx, rows.select(*columns(now.table), "asserted"), "statements")


def evidence(now: Snapshot, who: str, on: str, by: str, as_of: str | None) -> pl.DataFrame:
    """Return the statements that take a position for an actor on an issue, the newest first, sure or not."""
    takes = pl.col("stance").is_in(POSITIONS) & (pl.col("issue") == on) & (actor(by) == who)
    return until(now.utterances.filter(takes), as_of, None).reverse()


def _asked(ctx: RequestContext, now: Snapshot) -> tuple[str, str, str, str | None]:
    who, on = ctx.arg("actor"), ctx.arg("on")
    if not who or not on:
        raise HTTPException(400, "A cell needs an actor and an issue (on).")
    return who, on, ctx.choice("by", BY, "speaker"), as_of_given(ctx)


def _utterances(ctx: RequestContext, rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Group the statements by utterance, counted ones and newest first; some with the text around them."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows.to_dicts():
        groups.setdefault(row["cluster"], []).append(row)
    made: list[dict[str, Any]] = [
        {"first": reports[0], "reports": reports, "context": None} for reports in groups.values()
    ]
    made.sort(key=lambda one: not one["first"]["asserted"])
    shown = made[:IN_CONTEXT]
    numbers = [int(one["first"]["number"]) for one in shown]
    for one, statement in zip(shown, ctx.desk.ledger.numbered(numbers), strict=True):
        one["context"] = before_and_after(statement, CONTEXT)
    return made
