"""The systemd unit in `docs/watch.md` is one that systemd takes, and starts the program with flags that it has."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.made import ROOT

from onrecord.show.cli.app import build

PAGE = (ROOT / "docs" / "watch.md").read_text(encoding="utf-8")


@pytest.fixture
def unit() -> str:
    """Return the unit file of the documentation."""
    (found,) = re.findall(r"```ini\n(.*?)```", PAGE, re.S)
    return str(found)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_unit(unit: str, tmp_path: Path) -> None:
    """Every line is known and well formed; the program's place is this Python's, as the documented one is not here."""
    path = tmp_path / "onrecord-watch.service"
    path.write_text(unit.replace("/opt/onrecord/bin/onrecord", sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_unit_starts_what_there_is(unit: str) -> None:
    """The systemd units of the documentation start a command that exists, with flags that exist."""
    words = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.M)[1])  # type: ignore[index]
    assert words[:2] == ["/opt/onrecord/bin/onrecord", "watch"]
    program: Any = typer.main.get_command(build())
    known = {flag for parameter in program.commands["watch"].params for flag in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known
