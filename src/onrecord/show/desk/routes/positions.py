"""The matrix of positions, as a page, as CSV and as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.positions import NEEDED, RULES, matrix
from onrecord.errors import TableError
from onrecord.show.desk.board import Snapshot
from onrecord.show.desk.exports import csv_response, matrix_svg, svg_response
from onrecord.show.desk.pages import short, strength
from onrecord.show.desk.visit import Visit, page

ROWS = 30  # actors on one page, those with the most statements first
BY = ("speaker", "affiliation")


def routes() -> list[Route]:
    """The addresses of this file."""
    return [
        Route("/positions", page(positions)),
        Route("/positions.csv", page(positions_csv)),
        Route("/positions.svg", page(positions_svg)),
    ]


@dataclass(frozen=True, slots=True)
class View:
    """What the matrix shows: the address's values, the actors of this page, and the cells by actor and issue."""

    by: str
    rule: str
    as_of: str | None
    first: int
    actors: list[str]
    total: int
    issues: list[str]
    cells: dict[tuple[str, str], dict[str, Any]]


def positions(visit: Visit) -> Response:
    """`/positions`"""
    now = visit.desk.board.now()
    view = see(visit, now)
    days = now.once("days", lambda: _days(now.table))
    place = len(days) - 1 if view.as_of is None else max(0, sum(1 for d in days if d <= view.as_of) - 1)
    template = "positions_table.html" if visit.partial else "positions.html"
    return visit.render(template, now=now, view=view, labels=now.labels(), days=days, place=place, rows=ROWS)


def positions_csv(visit: Visit) -> Response:
    """`/positions.csv`: one cell a line, of all actors."""
    now = visit.desk.board.now()
    by, rule, as_of = _wanted(visit)
    return csv_response(matrix(now.table, rule=rule, by=by, as_of=as_of).cells, "positions.csv")


def positions_svg(visit: Visit) -> Response:
    """`/positions.svg`: this page of the matrix as a drawing."""
    now = visit.desk.board.now()
    view = see(visit, now)
    return svg_response(matrix_svg(view.actors, view.issues, view.cells, now.labels()), "positions.svg")


def see(visit: Visit, now: Snapshot) -> View:
    """The view that the address asks for."""
    by, rule, as_of = _wanted(visit)
    first = visit.number("first", 0)
    return now.once(("matrix", by, rule, as_of, first), lambda: _view(now, by, rule, as_of, first))


def _wanted(visit: Visit) -> tuple[str, str, str | None]:
    as_of = visit.arg("as_of")
    if as_of is not None:
        try:
            date.fromisoformat(as_of)
        except ValueError as error:
            raise HTTPException(400, "as_of is a date of the form YYYY-MM-DD") from error
    return visit.choice("by", BY, "speaker"), visit.choice("rule", RULES, "latest"), as_of


def _view(now: Snapshot, by: str, rule: str, as_of: str | None, first: int) -> View:
    # Those who ever took a position stay in their row through a replay, so that the eye can follow them; and the
    # matrix of the shown actors alone is a small part of the work on a large ledger.
    order = now.once(("order", by), lambda: _order(now, by))
    actors = order[first : first + ROWS]
    mine = now.once(("rows", by, first), lambda: taken(now).filter(who(by).is_in(actors)))
    try:
        shown = matrix(mine, rule=rule, by=by, as_of=as_of).cells
    except TableError as error:
        raise HTTPException(400, str(error)) from error
    newest = [ids[-1] for ids in shown["ids"].to_list()]
    quotes = now.table.filter(pl.col("id").is_in(newest)).select("id", "quote", "date", "outlet", "act").to_dicts()
    by_id = {row["id"]: row for row in quotes}
    made: dict[tuple[str, str], dict[str, Any]] = {}
    for cell in shown.to_dicts():
        last = by_id[cell["ids"][-1]]
        made[cell["actor"], cell["issue"]] = {
            **{name: cell[name] for name in ("stance", "commitment", "conditional", "count", "last")},
            "quote": short(last["quote"], 220), "outlet": last["outlet"], "newest": last["id"],
            "strength": strength(cell["commitment"], last["act"]),
        }  # fmt: skip
    have = {issue for _, issue in made} | set(now.once("stated", lambda: _stated(now.table)))
    issues = [issue for issue in now.labels() if issue in have]
    return View(by, rule, as_of, first, actors, len(order), issues, made)


def _order(now: Snapshot, by: str) -> list[str]:
    rows = taken(now).select(who(by).alias("actor")).drop_nulls()
    busy = rows.group_by("actor").agg(pl.len().alias("n")).sort(["n", "actor"], descending=[True, False])
    return busy["actor"].to_list()


def taken(now: Snapshot) -> pl.DataFrame:
    """The statements that take a position on an issue, with the columns that a matrix needs."""
    held = (pl.col("stance") != "none") & pl.col("issue").is_not_null()
    return now.once("taken rows", lambda: now.table.filter(held).select(NEEDED))


def who(by: str) -> pl.Expr:
    """Whose position it is, as `analyse` has it."""
    return pl.col("speaker") if by == "speaker" else pl.coalesce("affiliation", "speaker")


def _stated(table: pl.DataFrame) -> list[str]:
    return table.filter(pl.col("stance") != "none")["issue"].drop_nulls().unique().to_list()


def _days(table: pl.DataFrame) -> list[str]:
    """The days on which somebody took a position; at most 400, evenly picked, the last among them."""
    days = table.filter(pl.col("stance") != "none", pl.col("issue").is_not_null())["date"].drop_nulls().unique().sort()
    step = -(-len(days) // 400) or 1
    picked = days.to_list()[::-step][::-1]
    return [day.isoformat() for day in picked]
