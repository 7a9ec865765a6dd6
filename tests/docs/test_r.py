"""The vignette for R runs, on files that the program writes."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer.testing
from tests.made import ROOT, article, statement

from onrecord.core.statement import Stance
from onrecord.record import Ledger
from onrecord.show.cli.app import build

VIGNETTE = ROOT / "bench" / "consumers" / "vignette.R"
PARTIES = {"Sund": "support", "Tarsia": "oppose", "Brask": "support", "Lohrun": "oppose"}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Write what the vignette reads."""
    made = []
    for n, (party, stance) in enumerate(PARTIES.items()):
        for issue in ("bridge", "toll"):
            one = statement(article(name=f"{party}-{issue}", text=article().text.content + f" {n} {issue}"))
            fields: dict[str, Any] = {
                "affiliation": party,
                "speaker": f"Speaker of {party}",
                "issue": issue,
                "stance": Stance(stance),
            }
            made.append(
                replace(one, **{name: replace(getattr(one, name), value=value) for name, value in fields.items()})
            )
    unsided = statement(article(name="unsided", text=article().text.content + " none"))
    made.append(replace(unsided, stance=replace(unsided.stance, value=Stance.NONCOMMITTAL)))
    with Ledger(tmp_path / "a.db") as ledger:
        ledger.add([(one.article, [one]) for one in made])

    def run(*words: str) -> None:
        done = typer.testing.CliRunner().invoke(build(), [*words], prog_name="onrecord")
        assert done.exit_code == 0, done.output

    from_ledger = ("--ledger", str(tmp_path / "a.db"))
    run("export", *from_ledger, "-o", str(tmp_path / "statements.csv"))
    run("export", *from_ledger, "-o", str(tmp_path / "study.dna"))
    run("network", *from_ledger, "--aggregate", "subtract", "-o", str(tmp_path / "one.graphml"))
    from_dna = ("--ledger", str(tmp_path / "study.dna"), "--mode", "two", "--aggregate", "subtract")
    run("network", *from_dna, "-o", str(tmp_path / "dna-two.csv"))
    average = ("--aggregate", "subtract", "--normalise", "average", "--duplicates", "document")
    run("network", "--ledger", str(tmp_path / "study.dna"), *average, "-o", str(tmp_path / "dna-one.csv"))
    return tmp_path


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_vignette_runs(files: Path) -> None:
    """R reads the table, igraph the network with names and weights, and SQL the DNA database with the same matrix."""
    done = subprocess.run(
        ["Rscript", "--vanilla", str(VIGNETTE), str(files)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_exported_database_gives_the_network_of_the_ledger(files: Path) -> None:
    """Statements without a side, which are of a second type there, change nothing in a network of sides."""
    words = ("network", "--ledger", str(files / "a.db"), "--mode", "two", "--aggregate", "subtract", "--format", "csv")
    done = typer.testing.CliRunner().invoke(build(), [*words], prog_name="onrecord")
    assert done.stdout == (files / "dna-two.csv").read_text(encoding="utf-8")
    assert "-1.0" in done.stdout


def test_the_page_shows_the_code_of_the_vignette() -> None:
    """Every line of SQL and of rDNA on the page is one that the vignette has."""
    code = re.sub(r"\s+", " ", VIGNETTE.read_text(encoding="utf-8"))
    blocks = re.findall(r"```r\n(.*?)```", (ROOT / "docs" / "r.md").read_text(encoding="utf-8"), re.S)
    calls = [
        re.sub(r"\s+", " ", one)
        for block in blocks
        for one in re.findall(r"dna_network\(.*?\)|dbGetQuery\(.*?\"\)", block, re.S)
    ]
    assert len(calls) == 2
    assert all(call in code for call in calls)
