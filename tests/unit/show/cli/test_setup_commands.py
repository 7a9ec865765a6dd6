"""`init`, `info`, `schema`, `codebook init` and `demo --write`: what begins a study."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer.testing

from onrecord.show.cli.app import build


def ask(*words: str) -> typer.testing.Result:
    """Run a command."""
    return typer.testing.CliRunner().invoke(build(), list(words), prog_name="onrecord")


def test_init_makes_a_ledger_and_a_codebook_that_passes_its_check(tmp_path: Path) -> None:
    """A new folder has both files, the codebook has no warning, and a second `init` changes neither."""
    folder = tmp_path / "study"
    assert ask("init", str(folder)).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["issues.yaml", "onrecord.db"]
    check = ask("codebook", "check", str(folder / "issues.yaml"))
    assert (check.exit_code, check.stderr) == (0, "")
    (folder / "issues.yaml").write_text("mine")
    again = ask("init", str(folder))
    assert again.exit_code == 0
    assert again.stderr.count("exists") == 2
    assert (folder / "issues.yaml").read_text() == "mine"


def test_codebook_init_does_not_overwrite(tmp_path: Path) -> None:
    """A file that is there stays as it is, and the status says so."""
    path = tmp_path / "issues.yaml"
    assert ask("codebook", "init", str(path)).exit_code == 0
    path.write_text("mine")
    assert ask("codebook", "init", str(path)).exit_code == 1
    assert path.read_text() == "mine"


def test_info_counts_what_a_ledger_holds(tmp_path: Path) -> None:
    """Without a ledger it names the reader; with one also what it holds and the digest of the last batch."""
    assert "onrecord 0" in ask("info", "--ledger", str(tmp_path / "none.db")).stdout
    from tests.made import article, statement

    from onrecord.record import Ledger

    with Ledger(tmp_path / "a.db") as ledger:
        batch = ledger.add([(article(), [statement()])])
    found = json.loads(ask("info", "--ledger", str(tmp_path / "a.db"), "--format", "jsonl").stdout)
    assert (found["articles"], found["statements"], found["batches"]) == (1, 1, 1)
    assert found["digest"] == batch.digest
    assert found["first date"] == found["last date"] == "2026-03-02"


@pytest.mark.parametrize("record", ["statement", "article", "codebook"])
def test_schema_prints_json(record: str) -> None:
    """What is printed is one JSON Schema with an id that needs no host."""
    assert json.loads(ask("schema", record).stdout)["$id"].startswith("urn:onrecord:schema:")


def test_demo_writes_the_sample_files_once(tmp_path: Path) -> None:
    """The files can be read; a file of the same name that is there already stays."""
    (tmp_path / "dispatch.txt").write_text("mine")
    done = ask("demo", "--write", str(tmp_path))
    assert done.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "dispatch.txt", "straits.jsonl", "straits.yaml", "sund.yaml",
    ]  # fmt: skip
    assert (tmp_path / "dispatch.txt").read_text() == "mine"
    assert ask("codebook", "check", str(tmp_path / "sund.yaml")).exit_code == 0
