"""Encode a table of statements as integer codes, once for all networks that are built from it.

Building a network is then counting in NumPy arrays; nothing is quadratic in the number of statements.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from onrecord.analyse.tables import asserted, check, day, last_day
from onrecord.errors import TableError

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# Time is in whole seconds since 1970 (UTC); a statement without a date has this one.
UNDATED = np.iinfo(np.int64).min

# Fields of the document, not of the statement: what they exclude is gone before isolates are counted, as in DNA.
DOCUMENT_FIELDS = ("outlet", "article", "article_name", "title", "author", "section", "type", "url")
DAY = 86_400

# Up to this many statements plain loops beat a data frame, each step of which costs a tenth of a millisecond.
SMALL = 5_000

# For a million statements each cached array takes some 10 MB.
KEPT = 8
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Codes:
    """Hold the distinct values of a field in code point order, and each statement's index among them, or -1."""

    names: tuple[str, ...]
    codes: Ints


@dataclass(frozen=True, slots=True)
class Levels:
    """Hold a qualifier: its levels in order, each statement's level index or -1, and the kind of values.

    `kind` is `none` (no qualifier: one level), `boolean` (levels 0 and 1), `integer` (the integers that occur) or
    `text` (whose levels are only the same or not the same). `near` holds what was made of pairs of levels.
    """

    kind: str
    values: Floats
    codes: Ints
    labels: tuple[str, ...]
    near: dict[tuple[str, int], Floats] = field(default_factory=dict)


