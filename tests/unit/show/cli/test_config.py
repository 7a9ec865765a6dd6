"""The configuration file gives flags their defaults; flags and the environment override it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def study(filled: Any, tmp_path: Path) -> Any:
    """Return a function that runs the program under a configuration."""
    (tmp_path / "onrecord.db").rename(tmp_path / "study.db")

    def ask(config: str, *words: str) -> Any:
        (tmp_path / "onrecord.toml").write_text(config, encoding="utf-8")
        return filled(*words)

    return ask


def test_a_flag_of_every_command_and_of_one(study: Any) -> None:
    """Claim: a value at the top is for all commands that have the flag, one in a table for its command alone."""
    config = 'ledger = "study.db"\nmin-confidence = 0.4\nformat = "csv"\n[matrix]\nformat = "markdown"\n'
    assert study(config, "statements").stdout.startswith("id,")
    assert study(config, "matrix").stdout.startswith("| actor |")
    assert study(config, "verify").exit_code == 0
    assert study(config, "report").stdout.startswith("# "), "csv is no format of a briefing, so it stays as it is"


def test_lists_and_precedence(study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: a list is a repeated flag; the environment overrides the file, and a flag overrides both."""
    config = 'ledger = "study.db"\n[statements]\nissue = ["toll"]\nformat = "csv"\n'
    assert study(config, "statements").stdout.count("\n") == 2
    assert study(config, "statements", "--issue", "ferry").stdout.count("\n") == 3
    monkeypatch.setenv("ONRECORD_LEDGER", "none.db")
    assert "none.db: no such ledger" in study(config, "statements").stderr
    assert study(config, "statements", "--ledger", "study.db").exit_code == 0


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("legder = 'a.db'", "no flag 'legder' that it may set; did you mean 'ledger'?"),
        ("[matrx]\nby = 'affiliation'", "no command 'matrx' that it may set; did you mean 'matrix'?"),
        ("[matrix]\nyes = true", "no flag of matrix 'yes'"),
        ("yes = true", "no flag 'yes'"),
        ("ledger =", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(study: Any, config: str, words: str) -> None:
    """Claim: the status is 2, and the line names the file and what is wrong."""
    result = study(config, "statements")
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.replace("│", " ").split())
    assert "onrecord.toml" in result.stderr
