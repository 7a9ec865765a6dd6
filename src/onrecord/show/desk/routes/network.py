"""Show the network of agreement: clusters, centralities, windows of time, ties with their words, files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.analyse.network_types import Network, Options
from onrecord.analyse.tables import asserted
from onrecord.exchange.formats import Content, NetworkDrawing, names
from onrecord.show.desk.exports import encoded_response, json_response, table_response
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.snapshot import Snapshot

MODES = ("both", "agree", "oppose")
AGGREGATES = {"both": "subtract", "agree": "congruence", "oppose": "conflict"}
ACTORS = ("affiliation", "speaker")
MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
WINDOWS = ("", *MONTHS)
NODES = 60
DRAWN_TIES = (100, 300, 600)  # ties that are drawn
TIED = ("id", "article", "article_name", "date", "start", "speaker", "affiliation", "issue", "stance")
PICTURES = ("png", "svg")  # drawn by the browser instead


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/tie", page(tie)),
        Route("/network", page(network)),
        Route("/network/actors.{format}", page(actors_table)),
        Route("/network.{format}", page(network_file)),
    ]


@dataclass(frozen=True, slots=True)
class Window:
    """Hold a period of months, number `at` of `count`; both days are included."""

    first: date
    last: date
    at: int
    count: int


def network(ctx: RequestContext) -> Response:
    """Serve `/network`."""
    now = ctx.view()
    by, mode = ctx.choice("by", ACTORS, "affiliation"), ctx.choice("mode", MODES, "both")
    most = int(ctx.choice("most", tuple(map(str, DRAWN_TIES)), str(DRAWN_TIES[0])))
    window = window_of(ctx, now)
    held = ctx.desk.live_view.in_background(now, ("network", by, mode, window), lambda: drawn(now, by, mode, window))
    made = {"nodes": [], "edges": []} if held is None else held[0]
    edges = made["edges"][:most]
    tied = {edge[end] for edge in edges for end in ("source", "target")}
    net = {"nodes": [node for node in made["nodes"] if node["id"] in tied], "edges": edges}
    return ctx.render(
        "network.html", now=now, labels=now.labels(), net=net, nodes=made["nodes"], total=len(made["edges"]),
        mode=mode, by=by, modes=MODES, windows=WINDOWS, window=window, chosen=ctx.arg("window") or "", most=most,
        strongest=DRAWN_TIES, working=held is None,
        batch=None if held is None else held[1],
        formats=[name for name in names(Content.NETWORK) if name not in PICTURES],
    )  # fmt: skip


def network_file(ctx: RequestContext) -> Response:
    """Serve `/network.csv`: one tie per line; `.json`: nodes and ties; further formats of `onrecord network` by their
    names.
    """
    now, form = ctx.view(), str(ctx.request.path_params["format"])
    by, mode = ctx.choice("by", ACTORS, "affiliation"), ctx.choice("mode", MODES, "both")
    window = window_of(ctx, now)
    made = drawn(now, by, mode, window)
    if form == "json":
        return json_response({"nodes": made["nodes"], "edges": made["edges"]}, "network.json")
    if form == "csv":
        schema = {"source": pl.String, "target": pl.String, "kind": pl.String, "weight": pl.Float64}
        return table_response(ctx, pl.DataFrame(made["edges"], schema=schema, orient="row"), "network")
    attributes = {node["id"]: {"cluster": str(node["cluster"])} for node in made["nodes"]}
    title = f"{by} by issue: {AGGREGATES[mode]}"
    drawing = NetworkDrawing(built(_rows(now, by, window), by, AGGREGATES[mode]), attributes, title)
    return encoded_response(Content.NETWORK, form, drawing, "network")


def actors_table(ctx: RequestContext) -> Response:
    """Serve `/network/actors.csv`, `.json`: cluster and centralities of each actor."""
    now = ctx.view()
    by, mode = ctx.choice("by", ACTORS, "affiliation"), ctx.choice("mode", MODES, "both")
    window = window_of(ctx, now)
    made = drawn(now, by, mode, window)
    return table_response(ctx, pl.DataFrame(made["nodes"], infer_schema_length=None), "actors")


def tie(ctx: RequestContext) -> Response:
    """Serve `/tie`: the issues on which two actors both take a side, with the newest words of each."""
    now = ctx.view()
    named, rows = tied(ctx, now)
    by = ctx.choice("by", ACTORS, "speaker")
    return ctx.render("tie.html", now=now, names=named, by=by, rows=rows, labels=now.labels())


def tied(ctx: RequestContext, now: Snapshot) -> tuple[list[str], list[tuple[str, list[dict[str, Any]]]]]:
    """Return two actors, and the issues on which both take a side with the newest words of each."""
    by = ctx.choice("by", ACTORS, "speaker")
    named = [ctx.arg(name) or "" for name in ("a", "b")]
    standing = now.standing(by)
    ends: list[dict[str, dict[str, Any]]] = []
    for name in named:
        place = standing.place(name)
        cells = None if place is None else standing.cells(actors=[place])
        ends.append({} if cells is None else {row["issue"]: row for row in now.rows(cells.row)})
    shared = [issue for issue in now.labels() if issue in ends[0] and issue in ends[1]]
    return named, [(issue, [end[issue] for end in ends]) for issue in shared]


def window_of(ctx: RequestContext, now: Snapshot) -> Window | None:
    """Return the stretch of time that an address asks for by its length and number, the last one by default."""
    length = ctx.choice("window", WINDOWS, "")
    days = now.table["date"]
    first, last = days.min(), days.max()
    if not length or not isinstance(first, date) or not isinstance(last, date):
        return None
    months = MONTHS[length]
    begin = first.year * 12 + (first.month - 1) // months * months
    count = (last.year * 12 + last.month - 1 - begin) // months + 1
    at = ctx.number("at", count, low=1)
    if at > count:
        raise HTTPException(400, f"at is a whole number from 1 to {count}")
    start, stop = begin + (at - 1) * months, begin + at * months
    return Window(_month(start), _month(stop) - timedelta(days=1), at, count)


def _month(number: int) -> date:
    return datetime(number // 12, number % 12 + 1, 1).date()


def _rows(now: Snapshot, by: str, window: Window | None) -> pl.DataFrame:
    """Return the statements with a side by the NODES most active actors."""
    sided = pl.col("stance").is_in(["support", "oppose"]) & pl.col(by).is_not_null()
    rows = asserted(now.table.select(*TIED, "asserted")).select(TIED).filter(sided)
    if window is not None:
        rows = rows.filter(pl.col("date").is_between(window.first, window.last))
    busy = rows.group_by(by).agg(pl.len().alias("n")).sort(["n", by], descending=[True, False]).head(NODES)
    return rows.filter(pl.col(by).is_in(busy[by].to_list()))


def built(rows: pl.DataFrame, by: str, aggregate: str) -> Network:
    """Return the one-mode network of actors over issues, each issue once a document (as DNA counts)."""
    from onrecord.analyse.networks import network as build

    return build(rows, Options(rows=by, columns="issue", aggregate=aggregate, duplicates="document"))


def drawn(now: Snapshot, by: str, mode: str, window: Window | None) -> dict[str, Any]:
    """Return ties of agreement and of conflict (DNA's congruence and conflict), and actors with their measures."""
    rows = now.once(("network rows", by, window), lambda: _rows(now, by, window))
    return now.same(("network", by, mode), rows, lambda: _drawn(rows, by, mode))


def _drawn(rows: pl.DataFrame, by: str, mode: str) -> dict[str, Any]:
    from onrecord.analyse import graphs

    edges: list[dict[str, Any]] = []
    for kind in ("agree", "oppose") if rows.height else ():
        if mode in (kind, "both"):
            for source, target, weight in built(rows, by, AGGREGATES[kind]).edges().iter_rows():
                edges.append({"source": source, "target": target, "kind": kind, "weight": weight})
    edges.sort(key=lambda edge: (-edge["weight"], edge["source"], edge["target"]))
    if not edges:
        return {"nodes": [], "edges": []}
    net = built(rows, by, "subtract")
    cluster = dict(graphs.clusters(net).iter_rows())
    measures = {row["name"]: row for row in graphs.centralities(net).to_dicts()}
    counts = dict(rows[by].value_counts(name="n").iter_rows())
    nodes = [
        {"id": name, "count": counts[name], "cluster": cluster[name],
         **{key: round(measures[name][key], 3) for key in ("strength", "conflict", "betweenness", "eigenvector")}}
        for name in sorted(counts, key=lambda name: (cluster[name], -counts[name], name))
    ]  # fmt: skip
    return {"nodes": nodes, "edges": edges[: DRAWN_TIES[-1]]}
