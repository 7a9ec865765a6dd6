"""The systemd units are ones that systemd takes, and start the program with flags that it has."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.test_commands import unknown
from tests.made import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
SYSTEMD = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


def test_there_is_a_unit_for_each_service() -> None:
    """The watch and the desk have one."""
    assert [path.stem for path in UNITS] == ["onrecord-desk", "onrecord-watch"]


@SYSTEMD
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_systemd_takes_the_unit(path: Path, tmp_path: Path) -> None:
    """Every line is known and well formed; the program's place is this Python's, as the documented one is not here."""
    copy = tmp_path / path.name
    copy.write_text(path.read_text().replace("/opt/onrecord/bin/onrecord", sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@SYSTEMD
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_the_unit_is_confined(path: Path, tmp_path: Path) -> None:
    """systemd's own rating of the exposure is at most 5 of 10."""
    copy = tmp_path / path.name
    copy.write_text(path.read_text().replace("/opt/onrecord/bin/onrecord", sys.executable))
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=50", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_the_unit_starts_what_there_is(path: Path) -> None:
    """Each unit starts a command that exists, with flags that exist."""
    words = shlex.split(re.search(r"^ExecStart=(.*)$", path.read_text(), re.M)[1])  # type: ignore[index]
    assert words[0] == "/opt/onrecord/bin/onrecord"
    assert words[1] in {"watch", "serve"}
    assert unknown(words[1:]) == []
