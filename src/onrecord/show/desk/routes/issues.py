"""Show issues: who takes which position, how it developed, red lines, conditions, common ground."""

from __future__ import annotations

from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.increments import by_column
from onrecord.analyse.position_changes import FIELDS
from onrecord.analyse.tables import POSITIONS, asserted
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.snapshot import Snapshot
from onrecord.view import columns

MAX_POINTS = 250  # dots of a timeline: more cannot be distinguished
MAX_RECENT = 1_000  # the newest statements that are searched for conditions
CAMP_ACTORS = 12  # actors shown of each side
MAX_SEARCHED = 100  # the newest ones that are searched for red lines, each of which is compared with the others
REASONS = 6  # reasons shown under each side
LIMITS = {"dots": MAX_POINTS, "lines": MAX_SEARCHED, "conditions": MAX_RECENT}


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/issues", page(issues)),
        Route("/issues.{format}", page(issues_table)),
        Route("/issues/{key}.csv", page(issue_table)),
        Route("/issues/{key}.json", page(issue_table)),
        Route("/issues/{key}.xlsx", page(issue_table)),
        Route("/issues/{key}", page(issue)),
    ]


def issues(ctx: RequestContext) -> Response:
    """Serve `/issues`."""
    now = ctx.view()
    return ctx.render("issues.html", now=now, rows=_issues(now), labels=now.labels())


def issues_table(ctx: RequestContext) -> Response:
    """Serve `/issues.csv`, `.json`: how many actors take each side of each issue."""
    now = ctx.view()
    rows = [{"issue": row["id"], "label": row["label"], **row["sides"], "statements": row["count"],
             "newest": row["last"]} for row in _issues(now)]  # fmt: skip
    return table_response(ctx, pl.DataFrame(rows, infer_schema_length=None), "issues")


def issue(ctx: RequestContext) -> Response:
    """Serve `/issues/{id}`."""
    now = ctx.view(ignore=("issue",))
    key = _key(ctx, now)
    made = now.once(("issue", key), lambda: _issue(now, key), of={("issue", key)})
    proposition = now.issue(key)
    return ctx.render("issue.html", now=now, key=key, labels=now.labels(), about=proposition, limits=LIMITS, **made)


def issue_table(ctx: RequestContext) -> Response:
    """Serve `/issues/{id}.csv`, `.json`: the statements on the issue."""
    now = ctx.view(ignore=("issue",))
    key = _key(ctx, now)
    return table_response(ctx, now.table.filter(pl.col("issue") == key).select(columns(now.table)), key)


def timeline_points(table: pl.DataFrame, by: str = "speaker") -> list[dict[str, Any]]:
    """Return the dated positions as points of a chart, the newest POINTS of them."""
    from onrecord.analyse.position_changes import timeline

    who = pl.col("speaker") if by == "speaker" else pl.coalesce("affiliation", "speaker")
    held = (pl.col("stance") != "none") & pl.col("date").is_not_null() & pl.col("issue").is_not_null()
    rows = timeline(asserted(table).filter(held & who.is_not_null()).tail(MAX_POINTS), by=by)
    shown = ("date", "actor", "issue", "stance", "value", "id")
    return rows.select(*shown, pl.col("quote").str.slice(0, 120)).to_dicts()


def redlines_of(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the red lines in the LINES newest statements of a table, most recent first."""
    from onrecord.analyse.refusals import redlines

    return redlines(asserted(table).tail(MAX_SEARCHED)).to_dicts()


def _key(ctx: RequestContext, now: Snapshot) -> str:
    key = str(ctx.request.path_params["key"])
    if key not in now.labels():
        raise HTTPException(404, "no such issue in this ledger")
    return key


def _issues(now: Snapshot) -> list[dict[str, Any]]:
    balance = now.standing().balance()
    counts = now.renewed(
        "issue list",
        lambda: _counted(now.table),
        lambda held, since: by_column(held, now.table, since, "issue", _counted, ["issue"], [False]),
    )
    by_issue = {row["issue"]: row for row in counts.to_dicts()}
    made = []
    for key, label in now.labels().items():
        sides = balance.get(key, dict.fromkeys(POSITIONS, 0))
        row = by_issue.get(key, {"n": 0, "last": None})
        made.append({"id": key, "label": label, "count": row["n"], "last": row["last"], "sides": sides,
                     "actors": sum(sides.values())})  # fmt: skip
    return made


def _counted(table: pl.DataFrame) -> pl.DataFrame:
    """Count the statements on each issue, with the day of the last."""
    fields = table.select("issue", "date").group_by("issue")
    return fields.agg(pl.len().alias("n"), pl.col("date").max().alias("last")).sort("issue")


def _issue(now: Snapshot, key: str) -> dict[str, Any]:
    from onrecord.analyse.consensus import common_ground
    from onrecord.analyse.preconditions import conditions
    from onrecord.analyse.reasons import reasons

    places = now.table.select(pl.arg_where(pl.col("issue") == key)).to_series()
    newest = now.utterances[places.tail(MAX_RECENT)]
    certain = places.filter(now.table["asserted"][places])
    sure = len(certain)
    book = now.codebook
    terms = {} if book is None else {issue.id: [*issue.terms, issue.label] for issue in book.issues}
    with_condition = places.filter(now.table["condition"][places].list.len() > 0)
    limited = now.utterances[with_condition.tail(MAX_RECENT)]
    ground = common_ground(newest, terms=terms).to_dicts() if newest.height else []
    return {
        "sides": _sides(now, key),
        "points": timeline_points(now.table.select(*FIELDS, "asserted")[places]),
        "redlines": redlines_of(now.utterances[certain.tail(MAX_SEARCHED)]),
        "conditions": conditions(limited, terms=terms).to_dicts(),
        "ground": ground[0] if ground else None,
        "reasons": _by_stance(reasons(newest.filter("asserted"))),
        "counts": {"dots": _dots(now.table, places), "lines": sure, "conditions": len(with_condition)},
        "statements": newest.tail(30).reverse().to_dicts(),
        "total": len(places),
    }


def _by_stance(found: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Return the newest REASONS reasons for each stance."""
    return {stance: found.filter(pl.col("stance") == stance).head(REASONS).to_dicts() for stance in POSITIONS}


def _dots(table: pl.DataFrame, places: pl.Series) -> int:
    """Count the dated positions."""
    rows = table.select("stance", "date", "asserted")[places]
    return rows.filter("asserted", pl.col("stance") != "none", pl.col("date").is_not_null()).height


def _sides(now: Snapshot, key: str) -> dict[str, tuple[int, list[dict[str, Any]]]]:
    """Return for each stance how many actors hold it, and the newest CAMP of these with their words."""
    standing = now.standing()
    cells = standing.cells(issue=key)
    known = now.table.select("stance", "date")[cells.row].with_row_index("cell")
    made = {}
    for stance in POSITIONS:
        mine = known.filter(pl.col("stance") == stance).sort(
            "date", descending=True, nulls_last=True, maintain_order=True
        )
        chosen = cells.take(mine["cell"].head(CAMP_ACTORS).to_numpy())
        shown = zip(chosen.actor.tolist(), chosen.count.tolist(), now.rows(chosen.row), strict=True)
        made[stance] = mine.height, [{"actor": standing.actors[a], "count": n, "newest": row} for a, n, row in shown]
    return made
