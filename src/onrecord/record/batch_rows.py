"""Read and write batches as rows, and insert rows into tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import Connection, Table, func, insert, select, update

from onrecord.errors import LedgerError
from onrecord.lexicon import Codebook
from onrecord.record import rows
from onrecord.record.hash_chain import Batch, ContentHash, link
from onrecord.record.schema import articles, batches, codebooks, head, redactions

CHUNK = 500  # values in one IN list, rows in one bulk insert of articles
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchMetadata:
    """Hold the metadata of a batch: when, by whom or what, and under which codebook it is written."""

    created: str
    coder: str | None = None
    reader: str = ""
    codebook: Codebook | None = None


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Yield the items in pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def maximum(connection: Connection, table: Table) -> int:
    """Return the highest number in a table, 0 in an empty one."""
    return int(connection.execute(select(func.coalesce(func.max(table.c.number), 0))).scalar_one())


def last_batch(connection: Connection) -> Batch | None:
    """Return the last batch, None in an empty ledger."""
    row = connection.execute(select(batches).order_by(batches.c.number.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else Batch(**row)


def last_number(connection: Connection) -> int:
    """Return the number of the last batch, 0 in an empty ledger."""
    return int(connection.execute(select(func.max(batches.c.number))).scalar_one() or 0)


def last_codebook(connection: Connection) -> str | None:
    """Return the id of the codebook that was used last."""
    last = select(batches.c.codebook).where(batches.c.codebook.is_not(None)).order_by(batches.c.number.desc()).limit(1)
    return connection.execute(last).scalar_one_or_none()


def count_articles(connection: Connection) -> int:
    """Count the articles of the ledger without those that were redacted."""
    count = [connection.execute(select(func.count()).select_from(one)).scalar_one() for one in (articles, redactions)]
    return int(count[0]) - int(count[1])


def lock(connection: Connection) -> Batch:
    """Lock the head row and return the last batch; SQLite's lock is held already."""
    row = connection.execute(select(head.c.number, head.c.digest).with_for_update()).one_or_none()
    last = last_batch(connection)
    if row is None or (row.number, row.digest) != ((last.number, last.digest) if last else (0, "")):
        raise LedgerError("the last batch is not the one that the ledger's head names; run `onrecord verify`")
    return last or Batch(
        number=0, id="", digest="", previous="", created="", coder=None, reader="", codebook=None,
        articles=0, statements=0, superseded=0,
    )  # fmt: skip


def following(last: Batch, metadata: BatchMetadata, contents: ContentHash, counts: tuple[int, int, int]) -> Batch:
    """Make the batch after `last`; `counts` are of its articles, statements and superseded statements."""
    batch = Batch(
        number=last.number + 1,
        id=contents.id(),
        digest="",
        previous=last.digest,
        created=metadata.created,
        coder=None if metadata.coder is None else rows.storable(metadata.coder),
        reader=rows.storable(metadata.reader),
        codebook=None if metadata.codebook is None else metadata.codebook.id,
        articles=counts[0],
        statements=counts[1],
        superseded=counts[2],
    )
    return replace(batch, digest=link(batch))


def begin(connection: Connection, batch: Batch, codebook: rows.Row | None) -> None:
    """Write the row of a batch, and that of its codebook if the ledger lacks it."""
    if (
        codebook is not None
        and not connection.execute(select(codebooks.c.id).where(codebooks.c.id == codebook["id"])).first()
    ):
        connection.execute(insert(codebooks), codebook)
    connection.execute(insert(batches).values({column.name: getattr(batch, column.name) for column in batches.c}))


def end(connection: Connection, batch: Batch) -> None:
    """Make a written batch the last one of the ledger."""
    connection.execute(update(head).values(number=batch.number, digest=batch.digest))


def put(connection: Connection, table: Table, made: Iterable[Sequence[object]]) -> None:
    """Insert rows, each the values of the table's columns in order; into PostgreSQL by COPY, several times faster."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" * len(table.columns))
        connection.connection.cursor().executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", list(made))
        return
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            for row in made:
                copy.write_row(row)
    finally:
        cursor.close()
