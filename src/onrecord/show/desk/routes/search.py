"""Search: full text and facets over the statements, as a page and as CSV."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from starlette.responses import Response
from starlette.routing import Route

from onrecord.show.desk.board import Snapshot
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.filters import SEVERAL, UNKNOWN, Filters
from onrecord.show.desk.visit import Visit, page
from onrecord.view import columns

TOP = 8


def routes() -> list[Route]:
    """The addresses of this file."""
    return [Route("/search", page(search)), Route("/search.{format}", page(search_table))]


@dataclass(frozen=True, slots=True)
class Found:
    """Where the statements that fit stand in the table, newest first, and how many have each value of each facet."""

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
        facets=found.facets, first=first, limit=limit, labels=now.labels(), sought=visit.arg("q") or "",
    )  # fmt: skip


def search_table(visit: Visit) -> Response:
    """`/search.csv`, `.json`: all statements that fit."""
    now = visit.now
    rows = now.table[find(visit, now).rows]
    return table_response(visit, rows.select(columns(now.table)), "statements")


def find(visit: Visit, now: Snapshot) -> Found:
    """Return what the address asks for."""
    asked, words = visit.filters, visit.arg("q")
    return now.once(("search", asked, words), lambda: _find(visit, now, asked, words))


def narrowed(now: Snapshot, asked: Filters, words: str | None, visit: Visit) -> pl.Series:
    """Return where the statements that fit filters and words stand in the table, by date."""
    fits = asked.expressions(now.names)
    if words:
        hits = pl.Series(now.once(("words", words), lambda: visit.desk.ledger.matching(words)), dtype=pl.Int64)
        fits.append(pl.col("number").is_in(hits.implode()))
    if not fits:
        return pl.Series(range(now.table.height), dtype=pl.UInt32)
    return now.table.select(pl.arg_where(pl.all_horizontal(fits))).to_series()


def _find(visit: Visit, now: Snapshot, asked: Filters, words: str | None) -> Found:
    rows = narrowed(now, asked, words, visit)
    facets = {name: _counts(now.table[name][rows]) for name in SEVERAL}
    relayed = int((now.table["chain"][rows].list.len().fill_null(0) > 0).sum())
    checked = int(now.table["human_checked"][rows].sum())
    facets["told"] = [pair for pair in (("own", len(rows) - relayed), ("relayed", relayed)) if pair[1]]
    facets["checked"] = [pair for pair in (("yes", checked), ("no", len(rows) - checked)) if pair[1]]
    return Found(rows.reverse(), facets)


def _counts(values: pl.Series) -> list[tuple[str, int]]:
    counts = values.value_counts(name="n").sort(["n", values.name], descending=[True, False]).head(TOP)
    return [(UNKNOWN if value is None else value, n) for value, n in counts.iter_rows()]
