"""Show articles with their highlights, and single statements with their evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.increments import by_column
from onrecord.core.codec import statement_to_dict
from onrecord.core.statement import Article, Statement
from onrecord.errors import StatementNotFound
from onrecord.record import Change, Query, Role
from onrecord.record.desk.saved import SavedViews
from onrecord.record.desk.values import of_statement
from onrecord.show.desk.exports import json_response, table_response
from onrecord.show.desk.judging import changed
from onrecord.show.desk.marks import Piece, marks, split
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.snapshot import Snapshot

AROUND = 280  # code points of the text shown around a statement


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/articles", page(articles)),
        Route("/articles.{format}", page(articles_table)),
        Route("/articles/{key}.json", page(article_json)),
        Route("/articles/{key}", page(article)),
        Route("/statements/{key}.json", page(statement_json)),
        Route("/statements/{key}", page(statement)),
    ]


def articles(ctx: RequestContext) -> Response:
    """Serve `/articles`: those with statements, newest first."""
    now = ctx.view()
    first = ctx.number("first", 0)
    found = listed(now)
    limit = ctx.desk.settings.limits.page
    return ctx.render(
        "articles.html", now=now, rows=found[first : first + limit].to_dicts(), total=found.height, first=first,
        limit=limit, labels=now.labels(),
    )  # fmt: skip


def articles_table(ctx: RequestContext) -> Response:
    """Serve `/articles.csv`, `.json`: the articles with statements."""
    now = ctx.view()
    return table_response(ctx, listed(now).drop("number"), "articles")


def article(ctx: RequestContext) -> Response:
    """Serve `/articles/{id}`."""
    found, statements = load(ctx)
    now = ctx.now
    may = ctx.user.role.may(Role.CODER)
    rows = {row["id"]: row for row in now.table.filter(pl.col("article") == found.id).to_dicts()}
    return ctx.render(
        "article.html", now=now, article=found, pieces=list(split(found.text.content, marks(statements), words=may)),
        statements=statements, rows=rows, labels=now.labels(), focus=ctx.arg("s"), nested=nesting(ctx, statements),
        notes=[one for one in ctx.desk.prepared.notes(article=found.id) if one.closed is None], may=may,
        taken=ctx.desk.prepared.assigned().get(found.id),
        coded={one.id: values for one in statements if (values := of_statement(ctx.desk.ledger, one.id))}
        if now.variables else {},
    )  # fmt: skip


def article_json(ctx: RequestContext) -> Response:
    """Serve `/articles/{id}.json`: its statements in the JSON contract."""
    _, statements = load(ctx)
    return json_response([statement_to_dict(one) for one in statements], "statements.json")


def statement(ctx: RequestContext) -> Response:
    """Serve `/statements/{id}`: a statement with its words, the reason for each field, and its history."""
    key = str(ctx.request.path_params["key"])
    found = ctx.desk.ledger.get(key)
    now = ctx.now
    steps = ctx.desk.ledger.history(found.id)
    return ctx.render(
        "statement.html", now=now, one=found, row=now.row(found.id), before=before_and_after(found),
        history=steps, differences=_differences(ctx, steps), labels=now.labels(), review=now.judged.get(found.id),
        collections=SavedViews(ctx.desk.ledger).collections(),
    )  # fmt: skip


def _differences(ctx: RequestContext, steps: Sequence[Change]) -> dict[int, list[tuple[str, str, str]]]:
    """Return what each step of a history changed, by its batch."""
    made = {}
    for step in steps:
        if step.old and step.new and step.old != step.new:
            made[step.batch] = changed(ctx.desk.ledger.get(step.old), ctx.desk.ledger.get(step.new))
    return made


def statement_json(ctx: RequestContext) -> Response:
    """Serve `/statements/{id}.json`: the statement in the JSON contract."""
    return json_response(statement_to_dict(ctx.desk.ledger.get(str(ctx.request.path_params["key"]))), "statement.json")


def load(ctx: RequestContext) -> tuple[Article, list[Statement]]:
    """Return the article of the address and its current statements in text order; HTTP 404 if there is none."""
    key = str(ctx.request.path_params["key"])
    found = ctx.desk.ledger.article(key)
    if found is None:
        raise HTTPException(404, "no such article in this ledger")
    statements = ctx.desk.ledger.statements(Query(article=found.id))
    return found, sorted(statements, key=lambda s: (s.content[0].span, s.cue[0].span.start if s.cue else 0, s.id))


def before_and_after(of: Statement, around: int = AROUND) -> list[Piece]:
    """Return the statement's marks within the text around it, cut between words."""
    text = of.article.text.content
    spans = [piece.span for piece in (*of.source, *of.cue, *of.content, *of.condition.value)]
    low = _blank(text, max(0, min(span.start for span in spans) - around), 1)
    high = _blank(text, min(len(text), max(span.end for span in spans) + around), -1)
    low, high = min(low, min(span.start for span in spans)), max(high, max(span.end for span in spans))
    pieces: list[Piece] = []
    at = 0
    for piece in split(text, marks([of])):
        start, end = at, at + len(piece.text)
        at = end
        if end <= low or start >= high:
            continue
        if not piece.statements:
            shown = piece.text[max(0, low - start) : max(0, high - start)]
            shown = ("… " + shown.lstrip() if start < low else shown) + (" …" if end > high else "")
            piece = Piece(shown, (), (), 0)
        pieces.append(piece)
    return pieces


def _blank(text: str, at: int, step: int) -> int:
    """Return the word boundary nearest to `at` in the direction of `step`."""
    while 0 < at < len(text) and not text[at - 1].isspace() and not text[at].isspace():
        at += step
    return at


def nesting(ctx: RequestContext, statements: Sequence[Statement]) -> dict[str, str]:
    """Return the current statement around each nested one; a corrected outer one has another id since."""
    here = {one.id: one.id for one in statements}
    places = {one.span_id: one.id for one in statements}
    found: dict[str, str] = {}
    for one in statements:
        if one.nested_in is None:
            continue
        outer = here.get(one.nested_in)
        if outer is None:
            try:
                outer = places.get(ctx.desk.ledger.get(one.nested_in).span_id)
            except StatementNotFound:
                outer = None
        if outer is not None:
            found[one.id] = outer
    return found


def neighbours(now: Snapshot, row: dict[str, Any]) -> pl.DataFrame:
    """Return the current statements of the same article."""
    return now.table.filter(pl.col("article") == row["article"])


def listed(now: Snapshot) -> pl.DataFrame:
    """Return the articles with statements in a view, the newest first."""
    return now.renewed(
        "articles",
        lambda: _articles(now.table),
        lambda held, since: by_column(held, now.table, since, "article", _articles, *_ORDER),
    )


_ORDER = (["published", "number"], [True, True])


def _articles(table: pl.DataFrame) -> pl.DataFrame:
    grouped = table.group_by("article").agg(
        pl.col("article_name", "title", "outlet", "published").first(),
        pl.len().alias("count"),
        pl.col("number").max(),
    )
    return grouped.sort(_ORDER[0], descending=_ORDER[1], nulls_last=True)
