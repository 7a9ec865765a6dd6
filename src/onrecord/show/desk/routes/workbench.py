"""Code in the article: select words or a statement, and edit in a small form; notes and flags."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.analyse.proposals import CodedWords, coded_words, propose
from onrecord.core.statement import Article, Statement, plain
from onrecord.errors import LedgerError, SpanError
from onrecord.record import Role
from onrecord.record.desk.values import of_statement
from onrecord.show.desk.advice import explained
from onrecord.show.desk.codebooks import hits
from onrecord.show.desk.judging import ranges
from onrecord.show.desk.marks import span_of_words
from onrecord.show.desk.request_context import RequestContext, page, part
from onrecord.show.desk.routes.articles import load, nesting
from onrecord.show.desk.routes.review import relation_of
from onrecord.show.desk.snapshot import Snapshot

if TYPE_CHECKING:
    from onrecord.analyse.increments import Increment

NAMES = 300  # speakers that the form proposes


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/articles/{key}/form", page(form, Role.CODER)),
        Route("/articles/{key}/notes", page(noted, Role.CODER), methods=["POST"]),
        Route("/flags", page(flags, Role.CODER)),
        Route("/notes/{number}/close", page(closed, Role.CODER), methods=["POST"]),
    ]


def form(ctx: RequestContext) -> Response:
    """Serve `/articles/{id}/form`: the form of some words (`words=3-7`) or of a statement (`s`), to insert in the
    article.
    """
    article, statements = load(ctx)
    now = ctx.now
    chosen = ctx.arg("s")
    if chosen is not None:
        one = next((s for s in statements if s.id == chosen), None)
        if one is None:
            raise HTTPException(404, "This statement is no longer current; load the article again.")
        values = {name: plain(getattr(one, name).value) or "" for name in ("speaker", "affiliation", "issue", "stance")}
        words, quote = ranges(one, "content"), one.quote
    else:
        one, words = None, ctx.arg("words") or ""
        start, end = _span(article, words)
        quote = article.text.content[start:end]
        values = guessed(now, statements, article, start, end)
    offered = now.offered()
    coded = _coded(ctx, one) if one is not None else {}
    around = nesting(ctx, statements)
    relation, outer = relation_of(one, around) if one is not None else ("", "")
    here = [s.speaker.value for s in statements if s.speaker.value]
    return ctx.render(
        "workbench_form.html", article=article, one=one, words=words, quote=quote, values=values, labels=now.labels(),
        names=list(dict.fromkeys([*here, *(name for name, _ in offered["speaker"])]))[:NAMES],
        bodies=[name for name, _ in offered["affiliation"]], variables=now.variables, coded=coded, relation=relation,
        outer=outer, others=[s for s in statements if one is None or s.id != one.id],
        back=f"/articles/{part(article.id)}",
    )  # fmt: skip


def _coded(ctx: RequestContext, one: Statement) -> dict[str, Any]:
    """Return the values of a statement's variables: those coded here, else the imported ones."""
    imported = (json.loads(one.extra).get("statements") or [{}])[0] if one.extra else {}
    return {**imported, **of_statement(ctx.desk.ledger, one.id)}


def learned(now: Snapshot) -> dict[str, CodedWords]:
    """Return the statements on an issue that people coded or accepted, by id; each judgement adds to them at once."""

    def of(rows: pl.DataFrame) -> dict[str, CodedWords]:
        known = rows.filter("human_checked", pl.col("issue").is_not_null(), pl.col("quote").is_not_null())
        fields = known.select("id", "issue", "stance", "quote")
        return {key: coded_words(issue, stance, quote) for key, issue, stance, quote in fields.iter_rows()}

    def renew(held: dict[str, CodedWords], since: list[Increment]) -> dict[str, CodedWords]:
        gone = {key for change in since for key in change.before["id"].to_list()}
        came = [key for change in since for key in change.after["id"].to_list()]
        unchanged = {key: one for key, one in held.items() if key not in gone}
        return unchanged | of(now.table.filter(pl.col("id").is_in(came)))

    return now.renewed("coded words", lambda: of(now.table), renew)


def guessed(
    now: Snapshot, statements: Sequence[Statement], article: Article, start: int, end: int
) -> dict[str, Any]:  # fmt: skip
    """Guess the speaker, the issue and the stance of some words, to be looked at by a person: whoever speaks next to
    them, and what people coded words like them as, else the issue most of whose terms they hold.
    """
    like = propose(learned(now.whole).values(), article.text.content[start:end])
    near = min(
        (s for s in statements if s.speaker.value),
        key=lambda s: (min(abs(p.span.start - start) for p in s.content), s.id),
        default=None,
    )
    text = article.text.content[start:end].casefold()
    counts = {
        issue.id: sum(len(hits(term, [text])) for term in issue.terms)
        for issue in (now.books[0].issues if now.books else ())
    }
    best = max(counts, key=lambda key: counts[key], default=None)
    return {
        "speaker": near.speaker.value if near else "", "affiliation": (near.affiliation.value or "") if near else "",
        "issue": like.issue if like else best if best and counts[best] else "",
        "stance": like.stance if like else "none", "like": like.count if like else 0,
    }  # fmt: skip


def noted(ctx: RequestContext) -> Response:
    """Store a note or a flag on the article, or on one of its statements."""
    article, _ = load(ctx)
    statement = ctx.field("statement") or None
    try:
        kind = "flag" if ctx.field("kind") == "flag" else "note"
        ctx.desk.prepared.add_note(article.id, statement, ctx.field("text"), kind=kind, coder=ctx.user.name)
    except LedgerError as error:
        raise HTTPException(422, explained(error)) from error
    return RedirectResponse(ctx.address(f"/articles/{part(article.id)}", s=statement), 303)


def closed(ctx: RequestContext) -> Response:
    """Close a flag or take a note away."""
    try:
        ctx.desk.prepared.close_note(ctx.place("number"), coder=ctx.user.name)
    except LedgerError as error:
        raise HTTPException(404, explained(error)) from error
    back = ctx.field("back")
    return RedirectResponse(back if back.startswith("/articles/") else "/flags", 303)


def flags(ctx: RequestContext) -> Response:
    """Serve `/flags`: what somebody asks to be checked."""
    found = ctx.desk.prepared.notes(open_flags=True)
    titles = {one.article: ctx.desk.ledger.article(one.article) for one in found[:200]}
    return ctx.render("flags.html", now=ctx.now, found=found[:200], total=len(found), titles=titles)


def _span(article: Article, words: str) -> tuple[int, int]:
    first, _, last = words.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and len(first) < 9 and len(last) < 9):
        raise HTTPException(400, "words is a range such as 3-7")
    try:
        return span_of_words(article.text.content, int(first), int(last or first))
    except SpanError as error:
        raise HTTPException(422, explained(error)) from error
