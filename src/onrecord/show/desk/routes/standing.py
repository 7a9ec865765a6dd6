"""Show conflicts, changes and drift side by side, and the network of agreement."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

import polars as pl
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.tables import actor, asserted
from onrecord.show.desk.board import BY, Snapshot
from onrecord.show.desk.exports import table_response
from onrecord.show.desk.routes.articles import before_and_after
from onrecord.show.desk.routes.overview import moves
from onrecord.show.desk.since import asked
from onrecord.show.desk.visit import Visit, page

KINDS = ("self", "between", "moved", "drift")
DRIFTING = 20_000  # the newest statements that are compared for drift
HEARD = 100  # the actors heard most, whose latest words are set against each other: pairs grow with their square
SHOWN = 20  # pairs or utterances on a page


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/conflicts", page(conflicts)),
        Route("/conflicts.{format}", page(conflicts_table)),
        Route("/compare", page(compare)),
    ]


def conflicts(visit: Visit) -> Response:
    """Serve `/conflicts`."""
    now = visit.view()
    kind, by = visit.choice("kind", KINDS, "self"), visit.choice("by", BY, "speaker")
    first, limit = visit.number("first", 0), SHOWN
    held = visit.desk.board.behind(now, ("pairs", kind, by), lambda: _found(now, kind, by))
    rows: list[Any] = []
    total, state = 0, "working" if held is None else ""
    if held is not None:
        found, batch = held
        state = "" if batch == now.batch else f"as of batch {batch}; the newer ones are being compared"
        if kind == "moved":
            found = asked(visit).moves(found, now.table)
        if kind == "drift":
            groups = now.once(("utterances", batch), lambda: _clusters(found))
            groups = _told_by(groups, visit.request.query_params.getlist("pair"))
            rows, total = groups[first : first + limit], len(groups)
        else:
            rows, total = found[first : first + limit].to_dicts(), found.height
    return visit.render(
        "conflicts.html", now=now, kind=kind, kinds=KINDS, rows=rows, total=total, first=first, limit=limit, by=by,
        labels=now.labels(), difference=difference, state=state, after=visit.arg("after"),
        pair=visit.request.query_params.getlist("pair"), outlets=[name for name, _ in now.offered()["outlet"]],
    )  # fmt: skip


def conflicts_table(visit: Visit) -> Response:
    """Serve `/conflicts.csv`, `.json`: all pairs of a kind."""
    now = visit.view()
    kind, by = visit.choice("kind", KINDS, "self"), visit.choice("by", BY, "speaker")
    found = now.once(("pairs", kind, by), lambda: _found(now, kind, by))
    if kind == "moved":
        found = asked(visit).moves(found, now.table)
    if kind == "drift" and (pair := visit.request.query_params.getlist("pair")):
        chosen = _told_by(_clusters(found), pair)
        found = found.filter(pl.col("cluster").is_in([rows[0]["cluster"] for rows in chosen]))
    return table_response(visit, found, kind)


def _told_by(groups: list[list[dict[str, Any]]], pair: list[str]) -> list[list[dict[str, Any]]]:
    """Return the utterances that each of some outlets reports, with their reports alone."""
    wanted = set(filter(None, pair))
    if not wanted:
        return groups
    chosen = [[row for row in rows if row["outlet"] in wanted] for rows in groups]
    return [rows for rows in chosen if {row["outlet"] for row in rows} == wanted]


def compare(visit: Visit) -> Response:
    """Serve `/compare`: two statements side by side, each with the text around it."""
    now = visit.now
    found = [visit.desk.ledger.get(visit.arg(name) or "") for name in ("a", "b")]
    ends = [(one, now.row(one.id), before_and_after(one)) for one in found]
    return visit.render("compare.html", now=now, ends=ends, labels=now.labels())


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """Return the words of `new` as (kind, words) runs: `same`, `added`, or `dropped` where `old` had other words."""
    left, right = old.split(), new.split()
    made: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind in ("replace", "delete"):
            made.append(("dropped", " ".join(left[a:b])))
        if kind in ("replace", "insert"):
            made.append(("added", " ".join(right[c:d])))
        if kind == "equal":
            made.append(("same", " ".join(left[a:b])))
    return made


def _found(now: Snapshot, kind: str, by: str) -> pl.DataFrame:
    from onrecord.analyse.position_changes import conflicts as found

    if kind == "moved":
        return moves(now, by)
    if kind == "drift":
        return _retold(now)
    return found(_heard(now, by) if kind == "between" else now.table, kind=kind, by=by)


def _retold(now: Snapshot) -> pl.DataFrame:
    from onrecord.analyse.retellings import drift
    from onrecord.view import meaning

    return drift(now.table.tail(DRIFTING), meaning=meaning)


def _heard(now: Snapshot, by: str) -> pl.DataFrame:
    """Return the positions of the HEARD actors with the most of them."""
    from onrecord.analyse.position_changes import FIELDS

    held = pl.col("stance").is_in(["support", "oppose"]) & pl.col("issue").is_not_null()
    sided = asserted(now.table).select(FIELDS).filter(held)
    busy = sided.select(actor(by).alias("who"))["who"].drop_nulls().value_counts()
    most = busy.sort(["count", "who"], descending=[True, False])["who"].head(HEARD).to_list()
    return sided.filter(actor(by).is_in(most))


def _clusters(found: pl.DataFrame) -> list[list[dict[str, Any]]]:
    """Group the reports by utterance, those that differ in more than wording first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in found.to_dicts():
        groups.setdefault(row["cluster"], []).append(row)

    def weight(rows: list[dict[str, Any]]) -> int:
        return len({name for row in rows for name in row["differs"] if name != "wording"})

    return sorted(groups.values(), key=lambda rows: (-weight(rows), str(rows[0]["date"]), rows[0]["cluster"]))
