"""Every store: the suite runs on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

from postgres_server import NoServerError, server  # noqa: E402

from onrecord.record import Ledger  # noqa: E402


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    """Start a PostgreSQL server, or skip."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    running = server()
    try:
        folder = running.__enter__()
    except NoServerError as error:
        pytest.skip(str(error))
    yield folder
    running.__exit__(None, None, None)


@pytest.fixture(scope="session")
def new_database(postgres_socket: str) -> Callable[[], str]:
    """Make fresh PostgreSQL databases."""
    numbers = count()
    admin = create_engine(
        f"postgresql+psycopg://postgres@/postgres?host={postgres_socket}", isolation_level="AUTOCOMMIT"
    )

    def make() -> str:
        name = f"ledger_{next(numbers)}"
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        admin.dispose()
        return f"postgresql://postgres@/{name}?host={postgres_socket}"

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger can be made; nothing is there yet."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    return str(request.getfixturevalue("new_database")())


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """Open a ledger on either database."""
    with Ledger(url) as made:
        yield made


@pytest.fixture
def raw() -> Iterator[Callable[[str], Engine]]:
    """A way past the ledger, to its database, where nothing is held to any rule."""
    engines: list[Engine] = []

    def make(url: str) -> Engine:
        if url.startswith("postgresql:"):
            engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))

            @event.listens_for(engine, "connect")
            def no_foreign_keys(connection, record):
                connection.execute("SET session_replication_role = replica")
                connection.commit()
        else:
            engine = create_engine(f"sqlite:///{url}")
        engines.append(engine)
        return engine

    yield make
    for engine in engines:
        engine.dispose()
