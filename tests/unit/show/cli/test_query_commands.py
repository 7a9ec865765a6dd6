"""Every query command has the same filters, formats and outputs."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from onrecord.show.cli.app import build
from onrecord.show.cli.output import SHOWN

QUERIES = ("statements", "matrix", "timeline", "changes", "conflicts", "drift", "redlines", "conditions",
           "common-ground", "scenario", "network")  # fmt: skip
LISTINGS = ("people list", "info", "verify", "compare onrecord.db onrecord.db", "codebook check c.yaml", "user list")
FILTERS = ("speaker", "affiliation", "issue", "stance", "act", "outlet", "since", "until", "text", "min-confidence")
FORMATS = ("table", "csv", "json", "jsonl", "markdown")
ENDINGS = {"json": ".json", "csv": ".csv", "jsonl": ".jsonl", "markdown": ".md", "table": ".txt"}


@pytest.fixture
def ledger(filled: Any) -> Any:
    """Provide the program in a folder with a filled ledger."""
    return filled


def command_of(name: str) -> Any:
    """Return a command."""
    command: Any = typer.main.get_command(build())
    for part in name.split():
        command = command.commands[part]
    return command


def flags(name: str) -> set[str]:
    """Return the flags of a command."""
    return {flag for parameter in command_of(name).params for flag in parameter.opts}


@pytest.mark.parametrize("command", [*QUERIES, "export", "report"])
def test_one_set_of_filters(command: str) -> None:
    """Claim: each command that asks for statements has all filters, and -o."""
    there = flags(command)
    assert {f"--{name}" for name in FILTERS} <= there
    assert {"--ledger", "--output", "-o", "--format"} <= there
    assert command == "report" or "--limit" in there


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", [*QUERIES, *LISTINGS])
def test_every_format_to_every_output(ledger: Any, tmp_path: Path, command: str, form: str) -> None:
    """Claim: the standard output, `-o -` and a file of the right ending get the same, in the format asked for."""
    words = command.split()
    sure = [] if command in LISTINGS else ["--min-confidence", "0"]
    plain = ledger(*words, *sure, "--format", form)
    assert plain.exit_code == 0, plain.output
    assert ledger(*words, *sure, "--format", form, "-o", "-").stdout == plain.stdout
    assert not (tmp_path / "-").exists()
    file = tmp_path / f"out{ENDINGS[form]}"
    made = ledger(*words, *sure, "-o", str(file))
    assert made.exit_code == 0, made.output
    assert made.stdout == ""
    assert file.read_text(encoding="utf-8") == plain.stdout
    check(form, plain.stdout)


def check(form: str, text: str) -> None:
    """Fail where a text is not in the format."""
    if form == "json":
        json.loads(text)
    elif form == "jsonl":
        assert all(isinstance(json.loads(line), dict) for line in text.splitlines())
    elif form == "csv":
        assert len({len(row) for row in csv.reader(io.StringIO(text))}) <= 1
    elif form == "markdown":
        assert text.splitlines()[1].startswith("| ---")


def test_a_table_in_markdown_has_the_columns_of_the_screen(ledger: Any) -> None:
    """Claim: Markdown, which people read, shows short ids and the columns of a table, and not all that CSV has."""
    header, _, first, *_ = ledger("statements", "--min-confidence", "0", "--format", "markdown").stdout.splitlines()
    assert [name.strip() for name in header.strip("|").split("|")] == list(SHOWN)
    assert len(first.strip("|").split("|")[0].strip()) == 8
    changes = ledger("conflicts", "--min-confidence", "0", "--format", "markdown").stdout
    assert "quote_a" in changes
    assert "id_a" not in changes


@pytest.mark.parametrize("command", [*QUERIES, "export"])
def test_an_unknown_issue_or_speaker_is_wrong_usage(ledger: Any, command: str) -> None:
    """Claim: the status is 2, and what may have been meant is named."""
    for flag, wrong, right in (("--issue", "fery", "ferry"), ("--speaker", "Dommin", "Domin")):
        result = ledger(command, flag, wrong)
        assert result.exit_code == 2, result.output
        assert f"did you mean {right!r}?" in result.stderr


@pytest.mark.parametrize("command", ["statements", "matrix", "timeline", "network --rows speaker --mode two"])
def test_the_limit_is_kept(ledger: Any, command: str) -> None:
    """Claim: --limit bounds the rows of any format that has rows."""
    sure = ["--min-confidence", "0"]
    if command.startswith("network"):
        text = ledger(*command.split(), *sure, "--format", "table", "--limit", "1").stdout
        assert len(text.splitlines()) == 2
        return
    rows = json.loads(ledger(*command.split(), *sure, "--format", "json", "--limit", "1").stdout)
    assert len(rows) == 1


def test_conflicts_are_ranked_limited_and_within_a_period(run: Any, tmp_path: Path) -> None:
    """Claim: the closest in time come first; --days bounds the time between, --limit the rows, --since the period."""
    said = {"2024-01-01": "reject the ferry,” said Lee", "2026-01-01": "want the ferry,” said Orr",
            "2026-01-05": "reject the ferry,” said Domin", "2026-06-01": "reject the ferry,” said Kay"}  # fmt: skip
    lines = [json.dumps({"id": day, "published": day, "text": f"“We {words}."}) for day, words in said.items()]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "c.yaml").write_text(
        "issues: {ferry: {label: Ferry, proposition: The ferry should run., terms: [ferry]}}", encoding="utf-8"
    )
    assert run("read", "a.jsonl", "--codebook", "c.yaml", "-q").exit_code == 0

    def pairs(*words: str) -> list[set[str]]:
        shown = run("conflicts", *words, "--min-confidence", "0.5", "--format", "json")
        assert shown.exit_code == 0, shown.output
        return [{row["actor_a"], row["actor_b"]} for row in json.loads(shown.stdout)]

    assert pairs() == [{"Orr", "Domin"}, {"Orr", "Kay"}]
    assert pairs("--limit", "1") == [{"Orr", "Domin"}]
    assert pairs("--days", "10") == [{"Orr", "Domin"}]
    assert pairs("--days", "3000")[-1] == {"Orr", "Lee"}
    assert pairs("--until", "2025", "--days", "3000") == []
    assert "1 more lie further apart than 365 days" in run("conflicts", "--min-confidence", "0.5").stderr


def test_the_matrix_has_no_row_for_what_is_unsure(ledger: Any) -> None:
    """Claim: an actor of whom every statement is unsure has no row; how many were left out is said."""
    sure = ledger("matrix", "--min-confidence", "0")
    assert {line.split()[0] for line in sure.stdout.splitlines()} == {"speaker", "Orr", "Domin"}
    unsure = ledger("matrix", "--min-confidence", "0.9")
    assert (unsure.stdout, unsure.exit_code) == ("", 0)
    assert "3 unsure positions left out" in unsure.stderr
    assert json.loads(ledger("matrix", "--min-confidence", "0.9", "--format", "json").stdout) == []


@pytest.mark.parametrize("command", QUERIES)
def test_each_filter_takes_several_values(ledger: Any, command: str) -> None:
    """Claim: a filter that is given twice lets either value pass, in every query command."""
    sure = ["--min-confidence", "0", "--format", "json"]
    both = ledger(command, *sure, "--speaker", "Orr", "--speaker", "Domin", "--issue", "ferry", "--issue", "toll")
    assert both.exit_code == 0, both.output
    assert both.stdout == ledger(command, *sure).stdout
    for name in ("speaker", "affiliation", "issue", "stance", "act", "outlet"):
        parameter = next(p for p in command_of(command).params if f"--{name}" in p.opts)
        assert parameter.multiple, name


def test_an_unknown_ending_is_refused(ledger: Any, tmp_path: Path) -> None:
    """Claim: a file is never written in a format that its ending does not stand for."""
    result = ledger("matrix", "-o", str(tmp_path / "a.doc"))
    assert result.exit_code != 0
    assert not (tmp_path / "a.doc").exists()


@pytest.mark.parametrize(("words", "expected"), [("onrecord mat", "matrix"), ("onrecord matrix --min", "--min-conf")])
def test_the_shell_completes(words: str, expected: str) -> None:
    """Claim: commands and flags are completed, as bash asks for it."""
    asked = {"_ONRECORD_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [sys.executable, "-c", "from onrecord.show.cli import main; main()"],
        env={**os.environ, **asked}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert expected in done.stdout
