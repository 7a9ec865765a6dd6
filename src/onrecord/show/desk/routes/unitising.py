"""Run blind rounds of finding statements: mark them in articles, and show what only one coder found."""

from __future__ import annotations

import random
import re
from itertools import combinations
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.analyse.unitising import compare, of_words, pairs
from onrecord.core.statement import Article
from onrecord.errors import SpanError
from onrecord.record import Role
from onrecord.record.desk.unit_rounds import Span, UnitRound, UnitRounds
from onrecord.show.desk.advice import explained
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.marks import span_of_words, split, words_of_span
from onrecord.show.desk.request_context import RequestContext, page, part

MOST = 100


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/units", page(opened, Role.CODER), methods=["POST"]),
        Route("/units/{name}", page(mark, Role.CODER)),
        Route("/units/{name}", page(marked, Role.CODER), methods=["POST"]),
        Route("/units/{name}/agreement", page(agreed, Role.CODER)),
        Route("/units/{name}/agreement.{format}", page(agreed_table, Role.CODER)),
    ]


def all_units(ctx: RequestContext) -> list[tuple[UnitRound, dict[str, dict[int, list[Span]]]]]:
    """Return the rounds with what was marked in each."""
    rounds = UnitRounds(ctx.desk.ledger)
    return [(one, rounds.marked(one.name)) for one in rounds.all()]


def opened(ctx: RequestContext) -> Response:
    """Open a round: articles drawn at random by its name, so that it is reproducible."""
    size, name = ctx.field("size", "5"), ctx.field("name")
    if not (size.isascii() and size.isdecimal() and len(size) <= 9 and 1 <= int(size) <= MOST):
        raise HTTPException(400, f"a round has 1 to {MOST} articles")
    ids = ctx.now.table["article"].unique().sort().to_list()
    drawn = random.Random(name).sample(ids, min(int(size), len(ids)))
    made = UnitRounds(ctx.desk.ledger).open(name, ctx.user.name, drawn)
    return RedirectResponse(f"/units/{part(made.name)}", 303)


def mark(ctx: RequestContext, problem: str | None = None) -> Response:
    """Serve `/units/{name}`: the next unmarked article, without anybody's marks."""
    found = round_of(ctx)
    mine = UnitRounds(ctx.desk.ledger).marked(found.name, coder=ctx.user.name).get(ctx.user.name, {})
    places = range(1, len(found.articles) + 1)
    at = ctx.number("at", 0, high=len(found.articles)) or next((n for n in places if n not in mine), 0)
    if not at:
        return RedirectResponse(f"/units/{part(found.name)}/agreement", 303)
    article = article_of(ctx, found, at)
    text = article.text.content
    ranges = ",".join("-".join(map(str, words_of_span(text, *span))) for span in mine.get(at, []))
    return ctx.render(
        "code_units.html", 200 if problem is None else 422, now=ctx.now, round=found, at=at, done=len(mine),
        article=article, pieces=list(split(text, [], words=True)), ranges=ranges, problem=problem,
    )  # fmt: skip


def marked(ctx: RequestContext) -> Response:
    """Store what somebody marked in one article."""
    found, rounds = round_of(ctx), UnitRounds(ctx.desk.ledger)
    at = ctx.field("at")
    if not at.isdecimal() or len(at) > 6 or not 1 <= int(at) <= len(found.articles):
        raise HTTPException(400, "Which article?")
    mine = rounds.marked(found.name, coder=ctx.user.name).get(ctx.user.name, {})
    if len(mine) >= len(found.articles):
        raise HTTPException(409, "You have finished this round and may have seen the others' marks; yours stand.")
    text = article_of(ctx, found, int(at)).text.content
    try:
        spans = [_span(text, piece) for piece in filter(None, ctx.field("content").replace(" ", "").split(","))]
    except SpanError as error:
        return mark(ctx, explained(error))
    rounds.mark(found.name, int(at), ctx.user.name, spans)
    return RedirectResponse(f"/units/{part(found.name)}", 303)


