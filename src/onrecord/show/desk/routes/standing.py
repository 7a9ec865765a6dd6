"""Conflicts, moves and drift side by side; the network of who agrees with whom."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.tables import asserted
from onrecord.errors import TableError
from onrecord.show.desk.board import Snapshot
from onrecord.show.desk.exports import csv_response, json_response
from onrecord.show.desk.routes.overview import moves
from onrecord.show.desk.visit import Visit, page

KINDS = ("self", "between", "moved", "drift")
MODES = ("agree", "oppose", "both")
NODES = 60
DRIFTING = 20_000  # the newest statements that are compared for drift
HEARD = 100  # the actors heard most, whose latest words are set against each other: pairs grow with their square
TIED = ("id", "article", "article_name", "date", "start", "speaker", "affiliation", "issue", "stance")
SHOWN = 20  # pairs or utterances on a page


def routes() -> list[Route]:
    """The addresses of this file."""
    return [
        Route("/conflicts", page(conflicts)),
        Route("/conflicts.csv", page(conflicts_csv)),
        Route("/network", page(network)),
        Route("/network.json", page(network_json)),
        Route("/network.csv", page(network_csv)),
    ]


def conflicts(visit: Visit) -> Response:
    """`/conflicts`"""
    now = visit.now
    kind, issue = visit.choice("kind", KINDS, "self"), visit.arg("issue")
    first, limit = visit.number("first", 0), SHOWN
    found = _found(now, kind)
    if issue:
        found = found.filter(pl.col("issue") == issue)
    if kind == "drift":
        groups = now.once(("utterances", issue), lambda: _clusters(found))
        rows: list[Any] = groups[first : first + limit]
        total = len(groups)
    else:
        rows, total = found[first : first + limit].to_dicts(), found.height
    return visit.render(
        "conflicts.html", now=now, kind=kind, kinds=KINDS, rows=rows, total=total, first=first, limit=limit,
        labels=now.labels(), issue=issue, difference=difference,
    )  # fmt: skip


def conflicts_csv(visit: Visit) -> Response:
    """`/conflicts.csv`"""
    kind, issue = visit.choice("kind", KINDS, "self"), visit.arg("issue")
    found = _found(visit.now, kind)
    return csv_response(found.filter(pl.col("issue") == issue) if issue else found, f"{kind}.csv")


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """The words of `new` as (kind, words) runs: `same`, `added`, or `dropped` where `old` had words that are gone."""
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


def network(visit: Visit) -> Response:
    """`/network`"""
    now = visit.now
    return visit.render(
        "network.html", now=now, labels=now.labels(), net=_network(visit, now),
        mode=visit.choice("mode", MODES, "both"),
        by=visit.choice("by", ("affiliation", "speaker"), "affiliation"), modes=MODES, chosen=visit.args,
    )  # fmt: skip


def network_json(visit: Visit) -> Response:
    """`/network.json`: nodes and ties."""
    return json_response(_network(visit, visit.now), "network.json")


def network_csv(visit: Visit) -> Response:
    """`/network.csv`: one tie a line."""
    net = _network(visit, visit.now)
    schema = {"source": pl.String, "target": pl.String, "kind": pl.String, "weight": pl.Float64}
    return csv_response(pl.DataFrame(net["edges"], schema=schema, orient="row"), "network.csv")


def _found(now: Snapshot, kind: str) -> pl.DataFrame:
    from onrecord.analyse.changes import CHANGES
    from onrecord.analyse.changes import conflicts as found

    if kind == "moved":
        return pl.DataFrame(moves(now), schema=CHANGES)
    if kind == "drift":
        return now.once("drift", lambda: _retold(now), heavy=True)
    if kind == "between":
        return now.once("between", lambda: found(_heard(now), kind=kind).head(5_000), heavy=True)
    return now.once("self", lambda: found(now.table, kind=kind).head(5_000), heavy=True)


def _retold(now: Snapshot) -> pl.DataFrame:
    from onrecord.analyse.drift import drift
    from onrecord.view import meaning

    return drift(now.table.tail(DRIFTING), meaning=meaning)


def _heard(now: Snapshot) -> pl.DataFrame:
    """The positions of the HEARD actors with the most of them."""
    from onrecord.analyse.changes import FIELDS

    held = pl.col("stance").is_in(["support", "oppose"]) & pl.col("issue").is_not_null()
    sided = asserted(now.table).select(FIELDS).filter(held)
    busy = sided["speaker"].drop_nulls().value_counts().sort(["count", "speaker"], descending=[True, False])
    return sided.filter(pl.col("speaker").is_in(busy["speaker"].head(HEARD).to_list()))


def _clusters(found: pl.DataFrame) -> list[list[dict[str, Any]]]:
    """The reports by utterance, those that differ in more than wording first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in found.to_dicts():
        groups.setdefault(row["cluster"], []).append(row)

    def weight(rows: list[dict[str, Any]]) -> int:
        return len({name for row in rows for name in row["differs"] if name != "wording"})

    return sorted(groups.values(), key=lambda rows: (-weight(rows), str(rows[0]["date"]), rows[0]["cluster"]))


def _network(visit: Visit, now: Snapshot) -> dict[str, Any]:
    by = visit.choice("by", ("affiliation", "speaker"), "affiliation")
    mode = visit.choice("mode", MODES, "both")
    given = (by, mode, visit.arg("issue"), visit.arg("since"), visit.arg("until"))
    try:
        return now.once(("network", *given), lambda: _ties(now, *given))
    except TableError as error:
        raise HTTPException(400, str(error)) from error


def _ties(now: Snapshot, by: str, mode: str, issue: str | None, since: str | None, until: str | None) -> dict[str, Any]:
    """The NODES busiest actors with their ties of agreement and of conflict (DNA's congruence and conflict)."""
    from onrecord.analyse.network_types import Options
    from onrecord.analyse.networks import network as build

    sided = pl.col("stance").is_in(["support", "oppose"]) & pl.col(by).is_not_null()
    rows = asserted(now.table).select(TIED).filter(sided)
    busy = rows.group_by(by).agg(pl.len().alias("n")).sort(["n", by], descending=[True, False]).head(NODES)
    rows = rows.filter(pl.col(by).is_in(busy[by].to_list()))
    only = (("issue", issue),) if issue else ()
    edges: list[dict[str, Any]] = []
    for kind, aggregate in (("agree", "congruence"), ("oppose", "conflict")):
        if mode in (kind, "both") and rows.height:
            options = Options(rows=by, columns="issue", aggregate=aggregate, only=only, since=since, until=until,
                              duplicates="document")  # fmt: skip
            for source, target, weight in build(rows, options).edges().iter_rows():
                edges.append({"source": source, "target": target, "kind": kind, "weight": weight})
    edges.sort(key=lambda edge: (-edge["weight"], edge["source"], edge["target"]))
    edges = edges[:600]
    counts = dict(busy.iter_rows())
    tied = {edge[end] for edge in edges for end in ("source", "target")}
    nodes = [{"id": name, "count": counts[name]} for name in counts if name in tied]
    return {"nodes": nodes, "edges": edges}
