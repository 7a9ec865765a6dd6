"""Serve briefings to print and to send, and a feed of changed positions."""

from __future__ import annotations

from functools import cache, partial
from xml.sax.saxutils import escape

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.show.briefing import (
    ACTORS,
    Briefing,
    BriefingInput,
    BriefingSection,
    assemble,
    basis_of,
    docx,
    html,
    issues_of,
    markdown,
    sections,
)
from onrecord.show.desk.exports import download
from onrecord.show.desk.request_context import RequestContext, page, show
from onrecord.show.desk.routes.overview import moves
from onrecord.show.desk.routes.positions import actors_of, cells_of
from onrecord.show.desk.snapshot import BY, Snapshot
from onrecord.show.words import moved

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FEED_ENTRIES = 50  # entries of a feed
MAX_PARTIES = 10 * ACTORS  # parties whose positions a briefing considers, those with the most statements


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/brief", page(brief)),
        Route("/brief.{format}", page(brief_file)),
        Route("/moves.xml", page(feed)),
    ]


def brief(ctx: RequestContext) -> Response:
    """Serve `/brief`: positions, quotations, changes and conditions of some issues or of an actor, to print."""
    asked = ctx.request.query_params
    return ctx.render(
        "brief.html", now=ctx.view(), brief=made(ctx), labels=ctx.now.labels(), on=asked.getlist("on"),
        who=list(filter(None, asked.getlist("actor"))), by=ctx.choice("by", BY[::-1], "affiliation"),
    )  # fmt: skip


def brief_file(ctx: RequestContext) -> Response:
    """Serve `/brief.md`, `.docx`, `.html`: the briefing as a file; the HTML needs no server."""
    return briefing_file(ctx, made(ctx), ctx.request.url.path.rpartition(".")[2], "briefing")


def briefing_file(ctx: RequestContext, found: Briefing, form: str, name: str) -> Response:
    """Send a briefing as Markdown, a Word document, or HTML that needs no server."""
    if form == "md":
        return download(show(markdown(found)).encode(), "text/markdown; charset=utf-8", f"{name}.md")
    if form == "docx":
        return download(docx(found), WORD, f"{name}.docx")
    if form == "html":
        return download(show(html(found)).encode(), "text/html; charset=utf-8", f"{name}.html")
    raise HTTPException(404, "A briefing is sent as .md, .docx or .html.")


def feed(ctx: RequestContext) -> Response:
    """Serve `/moves.xml`: changed positions, under the filters of the address, as an Atom feed."""
    base = f"{ctx.request.url.scheme}://{ctx.request.url.netloc}"
    return atom(ctx.view(), ctx.choice("by", BY, "speaker"), base, base + ctx.here(), "Who moved")


def atom(now: Snapshot, by: str, base: str, key: str, title: str) -> Response:
    """Send who moved in a view as an Atom feed; `key` identifies it."""
    labels = now.labels()
    entries = []
    for one in moves(now, by).head(FEED_ENTRIES).to_dicts():
        said = f"{one['actor']} on {labels.get(one['issue'], one['issue'])}: {moved(one)}"
        link = f"{base}/compare?a={one['from_id']}&b={one['to_id']}"
        entries.append(
            f"<entry><id>{escape(link)}</id><title>{escape(said)}</title><updated>{one['to_date']}T00:00:00Z</updated>"
            f'<link href="{escape(link)}"/><summary>{escape(str(one["to_quote"]))}</summary></entry>'
        )
    updated = now.created[:19] + "Z" if now.created else "1970-01-01T00:00:00Z"
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{escape(key)}</id><title>{escape(title)}</title><updated>{updated}</updated>"
        + "".join(entries) + "</feed>\n"
    )  # fmt: skip
    clean = "".join(c if c.isprintable() or c == "\n" else " " for c in body)
    return Response(show(clean).encode(), media_type="application/atom+xml")


def made(ctx: RequestContext) -> Briefing:
    """Return the briefing that the address asks for."""
    now = ctx.view()
    on = [value for value in ctx.request.query_params.getlist("on") if value]
    unknown = [value for value in on if value not in now.labels()]
    if unknown:
        raise HTTPException(404, "no such issue in this ledger")
    who = tuple(dict.fromkeys(filter(None, ctx.request.query_params.getlist("actor"))))
    by = ctx.choice("by", BY[::-1], "affiliation")
    issues = issues_of(now.labels(), on)
    about = _material(now, [], who, by)
    keys = {issue: ("section", issue, tuple(about.parties), by) for issue in issues}
    missing = [issue for issue in issues if not now.held(keys[issue], of={("issue", issue)})]
    fresh = dict(zip(missing, sections(_material(now, missing, who, by), missing, who, by), strict=True))

    def section(issue: str) -> BriefingSection:
        if issue in fresh:
            return fresh[issue]
        return sections(_material(now, [issue], who, by), [issue], who, by)[0]  # it was there, and is gone again

    found = [now.once(keys[issue], partial(section, issue), of={("issue", issue)}) for issue in issues]
    basis = now.once(("basis", tuple(on), who, by), lambda: basis_of(about, on, who, by))
    return assemble(about, on, who, basis, found)


def _material(now: Snapshot, issues: list[str], who: tuple[str, ...], by: str) -> BriefingInput:
    """Return the material of some issues, with the cells of no more actors than are shown."""
    known = actors_of(now, by)
    parties = list(who) if who else known[:MAX_PARTIES]
    propositions = {key: found.proposition for key in now.labels() if (found := now.issue(key)) is not None}

    @cache
    def shifts_by_issue() -> dict[str, pl.DataFrame]:
        found = moves(now, by).filter(pl.col("actor").is_in(who)) if who else moves(now, by)
        parts = found.partition_by("issue", as_dict=True, maintain_order=True)
        return {str(issue): part for (issue,), part in parts.items()} | {"": found.clear()}

    def shifts(issue: str) -> pl.DataFrame:
        return shifts_by_issue().get(issue, shifts_by_issue()[""])

    return BriefingInput(
        utterances=now.utterances,
        labels=now.labels(),
        propositions=propositions,
        parties=parties,
        cells=cells_of(now, parties, by, "latest", None, issues) if parties and issues else {},
        min_confidence=now.min_confidence,
        edition=f"batch {now.batch}" + (f" of {now.created[:10]}" if now.created else ""),
        shifts=shifts,
        known=len(known) if len(known) > MAX_PARTIES else 0,
    )
