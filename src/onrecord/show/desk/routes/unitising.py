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
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.marks import span_of_words, split, words_of_span
from onrecord.show.desk.visit import Visit, page, part

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


def all_units(visit: Visit) -> list[tuple[UnitRound, dict[str, dict[int, list[Span]]]]]:
    """Return the rounds with what was marked in each."""
    kept = UnitRounds(visit.desk.ledger)
    return [(one, kept.marked(one.name)) for one in kept.all()]


def opened(visit: Visit) -> Response:
    """Open a round: articles drawn at random by its name, so that it is reproducible."""
    size, name = visit.field("size", "5"), visit.field("name")
    if not (size.isascii() and size.isdecimal() and len(size) <= 9 and 1 <= int(size) <= MOST):
        raise HTTPException(400, f"a round has 1 to {MOST} articles")
    ids = visit.now.table["article"].unique().sort().to_list()
    drawn = random.Random(name).sample(ids, min(int(size), len(ids)))
    made = UnitRounds(visit.desk.ledger).open(name, visit.user.name, drawn)
    return RedirectResponse(f"/units/{part(made.name)}", 303)


def mark(visit: Visit, problem: str | None = None) -> Response:
    """Serve `/units/{name}`: the next unmarked article, without anybody's marks."""
    found = round_of(visit)
    mine = UnitRounds(visit.desk.ledger).marked(found.name, coder=visit.user.name).get(visit.user.name, {})
    places = range(1, len(found.articles) + 1)
    at = visit.number("at", 0, high=len(found.articles)) or next((n for n in places if n not in mine), 0)
    if not at:
        return RedirectResponse(f"/units/{part(found.name)}/agreement", 303)
    article = article_of(visit, found, at)
    text = article.text.content
    ranges = ",".join("-".join(map(str, words_of_span(text, *span))) for span in mine.get(at, []))
    return visit.render(
        "code_units.html", 200 if problem is None else 422, now=visit.now, round=found, at=at, done=len(mine),
        article=article, pieces=list(split(text, [], words=True)), ranges=ranges, problem=problem,
    )  # fmt: skip


def marked(visit: Visit) -> Response:
    """Store what somebody marked in one article."""
    found, kept = round_of(visit), UnitRounds(visit.desk.ledger)
    at = visit.field("at")
    if not at.isdecimal() or len(at) > 6 or not 1 <= int(at) <= len(found.articles):
        raise HTTPException(400, "Which article?")
    mine = kept.marked(found.name, coder=visit.user.name).get(visit.user.name, {})
    if len(mine) >= len(found.articles):
        raise HTTPException(409, "You have finished this round and may have seen the others' marks; yours stand.")
    text = article_of(visit, found, int(at)).text.content
    try:
        spans = [_span(text, piece) for piece in filter(None, visit.field("content").replace(" ", "").split(","))]
    except SpanError as error:
        return mark(visit, str(error))
    kept.mark(found.name, int(at), visit.user.name, spans)
    return RedirectResponse(f"/units/{part(found.name)}", 303)


def agreed(visit: Visit) -> Response:
    """Serve `/units/{name}/agreement`: how far coders find the same, and what one found alone."""
    found = round_of(visit)
    given = _everybodys(visit, found)
    coders = sorted(given)
    articles = [article_of(visit, found, at) for at in range(1, len(found.articles) + 1)]
    texts = [one.text.content for one in articles]
    by_pair = [(a, b, compare(given[a], given[b])) for a, b in combinations(coders, 2)]
    pair = (visit.arg("a") or (coders[0] if coders else ""), visit.arg("b") or (coders[1] if len(coders) > 1 else ""))
    known = pair[0] in given and pair[1] in given and pair[0] != pair[1]
    return visit.render(
        "unit_agreement.html", now=visit.now, round=found, coders=coders, by_pair=by_pair, pair=pair,
        words=of_words(texts, given) if len(coders) > 1 else None,
        shown=[_shown(*args, pair) for args in zip(articles, given[pair[0]], given[pair[1]], strict=True)]
        if known else [],
    )  # fmt: skip


def agreed_table(visit: Visit) -> Response:
    """Serve `/units/{name}/agreement.csv`, `.json`: one marked span per line."""
    found = round_of(visit)
    rows = []
    for who, by_article in _everybodys(visit, found).items():
        for at, spans in enumerate(by_article, 1):
            article = article_of(visit, found, at)
            rows += [{"round": found.name, "article": article.id, "coder": who, "start": a, "end": b,
                      "words": article.text.content[a:b]} for a, b in spans]  # fmt: skip
    schema = {"round": pl.String, "article": pl.String, "coder": pl.String, "start": pl.Int64, "end": pl.Int64,
              "words": pl.String}  # fmt: skip
    return table_response(visit, pl.DataFrame(rows, schema=schema), found.name)


def round_of(visit: Visit) -> UnitRound:
    """Return the round of the address; an error 404 where there is none."""
    found = UnitRounds(visit.desk.ledger).get(str(visit.request.path_params["name"]))
    if found is None:
        raise HTTPException(404, "no such round")
    return found


def article_of(visit: Visit, found: UnitRound, at: int) -> Article:
    """Return an article of a round by its place."""
    article = visit.desk.ledger.article(found.articles[at - 1])
    if article is None:
        raise HTTPException(404, "an article of this round is no longer in the ledger")
    return article


def summaries(visit: Visit, pair: tuple[str, str]) -> list[dict[str, Any]]:
    """Return how far two coders find the same in each round of finding that they and the visitor have finished."""
    made = []
    for found, given in all_units(visit):
        whole = {who: spans for who, spans in given.items() if len(spans) == len(found.articles)}
        if {*pair, visit.user.name} <= set(whole) and pair[0] != pair[1]:
            by_coder = {who: [whole[who][at] for at in sorted(whole[who])] for who in pair}
            texts = [article_of(visit, found, at).text.content for at in range(1, len(found.articles) + 1)]
            made.append({"name": found.name, "spans": compare(*by_coder.values()), "words": of_words(texts, by_coder)})
    return made


def _everybodys(visit: Visit, found: UnitRound) -> dict[str, list[list[Span]]]:
    """Return the marks of those who finished the round, by article; only for those who finished it."""
    given = UnitRounds(visit.desk.ledger).marked(found.name)
    whole = {who: spans for who, spans in given.items() if len(spans) == len(found.articles)}
    if visit.user.name not in whole:
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
