"""Estimate uncertainty: intervals on cells and edges, and pooling over time windows.

Both rest on the Bayesian bootstrap (Rubin 1981): each utterance gets a weight drawn from Exp(1), and one that several
outlets tell (a cluster of `drift`) shares a single weight, so that a story re-told ten times counts once. Within a
draw a statement is read wrongly with probability 1 - confidence, and then does not count. One imagined statement of
a random side at weight `PRIOR` stands for what was not reported: a single statement is never certain.
Draws come from a seed, so the same table gives the same interval.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from onrecord.analyse.encoding import Bools, EncodedTable, Floats, moment
from onrecord.analyse.network_types import Network, Options
from onrecord.analyse.networks import build, select
from onrecord.analyse.positions import matrix, positions
from onrecord.analyse.retellings import clusters
from onrecord.analyse.tables import asserted
from onrecord.analyse.windows import TimeWindow, second, shift
from onrecord.errors import TableError

INTERVALS: dict[str, Any] = {
    "actor": pl.String, "issue": pl.String, "stance": pl.String, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "utterances": pl.Int64, "reports": pl.Int64, "probability": pl.Float64,
}  # fmt: skip
PRIOR = 0.25
SIDES = np.array([-1.0, 0.0, 1.0])
BLOCK = 2_000_000


def intervals(
    table: pl.DataFrame, *, by: str = "speaker", draws: int = 500, level: float = 0.95, seed: int = 0
) -> pl.DataFrame:
    """Compute an interval for the value of each cell of the weighted matrix (columns of `INTERVALS`).

    `low` and `high` hold the middle `level` of the draws, and the value itself, from which the draws lean to the
    middle where readings are unsure; `probability` is the share of draws in which the cell would
    show the same stance. `reports` counts statements, `utterances` what is left when re-tellings count once.

    Args:
        table: statements, as `view.current(ledger).table` gives them.
        by: who counts as an actor: speaker or affiliation.
        draws: the number of bootstrap draws.
        level: the share of draws inside the interval.
        seed: the seed of the draws.

    Raises:
        TableError: a column is missing, or an argument has no such value.
    """
    _sensible(draws, level)
    stated = _sorted(clusters(positions(table, by)))
    if stated.is_empty():
        return pl.DataFrame(schema=INTERVALS)
    values, _ = draw(stated, draws=draws, seed=seed)
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=1)
    cells = stated.group_by("actor", "issue", maintain_order=True).agg(
        pl.col("cluster").n_unique().alias("utterances"), pl.len().alias("reports")
    )
    shown = matrix(table, rule="weighted", by=by).cells.select("actor", "issue", "stance", "value")
    cells = cells.with_columns(pl.Series("low", low), pl.Series("high", high)).join(shown, on=["actor", "issue"])
    side = cells["stance"].replace_strict({"support": 1, "oppose": -1}, default=0, return_dtype=pl.Int64).to_numpy()
    same = (np.where(values > 1 / 3, 1, np.where(values < -1 / 3, -1, 0)) == side[:, None]).mean(axis=1)
    cells = cells.with_columns(
        pl.Series("probability", same), pl.min_horizontal("low", "value"), pl.max_horizontal("high", "value")
    )
    return cells.select(pl.col(name).cast(kind) for name, kind in INTERVALS.items())


def draw(stated: pl.DataFrame, *, draws: int, seed: int, scaled: bool = False) -> tuple[Floats, Bools]:
    """Draw values of the cells of `stated`, cells x draws, and whether any statement counted in the draw.

    `stated` is sorted by actor and issue and has `cluster`. Where no statement counted, the value is a random side.

    The value is the mean side weighted by commitment, as in the weighted matrix; `scaled` gives the mean of side times
    commitment instead, so that a hedged position lies nearer to the middle (as `scenario` wants it).
    """
    generator = np.random.default_rng(seed)
    starts = np.flatnonzero(stated.select(_changed("actor", "issue")).to_series().to_numpy())
    cluster = stated["cluster"].cast(pl.Categorical).to_physical().cast(pl.Int64).to_numpy()
    _, cluster = np.unique(cluster, return_inverse=True)
    reports = stated.select(pl.len().over("actor", "issue", "cluster")).to_series().to_numpy()
    side, firm = stated["side"].to_numpy()[:, None], stated["firm"].to_numpy()[:, None]
    sure = stated["confidence"].to_numpy()[:, None]
    parts, counted = [], []
    step = max(1, BLOCK // max(stated.height, 1))
    for done in range(0, draws, step):
        count = min(step, draws - done)
        weight = generator.exponential(size=(int(cluster.max()) + 1, count))[cluster] / reports[:, None]
        weight = weight * (generator.random((stated.height, count)) <= sure)
        above = np.add.reduceat(weight * firm * side, starts)
        below = np.add.reduceat(weight if scaled else weight * firm, starts)
        unseen = PRIOR * generator.exponential(size=above.shape)
        parts.append((above + unseen * generator.choice(SIDES, above.shape)) / (below + unseen))
        counted.append(below > 0)
    return np.concatenate(parts, axis=1), np.concatenate(counted, axis=1)


def edge_intervals(
    table: pl.DataFrame, options: Options, *, draws: int = 200, level: float = 0.95, seed: int = 0
) -> pl.DataFrame:
    """Compute the ties of a network with an interval: source, target, weight, low, high and `sign`.

    `sign` is the share of draws in which the tie has the sign that
    it has in the network of all statements.
    """
    _sensible(draws, level)
    marked = clusters(asserted(table)).with_columns(pl.len().over("cluster").alias("__told"))
    coded = EncodedTable(marked)
    picked = select(coded, options)
    net = build(picked, picked.chosen)
    generator = np.random.default_rng(seed)
    _, cluster = np.unique(marked["cluster"].to_numpy().astype(str), return_inverse=True)
    sure = marked["confidence"].fill_null(1.0).to_numpy()[picked.chosen]
    reports = marked["__told"].to_numpy()[picked.chosen]
    values = np.zeros((draws, *net.values.shape))
    for place in range(draws if picked.chosen.size else 0):
        weight = generator.exponential(size=int(cluster.max()) + 1)[cluster[picked.chosen]] / reports
        drawn = generator.random(picked.chosen.size) <= sure
        values[place] = build(picked, picked.chosen, weight * drawn).values
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
    sign = (np.sign(values) == np.sign(net.values)).mean(axis=0)
    row = {name: place for place, name in enumerate(net.rows)}
    column = {name: place for place, name in enumerate(net.columns)}
    edges = net.edges()
    at = [(row[a], column[b]) for a, b in edges.select("source", "target").iter_rows()]
    found = {"low": low, "high": high, "sign": sign}
    return edges.with_columns(
        pl.Series(name, [float(array[place]) for place in at], dtype=pl.Float64) for name, array in found.items()
    )


def pooled(table: pl.DataFrame, options: Options, window: str) -> pl.DataFrame:
    """Pool the ties of a network over consecutive windows that do not overlap, from the first date on.

    Columns: source, target, `weight` (the mean over the windows in which both were active), `windows` (how many
    those are), `spread` (the standard deviation) and `steady` (the share of those windows in which the tie has the
    mean's sign). Networks from automatic coding get valid when they are pooled over time (Angst, Müller and Walker,
    Network Science 13, 2025).
    """
    length = TimeWindow.parse(window)
    if length.unit == "events":
        raise TableError("pooling needs windows in time, such as months:3")
    picked = select(table, options)
    times = picked.coded.time[picked.chosen]
    dated = times > np.iinfo(np.int64).min
    picked = replace(picked, chosen=picked.chosen[dated])
    times = times[dated]
    parts = []
    begin = moment(times[0]) if times.size else None
    while begin is not None and begin <= moment(times[-1]):
        end = shift(begin, length.unit, length.size)
        inside = picked.chosen[(times >= second(begin)) & (times < second(end))]
        if inside.size:
            parts.append(_every(build(picked, inside)))
        begin = end
    schema = {"source": pl.String, "target": pl.String, "weight": pl.Float64}
    ties = pl.concat([pl.DataFrame(schema=schema), *parts])
    grouped = ties.group_by("source", "target").agg(
        pl.col("weight").mean().alias("mean"),
        pl.len().cast(pl.Int64).alias("windows"),
        pl.col("weight").std(ddof=0).alias("spread"),
        (pl.col("weight").sign() == pl.col("weight").mean().sign()).mean().alias("steady"),
    )
    return grouped.rename({"mean": "weight"}).filter(pl.col("weight") != 0).sort("source", "target")


def _every(net: Network) -> pl.DataFrame:
    """Return all pairs of active nodes with their tie, 0 where there is none, as absence counts in a mean."""
    at = np.triu_indices(len(net.rows), 1) if net.mode == "one" else np.indices(net.values.shape).reshape(2, -1)
    return pl.DataFrame(
        {
            "source": pl.Series([net.rows[place] for place in at[0]], dtype=pl.String),
            "target": pl.Series([net.columns[place] for place in at[1]], dtype=pl.String),
            "weight": pl.Series(net.values[at[0], at[1]], dtype=pl.Float64),
        }
    )


def _changed(*names: str) -> pl.Expr:
    """Mark the rows that begin a new group; the first one does."""
    return pl.any_horizontal((pl.col(name) != pl.col(name).shift(1)).fill_null(value=True) for name in names)


def _sorted(stated: pl.DataFrame) -> pl.DataFrame:
    return stated.sort("actor", "issue", maintain_order=True)


def _sensible(draws: int, level: float) -> None:
    if draws < 1:
        raise TableError(f"at least one draw is needed, not {draws}")
    if not 0 < level < 1:
        raise TableError(f"the level of an interval must be between 0 and 1, not {level}")
