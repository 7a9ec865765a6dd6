"""Show the review queue: least confident first, one key to accept, reject or correct, and undo."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.core.statement import Statement, plain
from onrecord.errors import CodecError, SpanError, StatementNotFound, StatementStale
from onrecord.record import Query, ReviewVerdict, Role
from onrecord.record.desk.values import set_values
from onrecord.show.desk.advice import explained
from onrecord.show.desk.filters import ALL
from onrecord.show.desk.judging import (
    CODED,
    changed,
    codebook_yaml,
    coded_values,
    corrected,
    gold_case,
    made,
    ranges,
    related,
)
from onrecord.show.desk.marks import marks, split
from onrecord.show.desk.request_context import RequestContext, page, part
from onrecord.show.desk.routes.articles import before_and_after, load, nesting
from onrecord.show.desk.snapshot import Snapshot

if TYPE_CHECKING:
    from onrecord.analyse.increments import Increment

SPANS = ("source", "cue", "content", "condition")
LATEST = 100  # judgements of the history
ORDERS = ("unsure", "article", "sample")


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/review", page(queue, Role.CODER)),
        Route("/review/history", page(history)),
        Route("/review/gold.zip", page(gold)),
        Route("/review/{key}", page(one, Role.CODER)),
        Route("/review/{key}", page(judge, Role.CODER), methods=["POST"]),
        Route("/review/{key}/edit", page(edit, Role.CODER)),
        Route("/undo/{number}", page(undo, Role.CODER), methods=["POST"]),
        Route("/articles/{key}/code", page(code, Role.CODER)),
        Route("/articles/{key}/code", page(coded, Role.CODER), methods=["POST"]),
    ]


def queue(ctx: RequestContext) -> Response:
    """Serve `/review`: redirect to the first waiting statement, by issue or person where one is given."""
    now = ctx.view()
    numbers = waiting(ctx, now)
    if not len(numbers):
        return ctx.render("review_done.html", now=now, chosen=ctx.args, judged=len(now.judged))
    skip = ctx.number("skip", 0) % len(numbers)
    return _show(ctx, now, now.table.filter(pl.col("number") == numbers[skip])["id"].item(), len(numbers))


def one(ctx: RequestContext) -> Response:
    """Serve `/review/{id}`: one statement of the queue."""
    now = ctx.view()
    return _show(ctx, now, str(ctx.request.path_params["key"]), len(waiting(ctx, now)))


def judge(ctx: RequestContext) -> Response:
    """Store a verdict; where somebody else was faster, the difference is shown and nothing is changed."""
    key = str(ctx.request.path_params["key"])
    old = ctx.desk.ledger.get(key)
    verdict = ctx.field("verdict")
    if verdict not in ("accept", "reject", "correct"):
        raise HTTPException(400, "a verdict is accept, reject or correct")
    now = ctx.now
    new = None
    values: dict[str, Any] = {}
    if verdict == "correct":
        try:
            values = coded_values(_fields(ctx), now.variables)
            new = _related(ctx, old, corrected(old, _given(ctx), now.labels()))
        except (CodecError, SpanError) as error:
            return _edit(ctx, old, explained(error))
        if new is old or new.id == old.id:
            verdict, new = "accept", None
    try:
        ctx.desk.reviews.judge(ReviewVerdict(verdict), old, new, coder=ctx.user.name)
    except StatementStale as error:
        return _stale(ctx, old, new, verdict, explained(error))
    if values:
        set_values(ctx.desk.ledger, (new or old).id, values, coder=ctx.user.name)
    back = ctx.field("back")
    if back.startswith(("/articles/", "/cells?", "/statements/")):
        return RedirectResponse(back if not back.startswith("/statements/") else f"/statements/{(new or old).id}", 303)
    return RedirectResponse(ctx.address("/review", **_queue(ctx.field("queue")), done=verdict), 303)


def _queue(query: str) -> dict[str, list[str]]:
    """Return the values that define a queue: filters, order, owner."""
    return {name: values for name, values in parse_qs(query).items() if name in (*ALL, "order", "mine")}


def edit(ctx: RequestContext) -> Response:
    """Serve `/review/{id}/edit`: all fields to correct, words to select."""
    return _edit(ctx, ctx.desk.ledger.get(str(ctx.request.path_params["key"])))


def undo(ctx: RequestContext) -> Response:
    """Take one's own judgement back."""
    number = ctx.place("number")
    mine = [r for r in ctx.desk.reviews.latest(1_000, coder=ctx.user.name) if r.number == number]
    if not mine:
        raise HTTPException(404, "no such judgement of yours among the last thousand")
    before = ctx.desk.ledger.get(mine[0].statement) if mine[0].statement else None
    ctx.desk.reviews.undo(number, before, coder=ctx.user.name)
    if ctx.field("back") == "history":
        return RedirectResponse("/review/history", 303)
    return RedirectResponse(f"/review/{before.id}" if before else "/review/history", 303)


