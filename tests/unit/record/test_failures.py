"""What a database says becomes one line that names the ledger and the remedy."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from onrecord.errors import LedgerBusy, LedgerError, LedgerReadOnly, NotALedger
from onrecord.record.failures import translate, translating


class ServerError(Exception):
    """An error of PostgreSQL's driver, which has a state."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("the  server\nsays so")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("SQLITE_BUSY", LedgerBusy, "locked"),
        ("SQLITE_BUSY_SNAPSHOT", LedgerBusy, "locked"),
        ("SQLITE_LOCKED", LedgerBusy, "locked"),
        ("SQLITE_PROTOCOL", LedgerBusy, "locked"),
        ("SQLITE_READONLY_DIRECTORY", LedgerReadOnly, "write permission"),
        ("SQLITE_PERM", LedgerReadOnly, "write permission"),
        ("SQLITE_NOTADB", NotALedger, "not a SQLite database"),
        ("SQLITE_CORRUPT_INDEX", LedgerError, "damaged"),
        ("SQLITE_FULL", LedgerError, "disk is full"),
        ("SQLITE_IOERR_WRITE", LedgerError, "disk failed"),
        ("SQLITE_CANTOPEN_ISDIR", LedgerError, "cannot be opened"),
        ("SQLITE_MISUSE", LedgerError, "odd thing"),
        (None, LedgerError, "odd thing"),
    ],
)
def test_errors_of_sqlite(name: str | None, kind: type[LedgerError], words: str) -> None:
    """Each of SQLite's errors has its kind and its remedy."""
    error = sqlite3.OperationalError("an odd\n thing")
    if name is not None:
        error.sqlite_errorname = name
    found = translate("river.db", error)
    assert type(found) is kind
    assert str(found).startswith("river.db: ")
    assert words in str(found)
    assert "\n" not in str(found)


@pytest.mark.parametrize("message", ["no such table: articles", "near SELECT: syntax error"])
def test_a_missing_table_is_damage_and_another_error_is_itself(message: str) -> None:
    """A ledger that lacks a table is damaged; any other error of SQL is told as it is."""
    error = sqlite3.OperationalError(message)
    error.sqlite_errorname = "SQLITE_ERROR"
    assert ("damaged" in str(translate("river.db", error))) == message.startswith("no such")


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ("55P03", LedgerBusy, "locked"),
        ("40P01", LedgerBusy, "locked"),
        ("57014", LedgerBusy, "locked"),
        ("25006", LedgerReadOnly, "may not write"),
        ("42501", LedgerReadOnly, "may not write"),
        ("53100", LedgerError, "disk is full"),
        ("08006", LedgerError, "does not answer"),
        ("57P01", LedgerError, "does not answer"),
        (None, LedgerError, "does not answer"),
        ("42P01", LedgerError, "damaged"),
        ("42703", LedgerError, "damaged"),
        ("22012", LedgerError, "the server says so"),
    ],
)
def test_errors_of_a_server(state: str | None, kind: type[LedgerError], words: str) -> None:
    """Each state of the database server has its kind and its remedy."""
    found = translate("pg", ServerError(state))
    assert type(found) is kind
    assert words in str(found)
    if state == "22012":
        assert str(found) == "pg: the server says so"


def test_errors_come_out_of_the_block_as_the_packages_own(tmp_path: Path) -> None:
    """Errors of the driver, of the pool and of SQLAlchemy are translated; all others pass."""
    text = tmp_path / "text.db"
    text.write_text("no database" * 100)
    with pytest.raises(NotALedger), translating("text.db"):
        sqlite3.connect(text).execute("SELECT * FROM sqlite_master")
    with pytest.raises(LedgerBusy, match="too many readers"), translating("x"):
        raise PoolTimeout
    with pytest.raises(LedgerError, match="x: odd"), translating("x"):
        raise SQLAlchemyError("odd")
    driver = sqlite3.OperationalError("locked")
    driver.sqlite_errorname = "SQLITE_BUSY"
    with pytest.raises(LedgerBusy), translating("x"):
        raise OperationalError("SELECT 1", {}, driver)
    with pytest.raises(KeyError), translating("x"):
        raise KeyError
