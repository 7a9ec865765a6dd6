"""Define the columns of an archive's Parquet files, and convert readings to and from rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from onrecord.core.codec import statement_from_dict
from onrecord.core.columns import CONFIDENT, OF_ARTICLE, OF_STATEMENT, Column, Kind
from onrecord.core.statement import Article, Statement, digest
from onrecord.record import rows
from onrecord.record.table import COLUMNS

# The table that analyses take comes first, so that any Parquet reader shows what one wants to see.
STATEMENTS: dict[str, Any] = {
    **COLUMNS,
    "extra": pl.String,
    "reading": pl.String,
    "place": pl.String,
    "record": pl.String,
    "hash": pl.String,
    "speaker_key": pl.String,
    "affiliation_key": pl.String,
    "outlet_key": pl.String,
}
ARTICLES: dict[str, Any] = {
    "id": pl.String,
    "name": pl.String,
    "title": pl.String,
    "outlet": pl.String,
    "published": pl.String,
    "url": pl.String,
    "extra": pl.String,
    "text_id": pl.String,
    "content": pl.Binary,
    "record": pl.String,
    "hash": pl.String,
    "reading": pl.String,
    "codebook": pl.String,
    "reader": pl.String,
    "read": pl.String,
}
NEWER = frozenset({"probability", "speaker_confidence", "issue_confidence", "stance_confidence", "extra"})
"""Columns that archives of earlier versions lack."""
ORDER = ("date", "article", "start", "id")
# The ending of the file beside a file of statements whose articles are still to be written.
PENDING = ".pending"


@dataclass(frozen=True, slots=True)
class ReadingRows:
    """Hold one reading of one article as rows: `article` has the keys of `ARTICLES`, a statement those of
    `STATEMENTS`.
    """

    article: Mapping[str, Any]
    statements: Sequence[Mapping[str, Any]]

    def to_objects(self) -> tuple[Article, list[Statement]]:
        """Convert the rows to the article and its statements.

        Raises:
            CodecError: a record does not fit its text.
        """
        article = rows.article_of(self.article["record"], self.article["content"])
        return article, [statement_from_dict(json.loads(one["record"]), article) for one in self.statements]

    @property
    def month(self) -> str:
        """Return the partition: the month of publication, else the year, else `unknown`."""
        return (self.article["published"] or "unknown")[:7]


def reading_rows(
    article: Article, found: Sequence[Statement], *, codebook: str, reader: str, read: str = ""
) -> ReadingRows:
    """Convert a reading to rows; `codebook` is an id, empty for none, `read` the time in ISO 8601.

    Raises:
        SpanError: a statement's words are not in its text.
    """
    for statement in found:
        rows.check_evidence(statement)
    made = rows.article_row(article, 0, 0)
    unique = {statement.id: statement for statement in found}
    records = [(s, *rows.statement_record(s, article.name)) for s in unique.values()]
    entries = [(s.id, rows.checksum(written)) for s, _, written in records]
    key = reading_id(article.id, made["hash"], codebook, rows.storable(reader), entries)
    row = {name: made.get(name) for name in ARTICLES} | {
        "content": article.text.content.encode("utf-8", "surrogatepass"),
        "reading": key,
        "codebook": codebook,
        "reader": rows.storable(reader),
        "read": read,
    }
    return ReadingRows(row, [_statement(row, made["outlet_key"], s, record, written) for s, record, written in records])


def reading_id(article: str, article_hash: str, codebook: str, reader: str, entries: Sequence[tuple[str, str]]) -> str:
    """Hash the content of a reading: the ids and checksums of its statements, in any order."""
    return digest("reading", article, article_hash, codebook, reader, sorted(list(entry) for entry in entries))


def file_id(readings: Sequence[str]) -> str:
    """Name a file by a hash of its readings, the same whoever writes it."""
    return digest("archive file", sorted(readings))


def _statement(
    article: Mapping[str, Any], outlet_key: str | None, statement: Statement, record: rows.Row, written: str
) -> rows.Row:
    derived = rows.statement_columns(statement, record)
    return {name: derived.get(name) for name in STATEMENTS} | {
        **{column.name: _shown(column, statement) for column in OF_STATEMENT},
        **{column.name: article[column.stored] for column in OF_ARTICLE},
        "reading": article["reading"],
        "record": written,
        "hash": rows.checksum(written),
        "outlet_key": outlet_key,
    }


def _shown(column: Column, statement: Statement) -> Any:
    """Return a column's value, with characters that no frame can hold replaced by U+FFFD."""
    value = column.value(statement)
    if column.kind is Kind.TEXTS:
        return [rows.storable(text) for text in value]
    return rows.storable(value) if column.kind is Kind.TEXT and value is not None else value


def completed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row of an archive's file with the columns that an earlier version did not write."""
    if "extra" in row:
        return row
    if "content" in row:  # an article's
        return {**row, "extra": None}
    record = json.loads(row["record"])
    sure = {f"{name}_confidence": record["judgements"][name]["confidence"] for name in CONFIDENT}
    return {**row, **sure, "probability": record.get("probability"), "extra": rows.extra_of(record)}


def ledger_columns(row: Mapping[str, Any]) -> rows.Row:
    """Return the columns of the ledger's table `statements` that an archive's row holds."""
    made = {column.stored: rows.stored(column.kind, row[column.name]) for column in OF_STATEMENT}
    return made | {name: row[name] for name in _BESIDE}


_BESIDE = ("place", "title", "speaker_key", "affiliation_key", "record", "hash", "extra")