def history(ctx: RequestContext) -> Response:
    """Serve `/review/history`: everybody's last judgements."""
    now = ctx.now
    rows = []
    for review in ctx.desk.reviews.latest(LATEST):
        about = review.statement or review.result
        rows.append((review, ctx.desk.ledger.get(about) if about else None,
                     ctx.desk.ledger.get(review.result) if review.result else None))  # fmt: skip
    return ctx.render("review_history.html", now=now, rows=rows, changed=changed)


def code(ctx: RequestContext) -> Response:
    """Serve `/articles/{id}/code`: add a statement by selecting its words."""
    return _code(ctx)


def coded(ctx: RequestContext) -> Response:
    """Store the statement that was made by hand."""
    article, _ = load(ctx)
    try:
        values = coded_values(_fields(ctx), ctx.now.variables)
        new = made(article, _given(ctx), ctx.now.labels())
        new = _related(ctx, None, new)
    except (CodecError, SpanError) as error:
        return _code(ctx, explained(error))
    ctx.desk.reviews.judge(ReviewVerdict.ADD, None, new, coder=ctx.user.name)
    if values:
        set_values(ctx.desk.ledger, new.id, values, coder=ctx.user.name)
    return RedirectResponse(ctx.address(f"/articles/{article.id}", s=new.id), 303)


def gold(ctx: RequestContext) -> Response:
    """Serve `/review/gold.zip`: the fully judged articles as gold cases; with `all` every judged one."""
    now = ctx.now
    whole = ctx.arg("all") is None
    judged = set(now.judged)
    out = io.BytesIO()
    touched = now.table.filter(pl.col("id").is_in(list(judged)))["article"].unique().sort().to_list()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if now.codebook is not None:
            archive.writestr("codebooks/codebook.yaml", codebook_yaml(now.codebook))
        for key in touched:
            statements = list(ctx.desk.ledger.statements(Query(article=key)))
            done = sorted((s for s in statements if s.id in judged), key=lambda s: (s.content[0].span, s.id))
            if whole and len(done) < len(statements):
                continue
            case = gold_case(statements[0].article, done, "codebook.yaml")
            name = re.sub(r"[^A-Za-z0-9._-]+", "-", statements[0].article.name)[:60].strip(".-") or "article"
            archive.writestr(f"{name}-{key[:8]}.json", json.dumps(case, indent=1))
    headers = {"content-disposition": 'attachment; filename="gold.zip"'}
    return Response(out.getvalue(), media_type="application/zip", headers=headers)


def waiting(ctx: RequestContext, now: Snapshot) -> pl.Series:
    """Return the numbers of unreviewed machine statements, least confident first."""
    order = ctx.choice("order", ORDERS, "unsure")
    sample = ctx.desk.prepared.sample() if order == "sample" else []
    assigned = ctx.desk.prepared.assigned()
    mine = ctx.user.name if ctx.arg("mine") else None

    def find() -> pl.Series:
        rows = now.table.select("id", "article", "start", "coder", "confidence", "number")
        rows = rows.filter(pl.col("coder").is_null(), ~pl.col("id").is_in(list(now.judged)))
        if mine is not None:
            rows = rows.filter(pl.col("article").is_in([key for key, who in assigned.items() if who == mine]))
        if order == "sample":
            places = {key: place for place, key in enumerate(sample)}
            rows = rows.filter(pl.col("id").is_in(sample))
            return rows.sort(pl.col("id").replace_strict(places, default=None, return_dtype=pl.Int64))["number"]
        return rows.sort(*(("article", "start", "number") if order == "article" else ("confidence", "number")))[
            "number"
        ]

    def renew(held: pl.Series, since: list[Increment]) -> pl.Series:
        if any(change.after["coder"].null_count() for change in since):
            return find()  # machines have read more, or a judgement was taken back
        gone = [number for change in since for number in change.rows["number"].to_list()]
        return held.filter(~held.is_in(gone))

    return now.renewed(("waiting", order, mine, len(sample), len(assigned)), find, renew)


