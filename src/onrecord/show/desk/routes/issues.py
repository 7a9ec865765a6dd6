"""Issues: who stands where, how it came to that, red lines, conditions, common ground."""

from __future__ import annotations

from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.positions import matrix
from onrecord.analyse.tables import POSITIONS
from onrecord.show.desk.board import Snapshot
from onrecord.show.desk.exports import csv_response
from onrecord.show.desk.visit import Visit, page

POINTS = 250  # dots of a timeline: more cannot be told apart
RECENT = 1_000  # the newest statements that are searched for conditions
LINES = 100  # the newest ones that are searched for red lines, each of which is compared with the others


def routes() -> list[Route]:
    """The addresses of this file."""
    return [
        Route("/issues", page(issues)),
        Route("/issues/{key}.csv", page(issue_csv)),
        Route("/issues/{key}", page(issue)),
    ]


def issues(visit: Visit) -> Response:
    """`/issues`"""
    now = visit.desk.board.now()
    return visit.render("issues.html", now=now, rows=now.once("issue list", lambda: _issues(now)), labels=now.labels())


def issue(visit: Visit) -> Response:
    """`/issues/{id}`"""
    now = visit.desk.board.now()
    key = _key(visit, now)
    made = now.once(("issue", key), lambda: _issue(now, key))
    proposition = now.codebook.issue(key) if now.codebook else None
    return visit.render("issue.html", now=now, key=key, labels=now.labels(), about=proposition, **made)


def issue_csv(visit: Visit) -> Response:
    """`/issues/{id}.csv`: the statements on the issue."""
    now = visit.desk.board.now()
    key = _key(visit, now)
    return csv_response(now.table.filter(pl.col("issue") == key).drop("number", "place", "coder"), f"{key}.csv")


def timeline_points(table: pl.DataFrame, by: str = "speaker") -> list[dict[str, Any]]:
    """The dated positions as dots of a chart, the newest POINTS of them."""
    from onrecord.analyse.shifts import timeline

    rows = timeline(table, by=by).tail(POINTS)
    return rows.select(
        "date", "actor", "issue", "stance", "value", "id", pl.col("quote").str.slice(0, 120), "moved"
    ).to_dicts()


def redlines_of(table: pl.DataFrame) -> list[dict[str, Any]]:
    """The red lines in the LINES newest statements of a table, the most recent first; at most 50."""
    from onrecord.analyse.redlines import redlines

    return redlines(table.tail(LINES)).head(50).to_dicts()


def _key(visit: Visit, now: Snapshot) -> str:
    key = str(visit.request.path_params["key"])
    if key not in now.labels():
        raise HTTPException(404, "no such issue in this ledger")
    return key


def _issues(now: Snapshot) -> list[dict[str, Any]]:
    held = matrix(now.table).cells
    counts = now.table.group_by("issue").agg(pl.len().alias("n"), pl.col("date").max().alias("last"))
    by_issue = {row["issue"]: row for row in counts.to_dicts()}
    made = []
    for key, label in now.labels().items():
        cells = held.filter(pl.col("issue") == key)
        sides = {stance: int((cells["stance"] == stance).sum()) for stance in POSITIONS}
        row = by_issue.get(key, {"n": 0, "last": None})
        made.append({"id": key, "label": label, "count": row["n"], "last": row["last"], "sides": sides,
                     "actors": sum(sides.values())})  # fmt: skip
    return made


def _issue(now: Snapshot, key: str) -> dict[str, Any]:
    from onrecord.analyse.common_ground import common_ground
    from onrecord.analyse.conditions import conditions

    rows = now.table.filter(pl.col("issue") == key)
    cells = matrix(rows).cells
    newest = {row["id"]: row for row in rows.filter(
        pl.col("id").is_in([ids[-1] for ids in cells["ids"].to_list()])).to_dicts()}  # fmt: skip
    sides: dict[str, list[dict[str, Any]]] = {stance: [] for stance in POSITIONS}
    for cell in cells.sort("last", descending=True, nulls_last=True).to_dicts():
        sides[cell["stance"]].append({**cell, "newest": newest[cell["ids"][-1]]})
    book = now.codebook
    terms = {} if book is None else {issue.id: [*issue.terms, issue.label] for issue in book.issues}
    limited = rows.filter(pl.col("condition").list.len() > 0).tail(RECENT)
    ground = common_ground(rows.tail(RECENT), terms=terms).to_dicts() if rows.height else []
    return {
        "sides": sides,
        "points": timeline_points(rows),
        "redlines": redlines_of(rows),
        "conditions": conditions(limited, terms=terms).to_dicts()[:40],
        "ground": ground[0] if ground else None,
        "statements": rows.tail(30).reverse().to_dicts(),
        "total": rows.height,
    }
