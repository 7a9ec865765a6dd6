"""`statements`, `matrix`, `explain`, `verify`, `codebook check`: what the ledger holds, and on what it rests."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def ledger(run: Any, articles: str) -> Any:
    """Run commands on a ledger with two articles."""
    assert run("read", articles, "--codebook", "c.yaml").exit_code == 0
    return run


def quotes(output: str) -> list[str]:
    """Return the quotations of an output."""
    return [json.loads(line)["quote"] for line in output.splitlines()]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([], ["We want the ferry", "We reject the toll if it\u00a0rains", "We reject the ferry"]),
        (["--speaker", "Orr"], ["We want the ferry"]),
        (["--issue", "ferry"], ["We want the ferry", "We reject the ferry"]),
        (["--issue", "ferry", "--stance", "oppose"], ["We reject the ferry"]),
        (["--act", "demand"], ["We want the ferry"]),
        (["--outlet", "Wire", "--until", "2026-03"], ["We want the ferry", "We reject the toll if it\u00a0rains"]),
        (["--since", "2026-04-01"], ["We reject the ferry"]),
        (["--text", "rains"], ["We reject the toll if it\u00a0rains"]),
        (["--limit", "1"], ["We want the ferry"]),
        (["--outlet", "Nobody"], []),
    ],
)
def test_filters(ledger: Any, flags: list[str], expected: list[str]) -> None:
    """Each filter flag selects the expected statements."""
    result = ledger("statements", "--format", "jsonl", *flags)
    assert result.exit_code == 0
    assert quotes(result.stdout) == expected


def test_statements_and_read_print_the_same_records(ledger: Any, articles: str) -> None:
    """`statements` and `read` print the same records."""
    read = ledger("read", articles, "--codebook", "c.yaml", "--format", "jsonl", "--no-save").stdout
    assert sorted(ledger("statements", "--format", "jsonl").stdout.splitlines()) == sorted(read.splitlines())


def test_the_table_says_what_there_is(ledger: Any) -> None:
    """The table of statements has its columns and one row per statement."""
    result = ledger("statements", "--issue", "toll")
    head, row = result.stdout.splitlines()
    assert head.split() == ["id", "date", "speaker", "chain", "act", "issue", "stance", "commitment", "quote"]
    assert row.split()[1:8] == ["2026-03-03", "Domin", "Courier", "reject", "toll", "oppose", "Uu"]
    assert ledger("statements", "--outlet", "Nobody").stderr == "onrecord: no statement fits\n"


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--issue", "fery"], "no issue 'fery'; did you mean 'ferry'?"),
        (["--issue", "ferry", "--issue", "peace"], "no issue 'peace'; known are ferry, toll"),
        (["--speaker", "Dommin"], "no speaker 'Dommin'; did you mean 'Domin'?"),
    ],
)
@pytest.mark.parametrize("command", ["statements", "matrix", "timeline", "network", "conflicts"])
def test_an_unknown_issue_or_speaker_is_wrong_usage(ledger: Any, command: str, flags: list[str], words: str) -> None:
    """A value that nothing in the ledger has ends with status 2 and the nearest known values."""
    result = ledger(command, *flags)
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_filter_takes_several_values(ledger: Any) -> None:
    """Given twice, a flag keeps statements that have either value."""
    both = ledger("statements", "--format", "jsonl", "--issue", "ferry", "--issue", "toll", "--speaker", "Domin")
    assert quotes(both.stdout) == ["We reject the toll if it\u00a0rains", "We reject the ferry"]


@pytest.mark.parametrize("command", ["statements", "matrix", "timeline", "redlines"])
def test_an_answer_goes_to_a_file_in_the_format_of_its_ending(ledger: Any, command: str, tmp_path: Path) -> None:
    """`-o` takes csv, json, jsonl and md by the ending, and `-o -` writes to the standard output."""
    printed = ledger(command, "--format", "jsonl").stdout
    for ending in ("csv", "json", "jsonl", "md", "txt"):
        path = tmp_path / f"out.{ending}"
        assert ledger(command, "-o", str(path)).exit_code == 0
        text = path.read_text(encoding="utf-8")
        if ending == "jsonl":
            assert text == printed
        elif ending == "json":
            assert json.loads(text) == [json.loads(line) for line in printed.splitlines()]
        elif ending == "md" and printed:
            assert text.splitlines()[1].startswith("| --- |")
        else:
            assert text == ledger(command, "--format", "csv" if ending == "csv" else "table").stdout or ending == "md"
    assert ledger(command, "-o", "-", "--format", "csv").stdout == (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert not (tmp_path / "-").exists()
    assert ledger(command, "-o", "out.zip").exit_code == 1


def test_a_long_cell_does_not_push_a_piped_table_apart(ledger: Any) -> None:
    """In a table to a pipe, one very long name does not make every row as wide."""
    text = "\n\n".join(["“We want the ferry,” said Orr."] * 1 + ["“We reject the toll,” said " + "L" * 120 + "."])
    record = json.dumps({"id": "z", "published": "2026-06-01", "text": text}) + "\n"
    assert ledger("read", "-", "--codebook", "c.yaml", stdin=record).exit_code == 0
    lines = ledger("matrix", "--min-confidence", "0.5").stdout.splitlines()
    assert max(len(line) for line in lines if "L" * 120 not in line) < 110


def test_the_ledger_can_be_named_in_the_environment(
    ledger: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ONRECORD_LEDGER names the ledger where no flag does."""
    expected = ledger("statements").stdout
    (tmp_path / "onrecord.db").rename(tmp_path / "elsewhere.db")
    monkeypatch.setenv("ONRECORD_LEDGER", str(tmp_path / "elsewhere.db"))
    assert ledger("statements").stdout == expected


