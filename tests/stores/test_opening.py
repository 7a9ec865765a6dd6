"""What can stand where a ledger should, and what is said about it: one line, with the name and what to do."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from ledger_samples import reading
from sqlalchemy import inspect, text

from onrecord.errors import LedgerBusy, LedgerError, LedgerNewer, NotALedger
from onrecord.record import Ledger, Reviews, ReviewVerdict, engine, migrations, schema
from onrecord.record.migrations import Migration
from onrecord.record.table import MORE


def refused(kind, *where, **options):
    """Return the one-line message of the expected error."""
    with pytest.raises(kind) as caught:
        Ledger(*where, **options)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_tables_are_those_of_the_schema(ledger, url, raw):
    """Claim: what the migrations make is what the queries believe in."""
    found = inspect(raw(url))
    for table in schema.metadata.sorted_tables:
        columns = {c["name"]: c["nullable"] for c in found.get_columns(table.name)}
        columns.pop("words", None)  # PostgreSQL's search column
        expected = {c.name: c.nullable for c in table.columns}
        assert columns.keys() == expected.keys()
        keys = {c.name for c in table.primary_key.columns}
        assert {n: v for n, v in columns.items() if n not in keys} == {
            n: v for n, v in expected.items() if n not in keys
        }


def test_a_newer_ledger_is_not_touched(url, raw):
    """A ledger of a newer version is refused, for reading and for writing."""
    with Ledger(url) as ledger:
        ledger.add([reading()])
    with raw(url).begin() as connection:
        connection.execute(text("INSERT INTO schema_version VALUES (99, 'onrecord', 'from the future')"))
    for read_only in (False, True):
        assert "upgrade" in refused(LedgerNewer, url, read_only=read_only)


NEW = {
    "statements": ("probability", "speaker_confidence", "issue_confidence", "stance_confidence", "extra"),
    "articles": ("extra",),
}


# Tables of later schemas than the fifth.
LATER = (
    "desk_codebooks", "desk_notes", "desk_assignments", "desk_samples", "desk_settings", "desk_adaptations",
    "desk_views", "desk_collections", "desk_values", "desk_unitings", "desk_unit_rounds", "redactions",
)  # fmt: skip


def test_a_ledger_of_schema_4_gets_its_columns_from_its_records(url, raw):
    """Claim: opened for writing, an older ledger has the same table and extras as a new one, and is sound."""
    of, (ana, boris) = reading()
    coded = replace(boris, stance=replace(boris.stance, rule='dna {"statements":[{"number":7,"coder":2}]}'))
    with Ledger(url) as made:
        made.add([(of, [replace(ana, probability=0.75), coded])])
        before = made.table(more=tuple(MORE))
    with raw(url).begin() as connection:
        for view in ("positions", "current_statements"):
            connection.execute(text(f"DROP VIEW {view}"))
        for table, columns in NEW.items():
            for column in columns:
                connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        for table in LATER:
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("DELETE FROM schema_version WHERE version > 4"))
    assert "open it once for writing" in refused(LedgerError, url, read_only=True)
    with Ledger(url) as opened:
        assert opened.table(more=tuple(MORE)).equals(before)
        assert opened.verify().ok
    assert sorted(before["probability"].drop_nulls().to_list()) == [0.75]
    assert before["extra"].drop_nulls().to_list() == ['{"statements":[{"number":7,"coder":2}]}']


def test_sql_finds_current_statements_and_positions(ledger, url, raw):
    """Claim: the views have what the table has, what a person accepted as certain, and the newest position alone."""
    for number in range(3):
        ledger.add([reading(number)])
    accepted = next(ledger.statements())
    Reviews(ledger).judge(ReviewVerdict.ACCEPT, accepted, None, coder="mira")
    table = ledger.table()
    with raw(url).connect() as connection:
        rows = {row.id: row for row in connection.execute(text("SELECT * FROM current_statements"))}
        newest = connection.execute(text("SELECT speaker, issue, date FROM positions")).all()
    assert rows.keys() == set(table["id"].to_list())
    assert (rows[accepted.id].confidence, rows[accepted.id].checked_by) == (1.0, "mira")
    others = table.filter(pl.col("id") != accepted.id)
    assert {row["id"]: row["confidence"] for row in others.to_dicts()} == {
        key: row.confidence for key, row in rows.items() if key != accepted.id
    }
    sided = table.filter(pl.col("speaker").is_not_null(), pl.col("issue").is_not_null(), pl.col("stance") != "none")
    expected = sided.group_by("speaker", "issue").agg(pl.col("date").max())
    assert {(s, i, d) for s, i, d in newest} == {(s, i, str(d)) for s, i, d in expected.iter_rows()}


def test_an_older_ledger_is_brought_up(url, monkeypatch):
    """Claim: only the missing steps run; a reader, who cannot run them, is told."""
    with Ledger(url) as ledger:
        ledger.add([reading()])
    ran = []

    def step(connection):
        ran.append(1)
        connection.exec_driver_sql("CREATE TABLE further (a INTEGER)")

    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, Migration("further", step)))
    assert "once for writing" in refused(LedgerError, url, read_only=True)
    for _ in range(2):
        with Ledger(url) as ledger:
            assert ledger.count() == 2
            assert ledger.verify().ok
    assert ran == [1]


def test_a_step_that_fails_leaves_the_ledger_as_it_was(url, monkeypatch, raw):
    """A migration that fails leaves the ledger as it was."""
    with Ledger(url) as ledger:
        ledger.add([reading()])

    def step(connection):
        connection.exec_driver_sql("CREATE TABLE further (a INTEGER)")
        connection.exec_driver_sql("CREATE TABLE statements (a INTEGER)")

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, Migration("further", step)))
        with pytest.raises(LedgerError):
            Ledger(url)
    assert "further" not in inspect(raw(url)).get_table_names()
    with Ledger(url) as ledger:
        assert ledger.verify().ok


def test_a_locked_ledger_is_busy_after_a_bounded_wait(url, raw, monkeypatch):
    """A locked ledger gives an error after a bounded wait."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.3)
    with Ledger(url) as ledger:
        ledger.add([reading()])
        with raw(url).connect() as connection:
            lock = "BEGIN IMMEDIATE" if url.endswith(".db") else "SELECT * FROM head FOR UPDATE"
            connection.exec_driver_sql(lock)
            with pytest.raises(LedgerBusy, match="locked by another process"):
                ledger.add([reading(1)])
            assert ledger.count() == 2  # readers are not held up
        assert ledger.add([reading(1)]).written


