"""Lay out a network for pictures and pages: positions, sizes and widths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from onrecord.analyse.encoding import Floats
from onrecord.analyse.network_types import Network
from onrecord.errors import ExchangeError

ROW, COLUMN = "#2F5D8C", "#C8792B"
POSITIVE, NEGATIVE = "#4F8A5B", "#B6423C"

# Passes of stress majorization, and the share of the stress that a pass must take off to go on.
MOST_PASSES, LEAST_GAIN = 100, 1e-4
# A drawing of more nodes says nothing, and its layout takes minutes.
MOST = 1_500


@dataclass(frozen=True, slots=True)
class DrawnNetwork:
    """Hold nodes (name, kind, x, y in [0, 1], size in [0, 1]) and ties (two node numbers, weight, width in [0, 1])."""

    nodes: list[tuple[str, str, float, float, float]]
    ties: list[tuple[int, int, float, float]]


def lay_out(net: Network) -> DrawnNetwork:
    """Lay out a network so that distances on the page follow path lengths; the same network is drawn the same way.

    Only positive ties draw nodes together.

    Raises:
        ExchangeError: there are more than MOST nodes.
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
        return DrawnNetwork([], [])
    at = _majorized(_path_lengths(len(names), [(a, b) for a, b, weight in edges if weight > 0]))
    low, high = at.min(axis=0), at.max(axis=0)
    at = 0.5 + (at - (low + high) / 2) / (float((high - low).max()) or 1.0)  # one scale, so that distances stay true
    total = np.zeros(len(names))
    for a, b, weight in edges:
        total[a] += abs(weight)
        total[b] += abs(weight)
    sizes = np.sqrt(total / (total.max() or 1.0))
    widest = max((abs(weight) for *_, weight in edges), default=1.0)
    return DrawnNetwork(
        [(name, kind, float(x), float(y), float(s)) for (name, kind), (x, y), s in zip(names, at, sizes, strict=True)],
        [(a, b, weight, abs(weight) / widest) for a, b, weight in edges],
    )


def _path_lengths(count: int, edges: list[tuple[int, int]]) -> Floats:
    """Count the steps between nodes; those of different components are half as far again as the longest path."""
    tied = np.zeros((count, count), dtype=np.float32)
    for a, b in edges:
        tied[a, b] = tied[b, a] = 1.0
    lengths = np.full((count, count), np.inf)
    np.fill_diagonal(lengths, 0.0)
    reached = np.eye(count, dtype=np.float32)
    for length in range(1, count):
        new = (reached @ tied > 0) & np.isinf(lengths)
        if not new.any():
            break
        lengths[new] = length
        reached = new.astype(np.float32)
    finite = np.isfinite(lengths)
    return np.asarray(np.where(finite, lengths, 1.5 * max(lengths[finite].max(), 1.0)))


def _majorized(lengths: Floats) -> Floats:
    """Place nodes by stress majorization from a circle (Gansner, Koren and North 2004), float64 [nodes, 2].

    The stress is that of Kamada and Kawai (1989): squared differences of distances to `lengths`, over squared lengths.
    """
    count = len(lengths)
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    at: Floats = np.stack([np.cos(angles), np.sin(angles)], axis=1) * lengths.max() / 2
    if count < 2:
        return at
    weights = np.divide(1.0, lengths**2, out=np.zeros_like(lengths), where=lengths > 0)
    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.linalg.inv(laplacian + 1 / count)  # the constant makes it definite and moves nothing
    before = np.inf
    for _ in range(MOST_PASSES):
        distances = np.linalg.norm(at[:, None] - at[None], axis=2)
        stress = float((weights * (distances - lengths) ** 2).sum())
        if stress >= (1 - LEAST_GAIN) * before:
            break
        before = stress
        pull = -np.divide(weights * lengths, distances, out=np.zeros_like(weights), where=distances > 0)
        np.fill_diagonal(pull, -pull.sum(axis=1))
        at = inverse @ (pull @ at)
    return at
