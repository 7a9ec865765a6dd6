"""Where the nodes of a drawn network stand, and how they look: shared by the pictures and the page."""

from __future__ import annotations

from dataclasses import dataclass

import igraph as ig
import numpy as np

from onrecord.analyse.networks import Network
from onrecord.errors import ExchangeError

ROW, COLUMN = "#2F5D8C", "#C8792B"
POSITIVE, NEGATIVE = "#4F8A5B", "#B6423C"

# A drawing of more nodes says nothing, and its layout takes minutes.
MOST = 1_500


@dataclass(frozen=True, slots=True)
class Drawn:
    """Nodes (name, kind, x, y in [0, 1], size in [0, 1]) and ties (two nodes by number, weight, width in [0, 1])."""

    nodes: list[tuple[str, str, float, float, float]]
    ties: list[tuple[int, int, float, float]]


def place(net: Network) -> Drawn:
    """A Kamada-Kawai layout from a circle, so that the same network is drawn the same way.

    Only positive ties draw nodes together. ExchangeError for more than MOST nodes.
    """
    names = [(name, "row") for name in net.rows]
    if net.mode == "two":
        names += [(name, "column") for name in net.columns]
    if len(names) > MOST:
        raise ExchangeError(f"{len(names):,} nodes are too many to draw; exclude some, or write graphml for Gephi")
    number = {node: index for index, node in enumerate(names)}
    second = "row" if net.mode == "one" else "column"
    edges = [(number[a, "row"], number[b, second], weight) for a, b, weight in net.edges().iter_rows()]
    if not names:
        return Drawn([], [])
    near = ig.Graph(n=len(names), edges=[(a, b) for a, b, weight in edges if weight > 0])
    at = np.array(near.layout_kamada_kawai(seed=near.layout_circle()).coords)
    low, high = at.min(axis=0), at.max(axis=0)
    at = np.divide(at - low, high - low, out=np.full_like(at, 0.5), where=high > low)
    total = np.zeros(len(names))
    for a, b, weight in edges:
        total[a] += abs(weight)
        total[b] += abs(weight)
    sizes = np.sqrt(total / (total.max() or 1.0))
    widest = max((abs(weight) for *_, weight in edges), default=1.0)
    return Drawn(
        [(name, kind, float(x), float(y), float(s)) for (name, kind), (x, y), s in zip(names, at, sizes, strict=True)],
        [(a, b, weight, abs(weight) / widest) for a, b, weight in edges],
    )