def _show(ctx: RequestContext, now: Snapshot, key: str, waiting: int) -> Response:
    found = ctx.desk.ledger.get(key)
    mine = ctx.desk.reviews.latest(1, coder=ctx.user.name, standing=True)
    return ctx.render(
        "review.html", now=now, one=found, row=now.row(found.id), before=before_and_after(found), waiting=waiting,
        labels=now.labels(), order=ctx.choice("order", ORDERS, "unsure"), skip=ctx.number("skip", 0),
        queue=urlencode(_queue(ctx.request.url.query), doseq=True),
        last=mine[0] if mine else None, done=ctx.arg("done"),
    )  # fmt: skip


def _edit(ctx: RequestContext, of: Statement, problem: str | None = None) -> Response:
    now = ctx.now
    text = of.article.text.content
    values = {name: plain(getattr(of, name).value) or "" for name in CODED} | {"chain": " | ".join(of.chain.value)}
    given = {name: ctx.field(name) for name in (*values, *SPANS) if name in ctx.form}
    return ctx.render(
        "edit.html", 200 if problem is None else 422, now=now, one=of, article=of.article, values=values | given,
        ranges={name: ranges(of, name) for name in SPANS} | given,
        pieces=list(split(text, marks([of]), words=True)), labels=now.labels(), problem=problem,
        back=ctx.arg("back") or ctx.field("back"), action=f"/review/{of.id}",
    )  # fmt: skip


def _code(ctx: RequestContext, problem: str | None = None) -> Response:
    article, statements = load(ctx)
    now = ctx.now
    blank: dict[str, Any] = {name: ctx.field(name) for name in (*CODED, "chain")}
    defaults = {"form": "indirect", "act": "state", "stance": "none", "commitment": "CT+"}
    return ctx.render(
        "edit.html", 200 if problem is None else 422, now=now, one=None, article=article,
        values={name: value or defaults.get(name, "") for name, value in blank.items()},
        ranges={name: ctx.field(name) for name in SPANS},
        pieces=list(split(article.text.content, marks(statements), words=True)), labels=now.labels(), problem=problem,
        back=f"/articles/{part(article.id)}", action=f"/articles/{part(article.id)}/code",
    )  # fmt: skip


def _fields(ctx: RequestContext) -> dict[str, str]:
    return {name: ctx.field(name) for name in ctx.form}


def _related(ctx: RequestContext, old: Statement | None, new: Statement) -> Statement:
    """Return the statement in the relation that the form requests, if that differs from the current one."""
    if "relation" not in ctx.form:
        return new
    here = list(ctx.desk.ledger.statements(Query(article=new.article.id)))
    around = nesting(ctx, here)
    relation, outer = ctx.field("relation"), ctx.field("outer")
    if old is not None and (relation, outer if relation else "") == relation_of(old, around):
        return new
    place: str | None = outer
    while old is not None and place is not None:
        if place == old.id:
            raise CodecError("a statement cannot be nested in one that is nested in it")
        place = around.get(place)
    return related(new, relation, next((one for one in here if one.id == outer), None))


def relation_of(one: Statement, around: Mapping[str, str]) -> tuple[str, str]:
    """Return the relation of a statement to the one around it, and the id of that, both empty where there is none."""
    outer = around.get(one.id, "")
    return ("" if not outer else "reports" if one.chain.value else "nested"), outer


def _given(ctx: RequestContext) -> dict[str, str]:
    return {name: ctx.field(name) for name in (*CODED, "chain", *SPANS) if name in ctx.form}


def _stale(ctx: RequestContext, old: Statement, mine: Statement | None, verdict: str, message: str) -> Response:
    """Show that somebody else was faster: their version beside what was to be saved."""
    theirs: Statement | None = None
    change = None
    key: str | None = old.id
    for _ in range(20):
        last = [step for step in ctx.desk.ledger.history(str(key)) if step.old == key and step.new != key]
        if not last:
            break
        change = last[-1]
        key = change.new
        if key is None:
            break
    try:
        theirs = ctx.desk.ledger.get(key) if key and key != old.id else None
    except StatementNotFound:
        theirs = None
    return ctx.render(
        "stale.html", 409, now=ctx.now, old=old, mine=mine, theirs=theirs, change=change,
        verdict=verdict,
        message=message, against_old=changed(old, theirs), between=changed(theirs, mine),
    )  # fmt: skip
