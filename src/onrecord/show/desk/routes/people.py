"""People, states and bodies: what each holds, whom it stands with and against, what it will not have."""

from __future__ import annotations

from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.positions import matrix
from onrecord.show.desk.board import Snapshot
from onrecord.show.desk.exports import csv_response
from onrecord.show.desk.pages import strength
from onrecord.show.desk.routes.issues import redlines_of, timeline_points
from onrecord.show.desk.visit import Visit, page


def routes() -> list[Route]:
    """The addresses of this file."""
    return [
        Route("/people", page(people)),
        Route("/people/{name:path}.csv", page(person_csv)),
        Route("/people/{name:path}", page(person)),
    ]


def people(visit: Visit) -> Response:
    """`/people`"""
    now = visit.desk.board.now()
    first, limit = visit.number("first", 0), visit.desk.settings.limits.page
    wanted = (visit.arg("q") or "").casefold()
    found = now.once(("people", wanted), lambda: _people(now.table, wanted))
    template = "people_table.html" if visit.partial else "people.html"
    return visit.render(
        template, now=now, rows=found[first : first + limit].to_dicts(), total=found.height, first=first, limit=limit,
        wanted=visit.arg("q") or "",
    )  # fmt: skip


def person(visit: Visit) -> Response:
    """`/people/{name}`"""
    now = visit.desk.board.now()
    name = str(visit.request.path_params["name"])
    made = now.once(("person", name), lambda: _person(now, name))
    return visit.render("person.html", now=now, name=name, labels=now.labels(), **made)


def person_csv(visit: Visit) -> Response:
    """`/people/{name}.csv`: the statements of this speaker, or of this body's speakers."""
    now = visit.desk.board.now()
    rows, _ = _rows(now, str(visit.request.path_params["name"]))
    return csv_response(rows.drop("number", "place", "coder"), "statements.csv")


def _rows(now: Snapshot, name: str) -> tuple[pl.DataFrame, str]:
    for by in ("speaker", "affiliation"):
        rows = now.table.filter(pl.col(by) == name)
        if rows.height:
            return rows, by
    raise HTTPException(404, "nobody of this name speaks in this ledger")


def _people(table: pl.DataFrame, wanted: str) -> pl.DataFrame:
    rows = table.filter(pl.col("speaker").is_not_null())
    if wanted:
        held = pl.concat_str(["speaker", "affiliation"], separator=" ", ignore_nulls=True).str.to_lowercase()
        rows = rows.filter(held.str.contains(wanted, literal=True))
    return rows.group_by("speaker").agg(
        pl.col("affiliation").drop_nulls().mode().sort().first().alias("affiliation"),
        pl.len().alias("count"),
        (pl.col("stance") != "none").sum().alias("positions"),
        pl.col("issue").drop_nulls().n_unique().alias("issues"),
        pl.col("date").max().alias("last"),
    ).sort(["count", "speaker"], descending=[True, False])  # fmt: skip


def _person(now: Snapshot, name: str) -> dict[str, Any]:
    rows, by = _rows(now, name)
    cells = matrix(rows, by=by).cells.filter(pl.col("actor") == name)
    newest = {row["id"]: row for row in rows.filter(
        pl.col("id").is_in([ids[-1] for ids in cells["ids"].to_list()])).to_dicts()}  # fmt: skip
    held = []
    for cell in cells.sort("last", descending=True, nulls_last=True).to_dicts():
        last = newest[cell["ids"][-1]]
        held.append({**cell, "newest": last, "strength": strength(cell["commitment"], last["act"])})
    allies, opponents = _company(now, name, by)
    return {
        "by": by,
        "held": held,
        "affiliations": rows["affiliation"].drop_nulls().unique().sort().to_list(),
        "allies": allies,
        "opponents": opponents,
        "points": timeline_points(rows, by),
        "redlines": redlines_of(rows),
        "conditioned": rows.filter(pl.col("condition").list.len() > 0).tail(20).reverse().to_dicts(),
        "statements": rows.tail(30).reverse().to_dicts(),
        "total": rows.height,
    }


def _company(now: Snapshot, name: str, by: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Who holds the same side on the same issues, and who the other, by how many issues; ten of each."""
    cells = now.once(("cells", by), lambda: matrix(now.table, by=by).cells)
    sided = cells.filter(pl.col("stance").is_in(["support", "oppose"])).select("actor", "issue", "stance")
    mine = sided.filter(pl.col("actor") == name).rename({"stance": "mine"}).drop("actor")
    shared = sided.filter(pl.col("actor") != name).join(mine, on="issue", how="inner")
    counted = shared.group_by("actor").agg(
        (pl.col("stance") == pl.col("mine")).sum().alias("same"),
        (pl.col("stance") != pl.col("mine")).sum().alias("other"),
        pl.col("issue").filter(pl.col("stance") == pl.col("mine")).sort().alias("agree"),
        pl.col("issue").filter(pl.col("stance") != pl.col("mine")).sort().alias("differ"),
    )
    best = counted.filter(pl.col("same") > pl.col("other")).sort(["same", "actor"], descending=[True, False])
    worst = counted.filter(pl.col("other") > pl.col("same")).sort(["other", "actor"], descending=[True, False])
    return best.head(10).to_dicts(), worst.head(10).to_dicts()
