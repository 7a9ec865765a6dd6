"""Track positions through time: the timeline of one position, who moved, and which statements conflict.

Time is the statement's `date`; the position of a day is that of its last statement (the surest reading of that day).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from onrecord.analyse.increments import Increment, of_pairs, pairs, renewed
from onrecord.analyse.positions import NEEDED, positions
from onrecord.analyse.tables import asserted, check, day, last_day
from onrecord.errors import TableError

FIELDS = (*NEEDED, "quote")
TIMELINE: dict[str, Any] = {
    "date": pl.Date, "actor": pl.String, "issue": pl.String, "stance": pl.String, "commitment": pl.String,
    "conditional": pl.Boolean, "value": pl.Float64, "outlet": pl.String, "quote": pl.String, "confidence": pl.Float64,
    "moved": pl.Boolean, "id": pl.String,
}  # fmt: skip
_ENDS = ("date", "stance", "commitment", "outlet", "quote", "id")
_KINDS = {"date": pl.Date}
CHANGES: dict[str, Any] = {
    "actor": pl.String, "issue": pl.String, "kind": pl.String,
    **{f"{end}_{name}": _KINDS.get(name, pl.String) for end in ("from", "to") for name in _ENDS},
    "days": pl.Int64, "confidence": pl.Float64,
}  # fmt: skip
CONFLICTS: dict[str, Any] = {
    "kind": pl.String, "issue": pl.String, "days": pl.Int64, "confidence": pl.Float64,
    **{f"{name}_{end}": _KINDS.get(name, pl.String) for end in ("a", "b") for name in ("actor", *_ENDS)},
    "score": pl.Float64,
}  # fmt: skip
SIDES = ("support", "oppose")
MOST = 200
_ORDER = (
    ["kind", "score", "date_b", "issue", "actor_a", "actor_b"], [True, True, True, False, False, False]
)  # fmt: skip
FAR = 3_650  # the days that count as between two statements of which one has no date


def timeline(
    table: pl.DataFrame, *, actor: str | None = None, issue: str | None = None, by: str = "speaker"
) -> pl.DataFrame:
    """Return all dated positions in time order (columns of `TIMELINE`); `moved` where the stance changed.

    `value` is the stance times the strength of its commitment, in [-1, 1].

    Args:
        table: statements, as `view.current(ledger).table` gives them.
        actor: only this actor.
        issue: only this issue, by its id.
        by: who counts as an actor: speaker or affiliation.

    Raises:
        TableError: a column is missing, or an argument has no such value.
    """
    rows = _dated(table, by)
    if actor is not None:
        rows = rows.filter(pl.col("actor") == actor)
    if issue is not None:
        rows = rows.filter(pl.col("issue") == issue)
    before = pl.col("stance").shift(1).over("actor", "issue")
    rows = rows.with_columns(
        (pl.col("side") * pl.col("firm")).alias("value"),
        (before.is_not_null() & (before != pl.col("stance"))).alias("moved"),
        (pl.col("condition").list.len() > 0).fill_null(value=False).alias("conditional"),
    )
    return rows.select(pl.col(name).cast(kind) for name, kind in TIMELINE.items()).sort(
        "date", "actor", "issue", maintain_order=True
    )


def changes(
    table: pl.DataFrame,
    *,
    by: str = "speaker",
    since: str | date | None = None,
    until: str | date | None = None,
) -> pl.DataFrame:
    """Find changes of position, with both quotations (columns of `CHANGES`), the newest first.

    `kind`: `reversal` (from one side to the other), `commits` (to a side), `retreats` (from a side), `shifts` (between
    mixed and noncommittal).

    Args:
        table: statements, as `view.current(ledger).table` gives them.
        by: who counts as an actor: speaker or affiliation.
        since: the first day of a move; the position before it may be older.
        until: the last day of a move.

    Raises:
        TableError: a column is missing, or an argument has no such value.
    """
    days = _dated(table, by).group_by("actor", "issue", "date", maintain_order=True).last()
    days = days.sort("actor", "issue", "date")
    group = ["actor", "issue"]
    moved = days.with_columns(
        *[pl.col(name).shift(1).over(group).alias(f"from_{name}") for name in (*_ENDS, "confidence")],
        *[pl.col(name).alias(f"to_{name}") for name in _ENDS],
    ).filter(pl.col("from_stance").is_not_null(), pl.col("from_stance") != pl.col("to_stance"))
    if since is not None:
        moved = moved.filter(pl.col("to_date") >= day(since))
    if until is not None:
        moved = moved.filter(pl.col("to_date") <= last_day(until))
    was, now = pl.col("from_stance").is_in(SIDES), pl.col("to_stance").is_in(SIDES)
    kind = (
        pl.when(was & now).then(pl.lit("reversal")).when(now).then(pl.lit("commits"))
        .when(was).then(pl.lit("retreats")).otherwise(pl.lit("shifts"))
    )  # fmt: skip
    moved = moved.with_columns(
        kind.alias("kind"),
        (pl.col("to_date") - pl.col("from_date")).dt.total_days().alias("days"),
        (pl.col("confidence") * pl.col("from_confidence")).alias("confidence"),
    )
    return moved.select(pl.col(name).cast(as_) for name, as_ in CHANGES.items()).sort(
        ["to_date", "actor", "issue"], descending=[True, False, False]
    )


def renewed_changes(found: pl.DataFrame, table: pl.DataFrame, by: str, since: Sequence[Increment]) -> pl.DataFrame:
    """Return the changes of position in a table, from those in what it was before some small changes."""
    touched = pairs(since, by)
    fresh = changes(of_pairs(table, touched, by), by=by)
    return renewed(found, touched, fresh, ["to_date", "actor", "issue"], [True, False, False])


def conflicts(
    table: pl.DataFrame, *, kind: str = "all", by: str = "speaker", window: int | None = None
) -> pl.DataFrame:
    """Find conflicting statements (columns of `CONFLICTS`), of one actor (`self`) or of two (`between`).

    `self`: for each of an actor's statements on a side, the last one before it on the other side (undated ones count
    as the oldest). `between`: the latest statements of two actors who are on opposite sides of an issue; where a side
    has more than MOST actors, those who spoke last. Contradictions of one actor come first, and the surest and closest
    in time before others: `score` is the confidence of both statements, halved for each year between them. Two outlets
    that tell one utterance differently are found by `drift`.

    Args:
        table: statements, as `view.current(ledger).table` gives them.
        kind: self, between or all.
        by: who counts as an actor: speaker or affiliation.
        window: the greatest number of days between the statements of a pair.

    Raises:
        TableError: a column is missing, or an argument has no such value.
    """
    if kind not in ("all", "self", "between"):
        raise TableError(f"the kind of conflicts is self, between or all, not {kind!r}")
    rows = positions(_fields(table).filter(pl.col("stance").is_in(SIDES)), by)
    parts = [pl.DataFrame(schema=CONFLICTS)]
    if kind in ("all", "self"):
        parts.append(_own(rows))
    if kind in ("all", "between"):
        parts.append(_between(rows))
    found = pl.concat(parts)
    found = found if window is None else within(found, window)
    return in_order(found)


def in_order(found: pl.DataFrame) -> pl.DataFrame:
    """Return conflicts in the order of `conflicts`."""
    return found.sort(_ORDER[0], descending=_ORDER[1], nulls_last=True)


def renewed_conflicts(found: pl.DataFrame, table: pl.DataFrame, by: str, since: Sequence[Increment]) -> pl.DataFrame:
    """Return the contradictions of single actors in a table, from those in what it was before some small changes."""
    touched = pairs(since, by)
    fresh = conflicts(of_pairs(table, touched, by), kind="self", by=by)
    return renewed(found, touched.rename({"actor": "actor_a"}), fresh, *_ORDER)


def latest_sides(table: pl.DataFrame, by: str = "speaker") -> pl.DataFrame:
    """Return the last statement on a side of each actor on each issue (columns `FIELDS`, actor, and the count n).

    `conflicts` between actors rest on these alone.
    """
    rows = _fields(table).filter(pl.col("stance").is_in(SIDES))
    held = positions(rows, by).group_by("actor", "issue", maintain_order=True)
    last = [pl.col(name).last() for name in FIELDS if name != "issue"]
    return held.agg(*last, pl.len().alias("n")).sort("actor", "issue")


def renewed_sides(found: pl.DataFrame, table: pl.DataFrame, by: str, since: Sequence[Increment]) -> pl.DataFrame:
    """Return the last statements on a side in a table, from those in what it was before some small changes."""
    touched = pairs(since, by)
    return renewed(found, touched, latest_sides(of_pairs(table, touched, by), by), ["actor", "issue"], [False, False])


def within(found: pl.DataFrame, days: int) -> pl.DataFrame:
    """Return the conflicts whose statements lie at most so many days apart; undated ones are left out."""
    return found.filter(pl.col("days") <= days)


def _own(rows: pl.DataFrame) -> pl.DataFrame:
    """Pair each statement with the same actor's last earlier one on the other side: turns, not all pairs."""
    group = ["actor", "issue"]
    turned = pl.col("stance").shift(1).over(group) != pl.col("stance")
    pairs = rows.with_columns(
        *[pl.col(name).shift(1).over(group).alias(f"{name}_a") for name in (*_ENDS, "confidence")],
        *[pl.col(name).alias(f"{name}_b") for name in _ENDS],
        pl.col("actor").alias("actor_a"),
        pl.col("actor").alias("actor_b"),
    ).filter(turned)
    return _shape(pairs.with_columns(pl.col("confidence") * pl.col("confidence_a")), "self")