def test_the_matrix(ledger: Any) -> None:
    """The matrix shows stance, commitment and count per speaker and issue."""
    unsure = ("matrix", "--min-confidence", "0.5")
    result = ledger(*unsure)
    assert result.exit_code == 0, result.output
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["speaker", "ferry", "toll"],
        ["Domin", "oppose", "Uu", "(1)", "oppose", "if", "Uu", "(1)"],
        ["Orr", "support", "Uu", "(1)"],
    ]
    cells = [
        json.loads(line)
        for line in ledger("matrix", "--min-confidence", "0.5", "--format", "jsonl").stdout.splitlines()
    ]
    assert [(cell["actor"], cell["issue"], cell["stance"]) for cell in cells] == [
        ("Domin", "ferry", "oppose"),
        ("Domin", "toll", "oppose"),
        ("Orr", "ferry", "support"),
    ]
    table = ledger(*unsure, "--format", "csv").stdout
    assert len(list(csv.DictReader(io.StringIO(table)))) == 3
    earlier = ledger(*unsure, "--as-of", "2026-03").stdout
    assert [line.split()[0] for line in earlier.splitlines()] == ["speaker", "Domin", "Orr"]
    busiest = ledger(*unsure, "--top", "1")
    assert [line.split()[0] for line in busiest.stdout.splitlines()] == ["speaker", "Domin"]
    assert "1 of 2 actors" in busiest.stderr
    empty = ledger("matrix", "--outlet", "Nobody")
    assert (empty.exit_code, empty.stdout) == (0, "")
    assert "no positions" in empty.stderr


def test_explain_marks_the_words_and_gives_each_rule(ledger: Any) -> None:
    """`explain` marks the words in the text and gives each rule."""
    (record,) = (
        json.loads(line) for line in ledger("statements", "--issue", "toll", "--format", "jsonl").stdout.splitlines()
    )
    result = ledger("explain", record["id"][:10])
    marked = "“[content: We reject the toll [condition: if it\u00a0rains]],” [cue: said] [source: Domin]."
    assert marked in result.stdout
    assert "ferry" not in result.stdout  # the other paragraph is no context
    assert record["id"] in result.stdout
    rows = {line.split()[0]: line for line in result.stdout.splitlines() if line}
    assert rows["speaker"].split() == ["speaker", "Domin", "as", "printed", "0.80", "Domin"]
    told = json.loads(ledger("explain", record["id"], "--format", "jsonl").stdout)
    assert told["context"] == marked
    assert {key: told[key] for key in record} == record
    fields = list(csv.DictReader(io.StringIO(ledger("explain", record["id"], "--format", "csv").stdout)))
    assert [row["field"] for row in fields] == list(record["judgements"])


@pytest.mark.parametrize("ident", ["ffffffffffffffff", "xyz", ""])
def test_an_unknown_id_is_named(ledger: Any, ident: str) -> None:
    """An unknown id is one line on standard error."""
    result = ledger("explain", ident)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


def test_verify_finds_a_changed_word(ledger: Any, tmp_path: Path) -> None:
    """`verify` reports a sound ledger, and finds a changed word."""
    sound = ledger("verify")
    assert sound.exit_code == 0
    assert "sound" in sound.stdout
    assert json.loads(ledger("verify", "--format", "jsonl").stdout)["ok"] is True
    database = sqlite3.connect(tmp_path / "onrecord.db")
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    assert "articles" in tables
    changed = 0
    for table, column in (("articles", "text"), ("articles", "content"), ("texts", "content")):
        if table in tables and column in [row[1] for row in database.execute(f"PRAGMA table_info({table})")]:
            changed += database.execute(f"UPDATE {table} SET {column} = replace({column}, 'ferry', 'merry')").rowcount
    assert changed
    database.commit()
    database.close()
    result = ledger("verify")
    assert result.exit_code == 1
    assert "fault" in result.stdout


def test_without_a_ledger_the_commands_say_so(run: Any, tmp_path: Path) -> None:
    """Without a ledger the commands say so and create nothing."""
    for command in (["statements"], ["matrix"], ["verify"], ["explain", "abc"]):
        result = run(*command)
        assert result.exit_code == 1
        assert "onrecord.db: no such ledger" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_codebook_check(run: Any, articles: str, tmp_path: Path) -> None:
    """`codebook check` lists the issues and refuses a broken file."""
    result = run("codebook", "check", "c.yaml", "--format", "jsonl")
    assert result.exit_code == 0
    assert [json.loads(line)["issue"] for line in result.stdout.splitlines()] == ["ferry", "toll"]
    (tmp_path / "d.yaml").write_text("issues:\n  a: {label: A, proposition: P, terms: [x]}\n")
    result = run("codebook", "check", "d.yaml")
    assert result.exit_code == 0
    assert "d.yaml: issue a" in result.stderr
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nissues: *b\n"
    for text in ("issues: {x: {label: X}}", "issues: [", "", bomb, "\x00"):
        (tmp_path / "d.yaml").write_text(text)
        result = run("codebook", "check", "d.yaml")
        assert result.exit_code == 1
        assert len(result.stderr.splitlines()) == 1
        assert result.stderr.startswith("onrecord: d.yaml: ")
