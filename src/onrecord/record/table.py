"""The statement table: what the analyses work on, fetched and built by columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, and_, select

from onrecord.record.query import Query, condition
from onrecord.record.schema import articles, statements

COLUMNS: dict[str, type[pl.DataType] | pl.DataType] = {
    "id": pl.String,
    "article": pl.String,
    "article_name": pl.String,
    "title": pl.String,
    "outlet": pl.String,
    "published": pl.String,
    "url": pl.String,
    "when": pl.String,
    "date": pl.Date,
    "form": pl.String,
    "speaker": pl.String,
    "affiliation": pl.String,
    "chain": pl.List(pl.String),
    "venue": pl.String,
    "act": pl.String,
    "issue": pl.String,
    "stance": pl.String,
    "commitment": pl.String,
    "condition": pl.List(pl.String),
    "quote": pl.String,
    "cue": pl.String,
    "source": pl.String,
    "start": pl.Int64,
    "confidence": pl.Float64,
    "nested_in": pl.String,
}

_FETCH = 5_000  # rows at a time: Python's strings for them are freed before the next ones come
_ARTICLE = ("article", "article_name", "title", "outlet", "published", "url")
_LISTS = ("chain", "condition")
_DATABASE = {"when": "moment", "date": "day"}
_TYPES: dict[str, type[pl.DataType]] = {"number": pl.Int64, "start": pl.Int64, "confidence": pl.Float64}


def ordered(query: Query, chosen: Select[Any]) -> Select[Any]:
    """The rows in the ledger's order: by first day (unknown ones first), then as they were added."""
    made = chosen.order_by(statements.c.day, statements.c.number)
    # SQLite knows no OFFSET without LIMIT.
    if query.limit is not None or query.offset:
        made = made.limit(2**62 if query.limit is None else query.limit).offset(query.offset)
    return made


def fetch(
    connection: Connection, query: Query, *, extra: Sequence[str] = (), only: ColumnElement[bool] | None = None
) -> pl.DataFrame:
    """The statements of a query with exactly the columns of `COLUMNS` and `extra`, in the ledger's order.

    `only` is a further condition on the statements.
    """
    own = [name for name in (*COLUMNS, *extra) if name not in _ARTICLE and name != "number"]
    columns = [statements.c[_DATABASE.get(name, name)] for name in own]
    where = condition(query, connection.dialect.name)
    if only is not None:
        where = and_(where, only)
    chosen = select(statements.c.number, statements.c.article, *columns)
    if query.limit is None and not query.offset:
        chosen = chosen.where(where)
    else:
        # The wide rows are looked up only for the page that is wanted.
        page = ordered(query, select(statements.c.number).where(where)).subquery()
        chosen = chosen.join(page, page.c.number == statements.c.number)
    names = ["number", "article_number", *own]
    types = {name: _TYPES.get(name, pl.String) for name in names} | {"article_number": pl.Int64}
    frame = _frame(connection, chosen, types)
    frame = frame.join(_articles(connection, frame), on="article_number", how="left", maintain_order="left")
    order = frame.select(pl.arg_sort_by("date", "number")).to_series()
    # Column by column, so that never two whole tables are in memory.
    made = [_column(frame.drop_in_place(name).gather(order)) for name in (*COLUMNS, *extra)]
    return pl.DataFrame(made)


def _column(values: pl.Series) -> pl.Series:
    """A column as the database gives it, as the table has it."""
    if values.name == "date":
        return values.replace("", None).str.to_date("%Y-%m-%d")
    return values.str.json_decode(pl.List(pl.String)) if values.name in _LISTS else values


def _articles(connection: Connection, frame: pl.DataFrame) -> pl.DataFrame:
    a = articles.c
    chosen = select(a.number, a.id, a.name, a.title, a.outlet, a.published, a.url)
    numbers = frame["article_number"].unique().to_list()
    if len(numbers) <= 500:
        chosen = chosen.where(a.number.in_(numbers))
    types = {"article_number": pl.Int64, **dict.fromkeys(_ARTICLE, pl.String)}
    return _frame(connection, chosen, types)


def _frame(connection: Connection, chosen: Select[Any], types: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    pieces = [pl.DataFrame(schema=types)]
    result = connection.execution_options(yield_per=_FETCH).execute(chosen)
    for part in result.partitions(_FETCH):
        values = zip(*part, strict=True)
        pieces.append(
            pl.DataFrame([pl.Series(name, c, dtype=t) for (name, t), c in zip(types.items(), values, strict=True)])
        )
    return pl.concat(pieces)