def test_another_programs_database_is_left_alone(url, raw):
    """A database of another program is refused and unchanged."""
    with raw(url).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE articles (title TEXT)")
    assert "another program" in refused(NotALedger, url)
    assert inspect(raw(url)).get_table_names() == ["articles"]
    with raw(url).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE schema_version (version INTEGER)")
    refused(NotALedger, url)


def test_an_empty_database_is_made_a_ledger_unless_create_is_off(url, raw):
    """An empty database becomes a ledger, unless creation is off."""
    with raw(url).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
        connection.exec_driver_sql("DROP TABLE t")
    refused(NotALedger, url, create=False)
    refused(NotALedger, url, read_only=True)
    with Ledger(url) as ledger:
        assert ledger.verify().ok


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    "content", [b"Ana Orr said the dam must wait.", b"\x00" * 5000, b"SQLite format 2\x00" + b"x" * 100, b"{}"]
)
def test_another_file_is_not_a_ledger_and_stays_as_it_is(tmp_path, content):
    """A file that is no ledger is refused and unchanged."""
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    for options in ({}, {"read_only": True}, {"create": False}):
        assert str(path) in refused(NotALedger, path, **options)
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_a_header_without_a_database_is_refused(tmp_path):
    """A SQLite header without a database behind it is refused."""
    path = tmp_path / "half.db"
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    assert str(path) in refused(NotALedger, path)


def test_missing_and_misplaced(tmp_path):
    """A missing ledger, a missing folder and a folder in its place are each refused with advice."""
    missing = tmp_path / "none.db"
    assert "onrecord read" in refused(LedgerError, missing, create=False)
    assert "onrecord read" in refused(LedgerError, missing, read_only=True)
    assert not missing.exists()
    assert "does not exist" in refused(LedgerError, tmp_path / "no" / "such.db")
    refused(NotALedger, tmp_path)
    (tmp_path / "empty.db").write_bytes(b"")
    with Ledger(tmp_path / "empty.db") as ledger:
        assert ledger.verify().ok


