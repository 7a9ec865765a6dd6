"""A hostile text costs its own reading; the desk answers everybody else meanwhile, and ends when it is told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

pytest.importorskip("starlette", reason="the extra `desk` is not installed")

from tests.machine import scaled
from tests.made import ROOT
from tests.web.conftest import token

# One token of letters: what made a quadratic regular expression hold the interpreter for half an hour.
PASTE = '"' + "a" * 300_000 + ',” Venn said. "' + "x " * 5_000


def free_port() -> int:
    """Find a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The real command on a new ledger, and its address."""
    port = free_port()
    command = [sys.executable, "-m", "onrecord", "serve", "--ledger", "l.db", "--port", str(port), "--coder", "Ada"]
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": paths}
    ) as child:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + scaled(30)
        while time.monotonic() < until:
            try:
                if httpx.get(f"{address}/health", timeout=1).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield child, address
        child.kill()


def test_a_hostile_paste_does_not_hold_up_the_desk(desk: tuple[subprocess.Popen[bytes], str]) -> None:
    """Claim: /health and pages answer while a text is read that takes very long, and SIGTERM acts."""
    child, address = desk
    with httpx.Client(base_url=address, timeout=scaled(5), follow_redirects=True) as client:
        page = client.get("/add")
        sent = client.post("/add", data={"csrf": token(page.text), "text": PASTE})
        assert sent.status_code == 200
        assert "/jobs/" in str(sent.url)
        for _ in range(8):
            assert client.get("/health").status_code == 200
            assert client.get("/").status_code == 200
            time.sleep(0.5)
    begin = time.monotonic()
    child.send_signal(signal.SIGTERM)
    child.wait(timeout=scaled(12))
    assert time.monotonic() - begin < scaled(12)
