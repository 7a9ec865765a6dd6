"""Show the matrix of positions, as a page, as CSV and as SVG."""

from __future__ import annotations

from collections.abc import Collection
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
from onrecord.show.desk.exports import matrix_svg, svg_response, table_response
from onrecord.show.desk.pages import shade
from onrecord.show.desk.request_context import RequestContext, page, show
from onrecord.show.desk.snapshot import BY, Snapshot
from onrecord.show.words import short

if TYPE_CHECKING:
    from jinja2 import Template

ROWS = 30  # actors on one page, those with the most statements first
SHOWN = ("id", "quote", "date", "outlet", "act", "human_checked", "speaker")
Cells = dict[tuple[str, str], dict[str, Any]]


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/positions", page(positions)),
        Route("/positions.svg", page(positions_svg)),
        Route("/positions.{format}", page(positions_table)),
    ]


@dataclass(frozen=True, slots=True)
class MatrixView:
    """Hold what the matrix shows: the address's values, the actors of this page, and `body`, its rows as HTML.

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


def positions(ctx: RequestContext) -> Response:
    """Serve `/positions`."""
    now = ctx.view()
    view = see(ctx, now)
    days = now.once("days", lambda: _days(now.table))
    place = len(days) - 1 if view.as_of is None else max(0, sum(1 for d in days if d <= view.as_of) - 1)
    template = "positions_table.html" if ctx.partial else "positions.html"
    return ctx.render(template, now=now, view=view, labels=now.labels(), days=days, place=place, rows=ROWS)


def positions_table(ctx: RequestContext) -> Response:
    """Serve `/positions.csv`, `.json`: one cell per line, of all actors."""
    now = ctx.view()
    by, rule, as_of = _wanted(ctx)
    return table_response(ctx, matrix(now.utterances, rule=rule, by=by, as_of=as_of).cells, "positions")


def positions_svg(ctx: RequestContext) -> Response:
    """Serve `/positions.svg`: this page of the matrix as a drawing."""
    now = ctx.view()
    view = see(ctx, now)
    cells = cells_of(now, view.actors, view.by, view.rule, view.as_of)
    return svg_response(matrix_svg(view.actors, view.issues, cells, now.labels()), "positions.svg")


def see(ctx: RequestContext, now: Snapshot) -> MatrixView:
    """Return the view that the address requests."""
    by, rule, as_of = _wanted(ctx)
    first = ctx.number("first", 0)
    row = ctx.desk.pages.get_template("positions_rows.html")
    return _view(now, row, by, rule, as_of, first)


def as_of_given(ctx: RequestContext) -> str | None:
    """Return the day up to which positions are wanted; HTTP 400 if it is invalid."""
    as_of = ctx.arg("as_of")
    if as_of is not None:
        try:
            date.fromisoformat(as_of)
        except ValueError as error:
            raise HTTPException(400, "as_of is a date of the form YYYY-MM-DD") from error
    return as_of


def _wanted(ctx: RequestContext) -> tuple[str, str, str | None]:
    return ctx.choice("by", BY, "speaker"), ctx.choice("rule", RULES, "latest"), as_of_given(ctx)


def _view(now: Snapshot, template: Template, by: str, rule: str, as_of: str | None, first: int) -> MatrixView:
    # Those who ever took a position stay in their row through a replay, so that the eye can follow them.
    standing = now.standing(by)
    order = actors_of(now, by)
    actors = order[first : first + ROWS]
    have = {*standing.issues, *_doubtful(now)["issue"].unique()}
    issues = [issue for issue in now.labels() if issue in have]
    body = body_of(template, now, actors, issues, {"by": by, "rule": rule, "as_of": as_of})
    return MatrixView(by, rule, as_of, first, actors, len(order), issues, body)


def actors_of(now: Snapshot, by: str) -> list[str]:
    """Return who takes a position: the pinned parties in their order, then by how much they were heard."""
    standing = now.standing(by)
    pinned = [name for name in now.names.pinned if standing.place(name) is not None]
    return pinned + [name for place in standing.busy if (name := standing.actors[place]) not in pinned]


def body_of(
    template: Template, now: Snapshot, actors: list[str], issues: list[str], asked: dict[str, Any], *,
    dated: bool = False,
) -> Markup:  # fmt: skip
    """Return the rows of a matrix as HTML; `asked` are the values that the addresses of cells repeat.

    The row of an actor is made once, and again after statements of the actor have changed.
    """
    by, view = asked["by"], tuple(asked.items())
    keys = {actor: ("row", actor, view, tuple(issues), dated) for actor in actors}
    depends = {actor: {(name, actor) for name in BY} for actor in actors}
    missing = [actor for actor in actors if not now.held(keys[actor], of=depends[actor])]
    made = cells_of(now, missing, by, asked.get("rule", "latest"), asked.get("as_of")) if missing else {}
    return Markup("").join(
        now.once(keys[actor], lambda actor=actor: _row(template, now, actor, issues, made, asked, dated),  # type: ignore[misc]
                 of=depends[actor])
        for actor in actors
    )  # fmt: skip


def _row(
    template: Template, now: Snapshot, actor: str, issues: list[str], made: Cells, asked: dict[str, Any], dated: bool
) -> Markup:
    """Return the row of an actor as HTML."""
    labels = now.labels()
    by = asked["by"]
    if not made:  # somebody else was faster, and it is gone again
        made = cells_of(now, [actor], by, asked.get("rule", "latest"), asked.get("as_of"))
    own = {name: value for name, value in asked.items() if value and (name, value) not in _DEFAULTS}
    people = "?by=affiliation" if by == "affiliation" else ""
    rows = [(actor, people, f"/cells?{urlencode({'actor': actor, **own})}&on=", [made.get((actor, i)) for i in issues])]
    columns = [(quote(issue, safe=""), short(labels[issue], 40)) for issue in issues]
    newest = date.fromisoformat(asked["as_of"]) if asked.get("as_of") else now.table["date"].max()
    return Markup(show(template.render(rows=rows, columns=columns, newest=newest, dated=dated)))


_DEFAULTS = {("by", "speaker"), ("rule", "latest")}


def rows_of(
    now: Snapshot, places: Any, by: str, as_of: str | None, actors: list[str] | None = None,
    issues: Collection[str] | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return the positions of some actors up to a day, and those that are too unsure to be shown.

    `actors` may name some who have no place in the index, as nothing they said is sure enough. `issues` leaves out
    all others.
    """
    standing = now.standing(by)
    rows = standing.rows(places, as_of)
    names = actors if actors is not None else [standing.actors[place] for place in places]
    taken = pl.col("stance").is_in(POSITIONS) & pl.col("issue").is_not_null() & actor(by).is_in(names)
    if issues is not None:
        taken &= pl.col("issue").is_in(list(issues))
        rows = rows[now.table["issue"][rows].is_in(list(issues)).to_numpy()]
    doubtful = until(_doubtful(now).filter(taken), as_of, None)
    wanted = np.sort(np.concatenate([rows, doubtful["row"].to_numpy().astype(np.int64)]))
    return now.utterances.select(*dict.fromkeys((*NEEDED, *SHOWN, "asserted", "cluster")))[wanted]


