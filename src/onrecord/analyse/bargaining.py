"""Compute possible settlements from reported positions; this is arithmetic, not a forecast of behaviour.

A position lies in [-1, 1]: the mean of an actor's sides (support 1, oppose -1) times the strength of commitment.
Salience is the geometric mean of an issue's share of the actor's statements and its persistence (the share of the
actor's active months in which it came up), scaled so that the actor's weightiest issue has 1. Capabilities are the
user's, 1 for all by default. Three settlements per issue:

- `compromise`: the mean of positions weighted by capability x salience, in comparisons on EU decisions the most
  accurate simple model (Leinaweaver and Thomson 2014; Franchino and Mariotto 2021);
- `median`: the weighted median, with the same weights;
- `nash`: the point x that maximises the product of gains (1 - ((x - p) / 2) ** 2) to the power of the same weights,
  where no agreement is as bad for an actor as the farthest outcome.

Intervals come from the draws of `trust.draw`: the same statements, weighted and misread at random. In a draw in which
none of an actor's statements on an issue counts, the actor has no part in its settlement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from onrecord.analyse.encoding import Bools, Floats
from onrecord.analyse.positions import positions
from onrecord.analyse.retellings import clusters
from onrecord.analyse.tables import STANCE_VALUE, until
from onrecord.analyse.uncertainty import draw
from onrecord.errors import TableError

NOTE = "This is arithmetic over reported positions, no forecast of people."
EQUAL = "No capabilities were given: all actors count the same."
MODELS = ("compromise", "median", "nash")
INPUTS: dict[str, Any] = {
    "actor": pl.String, "issue": pl.String, "position": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "salience": pl.Float64, "capability": pl.Float64, "statements": pl.Int64, "assumed": pl.Boolean,
    "ids": pl.List(pl.String),
}  # fmt: skip
SETTLEMENTS: dict[str, Any] = {
    "issue": pl.String, "actors": pl.Int64,
    **{f"{model}{end}": pl.Float64 for model in MODELS for end in ("", "_low", "_high")},
    "outcome": pl.String, "likely": pl.Float64,
}  # fmt: skip

# Positions nearer than this to 0 are called undecided: a third splits [-1, 1] into three equal parts.
SIDE = 1 / 3

# Halvings of an interval of length 2: exact to 2e-9.
NASH_STEPS = 30


@dataclass(frozen=True, slots=True)
class Scenario:
    """Hold `settlements`, a row per issue (columns of `SETTLEMENTS`), and `inputs`, their basis (columns of `INPUTS`).

    `outcome` is the side on which the compromise lies, `likely` the share of draws in which it lies there; `notes` has
    to be shown with the figures.
    """

    settlements: pl.DataFrame
    inputs: pl.DataFrame
    notes: tuple[str, ...]


def scenario(
    table: pl.DataFrame,
    *,
    capabilities: Mapping[str, float] | None = None,
    what_if: Mapping[tuple[str, str], str] | None = None,
    by: str = "speaker",
    as_of: str | date | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Scenario:
    """Compute the settlements of every issue on which somebody took a position.

    Args:
        table: statements, as `view.current(ledger).table` gives them.
        capabilities: a number from 0 on by actor; actors that are left out have 1.
        what_if: the stance to assume by (actor, issue), fully committed, instead of the reported one.
        by: who counts as an actor: speaker or affiliation.
        as_of: the positions at the end of this date.
        draws: the number of draws of uncertain positions.
        seed: the seed of the draws.

    Raises:
        TableError: an actor or a stance is unknown.
    """
    table = until(table, as_of, None)
    stated = clusters(positions(table, by)).sort("actor", "issue", maintain_order=True)
    notes = [NOTE, *([] if capabilities else [EQUAL])]
    strengths = _strengths(capabilities or {}, stated)
    if stated.is_empty():
        return Scenario(pl.DataFrame(schema=SETTLEMENTS), pl.DataFrame(schema=INPUTS), tuple(notes))
    cells = _cells(stated)
    drawn, there = draw(stated, draws=draws, seed=seed, scaled=True)
    cells, drawn, there = _assume(cells, drawn, there, what_if or {}, notes)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=1)
    power = np.array([strengths.get(name, 1.0) for name in cells["actor"]])
    cells = cells.with_columns(pl.Series("low", low), pl.Series("high", high), pl.Series("capability", power))
    rows = []
    for (issue,), part in cells.with_row_index("__row").group_by("issue", maintain_order=True):
        at = part["__row"].to_numpy()
        rows.append({"issue": issue, **_settle(part, drawn[at], there[at])})
    settlements = pl.DataFrame(rows, schema=SETTLEMENTS).sort("issue")
    return Scenario(settlements, cells.select(pl.col(name).cast(kind) for name, kind in INPUTS.items()), tuple(notes))


def salience(stated: pl.DataFrame) -> pl.DataFrame:
    """Compute share, persistence and salience for each actor and issue of `positions`, each in [0, 1].

    Undated statements count in the share and not in the persistence; an actor without any date persists in all.
    """
    month = pl.col("date").dt.year().cast(pl.Int64) * 12 + pl.col("date").dt.month()
    rows = stated.with_columns(month.alias("month"))
    of_actor = rows.group_by("actor").agg(
        pl.len().alias("all"), (pl.col("month").max() - pl.col("month").min() + 1).alias("span")
    )
    of_issue = rows.group_by("actor", "issue").agg(
        pl.len().alias("some"), pl.col("month").drop_nulls().n_unique().alias("active")
    )
    joined = of_issue.join(of_actor, on="actor").with_columns(
        (pl.col("some") / pl.col("all")).alias("share"),
        (pl.col("active") / pl.col("span")).fill_null(1.0).clip(0.0, 1.0).alias("persistence"),
    )
    raw = (pl.col("share") * pl.col("persistence").clip(lower_bound=1e-9)).sqrt()
    joined = joined.with_columns((raw / raw.max().over("actor")).alias("salience"))
    return joined.select("actor", "issue", "share", "persistence", "salience").sort("actor", "issue")


def ktab(found: Scenario, *, name: str = "OnRecord", description: str = NOTE) -> str:
    """Export the inputs as CSV for KTAB's spatial model (SMP): positions and saliences 0 to 100, capabilities as
    given.

    A first line with name, description and the numbers of actors and dimensions, a heading, a line per actor. An actor
    that took no position on an issue stands in the middle (50) at salience 0.
    """
    issues = sorted(set(found.inputs["issue"].to_list()))
    actors = sorted(set(found.inputs["actor"].to_list()))
    cells = {(row["actor"], row["issue"]): row for row in found.inputs.iter_rows(named=True)}
    power = {row["actor"]: row["capability"] for row in found.inputs.iter_rows(named=True)}
    lines = [[name, description, str(len(actors)), str(len(issues))]]
    lines.append(
        ["Actor", "Description", "Power", *[head for issue in issues for head in (f"{issue} Pos", f"{issue} Sal")]]
    )
    for actor in actors:
        total = sum(cells[actor, issue]["salience"] for issue in issues if (actor, issue) in cells) or 1.0
        line = [actor, "", repr(float(power[actor]))]
        for issue in issues:
            cell = cells.get((actor, issue))
            # SMP takes saliences as shares: an actor's add up to 100 at most.
            line += ["50", "0"] if cell is None else [
                repr(round(50 * (cell["position"] + 1), 6)), repr(round(100 * cell["salience"] / total, 6)),
            ]  # fmt: skip
        lines.append(line)
    width = max(map(len, lines))
    return "".join(",".join(_csv(value) for value in [*line, *[""] * (width - len(line))]) + "\n" for line in lines)


def compromise(at: Floats, weights: Floats) -> Floats:
    """Compute the weighted mean over the first axis (actors); `weights` have the same shape and a positive sum."""
    return np.asarray((at * weights).sum(axis=0) / weights.sum(axis=0))


def median(at: Floats, weights: Floats) -> Floats:
    """Compute the weighted median over the first axis: the midpoint where the weight splits evenly."""
    order = np.argsort(at, axis=0, kind="stable")
    placed = np.take_along_axis(at, order, axis=0)
    below = np.cumsum(np.take_along_axis(weights, order, axis=0), axis=0)
    half = weights.sum(axis=0) / 2
    low = np.argmax(below >= half - 1e-12, axis=0)
    high = np.argmax(below > half + 1e-12, axis=0)
    columns = np.arange(at.shape[1])
    return np.asarray((placed[low, columns] + placed[high, columns]) / 2)


def nash(at: Floats, weights: Floats) -> Floats:
    """Compute the asymmetric Nash point over the first axis: where the weighted log gains peak (by bisection).

    The sum of w log(1 - ((x - p) / 2) ** 2) is concave in x on (-1, 1), so its slope has one zero there.
    """
    low, high = np.full(at.shape[1], -1.0), np.full(at.shape[1], 1.0)
    for _ in range(NASH_STEPS):
        middle = (low + high) / 2
        z = (middle[None, :] - at) / 2
        slope = (weights * -z / np.maximum(1 - z * z, 1e-12)).sum(axis=0)
        low, high = np.where(slope > 0, middle, low), np.where(slope > 0, high, middle)
    return np.asarray((low + high) / 2)


def _strengths(capabilities: Mapping[str, float], stated: pl.DataFrame) -> dict[str, float]:
    known = set(stated["actor"].to_list()) if "actor" in stated.columns else set()
    for name, value in capabilities.items():
        if name not in known:
            raise TableError(f"a capability is given for {name!r}, who took no position")
        if not np.isfinite(value) or value < 0:
            raise TableError(f"the capability of {name!r} is {value}: it must be a number from 0 on")
    if known and all(capabilities.get(name, 1.0) == 0 for name in known):
        raise TableError("all capabilities are 0, so nobody counts")
    return dict(capabilities)


def _cells(stated: pl.DataFrame) -> pl.DataFrame:
    """Return a row per actor and issue, in the order of `stated`."""
    sure = pl.col("confidence").clip(lower_bound=1e-6)
    cells = stated.group_by("actor", "issue", maintain_order=True).agg(
        ((pl.col("side") * pl.col("firm") * sure).sum() / sure.sum()).alias("position"),
        pl.len().cast(pl.Int64).alias("statements"),
        pl.col("id").alias("ids"),
    )
    weights = salience(stated).select("actor", "issue", "salience")
    return cells.join(weights, on=["actor", "issue"], how="left", maintain_order="left").with_columns(
        pl.lit(value=False).alias("assumed")
    )


def _assume(
    cells: pl.DataFrame, drawn: Floats, there: Bools, what_if: Mapping[tuple[str, str], str], notes: list[str]
) -> tuple[pl.DataFrame, Floats, Bools]:
    """Replace reported stances by assumed ones; a new cell gets the actor's mean salience."""
    drawn, there = drawn.copy(), there.copy()
    rows = cells.to_dicts()
    for (actor, issue), stance in sorted(what_if.items()):
        if stance not in STANCE_VALUE:
            raise TableError(f"{stance!r} is not a stance to assume; choose support, oppose, mixed or noncommittal")
        own = [row for row in rows if row["actor"] == actor]
        if not own or issue not in {row["issue"] for row in rows}:
            raise TableError(
                f"nothing to assume for {actor!r} on {issue!r}: no such actor or issue among the positions"
            )
        value = STANCE_VALUE[stance]
        at = next((place for place, row in enumerate(rows) if (row["actor"], row["issue"]) == (actor, issue)), None)
        if at is None:
            mean = sum(row["salience"] for row in own) / len(own)
            rows.append({"actor": actor, "issue": issue, "salience": mean, "statements": 0, "ids": []})
            at, drawn = len(rows) - 1, np.vstack([drawn, drawn[:1]])
            there = np.vstack([there, there[:1]])
        rows[at] |= {"position": value, "assumed": True}
        drawn[at], there[at] = value, True
        notes.append(f"Assumed, not reported: {actor} on {issue}: {stance}.")
    return pl.DataFrame(rows, schema={**cells.schema}), drawn, there


