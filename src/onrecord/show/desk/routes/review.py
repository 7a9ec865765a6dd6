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
from onrecord.show.desk.board import Snapshot
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
from onrecord.show.desk.routes.articles import before_and_after, load, nesting
from onrecord.show.desk.visit import Visit, page, part

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


def queue(visit: Visit) -> Response:
    """Serve `/review`: redirect to the first waiting statement, by issue or person where one is given."""
    now = visit.view()
    numbers = waiting(visit, now)
    if not len(numbers):
        return visit.render("review_done.html", now=now, chosen=visit.args, judged=len(now.judged))
    skip = visit.number("skip", 0) % len(numbers)
    return _show(visit, now, now.table.filter(pl.col("number") == numbers[skip])["id"].item(), len(numbers))


def one(visit: Visit) -> Response:
    """Serve `/review/{id}`: one statement of the queue."""
    now = visit.view()
    return _show(visit, now, str(visit.request.path_params["key"]), len(waiting(visit, now)))


def judge(visit: Visit) -> Response:
    """Store a verdict; where somebody else was faster, the difference is shown and nothing is changed."""
    key = str(visit.request.path_params["key"])
    old = visit.desk.ledger.get(key)
    verdict = visit.field("verdict")
    if verdict not in ("accept", "reject", "correct"):
        raise HTTPException(400, "a verdict is accept, reject or correct")
    now = visit.now
    new = None
    values: dict[str, Any] = {}
    if verdict == "correct":
        try:
            values = coded_values(_fields(visit), now.variables)
            new = _related(visit, old, corrected(old, _given(visit), now.labels()))
        except (CodecError, SpanError) as error:
            return _edit(visit, old, str(error))
        if new is old or new.id == old.id:
            verdict, new = "accept", None
    try:
        visit.desk.reviews.judge(ReviewVerdict(verdict), old, new, coder=visit.user.name)
    except StatementStale as error:
        return _stale(visit, old, new, verdict, str(error))
    if values:
        set_values(visit.desk.ledger, (new or old).id, values, coder=visit.user.name)
    back = visit.field("back")
    if back.startswith(("/articles/", "/cells?", "/statements/")):
        return RedirectResponse(back if not back.startswith("/statements/") else f"/statements/{(new or old).id}", 303)
    return RedirectResponse(visit.address("/review", **_queue(visit.field("queue")), done=verdict), 303)


def _queue(query: str) -> dict[str, list[str]]:
    """Return the values that define a queue: filters, order, owner."""
    return {name: values for name, values in parse_qs(query).items() if name in (*ALL, "order", "mine")}


def edit(visit: Visit) -> Response:
    """Serve `/review/{id}/edit`: all fields to correct, words to select."""
    return _edit(visit, visit.desk.ledger.get(str(visit.request.path_params["key"])))


def undo(visit: Visit) -> Response:
    """Take one's own judgement back."""
    number = visit.place("number")
    mine = [r for r in visit.desk.reviews.latest(1_000, coder=visit.user.name) if r.number == number]
    if not mine:
        raise HTTPException(404, "no such judgement of yours among the last thousand")
    before = visit.desk.ledger.get(mine[0].statement) if mine[0].statement else None
    visit.desk.reviews.undo(number, before, coder=visit.user.name)
    if visit.field("back") == "history":
        return RedirectResponse("/review/history", 303)
    return RedirectResponse(f"/review/{before.id}" if before else "/review/history", 303)


def history(visit: Visit) -> Response:
    """Serve `/review/history`: everybody's last judgements."""
    now = visit.now
    rows = []
    for review in visit.desk.reviews.latest(LATEST):
        about = review.statement or review.result
        rows.append((review, visit.desk.ledger.get(about) if about else None,
                     visit.desk.ledger.get(review.result) if review.result else None))  # fmt: skip
    return visit.render("review_history.html", now=now, rows=rows, changed=changed)


def code(visit: Visit) -> Response:
    """Serve `/articles/{id}/code`: add a statement by selecting its words."""
    return _code(visit)


def coded(visit: Visit) -> Response:
    """Store the statement that was made by hand."""
    article, _ = load(visit)
    try:
        values = coded_values(_fields(visit), visit.now.variables)
        new = made(article, _given(visit), visit.now.labels())
        new = _related(visit, None, new)
    except (CodecError, SpanError) as error:
        return _code(visit, str(error))
    visit.desk.reviews.judge(ReviewVerdict.ADD, None, new, coder=visit.user.name)
    if values:
        set_values(visit.desk.ledger, new.id, values, coder=visit.user.name)
    return RedirectResponse(visit.address(f"/articles/{article.id}", s=new.id), 303)