def _between(rows: pl.DataFrame) -> pl.DataFrame:
    latest = rows.group_by("actor", "issue", maintain_order=True).last()
    # Pairs grow with the square of a side, so of a crowd only those who spoke last are paired.
    latest = latest.sort("date", nulls_last=False, maintain_order=True).group_by("issue", "stance").tail(MOST)
    fields = ["issue", "actor", *_ENDS, "confidence"]
    ends = [
        latest.filter(pl.col("stance") == side).select(
            pl.col(name) if name == "issue" else pl.col(name).alias(f"{name}_{end}") for name in fields
        )
        for side, end in zip(SIDES, ("a", "b"), strict=True)
    ]
    pairs = ends[0].join(ends[1], on="issue", how="inner")
    return _shape(pairs.with_columns((pl.col("confidence_a") * pl.col("confidence_b")).alias("confidence")), "between")


def _shape(pairs: pl.DataFrame, kind: str) -> pl.DataFrame:
    apart = (pl.col("date_b") - pl.col("date_a")).dt.total_days().abs()
    score = pl.col("confidence") * 0.5 ** (pl.col("days").fill_null(FAR) / 365)
    pairs = pairs.with_columns(pl.lit(kind).alias("kind"), apart.alias("days")).with_columns(score.alias("score"))
    return pairs.select(pl.col(name).cast(as_) for name, as_ in CONFLICTS.items())


def _dated(table: pl.DataFrame, by: str) -> pl.DataFrame:
    return positions(_fields(table).filter(pl.col("date").is_not_null()), by)


def _fields(table: pl.DataFrame) -> pl.DataFrame:
    """Return the statements that are sure enough to count, with the columns that are needed alone."""
    marked = ("asserted",) if "asserted" in check(table, FIELDS).columns else ()
    return asserted(table.select(*FIELDS, *marked)).select(FIELDS)
