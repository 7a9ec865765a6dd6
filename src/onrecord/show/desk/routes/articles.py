"""Articles with their highlights, and single statements with all that they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.core.codec import statement_to_dict
from onrecord.core.statement import Article, Statement
from onrecord.errors import StatementNotFound
from onrecord.record import Query
from onrecord.show.desk.board import Snapshot
from onrecord.show.desk.exports import csv_response, json_response
from onrecord.show.desk.marks import Piece, marks, split
from onrecord.show.desk.visit import Visit, page

AROUND = 280  # code points of the text shown around a statement


def routes() -> list[Route]:
    """The addresses of this file."""
    return [
        Route("/articles", page(articles)),
        Route("/articles.csv", page(articles_csv)),
        Route("/articles/{key}.json", page(article_json)),
        Route("/articles/{key}", page(article)),
        Route("/statements/{key}.json", page(statement_json)),
        Route("/statements/{key}", page(statement)),
    ]


def articles(visit: Visit) -> Response:
    """`/articles`: those with statements, the newest first."""
    now = visit.now
    first = visit.number("first", 0)
    found = now.once("articles", lambda: _articles(now.table))
    limit = visit.desk.settings.limits.page
    return visit.render(
        "articles.html", now=now, rows=found[first : first + limit].to_dicts(), total=found.height, first=first,
        limit=limit,
    )  # fmt: skip


def articles_csv(visit: Visit) -> Response:
    """`/articles.csv`"""
    now = visit.now
    return csv_response(now.once("articles", lambda: _articles(now.table)).drop("number"), "articles.csv")


def article(visit: Visit) -> Response:
    """`/articles/{id}`"""
    found, statements = load(visit)
    now = visit.now
    rows = {row["id"]: row for row in now.table.filter(pl.col("article") == found.id).to_dicts()}
    return visit.render(
        "article.html", now=now, article=found, pieces=list(split(found.text.content, marks(statements))),
        statements=statements, rows=rows, labels=now.labels(), focus=visit.arg("s"), nested=nesting(visit, statements),
    )  # fmt: skip


def article_json(visit: Visit) -> Response:
    """`/articles/{id}.json`: its statements in the JSON contract."""
    _, statements = load(visit)
    return json_response([statement_to_dict(one) for one in statements], "statements.json")


def statement(visit: Visit) -> Response:
    """`/statements/{id}`: a statement with its words, why each field says what it says, and its history."""
    key = str(visit.request.path_params["key"])
    found = visit.desk.ledger.get(key)
    now = visit.now
    return visit.render(
        "statement.html", now=now, one=found, row=now.row(found.id), before=before_and_after(found),
        history=visit.desk.ledger.history(found.id), labels=now.labels(), review=now.judged.get(found.id),
    )  # fmt: skip


def statement_json(visit: Visit) -> Response:
    """`/statements/{id}.json`: the statement in the JSON contract."""
    return json_response(
        statement_to_dict(visit.desk.ledger.get(str(visit.request.path_params["key"]))), "statement.json"
    )


def load(visit: Visit) -> tuple[Article, list[Statement]]:
    """The article of the address and its current statements in text order; an error 404 where there is none."""
    key = str(visit.request.path_params["key"])
    found = visit.desk.ledger.article(key)
    if found is None:
        raise HTTPException(404, "no such article in this ledger")
    statements = visit.desk.ledger.statements(Query(article=found.id))
    return found, sorted(statements, key=lambda s: (s.content[0].span, s.cue[0].span.start if s.cue else 0, s.id))


def before_and_after(of: Statement) -> list[Piece]:
    """The statement's marks in so much of the text as is around it; pieces far away are left out."""
    spans = [piece.span for piece in (*of.source, *of.cue, *of.content, *of.condition.value)]
    low = max(0, min(span.start for span in spans) - AROUND)
    high = max(span.end for span in spans) + AROUND
    pieces: list[Piece] = []
    at = 0
    for piece in split(of.article.text.content, marks([of])):
        start, end = at, at + len(piece.text)
        at = end
        if end <= low or start >= high:
            continue
        if not piece.statements:
            text = piece.text[max(0, low - start) : max(0, high - start)]
            piece = Piece(("… " if start < low else "") + text + (" …" if end > high else ""), (), (), 0)
        pieces.append(piece)
    return pieces


def nesting(visit: Visit, statements: Sequence[Statement]) -> dict[str, str]:
    """The current statement that stands around each nested one; a corrected outer one has another id since."""
    here = {one.id: one.id for one in statements}
    places = {one.place: one.id for one in statements}
    found: dict[str, str] = {}
    for one in statements:
        if one.nested_in is None:
            continue
        outer = here.get(one.nested_in)
        if outer is None:
            try:
                outer = places.get(visit.desk.ledger.get(one.nested_in).place)
            except StatementNotFound:
                outer = None
        if outer is not None:
            found[one.id] = outer
    return found


def neighbours(now: Snapshot, row: dict[str, Any]) -> pl.DataFrame:
    """The current statements of the same article."""
    return now.table.filter(pl.col("article") == row["article"])


def _articles(table: pl.DataFrame) -> pl.DataFrame:
    grouped = table.group_by("article").agg(
        pl.col("article_name", "title", "outlet", "published").first(),
        pl.len().alias("count"),
        pl.col("number").max(),
    )
    return grouped.sort(["published", "number"], descending=True, nulls_last=True)
