"""People, states and bodies: what each holds, whom it stands with and against, what it will not have."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.analyse.position_index import Company
from onrecord.show.desk.board import Snapshot
from onrecord.show.desk.exports import csv_response
from onrecord.show.desk.routes.issues import redlines_of, timeline_points
from onrecord.show.desk.visit import Visit, page, part
from onrecord.view import columns


def routes() -> list[Route]:
    """The addresses of this file."""
    return [
        Route("/people", page(people)),
        Route("/people.csv", page(people_csv)),
        Route("/people/{name:path}.csv", page(person_csv)),
        Route("/people/{name:path}", page(person)),
    ]


def people(visit: Visit) -> Response:
    """`/people`"""
    now = visit.now
    first, limit = visit.number("first", 0), visit.desk.settings.limits.page
    wanted = (visit.arg("q") or "").casefold()
    found = now.once(("people", wanted), lambda: _people(now.table, wanted))
    template = "people_table.html" if visit.partial else "people.html"
    return visit.render(
        template, now=now, rows=found[first : first + limit].to_dicts(), total=found.height, first=first, limit=limit,
        wanted=visit.arg("q") or "",
    )  # fmt: skip


def people_csv(visit: Visit) -> Response:
    """`/people.csv`: all that `/people` finds."""
    now = visit.now
    wanted = (visit.arg("q") or "").casefold()
    return csv_response(now.once(("people", wanted), lambda: _people(now.table, wanted)), "people.csv")


def person(visit: Visit) -> Response:
    """`/people/{name}`"""
    now = visit.now
    name = str(visit.request.path_params["name"])
    shown = now.called.get(name)
    if shown is not None and not _rows(now, name)[0].height:
        return RedirectResponse("/people/" + part(shown), 303)
    made = now.once(("person", name), lambda: _person(now, name))
    return visit.render("person.html", now=now, name=name, labels=now.labels(), **made)


def person_csv(visit: Visit) -> Response:
    """`/people/{name}.csv`: the statements of this speaker, or of this body's speakers."""
    now = visit.now
    rows, _ = _known(now, str(visit.request.path_params["name"]))
    return csv_response(rows.select(columns(now.table)), "statements.csv")


def _rows(now: Snapshot, name: str) -> tuple[pl.DataFrame, str]:
    by = "speaker"
    rows = now.utterances.filter(pl.col(by) == name)
    if not rows.height:
        by = "affiliation"
        rows = now.utterances.filter(pl.col(by) == name)
    return rows, by


def _known(now: Snapshot, name: str) -> tuple[pl.DataFrame, str]:
    rows, by = _rows(now, name)
    if not rows.height:
        raise HTTPException(404, "nobody of this name speaks in this ledger")
    return rows, by


def _people(table: pl.DataFrame, wanted: str) -> pl.DataFrame:
    rows = table.filter(pl.col("speaker").is_not_null())
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


def _person(now: Snapshot, name: str) -> dict[str, Any]:
    rows, by = _known(now, name)
    standing = now.standing(by)
    place = standing.place(name)
    held: list[dict[str, Any]] = []
    allies: Company = []
    opponents: Company = []
    if place is not None:
        cells = standing.cells(actors=[place])
        newest = zip(cells.issue.tolist(), cells.count.tolist(), now.rows(cells.row), strict=True)
        held = [{"issue": standing.issues[issue], "count": count, "newest": row} for issue, count, row in newest]
        held.sort(key=lambda cell: cell["newest"]["date"] or date.min, reverse=True)
        allies, opponents = standing.company(place)
    return {
        "by": by,
        "held": held,
        "also": sorted(read for read, shown in now.called.items() if shown == name),
        "affiliations": rows["affiliation"].drop_nulls().unique().sort().to_list(),
        "allies": allies,
        "opponents": opponents,
        "points": timeline_points(rows, by),
        "redlines": redlines_of(rows),
        "conditioned": rows.filter(pl.col("condition").list.len() > 0).tail(20).reverse().to_dicts(),
        "statements": rows.tail(30).reverse().to_dicts(),
        "total": rows.height,
    }
