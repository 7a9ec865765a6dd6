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
from onrecord.show.desk.routes.articles import AROUND
from onrecord.show.desk.routes.unitising import all_units, summaries
from onrecord.show.desk.visit import Visit, page, part

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


def rounds(visit: Visit) -> Response:
    """Serve `/coding`: the rounds, and a form for a new one."""
    made = []
    for one in visit.desk.reviews.rounds():
        mine = visit.desk.reviews.codings(one.name, coder=visit.user.name).get(visit.user.name, {})
        made.append((one, len(mine), len(visit.desk.reviews.codings(one.name))))
    now = visit.now
    units = [(one, len(given.get(visit.user.name, {})), len(given)) for one, given in all_units(visit)]
    return visit.render("rounds.html", now=now, rounds=made, fields=FIELDS, labels=now.labels(), units=units)


def opened(visit: Visit) -> Response:
    """Open a round: a random sample of the statements, seeded by the round's name so that it is reproducible."""
    now = visit.now
    rows = now.table
    if issue := visit.field("issue"):
        rows = rows.filter(pl.col("issue") == issue)
    ids = rows["id"].sort().to_list()
    size = visit.field("size", "30")
    if not (size.isascii() and size.isdecimal() and len(size) <= 9 and 1 <= int(size) <= MOST):
        raise HTTPException(400, f"a round has 1 to {MOST} statements")
    if not ids:
        raise HTTPException(400, "no statement to code there")
    fields = [name for name in FIELDS if visit.field(f"field_{name}")]
    name = visit.field("name")
    drawn = random.Random(name).sample(ids, min(int(size), len(ids)))
    made = visit.desk.reviews.open_round(name, visit.user.name, fields, drawn)
    return RedirectResponse(f"/coding/{part(made.name)}", 303)


def code(visit: Visit) -> Response:
    """Serve `/coding/{name}`: the next uncoded statement; no value of machine or colleague is shown."""
    found = round_of(visit)
    mine = visit.desk.reviews.codings(found.name, coder=visit.user.name).get(visit.user.name, {})
    places = range(1, len(found.statements) + 1)
    wanted = visit.number("at", 0, high=len(found.statements)) or next((n for n in places if n not in mine), 0)
    if not wanted:
        return RedirectResponse(f"/coding/{part(found.name)}/agreement", 303)
    statement = visit.desk.ledger.get(found.statements[wanted - 1])
    text = statement.article.text.content
    spans = [piece.span for piece in statement.content]
    low, high = max(0, spans[0].start - 2 * AROUND), min(len(text), spans[-1].end + 2 * AROUND)
    # The content alone is marked: source and cue are what a coder of the speaker must find.
    found_marks = [Mark(s.start - low, s.end - low, "content", statement.id) for s in spans]
    now = visit.now
    return visit.render(
        "code_round.html", now=now, round=found, at=wanted, done=len(mine),
        pieces=list(split(text[low:high], found_marks)),
        article=statement.article, labels=now.labels(), values=mine.get(wanted, {}), cut=(low > 0, high < len(text)),
    )  # fmt: skip


def coded(visit: Visit) -> Response:
    """Store one's values for one statement."""
    found = round_of(visit)
    values = {}
    allowed: dict[str, list[str]] = {"stance": list(map(str, Stance)), "act": list(map(str, Act)),
        "commitment": list(map(str, Commitment)), "form": list(map(str, Form)),
        "issue": ["", *visit.now.labels()]}  # fmt: skip
    for name in found.fields:
        given = " ".join(visit.field(name).split())[:300]
        if name in allowed and given not in allowed[name]:
            raise HTTPException(400, f"choose a value for {name}")
        values[name] = given or None
    at = visit.field("at")
    if not at.isdecimal() or len(at) > 6:
        raise HTTPException(400, "which statement?")
    mine = visit.desk.reviews.codings(found.name, coder=visit.user.name).get(visit.user.name, {})
    if len(mine) >= len(found.statements):
        raise HTTPException(409, "you have finished this round and may have seen the others' codes; yours stand")
    visit.desk.reviews.code(found.name, int(at), visit.user.name, values)
    return RedirectResponse(f"/coding/{part(found.name)}", 303)


def agreed(visit: Visit) -> Response:
    """Serve `/coding/{name}/agreement`: alpha per field, and where coders differ."""
    found = round_of(visit)
    codings = codings_of(visit, found)
    coders = sorted(codings)
    pair = (visit.arg("a") or (coders[0] if coders else ""), visit.arg("b") or (coders[1] if len(coders) > 1 else ""))
    field = visit.choice("field", found.fields, found.fields[0])
    tables = [(name, agreement(_units(codings, found, name))) for name in found.fields]
    kappas = {name: kappa(_by_coder(codings, found, name), *pair) for name in found.fields} if all(pair) else {}
    units = _by_coder(codings, found, field)
    table = confusion(units, *pair) if all(pair) else {}
    values = sorted({str(value) for key in table for value in key})
    counts = {(str(a), str(b)): n for (a, b), n in table.items()}
    return visit.render(
        "agreement.html", now=visit.now, round=found, coders=coders, tables=tables, pair=pair, field=field,
        values=values, counts=counts, kappas=kappas, done={who: len(given) for who, given in codings.items()},
        finding=summaries(visit, pair) if all(pair) else [],
    )  # fmt: skip


def agreed_table(visit: Visit) -> Response:
    """Serve `/coding/{name}/agreement.csv`, `.json`: one value per line."""
    found = round_of(visit)
    rows = [
        {"round": found.name, "statement": found.statements[at - 1], "coder": who, "field": name, "value": values[name]}
        for who, given in codings_of(visit, found).items()
        for at, values in given.items()
        for name in found.fields
    ]
    names = ("round", "statement", "coder", "field", "value")
    return table_response(visit, pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String)), found.name)


def codings_of(visit: Visit, found: CodingRound) -> dict[str, dict[int, dict[str, Any]]]:
    """Return everybody's values, for those who have coded all of theirs, whatever their role."""
    mine = visit.desk.reviews.codings(found.name, coder=visit.user.name).get(visit.user.name, {})
    if len(mine) < len(found.statements):
        raise HTTPException(403, "code all of the round first: it is blind until then")
    return visit.desk.reviews.codings(found.name)


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


def round_of(visit: Visit) -> CodingRound:
    """Return the round of the address; an error 404 where there is none."""
    found = visit.desk.reviews.round(str(visit.request.path_params["name"]))
    if found is None:
        raise HTTPException(404, "no such round")
    return found
