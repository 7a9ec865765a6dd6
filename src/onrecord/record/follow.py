"""Read a ledger incrementally: the changes since a batch, for callers that cache its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, func, literal_column, or_, select, text, union

from onrecord.record import search, table
from onrecord.record.batch_rows import count_articles, last_batch
from onrecord.record.hash_chain import Batch
from onrecord.record.query import Query
from onrecord.record.schema import articles, statements, supersessions


@dataclass(frozen=True, slots=True)
class Delta:
    """Describe the difference between the ledger as of its last batch and an earlier batch.

    `gone` are the ids that a holder of the earlier table takes out, `table` the rows that it then puts in (columns of
    `table.COLUMNS` and `table.MORE`, in the ledger's order). `batch` is None in an empty ledger.
    """

    batch: Batch | None
    articles: int
    gone: frozenset[str]
    table: pl.DataFrame


def follow(connection: Connection, after: int) -> Delta:
    """Return what batches after number `after` changed in the current view; 0 returns the whole view."""
    last = last_batch(connection)
    known = count_articles(connection)
    s, x = statements.c, supersessions.c
    if not after:
        return Delta(last, known, frozenset(), table.fetch(connection, Query(), more=tuple(table.MORE)))
    touched = union(
        select(s.id).where(s.batch > after),
        select(x.old).where(x.batch > after, x.old.is_not(None)),
        select(x.new).where(x.batch > after, x.new.is_not(None)),
    )
    gone = frozenset(connection.execute(touched).scalars())
    fresh = or_(s.batch > after, s.id.in_(select(x.new).where(x.batch > after)))
    return Delta(last, known, gone, table.fetch(connection, Query(), more=tuple(table.MORE), only=fresh))


def matching(connection: Connection, words: str) -> pl.Series:
    """Return the numbers of all statements, current or not, that match a full-text query."""
    if not search.parse(words):
        return pl.Series(dtype=pl.Int64)
    if connection.dialect.name == "sqlite":
        # Straight from the index: the wide rows of `statements` are never touched. The numbers come as one text,
        # which takes an eighth of the time of as many rows.
        match = search.fts5(words)
        chosen: Select[Any] = select(func.group_concat(literal_column("rowid"))).select_from(text("statement_words"))
        found = connection.execute(chosen.where(literal_column("statement_words").op("MATCH")(match))).scalar_one()
        return pl.Series([found or ""]).str.split(",").explode().cast(pl.Int64, strict=False).drop_nulls()
    condition = search.matches(words, connection.dialect.name)
    numbers = connection.execute(select(statements.c.number).where(condition)).scalars()
    return pl.Series(list(numbers), dtype=pl.Int64)


def article_number(connection: Connection, wanted: str) -> int | None:
    """Return the number of the article with this id or name; None for none, or a redacted one."""
    a = articles.c
    chosen = select(a.number).where(or_(a.id == wanted, a.name == wanted)).order_by(a.number).limit(1)
    chosen = chosen.where(a.record != "")
    return connection.execute(chosen).scalar_one_or_none()
