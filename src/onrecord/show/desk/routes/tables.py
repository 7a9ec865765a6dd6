"""Serve the tables of the pages that are no table themselves, as CSV, JSON and Excel.

Each page has an address that ends in `.csv`, `.json` and `.xlsx` and gives exactly what the page shows, under the same
values of the address; those of pages that are tables are beside the pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl
from starlette.responses import Response
from starlette.routing import Route

from onrecord.record import Role
from onrecord.record.desk.saved import SavedViews
from onrecord.show.briefing import Briefing
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.routes import (
    adapting,
    adjudication,
    articles,
    assigning,
    audit,
    brief,
    codebook,
    coding,
    network,
    overview,
    registry,
    review,
    saved,
    scenario,
)
from onrecord.show.desk.routes.positions import cells_of
from onrecord.show.desk.snapshot import BY
from onrecord.view import columns

FORMATS = ("csv", "json", "xlsx")
Rows = list[dict[str, Any]]
CELL = ("stance", "probability", "utterances", "outlets", "last", "conditional", "unsure", "checked", "quote", "newest")


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route(f"{path}.{form}", page(partial(_send, path, made), role))
        for path, (made, role) in PAGES.items()
        for form in FORMATS
        if not (form == "json" and path in CONTRACT)
    ]


def table_of(path: str) -> str:
    """Return the path of a page to which `.csv` may be added; empty where the page has no table here."""
    path = "/overview" if path == "/" else path
    return path if any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), path) for known in PAGES) else ""


def _send(path: str, made: Callable[[RequestContext], pl.DataFrame | Rows], ctx: RequestContext) -> Response:
    found = made(ctx)
    frame = found if isinstance(found, pl.DataFrame) else pl.DataFrame(found, infer_schema_length=None, strict=False)
    return table_response(ctx, frame, path.strip("/").replace("/{name}", "").replace("/{key}", "").replace("/", "-"))


def _overview(ctx: RequestContext) -> Rows:
    """Return the cells of the first page."""
    now, by = ctx.view(), ctx.choice("by", BY[::-1], "affiliation")
    parties, issues = overview.parties_of(now, by), overview.issues_of(now)
    made = cells_of(now, parties, by, "latest", None) if parties else {}
    return [
        {"party": party, "issue": issue, **{name: made[party, issue].get(name) for name in CELL}}
        for party in parties for issue in issues if (party, issue) in made
    ]  # fmt: skip


def _statement(ctx: RequestContext) -> pl.DataFrame:
    found = ctx.desk.ledger.get(str(ctx.request.path_params["key"]))
    return ctx.now.table.filter(pl.col("id") == found.id).select(columns(ctx.now.table))


def _article(ctx: RequestContext) -> pl.DataFrame:
    found, _ = articles.load(ctx)
    return ctx.now.table.filter(pl.col("article") == found.id).select(columns(ctx.now.table))


def _compared(ctx: RequestContext) -> pl.DataFrame:
    ids = [ctx.desk.ledger.get(ctx.arg(name) or "").id for name in ("a", "b")]
    return ctx.now.table.filter(pl.col("id").is_in(ids)).select(columns(ctx.now.table))


def _tie(ctx: RequestContext) -> Rows:
    names, rows = network.tied(ctx, ctx.view())
    return [
        {"issue": issue, **{f"{name}_{end}": row[name] for end, row in zip("ab", ends, strict=True)
         for name in ("stance", "date", "quote", "outlet", "id")}, "actor_a": names[0], "actor_b": names[1]}
        for issue, ends in rows
    ]  # fmt: skip


def _queue(ctx: RequestContext) -> pl.DataFrame:
    now = ctx.view()
    numbers = review.waiting(ctx, now).to_frame("number")
    return numbers.join(now.table, on="number", how="left", maintain_order="left").select(columns(now.table))


def _history(ctx: RequestContext) -> Rows:
    return [
        {"number": one.number, "statement": one.statement, "result": one.result, "coder": one.coder,
         "verdict": str(one.verdict), "batch": one.batch, "created": one.created, "undone": one.undone}
        for one in ctx.desk.reviews.latest(review.LATEST)
    ]  # fmt: skip


def _audit(ctx: RequestContext) -> Rows:
    found = audit.quality(ctx, ctx.now)
    return [{"of": of, **line} for of, name in (("field", "fields"), ("issue", "issues")) for line in found[name]]


def _registry(ctx: RequestContext) -> Rows:
    now = ctx.now
    return [
        {"name": one.name, "kind": str(one.kind), "affiliation": one.affiliation, "aliases": list(one.aliases),
         "statements": one.statements, "articles": one.articles, "first": one.first, "last": one.last,
         "open": list(one.open), "hidden": one.hidden, "pinned": one.name in now.names.pinned}
        for one in registry.actors_found(ctx)
    ]  # fmt: skip


def _codebook(ctx: RequestContext) -> Rows:
    book, _ = codebook.working(ctx)
    counts = dict(ctx.now.counts("issue").iter_rows())
    reach = codebook.reach_of(ctx.now, book)
    return [
        {"issue": one.id, "label": one.label, "proposition": one.proposition, "terms": list(one.terms),
         "statements": counts.get(one.id, 0), "hits": [f"{term}: {n}" for term, n in reach.get(one.id, [])]}
        for one in (() if book is None else book.issues)
    ]  # fmt: skip


def _flags(ctx: RequestContext) -> Rows:
    return [
        {"number": one.number, "article": one.article, "statement": one.statement, "coder": one.coder, "kind": one.kind,
         "text": one.text, "created": one.created}
        for one in ctx.desk.prepared.notes(open_flags=True)
    ]  # fmt: skip


def _work(ctx: RequestContext) -> Rows:
    names = ("coder", "articles", "statements", "done", "judged")
    return [dict(zip(names, row, strict=True)) for row in assigning.progress(ctx)]


def _saved(ctx: RequestContext) -> Rows:
    views = SavedViews(ctx.desk.ledger).views(ctx.user.name)
    return [{"name": one.name, "address": one.address, "feed": one.feed is not None, "created": one.created}
            for one in views]  # fmt: skip


def _collection(ctx: RequestContext) -> pl.DataFrame:
    _, found = saved.evidence_of(ctx)
    notes = pl.DataFrame(
        [(one.statement, one.note, one.coder) for one in found],
        schema={"id": pl.String, "note": pl.String, "collected_by": pl.String}, orient="row",
    )  # fmt: skip
    table = ctx.now.table
    return notes.join(table.select(columns(table)), on="id", how="inner", maintain_order="left")


def _rounds(ctx: RequestContext) -> Rows:
    return [
        {"round": one.name, "creator": one.creator, "created": one.created, "fields": list(one.fields),
         "statements": len(one.statements), "coders": len(ctx.desk.reviews.codings(one.name))}
        for one in ctx.desk.reviews.rounds()
    ]  # fmt: skip


def _disagreements(ctx: RequestContext) -> Rows:
    found = coding.round_of(ctx)
    codings = coding.codings_of(ctx, found)
    return [
        {"statement": found.statements[at - 1], "field": name, "coder": who, "value": values[at][name]}
        for at in range(1, len(found.statements) + 1)
        for name in adjudication.differing(codings, found, at)
        for who, values in codings.items() if at in values
    ]  # fmt: skip


def _brief(ctx: RequestContext) -> Rows:
    made: Briefing = brief.made(ctx)
    return [
        {"section": section.title, "group": title, "who": one.who, "phrase": one.phrase, "quote": one.quote,
         "source": one.source, "url": one.url, "id": one.id}
        for section in made.sections for title, lines in section.groups for one in lines
    ]  # fmt: skip


def _scenario(ctx: RequestContext) -> pl.DataFrame:
    return scenario.settled(ctx)


def _adapted(ctx: RequestContext) -> Rows:
    return [
        {"name": one.adaptation.name, "coder": one.coder, "created": one.created, "base": one.adaptation.base}
        for one in adapting.adapted(ctx)
    ]  # fmt: skip


def _users(ctx: RequestContext) -> Rows:
    return [
        {"name": one.name, "role": str(one.role), "active": one.active, "created": one.created}
        for one in ctx.desk.accounts.users()
    ]  # fmt: skip


CONTRACT = ("/articles/{key}", "/statements/{key}")
"""The pages whose `.json` is in the contract of `onrecord explain`, with all evidence, instead of a row a statement."""

PAGES: dict[str, tuple[Callable[[RequestContext], pl.DataFrame | Rows], Role]] = {
    "/overview": (_overview, Role.READER), "/articles/{key}": (_article, Role.READER),
    "/statements/{key}": (_statement, Role.READER), "/compare": (_compared, Role.READER), "/tie": (_tie, Role.READER),
    "/review/history": (_history, Role.READER), "/review": (_queue, Role.CODER), "/audit": (_audit, Role.CODER),
    "/registry": (_registry, Role.CODER), "/codebook": (_codebook, Role.READER), "/flags": (_flags, Role.CODER),
    "/work": (_work, Role.CODER), "/saved": (_saved, Role.READER), "/collections/{name}": (_collection, Role.READER),
    "/coding": (_rounds, Role.CODER), "/coding/{name}/disagreements": (_disagreements, Role.CODER),
    "/brief": (_brief, Role.READER), "/scenario": (_scenario, Role.READER), "/adapt": (_adapted, Role.ADMIN),
    "/users": (_users, Role.ADMIN),
}  # fmt: skip
