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
from onrecord.show.desk import intake
from onrecord.show.desk.jobs import Job, Source
from onrecord.show.desk.visit import Desk, Visit, page, show

BEAT = 15.0  # seconds between signs of life on a quiet stream


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/add", page(add, Role.CODER)),
        Route("/add", page(added, Role.CODER), methods=["POST"]),
        Route("/jobs/{number}", page(job)),
        Route("/jobs/{number}/stop", page(stopped, Role.CODER), methods=["POST"]),
        Route("/jobs/{number}/events", events),
    ]


def add(visit: Visit) -> Response:
    """Serve `/add`: the form."""
    return _form(visit)


def added(visit: Visit) -> Response:
    """Start reading what the form holds and redirect to its progress, or show the form with what is wrong."""
    try:
        title, source = _source(visit)
        codebook = _codebook(visit)
    except (CodecError, CodebookError, HTTPException) as error:
        return _form(visit, error.detail if isinstance(error, HTTPException) else str(error))
    made = visit.desk.jobs.add(visit.user.name, title, source, codebook)
    return RedirectResponse(f"/jobs/{made.number}", status_code=303)


def job(visit: Visit) -> Response:
    """Serve `/jobs/{number}`: the progress of a reading."""
    return visit.render("job.html", now=visit.now, job=_job(visit.desk, visit.request))


def stopped(visit: Visit) -> Response:
    """Stop a reading after the article that is being read; what was read stays."""
    found = _job(visit.desk, visit.request)
    if not found.over:
        found.stopped_by = visit.user.name
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
            if quiet >= BEAT:
                quiet = 0.0
                yield ": still there\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})


def _job(desk: Desk, request: Request) -> Job:
    given = str(request.path_params["number"])
    found = desk.jobs.get(int(given)) if re.fullmatch(r"[0-9]{1,9}", given) else None
    if found is None:
        raise HTTPException(404, "no such reading; the last ones are on the Overview")
    return found


def _form(visit: Visit, problem: str | None = None) -> Response:
    return visit.render(
        "add.html", 200 if problem is None else 422, now=visit.now, problem=problem, form=visit.form,
        jobs=visit.desk.jobs.all()[:8], suffixes=sorted(SUFFIXES),
    )  # fmt: skip


def _source(visit: Visit) -> tuple[str, Source]:
    """Return what to read, and its label."""
    published = visit.field("published").strip()
    given = MetadataDefaults(
        title=visit.field("title").strip() or None,
        outlet=visit.field("outlet").strip() or None,
        published=PartialDate(published) if published else None,
        url=visit.field("url").strip() or None,
    )
    text, address, files = visit.field("text"), visit.field("address").strip(), visit.files("files")
    if sum(map(bool, (text.strip(), address, files))) != 1:
        raise HTTPException(422, "give one of the three: a text, files, or a web address")
    limits = visit.desk.settings.limits
    if text.strip():
        name = given.title or "pasted text"
        return name, intake.pasted(text, intake.label(name), given)
    if address:
        if not address.lower().startswith(("http://", "https://")):
            raise HTTPException(422, "a web address begins with http:// or https://")
        return address[:200], intake.fetched(address, given, limits, private=visit.desk.settings.private)
    uploads = [intake.Upload(str(file.filename), file.file.read()) for file in files]
    names = ", ".join(intake.label(upload.name) for upload in uploads[:3])
    return names + (" …" if len(uploads) > 3 else ""), intake.uploaded(uploads, given)


def _codebook(visit: Visit) -> Codebook | None:
    """Return the codebook of the form, else the ledger's last one."""
    files = visit.files("codebook")
    if not files:
        return visit.desk.ledger.codebook()
    return parse_codebook(files[0].file.read(MAX_CODEBOOK_BYTES + 1), intake.label(str(files[0].filename)))
