"""The first page: figures, newest statements, who moved, what is being read."""

from __future__ import annotations

from typing import Any

import polars as pl
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from onrecord.analyse.tables import asserted
from onrecord.show.desk.board import Snapshot
from onrecord.show.desk.visit import Visit, page


def routes() -> list[Route]:
    """The addresses of this file."""
    return [Route("/", page(overview)), Route("/readings", page(readings)), Route("/health", health)]


def overview(visit: Visit) -> Response:
    """`/`"""
    now = visit.now
    return visit.render(
        "overview.html", now=now, figures=figures(now), newest=newest(now, 12), moved=moves(now)[:8],
        **running(visit),
    )  # fmt: skip


def readings(visit: Visit) -> Response:
    """`/readings`: what is being read, as the part of the first page that keeps itself up."""
    return visit.render("readings.html", **running(visit))


def running(visit: Visit) -> dict[str, Any]:
    """What this desk reads or has read last, and what is read into the ledger from elsewhere."""
    return {"jobs": visit.desk.jobs.all()[:5], "elsewhere": visit.desk.ledger.underway()}


def health(request: Request) -> Response:
    """`/health`: for whoever watches the server; says nothing about the ledger."""
    return PlainTextResponse("ok\n")


def figures(now: Snapshot) -> dict[str, int]:
    """The counts at the head of the page."""

    def count() -> dict[str, int]:
        table = now.table
        known = table.select(pl.col("speaker", "outlet", "issue").drop_nulls().n_unique()).row(0)
        return {
            "statements": table.height,
            "articles": now.articles,
            "speakers": known[0],
            "outlets": known[1],
            "issues": known[2],
            "judged": len(now.judged),
        }

    return now.once("figures", count)


def newest(now: Snapshot, number: int) -> list[dict[str, Any]]:
    """The statements with the latest dates that take a position."""
    taken = now.once(
        "taken", lambda: asserted(now.table).filter(pl.col("stance") != "none").tail(200).reverse().to_dicts()
    )
    return taken[:number]


def moves(now: Snapshot, by: str = "speaker") -> list[dict[str, Any]]:
    """Return changes of position, the newest first; at most 500."""
    from onrecord.analyse.changes import changes

    return now.once(("moves", by), lambda: changes(now.table, by=by).head(500).to_dicts(), heavy=True)
