"""Search: full text and facets over the statements, as a page and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from starlette.responses import Response
from starlette.routing import Route

from onrecord.record.text_search import articles_with, patterns, places
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.filters import SEVERAL, UNKNOWN, Filters
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.snapshot import Snapshot
from onrecord.view import columns

TOP = 8
PAGE_ARTICLES = 20  # articles on a page of the search in texts
EXCERPTS, AROUND = 3, 110


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/search", page(search)),
        Route("/search/texts", page(texts)),
        Route("/search/texts.{format}", page(texts_table)),
        Route("/search.{format}", page(search_table)),
    ]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hold the row numbers of the matching statements, newest first, and the counts of each facet's values."""

    rows: pl.Series
    facets: dict[str, list[tuple[str, int]]]


def search(ctx: RequestContext) -> Response:
    """Serve `/search`."""
    now = ctx.now
    first, limit = ctx.number("first", 0), ctx.desk.settings.limits.page
    found = find(ctx, now)
    template = "search_results.html" if ctx.partial else "search.html"
    return ctx.render(
        template, now=now, rows=now.rows(found.rows[first : first + limit]), total=len(found.rows),
        facets=found.facets, first=first, limit=limit, labels=now.labels(), sought=ctx.arg("q") or "",
    )  # fmt: skip


def search_table(ctx: RequestContext) -> Response:
    """Serve `/search.csv`, `.json`: all matching statements."""
    now = ctx.now
    rows = now.table[find(ctx, now).rows]
    return table_response(ctx, rows.select(columns(now.table)), "statements")


def texts(ctx: RequestContext) -> Response:
    """Serve `/search/texts`: articles whose texts contain some words, with the places marked."""
    words, first = ctx.arg("q") or "", ctx.number("first", 0)
    held = _texts(ctx)
    rows: list[dict[str, Any]] = []
    if held is not None:
        wanted = patterns(words)
        for row in held[first : first + PAGE_ARTICLES].to_dicts():
            article = ctx.desk.ledger.article(row["article"])
            content = article.text.content if article is not None else ""
            rows.append({**row, "places": excerpts(content, places(content, wanted))})
    return ctx.render(
        "search_texts.html", now=ctx.now, rows=rows, total=0 if held is None else held.height, first=first,
        limit=PAGE_ARTICLES, sought=words, working=held is None, labels=ctx.now.labels(),
    )  # fmt: skip


def texts_table(ctx: RequestContext) -> Response:
    """Serve `/search/texts.csv`, `.json`: all articles whose texts contain the words."""
    found = _fitting(ctx, articles_with(ctx.desk.ledger, ctx.arg("q") or ""))
    return table_response(ctx, found, "articles")


def _texts(ctx: RequestContext) -> pl.DataFrame | None:
    """Return the matching articles; None while they are searched for in the background."""
    words, now = ctx.arg("q") or "", ctx.now
    held = ctx.desk.live_view.in_background(now, ("texts", words), lambda: now.shared.once(
        ("texts", words), lambda: articles_with(ctx.desk.ledger, words), stamp=now.articles))  # fmt: skip
    return None if held is None or held[1] != now.batch else _fitting(ctx, held[0])


def _fitting(ctx: RequestContext, found: pl.DataFrame) -> pl.DataFrame:
    """Return the articles of the outlets and days of the address."""
    asked = ctx.filters
    if asked.outlet:
        found = found.filter(pl.col("outlet").is_in(list(asked.outlet)))
    if asked.since:
        found = found.filter(pl.col("published") >= asked.since)
    if asked.until:
        found = found.filter(pl.col("published").str.slice(0, len(asked.until)) <= asked.until)
    return found


def excerpts(text: str, found: Sequence[tuple[int, int]]) -> list[list[tuple[str, bool]]]:
    """Return the first places with the words around them, as runs of text that are marked or not."""
    made: list[list[tuple[str, bool]]] = []
    end = -1
    for start, stop in found:
        if start < end:
            continue
        low, end = max(0, start - AROUND), min(len(text), stop + AROUND)
        low += len(text[low:start].partition(" ")[0]) + 1 if low else 0
        runs, at = [("… " if low else "", False)], low
        for a, b in found:
            if low <= a and b <= end and a >= at:
                runs += [(text[at:a], False), (text[a:b], True)]
                at = b
        tail = text[at:end]
        runs.append((tail if end == len(text) else tail.rpartition(" ")[0] + " …", False))
        made.append([(run, hit) for run, hit in runs if run])
        if len(made) == EXCERPTS:
            break
    return made


def find(ctx: RequestContext, now: Snapshot) -> SearchResult:
    """Return what the address asks for."""
    asked, words = ctx.filters, ctx.arg("q")
    return now.once(("search", asked, words), lambda: _find(ctx, now, asked, words))


def narrowed(now: Snapshot, asked: Filters, words: str | None, ctx: RequestContext) -> pl.Series:
    """Return where the statements that fit filters and words stand in the table, by date."""
    fits = asked.expressions(now.names)
    if words:
        hits = now.once(("words", words), lambda: ctx.desk.ledger.matching(words))
        fits.append(pl.col("number").is_in(hits.implode()))
    if not fits:
        return pl.Series(range(now.table.height), dtype=pl.UInt32)
    return now.table.select(pl.arg_where(pl.all_horizontal(fits))).to_series()


def _find(ctx: RequestContext, now: Snapshot, asked: Filters, words: str | None) -> SearchResult:
    rows = narrowed(now, asked, words, ctx)
    facets = {name: _counts(now.table[name][rows]) for name in SEVERAL}
    relayed = int((now.table["chain"][rows].list.len().fill_null(0) > 0).sum())
    checked = int(now.table["human_checked"][rows].sum())
    facets["told"] = [pair for pair in (("own", len(rows) - relayed), ("relayed", relayed)) if pair[1]]
    facets["checked"] = [pair for pair in (("yes", checked), ("no", len(rows) - checked)) if pair[1]]
    return SearchResult(rows.reverse(), facets)


def _counts(values: pl.Series) -> list[tuple[str, int]]:
    counts = values.value_counts(name="n").sort(["n", values.name], descending=[True, False]).head(TOP)
    return [(UNKNOWN if value is None else value, n) for value, n in counts.iter_rows()]
