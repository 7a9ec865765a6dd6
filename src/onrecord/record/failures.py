"""Translate database errors to errors of this package: one line that names the ledger and the remedy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from onrecord.errors import LedgerBusy, LedgerError, LedgerReadOnly, NotALedger


@contextmanager
def translating(name: str) -> Iterator[None]:
    """Raise what the database says as a LedgerError about the ledger `name`."""
    try:
        yield
    except DBAPIError as error:
        raise translate(name, error.orig or error) from error
    except sqlite3.Error as error:
        raise translate(name, error) from error
    except PoolTimeout as error:
        raise LedgerBusy(f"{name}: too many readers at once in this process; try again") from error
    except SQLAlchemyError as error:
        raise LedgerError(f"{name}: {_line(error)}") from error


def translate(name: str, error: BaseException) -> LedgerError:
    """Return the error of this package for a driver's error."""
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(name, error)
    return _from_postgres(name, error)


def _from_sqlite(name: str, error: sqlite3.Error) -> LedgerError:
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return LedgerBusy(f"{name}: locked by another process; wait until it has finished, then try again")
    if code.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        return LedgerReadOnly(f"{name}: cannot be written; give write permission to the file and its folder")
    if code == "SQLITE_NOTADB":
        return NotALedger(f"{name}: not a ledger (not a SQLite database); give another path")
    if code.startswith("SQLITE_CORRUPT"):
        return LedgerError(f"{name}: damaged ({_line(error)}); restore it from a copy, or try sqlite3's .recover")
    if code == "SQLITE_FULL":
        return LedgerError(f"{name}: the disk is full; the batch was not written, make room and run again")
    if code.startswith("SQLITE_IOERR"):
        return LedgerError(
            f"{name}: the disk failed ({_line(error)}); the batch was not written, check the disk and run it again"
        )
    if code.startswith("SQLITE_CANTOPEN"):
        return LedgerError(f"{name}: cannot be opened; check that the path exists and that you may read it")
    if code == "SQLITE_ERROR" and "no such" in str(error):
        return LedgerError(f"{name}: damaged ({_line(error)}); restore it from a copy")
    return LedgerError(f"{name}: {_line(error)}")


def _from_postgres(name: str, error: BaseException) -> LedgerError:
    state = getattr(error, "sqlstate", None) or ""
    if state in ("55P03", "40P01", "57014"):
        return LedgerBusy(f"{name}: locked by another process; wait until it has finished, then try again")
    if state in ("25006", "42501"):
        return LedgerReadOnly(f"{name}: this user may not write there; ask for the right, or give another --ledger")
    if state == "53100":
        return LedgerError(f"{name}: the server's disk is full; the batch was not written, make room and run again")
    if state.startswith(("08", "57P")) or not state:
        return LedgerError(f"{name}: the server does not answer ({_line(error)}); check the URL and that it runs")
    if state in ("42P01", "42703"):
        return LedgerError(f"{name}: damaged ({_line(error)}); restore it from a copy")
    return LedgerError(f"{name}: {_line(error)}")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())
