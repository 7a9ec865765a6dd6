"""Run blind double coding: rounds of statements that several people code independently, and their agreement."""

from __future__ import annotations

import random
from collections.abc import Hashable
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.analyse.intercoder import agreement, confusion, kappa
from onrecord.core.statement import Act, Commitment, Form, Stance
from onrecord.record import CodingRound, Role
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.marks import Mark, split
from onrecord.show.desk.request_context import RequestContext, page, part
from onrecord.show.desk.routes.articles import AROUND
from onrecord.show.desk.routes.unitising import all_units, summaries

FIELDS = ("stance", "issue", "act", "commitment", "form", "speaker")
MOST = 500


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/coding", page(rounds, Role.CODER)),
        Route("/coding", page(opened, Role.CODER), methods=["POST"]),
        Route("/coding/{name}", page(code, Role.CODER)),
        Route("/coding/{name}", page(coded, Role.CODER), methods=["POST"]),
        Route("/coding/{name}/agreement", page(agreed, Role.CODER)),
        Route("/coding/{name}/agreement.{format}", page(agreed_table, Role.CODER)),
    ]


def rounds(ctx: RequestContext) -> Response:
    """Serve `/coding`: the rounds, and a form for a new one."""
    made = []
    for one in ctx.desk.reviews.rounds():
        mine = ctx.desk.reviews.codings(one.name, coder=ctx.user.name).get(ctx.user.name, {})
        made.append((one, len(mine), len(ctx.desk.reviews.codings(one.name))))
    now = ctx.now
    units = [(one, len(given.get(ctx.user.name, {})), len(given)) for one, given in all_units(ctx)]
    return ctx.render("rounds.html", now=now, rounds=made, fields=FIELDS, labels=now.labels(), units=units)


def opened(ctx: RequestContext) -> Response:
    """Open a round: a random sample of the statements, seeded by the round's name so that it is reproducible."""
    now = ctx.now
    rows = now.table
    if issue := ctx.field("issue"):
        rows = rows.filter(pl.col("issue") == issue)
    ids = rows["id"].sort().to_list()
    size = ctx.field("size", "30")
    if not (size.isascii() and size.isdecimal() and len(size) <= 9 and 1 <= int(size) <= MOST):
        raise HTTPException(400, f"a round has 1 to {MOST} statements")
    if not ids:
        raise HTTPException(400, "no statement to code there")
    fields = [name for name in FIELDS if ctx.field(f"field_{name}")]
    name = ctx.field("name")
    drawn = random.Random(name).sample(ids, min(int(size), len(ids)))
    made = ctx.desk.reviews.open_round(name, ctx.user.name, fields, drawn)
    return RedirectResponse(f"/coding/{part(made.name)}", 303)


def code(ctx: RequestContext) -> Response:
    """Serve `/coding/{name}`: the next uncoded statement; no value of machine or colleague is shown."""
    found = round_of(ctx)
    mine = ctx.desk.reviews.codings(found.name, coder=ctx.user.name).get(ctx.user.name, {})
    places = range(1, len(found.statements) + 1)
    wanted = ctx.number("at", 0, high=len(found.statements)) or next((n for n in places if n not in mine), 0)
    if not wanted:
        return RedirectResponse(f"/coding/{part(found.name)}/agreement", 303)
    statement = ctx.desk.ledger.get(found.statements[wanted - 1])
    text = statement.article.text.content
    spans = [piece.span for piece in statement.content]
    low, high = max(0, spans[0].start - 2 * AROUND), min(len(text), spans[-1].end + 2 * AROUND)
    # The content alone is marked: source and cue are what a coder of the speaker must find.
    found_marks = [Mark(s.start - low, s.end - low, "content", statement.id) for s in spans]
    now = ctx.now
    return ctx.render(
        "code_round.html", now=now, round=found, at=wanted, done=len(mine),
        pieces=list(split(text[low:high], found_marks)),
        article=statement.article, labels=now.labels(), values=mine.get(wanted, {}), cut=(low > 0, high < len(text)),
    )  # fmt: skip


