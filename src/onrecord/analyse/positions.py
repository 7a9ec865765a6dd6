"""Where each party stands on each issue: the matrix of actors and issues at a date.

A cell rests on the statements that take a position (stance other than `none`) by a named actor on an issue. Three
rules settle what it shows: `latest` (the newest statement; of several that day the surest reading, then the firmest,
then the last in the table), `majority` (the most frequent stance; the newer of equals) and `weighted` (the mean of
support = 1, mixed and noncommittal = 0, oppose = -1, each weighted by commitment and confidence; beyond a third it is
support or oppose).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from onrecord.analyse.tables import POSITIONS, actor, check, duration, side, strength, until
from onrecord.errors import TableError

CELL: dict[str, Any] = {
    "actor": pl.String,
    "issue": pl.String,
    "stance": pl.String,
    "commitment": pl.String,
    "conditional": pl.Boolean,
    "value": pl.Float64,
    "spread": pl.Float64,
    "count": pl.Int64,
    "confidence": pl.Float64,
    "outlets": pl.List(pl.String),
    "first": pl.Date,
    "last": pl.Date,
    "ids": pl.List(pl.String),
}
RULES = ("latest", "majority", "weighted")
NEEDED = (
    "id", "speaker", "affiliation", "issue", "stance", "commitment", "act", "condition", "date", "outlet", "confidence",
)  # fmt: skip

# Beyond this mean a weighted position counts as a side; a third splits [-1, 1] into three equal parts.
SIDE = 1 / 3


@dataclass(frozen=True, slots=True)
class Matrix:
    """One row per actor and issue in `cells` (columns of `CELL`), by actor and issue in code point order.

    `value` is the weighted mean stance in [-1, 1], `spread` the population standard deviation of the bare stances
    (0: all agree, 1: half for and half against), `confidence` that of the statements which the shown stance rests on.
    """

    cells: pl.DataFrame
    rule: str
    by: str

    @property
    def actors(self) -> list[str]:
        """The actors, in code point order."""
        return sorted(set(self.cells["actor"].to_list()))

    @property
    def issues(self) -> list[str]:
        """The issues, in code point order."""
        return sorted(set(self.cells["issue"].to_list()))

    def wide(self, field: str = "stance") -> pl.DataFrame:
        """A row per actor, a column per issue, with one field of the cells; null where nothing was said."""
        if self.cells.is_empty():
            return pl.DataFrame(schema={"actor": pl.String})
        wide = self.cells.pivot(on="issue", index="actor", values=field)
        return wide.select("actor", *self.issues).sort("actor")

    def cell(self, actor: str, issue: str) -> dict[str, Any] | None:
        """One cell, or None where the actor took no position on the issue."""
        rows = self.cells.filter((pl.col("actor") == actor) & (pl.col("issue") == issue)).to_dicts()
        return rows[0] if rows else None


def matrix(
    table: pl.DataFrame,
    *,
    rule: str = "latest",
    as_of: str | date | None = None,
    window: str | int | timedelta | None = None,
    by: str = "speaker",
) -> Matrix:
    """The matrix of positions up to the end of `as_of`, of `window` before it; TableError for unknown options.

    Statements without a speaker, an issue or a position are left out, as are undated ones once a date is asked for.
    """
    if window is not None:
        duration(window)
    if rule not in RULES:
        raise TableError(f"the rule of a matrix is one of {', '.join(RULES)}, not {rule!r}")
    stated = positions(until(check(table, NEEDED).select(NEEDED), as_of, window), by)
    if stated.is_empty():
        return Matrix(pl.DataFrame(schema=CELL), rule, by)
    cells = _summary(stated).join(_settle(stated, rule), on=["actor", "issue"], how="left")
    return Matrix(cells.select(pl.col(name).cast(kind) for name, kind in CELL.items()).sort("actor", "issue"), rule, by)


def positions(table: pl.DataFrame, by: str = "speaker") -> pl.DataFrame:
    """The rows that take a position, with `actor`, `side` (-1, 0 or 1), `firm` in (0, 1] and `weight` (firm x sure).

    They come from old to new (undated first), those of one day from the least sure reading to the surest.
    """
    rows = table.with_columns(actor(by).alias("actor")).filter(
        pl.col("actor").is_not_null(), pl.col("issue").is_not_null(), pl.col("stance").is_in(POSITIONS)
    )
    rows = rows.with_columns(
        side().alias("side"), strength().alias("firm"), pl.col("confidence").fill_null(1.0).clip(0.0, 1.0)
    )
    rows = rows.with_columns((pl.col("firm") * pl.col("confidence").clip(lower_bound=1e-6)).alias("weight"))
    return rows.sort("date", "confidence", "firm", nulls_last=False, maintain_order=True)


def _summary(stated: pl.DataFrame) -> pl.DataFrame:
    """What all statements of a cell have in common: value, spread, count, outlets, dates, ids."""
    return stated.group_by("actor", "issue").agg(
        ((pl.col("side") * pl.col("weight")).sum() / pl.col("weight").sum()).alias("value"),
        pl.col("side").std(ddof=0).fill_null(0.0).alias("spread"),
        pl.len().alias("count"),
        pl.col("outlet").drop_nulls().unique().sort().alias("outlets"),
        pl.col("date").min().alias("first"),
        pl.col("date").max().alias("last"),
        pl.col("id").alias("ids"),
    )


def _settle(stated: pl.DataFrame, rule: str) -> pl.DataFrame:
    """What each cell shows: stance, commitment, whether under a condition, and the confidence behind it."""
    conditional = (pl.col("condition").list.len() > 0).fill_null(value=False).alias("conditional")
    if rule == "latest":
        shown = [pl.col("stance"), pl.col("commitment"), conditional, pl.col("confidence")]
        return stated.group_by("actor", "issue").agg(column.last() for column in shown)
    by_stance = stated.group_by("actor", "issue", "stance").agg(
        pl.len().alias("votes"),
        pl.col("date").max().alias("date"),
        pl.col("commitment").last(),
        conditional.all(),
        pl.col("confidence").mean(),
        (pl.col("side") * pl.col("weight")).sum().alias("pull"),
        pl.col("weight").sum(),
    )
    ranked = ["votes", "date", "stance"]
    winner = [
        pl.col(name).sort_by(ranked, nulls_last=False).last()
        for name in ("stance", "commitment", "conditional", "confidence")
    ]
    if rule == "majority":
        return by_stance.group_by("actor", "issue").agg(winner)
    return _weigh(by_stance, winner)


def _weigh(by_stance: pl.DataFrame, winner: list[pl.Expr]) -> pl.DataFrame:
    """The weighted rule: the mean decides the stance, the statements of that stance give the rest.

    A mean in the middle third is `mixed`, or `noncommittal` where nobody took any side at all.
    """
    mean = (pl.col("pull").sum() / pl.col("weight").sum()).alias("mean")
    idle = (pl.col("stance") == "noncommittal").all().alias("idle")
    settled = by_stance.group_by("actor", "issue").agg(mean, idle, *[column.name.suffix("_most") for column in winner])
    decided = (
        pl.when(pl.col("mean") > SIDE).then(pl.lit("support"))
        .when(pl.col("mean") < -SIDE).then(pl.lit("oppose"))
        .when(pl.col("idle")).then(pl.lit("noncommittal"))
        .otherwise(pl.lit("mixed"))
    )  # fmt: skip
    settled = settled.with_columns(decided.alias("stance"))
    fields = ("commitment", "conditional", "confidence")
    behind = by_stance.select("actor", "issue", "stance", *fields)
    joined = settled.join(behind, on=["actor", "issue", "stance"], how="left")
    filled = [pl.coalesce(name, f"{name}_most").alias(name) for name in fields]
    return joined.select("actor", "issue", "stance", *filled)
