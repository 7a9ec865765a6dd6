"""Measure networks: backbone, clusters, polarization, centralities. Frames in, frames out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import polars as pl

from onrecord.analyse.encoding import Floats
from onrecord.analyse.network_types import Network, Options
from onrecord.analyse.networks import network
from onrecord.errors import TableError
from onrecord.models.linkage import Merge, average_linkage, cut, height_for

CENTRALITIES = ("degree", "strength", "conflict", "betweenness", "closeness", "eigenvector", "pagerank")
DAMPING = 0.85


def backbone(net: Network, *, alpha: float = 0.05) -> pl.DataFrame:
    """Return the significant ties (disparity filter: Serrano, Boguñá and Vespignani, PNAS 2009).

    Columns source, target, weight, p; a tie stays if p < alpha from either end, where p = (1 - w / s) ** (k - 1) with
    s and k the strength and degree of the node (1 where the node has one tie). Weights count by size, without sign.
    """
    if not 0 < alpha <= 1:
        raise TableError(f"alpha must be between 0 and 1, not {alpha}")
    size = np.abs(net.values)
    p = np.minimum(_disparity(size), _disparity(size.T).T)
    row = {name: place for place, name in enumerate(net.rows)}
    column = {name: place for place, name in enumerate(net.columns)}
    edges = net.edges()
    found = [float(p[row[a], column[b]]) for a, b in edges.select("source", "target").iter_rows()]
    return edges.with_columns(pl.Series("p", found, dtype=pl.Float64)).filter(pl.col("p") < alpha)


def clusters(net: Network, *, method: str = "louvain", count: int | None = None, seed: int = 0) -> pl.DataFrame:
    """Assign each node to a cluster, numbered from 1 by size and name (columns name, cluster).

    `louvain` maximises modularity over the positive ties (Blondel et al. 2008). `leiden` does so over ties of both
    signs: positive ones attract, negative ones repel (Traag, Waltman and van Eck 2019); it needs the extra `clusters`.
    `hierarchical` cuts an average-linkage tree over 1 - (scaled weight) at `count` clusters (2, if not given). A
    two-mode network is clustered by its rows' profiles (hierarchical) or as one graph (the others).
    """
    _filled(net)
    if method == "louvain":
        names, labels = _louvain(net, seed)
    elif method == "leiden":
        names, labels = _leiden(net, seed)
    elif method == "hierarchical":
        names, labels = list(net.rows), _tree_labels(net, 2 if count is None else count)
    else:
        raise TableError(f"the method is louvain, leiden or hierarchical, not {method!r}")
    groups: dict[int, list[str]] = {}
    for name, label in zip(names, labels, strict=True):
        groups.setdefault(label, []).append(name)
    ordered = sorted(groups.values(), key=lambda group: (-len(group), group[0]))
    rows = [(name, number) for number, group in enumerate(ordered, 1) for name in group]
    return pl.DataFrame(rows, schema={"name": pl.String, "cluster": pl.Int64}, orient="row").sort("name")


def tree(net: Network) -> pl.DataFrame:
    """Return the merges of the hierarchical clustering, one per row: step, left, right (members), height."""
    _filled(net)
    schema: dict[str, Any] = {
        "step": pl.Int64,
        "left": pl.List(pl.String),
        "right": pl.List(pl.String),
        "height": pl.Float64,
    }
    if len(net.rows) < 2:
        return pl.DataFrame(schema=schema)
    members = [[name] for name in net.rows]
    rows = []
    for step, (left, right, height) in enumerate(_linkage(net), 1):
        one, two = members[left], members[right]
        rows.append({"step": step, "left": one, "right": two, "height": height})
        members.append(sorted(one + two))
    return pl.DataFrame(rows, schema=schema)


def centralities(net: Network) -> pl.DataFrame:
    """Return a row per node: name, mode and the measures of `CENTRALITIES`.

    Paths and flows run over positive ties (a tie of weight w has length 1 / w); `strength` is the sum of positive
    weights, `conflict` that of negative ones, without sign. Closeness is the harmonic mean over all other nodes, so
    that it is 0 for an isolate and no component is left out.
    """
    names, weights = _square(net)
    count = len(names)
    schema: dict[str, Any] = {"name": pl.String, "mode": pl.String, **dict.fromkeys(CENTRALITIES, pl.Float64)}
    if not count:
        return pl.DataFrame(schema=schema)
    positive = np.maximum(weights, 0.0)
    graph = _graph(positive)
    near = np.zeros_like(positive)
    for node, lengths in nx.all_pairs_dijkstra_path_length(graph, weight="length"):
        near[node, list(lengths)] = [1 / length if length else 0.0 for length in lengths.values()]
    measures = {
        "degree": (positive > 0).sum(axis=1),
        "strength": positive.sum(axis=1),
        "conflict": np.maximum(-weights, 0.0).sum(axis=1),
        "betweenness": list(nx.betweenness_centrality(graph, normalized=False, weight="length").values()),
        "closeness": near.sum(axis=1) / max(count - 1, 1),
        "eigenvector": _leading(positive),
        "pagerank": _pagerank(positive),
    }
    modes = ["row"] * len(net.rows) + ["column"] * (count - len(net.rows))
    frame: dict[str, Any] = {"name": names, "mode": modes} | {
        key: np.asarray(value, dtype=np.float64) for key, value in measures.items()
    }
    return pl.DataFrame(frame, schema=schema)


@dataclass(frozen=True, slots=True)
class Polarization:
    """Measure polarization into two camps, in [0, 1], with its components.

    `value` = cohesion x opposition x balance. `cohesion` is the share of congruence in all ties within the camps,
    `opposition` the share of conflict in all ties between them, `balance` 4 n1 n2 / (n1 + n2) ** 2.
    """

    value: float
    cohesion: float
    opposition: float
    balance: float
    camps: pl.DataFrame


def polarization(table: pl.DataFrame, options: Options | None = None) -> Polarization:
    """Measure the polarization of the actors in the rows of `options` (default: affiliations on issues).

    It is 1 if and only if two camps of one size agree wholly within and disagree wholly between them, 0 where there is
    no conflict or no second camp. Measures of the size of camps or of conflict alone, as DNA's, rise when a camp is
    mixed inside; here any conflict within or congruence between lowers it (docs/dna.md proves it by example).
    """
    base = options or Options()
    settings = {**{name: getattr(base, name) for name in base.__dataclass_fields__}, "mode": "one"}
    agree = network(table, Options(**{**settings, "aggregate": "congruence"}))
    apart = network(table, Options(**{**settings, "aggregate": "conflict"}))
    return polarity(agree.rows, agree.values, apart.values)


def polarity(names: tuple[str, ...], congruence: Floats, conflict: Floats) -> Polarization:
    """Measure the polarization of two symmetric matrices over the same nodes, with the camps that fit the ties best."""
    side = _camps(congruence - conflict)
    camps = pl.DataFrame(
        {
            "name": pl.Series(names, dtype=pl.String),
            "camp": pl.Series(np.where(side > 0, 1, 2), dtype=pl.Int64),
        }
    )
    same = np.equal.outer(side, side)
    one = int((side > 0).sum())
    balance = 4 * one * (side.size - one) / side.size**2 if side.size else 0.0
    cohesion = _share(congruence[same].sum(), conflict[same].sum(), 1.0)
    opposition = _share(conflict[~same].sum(), congruence[~same].sum(), 0.0)
    return Polarization(cohesion * opposition * balance, cohesion, opposition, balance, camps)


def _share(part: float, rest: float, nothing: float) -> float:
    return float(part / (part + rest)) if part + rest > 0 else nothing


def _camps(ties: Floats) -> Floats:
    """Assign +1 or -1 to each node, to maximize ties within the two camps minus ties between them.

    From the leading eigenvector, then single moves while they help: a local optimum, the same on every run. The first
    node's camp is +1; nodes without ties join it.
    """
    if not ties.size:
        return np.zeros(0)
    ties = (ties + ties.T) / 2
    np.fill_diagonal(ties, 0.0)
    vectors = np.linalg.eigh(ties)[1]
    best: Floats | None = None
    for column in range(min(3, ties.shape[0])):
        side = np.where(vectors[:, -1 - column] >= 0, 1.0, -1.0)
        while True:
            gain = -2 * side * (ties @ side)
            move = int(np.argmax(gain))
            if gain[move] <= 1e-12:
                break
            side[move] = -side[move]
        if best is None or side @ ties @ side > best @ ties @ best + 1e-12:
            best = side
    assert best is not None
    best = np.where(np.abs(ties).sum(axis=1) > 0, best, best[0])
    return np.asarray(best * best[0])


def _disparity(size: Floats) -> Floats:
    """Compute for each cell the p value of its weight among those of its row."""
    strength = size.sum(axis=1, keepdims=True)
    degree = (size > 0).sum(axis=1, keepdims=True)
    share = np.divide(size, strength, out=np.zeros_like(size), where=strength > 0)
    return np.asarray(np.where(degree > 1, (1 - share) ** (degree - 1), 1.0))


def _louvain(net: Network, seed: int) -> tuple[list[str], list[int]]:
    names, weights = _square(net)
    found = nx.community.louvain_communities(_graph(np.maximum(weights, 0.0)), weight="weight", seed=seed)
    labels = {node: number for number, group in enumerate(found) for node in group}
    return names, [labels[node] for node in range(len(names))]


def _leiden(net: Network, seed: int) -> tuple[list[str], list[int]]:
    try:
        import igraph
        import leidenalg
    except ImportError as error:
        raise TableError("Leiden clusters need leidenalg (GPL): pip install 'onrecord[clusters]'") from error

    def graph(layer: Floats) -> Any:
        at = np.nonzero(np.triu(layer, 1))
        made = igraph.Graph(n=layer.shape[0], edges=list(zip(at[0].tolist(), at[1].tolist(), strict=True)))
        made.es["weight"] = layer[at].tolist()
        return made

    names, weights = _square(net)
    positive, negative = graph(np.maximum(weights, 0.0)), graph(np.maximum(-weights, 0.0))
    parts = [leidenalg.ModularityVertexPartition(positive, weights="weight")]
    layers = [1.0]
    if negative.ecount():
        parts.append(leidenalg.ModularityVertexPartition(negative, weights="weight"))
        layers.append(-1.0)
    optimiser = leidenalg.Optimiser()
    optimiser.set_rng_seed(seed)
    optimiser.optimise_partition_multiplex(parts, layer_weights=layers, n_iterations=-1)
    return names, list(parts[0].membership)


def _tree_labels(net: Network, count: int) -> list[int]:
    if not 1 <= count <= max(len(net.rows), 1):
        raise TableError(f"{count} clusters of {len(net.rows)} nodes are impossible")
    if len(net.rows) < 2:
        return [1] * len(net.rows)
    merges = _linkage(net)
    return cut(merges, height=height_for(merges, count))


def _linkage(net: Network) -> list[Merge]:
    if net.mode == "one":
        top = np.abs(net.values).max() or 1.0
        distance = (1 - net.values / top) / 2
    else:
        length = np.linalg.norm(net.values, axis=1, keepdims=True)
        unit = np.divide(net.values, length, out=np.zeros_like(net.values), where=length > 0)
        distance = (1 - unit @ unit.T) / 2
    distance = (distance + distance.T) / 2
    return average_linkage(np.clip(distance, 0, None))


def _square(net: Network) -> tuple[list[str], Floats]:
    """Return all nodes in one matrix; for a two-mode network, rows first, then columns."""
    if net.mode == "one":
        return list(net.rows), net.values
    rows, columns = net.values.shape
    square = np.zeros((rows + columns, rows + columns))
    square[:rows, rows:] = net.values
    square[rows:, :rows] = net.values.T
    return [*net.rows, *net.columns], square


def _graph(weights: Floats) -> Any:
    """Build an undirected graph of the positive weights; a tie of weight w has length 1 / w."""
    graph = nx.Graph()
    graph.add_nodes_from(range(weights.shape[0]))
    rows, columns = (place.tolist() for place in np.nonzero(np.triu(weights, 1)))
    for a, b in zip(rows, columns, strict=True):
        weight = float(weights[a, b])
        graph.add_edge(a, b, weight=weight, length=1 / weight)
    return graph


def _leading(weights: Floats) -> Floats:
    """Compute the leading eigenvector, its largest entry scaled to 1; 0 where there are no ties."""
    if not weights.any():
        return np.zeros(weights.shape[0])
    vector = np.abs(np.linalg.eigh(weights)[1][:, -1])
    return np.asarray(vector / vector.max())


def _pagerank(weights: Floats) -> Floats:
    """Compute PageRank by power iteration (Page et al. 1999), damping 0.85; a node without ties leads to all."""
    count = len(weights)
    strength = weights.sum(axis=1, keepdims=True)
    steps = np.divide(weights, strength, out=np.full_like(weights, 1 / count), where=strength > 0)
    rank = np.full(count, 1 / count)
    for _ in range(1_000):
        before, rank = rank, DAMPING * (rank @ steps) + (1 - DAMPING) / count
        if np.abs(rank - before).sum() < count * 1e-12:
            break
    return rank


def _filled(net: Network) -> None:
    if not net.rows:
        raise TableError("a network without nodes has no clusters")