def _doubtful(now: Snapshot) -> pl.DataFrame:
    """Return the positions that are too unsure to be shown."""
    fields = ("row", "date", "speaker", "affiliation", "stance", "issue")
    return now.once("doubtful", lambda: now.table.with_row_index("row").select(*fields, "asserted").filter(
        ~pl.col("asserted"), pl.col("stance").is_in(POSITIONS), pl.col("issue").is_not_null()
    ).select(fields))  # fmt: skip


def cells_of(
    now: Snapshot, actors: list[str], by: str, rule: str, as_of: str | None, issues: Collection[str] | None = None
) -> Cells:
    """Return the cells of some actors by actor and issue; of those with nothing but unsure positions the number.

    `issues` leaves out all others.
    """
    standing = now.standing(by)
    places = [place for name in actors if (place := standing.place(name)) is not None]
    rows = rows_of(now, places, by, as_of, actors, issues)
    found = matrix(rows, rule=rule, by=by)
    newest = [ids[-1] for ids in found.cells["ids"].to_list()]
    by_id = {row["id"]: row for row in rows.select(SHOWN).filter(pl.col("id").is_in(newest)).to_dicts()}
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
        "act": newest["act"], "checked": newest["human_checked"], "speaker": newest["speaker"],
        "shade": shade(values["probability"]),
    }  # fmt: skip


def _days(table: pl.DataFrame) -> list[str]:
    """Return the days with positions; at most 400, evenly selected, the last among them."""
    days = table.filter(pl.col("stance") != "none", pl.col("issue").is_not_null())["date"].drop_nulls().unique().sort()
    step = -(-len(days) // 400) or 1
    picked = days.to_list()[::-step][::-1]
    return [day.isoformat() for day in picked]
