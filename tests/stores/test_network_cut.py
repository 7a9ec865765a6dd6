"""The network between a ledger and its PostgreSQL server is cut in mid-write, for real, by a proxy that drops it.

What was being written is then written whole or not at all; after the network is back, a run goes on and every statement
is there once.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.machine import scaled
from tests.made import ROOT, TEXT, statement

from onrecord.core.span import Text
from onrecord.core.statement import Article
from onrecord.errors import LedgerError
from onrecord.record import Ledger


class Wire:
    """Leads TCP connections to a server's socket; `cut_after` bytes on the way there it goes dead, until `mend`."""

    def __init__(self, folder: str) -> None:
        self._target = f"{folder}/.s.PGSQL.5432"
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.passed = 0
        self.limit: int | None = None
        self.cuts = 0
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, size: int) -> None:
        """Let so many more bytes through to the server, then drop every connection and refuse new ones."""
        self.limit = self.passed + size

    def mend(self) -> None:
        """All is well again."""
        self.limit = None

    def close(self) -> None:
        """Close all connections."""
        self._listening.close()
        self._drop()

    @property
    def dead(self) -> bool:
        """Tell whether the connection was cut."""
        return self.limit is not None and self.passed >= self.limit

    def _accept(self) -> None:
        while True:
            try:
                theirs, _ = self._listening.accept()
            except OSError:
                return
            if self.dead:
                theirs.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            with self._lock:
                self._pairs.append((theirs, server))
            threading.Thread(target=self._carry, args=(theirs, server, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, theirs, False), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, there: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                if there:
                    self.passed += len(data)
                    if self.dead:
                        self.cuts += 1
                        break
                sink.sendall(data)
        self._drop() if there and self.dead else self._end(source, sink)

    def _drop(self) -> None:
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for one, other in pairs:
            self._end(one, other)

    @staticmethod
    def _end(*sockets: socket.socket) -> None:
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture
def wire(postgres_socket: str) -> Iterator[Wire]:
    """Connect to PostgreSQL through a proxy that can be cut."""
    made = Wire(postgres_socket)
    yield made
    made.close()


@pytest.fixture
def url(new_database: Callable[[], str], wire: Wire) -> str:
    """A database that is reached over the wire alone."""
    name = new_database().partition("@/")[2].partition("?")[0]
    return f"postgresql://postgres@127.0.0.1:{wire.port}/{name}"


def articles(number: int) -> list[Article]:
    """Make articles of some length."""
    return [Article(text=Text(f"{TEXT} {n} {'and so on ' * 40}"), name=f"a{n}") for n in range(number)]


def names(url: str) -> list[str]:
    """Return the article names of a valid ledger without duplicates."""
    with Ledger(url) as ledger:
        assert ledger.verify().ok
        found = [s.article.name for s in ledger.statements()]
        assert len(found) == len({s.id for s in ledger.statements()})
        return sorted(found, key=lambda name: int(name[1:]))


@pytest.mark.parametrize("size", [200, 3_000, 60_000, 150_000])
def test_a_batch_that_is_cut_off_is_not_there_and_is_written_again(url: str, wire: Wire, size: int) -> None:
    """At its beginning, in the middle of its rows and towards its end: one line of error, and nothing of it is kept."""
    readings = [(article, [statement(article)]) for article in articles(200)]
    with Ledger(url) as ledger:
        ledger.add(readings[:20])
        wire.cut_after(size)
        with pytest.raises(LedgerError) as caught:
            ledger.add(readings)
        assert wire.cuts == 1
        assert "\n" not in str(caught.value)
        assert "does not answer" in str(caught.value)
        with pytest.raises(LedgerError):
            ledger.add(readings)
        wire.mend()
        assert ledger.count() == 20, "the same ledger, connected anew"
        ledger.add(readings)
    assert names(url) == [f"a{n}" for n in range(200)]


DRIVER = """
import sys
from onrecord import pipeline
from onrecord.record import Ledger
from onrecord.runners import Bounds, in_workers
from tests.machine import scaled
from tests.runners import poison

if __name__ == "__main__":
    pipeline.BATCH_SECONDS = 0.3
    with Ledger(sys.argv[1]) as ledger:
        bounds = Bounds(seconds=scaled(5))
        items = in_workers([sys.argv[2]], poison.build, ledger, workers=2, bounds=bounds, resume=True)
        for item in pipeline.deserialize(items):
            print(type(item).__name__, flush=True)
"""


def drive(tmp_path: Path, url: str, source: Path) -> subprocess.Popen[str]:
    """Start a driver in another process."""
    script = tmp_path / "driver.py"
    script.write_text(DRIVER)
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, str(script), url, str(source)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip


def test_a_run_whose_network_is_cut_goes_on_where_it_stopped(url: str, wire: Wire, tmp_path: Path) -> None:
    """Twice in the middle of a run with two workers, which then ends with one line; the third run does the rest."""
    source = tmp_path / "articles.jsonl"
    rows = [json.dumps({"id": a.name, "text": f"{a.text.content} SLOW"}) for a in articles(100)]
    source.write_text("\n".join(rows), encoding="utf-8")
    known = 0
    for _ in range(2):
        with drive(tmp_path, url, source) as child:
            assert child.stdout is not None
            while "Result" not in child.stdout.readline():
                assert child.poll() is None
            wire.cut_after(150_000)
            _, said = child.communicate(timeout=scaled(60))
        assert child.returncode == 1
        assert "LedgerError" in said.splitlines()[-1]
        wire.mend()
        time.sleep(0.2)
        with Ledger(url) as ledger:
            assert ledger.verify().ok
            known = ledger.count()
            assert known < 100
    with drive(tmp_path, url, source) as child:
        out, said = child.communicate(timeout=scaled(60))
    assert child.returncode == 0, said
    assert out.split().count("AlreadyRead") == known > 0
    assert names(url) == [f"a{n}" for n in range(100)]
