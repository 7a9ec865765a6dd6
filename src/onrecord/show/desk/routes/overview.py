"""The first page: figures, newest statements, who moved, what is being read."""

from __future__ import annotations

from typing import Any

import polars as pl
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from onrecord.show.desk.board import Snapshot
from onrecord.show.desk.visit import Visit, page


def routes() -> list[Route]:
    """The addresses of this file."""
    return [Route("/", page(overview)), Route("/health", health)]


def overview(visit: Visit) -> Response:
    """`/`"""
    now = visit.desk.board.now()
    return visit.render(
        "overview.html", now=now, figures=figures(now), newest=newest(now, 12), moved=moves(now)[:8],
        jobs=visit.desk.jobs.all()[:5],
    )  # fmt: skip


def health(request: Request) -> Response:
    """`/health`: for whoever watches the server; says nothing about the ledger."""
    return PlainTextResponse("ok\n")


def figures(now: Snapshot) -> dict[str, int]:
    """The counts at the head of the page."""

    def count() -> dict[str, int]:
        table = now.table
        return {
            "statements": table.height,
            "articles": now.articles,
            "speakers": table["speaker"].n_unique() - int(table["speaker"].null_count() > 0),
            "outlets": table["outlet"].n_unique() - int(table["outlet"].null_count() > 0),
            "issues": table["issue"].n_unique() - int(table["issue"].null_count() > 0),
            "judged": len(now.judged),
        }

    return now.once("figures", count)


def newest(now: Snapshot, number: int) -> list[dict[str, Any]]:
    """The statements with the latest dates that take a position."""
    taken = now.once("taken", lambda: now.table.filter(pl.col("stance") != "none").tail(200).reverse().to_dicts())
    return taken[:number]


def moves(now: Snapshot, by: str = "speaker") -> list[dict[str, Any]]:
    """Who moved, the newest first; at most 500."""
    from onrecord.analyse.shifts import changes

    return now.once(("moves", by), lambda: changes(now.table, by=by).head(500).to_dicts())
