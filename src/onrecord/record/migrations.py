"""Migrate the ledger's schema, in order; each migration runs once, in one transaction, on SQLite and PostgreSQL.

A released migration is never edited; changes are new migrations at the end of the list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, column, func, insert, inspect, select, table, update

from onrecord.errors import LedgerError, LedgerNewer, NotALedger
from onrecord.record import rows
from onrecord.record.schema import APPLICATION, schema_version


@dataclass(frozen=True, slots=True)
class Migration:
    """Describe one migration; its version is its position in the list, counted from 1."""

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


def _confidences(connection: Connection) -> None:
    real = "DOUBLE PRECISION" if connection.dialect.name == "postgresql" else "REAL"
    for name in _CONFIDENCES:
        connection.exec_driver_sql(f"ALTER TABLE statements ADD COLUMN {name} {real}")
    connection.exec_driver_sql("ALTER TABLE statements ADD COLUMN extra TEXT")
    connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN extra TEXT")
    s = table("statements", column("number"), column("record"), *map(column, (*_CONFIDENCES, "extra")))
    change = update(s).where(s.c.number == bindparam("which"))
    change = change.values({name: bindparam(f"new_{name}") for name in (*_CONFIDENCES, "extra")})
    after = 0
    while page := connection.execute(
        select(s.c.number, s.c.record).where(s.c.number > after).order_by(s.c.number).limit(5_000)
    ).all():
        connection.execute(change, [{"which": number, **_confidences_of(record)} for number, record in page])
        after = page[-1].number


def _confidences_of(record: str) -> dict[str, object]:
    """Return the new columns of a statement's record; null where the record is damaged, which `verify` reports."""
    empty: dict[str, object] = dict.fromkeys(f"new_{name}" for name in (*_CONFIDENCES, "extra"))
    try:
        raw = json.loads(record)
        judged = {name: raw["judgements"][name]["confidence"] for name in ("speaker", "issue", "stance")}
        return empty | {f"new_{name}_confidence": value for name, value in judged.items()} | {
            "new_probability": raw.get("probability"), "new_extra": rows.extra_of(raw),
        }  # fmt: skip
    except (ValueError, TypeError, KeyError):
        return empty


def _desk_work(connection: Connection) -> None:
    postgres = connection.dialect.name == "postgresql"
    integer = "BIGINT" if postgres else "INTEGER"
    serial = "BIGSERIAL PRIMARY KEY" if postgres else "INTEGER PRIMARY KEY AUTOINCREMENT"
    for statement in _DESK_WORK:
        connection.exec_driver_sql(statement.replace("<INT>", integer).replace("<SERIAL>", serial))


_DESK_WORK: tuple[str, ...] = (
    """CREATE TABLE desk_codebooks (number <INT> PRIMARY KEY, record TEXT NOT NULL, coder TEXT NOT NULL,
        created TEXT NOT NULL, change TEXT NOT NULL)""",
    """CREATE TABLE desk_notes (number <SERIAL>, article TEXT NOT NULL, statement TEXT, coder TEXT NOT NULL,
        kind TEXT NOT NULL, text TEXT NOT NULL, created TEXT NOT NULL, closed TEXT)""",
    "CREATE INDEX desk_notes_by_article ON desk_notes (article)",
    """CREATE TABLE desk_assignments (article TEXT PRIMARY KEY, coder TEXT NOT NULL, assigned_by TEXT NOT NULL,
        created TEXT NOT NULL)""",
    """CREATE TABLE desk_samples (number <SERIAL>, statement TEXT NOT NULL UNIQUE, coder TEXT NOT NULL,
        created TEXT NOT NULL)""",
)


def _redactions(connection: Connection) -> None:
    number = "BIGINT" if connection.dialect.name == "postgresql" else "INTEGER"
    connection.exec_driver_sql(
        "CREATE TABLE redactions (article TEXT PRIMARY KEY REFERENCES articles (id), "
        f"batch {number} NOT NULL REFERENCES batches (number), reason TEXT NOT NULL)"
    )


_CONFIDENCES = ("probability", "speaker_confidence", "issue_confidence", "stance_confidence")


def _desk_kept(connection: Connection) -> None:
    postgres = connection.dialect.name == "postgresql"
    integer = "BIGINT" if postgres else "INTEGER"
    serial = "BIGSERIAL PRIMARY KEY" if postgres else "INTEGER PRIMARY KEY AUTOINCREMENT"
    for statement in _DESK_KEPT:
        connection.exec_driver_sql(statement.replace("<INT>", integer).replace("<SERIAL>", serial))