def _settle(part: pl.DataFrame, drawn: Floats, there: Bools) -> dict[str, Any]:
    weights = (part["capability"] * part["salience"]).to_numpy()
    found: dict[str, Any] = {"actors": part.height, "outcome": None, "likely": None}
    if weights.sum() <= 0:
        return found | {f"{model}{end}": None for model in MODELS for end in ("", "_low", "_high")}
    at, full = part["position"].to_numpy()[:, None], weights[:, None]
    present = full * there
    usable = present.sum(axis=0) > 0
    # Where no statement of anybody counts, the draw says nothing; a single doubtful statement may leave few draws.
    drawn, present = (drawn[:, usable], present[:, usable]) if usable.any() else (at, full)
    for model, solve in (("compromise", compromise), ("median", median), ("nash", nash)):
        point = float(solve(at, full)[0])
        low, high = np.quantile(solve(drawn, present), [0.025, 0.975])
        found |= {model: point, f"{model}_low": min(float(low), point), f"{model}_high": max(float(high), point)}
    sides = _side(compromise(drawn, present))
    mine = int(_side(np.array([found["compromise"]]))[0])
    names = {1: "support", 0: "undecided", -1: "oppose"}
    return found | {"outcome": names[mine], "likely": float((sides == mine).mean())}


def _side(values: Floats) -> Any:
    return np.where(values > SIDE, 1, np.where(values < -SIDE, -1, 0))


def _csv(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if any(mark in value for mark in ',"\n') else value
