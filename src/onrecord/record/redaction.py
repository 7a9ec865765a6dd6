"""Redaction: erasing an article's words, with a record of it that leaves the hash chain valid.

The chain is over ids and hashes, so these stay; the text, the quotations, and all that was derived from them go. A
batch of its own says which article was redacted, by whom and why, and retires its statements from the current view.
What was erased is not read into the ledger again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, Text, delete, func, insert, or_, select, update

from onrecord.errors import LedgerError
from onrecord.record import rows, search
from onrecord.record.batch_rows import BatchMetadata, begin, chunks, end, following, lock
from onrecord.record.desk.schema import (
    assignments,
    codings,
    collections,
    notes,
    reviews,
    round_items,
    samples,
    unit_rounds,
    unitings,
    values,
)
from onrecord.record.hash_chain import Batch, ContentHash
from onrecord.record.schema import articles, batches, redactions, statements, supersessions, texts
from onrecord.record.schema import readings as readings_table

REDACTED = "redacted"  # the reason for which a redacted article's statements leave the current view
LEAST_PREFIX = 8

# What stays of a redacted row: its place in the ledger and what the chain hashes.
KEPT: Mapping[str, frozenset[str]] = {
    "articles": frozenset({"number", "id", "batch", "text_id", "hash"}),
    "statements": frozenset({"number", "id", "place", "article", "batch", "superseded", "coder", "hash"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Hold a redacted article: its id, the batch that says so, when, by whom and why."""

    article: str
    batch: int
    created: str
    coder: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """Hold what a redaction erased; `shared` are the ids of articles that have the same text and still stand."""

    articles: int
    statements: int
    shared: tuple[str, ...] = ()


def blank(table: Table) -> rows.Row:
    """Return the values that the columns of a redacted row have, other than those that are kept."""
    return {
        column.name: None if column.nullable else _empty(column.type)
        for column in table.columns
        if column.name not in KEPT[table.name]
    }


def _empty(kind: Any) -> object:
    if isinstance(kind, LargeBinary):
        return b""
    return "" if isinstance(kind, Text) else 0


def find(connection: Connection, key: str) -> list[str]:
    """Return the ids of the articles, not yet redacted, that have this id, beginning of an id, name or address."""
    a = articles.c
    wanted = rows.storable(key)
    parts = [a.id == wanted, a.name == wanted, a.url == wanted]
    if len(wanted) >= LEAST_PREFIX and not wanted.strip("0123456789abcdef"):
        parts.append(a.id.startswith(wanted))
    chosen = select(a.id).where(or_(*parts), a.record != "").order_by(a.number)
    return list(connection.execute(chosen).scalars())


def fetch(connection: Connection) -> list[Redaction]:
    """Return all redactions, oldest first."""
    r, b = redactions.c, batches.c
    chosen = select(r.article, r.batch, b.created, b.coder, r.reason).join(batches, b.number == r.batch)
    return [Redaction(**row) for row in connection.execute(chosen.order_by(r.batch, r.article)).mappings()]


def blocked(connection: Connection, wanted: Mapping[str, str]) -> set[str]:
    """Return which articles (text ids by article id) may not be added, as they or their texts were redacted."""
    chosen = (
        select(articles.c.id, articles.c.text_id, func.length(texts.c.content))
        .join(redactions, redactions.c.article == articles.c.id)
        .join(texts, texts.c.id == articles.c.text_id)
    )
    gone = connection.execute(chosen).all()
    ids = {row[0] for row in gone}
    erased = {row[1] for row in gone if not row[2]}
    return {key for key, text_id in wanted.items() if key in ids or text_id in erased} if gone else set()


def redact(connection: Connection, ids: Sequence[str], reason: str, stamp: BatchMetadata) -> tuple[Batch, Redacted]:
    """Erase the words of some articles in one batch, inside the caller's transaction.

    Raises:
        LedgerError: one of them is not in the ledger, or was redacted before.
    """
    last = lock(connection)
    a = articles.c
    found = connection.execute(select(a.id, a.number, a.text_id).where(a.id.in_(ids), a.record != "")).all()
    if missing := sorted(set(ids) - {row.id for row in found}):
        raise LedgerError(f"article {missing[0]} is not in the ledger, or was redacted before")
    numbers = [row.number for row in found]
    s = statements.c
    chosen = select(s.id).where(s.article.in_(numbers), s.superseded.is_(None)).order_by(s.number)
    events = [(key, None, REDACTED) for key in connection.execute(chosen).scalars()]
    made = sorted((row.id, rows.storable(reason)) for row in found)
    contents = ContentHash()
    contents.codebook(None)
    contents.supersessions(events)
    contents.redactions(made)
    batch = following(last, stamp, contents, (0, 0, len(events)))
    begin(connection, batch, None)
    if events:
        values = [
            {"batch": batch.number, "position": place, "old": old, "new": None, "reason": REDACTED}
            for place, (old, _, _) in enumerate(events, 1)
        ]
        connection.execute(insert(supersessions), values)
    connection.execute(
        insert(redactions), [{"article": key, "batch": batch.number, "reason": why} for key, why in made]
    )
    current = [s.article.in_(numbers), s.superseded.is_(None)]
    connection.execute(update(statements).where(*current).values(superseded=batch.number))
    _forget_desk(connection, numbers, [row.id for row in found])
    erased = _erase(connection, numbers)
    shared = _erase_texts(connection, sorted({row.text_id for row in found}))
    connection.execute(delete(readings_table).where(readings_table.c.article.in_([row.id for row in found])))
    end(connection, batch)
    return batch, Redacted(articles=len(found), statements=erased, shared=tuple(shared))


