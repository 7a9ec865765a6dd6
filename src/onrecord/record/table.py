"""Fetch the statement table of a ledger, by columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from onrecord.core import columns
from onrecord.core.columns import BY_NAME, OF_ARTICLE, Kind
from onrecord.record.desk.schema import reviews
from onrecord.record.query import Query, condition
from onrecord.record.schema import articles, statements

COLUMNS: dict[str, Any] = columns.schema()

MORE: dict[str, Any] = {"number": pl.Int64, "coder": pl.String, "extra": pl.String, "article_extra": pl.String}
"""What a ledger knows of a statement beside `COLUMNS`.

`number` is its place in the order of addition, `coder` the person who entered, corrected or accepted it (null: nobody
has), `extra` and `article_extra` are another program's variables of the statement and of its article, as JSON.
"""

_FETCH = 5_000  # rows at a time: Python's strings for them are freed before the next ones come
_ARTICLE = (*(column.name for column in OF_ARTICLE), "article_extra")
_SQL: dict[Kind, Any] = {Kind.INTEGER: pl.Int64, Kind.REAL: pl.Float64}


def ordered(query: Query, chosen: Select[Any]) -> Select[Any]:
    """Put the rows in the ledger's order: by first day (unknown ones first), then as they were added."""
    made = chosen.order_by(statements.c.day, statements.c.number)
    # SQLite knows no OFFSET without LIMIT.
    if query.limit is not None or query.offset:
        made = made.limit(2**62 if query.limit is None else query.limit).offset(query.offset)
    return made


def fetch(
    connection: Connection, query: Query, *, more: Sequence[str] = (), only: ColumnElement[bool] | None = None
) -> pl.DataFrame:
    """Fetch the statements of a query with the columns `COLUMNS` and those of `MORE` that are named, in order.

    `only` is a further condition on the statements.
    """
    wanted = (*COLUMNS, *more)
    of_statement = [name for name in wanted if name not in _ARTICLE and name != "number"]
    chosen = select(statements.c.number, statements.c.article, *(statements.c[_stored(name)] for name in of_statement))
    where = condition(query, connection.dialect.name)
    if only is not None:
        where = and_(where, only)
    if query.limit is None and not query.offset:
        chosen = chosen.where(where)
    else:
        # The wide rows are looked up only for the page that is wanted.
        page = ordered(query, select(statements.c.number).where(where)).subquery()
        chosen = chosen.join(page, page.c.number == statements.c.number)
    types = {"number": pl.Int64, "article_number": pl.Int64, **{name: _type(name) for name in of_statement}}
    frame = _frame(connection, chosen, types)
    frame = frame.join(_articles(connection, frame), on="article_number", how="left", maintain_order="left")
    if "coder" in more:
        frame = _accepted(connection, frame)
    order = frame.select(pl.arg_sort_by("date", "number")).to_series()
    # Column by column, so that never two whole tables are in memory.
    made = [_column(frame.drop_in_place(name).gather(order)) for name in wanted]
    return pl.DataFrame(made)


def speakers(connection: Connection) -> pl.DataFrame:
    """Count the current statements of each speaker and affiliation (columns speaker, affiliation, len)."""
    s = statements.c
    chosen = select(s.speaker, s.affiliation, func.count()).group_by(s.speaker, s.affiliation)
    chosen = chosen.where(s.superseded.is_(None), s.speaker.is_not(None))
    return _frame(connection, chosen, {"speaker": pl.String, "affiliation": pl.String, "len": pl.Int64})


def _stored(name: str) -> str:
    return BY_NAME[name].stored if name in BY_NAME else name


def _type(name: str) -> Any:
    return _SQL.get(BY_NAME[name].kind, pl.String) if name in BY_NAME else MORE[name]


def _column(values: pl.Series) -> pl.Series:
    """Decode a column from what the database stores."""
    kind = BY_NAME[values.name].kind if values.name in BY_NAME else None
    if kind is Kind.DATE:
        return values.replace("", None).str.to_date("%Y-%m-%d")
    return values.str.json_decode(pl.List(pl.String)) if kind is Kind.TEXTS else values


def _accepted(connection: Connection, frame: pl.DataFrame) -> pl.DataFrame:
    """Enter the person who accepted a machine's statement as its coder."""
    r = reviews.c
    chosen = select(r.result, r.coder).where(r.undone.is_(None), r.result.is_not(None)).order_by(r.number)
    known = _frame(connection, chosen, {"id": pl.String, "_by": pl.String}).unique("id", keep="last")
    if known.is_empty():
        return frame
    joined = frame.join(known, on="id", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("coder", "_by").alias("coder")).drop("_by")


def _articles(connection: Connection, frame: pl.DataFrame) -> pl.DataFrame:
    a = articles.c
    chosen = select(a.number, *(a[column.stored] for column in OF_ARTICLE), a.extra)
    numbers = frame["article_number"].unique().to_list()
    if len(numbers) <= 500:
        chosen = chosen.where(a.number.in_(numbers))
    types = {"article_number": pl.Int64, **dict.fromkeys(_ARTICLE, pl.String)}
    return _frame(connection, chosen, types)


def _frame(connection: Connection, chosen: Select[Any], types: dict[str, Any]) -> pl.DataFrame:
    pieces = [pl.DataFrame(schema=types)]
    result = connection.execution_options(yield_per=_FETCH).execute(chosen)
    for part in result.partitions(_FETCH):
        values = zip(*part, strict=True)
        pieces.append(
            pl.DataFrame([pl.Series(name, c, dtype=t) for (name, t), c in zip(types.items(), values, strict=True)])
        )
    return pl.concat(pieces)
