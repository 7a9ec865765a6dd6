"""The matrix of positions, as a page, as CSV and as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import numpy as np
import polars as pl
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.positions import NEEDED, RULES, matrix
from onrecord.analyse.tables import POSITIONS, actor, until
from onrecord.show.desk.board import BY, Snapshot
from onrecord.show.desk.exports import csv_response, matrix_svg, svg_response
from onrecord.show.desk.pages import short, strength
from onrecord.show.desk.visit import Visit, page, show

if TYPE_CHECKING:
    from jinja2 import Template

ROWS = 30  # actors on one page, those with the most statements first
SHOWN = ("id", "quote", "date", "outlet", "act", "human_checked")
Cells = dict[tuple[str, str], dict[str, Any]]


def routes() -> list[Route]:
    """The addresses of this file."""
    return [
        Route("/positions", page(positions)),
        Route("/positions.csv", page(positions_csv)),
        Route("/positions.svg", page(positions_svg)),
    ]


@dataclass(frozen=True, slots=True)
class View:
    """What the matrix shows: the address's values, the actors of this page, and `body`, its rows as HTML.

    The rows are most of the work of a page, and the same for everybody.
    """

    by: str
    rule: str
    as_of: str | None
    first: int
    actors: list[str]
    total: int
    issues: list[str]
    body: Markup


def positions(visit: Visit) -> Response:
    """`/positions`"""
    now = visit.now
    view = see(visit, now)
    days = now.once("days", lambda: _days(now.table))
    place = len(days) - 1 if view.as_of is None else max(0, sum(1 for d in days if d <= view.as_of) - 1)
    template = "positions_table.html" if visit.partial else "positions.html"
    return visit.render(template, now=now, view=view, labels=now.labels(), days=days, place=place, rows=ROWS)


def positions_csv(visit: Visit) -> Response:
    """`/positions.csv`: one cell a line, of all actors."""
    now = visit.now
    by, rule, as_of = _wanted(visit)
    return csv_response(matrix(now.utterances, rule=rule, by=by, as_of=as_of).cells, "positions.csv")


def positions_svg(visit: Visit) -> Response:
    """`/positions.svg`: this page of the matrix as a drawing."""
    now = visit.now
    view = see(visit, now)
    cells = _cells(now, view.by, view.rule, view.as_of, view.first)
    return svg_response(matrix_svg(view.actors, view.issues, cells, now.labels()), "positions.svg")


def see(visit: Visit, now: Snapshot) -> View:
    """The view that the address asks for."""
    by, rule, as_of = _wanted(visit)
    first = visit.number("first", 0)
    row = visit.desk.pages.get_template("positions_rows.html")
    return now.once(("matrix", by, rule, as_of, first), lambda: _view(now, row, by, rule, as_of, first))


def _wanted(visit: Visit) -> tuple[str, str, str | None]:
    as_of = visit.arg("as_of")
    if as_of is not None:
        try:
            date.fromisoformat(as_of)
        except ValueError as error:
            raise HTTPException(400, "as_of is a date of the form YYYY-MM-DD") from error
    return visit.choice("by", BY, "speaker"), visit.choice("rule", RULES, "latest"), as_of


def _view(now: Snapshot, template: Template, by: str, rule: str, as_of: str | None, first: int) -> View:
    # Those who ever took a position stay in their row through a replay, so that the eye can follow them.
    standing = now.standing(by)
    places = standing.busy[first : first + ROWS]
    made = _cells(now, by, rule, as_of, first)
    labels = now.labels()
    have = {*standing.issues, *(issue for _, issue in made)}
    issues = [issue for issue in labels if issue in have]
    actors = [standing.actors[place] for place in places]
    until = "" if as_of is None else "&until=" + as_of
    rows = [(actor, f"/search?{urlencode({by: actor})}&issue=", [made.get((actor, issue)) for issue in issues])
            for actor in actors]  # fmt: skip
    columns = [(quote(issue, safe=""), short(labels[issue], 40)) for issue in issues]
    body = Markup(show(template.render(rows=rows, columns=columns, until=until)))
    return View(by, rule, as_of, first, actors, len(standing.actors), issues, body)


def rows_of(now: Snapshot, places: Any, by: str, as_of: str | None) -> pl.DataFrame:
    """Return the positions of some actors up to a day, and those that are too unsure to be shown."""
    standing = now.standing(by)
    rows = standing.rows(places, as_of)
    names = [standing.actors[place] for place in places]
    taken = pl.col("stance").is_in(POSITIONS) & pl.col("issue").is_not_null() & actor(by).is_in(names)
    doubtful = now.once(("doubtful", by), lambda: now.table.with_row_index("row").filter(
        ~pl.col("asserted"), pl.col("stance").is_in(POSITIONS), pl.col("issue").is_not_null()
    ).select("row", "date", "speaker", "affiliation", "stance", "issue"))  # fmt: skip
    doubtful = until(doubtful.filter(taken), as_of, None)
    wanted = np.sort(np.concatenate([rows, doubtful["row"].to_numpy().astype(np.int64)]))
    return now.utterances.select(*NEEDED, "asserted", "cluster")[wanted]


def _cells(now: Snapshot, by: str, rule: str, as_of: str | None, first: int) -> Cells:
    """The cells of one page of actors, by actor and issue; of those with nothing but unsure positions the number."""
    places = now.standing(by).busy[first : first + ROWS]
    found = matrix(rows_of(now, places, by, as_of), rule=rule, by=by)
    newest = [ids[-1] for ids in found.cells["ids"].to_list()]
    by_id = {row["id"]: row for row in now.table.select(SHOWN).filter(pl.col("id").is_in(newest)).to_dicts()}
    fields = (
        "stance", "commitment", "conditional", "count", "last", "utterances", "outlets", "probability", "unsure",
    )  # fmt: skip
    made: Cells = {(row["actor"], row["issue"]): {"unsure": row["unsure"]} for row in found.unsure.to_dicts()}
    made |= {
        (cell["actor"], cell["issue"]): _cell(by_id[key], **{name: cell[name] for name in fields})
        for cell, key in zip(found.cells.to_dicts(), newest, strict=True)
    }
    return made


def _cell(newest: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {
        **values, "quote": short(newest["quote"], 220), "outlet": newest["outlet"], "newest": newest["id"],
        "checked": newest["human_checked"],
        "strength": strength(values["commitment"], newest["act"]),
    }  # fmt: skip


def _days(table: pl.DataFrame) -> list[str]:
    """The days on which somebody took a position; at most 400, evenly picked, the last among them."""
    days = table.filter(pl.col("stance") != "none", pl.col("issue").is_not_null())["date"].drop_nulls().unique().sort()
    step = -(-len(days) // 400) or 1
    picked = days.to_list()[::-step][::-1]
    return [day.isoformat() for day in picked]
