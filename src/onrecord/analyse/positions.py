"""Compute the matrix of positions: which stance each actor takes on each issue at a date.

A cell rests on the statements that take a position (stance other than `none`) by a named actor on an issue. Three
rules settle what it shows: `latest` (the newest statement; of several that day the surest reading, then the firmest,
then the last in the table), `majority` (the stance with the most evidence; the newer of equals) and `weighted` (the
mean of support = 1, mixed and noncommittal = 0, oppose = -1, each weighted by commitment and evidence; beyond a third
it is support or oppose).

The evidence of a statement is its confidence, shared among the reports of one utterance: what ten outlets repeat is
said once. The probability of a cell is that of its stance given the utterances it rests on, for `latest` the newest
alone. It assumes a uniform prior over the four positions and independent errors of reading: a position scores the
confidence of each utterance that takes it, times a third of the doubt of each other one; its probability is its score
over the sum of the four. A position between two sides that no utterance takes has the product of the surest of each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from onrecord.analyse.tables import POSITIONS, actor, asserted, check, duration, side, strength, unsure, until
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
    "probability": pl.Float64,
    "utterances": pl.Int64,
    "unsure": pl.Int64,
}
UNSURE: dict[str, Any] = {"actor": pl.String, "issue": pl.String, "unsure": pl.Int64}
RULES = ("latest", "majority", "weighted")
NEEDED = (
    "id", "speaker", "affiliation", "issue", "stance", "commitment", "act", "condition", "date", "outlet", "confidence",
)  # fmt: skip

# Beyond this mean a weighted position counts as a side; a third splits [-1, 1] into three equal parts.
SIDE = 1 / 3


@dataclass(frozen=True, slots=True, repr=False)
class Matrix:
    """Hold one row per actor and issue in `cells` (columns of `CELL`), by actor and issue in code point order.

    `value` is the weighted mean stance in [-1, 1], `spread` the population standard deviation of the bare stances
    (0: all agree, 1: half for and half against), `confidence` that of the statements which the shown stance rests on,
    `probability` that the stance is right. `count` counts statements, `utterances` what is left when the reports of one
    utterance count once, `unsure` the positions that are too unsure to count. In `unsure` all of these are counted,
    those of cells that have no other position among them (columns actor, issue, unsure).
    """

    cells: pl.DataFrame
    rule: str
    by: str
    unsure: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNSURE))

    def __repr__(self) -> str:
        return f"Matrix({len(self.actors)} actors x {len(self.issues)} issues, rule {self.rule}, by {self.by})"

    def _repr_html_(self) -> str:
        return self.wide()._repr_html_()

    @property
    def actors(self) -> list[str]:
        """Return the actors, in code point order."""
        return sorted(set(self.cells["actor"].to_list()))

    @property
    def issues(self) -> list[str]:
        """Return the issues, in code point order."""
        return sorted(set(self.cells["issue"].to_list()))

    def wide(self, field: str = "stance") -> pl.DataFrame:
        """Return a row per actor and a column per issue, with one field of the cells; null where nothing was said."""
        if self.cells.is_empty():
            return pl.DataFrame(schema={"actor": pl.String})
        wide = self.cells.pivot(on="issue", index="actor", values=field)
        return wide.select("actor", *self.issues).sort("actor")

    def to_pandas(self, field: str = "stance") -> Any:
        """Convert the wide table to a pandas frame with the actors as index; needs `onrecord[pandas]`."""
        try:
            import pandas
        except ImportError as error:
            raise TableError("pandas is not installed: pip install 'onrecord[pandas]'") from error
        return pandas.DataFrame(self.wide(field).to_dict(as_series=False)).set_index("actor")

    def plot(self, axes: Any = None, *, title: str = "") -> Any:
        """Draw the matrix and return the matplotlib axes, new ones unless given; needs `onrecord[plot]`.

        The colour of a mark is the side, its size the probability that the side is right.
        """
        from onrecord.analyse.plots import draw_matrix, new_axes

        axes = new_axes(3 + len(self.issues), 1.5 + 0.35 * len(self.actors)) if axes is None else axes
        draw_matrix(self, axes, title)
        return axes

    def cell(self, actor: str, issue: str) -> dict[str, Any] | None:
        """Return one cell, or None if the actor took no position on the issue."""
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
    """Compute the matrix of positions up to the end of `as_of`, over the preceding `window`.

    Statements without a speaker, an issue or a position are left out, as are undated ones once a date is given.

    Args:
        table: a statement table.
        rule: how a cell is decided: `latest`, `majority` or `weighted` (see the module).
        as_of: the last day that counts, an ISO date that may lack day or month.
        window: how far back to look, such as `days:90`.
        by: `speaker` or `affiliation`.

    Raises:
        TableError: an option is unknown.
    """
    if window is not None:
        duration(window)
    if rule not in RULES:
        raise TableError(f"the rule of a matrix must be one of {', '.join(RULES)}, not {rule!r}")
    columns = [name for name in (*NEEDED, "cluster", "asserted") if name in check(table, NEEDED).columns]
    table = until(table.select(columns), as_of, window)
    doubtful = unsure(table, by)
    stated = positions(table, by).drop("speaker", "affiliation", "act", "firm")
    stated = shared(stated.with_columns(pl.col("actor", "issue").cast(pl.Categorical)))
    if stated.is_empty():
        return Matrix(pl.DataFrame(schema=CELL), rule, by, doubtful)
    settled = _settle(stated, rule)
    cells = (
        _summary(stated)
        .join(settled, on=["actor", "issue"], how="left")
        .join(_probability(stated, settled, rule), on=["actor", "issue"], how="left")
        .with_columns(pl.col("actor", "issue").cast(pl.String))
        .join(doubtful, on=["actor", "issue"], how="left")
        .with_columns(pl.col("unsure").fill_null(0))
    )
    cells = cells.select(pl.col(name).cast(kind) for name, kind in CELL.items()).sort("actor", "issue")
    return Matrix(cells, rule, by, doubtful)


def positions(table: pl.DataFrame, by: str = "speaker") -> pl.DataFrame:
    """Return the rows that take a position, with `actor`, `side` (-1, 0 or 1), `firm` in (0, 1] and `weight`.

    `weight` is firm x sure. Rows that a view marks as unsure are left out. The rows come from old to new (undated
    first), those of one day from the least sure reading to the surest.
    """
    rows = asserted(table).with_columns(actor(by).alias("actor")).filter(
        pl.col("actor").is_not_null(), pl.col("issue").is_not_null(), pl.col("stance").is_in(POSITIONS)
    )  # fmt: skip
    rows = rows.with_columns(
        side().alias("side"), strength().alias("firm"), pl.col("confidence").fill_null(1.0).clip(0.0, 1.0)
    )
    rows = rows.with_columns((pl.col("firm") * pl.col("confidence").clip(lower_bound=1e-6)).alias("weight"))
    return rows.sort("date", "confidence", "firm", nulls_last=False, maintain_order=True)


def shared(stated: pl.DataFrame) -> pl.DataFrame:
    """Return positions with `utterance`, and with `weight` and `evidence` shared among the reports of an utterance.

    `evidence` is confidence x share. Where nothing marks utterances, each statement is one.
    """
    utterance = pl.col("cluster") if "cluster" in stated.columns else pl.col("id")
    reports = pl.len().over("actor", "issue", "utterance")
    return stated.with_columns(utterance.alias("utterance")).with_columns(
        (pl.col("weight") / reports).alias("weight"), (pl.col("confidence") / reports).alias("evidence")
    )


def _summary(stated: pl.DataFrame) -> pl.DataFrame:
    """Summarise all statements of each cell: value, spread, counts, outlets, dates, ids."""
    return stated.group_by("actor", "issue").agg(
        ((pl.col("side") * pl.col("weight")).sum() / pl.col("weight").sum()).alias("value"),
        pl.col("side").std(ddof=0).fill_null(0.0).alias("spread"),
        pl.len().alias("count"),
        pl.col("utterance").n_unique().alias("utterances"),
        pl.col("outlet").drop_nulls().unique().sort().alias("outlets"),
        pl.col("date").min().alias("first"),
        pl.col("date").max().alias("last"),
        pl.col("id").alias("ids"),
    )


def _probability(stated: pl.DataFrame, settled: pl.DataFrame, rule: str) -> pl.DataFrame:
    """Work out the probability of the stance that each cell shows (columns actor, issue, probability)."""
    group = ["actor", "issue"]
    if rule == "latest":
        return settled.select(*group, pl.col("confidence").alias("probability"))
    # Reports of one utterance that are read as different stances share its confidence.
    utterances = stated.group_by(*group, "utterance", "stance").agg(pl.col("confidence").max().alias("p"))
    utterances = utterances.with_columns((pl.col("p") / pl.len().over(*group, "utterance")).clip(1e-9, 1 - 1e-9))
    others = len(POSITIONS) - 1
    scores = [
        pl.when(pl.col("stance") == stance).then(pl.col("p").log()).otherwise(((1 - pl.col("p")) / others).log())
        .sum().alias(f"log_{stance}")
        for stance in POSITIONS
    ]  # fmt: skip
    best = [
        pl.col("p").filter(pl.col("stance") == stance).max().fill_null(0.0).alias(f"best_{stance}")
        for stance in ("support", "oppose")
    ]
    cells = utterances.group_by(group).agg(*scores, *best, pl.col("stance").unique().alias("taken"))
    cells = cells.join(settled.select(*group, "stance"), on=group)
    top = pl.max_horizontal(f"log_{stance}" for stance in POSITIONS)
    total = pl.sum_horizontal((pl.col(f"log_{stance}") - top).exp() for stance in POSITIONS)
    shown = pl.coalesce(
        pl.when(pl.col("stance") == stance).then((pl.col(f"log_{stance}") - top).exp()) for stance in POSITIONS
    )
    between = pl.col("best_support") * pl.col("best_oppose")
    likely = pl.when(pl.col("taken").list.contains(pl.col("stance"))).then(shown / total).otherwise(between)
    return cells.select(*group, likely.round(6).alias("probability"))


def _settle(stated: pl.DataFrame, rule: str) -> pl.DataFrame:
    """Decide what each cell shows: stance, commitment, whether under a condition, and the confidence."""
    conditional = (pl.col("condition").list.len() > 0).fill_null(value=False).alias("conditional")
    if rule == "latest":
        shown = [pl.col("stance"), pl.col("commitment"), conditional, pl.col("confidence")]
        return stated.group_by("actor", "issue").agg(column.last() for column in shown)
    by_stance = stated.group_by("actor", "issue", "stance").agg(
        pl.col("evidence").sum().round(9).alias("votes"),
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
    """Apply the weighted rule: the mean decides the stance, the statements of that stance give the rest.

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
