"""Adjudicate after a blind round: show where coders differ, and store the decision."""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.core.statement import Statement, plain
from onrecord.errors import CodecError, SpanError, StatementStale
from onrecord.record import CodingRound, ReviewVerdict, Role
from onrecord.show.desk.advice import explained
from onrecord.show.desk.judging import corrected
from onrecord.show.desk.request_context import RequestContext, page, part
from onrecord.show.desk.routes.articles import before_and_after
from onrecord.show.desk.routes.coding import codings_of, round_of

SHOWN = 10


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/coding/{name}/disagreements", page(disagreements, Role.CODER)),
        Route("/coding/{name}/disagreements", page(adjudicated, Role.CODER), methods=["POST"]),
    ]


def disagreements(ctx: RequestContext, problem: str | None = None) -> Response:
    """Serve `/coding/{name}/disagreements`: the statements that were coded differently, with everybody's values."""
    found = round_of(ctx)
    codings = codings_of(ctx, found)
    different = [at for at in range(1, len(found.statements) + 1) if differing(codings, found, at)]
    first = ctx.number("first", 0)
    now = ctx.now
    rows = [_row(ctx, found, codings, at) for at in different[first : first + SHOWN]]
    return ctx.render(
        "disagreements.html", 200 if problem is None else 422, now=now, round=found, rows=rows, first=first,
        limit=SHOWN, total=len(different), labels=now.labels(), coders=sorted(codings), problem=problem,
    )  # fmt: skip


def adjudicated(ctx: RequestContext) -> Response:
    """Write what was agreed on into the ledger, as a correction or an acceptance of the statement."""
    found = round_of(ctx)
    codings_of(ctx, found)  # whoever has not coded all of it must not decide
    at = ctx.field("at")
    if not at.isdecimal() or len(at) > 6 or not 1 <= int(at) <= len(found.statements):
        raise HTTPException(400, "Which statement?")
    old = ctx.desk.ledger.get(ctx.field("statement") or found.statements[int(at) - 1])
    given = {name: ctx.field(name) for name in found.fields if name in ctx.form}
    try:
        new = corrected(old, given, ctx.now.labels())
        verdict = ReviewVerdict.ACCEPT if new.id == old.id else ReviewVerdict.CORRECT
        ctx.desk.reviews.judge(verdict, old, None if verdict is ReviewVerdict.ACCEPT else new, coder=ctx.user.name)
    except (CodecError, SpanError, StatementStale) as error:
        return disagreements(ctx, explained(error))
    return RedirectResponse(ctx.address(f"/coding/{part(found.name)}/disagreements", first=ctx.field("first")), 303)


def differing(codings: dict[str, dict[int, dict[str, Any]]], found: CodingRound, at: int) -> list[str]:
    """Return the fields in which the codings of a statement differ."""
    given = [values[at] for values in codings.values() if at in values]
    return [name for name in found.fields if len({str(values[name]) for values in given}) > 1]


def _row(
    ctx: RequestContext, found: CodingRound, codings: dict[str, dict[int, dict[str, Any]]], at: int
) -> dict[str, Any]:
    one: Statement = ctx.desk.ledger.get(found.statements[at - 1])
    now = ctx.now
    given = {who: values[at] for who, values in codings.items() if at in values}
    agreed = {name: Counter(values[name] for values in given.values()).most_common(1)[0] for name in found.fields}
    judged = now.judged.get(one.id) or next(
        (r for r in now.judged.values() if r.statement == one.id and r.undone is None), None
    )
    return {
        "at": at, "one": one, "context": before_and_after(one), "differing": differing(codings, found, at),
        "given": given, "machine": {name: plain(getattr(one, name).value) for name in found.fields},
        "proposed": {name: value if times > len(given) / 2 else None for name, (value, times) in agreed.items()},
        "current": now.row(one.id) is not None, "judged": judged,
    }  # fmt: skip
