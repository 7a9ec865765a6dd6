"""Search: full text and facets over the statements, as a page and as CSV."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.tables import day, last_day
from onrecord.errors import TableError
from onrecord.show.desk.board import Snapshot
from onrecord.show.desk.exports import csv_response
from onrecord.show.desk.visit import Visit, page
from onrecord.view import columns

FACETS = ("issue", "stance", "act", "speaker", "affiliation", "outlet")
TOP = 8
NOBODY = "(unknown)"


def routes() -> list[Route]:
    """The addresses of this file."""
    return [Route("/search", page(search)), Route("/search.csv", page(search_csv))]


@dataclass(frozen=True, slots=True)
class Found:
    """Row indices of the matching statements, newest first, and the counts of each facet's values."""

    rows: pl.Series
    facets: dict[str, list[tuple[str, int]]]


def search(visit: Visit) -> Response:
    """`/search`"""
    now = visit.now
    first, limit = visit.number("first", 0), visit.desk.settings.limits.page
    found = find(visit, now)
    template = "search_results.html" if visit.partial else "search.html"
    return visit.render(
        template, now=now, rows=now.rows(found.rows[first : first + limit]), total=len(found.rows),
        facets=found.facets, first=first, limit=limit, labels=now.labels(), chosen=visit.args,
    )  # fmt: skip


def search_csv(visit: Visit) -> Response:
    """`/search.csv`"""
    now = visit.now
    return csv_response(now.table[find(visit, now).rows].select(columns(now.table)), "statements.csv")


def find(visit: Visit, now: Snapshot) -> Found:
    """Find the statements that the address asks for."""
    given = {name: visit.arg(name) for name in ("q", "since", "until", *FACETS)}
    return now.once(("search", *given.values()), lambda: _find(visit, now, given))


def narrowed(now: Snapshot, given: dict[str, str | None], visit: Visit) -> pl.Series:
    """Return the row indices of the statements that match all given values, by date."""
    fits = [pl.lit(value=True)]
    words = given.get("q")
    if words:
        hits = pl.Series(now.once(("words", words), lambda: visit.desk.ledger.matching(words)), dtype=pl.Int64)
        fits.append(pl.col("number").is_in(hits.implode()))
    for name in FACETS:
        value = given.get(name)
        if value:
            value = now.called.get(value, value) if name == "speaker" else value
            fits.append(pl.col(name).is_null() if value == NOBODY else pl.col(name) == value)
    try:
        if since := given.get("since"):
            fits.append(pl.col("date") >= day(since))
        if until := given.get("until"):
            fits.append(pl.col("date") <= last_day(day(until) if len(until) > 10 else _iso(until)))
    except TableError as error:
        raise HTTPException(400, str(error)) from error
    if len(fits) == 1:
        return pl.Series(range(now.table.height), dtype=pl.UInt32)
    return now.table.select(pl.arg_where(pl.all_horizontal(fits[1:]))).to_series()


def _iso(value: str) -> str:
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", value):
        raise TableError(f"{value!r} is no date of the form YYYY, YYYY-MM or YYYY-MM-DD")
    return value


def _find(visit: Visit, now: Snapshot, given: dict[str, str | None]) -> Found:
    rows = narrowed(now, given, visit)
    facets: dict[str, list[tuple[str, int]]] = {}
    for name in FACETS:
        counts = now.table[name][rows].value_counts(name="n").sort(["n", name], descending=[True, False]).head(TOP)
        facets[name] = [(NOBODY if value is None else value, n) for value, n in counts.iter_rows()]
    return Found(rows.reverse(), facets)