@pytest.mark.parametrize(
    "url", ["mysql://u:secret@host/db", "postgresql://u:secret@127.0.0.1:1/db", "post gres://secret"]
)
def test_urls_that_lead_nowhere_do_not_show_the_password(url):
    """An unreachable address is reported without its password."""
    assert "secret" not in refused(LedgerError, url)


def test_forms_of_a_path(tmp_path):
    """Paths with odd characters, sqlite URLs and memory are accepted."""
    odd = tmp_path / "a b?c#d%20é.db"
    with Ledger(odd) as ledger:
        ledger.add([reading()])
    assert odd.exists()
    with Ledger(f"sqlite:///{tmp_path}/other.db") as ledger:
        ledger.add([reading()])
    assert (tmp_path / "other.db").exists()
    with Ledger(":memory:") as ledger:
        ledger.add([reading()])
        assert ledger.count() == 2
        assert ledger.verify().ok
    assert not Path(":memory:").exists()


def test_a_closed_ledger_is_one_file_and_reading_adds_none(tmp_path):
    """A closed ledger is one file, and reading adds no other."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        ledger.add([reading()])
    assert [p.name for p in tmp_path.iterdir()] == ["ledger.db"]
    before = path.read_bytes()
    with Ledger(path, read_only=True) as ledger:
        assert ledger.table().height == 2
        ledger.verify()
        assert [p.name for p in tmp_path.iterdir()] == ["ledger.db"]
    assert path.read_bytes() == before


def test_a_reader_that_stays_sees_what_a_writer_adds(tmp_path):
    """A reader that stays open sees what a writer adds."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as writer:
        writer.add([reading()])
    with Ledger(path, read_only=True) as reader:
        assert reader.count() == 2
        with Ledger(path) as writer:
            writer.add([reading(1)])
            assert reader.count() == 4
        assert reader.count() == 4
        assert reader.verify().ok


def test_settings_that_durability_rests_on(tmp_path):
    """SQLite runs with the settings that durability needs."""
    with Ledger(tmp_path / "ledger.db") as ledger, engine.writing(ledger._engine) as connection:
        pragma = {
            n: connection.exec_driver_sql(f"PRAGMA {n}").scalar()
            for n in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragma == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


WITHOUT_RIGHTS = """
import os, pwd, sys
from onrecord.errors import LedgerReadOnly
from onrecord.record import Ledger
path = sys.argv[1]
def read():
    with Ledger(path, read_only=True) as ledger:
        assert ledger.count() == 2 and ledger.verify().ok
        return ledger.table()
read()  # whatever is imported late is imported now: somebody else may not be able to reach it
if os.geteuid() == 0:  # root may do everything; somebody else has to try
    user = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
assert not os.access(path, os.W_OK) and not os.access(os.path.dirname(path), os.W_OK)
read()
for where in (path, path + ".new"):
    try:
        Ledger(where)
    except LedgerReadOnly as error:
        assert where in str(error), error
    else:
        raise SystemExit("opened for writing")
print("as it should")
"""


def test_a_file_without_write_permission_can_be_read():
    """Claim: neither right to the file nor to its folder is needed for reading, and writing is refused by name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with Ledger(path) as ledger:
            ledger.add([reading()])
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        done = subprocess.run([sys.executable, "-c", WITHOUT_RIGHTS, str(path)], capture_output=True, text=True)
        Path(folder).chmod(0o755)
        assert done.stdout == "as it should\n", done.stderr
        assert sorted(p.name for p in Path(folder).iterdir()) == ["ledger.db"]


def test_a_ledger_in_a_session_names_its_file(url):
    """`repr` shows the ledger's name as messages do, and whether it is read only."""
    with Ledger(url) as ledger:
        assert repr(ledger) == f"Ledger({ledger.name!r})"
    with Ledger(url, read_only=True) as ledger:
        assert repr(ledger) == f"Ledger({ledger.name!r}, read_only=True)"


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path):
    """A full disk is reported, and nothing is half written."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add([reading()])
        pages = sqlite3.connect(tmp_path / "ledger.db")
        size = pages.execute("PRAGMA page_count").fetchone()[0]
        pages.close()
        with engine.reading(ledger._engine) as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {size + 1}")
        with pytest.raises(LedgerError, match="disk is full"):
            ledger.add([reading(n) for n in range(100)])
        assert ledger.count() == 2
        assert ledger.verify().ok
