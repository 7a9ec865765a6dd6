"""Search: full text and facets over the statements, as a page and as CSV."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.tables import day, last_day
from onrecord.errors import TableError
from onrecord.show.desk.board import Snapshot
from onrecord.show.desk.exports import csv_response
from onrecord.show.desk.visit import Visit, page

FACETS = ("issue", "stance", "act", "speaker", "affiliation", "outlet")
TOP = 8
NOBODY = "(unknown)"


def routes() -> list[Route]:
    """The addresses of this file."""
    return [Route("/search", page(search)), Route("/search.csv", page(search_csv))]


@dataclass(frozen=True, slots=True)
class Found:
    """The statements that fit, newest first, and how many have each value of each facet."""

    table: pl.DataFrame
    facets: dict[str, list[tuple[str, int]]]


def search(visit: Visit) -> Response:
    """`/search`"""
    now = visit.desk.board.now()
    first, limit = visit.number("first", 0), visit.desk.settings.limits.page
    found = find(visit, now)
    template = "search_results.html" if visit.partial else "search.html"
    return visit.render(
        template, now=now, rows=found.table[first : first + limit].to_dicts(), total=found.table.height,
        facets=found.facets, first=first, limit=limit, labels=now.labels(), chosen=visit.args,
    )  # fmt: skip


def search_csv(visit: Visit) -> Response:
    """`/search.csv`"""
    found = find(visit, visit.desk.board.now()).table
    return csv_response(found.drop("number", "place", "coder"), "statements.csv")


def find(visit: Visit, now: Snapshot) -> Found:
    """What the address asks for."""
    given = {name: visit.arg(name) for name in ("q", "since", "until", *FACETS)}
    return now.once(("search", *given.values()), lambda: _find(visit, now, given))


def narrowed(now: Snapshot, given: dict[str, str | None], visit: Visit) -> pl.DataFrame:
    """The statements that fit all given values, by date."""
    table = now.table
    words = given.get("q")
    if words:
        hits = now.once(("words", words), lambda: visit.desk.ledger.matching(words))
        table = table.filter(pl.col("number").is_in(hits))
    for name in FACETS:
        value = given.get(name)
        if value:
            table = table.filter(pl.col(name).is_null() if value == NOBODY else pl.col(name) == value)
    try:
        if since := given.get("since"):
            table = table.filter(pl.col("date") >= day(since))
        if until := given.get("until"):
            table = table.filter(pl.col("date") <= last_day(day(until) if len(until) > 10 else _iso(until)))
    except TableError as error:
        raise HTTPException(400, str(error)) from error
    return table


def _iso(value: str) -> str:
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", value):
        raise TableError(f"{value!r} is no date of the form YYYY, YYYY-MM or YYYY-MM-DD")
    return value


def _find(visit: Visit, now: Snapshot, given: dict[str, str | None]) -> Found:
    table = narrowed(now, given, visit)
    facets: dict[str, list[tuple[str, int]]] = {}
    for name in FACETS:
        counts: list[dict[str, Any]] = (
            table.group_by(name)
            .agg(pl.len().alias("n"))
            .sort(["n", name], descending=[True, False])
            .head(TOP)
            .to_dicts()
        )
        facets[name] = [(NOBODY if row[name] is None else row[name], row["n"]) for row in counts]
    return Found(table.reverse(), facets)
