"""Show the first page: who takes which position, what changed since a day, what the ledger covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from onrecord.analyse.actors import is_name
from onrecord.show.desk.board import BY, Snapshot
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.pages import STALE
from onrecord.show.desk.routes.audit import quality
from onrecord.show.desk.routes.positions import Cells, actors_of, body_of, cells_of
from onrecord.show.desk.since import Since, asked, first_page
from onrecord.show.desk.visit import Visit, page

if TYPE_CHECKING:
    from jinja2 import Template

PARTIES, ISSUES = 8, 8
MOVED = 6  # changes listed on the first page


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/", page(overview)),
        Route("/moves.{format}", page(moves_table)),
        Route("/readings", page(readings)),
        Route("/health", health),
    ]


def overview(visit: Visit) -> Response:
    """Serve `/`."""
    now = visit.view()
    by = visit.choice("by", BY[::-1], "affiliation")
    since, last = first_page(visit, now)
    row = visit.desk.pages.get_template("positions_rows.html")
    found = since.moves(moves(now, by), now.table)
    return visit.render(
        "overview.html", now=now, labels=now.labels(), by=by,
        front=now.once(("front", by), lambda: _front(now, row, by)),
        since=since, last=last, moved=found.head(MOVED).to_dicts(), moves=found.height, fresh=_fresh(now, since),
        quality=quality(visit, visit.now),
        covers=now.once("covers", lambda: covers(now)), stale_days=STALE, **running(visit),
    )  # fmt: skip


def moves_table(visit: Visit) -> Response:
    """Serve `/moves.csv`, `.json`: changed positions, all of them or since a day."""
    now = visit.view()
    found = moves(now, visit.choice("by", BY, "speaker"))
    return table_response(visit, asked(visit).moves(found, now.table), "moves")


def readings(visit: Visit) -> Response:
    """Serve `/readings`: active readings, as the part of the first page that updates itself."""
    return visit.render("readings.html", **running(visit))


def running(visit: Visit) -> dict[str, Any]:
    """Return what this desk is reading or read last, and what other processes read into the ledger."""
    return {"jobs": visit.desk.jobs.all()[:5], "elsewhere": visit.desk.ledger.active_runs()}


def health(request: Request) -> Response:
    """Serve `/health`, for monitoring; says nothing about the ledger."""
    return PlainTextResponse("ok\n")


def moves(now: Snapshot, by: str = "speaker") -> pl.DataFrame:
    """Return who moved, the newest first."""
    from onrecord.analyse.position_changes import changes

    return now.once(("moves", by), lambda: changes(now.table, by=by), heavy=True)


def parties_of(now: Snapshot, by: str, most: int = PARTIES) -> list[str]:
    """Return the parties of the first page: those that are pinned, else the named ones that were heard most."""
    order = actors_of(now, by)
    pinned = [name for name in order if name in now.names.pinned]
    if pinned:
        return pinned
    named = [name for name in order[: 20 * most] if is_name(name) and len(name) > 1 and not name.isdigit()]
    return named[:most] or order[:most]


def issues_of(now: Snapshot, most: int = ISSUES) -> list[str]:
    """Return the issues on which most positions were taken, in the codebook's order."""
    counts = now.table.filter(pl.col("stance") != "none")["issue"].drop_nulls().value_counts(name="n")
    busy = counts.sort(["n", "issue"], descending=[True, False])["issue"].head(most).to_list()
    return [issue for issue in now.labels() if issue in busy]


def _front(now: Snapshot, template: Template, by: str) -> dict[str, Any]:
    parties, issues = parties_of(now, by), issues_of(now)
    made: Cells = cells_of(now, parties, by, "latest", None) if parties else {}
    body = body_of(template, now, parties, issues, made, {"by": by}, dated=True) if parties else Markup("")
    balance = now.standing(by).balance()
    return {
        "parties": parties, "issues": issues, "body": body, "balance": {i: balance.get(i, {}) for i in issues},
        "total": len(actors_of(now, by)), "all_issues": len(now.labels()), "pinned": bool(now.names.pinned),
    }  # fmt: skip


def _fresh(now: Snapshot, since: Since) -> int:
    """Count the positions taken since a day."""
    taken = now.table.filter(pl.col("asserted"), pl.col("stance") != "none", pl.col("issue").is_not_null())
    return since.of(taken).height


def covers(now: Snapshot) -> dict[str, Any]:
    """Describe the basis of the view: how much, from whom, over which dates, and how much of it a person has
    checked.
    """
    table = now.table
    outlets = table["outlet"].drop_nulls().value_counts(name="n").sort(["n", "outlet"], descending=[True, False])
    takes = (pl.col("stance") != "none") & pl.col("issue").is_not_null()
    return {
        "statements": table.height,
        "articles": table["article"].n_unique(),
        "outlets": outlets.height,
        "busiest": outlets.head(6).to_dicts(),
        "first": table["date"].min(),
        "last": table["date"].max(),
        "undated": table["date"].null_count(),
        "positions": table.filter(takes).height,
        "unsure": now.unsure,
        "nobody": table["speaker"].null_count(),
        "checked": int(table["human_checked"].sum()),
    }
