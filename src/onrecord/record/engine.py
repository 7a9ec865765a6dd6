"""Open SQLite files and PostgreSQL databases, and begin transactions."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from onrecord.errors import LedgerError, LedgerReadOnly, NotALedger

BUSY_SECONDS = 5.0  # how long a writer waits for another one before LedgerBusy
CACHE = 65_536  # KiB of pages that a connection to SQLite keeps
_MAGIC = b"SQLite format 3\x00"
_MEMORY = ":memory:"


def parse(url: str | Path) -> tuple[str, Path | URL | None]:
    """Parse a ledger's address to its name for messages (without password) and a path, a PostgreSQL URL, or None for
    memory.
    """
    given = str(url)
    if isinstance(url, Path) or "://" not in given:
        return given, None if given == _MEMORY else Path(given)
    try:
        made = make_url(given)
    except ArgumentError as error:
        raise LedgerError("the ledger's URL cannot be read; use a path or postgresql://user@host/database") from error
    kind = made.drivername.split("+")[0]
    if kind == "sqlite":
        database = made.database or _MEMORY
        return database, None if database == _MEMORY else Path(database)
    name = made.render_as_string(hide_password=True)
    if kind not in ("postgresql", "postgres"):
        raise LedgerError(f"{name}: not a ledger address; use a path or postgresql://user@host/database")
    return name, made.set(drivername="postgresql+psycopg")


def open_engine(name: str, target: Path | URL | None, *, create: bool, read_only: bool, cache: int = CACHE) -> Engine:
    """Open the engine; PostgreSQL is not contacted before the first connection.

    `cache` limits the pages that each connection to SQLite caches, in KiB.

    Raises:
        LedgerError: the file or the driver is missing.
    """
    if target is None:
        return _sqlite(_memory, StaticPool, cache)
    if isinstance(target, URL):
        return _postgres(name, target, read_only=read_only)
    _check_file(name, target, create=create and not read_only, read_only=read_only)
    if read_only:
        # A fresh look for every connection, as whether the file may be taken as immutable can change.
        return _sqlite(lambda: _connect(target, _reading(target)), NullPool, cache)
    return _sqlite(lambda: _connect(target, f"mode={'rwc' if create else 'rw'}"), QueuePool, cache, writes=True)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a write transaction, which waits at most BUSY_SECONDS for other writers and commits unless the block
    raises.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # IMMEDIATE: a transaction that begins by reading could not wait for the lock when it comes to write.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(BUSY_SECONDS * 1000)}")
        yield connection
        connection.commit()


def lock_for_upgrade(connection: Connection) -> None:
    """Let no two processes make or migrate the same PostgreSQL ledger at once (SQLite's lock does so already)."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('onrecord schema'))")


def compact(engine: Engine, tables: Sequence[str]) -> bool:
    """Rewrite the file, or on PostgreSQL these tables, so that nothing erased is left in it.

    Returns whether SQLite's -wal file could be emptied too, which other programs that have the ledger open prevent.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in tables:
                connection.exec_driver_sql(f'VACUUM FULL "{name}"')
        return True
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM")
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()
        return busy is None or not busy[0]


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a read transaction: one unchanging view of the ledger, however long it lasts."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield connection
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        yield connection


def _sqlite(
    creator: Callable[[], sqlite3.Connection],
    pool: type[NullPool | QueuePool | StaticPool],
    cache: int,
    *,
    writes: bool = False,
) -> Engine:
    engine = create_engine("sqlite://", creator=creator, poolclass=pool)

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, record: object) -> None:
        try:
            connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            connection.execute("PRAGMA foreign_keys = ON")
            if writes:
                connection.execute("PRAGMA journal_mode = WAL")
                # FULL, not NORMAL: a batch reported as stored must survive a power cut, and with one
                # commit per batch the additional sync is not felt.
                connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{cache}")
        except UnicodeDecodeError as error:  # the message of SQLite quotes the damaged file
            raise sqlite3.DatabaseError("the file is damaged") from error

    return engine


def _memory() -> sqlite3.Connection:
    return sqlite3.connect(_MEMORY, check_same_thread=False, isolation_level=None)


def _connect(path: Path, options: str) -> sqlite3.Connection:
    uri = f"file:{quote(os.path.abspath(path))}?{options}"
    return sqlite3.connect(
        uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None, cached_statements=256
    )


def _reading(path: Path) -> str:
    """Choose the SQLite options for reading.

    A file in WAL mode cannot be read without its -wal and -shm files, which even a reader makes (and leaves behind).
    Where no -wal with content lies beside it nobody is writing, and `immutable` reads the file alone.
    """
    try:
        pending = path.with_name(path.name + "-wal").stat().st_size > 0
    except OSError:
        pending = False
    return "mode=ro" if pending else "mode=ro&immutable=1"


def _check_file(name: str, path: Path, *, create: bool, read_only: bool) -> None:
    try:
        if not path.exists():
            if not create:
                raise LedgerError(f"{name}: no such ledger; `onrecord read SOURCE --ledger {name}` makes one")
            if not path.parent.is_dir():
                raise LedgerError(f"{name}: the folder {path.parent} does not exist; make it first")
            if not os.access(path.parent, os.W_OK):
                raise LedgerReadOnly(f"{name}: the folder {path.parent} cannot be written; give another --ledger")
            return
        if path.is_dir():
            raise NotALedger(f"{name}: a folder, not a ledger; give the path of a file")
        if not path.is_file():  # a pipe would be waited for until somebody writes to it
            raise NotALedger(f"{name}: a pipe or a device, not a ledger; give the path of a file")
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except OSError as error:
        raise LedgerError(f"{name}: {error.strerror or error}; check the path and its permissions") from error
    if start and start != _MAGIC:
        raise NotALedger(f"{name}: not a ledger (not a SQLite database); give another path")
    if not read_only and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise LedgerReadOnly(
            f"{name}: cannot be written; give write permission to the file and its folder, or another --ledger"
        )


def _postgres(name: str, url: URL, *, read_only: bool) -> Engine:
    if importlib.util.find_spec("psycopg") is None:
        raise LedgerError(f"{name}: the PostgreSQL driver is missing; pip install 'onrecord[postgres]'")
    options = {"options": "-c default_transaction_read_only=on"} if read_only else {}
    return create_engine(url, connect_args={"connect_timeout": int(BUSY_SECONDS), **options}, pool_pre_ping=True)
