"""What a ledger keeps of a DNA database beyond its own fields, so that its networks stay those of the database.

An article's address holds the document's number, time of day, author, section and type. The rule of a statement's
stance holds the DNA statements that it stands for (two coders may have coded the same words alike), with their
numbers, coders and further variables; tables get them back as rows and columns of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import polars as pl

from onrecord.analyse.tables import COLUMNS
from onrecord.core.statement import Article, Statement

RULE = "dna"
ADDRESS = "dna:document/"
OF_DOCUMENT = ("author", "section", "type")
# Columns that tables from DNA have besides those of every table; no variable can be called so.
EXTRA = ("time", "stop", "number", "coder", *OF_DOCUMENT, "qualifier")
TAKEN = frozenset((*COLUMNS, *EXTRA))


def address(document: Mapping[str, Any]) -> str:
    """The address of a row of DOCUMENTS."""
    said = datetime.fromtimestamp(document["Date"], UTC)
    told = {name: document[name.title()] for name in OF_DOCUMENT if document[name.title()]}
    return f"{ADDRESS}{document['ID']}?{urlencode({'time': f'{said:%Y-%m-%dT%H:%M:%S}', **told}, safe=':')}"


def told(url: str | None) -> dict[str, str]:
    """What an address tells: time and, where they are not empty, author, section and type."""
    if url is None or not url.startswith(ADDRESS):
        return {}
    return dict(parse_qsl(url.partition("?")[2]))


def moment(article: Article) -> datetime | None:
    """The document's date and time (UTC), where the article came out of a DNA database."""
    said = told(article.url).get("time")
    return None if said is None else datetime.fromisoformat(said).replace(tzinfo=UTC)


def rule(row: Mapping[str, Any], variables: Iterable[str], qualifier: str | None) -> str:
    """The rule of the stance of a row of DNA's statement table; `qualifier` is its variable if that is no boolean."""
    values = {name: row[name] for name in ("number", "coder", *variables) if row.get(name) not in (None, "")}
    record = {"statements": [values]} if qualifier is None else {"qualifier": qualifier, "statements": [values]}
    return _rule(record)


def merged(statements: Iterable[Statement]) -> list[Statement]:
    """Each statement once, standing for all of the DNA statements that say the same of the same words."""
    found: dict[str, Statement] = {}
    for statement in statements:
        known = found.get(statement.id)
        if known is not None:
            record = _record(known)
            record["statements"] += _record(statement)["statements"]
            statement = replace(known, stance=replace(known.stance, rule=_rule(record)))
        found[statement.id] = statement
    return list(found.values())


def times(statement: Statement) -> int:
    """How many DNA statements it stands for; 1 where it came from elsewhere."""
    return max(1, len(_record(statement).get("statements", ())))


def expanded(frame: pl.DataFrame, statements: Iterator[Statement]) -> pl.DataFrame:
    """A ledger's table with a row per DNA statement and the columns that DNA's own table has.

    `statements` are those of the table; it comes back as it is where none of them came out of a DNA database.
    """
    if not frame["url"].str.starts_with(ADDRESS).any():
        return frame
    places = {key: place for place, key in enumerate(frame["id"].to_list())}
    rows, kept = [], []
    for statement in statements:
        record = _record(statement)
        for values in record.get("statements", [{}]):
            own: dict[str, Any] = {name: told(statement.article.url).get(name) for name in ("time", *OF_DOCUMENT)}
            own |= {"stop": statement.content[-1].span.end, "qualifier": values.get(record.get("qualifier", ""))}
            rows.append(places[statement.id])
            kept.append({**values, **own})
    names = dict.fromkeys((*EXTRA, *(name for row in kept for name in row)))
    made = frame[rows].with_columns(_column(name, [row.get(name) for row in kept]) for name in names)
    when = pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False).cast(pl.Datetime("us"))
    made = made.with_columns(pl.coalesce(when, pl.col("date").cast(pl.Datetime("us"))).alias("time"))
    return made.drop("qualifier") if made["qualifier"].is_null().all() else made


def _record(statement: Statement) -> dict[str, Any]:
    found = re.fullmatch(RULE + r" (\{.*\})", statement.stance.rule, re.DOTALL)
    record: dict[str, Any] = {} if found is None else json.loads(found[1])
    return record


def _rule(record: Mapping[str, Any]) -> str:
    return f"{RULE} {json.dumps(record, ensure_ascii=False, separators=(',', ':'))}"


def _column(name: str, values: list[Any]) -> pl.Series:
    """A column of values that are all of one kind, or else texts."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if kinds == {int} or name in ("stop", "number", "coder"):
        return pl.Series(name, values, dtype=pl.Int64)
    return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)