class EncodedTable:
    """Encode the fields of a statement table when they are first requested.

    The time is that of the column `time` (datetime, UTC) if there is one, else `date`.
    """

    def __init__(self, table: pl.DataFrame) -> None:
        table = asserted(check(table, ["id", "article"]))
        self.table = table
        self.time: Ints = seconds(table)
        self.size = table.height
        self._fields: dict[str, Codes] = {}
        self._levels: dict[str | None, Levels] = {}
        self._periods: dict[str, Ints] = {}
        self._made: dict[Hashable, Any] = {}

    @cached_property
    def order(self) -> Ints:
        """Order the statements by time, document, position and id; of duplicates the first is kept.

        Names and ids that are numbers sort as numbers, and so a DNA database keeps its order.
        """
        if bool(np.all(np.diff(self.time) > 0)):
            return np.arange(self.size)
        there = set(self.table.columns)
        names = [name for name in ("article_name", "start", "stop", "number", "id") if name in there]
        if self.size <= SMALL:
            columns = [self.time.tolist(), *[_ranks(self.table[name]) for name in names]]
            rows = list(zip(*columns, strict=True))
            return np.array(sorted(range(self.size), key=rows.__getitem__), dtype=np.int64)
        table = self.table.with_columns(pl.Series("__time", self.time))
        keys = ["__time"]
        for name in names:
            if table[name].dtype == pl.String:
                table = table.with_columns(table[name].str.len_chars().alias(f"__{name}"))
                keys.append(f"__{name}")
            keys.append(name)
        places = table.select(pl.arg_sort_by(keys, nulls_last=False, maintain_order=True))
        return np.asarray(places.to_series().to_numpy(), dtype=np.int64)

    def remember(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return the cached value of a key, or make it; the last few are kept."""
        if key not in self._made:
            while len(self._made) >= KEPT:
                del self._made[next(iter(self._made))]
            self._made[key] = make()
        found: Made = self._made[key]
        return found

    def field(self, name: str) -> Codes:
        """Return the codes of a text field; empty text counts as missing.

        Raises:
            TableError: there is no such column.
        """
        if name not in self._fields:
            self._fields[name] = _codes(self._column(name))
        return self._fields[name]

    def levels(self, name: str | None) -> Levels:
        """Return the codes of a qualifier column: boolean, integer or text; `stance` is boolean (support 1, oppose
        0).
        """
        if name not in self._levels:
            self._levels[name] = self._level(name)
        return self._levels[name]

    def period(self, unit: str) -> Ints:
        """Assign a number to each statement's document, ISO week, month or year; 0 for `all`.

        Weeks and months are those of their year: DNA 3.0 merges the same week or month of different years, which is
        a fault (docs/dna.md). Undated statements get a number of their own each, and so are nobody's duplicate.
        """
        if unit not in self._periods:
            self._periods[unit] = self._period(unit)
        return self._periods[unit]

    def matches(self, field: str, values: tuple[str, ...]) -> Bools:
        """Mark the statements with one of the values in a field; "" means that the field is empty."""
        column = self.table[field] if field in self.table.columns and field != "article" else None
        if column is not None and column.dtype == pl.Boolean:
            column = column.cast(pl.Int64)
        if column is not None and column.dtype.is_integer():
            words = {"true": "1", "false": "0"}
            wanted = [words.get(value.lower(), value) for value in values]
            return column.cast(pl.String).fill_null("").is_in(wanted).to_numpy().astype(np.bool_)
        coded = self.field(field)
        index = [place for place, name in enumerate(coded.names) if name in set(values)]
        if "" in values:
            index.append(-1)
        return np.isin(coded.codes, index)

    def between(self, since: str | date | None, until: str | date | None) -> Bools:
        """Mark the statements in the range, both ends included; a day or month as the end is included whole."""
        inside = np.ones(self.size, dtype=np.bool_)
        if since is not None or until is not None:
            inside &= self.time != UNDATED
        if since is not None:
            inside &= self.time >= bound(since, end=False)
        if until is not None:
            inside &= self.time <= bound(until, end=True)
        return inside

    def _column(self, name: str) -> pl.Series:
        if name == "article" and "article_name" in self.table.columns:
            return _article_labels(self.table)
        check(self.table, [name])
        column = self.table[name]
        if column.dtype not in (pl.String, pl.Categorical, pl.Enum):
            raise TableError(f"the column {name!r} holds no text, so its values cannot be nodes of a network")
        return column.cast(pl.String)

    def _level(self, name: str | None) -> Levels:
        if name is None:
            return Levels("none", np.zeros(1), np.zeros(self.size, dtype=np.int64), ("",))
        check(self.table, [name])
        column = self.table[name]
        if name == "stance":
            column = column.replace_strict({"support": 1, "oppose": 0}, default=None, return_dtype=pl.Int64)
            return Levels("boolean", np.array([0.0, 1.0]), _filled(column), ("oppose", "support"))
        if column.dtype == pl.Boolean:
            return Levels("boolean", np.array([0.0, 1.0]), _filled(column.cast(pl.Int64)), ("0", "1"))
        if column.dtype.is_integer():
            present = np.unique(column.drop_nulls().to_numpy())
            codes = np.searchsorted(present, column.fill_null(0).to_numpy()).astype(np.int64)
            codes[column.is_null().to_numpy()] = -1
            return Levels("integer", present.astype(np.float64), codes, tuple(str(value) for value in present))
        coded = self.field(name)
        return Levels("text", np.arange(len(coded.names), dtype=np.float64), coded.codes, coded.names)

    def _period(self, unit: str) -> Ints:
        if unit == "all":
            return np.zeros(self.size, dtype=np.int64)
        if unit == "document":
            return _filled(self.table["article"].cast(pl.Categorical).to_physical().cast(pl.Int64))
        days = np.floor_divide(self.time, DAY)
        if unit == "week":
            # 1 January 1970 was a Thursday, so weeks from Monday begin three days before it.
            number = np.floor_divide(days + 3, 7)
        elif unit in ("month", "year"):
            number = days.astype("datetime64[D]").astype(f"datetime64[{unit[0].upper()}]").astype(np.int64)
        else:
            raise TableError(f"duplicates are counted per document, week, month, year or all, not per {unit!r}")
        undated = self.time == UNDATED
        number[undated] = np.iinfo(np.int32).min - np.arange(int(undated.sum()))
        return np.asarray(number, dtype=np.int64)


def seconds(table: pl.DataFrame) -> Ints:
    """Return the statements' times in seconds since 1970 (UTC), from `time` or else `date`; UNDATED where there is
    none.
    """
    if "time" in table.columns:
        found = _filled(table["time"].cast(pl.Datetime("us")).cast(pl.Int64), UNDATED)
        return np.where(found == UNDATED, UNDATED, found // 1_000_000)
    if "date" in table.columns:
        found = _filled(table["date"].cast(pl.Date).cast(pl.Int64), UNDATED)
        return np.where(found == UNDATED, UNDATED, found * DAY)
    return np.full(table.height, UNDATED, dtype=np.int64)


def moment(second: int) -> datetime:
    """Convert seconds since 1970 to date and time (UTC, without a zone)."""
    return datetime(1970, 1, 1) + timedelta(seconds=int(second))


def bound(value: str | date, *, end: bool) -> int:
    """Convert an ISO date, maybe partial or with a time, to seconds since 1970; as an end, to its last second."""
    if isinstance(value, str) and "T" in value:
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise TableError(f"{value!r} is not a date and time of the form YYYY-MM-DDTHH:MM:SS") from error
    if not isinstance(value, datetime):
        value = datetime.combine(last_day(value), time(23, 59, 59)) if end else datetime.combine(day(value), time())
    return round((value.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds())


def _codes(column: pl.Series) -> Codes:
    if column.len() <= SMALL:
        values = column.to_list()
        names = sorted({value for value in values if value})
        index = {name: place for place, name in enumerate(names)}
        return Codes(tuple(names), np.array([index.get(value, -1) for value in values], dtype=np.int64))
    present = column.unique().drop_nulls().sort()
    names = present.filter(present != "").to_list()
    if not names:
        return Codes((), np.full(column.len(), -1, dtype=np.int64))
    codes = column.cast(pl.Enum(names), strict=False).to_physical().cast(pl.Int64).fill_null(-1)
    return Codes(tuple(names), codes.to_numpy().astype(np.int64))


def _ranks(column: pl.Series) -> list[tuple[Any, ...]]:
    """Return sort keys as in `EncodedTable.order`: missing first, shorter text before longer."""
    if column.dtype == pl.String:
        return [() if value is None else (len(value), value) for value in column.to_list()]
    return [() if value is None else (value,) for value in column.to_list()]


def _filled(column: pl.Series, missing: int = -1) -> Ints:
    # A cast of a Series is a plain call; filling it plans and runs a query.
    filled: Any = (column.fill_null(missing) if column.null_count() else column).to_numpy()
    return np.asarray(filled, dtype=np.int64)


def _article_labels(table: pl.DataFrame) -> pl.Series:
    """Return article labels; a name that several articles share gets the beginning of the article's id."""
    pairs = table.select("article", "article_name").unique()
    shared = pairs.group_by("article_name").len().filter(pl.col("len") > 1)["article_name"].to_list()
    name = pl.coalesce("article_name", "article")
    told_apart = pl.format("{} ({})", name, pl.col("article").str.slice(0, 8))
    return table.select(pl.when(name.is_in(shared)).then(told_apart).otherwise(name).alias("article"))["article"]
