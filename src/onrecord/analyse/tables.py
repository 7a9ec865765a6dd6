"""Define the statement table of the analyses: its columns, checks, dates, and the weights of stance and commitment.

A table is a Polars frame with one row per statement and (at least some of) the columns of `COLUMNS`; `published`
and `when` are ISO dates as text of which day and month may be missing, `date` is the first day that they may mean.
A view (`onrecord.view`) adds `asserted`, which is false where a statement's position is too unsure to count, and
`cluster`, which names the utterance that a statement reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from onrecord.core import columns
from onrecord.core.statement import FIRM_ACTS
from onrecord.errors import TableError

COLUMNS: Mapping[str, Any] = columns.schema()

POSITIONS = ("support", "oppose", "mixed", "noncommittal")
"""The stances that are a position; `none` speaks to an issue without taking a side."""

STANCE_VALUE: Mapping[str, float] = {"support": 1.0, "mixed": 0.0, "noncommittal": 0.0, "oppose": -1.0}

# Steps of FactBank's scale by strength alone: its sign belongs to the content ("is unlikely" is PR- and may oppose).
COMMITMENT_WEIGHT: Mapping[str, float] = {
    "CT+": 1.0, "CT-": 1.0, "PR+": 2 / 3, "PR-": 2 / 3, "PS+": 1 / 3, "PS-": 1 / 3, "Uu": 0.5,
}  # fmt: skip


def check(table: pl.DataFrame, needed: Iterable[str]) -> pl.DataFrame:
    """Return the same table; TableError with the names of the columns that are missing."""
    if not isinstance(table, pl.DataFrame):
        raise TableError(f"a Polars frame of statements is needed, not {type(table).__name__}")
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise TableError(f"the table of statements lacks the column(s) {', '.join(missing)}")
    return table


def asserted(table: pl.DataFrame) -> pl.DataFrame:
    """Return the statements that are sure enough to count: all of them where a table has no column `asserted`."""
    return table.filter("asserted") if "asserted" in table.columns else table


def unsure(table: pl.DataFrame, by: str) -> pl.DataFrame:
    """Count the positions that are not sure enough to be shown (columns actor, issue, unsure)."""
    if "asserted" not in table.columns:
        return pl.DataFrame(schema={"actor": pl.String, "issue": pl.String, "unsure": pl.Int64})
    rows = table.filter(~pl.col("asserted")).with_columns(actor(by).alias("actor")).filter(
        pl.col("actor").is_not_null(), pl.col("issue").is_not_null(), pl.col("stance").is_in(POSITIONS)
    )  # fmt: skip
    return rows.group_by("actor", "issue").agg(pl.len().cast(pl.Int64).alias("unsure")).sort("actor", "issue")


def empty() -> pl.DataFrame:
    """Make a table without statements, with all columns in their types."""
    return pl.DataFrame(schema=dict(COLUMNS))


def table_of(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Make a table of dicts that may lack keys; `date` is derived from `when` or `published` if not given.

    TableError if a date is not a valid date.
    """
    full = []
    for row in rows:
        unknown = sorted(set(row) - set(COLUMNS))
        if unknown:
            raise TableError(f"unknown column(s) {', '.join(unknown)}")
        given = {name: row.get(name) for name in COLUMNS}
        given["chain"] = given["chain"] or []
        given["condition"] = given["condition"] or []
        given["confidence"] = 1.0 if given["confidence"] is None else given["confidence"]
        if given["date"] is None:
            said = given["when"] or given["published"]
            given["date"] = None if said is None else day(said)
        full.append(given)
    return pl.DataFrame(full, schema=dict(COLUMNS), orient="row")


def day(value: str | date) -> date:
    """Return the first day of an ISO date that may lack day or month; TableError if it is invalid."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", value):
        raise TableError(f"{value!r} is not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")
    try:
        return date.fromisoformat(value + "-01-01"[len(value) - 4 :])
    except ValueError as error:
        raise TableError(f"{value!r} is not a valid date") from error


def last_day(value: str | date) -> date:
    """Return the last day of an ISO date that may lack day or month: `--as-of 2026-03` includes all of March."""
    first = day(value)
    if isinstance(value, str) and len(value) == 4:
        return date(first.year, 12, 31)
    if isinstance(value, str) and len(value) == 7:
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        return following - timedelta(days=1)
    return first


def duration(text: str | int | timedelta) -> timedelta:
    """Parse a window: `days:90`, `weeks:2`, `months:3` (30 days each), `years:1` (365 days) or a number of days.

    TableError if it is none of these or not positive.
    """
    if isinstance(text, timedelta):
        span = text
    elif isinstance(text, int):
        span = timedelta(days=text)
    else:
        found = re.fullmatch(r"(?:(day|week|month|year)s?:)?(\d{1,6})", text.strip())
        if found is None:
            raise TableError(f"{text!r} is not a window; write days:90, weeks:2, months:3 or years:1")
        span = timedelta(days={None: 1, "day": 1, "week": 7, "month": 30, "year": 365}[found[1]] * int(found[2]))
    if span <= timedelta(0):
        raise TableError(f"the window {text!r} has no length")
    return span


def until(table: pl.DataFrame, as_of: str | date | None, window: str | int | timedelta | None) -> pl.DataFrame:
    """Return the rows up to the end of `as_of` and, with a window, within that time before it.

    Rows without a date are left out as soon as either is given; a window without `as_of` ends at the last date.
    """
    if as_of is None and window is None:
        return table
    end = last_day(as_of) if as_of is not None else table["date"].max()
    if end is None:
        return table.clear()
    counted = pl.col("date") <= end
    if window is not None:
        counted &= pl.col("date") > end - duration(window)  # type: ignore[operator]
    return table.filter(counted)


def strength() -> pl.Expr:
    """Map commitment to a strength in (0, 1]; 1 for a `Uu` that demands, rejects or pledges."""
    step = pl.col("commitment").replace_strict(dict(COMMITMENT_WEIGHT), default=0.5, return_dtype=pl.Float64)
    firm = (pl.col("commitment") == "Uu") & pl.col("act").is_in(FIRM_ACTS)
    return pl.when(firm).then(1.0).otherwise(step)


def side() -> pl.Expr:
    """Map stance to a number: support 1, oppose -1, mixed and noncommittal 0; null for anything else."""
    return pl.col("stance").replace_strict(dict(STANCE_VALUE), default=None, return_dtype=pl.Float64)


def actor(by: str) -> pl.Expr:
    """Return the actor of a statement: the speaker, or the affiliation, with the speaker where none is known."""
    if by == "speaker":
        return pl.col("speaker")
    if by == "affiliation":
        return pl.coalesce("affiliation", "speaker")
    raise TableError(f"actors are distinguished by speaker or affiliation, not by {by!r}")
