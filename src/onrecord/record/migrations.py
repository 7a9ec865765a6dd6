"""The migrations of the ledger's schema, in order; each runs once, inside one transaction, on SQLite and PostgreSQL.

A migration that was released is never edited: what is to change comes as a further one at the end of the list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, inspect, select

from onrecord.errors import LedgerError, LedgerNewer, NotALedger
from onrecord.record.schema import APPLICATION, schema_version


@dataclass(frozen=True, slots=True)
class Migration:
    """One step; its version is its place in the list, counted from 1."""

    name: str
    upgrade: Callable[[Connection], None]


def _tables(connection: Connection) -> None:
    postgres = connection.dialect.name == "postgresql"
    # SQLite takes a column as its row number only where the type is spelled INTEGER.
    types = {"INT": "BIGINT", "BYTES": "BYTEA", "REAL": "DOUBLE PRECISION"} if postgres else {"INT": "INTEGER"}
    for statement in _TABLES + (_POSTGRES_SEARCH if postgres else _SQLITE_SEARCH):
        for word in ("INT", "BYTES", "REAL"):
            statement = statement.replace(f"<{word}>", types.get(word, {"BYTES": "BLOB", "REAL": "REAL"}.get(word, "")))
        connection.exec_driver_sql(statement)


_TABLES: tuple[str, ...] = (
    "CREATE TABLE codebooks (id TEXT PRIMARY KEY, record TEXT NOT NULL, hash TEXT NOT NULL)",
    """CREATE TABLE batches (
        number <INT> PRIMARY KEY, id TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, previous TEXT NOT NULL,
        created TEXT NOT NULL, coder TEXT, reader TEXT NOT NULL, codebook TEXT REFERENCES codebooks (id),
        articles <INT> NOT NULL, statements <INT> NOT NULL, superseded <INT> NOT NULL)""",
    "CREATE TABLE head (place INTEGER PRIMARY KEY CHECK (place = 1), number <INT> NOT NULL, digest TEXT NOT NULL)",
    "INSERT INTO head (place, number, digest) VALUES (1, 0, '')",
    "CREATE TABLE texts (id TEXT PRIMARY KEY, content <BYTES> NOT NULL)",
    """CREATE TABLE articles (
        number <INT> PRIMARY KEY, id TEXT NOT NULL UNIQUE, batch <INT> NOT NULL REFERENCES batches (number),
        text_id TEXT NOT NULL REFERENCES texts (id), record TEXT NOT NULL, hash TEXT NOT NULL, name TEXT NOT NULL,
        title TEXT, outlet TEXT, outlet_key TEXT, published TEXT, url TEXT)""",
    "CREATE INDEX articles_by_name ON articles (name)",
    "CREATE INDEX articles_by_batch ON articles (batch)",
    """CREATE TABLE statements (
        number <INT> PRIMARY KEY, id TEXT NOT NULL UNIQUE, place TEXT NOT NULL,
        article <INT> NOT NULL REFERENCES articles (number), batch <INT> NOT NULL REFERENCES batches (number),
        superseded <INT> REFERENCES batches (number), coder TEXT, record TEXT NOT NULL, hash TEXT NOT NULL,
        title TEXT, moment TEXT, day TEXT NOT NULL, form TEXT NOT NULL, speaker TEXT, speaker_key TEXT,
        affiliation TEXT, affiliation_key TEXT, chain TEXT NOT NULL, venue TEXT, act TEXT NOT NULL, issue TEXT,
        stance TEXT NOT NULL, commitment TEXT NOT NULL, condition TEXT NOT NULL, quote TEXT NOT NULL,
        cue TEXT NOT NULL, source TEXT NOT NULL, start <INT> NOT NULL, confidence <REAL> NOT NULL, nested_in TEXT)""",
    "CREATE INDEX statements_by_article ON statements (article)",
    "CREATE INDEX statements_by_day ON statements (day, number)",
    "CREATE INDEX statements_by_speaker ON statements (speaker_key, day)",
    "CREATE INDEX statements_by_affiliation ON statements (affiliation_key, day)",
    "CREATE INDEX statements_by_issue ON statements (issue, day)",
    """CREATE TABLE supersessions (
        batch <INT> NOT NULL REFERENCES batches (number), position <INT> NOT NULL,
        old TEXT REFERENCES statements (id), new TEXT REFERENCES statements (id), reason TEXT NOT NULL,
        PRIMARY KEY (batch, position), CHECK (old IS NOT NULL OR new IS NOT NULL))""",
    "CREATE INDEX supersessions_by_old ON supersessions (old)",
    "CREATE INDEX supersessions_by_new ON supersessions (new)",
)

# The index reads its words from `statements` itself, so that no text is kept twice.
_SQLITE_SEARCH: tuple[str, ...] = (
    """CREATE VIRTUAL TABLE statement_words USING fts5 (quote, speaker, title, content='statements',
        content_rowid='number', tokenize='porter unicode61 remove_diacritics 2')""",
)

# Snowball stems without stop words ("not" and "will" are what a search here may be about), accents taken off as
# SQLite's tokenizer does, so that the two stores find the same.
_POSTGRES_SEARCH: tuple[str, ...] = (
    "CREATE TEXT SEARCH DICTIONARY onrecord_stem (TEMPLATE = snowball, Language = english)",
    "CREATE TEXT SEARCH CONFIGURATION onrecord_words (COPY = english)",
    """ALTER TEXT SEARCH CONFIGURATION onrecord_words ALTER MAPPING FOR
        asciiword, word, asciihword, hword, hword_asciipart, hword_part WITH onrecord_stem""",
    r"""ALTER TABLE statements ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('onrecord_words',
        regexp_replace(normalize(quote || E'\n' || coalesce(speaker, '') || E'\n' || coalesce(title, ''), NFKD),
        '[\u0300-\u036f]', '', 'g'))) STORED""",
    "CREATE INDEX statements_by_words ON statements USING gin (words)",
)


def _decisions(connection: Connection) -> None:
    number = "BIGINT" if connection.dialect.name == "postgresql" else "INTEGER"
    connection.exec_driver_sql(
        f"CREATE TABLE decisions (number {number} PRIMARY KEY, record TEXT NOT NULL, previous TEXT NOT NULL, "
        "hash TEXT NOT NULL UNIQUE)"
    )
    connection.exec_driver_sql(
        f"CREATE TABLE decision_head (place INTEGER PRIMARY KEY CHECK (place = 1), number {number} NOT NULL, "
        "hash TEXT NOT NULL)"
    )
    connection.exec_driver_sql("INSERT INTO decision_head (place, number, hash) VALUES (1, 0, '')")


def _readings(connection: Connection) -> None:
    connection.exec_driver_sql(
        "CREATE TABLE readings"
        " (article TEXT PRIMARY KEY, codebook TEXT NOT NULL, reader TEXT NOT NULL, hash TEXT NOT NULL)"
    )


def _desk(connection: Connection) -> None:
    postgres = connection.dialect.name == "postgresql"
    integer = "BIGINT" if postgres else "INTEGER"
    serial = "BIGSERIAL PRIMARY KEY" if postgres else "INTEGER PRIMARY KEY AUTOINCREMENT"
    for statement in _DESK:
        connection.exec_driver_sql(statement.replace("<INT>", integer).replace("<SERIAL>", serial))


_DESK: tuple[str, ...] = (
    "CREATE INDEX statements_by_batch ON statements (batch)",
    """CREATE TABLE desk_users (name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT,
        active INTEGER NOT NULL CHECK (active IN (0, 1)), created TEXT NOT NULL)""",
    """CREATE TABLE desk_sessions (id TEXT PRIMARY KEY, name TEXT NOT NULL REFERENCES desk_users (name),
        created TEXT NOT NULL, expires TEXT NOT NULL)""",
    """CREATE TABLE desk_tokens (id TEXT PRIMARY KEY, name TEXT NOT NULL REFERENCES desk_users (name),
        label TEXT NOT NULL, created TEXT NOT NULL, expires TEXT)""",
    """CREATE TABLE desk_reviews (number <SERIAL>, statement TEXT REFERENCES statements (id),
        result TEXT REFERENCES statements (id), coder TEXT NOT NULL, verdict TEXT NOT NULL,
        batch <INT> NOT NULL REFERENCES batches (number), created TEXT NOT NULL,
        undone <INT> REFERENCES batches (number))""",
    "CREATE INDEX desk_reviews_by_statement ON desk_reviews (statement)",
    "CREATE INDEX desk_reviews_by_coder ON desk_reviews (coder, number)",
    """CREATE TABLE desk_rounds (name TEXT PRIMARY KEY, creator TEXT NOT NULL, created TEXT NOT NULL,
        fields TEXT NOT NULL)""",
    """CREATE TABLE desk_round_items (round TEXT NOT NULL REFERENCES desk_rounds (name), position <INT> NOT NULL,
        statement TEXT NOT NULL REFERENCES statements (id), PRIMARY KEY (round, position))""",
    """CREATE TABLE desk_codings (round TEXT NOT NULL, position <INT> NOT NULL, coder TEXT NOT NULL,
        record TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (round, position, coder),
        FOREIGN KEY (round, position) REFERENCES desk_round_items (round, position))""",
)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("the tables of a ledger", _tables),
    Migration("decisions on who is who", _decisions),
    Migration("which articles were read, under what", _readings),
    Migration("people, reviews and codings of the desk", _desk),
)


def version(connection: Connection, name: str) -> int:
    """The schema's version, 0 in an empty database; NotALedger where the database is another program's."""
    found = set(inspect(connection).get_table_names())
    if schema_version.name not in found:
        # PostgreSQL databases are often shared, so there only a clash of names speaks against making a ledger.
        if found if connection.dialect.name == "sqlite" else found & {"statements", "articles", "batches", "head"}:
            raise NotALedger(f"{name}: a database of another program, not a ledger; give another path or URL")
        return 0
    columns = {column["name"] for column in inspect(connection).get_columns(schema_version.name)}
    if columns != set(schema_version.columns.keys()):
        raise NotALedger(f"{name}: a database of another program, not a ledger; give another path or URL")
    rows = connection.execute(select(func.max(schema_version.c.version), func.min(schema_version.c.application))).one()
    if rows[0] is None or rows[1] != APPLICATION:
        raise NotALedger(f"{name}: its schema_version table names no ledger; give another path or URL")
    return int(rows[0])


def check(found: int, name: str, steps: Sequence[Migration]) -> None:
    """LedgerNewer where the ledger was written by a newer version than this one."""
    if found > len(steps):
        raise LedgerNewer(
            f"{name}: written by a newer OnRecord (schema {found}, this one reads up to {len(steps)}); upgrade onrecord"
        )


def upgrade(connection: Connection, name: str, steps: Sequence[Migration]) -> None:
    """Run the steps that this ledger lacks; the caller holds the write lock and commits."""
    found = version(connection, name)
    check(found, name, steps)
    if found == 0:
        schema_version.create(connection)
    for number, step in enumerate(steps[found:], found + 1):
        step.upgrade(connection)
        connection.execute(insert(schema_version).values(version=number, application=APPLICATION, name=step.name))


def require(connection: Connection, name: str, steps: Sequence[Migration]) -> None:
    """For a reader, who cannot migrate: LedgerError where the ledger is empty or older than this version."""
    found = version(connection, name)
    check(found, name, steps)
    if found == 0:
        raise NotALedger(f"{name}: an empty database, not a ledger; `onrecord read` makes one")
    if found < len(steps):
        raise LedgerError(f"{name}: written by an older OnRecord (schema {found}); open it once for writing")
