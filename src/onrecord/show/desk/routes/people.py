"""Show people, states and bodies: their positions, allies, opponents and red lines."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.analyse.increments import by_column
from onrecord.analyse.position_index import COMPANY_SIZE, Company
from onrecord.analyse.tables import actor
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.request_context import RequestContext, page, part
from onrecord.show.desk.routes.issues import MAX_SEARCHED, redlines_of, timeline_points
from onrecord.show.desk.snapshot import BY, Snapshot
from onrecord.view import columns

CONDITIONS, SPEAKERS = 20, 12  # the newest conditions and the most frequent speakers on an actor's page
OWN = ("speaker", "affiliation")  # the filters that the page of an actor does not take, as it names one


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/people", page(people)),
        Route("/people.{format}", page(people_table)),
        Route("/people/{name:path}.csv", page(person_table)),
        Route("/people/{name:path}.json", page(person_table)),
        Route("/people/{name:path}.xlsx", page(person_table)),
        Route("/people/{name:path}", page(person)),
    ]


def people(ctx: RequestContext) -> Response:
    """Serve `/people`."""
    now = ctx.view()
    first, limit = ctx.number("first", 0), ctx.desk.settings.limits.page
    wanted = (ctx.arg("q") or "").casefold()
    found = _listed(now, wanted)
    template = "people_table.html" if ctx.partial else "people.html"
    return ctx.render(
        template, now=now, rows=found[first : first + limit].to_dicts(), total=found.height, first=first, limit=limit,
        wanted=ctx.arg("q") or "", labels=now.labels(),
    )  # fmt: skip


def people_table(ctx: RequestContext) -> Response:
    """Serve `/people.csv`, `.json`: everything that `/people` finds."""
    now = ctx.view()
    wanted = (ctx.arg("q") or "").casefold()
    return table_response(ctx, _listed(now, wanted), "people")


def person(ctx: RequestContext) -> Response:
    """Serve `/people/{name}`."""
    now = ctx.view(ignore=OWN)
    name = str(ctx.request.path_params["name"])
    by = _by(ctx)
    shown = ctx.now.called.get(name)
    if shown is not None and not any(_rows(ctx.now, name, one).height for one in BY):
        return RedirectResponse("/people/" + part(shown), 303)
    own = {(field, name) for field in BY}
    made = now.once(("person", name, by), lambda: _person(now, name, by), of=own)
    shared = {("issue", one["issue"]) for one in made["held"]}
    made |= now.once(("company", name, made["by"]), lambda: _company(now, name, made["by"]), of=own | shared)
    return ctx.render(
        "person.html", now=now, name=name, labels=now.labels(), newest=now.table["date"].max(), company=COMPANY_SIZE,
        **made,
    )  # fmt: skip


def person_table(ctx: RequestContext) -> Response:
    """Serve `/people/{name}.csv`, `.json`: the statements of this speaker, or of all who speak for this body."""
    now = ctx.view(ignore=OWN)
    rows, _ = _known(now, str(ctx.request.path_params["name"]), _by(ctx))
    return table_response(ctx, rows.select(columns(now.table)), "statements")


def _by(ctx: RequestContext) -> str | None:
    return ctx.choice("by", BY, "speaker") if ctx.arg("by") else None


def _rows(now: Snapshot, name: str, by: str) -> pl.DataFrame:
    fits = pl.col("speaker") == name if by == "speaker" else actor(by) == name
    return now.utterances[now.table.select(pl.arg_where(fits)).to_series()]


def _known(now: Snapshot, name: str, wanted: str | None) -> tuple[pl.DataFrame, str]:
    """Return the statements of an actor, as a speaker or as a body that others speak for; else an error 404."""
    whole = now.whole
    found = [by for by in ((wanted,) if wanted else BY) if _rows(whole, name, by).height]
    if not found:
        raise HTTPException(404, "Nobody of this name speaks in this ledger.")
    return _rows(now, name, found[0]), found[0]


def _listed(now: Snapshot, wanted: str) -> pl.DataFrame:
    """Return the speakers that match some words, those with the most statements first."""
    if wanted:
        return now.once(("people", wanted), lambda: _people(now.table, wanted))
    return now.renewed(
        "people",
        lambda: _people(now.table),
        lambda held, since: by_column(held, now.table, since, "speaker", _people, ["count", "speaker"], [True, False]),
    )


def _people(table: pl.DataFrame, wanted: str = "") -> pl.DataFrame:
    fields = ("speaker", "affiliation", "stance", "asserted", "issue", "date")
    rows = table.select(fields).filter(pl.col("speaker").is_not_null())
    if wanted:
        held = pl.concat_str(["speaker", "affiliation"], separator=" ", ignore_nulls=True).str.to_lowercase()
        rows = rows.filter(held.str.contains(wanted, literal=True))
    return rows.group_by("speaker").agg(
        pl.col("affiliation").drop_nulls().mode().sort().first().alias("affiliation"),
        pl.len().alias("count"),
        ((pl.col("stance") != "none") & pl.col("asserted")).sum().alias("positions"),
        pl.col("issue").drop_nulls().n_unique().alias("issues"),
        pl.col("date").max().alias("last"),
    ).sort(["count", "speaker"], descending=[True, False])  # fmt: skip


def _company(now: Snapshot, name: str, by: str) -> dict[str, Company]:
    """Return with whom an actor is on one side on more issues than not, and against whom."""
    standing = now.standing(by)
    place = standing.place(name)
    allies, opponents = ([], []) if place is None else standing.company(place)
    return {"allies": allies, "opponents": opponents}


def _person(now: Snapshot, name: str, wanted: str | None) -> dict[str, Any]:
    rows, by = _known(now, name, wanted)
    standing = now.standing(by)
    place = standing.place(name)
    held: list[dict[str, Any]] = []
    conditioned = rows.filter(pl.col("condition").list.len() > 0)
    spoken = rows["speaker"].drop_nulls().value_counts(name="n").sort(["n", "speaker"], descending=[True, False])
    if place is not None:
        cells = standing.cells(actors=[place])
        newest = zip(cells.issue.tolist(), cells.count.tolist(), now.rows(cells.row), strict=True)
        held = [{"issue": standing.issues[issue], "count": count, "newest": row} for issue, count, row in newest]
        held.sort(key=lambda cell: cell["newest"]["date"] or date.min, reverse=True)
    return {
        "by": by,
        "both": now.whole.table.filter(pl.col("affiliation") == name, pl.col("speaker") != name).height > 0
        and now.whole.table.filter(pl.col("speaker") == name).height > 0,
        "speakers": spoken.head(SPEAKERS).to_dicts() if by == "affiliation" else [],
        "all_speakers": spoken.height,
        "held": held,
        "also": sorted(read for read, shown in now.called.items() if shown == name),
        "affiliations": rows["affiliation"]
        .drop_nulls()
        .value_counts(name="n")
        .sort(["n", "affiliation"], descending=[True, False])
        .rows(),
        "points": timeline_points(rows, by),
        "redlines": redlines_of(rows),
        "conditioned": conditioned.tail(CONDITIONS).reverse().to_dicts(),
        "counts": {"lines": rows.filter("asserted").height, "conditions": conditioned.height},
        "limits": {"lines": MAX_SEARCHED, "conditions": CONDITIONS},
        "statements": rows.tail(30).reverse().to_dicts(),
        "total": rows.height,
    }
