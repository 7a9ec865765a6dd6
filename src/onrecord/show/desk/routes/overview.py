"""Show the first page: who takes which position, what changed since a day, what the ledger covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from onrecord.analyse.actors import is_name
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.pages import STALE_DAYS
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.routes.audit import quality
from onrecord.show.desk.routes.positions import actors_of, body_of
from onrecord.show.desk.since import Since, asked, first_page
from onrecord.show.desk.snapshot import BY, Snapshot

if TYPE_CHECKING:
    from jinja2 import Template

PARTIES, ISSUES = 8, 8
MOVES_SHOWN = 6  # changes listed on the first page


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/", page(overview)),
        Route("/moves.{format}", page(moves_table)),
        Route("/readings", page(readings)),
        Route("/health", health),
    ]


def overview(ctx: RequestContext) -> Response:
    """Serve `/`."""
    now = ctx.view()
    by = ctx.choice("by", BY[::-1], "affiliation")
    since, last = first_page(ctx, now)
    row = ctx.desk.pages.get_template("positions_rows.html")
    found = since.moves(moves(now, by), now.table)
    return ctx.render(
        "overview.html", now=now, labels=now.labels(), by=by,
        front=_front(now, row, by),
        since=since, last=last, moved=found.head(MOVES_SHOWN).to_dicts(), moves=found.height,
        fresh=now.once(("fresh", since.day, since.added), lambda: _fresh(now, since)),
        quality=quality(ctx, ctx.now),
        covers=now.once("covers", lambda: covers(now)), unread=_unread(ctx, now), stale_days=STALE_DAYS, **running(ctx),
    )  # fmt: skip


def moves_table(ctx: RequestContext) -> Response:
    """Serve `/moves.csv`, `.json`: changed positions, all of them or since a day."""
    now = ctx.view()
    found = moves(now, ctx.choice("by", BY, "speaker"))
    return table_response(ctx, asked(ctx).moves(found, now.table), "moves")


def readings(ctx: RequestContext) -> Response:
    """Serve `/readings`: active readings, as the part of the first page that updates itself."""
    return ctx.render("readings.html", **running(ctx))


def running(ctx: RequestContext) -> dict[str, Any]:
    """Return what this desk is reading or read last, and what other processes read into the ledger."""
    return {"jobs": ctx.desk.jobs.all()[:5], "elsewhere": ctx.desk.ledger.active_runs()}


def health(request: Request) -> Response:
    """Serve `/health`, for monitoring; says nothing about the ledger."""
    return PlainTextResponse("ok\n")


def moves(now: Snapshot, by: str = "speaker") -> pl.DataFrame:
    """Return who moved, the newest first."""
    from onrecord.analyse.position_changes import changes, renewed_changes

    return now.renewed(
        ("moves", by),
        lambda: changes(now.table, by=by),
        lambda found, since: renewed_changes(found, now.table, by, since),
        heavy=True,
    )


def parties_of(now: Snapshot, by: str, most: int = PARTIES) -> list[str]:
    """Return the parties of the first page: the pinned ones, else the named ones with the most statements."""
    order = actors_of(now, by)
    pinned = [name for name in order if name in now.names.pinned]
    if pinned:
        return pinned
    named = [name for name in order[: 20 * most] if is_name(name) and len(name) > 1 and not name.isdigit()]
    return named[:most] or order[:most]


def issues_of(now: Snapshot, most: int = ISSUES) -> list[str]:
    """Return the issues on which most positions were taken, in the codebook's order."""
    taken = now.once("taken", lambda: _taken(now.table))
    return [issue for issue in now.labels() if issue in taken[:most]]


def _front(now: Snapshot, template: Template, by: str) -> dict[str, Any]:
    parties, issues = parties_of(now, by), issues_of(now)
    body = body_of(template, now, parties, issues, {"by": by}, dated=True) if parties else Markup("")
    balance = now.standing(by).balance()
    return {
        "parties": parties, "issues": issues, "body": body, "balance": {i: balance.get(i, {}) for i in issues},
        "total": len(actors_of(now, by)), "all_issues": len(now.labels()), "pinned": bool(now.names.pinned),
    }  # fmt: skip


def _unread(ctx: RequestContext, now: Snapshot) -> dict[str, int]:
    """Count what this desk still has to read or could not read, and the articles in which nothing was found."""
    jobs = ctx.desk.jobs.all()
    waiting = sum(max(1, (job.total or 1) - job.articles - job.failures) for job in jobs if not job.over)
    empty = max(0, now.articles - now.whole.counts("article").height)
    return {"waiting": waiting, "failed": sum(job.failures for job in jobs), "empty": empty}


def _taken(table: pl.DataFrame) -> list[str]:
    """Return the issues, those on which most positions were taken first."""
    counts = table.select("issue", "stance").filter(pl.col("stance") != "none")["issue"].drop_nulls()
    return counts.value_counts(name="n").sort(["n", "issue"], descending=[True, False])["issue"].to_list()


def _fresh(now: Snapshot, since: Since) -> int:
    """Count the positions taken since a day."""
    fields = now.table.select("number", "date", "asserted", "stance", "issue")
    taken = fields.filter(pl.col("asserted"), pl.col("stance") != "none", pl.col("issue").is_not_null())
    return since.of(taken).height


def covers(now: Snapshot) -> dict[str, Any]:
    """Describe the basis of the view: how much, from whom, over which dates, and how much of it a person has
    checked.
    """
    table = now.table
    outlets = now.counts("outlet")
    takes = (pl.col("stance") != "none") & pl.col("issue").is_not_null()
    return {
        "statements": table.height,
        "articles": now.counts("article").height,
        "outlets": outlets.height,
        "busiest": outlets.head(6).to_dicts(),
        "first": table["date"].min(),
        "last": table["date"].max(),
        "undated": table["date"].null_count(),
        "positions": int(table.select(takes.sum()).item()),
        "unsure": now.unsure,
        "nobody": table["speaker"].null_count(),
        "checked": int(table["human_checked"].sum()),
    }
