"""Order the steps of the conditions graph: which orders are possible, what blocks them, and what would open them.

A concession is a party giving up one of its conditions. An edge of the graph that several parties ask for takes all of
them, so what is given up is counted in conditions of parties (edge and actor), each once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import networkx as nx
import polars as pl

from onrecord.analyse.preconditions import graph

ORDERS: dict[str, Any] = {"order": pl.Int64, "steps": pl.List(pl.String)}
CONCESSIONS: dict[str, Any] = {
    "knot": pl.Int64, "steps": pl.List(pl.String), "size": pl.Int64, "gives_up": pl.List(pl.String),
    "actors": pl.List(pl.String), "exact": pl.Boolean, "ids": pl.List(pl.String),
}  # fmt: skip

# All sets up to this size are tried; beyond it a set is found greedily and marked as not exact.
LARGEST = 4
MOST_TRIED = 200_000


def orders(edges: pl.DataFrame, *, limit: int = 20) -> pl.DataFrame:
    """List possible orders (columns of `ORDERS`, at most `limit`) of all steps that neither are in a cycle nor depend
    on one.

    Orders come in code point order of their steps; there is one empty order where nothing is possible.
    """
    made = graph(edges)
    stuck = blocked(edges)
    free = made.subgraph([step for step in made if step not in stuck]).copy()
    rows = [{"order": number, "steps": steps} for number, steps in enumerate(_sorts(free, limit), 1)]
    return pl.DataFrame(rows, schema=ORDERS)


def blocked(edges: pl.DataFrame) -> set[str]:
    """Return the steps in a cycle, and those that can only come after one."""
    made = graph(edges)
    inside = {step for knot in cyclic_components(made) for step in knot}
    return inside | {later for step in inside for later in nx.descendants(made, step)}


def cyclic_components(made: Any) -> list[list[str]]:
    """Return the strongly connected components with a cycle: steps that all wait for each other."""
    found = [sorted(part) for part in nx.strongly_connected_components(made) if len(part) > 1]
    return sorted(found)


def concessions(edges: pl.DataFrame) -> pl.DataFrame:
    """Find the smallest sets of conditions whose concession opens each cycle (columns of `CONCESSIONS`).

    All smallest sets are listed, up to LARGEST conditions; a larger one is found greedily, and `exact` is false.
    `gives_up` spells each condition as `actor: before → after`.
    """
    made = graph(edges)
    rows: list[dict[str, Any]] = []
    for number, knot in enumerate(cyclic_components(made), 1):
        within = made.subgraph(knot)
        found, exact = _cuts(within)
        for cut in found:
            asked = [(actor, pair) for pair in cut for actor in sorted(set(made.edges[pair]["actors"]))]
            rows.append(
                {
                    "knot": number, "steps": knot, "size": len(asked),
                    "gives_up": [f"{actor}: {before} → {after}" for actor, (before, after) in asked],
                    "actors": sorted({actor for actor, _ in asked}), "exact": exact,
                    "ids": list(dict.fromkeys(key for pair in cut for key in made.edges[pair]["ids"])),
                }
            )  # fmt: skip
    return pl.DataFrame(rows, schema=CONCESSIONS).sort("knot", "size", pl.col("gives_up").list.join(" "))


def _cuts(part: Any) -> tuple[list[tuple[Any, ...]], bool]:
    """Return the cheapest sets of edges whose removal leaves no cycle; an edge costs one per party that asks for it."""
    pairs = sorted(part.edges)
    cost = {pair: len(set(part.edges[pair]["actors"])) for pair in pairs}
    best, tried = None, 0
    found: list[tuple[Any, ...]] = []
    for size in range(1, min(len(pairs), LARGEST) + 1):
        for cut in combinations(pairs, size):
            tried += 1
            if tried > MOST_TRIED:
                return (found or [_greedy(part, cost)]), False
            price = sum(cost[pair] for pair in cut)
            if best is not None and price > best:
                continue
            if _opens(part, cut):
                found = [*found, cut] if price == best else [cut]
                best = price
        # A larger set of edges can only be as cheap if each of them costs less.
        if best is not None and (size + 1) * min(cost.values()) > best:
            break
    return (found, True) if found else ([_greedy(part, cost)], False)


def _opens(part: Any, cut: tuple[Any, ...]) -> bool:
    rest = nx.DiGraph(part)
    rest.remove_edges_from(cut)
    return bool(nx.is_directed_acyclic_graph(rest))


def _greedy(part: Any, cost: dict[Any, int]) -> tuple[Any, ...]:
    """Break one cycle after the other at its cheapest edge."""
    rest, cut = nx.DiGraph(part), []
    while not nx.is_directed_acyclic_graph(rest):
        cycle = [pair[:2] for pair in nx.find_cycle(rest)]
        pair = min(cycle, key=lambda pair: (cost[pair], pair))
        rest.remove_edge(*pair)
        cut.append(pair)
    return tuple(cut)


def _sorts(free: Any, limit: int) -> Iterator[list[str]]:
    """Return the topological orders in code point order, at most `limit`."""
    waiting = {step: free.in_degree(step) for step in free}

    def extend(done: list[str], waiting: dict[str, int]) -> Iterator[list[str]]:
        if len(done) == len(free):
            yield list(done)
            return
        for step in sorted(step for step, count in waiting.items() if count == 0):
            left = {key: count - free.has_edge(step, key) for key, count in waiting.items() if key != step}
            yield from extend([*done, step], left)

    for count, order in enumerate(extend([], waiting)):
        if count == limit:
            return
        yield order
