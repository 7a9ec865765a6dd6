"""Serve saved views with their feeds, and collections of evidence."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.core.columns import MIN_CONFIDENCE
from onrecord.errors import LedgerError, StatementNotFound
from onrecord.record import Role
from onrecord.record.desk.saved import CollectedStatement, Saved
from onrecord.show.briefing import Briefing, Line, Section
from onrecord.show.desk.board import BY
from onrecord.show.desk.filters import Filters
from onrecord.show.desk.passwords import digest, new_secret
from onrecord.show.desk.routes.brief import atom, briefing_file
from onrecord.show.desk.visit import Desk, Visit, page, part
from onrecord.show.words import WORDS, day, plural, short


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/saved", page(saved)),
        Route("/saved", page(changed), methods=["POST"]),
        Route("/feeds/{secret}.xml", feed),
        Route("/collections/{name}/evidence.{format}", page(collection_file)),
        Route("/collections/{name}", page(collection)),
        Route("/collections", page(collected, Role.CODER), methods=["POST"]),
    ]


def saved(visit: Visit, fresh: str | None = None, problem: str | None = None) -> Response:
    """Serve `/saved`: one's saved views, and everybody's collections of evidence."""
    kept = Saved(visit.desk.ledger)
    return visit.render(
        "saved.html", 200 if problem is None else 422, now=visit.now, views=kept.views(visit.user.name), fresh=fresh,
        collections=kept.collections(), problem=problem,
    )  # fmt: skip


def changed(visit: Visit) -> Response:
    """Save a view, take one away, or give it a feed, whose address is shown this once."""
    kept, do = Saved(visit.desk.ledger), visit.field("do")
    number = int(visit.field("number")) if visit.field("number").isdecimal() else -1
    try:
        if do == "save":
            kept.save_view(visit.user.name, visit.field("name"), visit.field("address"))
        elif do == "drop":
            kept.drop_view(visit.user.name, number)
        elif do == "feed":
            secret = new_secret()
            kept.subscribe(visit.user.name, number, digest(secret))
            return saved(visit, f"{visit.request.url.scheme}://{visit.request.url.netloc}/feeds/{secret}.xml")
        elif do == "no feed":
            kept.subscribe(visit.user.name, number, None)
        else:
            raise HTTPException(400, "What is to be changed?")
    except LedgerError as error:
        return saved(visit, problem=str(error))
    return RedirectResponse("/saved", 303)


async def feed(request: Request) -> Response:
    """Serve `/feeds/{secret}.xml`: changed positions in a saved view, for feed readers, which cannot log in."""
    return await run_in_threadpool(_feed, request)


def _feed(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    found = Saved(desk.ledger).of_feed(digest(str(request.path_params["secret"])[:200]))
    owner = None if found is None else desk.accounts.user(found.account)
    if found is None or (desk.settings.coder is None and (owner is None or not owner.active)):
        raise HTTPException(404, "no such feed")
    query = QueryParams(parse_qsl(urlsplit(found.address).query))
    with desk.turns.taken():
        now = desk.board.now(float(query.get("min_confidence") or MIN_CONFIDENCE)).narrow(Filters.of(query))
        by = query.get("by")
        base = f"{request.url.scheme}://{request.url.netloc}"
        return atom(now, by if by in BY else "speaker", base, f"{base}/feeds/{found.number}", found.name)


def collection(visit: Visit) -> Response:
    """Serve `/collections/{name}`: statements that somebody collected, with their notes."""
    name, found = evidence_of(visit)
    now = visit.now
    rows = [(one, now.row(one.statement)) for one in found]
    return visit.render("collection.html", now=now, name=name, rows=rows, labels=now.labels())


def collection_file(visit: Visit) -> Response:
    """Serve `/collections/{name}/evidence.md`, `.docx`, `.html`: the collection as a file."""
    name, found = evidence_of(visit)
    now = visit.now
    lines = [_line(one, row, now.labels()) for one in found if (row := now.row(one.statement)) is not None]
    made = Briefing(name, f"{plural(len(lines), 'statement')}.", [Section("Evidence", "", [("", lines)])])
    return briefing_file(visit, made, str(visit.request.path_params["format"]), name)


def collected(visit: Visit) -> Response:
    """Put a statement into a collection, change its note, or take it out."""
    kept, name, statement = Saved(visit.desk.ledger), visit.field("name"), visit.field("statement")
    try:
        if visit.field("do") == "out":
            kept.take_out(name, statement)
        else:
            one = visit.desk.ledger.get(statement)
            kept.collect(name, one.id, coder=visit.user.name, note=visit.field("note").strip())
    except StatementNotFound as error:
        raise HTTPException(404, str(error)) from error
    except LedgerError as error:
        raise HTTPException(422, str(error)) from error
    return RedirectResponse(f"/collections/{part(' '.join(name.split()))}", 303)


def evidence_of(visit: Visit) -> tuple[str, list[CollectedStatement]]:
    """Return the name of the collection of the address, and what is in it."""
    name = str(visit.request.path_params["name"])
    return name, Saved(visit.desk.ledger).evidence(name)


def _line(one: CollectedStatement, row: dict[str, Any], labels: dict[str, str]) -> Line:
    side = f"{WORDS[row['stance']]}: {labels.get(row['issue'], row['issue'])}" if row["issue"] else row["act"]
    parts = [day(row["date"]), side, one.note]
    source = ", ".join(filter(None, (row["outlet"], row["title"] or row["article_name"])))
    who = row["speaker"] or row["affiliation"] or "unknown speaker"
    return Line(who, ", ".join(filter(None, parts)), short(row["quote"], 600), source, row["url"], row["id"])
