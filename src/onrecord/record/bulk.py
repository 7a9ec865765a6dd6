"""Load readings in bulk that are rows already, from an archive or a worker, with few round trips to the database.

There are two steps. `insert_rows` prepares a reading without the database, so that it can run while the database
writes the previous batch; `load` writes one batch. Neither checks the words: whoever made the rows has done that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from onrecord.record import archive_check, redaction, rows, search
from onrecord.record.archive_rows import ReadingRows, ledger_columns
from onrecord.record.batch_rows import BatchMetadata, begin, chunks, end, following, lock, maximum, put
from onrecord.record.hash_chain import Batch, ContentHash
from onrecord.record.schema import articles, statements, texts
from onrecord.record.writing import new_texts, remember

if TYPE_CHECKING:
    from onrecord.record.archive import Archive

# The columns that only the ledger knows come from `load`, the others from the reading.
_OF_STATEMENT = tuple(c.name for c in statements.c if c.name not in ("number", "article", "batch"))
_OF_ARTICLE = tuple(c.name for c in articles.c if c.name not in ("number", "batch"))
# For the transaction alone: records are packed by the newer method where the server has it, which takes a quarter off
# the time of a row, and the full-text index takes in its pending words less often.
_SETTINGS = (
    "SELECT set_config('default_toast_compression', 'lz4', true) FROM pg_settings"
    " WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)",
    "SET LOCAL gin_pending_list_limit = 32768",
)
# While one thread makes rows ready and another sends them, a turn of Python's usual 5 ms starves the database of rows.
_TURN_SECONDS = 0.0003


@dataclass(frozen=True, slots=True)
class InsertRows:
    """Hold a reading as a ledger inserts it; `entries` are its entries in the batch's hash, the article's first."""

    reading: ReadingRows
    article: tuple[object, ...]
    statements: tuple[tuple[object, ...], ...]
    entries: tuple[str, ...]

    @property
    def id(self) -> str:
        """Return the article's id."""
        return str(self.reading.article["id"])


@contextmanager
def short_switch_interval() -> Iterator[None]:
    """Shorten the turns that threads take."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, _TURN_SECONDS))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def insert_rows(reading: ReadingRows) -> InsertRows:
    """Prepare a reading for writing."""
    row = reading.article
    article = {**row, "outlet_key": rows.key(row["outlet"])}
    unique = {one["id"]: one for one in reading.statements}
    made = [{"id": key, "superseded": None, "coder": None} | ledger_columns(one) for key, one in unique.items()]
    return InsertRows(
        reading,
        tuple(article[name] for name in _OF_ARTICLE),
        tuple(tuple(one[name] for name in _OF_STATEMENT) for one in made),
        (
            ContentHash.entry("article", row["id"], row["hash"]),
            *(ContentHash.entry("statement", one["id"], one["hash"]) for one in made),
        ),
    )


def existing_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Return the ids of articles that are in the ledger already."""
    found: set[str] = set()
    for some in chunks(ids):
        found.update(connection.execute(select(articles.c.id).where(articles.c.id.in_(some))).scalars())
    return found


def load(
    connection: Connection, some: Iterable[InsertRows], metadata: BatchMetadata
) -> tuple[Batch, list[ReadingRows]]:
    """Write readings in one batch and return those of articles that are in the ledger already, unwritten."""
    last = lock(connection)
    unique = {one.id: one for one in some}
    gone = redaction.blocked(connection, {key: one.reading.article["text_id"] for key, one in unique.items()})
    unique = {key: one for key, one in unique.items() if key not in gone}
    there = existing_ids(connection, list(unique))
    new = [one for key, one in unique.items() if key not in there]
    batch = replace(last, articles=0, statements=0, superseded=0, written=False)
    if new:
        batch = _write(connection, new, last, metadata)
        remember(connection, [one.id for one in new], metadata)
    return batch, [one.reading for key, one in unique.items() if key in there]


def _write(connection: Connection, new: Sequence[InsertRows], last: Batch, metadata: BatchMetadata) -> Batch:
    if connection.dialect.name == "postgresql":
        for setting in _SETTINGS:
            connection.exec_driver_sql(setting)
    first, from_article = maximum(connection, statements) + 1, maximum(connection, articles) + 1
    codebook = None if metadata.codebook is None else rows.codebook_row(metadata.codebook)
    contents = ContentHash()
    contents.codebook(None if codebook is None else (codebook["id"], codebook["hash"]))
    contents.made(one.entries[0] for one in new)
    contents.made(entry for one in new for entry in one.entries[1:])
    counts = (len(new), sum(len(one.statements) for one in new), 0)
    batch = following(last, metadata, contents, counts)
    begin(connection, batch, codebook)
    wanted = ({"id": one.reading.article["text_id"], "content": one.reading.article["content"]} for one in new)
    put(connection, texts, ((row["id"], row["content"]) for row in new_texts(connection, wanted)))
    put(connection, articles, _articles(new, from_article, batch.number))
    put(connection, statements, _statements(new, first, from_article, batch.number))
    if counts[1]:
        search.index_new(connection, first)
    end(connection, batch)
    return batch


def _articles(new: Sequence[InsertRows], number: int, batch: int) -> Iterator[tuple[object, ...]]:
    for place, one in enumerate(new, number):
        yield (place, one.article[0], batch, *one.article[1:])


def _statements(new: Sequence[InsertRows], number: int, article: int, batch: int) -> Iterator[tuple[object, ...]]:
    for place, one in enumerate(new, article):
        for values in one.statements:
            yield (number, values[0], values[1], place, batch, *values[2:])
            number += 1


def checked_rows(archive: Archive) -> Iterator[list[InsertRows]]:
    """Yield an archive's readings ready to be written, each checked against its text."""
    for readings in archive.readings():
        archive_check.check_words(readings)
        yield [insert_rows(reading) for reading in readings]


def prefetch(items: Iterator[list[InsertRows]]) -> Iterator[list[InsertRows]]:
    """Yield the items, the next one made while the database writes the last."""
    with ThreadPoolExecutor(max_workers=1) as pool, short_switch_interval():
        following = pool.submit(next, items, None)
        while (item := following.result()) is not None:
            following = pool.submit(next, items, None)
            yield item
