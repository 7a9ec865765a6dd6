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
from onrecord.record.desk.saved import CollectedStatement, SavedViews
from onrecord.show.briefing import Briefing, BriefingSection, QuotedLine
from onrecord.show.desk.advice import explained
from onrecord.show.desk.filters import Filters
from onrecord.show.desk.passwords import digest, new_secret
from onrecord.show.desk.request_context import Desk, RequestContext, page, part
from onrecord.show.desk.routes.brief import atom, briefing_file
from onrecord.show.desk.snapshot import BY
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


def saved(ctx: RequestContext, fresh: str | None = None, problem: str | None = None) -> Response:
    """Serve `/saved`: one's saved views, and everybody's collections of evidence."""
    saved_views = SavedViews(ctx.desk.ledger)
    return ctx.render(
        "saved.html", 200 if problem is None else 422, now=ctx.now, views=saved_views.views(ctx.user.name), fresh=fresh,
        collections=saved_views.collections(), problem=problem,
    )  # fmt: skip


def changed(ctx: RequestContext) -> Response:
    """Save a view, take one away, or give it a feed, whose address is shown this once."""
    saved_views, do = SavedViews(ctx.desk.ledger), ctx.field("do")
    number = int(ctx.field("number")) if ctx.field("number").isdecimal() else -1
    try:
        if do == "save":
            saved_views.save_view(ctx.user.name, ctx.field("name"), ctx.field("address"))
        elif do == "drop":
            saved_views.drop_view(ctx.user.name, number)
        elif do == "feed":
            secret = new_secret()
            saved_views.subscribe(ctx.user.name, number, digest(secret))
            return saved(ctx, f"{ctx.request.url.scheme}://{ctx.request.url.netloc}/feeds/{secret}.xml")
        elif do == "no feed":
            saved_views.subscribe(ctx.user.name, number, None)
        else:
            raise HTTPException(400, "What is to be changed?")
    except LedgerError as error:
        return saved(ctx, problem=explained(error))
    return RedirectResponse("/saved", 303)


async def feed(request: Request) -> Response:
    """Serve `/feeds/{secret}.xml`: changed positions in a saved view, for feed readers, which cannot log in."""
    return await run_in_threadpool(_feed, request)


def _feed(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    found = SavedViews(desk.ledger).of_feed(digest(str(request.path_params["secret"])[:200]))
    owner = None if found is None else desk.accounts.user(found.account)
    if found is None or (desk.settings.coder is None and (owner is None or not owner.active)):
        raise HTTPException(404, "no such feed")
    query = QueryParams(parse_qsl(urlsplit(found.address).query))
    with desk.concurrency.slot():
        now = desk.live_view.now(float(query.get("min_confidence") or MIN_CONFIDENCE)).narrow(Filters.of(query))
        by = query.get("by")
        base = f"{request.url.scheme}://{request.url.netloc}"
        return atom(now, by if by in BY else "speaker", base, f"{base}/feeds/{found.number}", found.name)


def collection(ctx: RequestContext) -> Response:
    """Serve `/collections/{name}`: statements that somebody collected, with their notes."""
    name, found = evidence_of(ctx)
    now = ctx.now
    rows = [(one, now.row(one.statement)) for one in found]
    return ctx.render("collection.html", now=now, name=name, rows=rows, labels=now.labels())


def collection_file(ctx: RequestContext) -> Response:
    """Serve `/collections/{name}/evidence.md`, `.docx`, `.html`: the collection as a file."""
    name, found = evidence_of(ctx)
    now = ctx.now
    lines = [_line(one, row, now.labels()) for one in found if (row := now.row(one.statement)) is not None]
    made = Briefing(name, f"{plural(len(lines), 'statement')}.", [BriefingSection("Evidence", "", [("", lines)])])
    return briefing_file(ctx, made, str(ctx.request.path_params["format"]), name)


def collected(ctx: RequestContext) -> Response:
    """Put a statement into a collection, change its note, or take it out."""
    saved_views, name, statement = SavedViews(ctx.desk.ledger), ctx.field("name"), ctx.field("statement")
    try:
        if ctx.field("do") == "out":
            saved_views.take_out(name, statement)
        else:
            one = ctx.desk.ledger.get(statement)
            saved_views.collect(name, one.id, coder=ctx.user.name, note=ctx.field("note").strip())
    except StatementNotFound as error:
        raise HTTPException(404, explained(error)) from error
    except LedgerError as error:
        raise HTTPException(422, explained(error)) from error
    return RedirectResponse(f"/collections/{part(' '.join(name.split()))}", 303)


def evidence_of(ctx: RequestContext) -> tuple[str, list[CollectedStatement]]:
    """Return the name of the collection of the address, and what is in it."""
    name = str(ctx.request.path_params["name"])
    return name, SavedViews(ctx.desk.ledger).evidence(name)


def _line(one: CollectedStatement, row: dict[str, Any], labels: dict[str, str]) -> QuotedLine:
    side = f"{WORDS[row['stance']]}: {labels.get(row['issue'], row['issue'])}" if row["issue"] else row["act"]
    parts = [day(row["date"]), side, one.note]
    source = ", ".join(filter(None, (row["outlet"], row["title"] or row["article_name"])))
    who = row["speaker"] or row["affiliation"] or "unknown speaker"
    return QuotedLine(who, ", ".join(filter(None, parts)), short(row["quote"], 600), source, row["url"], row["id"])
