"""Bring results up to date after a small change of a statement table, instead of computing them again.

A server that holds a table and what it computed from it replaces a few rows after each judgement. What depends on other
rows stays as it is; what goes over the whole table and falls into parts (by actor and issue, by article) has only the
parts of these rows recomputed. The answer is the same as that of a new computation; tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onrecord.analyse.tables import actor

Places = NDArray[np.int64]

FIELDS = ("id", "number", "speaker", "affiliation", "issue", "article", "date", "coder", "outlet", "act", "source")
"""The columns of the replaced rows that an `Increment` holds."""

MAX_COMPARISONS = 12  # values compared individually, which is faster than a set of them
MAX_CHUNKS = 40  # of a table; with more it is rechunked


@dataclass(frozen=True)
class Increment:
    """Describe how a table became another one: the rows at some places went, and others came.

    `out` are the places in the old table of the rows that went, `cuts` those before which the new rows stand, both
    ascending; `before` and `after` are these rows (columns `FIELDS`).
    """

    out: Places
    cuts: Places
    before: pl.DataFrame
    after: pl.DataFrame

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Return the rows as they were and as they are."""
        return pl.concat([self.before, self.after])

    def values(self, name: str) -> set[Any]:
        """Return the values of a column in the rows as they were and as they are."""
        return set(self.rows[name].to_list())

    def keeps(self, names: Sequence[str]) -> bool:
        """Tell whether the rows that came have the same values of some columns as those that went."""
        return self.before.select(names).sort(names).equals(self.after.select(names).sort(names))

    def moved(self, places: Places) -> Places:
        """Return where rows that stayed are now."""
        return places - np.searchsorted(self.out, places) + np.searchsorted(self.cuts, places, side="right")

    def carried(self, values: pl.Series, fresh: pl.Series) -> pl.Series:
        """Return a column of the old table for the new one; `fresh` are the values of the rows that came."""
        pieces = _pieces(values.to_frame(), self.out, self.cuts, fresh.alias(values.name).to_frame())
        return pl.concat(pieces, rechunk=True).to_series()


def splice(table: pl.DataFrame, gone: Collection[str], fresh: pl.DataFrame) -> tuple[pl.DataFrame, Increment]:
    """Return a table that is in order of date and number without some ids and with some further rows, and the change.

    Rows of `fresh` replace those of the same id.
    """
    wanted = {*gone, *fresh["id"].to_list()}
    fits = pl.col("id").is_in(list(wanted)) if len(wanted) > MAX_COMPARISONS else _any(pl.col("id"), wanted)
    out = table.select(pl.arg_where(fits)).to_series().to_numpy().astype(np.int64)
    fresh = fresh.select(table.columns).sort("date", "number")
    cuts = _cuts(table.select("date", "number"), fresh)
    made = pl.concat(_pieces(table, out, cuts, fresh))
    if made.n_chunks() > MAX_CHUNKS:
        made = made.rechunk()
    return made, Increment(out, cuts, table[out].select(FIELDS), fresh.select(FIELDS))


def _any(column: pl.Expr, values: Iterable[Any]) -> pl.Expr:
    return pl.any_horizontal(pl.lit(value=False), *(column == value for value in values))


def _cuts(keys: pl.DataFrame, fresh: pl.DataFrame) -> Places:
    """Return the places in an ordered table before which new rows stand."""
    undated = keys["date"].null_count()
    days, numbers = keys["date"][undated:], keys["number"]
    made = []
    for day, number in fresh.select("date", "number").iter_rows():
        low, high = 0, undated
        if day is not None:
            low = undated + int(days.search_sorted(day, side="left"))
            high = undated + int(days.search_sorted(day, side="right"))
        made.append(low + int(numbers[low:high].search_sorted(number)))
    return np.array(made, dtype=np.int64)


def _pieces(table: pl.DataFrame, out: Places, cuts: Places, fresh: pl.DataFrame) -> list[pl.DataFrame]:
    """Cut a table so that its pieces, with the rows of `fresh` between them, are the new table."""
    events = [(place, False, number) for number, place in enumerate(cuts.tolist())]
    events += [(place, True, 0) for place in out.tolist()]
    pieces: list[pl.DataFrame] = []
    low = 0
    for place, goes, number in sorted(events):
        if place > low:
            pieces.append(table[low:place])
        low = place + 1 if goes else max(low, place)
        if not goes:
            pieces.append(fresh[number : number + 1])
    return [*pieces, table[low:]]


# ---------------------------------------------------------------- results in parts


def renewed(
    found: pl.DataFrame, keys: pl.DataFrame, fresh: pl.DataFrame, order: Sequence[str], descending: Sequence[bool]
) -> pl.DataFrame:
    """Return a result in which the parts of some keys are replaced by `fresh`, in its order (nulls last)."""
    names = keys.columns
    if keys.height <= MAX_COMPARISONS:
        same = [
            pl.all_horizontal(pl.col(name).eq_missing(pl.lit(value)) for name, value in zip(names, key, strict=True))
            for key in keys.iter_rows()
        ]
        unchanged = found.filter(~pl.any_horizontal(pl.lit(value=False), *same))
    else:
        unchanged = found.join(keys, on=names, how="anti", nulls_equal=True, maintain_order="left")
    if unchanged.height == found.height and not fresh.height:
        return found
    return pl.concat([unchanged, fresh]).sort(order, descending=list(descending), nulls_last=True)


def pairs(changes: Iterable[Increment], by: str) -> pl.DataFrame:
    """Return the actors and issues of the replaced rows (columns actor, issue), each pair once."""
    rows = pl.concat([change.rows.select(actor(by).alias("actor"), "issue") for change in changes])
    return rows.drop_nulls().unique().sort("actor", "issue")


def of_pairs(table: pl.DataFrame, found: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return the statements of some actors on some issues (columns actor, issue)."""
    issues, actors = found["issue"].unique().to_list(), found["actor"].unique().to_list()
    near = table.filter(_among(pl.col("issue"), issues), _among(actor(by), actors))
    named = near.with_columns(actor(by).alias("_actor"))
    keys = found.select(pl.col("actor").alias("_actor"), "issue")
    return named.join(keys, on=["_actor", "issue"], how="semi", maintain_order="left").drop("_actor")


def _among(column: pl.Expr, values: Collection[Any]) -> pl.Expr:
    return _any(column, values) if len(values) <= MAX_COMPARISONS else column.is_in(list(values))


def by_column(
    found: pl.DataFrame, table: pl.DataFrame, changes: Iterable[Increment], name: str,
    compute: Callable[[pl.DataFrame], pl.DataFrame], order: Sequence[str], descending: Sequence[bool],
) -> pl.DataFrame:  # fmt: skip
    """Bring a result up to date that has a row for each value of a column and is computed from these statements."""
    values = sorted({value for change in changes for value in change.values(name) if value is not None})
    keys = pl.DataFrame({name: values}, schema={name: pl.String})
    fresh = compute(table.filter(_among(pl.col(name), values)))
    return renewed(found, keys, fresh, order, descending)