def agreed(ctx: RequestContext) -> Response:
    """Serve `/units/{name}/agreement`: how far coders find the same, and what one found alone."""
    found = round_of(ctx)
    given = _everybodys(ctx, found)
    coders = sorted(given)
    articles = [article_of(ctx, found, at) for at in range(1, len(found.articles) + 1)]
    texts = [one.text.content for one in articles]
    by_pair = [(a, b, compare(given[a], given[b])) for a, b in combinations(coders, 2)]
    pair = (ctx.arg("a") or (coders[0] if coders else ""), ctx.arg("b") or (coders[1] if len(coders) > 1 else ""))
    known = pair[0] in given and pair[1] in given and pair[0] != pair[1]
    return ctx.render(
        "unit_agreement.html", now=ctx.now, round=found, coders=coders, by_pair=by_pair, pair=pair,
        words=of_words(texts, given) if len(coders) > 1 else None,
        shown=[_shown(*args, pair) for args in zip(articles, given[pair[0]], given[pair[1]], strict=True)]
        if known else [],
    )  # fmt: skip


def agreed_table(ctx: RequestContext) -> Response:
    """Serve `/units/{name}/agreement.csv`, `.json`: one marked span per line."""
    found = round_of(ctx)
    rows = []
    for who, by_article in _everybodys(ctx, found).items():
        for at, spans in enumerate(by_article, 1):
            article = article_of(ctx, found, at)
            rows += [{"round": found.name, "article": article.id, "coder": who, "start": a, "end": b,
                      "words": article.text.content[a:b]} for a, b in spans]  # fmt: skip
    schema = {"round": pl.String, "article": pl.String, "coder": pl.String, "start": pl.Int64, "end": pl.Int64,
              "words": pl.String}  # fmt: skip
    return table_response(ctx, pl.DataFrame(rows, schema=schema), found.name)


def round_of(ctx: RequestContext) -> UnitRound:
    """Return the round of the address; HTTP 404 if there is none."""
    found = UnitRounds(ctx.desk.ledger).get(str(ctx.request.path_params["name"]))
    if found is None:
        raise HTTPException(404, "no such round")
    return found


def article_of(ctx: RequestContext, found: UnitRound, at: int) -> Article:
    """Return an article of a round by its place."""
    article = ctx.desk.ledger.article(found.articles[at - 1])
    if article is None:
        raise HTTPException(404, "an article of this round is no longer in the ledger")
    return article


def summaries(ctx: RequestContext, pair: tuple[str, str]) -> list[dict[str, Any]]:
    """Return how far two coders find the same in each round of finding that they and the visitor have finished."""
    made = []
    for found, given in all_units(ctx):
        whole = {who: spans for who, spans in given.items() if len(spans) == len(found.articles)}
        if {*pair, ctx.user.name} <= set(whole) and pair[0] != pair[1]:
            by_coder = {who: [whole[who][at] for at in sorted(whole[who])] for who in pair}
            texts = [article_of(ctx, found, at).text.content for at in range(1, len(found.articles) + 1)]
            made.append({"name": found.name, "spans": compare(*by_coder.values()), "words": of_words(texts, by_coder)})
    return made


def _everybodys(ctx: RequestContext, found: UnitRound) -> dict[str, list[list[Span]]]:
    """Return the marks of those who finished the round, by article; only for those who finished it."""
    given = UnitRounds(ctx.desk.ledger).marked(found.name)
    whole = {who: spans for who, spans in given.items() if len(spans) == len(found.articles)}
    if ctx.user.name not in whole:
        raise HTTPException(403, "mark all articles of the round first: it is blind until then")
    return {who: [spans[at] for at in sorted(spans)] for who, spans in whole.items()}


def _shown(article: Article, ones: list[Span], others: list[Span], pair: tuple[str, str]) -> dict[str, Any]:
    """Render an article with what either coder marked alone."""
    matched = pairs(ones, others)
    alone = [(span, pair[0]) for n, span in enumerate(ones) if n not in {a for a, _ in matched}]
    alone += [(span, pair[1]) for n, span in enumerate(others) if n not in {b for _, b in matched}]
    lines = [(who, article.text.content[a:b]) for (a, b), who in sorted(alone)]
    return {"article": article, "alone": lines, "both": len(matched)}


def _span(text: str, words: str) -> Span:
    found = re.fullmatch(r"([0-9]{1,8})(?:-([0-9]{1,8}))?", words)
    if found is None:
        raise SpanError(f"{words[:40]!r} is no range of words")
    return span_of_words(text, int(found[1]), int(found[2] or found[1]))