def _erase(connection: Connection, numbers: Sequence[int]) -> int:
    """Blank the rows of articles and their statements, and take their words out of the search index."""
    s = statements.c
    of = s.article.in_(numbers)
    count = int(connection.execute(select(func.count()).select_from(statements).where(of)).scalar_one())
    there = list(connection.execute(select(s.number).where(of)).scalars())
    search.unindex(connection, there)
    connection.execute(update(statements).where(of).values(blank(statements)))
    connection.execute(update(articles).where(articles.c.number.in_(numbers)).values(blank(articles)))
    search.reindex(connection, there)
    return count


def _erase_texts(connection: Connection, ids: Sequence[str]) -> list[str]:
    """Empty the texts that no other article has; returns the articles that keep one of them."""
    a = articles.c
    shared = connection.execute(select(a.id, a.text_id).where(a.text_id.in_(ids), a.record != "")).all()
    gone = sorted(set(ids) - {row.text_id for row in shared})
    connection.execute(update(texts).where(texts.c.id.in_(gone)).values(content=b""))
    return sorted(row.id for row in shared)


def _forget_desk(connection: Connection, numbers: Sequence[int], ids: Sequence[str]) -> None:
    """Delete what the desk holds of redacted articles, none of which is in the chain."""
    keys = list(connection.execute(select(statements.c.id).where(statements.c.article.in_(numbers))).scalars())
    connection.execute(delete(notes).where(notes.c.article.in_(ids)))
    connection.execute(delete(assignments).where(assignments.c.article.in_(ids)))
    touched: set[str] = set()
    i = round_items.c
    for some in chunks(keys):
        for table in (samples, collections, values):
            connection.execute(delete(table).where(table.c.statement.in_(some)))
        connection.execute(delete(reviews).where(or_(reviews.c.statement.in_(some), reviews.c.result.in_(some))))
        touched.update(connection.execute(select(i.round).where(i.statement.in_(some))).scalars())
    for name in sorted(touched):
        _renumber(connection, name, set(keys))
    for row in connection.execute(select(unit_rounds.c.name, unit_rounds.c.articles)).all():
        if not set(ids).isdisjoint(listed := json.loads(row.articles)):
            _renumber_units(connection, row.name, listed, set(ids))


def _renumber(connection: Connection, name: str, without: set[str]) -> None:
    """Take statements out of a coding round, whose positions follow each other without a gap."""
    i, c = round_items.c, codings.c
    chosen = select(round_items).where(i.round == name).order_by(i.position)
    items = [dict(row) for row in connection.execute(chosen).mappings() if row["statement"] not in without]
    place = {row["position"]: number for number, row in enumerate(items, 1)}
    coded = [dict(row) for row in connection.execute(select(codings).where(c.round == name)).mappings()]
    connection.execute(delete(codings).where(c.round == name))
    connection.execute(delete(round_items).where(i.round == name))
    for table, some in ((round_items, items), (codings, coded)):
        left = [{**row, "position": place[row["position"]]} for row in some if row["position"] in place]
        if left:
            connection.execute(insert(table), left)


def _renumber_units(connection: Connection, name: str, listed: Sequence[str], without: set[str]) -> None:
    """Take articles out of a round of marking statements, whose positions follow each other without a gap."""
    left = [key for key in listed if key not in without]
    place = {before: left.index(key) + 1 for before, key in enumerate(listed, 1) if key not in without}
    u = unitings.c
    marked = [dict(row) for row in connection.execute(select(unitings).where(u.round == name)).mappings()]
    connection.execute(delete(unitings).where(u.round == name))
    connection.execute(update(unit_rounds).where(unit_rounds.c.name == name).values(articles=rows.to_json(left)))
    made = [{**row, "position": place[row["position"]]} for row in marked if row["position"] in place]
    if made:
        connection.execute(insert(unitings), made)