_DESK_KEPT: tuple[str, ...] = (
    """CREATE TABLE desk_settings (account TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
        changed TEXT NOT NULL, PRIMARY KEY (account, name))""",
    """CREATE TABLE desk_adaptations (name TEXT PRIMARY KEY, record TEXT NOT NULL, coder TEXT NOT NULL,
        created TEXT NOT NULL)""",
    """CREATE TABLE desk_views (number <SERIAL>, account TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL,
        feed TEXT, created TEXT NOT NULL, UNIQUE (account, name))""",
    """CREATE TABLE desk_collections (collection TEXT NOT NULL, statement TEXT NOT NULL, coder TEXT NOT NULL,
        note TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (collection, statement))""",
    """CREATE TABLE desk_values (statement TEXT NOT NULL, variable TEXT NOT NULL, value TEXT NOT NULL,
        coder TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (statement, variable))""",
    """CREATE TABLE desk_unit_rounds (name TEXT PRIMARY KEY, creator TEXT NOT NULL, created TEXT NOT NULL,
        articles TEXT NOT NULL)""",
    """CREATE TABLE desk_unitings (round TEXT NOT NULL REFERENCES desk_unit_rounds (name), position <INT> NOT NULL,
        coder TEXT NOT NULL, record TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (round, position, coder))""",
)


def _views(connection: Connection) -> None:
    for statement in _VIEWS:
        connection.exec_driver_sql(statement)


_VIEW_COLUMNS = (
    "id", "article", "article_name", "title", "outlet", "published", "url", "date", "said", "form", "speaker",
    "affiliation", "chain", "venue", "act", "issue", "stance", "commitment", "conditions", "quote", "cue", "source",
    "start", "confidence", "probability", "speaker_confidence", "issue_confidence", "stance_confidence", "checked_by",
    "nested_in",
)  # fmt: skip
_VIEWS: tuple[str, ...] = (
    """CREATE VIEW current_statements AS
        SELECT s.id AS id, a.id AS article, a.name AS article_name, a.title AS title, a.outlet AS outlet,
            a.published AS published, a.url AS url, s.day AS date, s.moment AS said, s.form AS form,
            s.speaker AS speaker, s.affiliation AS affiliation, s.chain AS chain, s.venue AS venue, s.act AS act,
            s.issue AS issue, s.stance AS stance, s.commitment AS commitment, s.condition AS conditions,
            s.quote AS quote, s.cue AS cue, s.source AS source, s.start AS start,
            CASE WHEN s.coder IS NULL AND r.coder IS NULL THEN s.confidence ELSE 1.0 END AS confidence,
            s.probability AS probability, s.speaker_confidence AS speaker_confidence,
            s.issue_confidence AS issue_confidence, s.stance_confidence AS stance_confidence,
            coalesce(s.coder, r.coder) AS checked_by, s.nested_in AS nested_in
        FROM statements s JOIN articles a ON a.number = s.article
        LEFT JOIN (SELECT result, max(coder) AS coder FROM desk_reviews
            WHERE undone IS NULL AND result IS NOT NULL GROUP BY result) r ON r.result = s.id
        WHERE s.superseded IS NULL""",
    f"""CREATE VIEW positions AS SELECT {", ".join(_VIEW_COLUMNS)} FROM (
        SELECT c.*, row_number() OVER (PARTITION BY speaker, issue ORDER BY date DESC, confidence DESC, id) AS place
        FROM current_statements c WHERE speaker IS NOT NULL AND issue IS NOT NULL AND stance <> 'none') ranked
        WHERE place = 1""",
)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("the tables of a ledger", _tables),
    Migration("decisions on who is who", _decisions),
    Migration("which articles were read, under what", _readings),
    Migration("people, reviews and codings of the desk", _desk),
    Migration("confidences by field, and other programs' variables", _confidences),
    Migration("views for SQL: current statements and positions", _views),
    Migration("codebook versions, notes, assignments and samples of the desk", _desk_work),
    Migration("settings, adaptations, saved views, collections, variables and unit rounds of the desk", _desk_kept),
    Migration("redactions: articles whose words were erased", _redactions),
)


def version(connection: Connection, name: str) -> int:
    """Return the schema's version, 0 in an empty database.

    Raises:
        NotALedger: the database belongs to another program.
    """
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
        raise NotALedger(f"{name}: its schema_version table does not name a ledger; give another path or URL")
    return int(rows[0])


def check(found: int, name: str, steps: Sequence[Migration]) -> None:
    """Check that the ledger was not written by a newer version.

    Raises:
        LedgerNewer: it was.
    """
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
    """Require the current schema, for readers, which cannot migrate.

    Raises:
        LedgerError: the ledger is empty or older than this version.
    """
    found = version(connection, name)
    check(found, name, steps)
    if found == 0:
        raise NotALedger(f"{name}: an empty database, not a ledger; `onrecord read` makes one")
    if found < len(steps):
        raise LedgerError(f"{name}: written by an older OnRecord (schema {found}); open it once for writing")
