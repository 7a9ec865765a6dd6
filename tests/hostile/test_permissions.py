"""Files, folders and homes that the user has no right to: one line says so and what to do, and the rest is read.

Root may read and write everything, so where the tests run as root, the command runs without the capabilities that say
so: then the permissions of files count for it as for anybody else.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from onrecord.record import Ledger
from tests.machine import scaled
from tests.made import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="permissions of Linux")
SAID = "“We will open the port,” said Ida Renn.\n"
DROP_FROM_BOUNDING_SET = 24  # prctl(2)
OVERRIDES = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: capabilities(7)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def give_up_overrides() -> None:
    """Let permissions count for this process from its next program on, also where it is root's."""
    if os.geteuid() == 0:
        for capability in OVERRIDES:
            ctypes.CDLL(None, use_errno=True).prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Make files with and without rights, and run the command among them."""
    for folder in ("closed", "fixed", "mixed/inner"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("good.txt", "secret.txt", "closed/a.txt", "mixed/b.txt", "mixed/inner/c.txt"):
        (tmp_path / name).write_text(SAID + name, encoding="utf-8")
    for name in ("secret.db", "fixed.db", "fixed/old.db"):
        Ledger(tmp_path / name).close()
    (tmp_path / "secret.yaml").write_text("name: x", encoding="utf-8")
    (tmp_path / "secret.toml").write_text("", encoding="utf-8")
    for name in ("secret.txt", "secret.db", "secret.yaml", "secret.toml", "closed", "mixed/inner"):
        (tmp_path / name).chmod(0)
    (tmp_path / "fixed.db").chmod(0o444)
    (tmp_path / "fixed").chmod(0o555)

    def call(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CONFIG_HOME")}
        given = {"HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])} | environment
        made = subprocess.run(
            [sys.executable, "-m", "onrecord", *command],
            cwd=tmp_path,
            env=kept | {name: value.replace("HERE", str(tmp_path)) for name, value in given.items() if value},
            preexec_fn=give_up_overrides,
            capture_output=True,
            text=True,
            timeout=scaled(60),
            check=False,
        )
        assert "Traceback" not in made.stderr
        assert "internal error" not in made.stderr
        return made

    return call


def test_what_cannot_be_read_is_named_and_the_rest_is_read(run: Run) -> None:
    """A file, a folder and a folder inside one that this user may not read cost nothing else."""
    made = run("read", "secret.txt", "closed", "mixed", "good.txt", "--no-save", "--format", "csv")
    assert made.returncode == 1
    for name in ("secret.txt", "closed", "mixed/inner"):
        assert f"onrecord: {name}: no right to read it; change its permissions or copy it" in made.stderr
    assert [line for line in made.stdout.splitlines() if "open the port" in line][1:] != []
    assert "2 statements in 2 articles; 3 sources failed" in made.stderr


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        (("read", "good.txt", "--ledger", "fixed/new.db"), 1, "cannot be written; give another --ledger"),
        (("read", "good.txt", "--ledger", "fixed/old.db"), 1, "cannot be written; give write permission"),
        (("read", "good.txt", "--ledger", "fixed.db"), 1, "cannot be written; give write permission"),
        (("read", "good.txt", "--ledger", "fixed/archive/"), 1, "cannot be written or read; check its permissions"),
        (("read", "good.txt", "--ledger", "closed/new.db"), 1, "; "),
        (("read", "good.txt", "--no-save", "--report", "fixed/r.jsonl"), 1, "Permission denied; check the path"),
        (("read", "good.txt", "--no-save", "--model", "closed"), 1, "Permission denied; check the path"),
        (("read", "good.txt", "--no-save", "--codebook", "secret.yaml"), 2, "is not readable"),
        (("statements", "--ledger", "secret.db"), 1, "Permission denied; check the path and its permissions"),
        (("verify", "--ledger", "closed/any.db"), 1, "; "),
        (("statements", "--ledger", "closed/"), 1, "cannot be written or read; check its permissions"),
        (("statements", "--ledger", "fixed.db"), 0, "no statement fits"),
        (("verify", "--ledger", "fixed/old.db"), 0, ""),
        (("export", "--ledger", "fixed.db", "-o", "fixed/x.csv"), 1, "; "),
        (("demo", "--write", "fixed"), 1, "Permission denied; check the path"),
    ],
    ids=lambda value: " ".join(value[:1] + value[-1:]) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_used_is_named_with_what_to_do(
    run: Run, command: tuple[str, ...], status: int, said: str
) -> None:
    """A ledger, report, model or codebook without the rights to it ends the command with one line of advice."""
    made = run(*command)
    assert made.returncode == status, made.stderr
    assert said in made.stderr + made.stdout


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": "HERE/closed"},
        {"HOME": "HERE/fixed", "TMPDIR": "HERE/fixed", "XDG_CACHE_HOME": "HERE/fixed"},
        {"HOME": "/none"},
        {"HOME": "HERE", "XDG_CONFIG_HOME": "HERE/closed"},
    ],
    ids=["closed", "not writable", "missing", "closed configuration"],
)
def test_a_home_without_rights_changes_nothing(run: Run, environment: dict[str, str]) -> None:
    """The command needs no home folder: one that is closed, missing or not to be written costs not even a note."""
    made = run("read", "good.txt", "--no-save", **environment)
    assert made.returncode == 0
    assert "Ida Renn" in made.stdout
    assert [line for line in made.stderr.splitlines() if not line.startswith("onrecord: ")] == []


def test_a_configuration_without_rights_is_named(run: Run) -> None:
    """A configuration file that is named but cannot be read is wrong usage, and says which file it is."""
    made = run("statements", ONRECORD_CONFIG="secret.toml")
    assert made.returncode == 2
    assert "secret.toml: cannot be read" in made.stderr
    assert "; mend it, or move it away" in " ".join(made.stderr.split())