def coded(ctx: RequestContext) -> Response:
    """Store one's values for one statement."""
    found = round_of(ctx)
    values = {}
    allowed: dict[str, list[str]] = {"stance": list(map(str, Stance)), "act": list(map(str, Act)),
        "commitment": list(map(str, Commitment)), "form": list(map(str, Form)),
        "issue": ["", *ctx.now.labels()]}  # fmt: skip
    for name in found.fields:
        given = " ".join(ctx.field(name).split())[:300]
        if name in allowed and given not in allowed[name]:
            raise HTTPException(400, f"choose a value for {name}")
        values[name] = given or None
    at = ctx.field("at")
    if not at.isdecimal() or len(at) > 6:
        raise HTTPException(400, "which statement?")
    mine = ctx.desk.reviews.codings(found.name, coder=ctx.user.name).get(ctx.user.name, {})
    if len(mine) >= len(found.statements):
        raise HTTPException(409, "you have finished this round and may have seen the others' codes; yours stand")
    ctx.desk.reviews.code(found.name, int(at), ctx.user.name, values)
    return RedirectResponse(f"/coding/{part(found.name)}", 303)


def agreed(ctx: RequestContext) -> Response:
    """Serve `/coding/{name}/agreement`: alpha per field, and where coders differ."""
    found = round_of(ctx)
    codings = codings_of(ctx, found)
    coders = sorted(codings)
    pair = (ctx.arg("a") or (coders[0] if coders else ""), ctx.arg("b") or (coders[1] if len(coders) > 1 else ""))
    field = ctx.choice("field", found.fields, found.fields[0])
    tables = [(name, agreement(_units(codings, found, name))) for name in found.fields]
    kappas = {name: kappa(_by_coder(codings, found, name), *pair) for name in found.fields} if all(pair) else {}
    units = _by_coder(codings, found, field)
    table = confusion(units, *pair) if all(pair) else {}
    values = sorted({str(value) for key in table for value in key})
    counts = {(str(a), str(b)): n for (a, b), n in table.items()}
    return ctx.render(
        "agreement.html", now=ctx.now, round=found, coders=coders, tables=tables, pair=pair, field=field,
        values=values, counts=counts, kappas=kappas, done={who: len(given) for who, given in codings.items()},
        finding=summaries(ctx, pair) if all(pair) else [],
    )  # fmt: skip


def agreed_table(ctx: RequestContext) -> Response:
    """Serve `/coding/{name}/agreement.csv`, `.json`: one value per line."""
    found = round_of(ctx)
    rows = [
        {"round": found.name, "statement": found.statements[at - 1], "coder": who, "field": name, "value": values[name]}
        for who, given in codings_of(ctx, found).items()
        for at, values in given.items()
        for name in found.fields
    ]
    names = ("round", "statement", "coder", "field", "value")
    return table_response(ctx, pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String)), found.name)


def codings_of(ctx: RequestContext, found: CodingRound) -> dict[str, dict[int, dict[str, Any]]]:
    """Return everybody's values, for those who have coded all of theirs, whatever their role."""
    mine = ctx.desk.reviews.codings(found.name, coder=ctx.user.name).get(ctx.user.name, {})
    if len(mine) < len(found.statements):
        raise HTTPException(403, "code all of the round first: it is blind until then")
    return ctx.desk.reviews.codings(found.name)


def _by_coder(
    codings: dict[str, dict[int, dict[str, Any]]], found: CodingRound, name: str
) -> list[dict[str, Hashable]]:
    """Return the values of a field by coder, for each statement of a round."""
    return [
        {who: given[at][name] for who, given in codings.items() if at in given}
        for at in range(1, len(found.statements) + 1)
    ]


def _units(codings: dict[str, dict[int, dict[str, Any]]], found: CodingRound, name: str) -> list[list[str]]:
    return [
        [str(given[at][name]) for given in codings.values() if at in given]
        for at in range(1, len(found.statements) + 1)
    ]


def round_of(ctx: RequestContext) -> CodingRound:
    """Return the round of the address; HTTP 404 if there is none."""
    found = ctx.desk.reviews.round(str(ctx.request.path_params["name"]))
    if found is None:
        raise HTTPException(404, "no such round")
    return found