def gold(visit: Visit) -> Response:
    """Serve `/review/gold.zip`: the fully judged articles as gold cases; with `all` every judged one."""
    now = visit.now
    whole = visit.arg("all") is None
    judged = set(now.judged)
    out = io.BytesIO()
    touched = now.table.filter(pl.col("id").is_in(list(judged)))["article"].unique().sort().to_list()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if now.codebook is not None:
            archive.writestr("codebooks/codebook.yaml", codebook_yaml(now.codebook))
        for key in touched:
            statements = list(visit.desk.ledger.statements(Query(article=key)))
            done = sorted((s for s in statements if s.id in judged), key=lambda s: (s.content[0].span, s.id))
            if whole and len(done) < len(statements):
                continue
            case = gold_case(statements[0].article, done, "codebook.yaml")
            name = re.sub(r"[^A-Za-z0-9._-]+", "-", statements[0].article.name)[:60].strip(".-") or "article"
            archive.writestr(f"{name}-{key[:8]}.json", json.dumps(case, indent=1))
    headers = {"content-disposition": 'attachment; filename="gold.zip"'}
    return Response(out.getvalue(), media_type="application/zip", headers=headers)


def waiting(visit: Visit, now: Snapshot) -> pl.Series:
    """Return the numbers of unreviewed machine statements, least confident first."""
    order = visit.choice("order", ORDERS, "unsure")
    sample = visit.desk.prepared.sample() if order == "sample" else []
    assigned = visit.desk.prepared.assigned()
    mine = visit.user.name if visit.arg("mine") else None

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


def _show(visit: Visit, now: Snapshot, key: str, waiting: int) -> Response:
    found = visit.desk.ledger.get(key)
    mine = visit.desk.reviews.latest(1, coder=visit.user.name, standing=True)
    return visit.render(
        "review.html", now=now, one=found, row=now.row(found.id), before=before_and_after(found), waiting=waiting,
        labels=now.labels(), order=visit.choice("order", ORDERS, "unsure"), skip=visit.number("skip", 0),
        queue=urlencode(_queue(visit.request.url.query), doseq=True),
        last=mine[0] if mine else None, done=visit.arg("done"),
    )  # fmt: skip


def _edit(visit: Visit, of: Statement, problem: str | None = None) -> Response:
    now = visit.now
    text = of.article.text.content
    values = {name: plain(getattr(of, name).value) or "" for name in CODED} | {"chain": " | ".join(of.chain.value)}
    given = {name: visit.field(name) for name in (*values, *SPANS) if name in visit.form}
    return visit.render(
        "edit.html", 200 if problem is None else 422, now=now, one=of, article=of.article, values=values | given,
        ranges={name: ranges(of, name) for name in SPANS} | given,
        pieces=list(split(text, marks([of]), words=True)), labels=now.labels(), problem=problem,
        back=visit.arg("back") or visit.field("back"), action=f"/review/{of.id}",
    )  # fmt: skip


def _code(visit: Visit, problem: str | None = None) -> Response:
    article, statements = load(visit)
    now = visit.now
    blank: dict[str, Any] = {name: visit.field(name) for name in (*CODED, "chain")}
    defaults = {"form": "indirect", "act": "state", "stance": "none", "commitment": "CT+"}
    return visit.render(
        "edit.html", 200 if problem is None else 422, now=now, one=None, article=article,
        values={name: value or defaults.get(name, "") for name, value in blank.items()},
        ranges={name: visit.field(name) for name in SPANS},
        pieces=list(split(article.text.content, marks(statements), words=True)), labels=now.labels(), problem=problem,
        back=f"/articles/{part(article.id)}", action=f"/articles/{part(article.id)}/code",
    )  # fmt: skip


def _fields(visit: Visit) -> dict[str, str]:
    return {name: visit.field(name) for name in visit.form}


def _related(visit: Visit, old: Statement | None, new: Statement) -> Statement:
    """Return the statement in the relation that the form requests, if that differs from the current one."""
    if "relation" not in visit.form:
        return new
    here = list(visit.desk.ledger.statements(Query(article=new.article.id)))
    around = nesting(visit, here)
    relation, outer = visit.field("relation"), visit.field("outer")
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


def _given(visit: Visit) -> dict[str, str]:
    return {name: visit.field(name) for name in (*CODED, "chain", *SPANS) if name in visit.form}


def _stale(visit: Visit, old: Statement, mine: Statement | None, verdict: str, message: str) -> Response:
    """Show that somebody else was faster: their version beside what was to be saved."""
    theirs: Statement | None = None
    change = None
    key: str | None = old.id
    for _ in range(20):
        last = [step for step in visit.desk.ledger.history(str(key)) if step.old == key and step.new != key]
        if not last:
            break
        change = last[-1]
        key = change.new
        if key is None:
            break
    try:
        theirs = visit.desk.ledger.get(key) if key and key != old.id else None
    except StatementNotFound:
        theirs = None
    return visit.render(
        "stale.html", 409, now=visit.now, old=old, mine=mine, theirs=theirs, change=change,
        verdict=verdict,
        message=message, against_old=changed(old, theirs), between=changed(theirs, mine),
    )  # fmt: skip
