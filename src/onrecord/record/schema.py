"""Define the ledger's tables for SQLAlchemy; `migrations` creates them, and a test compares the two.

There are two kinds of columns: stored data (`texts.content`, every `record`, the rows of `batches` and
`supersessions`), and columns derived from it for fast queries. `verify` recomputes the latter from the former.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Double, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from onrecord.core.columns import OF_STATEMENT, Kind

APPLICATION = "onrecord"

metadata = MetaData()
_SQL: dict[Kind, type[TypeEngine[Any]]] = {
    Kind.TEXT: Text, Kind.TEXTS: Text, Kind.DATE: Text, Kind.INTEGER: BigInteger, Kind.REAL: Double,
}  # fmt: skip
# Lists are JSON, and an unknown day is empty, so that it sorts before all days.
_NEVER_NULL = (Kind.TEXTS, Kind.DATE)

# One row per migration that ran, to distinguish newer ledgers from older ones.
schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("application", Text, nullable=False),
    Column("name", Text, nullable=False),
)

codebooks = Table(
    "codebooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("record", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

# `coder` is null where a machine read, else the name of the person; `reader` names what read.
batches = Table(
    "batches",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("coder", Text),
    Column("reader", Text, nullable=False),
    Column("codebook", Text),
    Column("articles", BigInteger, nullable=False),
    Column("statements", BigInteger, nullable=False),
    Column("superseded", BigInteger, nullable=False),
)

# The one row that says which batch is the last: without it, a last batch cut off whole would not be missed.
# Writers lock it, so that no two batches follow the same one.
head = Table(
    "head",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
)

# Bytes, not text: a lone surrogate or a NUL, which an article may hold, fits into no SQL string.
texts = Table(
    "texts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("batch", BigInteger, nullable=False),
    Column("text_id", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text),
    Column("outlet", Text),
    Column("outlet_key", Text),
    Column("published", Text),
    Column("url", Text),
    Column("extra", Text),
)

# `superseded` is the number of the batch that retired the statement, null while it is in the current view.
statements = Table(
    "statements",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("article", BigInteger, nullable=False),
    Column("batch", BigInteger, nullable=False),
    Column("superseded", BigInteger),
    Column("coder", Text),
    Column("record", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("title", Text),
    Column("speaker_key", Text),
    Column("affiliation_key", Text),
    *(
        Column(column.stored, _SQL[column.kind], nullable=column.optional and column.kind not in _NEVER_NULL)
        for column in OF_STATEMENT
        if column.name != "id"
    ),
    Column("extra", Text),
)

# What people decided on who is who; rows are only added, each bound to the one before it by its hash.
# The last decision, so that one cut off the end is missed.
decision_head = Table(
    "decision_head",
    metadata,
    Column("place", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("record", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

# What took whose place: `old` leaves the current view, `new` enters or re-enters it; either may be null, not both.
supersessions = Table(
    "supersessions",
    metadata,
    Column("batch", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("old", Text),
    Column("new", Text),
    Column("reason", Text, nullable=False),
)

# Articles whose words were erased, each in a batch that says why. Their rows and those of their statements keep ids and
# hashes, so that the batches which brought them still hash to their ids; every other column is empty.
redactions = Table(
    "redactions",
    metadata,
    Column("article", Text, primary_key=True),
    Column("batch", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)

# The last machine reading of each article, so that an interrupted run resumes where it stopped. Not in the chain:
# losing a row costs a second reading, which changes nothing. A changed one could cost statements, hence the hash.
readings = Table(
    "readings",
    metadata,
    Column("article", Text, primary_key=True),
    Column("codebook", Text, nullable=False),
    Column("reader", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
