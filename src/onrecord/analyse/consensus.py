"""Find common ground: issues that nobody opposes, that one party blocks, or that one condition keeps apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from onrecord.analyse.positions import matrix
from onrecord.analyse.preconditions import conditions
from onrecord.analyse.tables import until

GROUND: dict[str, Any] = {
    "issue": pl.String, "kind": pl.String, "supporters": pl.List(pl.String), "opponents": pl.List(pl.String),
    "undecided": pl.List(pl.String), "conditional": pl.List(pl.String), "blocker": pl.String, "condition": pl.String,
    "confidence": pl.Float64, "ids": pl.List(pl.String),
}  # fmt: skip
KINDS = ("agreed", "unopposed", "one blocker", "one condition", "contested", "rejected")


def common_ground(
    table: pl.DataFrame,
    *,
    terms: Mapping[str, Sequence[str]] | None = None,
    by: str = "speaker",
    rule: str = "latest",
    as_of: str | date | None = None,
) -> pl.DataFrame:
    """Classify each issue (columns of `GROUND`), the nearest to agreement first.

    `kind`: `agreed` (two or more support it, nobody else took a position), `unopposed` (some support it, nobody
    opposes), `one condition` (nobody opposes, and all who support it under a condition, or are mixed about it, name
    the same one: were it met, they would align), `one blocker` (a single party opposes what two or more
    support), `contested`, `rejected` (nobody supports it). Under a condition means: the statement that shows the
    position has one. `confidence` is the least of the positions that it rests on.

    Args:
        table: statements, as `view.current(ledger).table` gives them.
        terms: the words that point to each issue, by its id, to find conditions that name an issue.
        by: who counts as an actor: speaker or affiliation.
        rule: how statements combine to a position: latest, majority or weighted.
        as_of: the positions at the end of this date.

    Raises:
        TableError: a column is missing, or an argument has no such value.
    """
    table = until(table, as_of, None)
    held = matrix(table, rule=rule, by=by)
    wanted = conditions(table, terms=terms, by=by)
    required: dict[tuple[str, str], set[str]] = {}
    for row in wanted.iter_rows(named=True):
        required.setdefault((row["actor"], row["after"]), set()).add(row["before"])
    rows = []
    for (issue,), part in held.cells.group_by("issue", maintain_order=True):
        rows.append(_classify_issue(str(issue), part.to_dicts(), required))
    found = pl.DataFrame(rows, schema=GROUND)
    order = pl.col("kind").replace_strict({kind: place for place, kind in enumerate(KINDS)}, return_dtype=pl.Int64)
    return found.sort(order, pl.col("supporters").list.len() * -1, "issue")


def _classify_issue(
    issue: str, cells: list[dict[str, Any]], required: Mapping[tuple[str, str], set[str]]
) -> dict[str, Any]:
    who = {
        stance: sorted(cell["actor"] for cell in cells if cell["stance"] == stance)
        for stance in ("support", "oppose", "mixed", "noncommittal")
    }
    bound = sorted(
        cell["actor"]
        for cell in cells
        if (cell["actor"], issue) in required
        and (cell["conditional"] or cell["stance"] == "mixed")
        and cell["stance"] != "oppose"
    )
    named = [required[actor, issue] for actor in bound]
    shared = sorted(set.intersection(*named)) if named else []
    supporters, opponents = who["support"], who["oppose"]
    undecided = sorted(who["mixed"] + who["noncommittal"])
    free = [actor for actor in undecided if actor not in bound]
    if not supporters and not (bound and not opponents):
        kind = "rejected" if opponents else "contested"
    elif opponents:
        kind = "one blocker" if len(opponents) == 1 and len(supporters) > 1 else "contested"
    elif bound:
        kind = "one condition" if shared and not free else "unopposed"
    else:
        kind = "agreed" if len(supporters) > 1 and not undecided else "unopposed"
    if kind == "unopposed" and not supporters:
        kind = "contested"
    return {
        "issue": issue, "kind": kind, "supporters": supporters, "opponents": opponents, "undecided": undecided,
        "conditional": bound, "blocker": opponents[0] if kind == "one blocker" else None,
        "condition": shared[0] if kind == "one condition" else None,
        "confidence": min(cell["confidence"] for cell in cells), "ids": [key for cell in cells for key in cell["ids"]],
    }  # fmt: skip
