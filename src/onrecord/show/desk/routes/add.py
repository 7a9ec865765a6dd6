"""Add sources by pasting, uploading or fetching, and show the progress of reading."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from onrecord.core.statement import PartialDate
from onrecord.errors import CodebookError, CodecError
from onrecord.lexicon import MAX_CODEBOOK_BYTES, Codebook, parse_codebook
from onrecord.read import SUFFIXES, MetadataDefaults
from onrecord.record import Role
from onrecord.show.desk import uploads
from onrecord.show.desk.advice import explained
from onrecord.show.desk.jobs import Job, Source
from onrecord.show.desk.request_context import Desk, RequestContext, page, show

HEARTBEAT_SECONDS = 15.0  # seconds between signs of life on a quiet stream


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/add", page(add, Role.CODER)),
        Route("/add", page(added, Role.CODER), methods=["POST"]),
        Route("/jobs/{number}", page(job)),
        Route("/jobs/{number}/stop", page(stopped, Role.CODER), methods=["POST"]),
        Route("/jobs/{number}/events", events),
    ]


def add(ctx: RequestContext) -> Response:
    """Serve `/add`: the form."""
    return _form(ctx)


def added(ctx: RequestContext) -> Response:
    """Start reading what the form holds and redirect to its progress, or show the form with what is wrong."""
    try:
        title, source = _source(ctx)
        codebook = _codebook(ctx)
    except (CodecError, CodebookError, HTTPException) as error:
        return _form(ctx, error.detail if isinstance(error, HTTPException) else explained(error))
    made = ctx.desk.jobs.add(ctx.user.name, title, source, codebook, reprints=ctx.field("reprints") == "yes")
    return RedirectResponse(f"/jobs/{made.number}", status_code=303)


def job(ctx: RequestContext) -> Response:
    """Serve `/jobs/{number}`: the progress of a reading."""
    return ctx.render("job.html", now=ctx.now, job=_job(ctx.desk, ctx.request))


def stopped(ctx: RequestContext) -> Response:
    """Stop a reading after the article that is being read; what was read stays."""
    found = _job(ctx.desk, ctx.request)
    if not found.over:
        found.stopped_by = ctx.user.name
    return RedirectResponse(f"/jobs/{found.number}", 303)


async def events(request: Request) -> Response:
    """Serve `/jobs/{number}/events`: the progress as server-sent events; a returning browser continues where it was."""
    desk: Desk = request.app.state.desk
    user, _ = await run_in_threadpool(desk.find, request)
    if user is None:
        raise HTTPException(401, "log in first")
    watched = _job(desk, request)
    last = request.headers.get("last-event-id", "")
    seen = min(int(last), len(watched.events)) if last.isdigit() and len(last) < 10 else 0

    async def stream() -> AsyncIterator[str]:
        nonlocal seen
        quiet = 0.0
        while not await request.is_disconnected():
            fresh = watched.since(seen, 0.0)
            for event in fresh:
                seen += 1
                yield f"id: {seen}\nevent: {event['kind']}\ndata: {show(json.dumps(event, ensure_ascii=True))}\n\n"
            if watched.over and seen >= len(watched.events):
                return
            # Polled, so that a hundred open pages hold no threads.
            await asyncio.sleep(0.25)
            quiet = 0.0 if fresh else quiet + 0.25
            if quiet >= HEARTBEAT_SECONDS:
                quiet = 0.0
                yield ": still there\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})


def _job(desk: Desk, request: Request) -> Job:
    given = str(request.path_params["number"])
    found = desk.jobs.get(int(given)) if re.fullmatch(r"[0-9]{1,9}", given) else None
    if found is None:
        raise HTTPException(404, "no such reading; the last ones are on the Overview")
    return found


def _form(ctx: RequestContext, problem: str | None = None) -> Response:
    return ctx.render(
        "add.html", 200 if problem is None else 422, now=ctx.now, problem=problem, form=ctx.form,
        jobs=ctx.desk.jobs.all()[:8], suffixes=sorted(SUFFIXES),
    )  # fmt: skip


def _source(ctx: RequestContext) -> tuple[str, Source]:
    """Return what to read, and its label."""
    published = ctx.field("published").strip()
    given = MetadataDefaults(
        title=ctx.field("title").strip() or None,
        outlet=ctx.field("outlet").strip() or None,
        published=PartialDate(published) if published else None,
        url=ctx.field("url").strip() or None,
    )
    text, address, files = ctx.field("text"), ctx.field("address").strip(), ctx.files("files")
    if sum(map(bool, (text.strip(), address, files))) != 1:
        raise HTTPException(422, "give one of the three: a text, files, or a web address")
    limits = ctx.desk.settings.limits
    if text.strip():
        name = given.title or "pasted text"
        return name, uploads.pasted(text, uploads.label(name), given)
    if address:
        if not address.lower().startswith(("http://", "https://")):
            raise HTTPException(422, "a web address begins with http:// or https://")
        return address[:200], uploads.fetched(address, given, limits, private=ctx.desk.settings.private)
    given_files = [uploads.Upload(str(file.filename), file.file.read()) for file in files]
    names = ", ".join(uploads.label(upload.name) for upload in given_files[:3])
    return names + (" …" if len(given_files) > 3 else ""), uploads.uploaded(given_files, given)


def _codebook(ctx: RequestContext) -> Codebook | None:
    """Return the codebook of the form, else the ledger's last one."""
    files = ctx.files("codebook")
    if not files:
        return ctx.desk.ledger.codebook()
    return parse_codebook(files[0].file.read(MAX_CODEBOOK_BYTES + 1), uploads.label(str(files[0].filename)))
