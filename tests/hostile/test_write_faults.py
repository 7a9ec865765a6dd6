"""A fault of the disk at each write of a ledger in turn: nothing is lost or doubled, and the ledger stays sound."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from onrecord.errors import LedgerError
from onrecord.pipeline import run
from onrecord.record import Ledger
from tests.unit.show.cli.conftest import small_pipeline

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "COMMIT", "PRAGMA USER_VERSION")


class Disk:
    """Counts writes, and fails at one of them: before it is done, or after."""

    def __init__(self) -> None:
        self.writes = 0
        self.fails_at = 0
        self.after = False

    def write(self, statement: str, do: Any) -> Any:
        """Do a statement, or fail as a full or broken disk does."""
        if not statement.lstrip().upper().startswith(WRITES):
            return do()
        self.writes += 1
        failing = self.writes == self.fails_at
        if failing and not self.after:
            raise sqlite3.OperationalError("disk I/O error")
        made = do()
        if failing:
            raise sqlite3.OperationalError("disk I/O error")
        return made


def faulty(disk: Disk) -> type[sqlite3.Connection]:
    """A connection on such a disk."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *parameters: Any) -> Any:
            return disk.write(sql, lambda: super(Cursor, self).execute(sql, *parameters))

        def executemany(self, sql: str, *parameters: Any) -> Any:
            return disk.write(sql, lambda: super(Cursor, self).executemany(sql, *parameters))

    class Connection(sqlite3.Connection):
        def cursor(self, *_: Any) -> Any:
            return super().cursor(Cursor)

        def execute(self, sql: str, *parameters: Any) -> Any:
            return disk.write(sql, lambda: super(Connection, self).execute(sql, *parameters))

        def commit(self) -> None:
            disk.write("COMMIT", super().commit)

    return Connection


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk under every connection that this test opens."""
    made = Disk()
    connect = sqlite3.connect

    def opened(*arguments: Any, **options: Any) -> sqlite3.Connection:
        return connect(*arguments, **options, factory=faulty(made))

    monkeypatch.setattr(sqlite3, "connect", opened)
    return made


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_fault_at_any_write_loses_and_doubles_nothing(tmp_path: Path, disk: Disk, after: bool) -> None:
    """Claim: whichever write fails, with or without having been done, the error is one line; the same run again
    completes the ledger, which verifies and holds each statement once.
    """
    sources = []
    for number in range(3):
        path = tmp_path / f"{number}.txt"
        path.write_text(f"“We want ferry {number},” said Orr. “We reject it,” said Domin. “We want all,” said Venn.")
        sources.append(str(path))

    def read(path: Path) -> None:
        with Ledger(path) as ledger:
            list(run(sources, small_pipeline(), ledger))  # type: ignore[arg-type]

    read(tmp_path / "whole.db")
    writes = disk.writes
    with Ledger(tmp_path / "whole.db") as ledger:
        expected = sorted(statement.id for statement in ledger.statements())
    assert len(expected) == 9
    assert writes >= 10
    disk.after = after
    failed: list[str] = []
    for number in range(1, writes + 1):
        path = tmp_path / f"{number}.db"
        disk.writes, disk.fails_at = 0, number
        try:
            read(path)
        except LedgerError as error:
            failed.append(str(error))
        disk.fails_at = 0
        read(path)
        with Ledger(path) as ledger:
            assert sorted(statement.id for statement in ledger.statements()) == expected, number
            assert len(list(ledger.articles())) == 3
            assert ledger.verify().ok, (number, ledger.verify().findings)
    assert len(failed) > writes / 2
    assert not any("\n" in line for line in failed)
