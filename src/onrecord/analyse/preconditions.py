"""Build the graph of conditions: what each party says must come before what, and the cycles in it, which are
deadlocks.

A statement with a condition says that what the condition names must come before what the statement is about. The first
is an issue where the condition's words point to one (by its terms, the longest match; its id's words count as a term),
or else a step of its own, named by the words. Steps are the nodes; an edge runs from what comes first to what
comes after, and carries the parties who say so and their statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import networkx as nx
import polars as pl

from onrecord.analyse.positions import NEEDED
from onrecord.analyse.retellings import stems
from onrecord.analyse.tables import actor, asserted, check
from onrecord.lexicon import alternatives

EDGES: dict[str, Any] = {
    "before": pl.String, "after": pl.String, "actor": pl.String, "count": pl.Int64, "first": pl.Date, "last": pl.Date,
    "words": pl.List(pl.String), "confidence": pl.Float64, "ids": pl.List(pl.String),
}  # fmt: skip
DEADLOCKS: dict[str, Any] = {
    "name": pl.String, "steps": pl.List(pl.String), "actors": pl.List(pl.String), "length": pl.Int64,
    "ids": pl.List(pl.String),
}  # fmt: skip

# Longer cycles are not listed: there could be as many as there are paths.
LONGEST = 8
MOST = 1_000


def conditions(
    table: pl.DataFrame, *, terms: Mapping[str, Sequence[str]] | None = None, by: str = "speaker"
) -> pl.DataFrame:
    """Return a row per step, later step and actor (columns of `EDGES`).

    Statements without an actor, an issue or a condition have no row; nor has an issue before itself.

    Args:
        table: statements, as `view.current(ledger).table` gives them.
        terms: the words that point to each issue, by its id; without them an issue is recognised by its id alone.
        by: who counts as an actor: speaker or affiliation.

    Raises:
        TableError: a column is missing, or an argument has no such value.
    """
    rows = asserted(check(table, (*NEEDED, "quote"))).with_columns(actor(by).alias("actor"))
    rows = rows.filter(pl.col("actor").is_not_null(), pl.col("issue").is_not_null(), pl.col("condition").list.len() > 0)
    if rows.is_empty():
        return pl.DataFrame(schema=EDGES)
    known = {issue: list(words) for issue, words in (terms or {}).items()}
    for issue in table["issue"].drop_nulls().unique().to_list():
        known.setdefault(issue, [])
    find = _Finder(known)
    each = rows.explode("condition").filter(pl.col("condition").str.strip_chars() != "")
    each = each.with_columns(
        pl.col("condition").map_elements(find.step, return_dtype=pl.String).alias("before"),
        pl.col("issue").alias("after"),
    )
    each = each.filter(pl.col("before") != pl.col("after")).sort("date", "id", nulls_last=False)
    found = each.group_by("before", "after", "actor").agg(
        pl.col("id").n_unique().alias("count"),
        pl.col("date").min().alias("first"),
        pl.col("date").max().alias("last"),
        pl.col("condition").unique(maintain_order=True).alias("words"),
        pl.col("confidence").max(),
        pl.col("id").unique(maintain_order=True).alias("ids"),
    )
    return found.select(pl.col(name).cast(kind) for name, kind in EDGES.items()).sort("before", "after", "actor")


def graph(edges: pl.DataFrame) -> Any:
    """Build a networkx DiGraph of the steps; an edge has `actors`, `ids` and `count`."""
    made = nx.DiGraph()
    for row in edges.iter_rows(named=True):
        before, after = row["before"], row["after"]
        if not made.has_edge(before, after):
            made.add_edge(before, after, actors=[], ids=[], count=0)
        data = made.edges[before, after]
        data["actors"].append(row["actor"])
        data["ids"] += row["ids"]
        data["count"] += row["count"]
    return made


def deadlocks(edges: pl.DataFrame) -> pl.DataFrame:
    """Find the cycles (columns of `DEADLOCKS`), shortest first: steps each of which must come before the next.

    `steps` are in order, the last one before the first again; `name` spells them out. Cycles of more than LONGEST
    steps are left out, and of very many only the first MOST are named.
    """
    made = graph(edges)
    rows = []
    for cycle in _cycles(made):
        start = cycle.index(min(cycle))
        steps = cycle[start:] + cycle[:start]
        pairs = list(zip(steps, [*steps[1:], steps[0]], strict=True))
        rows.append(
            {
                "name": " → ".join([*steps, steps[0]]),
                "steps": steps,
                "actors": sorted({name for pair in pairs for name in made.edges[pair]["actors"]}),
                "length": len(steps),
                "ids": list(dict.fromkeys(key for pair in pairs for key in made.edges[pair]["ids"])),
            }
        )
    return pl.DataFrame(rows, schema=DEADLOCKS).sort("length", "name")


def _cycles(made: Any) -> Iterator[list[str]]:
    for count, cycle in enumerate(nx.simple_cycles(made, length_bound=LONGEST)):
        if count == MOST:
            return
        yield cycle


class _Finder:
    """Find the issue that words point to: the one with the longest term all of whose stems occur in them."""

    def __init__(self, terms: Mapping[str, Sequence[str]]) -> None:
        self._terms = sorted(
            (
                (tuple(stems(term)), issue)
                for issue, words in terms.items()
                for term in (*words, issue.replace("-", " ").replace("_", " "))
                if stems(term)
            ),
            key=lambda pair: (-len(pair[0]), -sum(map(len, pair[0])), pair[1]),
        )

    def step(self, words: str) -> str:
        """Return the issue that the words point to, or the words themselves without their conjunction."""
        have = set(stems(words))
        for term, issue in self._terms:
            if have.issuperset(term):
                return issue
        opening = rf"^(?:only\s+)?(?:{alternatives('opens-condition')})(?:\s+only)?\s+"
        return re.sub(opening, "", words.strip(), flags=re.IGNORECASE).strip(' .,;:"“”') or words.strip()
