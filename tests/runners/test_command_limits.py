"""The limits on one article hold in the plain command too, without --workers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from onrecord.record import Ledger
from tests.machine import scaled
from tests.made import ROOT

GOOD = "“We will open the port in the spring,” said the harbour minister, Ida Renn, on Monday. "


def test_a_long_article_is_cut_off_and_the_rest_is_read(tmp_path: Path) -> None:
    """Claim: in the plain command an article above the time limit is skipped with advice, those around it are read."""
    seconds = round(scaled(4))
    for name in ("a.txt", "z.txt"):
        (tmp_path / name).write_text(f"{GOOD}It is {name}.")
    (tmp_path / "m.txt").write_text(GOOD * 4_000)
    command = [sys.executable, "-m", "onrecord", "read", "a.txt", "m.txt", "z.txt", "--ledger", "l.db",
               "--timeout", str(seconds)]  # fmt: skip
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=scaled(120), check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
    )  # fmt: skip
    assert done.returncode == 1
    assert f"m.txt: skipped: it took more than {seconds} s" in done.stderr
    assert "--timeout" in done.stderr
    with Ledger(tmp_path / "l.db") as ledger:
        assert {article.name for article in ledger.articles()} >= {"a.txt", "z.txt"}


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_a_closed_standard_stream_costs_nothing_else(tmp_path: Path, closed: str) -> None:
    """Claim: the number of a stream that the caller closed is not taken by the ledger, and the article is kept."""
    (tmp_path / "a.txt").write_text(GOOD)
    command = f"{sys.executable} -m onrecord read a.txt --ledger l.db {closed}"
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=scaled(60), check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
    )  # fmt: skip
    assert done.returncode == 0
    assert "error" not in done.stderr
    with Ledger(tmp_path / "l.db", create=False) as ledger:
        assert [article.name for article in ledger.articles()] == ["a.txt"]
