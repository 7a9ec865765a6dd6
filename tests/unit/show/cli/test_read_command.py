"""`read`: what goes in comes out as the contract says, failures are named, and the status tells."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from onrecord.core.codec import statement_from_dict, statement_to_dict
from onrecord.core.statement import Article
from onrecord.lexicon import load_codebook
from onrecord.read import read_articles as read_source

SAID = "“We want the ferry,” said Orr. “We reject the toll,” said Domin."


def records(output: str) -> list[dict[str, Any]]:
    """Parse the records of an output."""
    return [json.loads(line) for line in output.splitlines()]


def test_json_lines_are_exactly_the_records_of_the_codec_in_text_order(run: Any, articles: str, tmp_path: Path) -> None:
    """JSON Lines are the codec's records in text order."""
    from onrecord.pipeline import load

    result = run("read", articles, "--codebook", "c.yaml", "--format", "jsonl", "--no-save")
    assert result.exit_code == 0
    pipeline = load(load_codebook(tmp_path / "c.yaml"))
    found = [item for item in read_source(articles) if isinstance(item, Article)]
    assert len(found) == 2
    expected = [statement_to_dict(one) for article in found for one in pipeline.read_article(article).statements]
    assert len(expected) == 3
    assert records(result.stdout) == expected
    assert (statement_from_dict(expected[2], found[1]),) == pipeline.read_article(found[1]).statements
    assert not (tmp_path / "onrecord.db").exists()
    assert "\u00a0" in result.stdout


def test_what_is_given_overrides_the_source(run: Any, tmp_path: Path) -> None:
    """The user's metadata override the source's on the command line."""
    (tmp_path / "a.txt").write_text("“We want it,” said Orr.")
    run("read", "a.txt", "--title", "T", "--outlet", "O", "--date", "2026-03", "--url", "https://a.example/")
    (row,) = csv.DictReader(io.StringIO(run("statements", "--format", "csv").stdout))
    assert (row["title"], row["outlet"], row["published"], row["url"]) == ("T", "O", "2026-03", "https://a.example/")


@pytest.mark.parametrize("made", [b"", b" \n", b'<html><body class="7">Home</body></html>'])
def test_a_flood_of_failures_for_one_reason_is_summed_up(run: Any, tmp_path: Path, made: bytes) -> None:
    """Of an archive with many files that fail for one reason a hundred are named, and the rest are counted."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(250):
            archive.writestr(f"{number:03}{'.html' if b'<' in made else '.txt'}", made)
        archive.writestr("good.txt", "“We want it,” said Orr.")
    result = run("read", "a.zip", "--report", "all.jsonl")
    assert result.exit_code == 1
    *named, more, sums = result.stderr.splitlines()
    assert sum("a.zip/" in line for line in named) == 100
    assert more.startswith("onrecord: 150 more like this one (--report names them): a.zip/249.")
    assert "1 statement in 1 article; 250 sources failed" in sums
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) >= 250


def test_failures_are_named_and_the_rest_is_read(run: Any, articles: str, tmp_path: Path) -> None:
    """Failures are named, and the rest is read."""
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "broken.jsonl").write_text('{"text": "“We want it,” said Orr."}\n{"text"\n')
    result = run("read", "none.txt", "empty.txt", "broken.jsonl", articles, "--format", "jsonl")
    assert result.exit_code == 1
    assert len(records(result.stdout)) == 4
    lines = result.stderr.splitlines()
    for name in ("none.txt: ", "empty.txt: ", "broken.jsonl:2: "):
        assert sum(line.startswith(f"onrecord: {name}") for line in lines) == 1
    assert lines[-1] == "onrecord: 4 statements in 3 articles; 3 sources failed; saved in onrecord.db"


def test_reading_twice_adds_nothing(run: Any, articles: str) -> None:
    """Reading the same sources twice adds nothing."""
    assert run("read", articles, "--codebook", "c.yaml").exit_code == 0
    once = run("statements", "--format", "jsonl").stdout
    assert run("read", articles, "--codebook", "c.yaml").exit_code == 0
    assert run("statements", "--format", "jsonl").stdout == once
    assert len(once.splitlines()) == 3


def test_the_same_text_under_another_outlet_or_date_is_named_and_not_added(run: Any, tmp_path: Path) -> None:
    """A text that is there, or came earlier in the same run, is named and adds nothing, unless --reprints is given."""
    (tmp_path / "a.txt").write_text(SAID, encoding="utf-8")
    (tmp_path / "copy.txt").write_text(SAID, encoding="utf-8")
    first = ("--outlet", "Wire", "--date", "2026-03-03")
    assert run("read", "a.txt", *first, "--quiet").exit_code == 0
    rows = run("statements", "--format", "jsonl").stdout
    for given in (("--outlet", "Courier"), ("--outlet", "Wire", "--date", "2026-03-04"), (), ("--title", "Ferry")):
        again = run("read", "a.txt", "copy.txt", *given, "--report", "skipped.jsonl")
        assert again.exit_code == 0
        assert "onrecord: a.txt: not added, the same text as a.txt · Wire · 2026-03-03" in again.stderr.splitlines()
        assert again.stderr.count("not added") == 2
        assert "2 texts there before (--reprints adds them)" in again.stderr.splitlines()[-1]
        assert [one["outcome"] for one in records((tmp_path / "skipped.jsonl").read_text())] == ["reprint", "reprint"]
        assert run("statements", "--format", "jsonl").stdout == rows
    assert "not added" not in run("read", "a.txt", *first, "--again").stderr, "the article itself may be read again"
    assert "not added" not in run("read", "a.txt", "--outlet", "Courier", "--reprints").stderr
    assert len(run("statements", "--format", "jsonl").stdout.splitlines()) == 2 * len(rows.splitlines())


@pytest.mark.parametrize("store", ["new.db", "new/"])
def test_of_two_equal_texts_in_one_run_the_first_is_added(run: Any, tmp_path: Path, store: str) -> None:
    """The order of the sources decides, for a ledger and for an archive, before and after a batch is written."""
    lines = [json.dumps({"id": str(n), "publisher": f"Outlet {n}", "text": SAID}) for n in range(7)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(lines[3], encoding="utf-8")
    found = run("read", "a.jsonl", "--ledger", store, "--workers", "2")
    assert found.stderr.count("not added, the same text as 0 · Outlet 0") == 5, "of many only the first are named"
    assert "6 texts there before" in found.stderr
    assert "1 text there before" in run("read", "b.jsonl", "--ledger", store).stderr
    outlets = {
        row["outlet"]
        for row in csv.DictReader(io.StringIO(run("statements", "--ledger", store, "--format", "csv").stdout))
    }
    assert outlets == {"Outlet 0"}


def test_quiet_leaves_notes_out_and_verbose_adds_details(run: Any, articles: str) -> None:
    """Before or after the command, -q leaves errors and totals, -v names what is done; results stay the same."""
    plain = run("read", articles)
    assert "no --codebook" in plain.stderr
    for words in (("-q", "read"), ("read", "-q"), ("read", "--quiet")):
        quiet = run(*words, articles, "none.txt", "--again")
        assert (quiet.stdout, quiet.exit_code) == ("", 1)
        assert [line.partition(":")[0] for line in quiet.stderr.splitlines()] == ["onrecord"] * 2
        assert "none.txt" in quiet.stderr
    matrix = run("statements", "--limit", "1")
    assert "1 statement" in matrix.stderr
    assert (run("-q", "statements", "--limit", "1").stderr, run("statements", "-q", "--limit", "1").stdout) == (
        "",
        matrix.stdout,
    )
    verbose = run("read", "-v", articles)
    assert "onrecord: a: read before" in verbose.stderr.splitlines()
    assert "onrecord: ledger: onrecord.db" in verbose.stderr.splitlines()
    assert verbose.stderr.splitlines()[-1].endswith(" s")


def test_the_last_codebook_of_the_ledger_is_used_and_said(run: Any, articles: str, tmp_path: Path) -> None:
    """Without a codebook the ledger's last one is used, and the program says so."""
    first = run("read", articles, "--format", "jsonl", "--no-save")
    assert "no --codebook" in first.stderr
    assert {record["issue"] for record in records(first.stdout)} == {None}
    run("read", articles, "--codebook", "c.yaml")
    for flags in (("--again",), ("--no-save",)):
        second = run("read", articles, "--format", "jsonl", *flags)
        assert "codebook: Ferry, the last one of onrecord.db" in second.stderr
        assert [record["issue"] for record in records(second.stdout)] == ["ferry", "toll", "ferry"]


def test_csv_has_one_header_and_a_row_for_each_statement(run: Any, articles: str) -> None:
    """CSV has one header and a row per statement."""
    result = run("read", articles, "--codebook", "c.yaml", "--format", "csv", "--no-save")
    rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
    assert [row["speaker"] for row in rows] == ["Orr", "Domin", "Domin"]
    assert rows[1]["condition"] == "if it\u00a0rains"
    assert rows[1]["quote"] == "We reject the toll if it\u00a0rains"
    assert float(rows[0]["confidence"]) == 0.8
    assert [row["date"] for row in rows] == ["2026-03-03", "2026-03-03", "2026-04-01"]


def test_a_table_to_a_pipe_is_plain_and_cuts_nothing(run: Any, tmp_path: Path) -> None:
    """A table to a pipe is plain and untruncated."""
    long = "We want " + "so very " * 200 + "much of it"
    (tmp_path / "a.txt").write_text(f"“{long},” said Orr.")
    result = run("read", "a.txt", "--no-save")
    assert long in result.stdout
    assert "\x1b" not in result.output
    assert result.stdout.startswith("a.txt: 1 statement\n")


def test_escape_sequences_of_an_article_do_not_reach_the_screen(run: Any, tmp_path: Path) -> None:
    """Escape sequences of an article do not reach the terminal."""
    (tmp_path / "a.txt").write_text("“We\x1b[2J\x9b31m want\r it,” said Orr.", newline="")
    run("read", "a.txt")
    ident = records(run("statements", "--format", "jsonl").stdout)[0]["id"]
    for command in (["read", "a.txt", "--no-save"], ["statements"], ["explain", ident]):
        output = run(*command).output
        assert "want" in output
        assert not set(output) & {"\x1b", "\x9b", "\r"}


@pytest.mark.parametrize("form", ["jsonl", "csv", "table"])
def test_a_terminal_gets_no_control_character(
    run: Any, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither C0 nor C1 nor an override of direction in the text reaches a terminal, whatever the format."""
    monkeypatch.setattr("onrecord.show.cli.output.on_terminal", lambda: True)
    bad = "\x07\x1b\x7f\x9b\x90\u202e\u2066"
    (tmp_path / "a.txt").write_text(f"“We {bad} want it,” said Orr.", encoding="utf-8")
    output = run("read", "a.txt", "--no-save", "--format", form).output
    assert "want it" in output
    assert not set(output) & set(bad)


def test_half_surrogates_come_through_json(run: Any, tmp_path: Path) -> None:
    """Lone surrogates in JSON come through in every format."""
    (tmp_path / "a.jsonl").write_text(
        '{"id": "\\ud800", "title": "\\udfff", "text": "“We \\ud83d want it,” said Orr."}'
    )
    for form in ("jsonl", "csv", "table"):
        result = run("read", "a.jsonl", "--no-save", "--format", form)
        assert result.exit_code == 0
        assert "want it" in result.stdout
    assert records(run("read", "a.jsonl", "--no-save", "--format", "jsonl").stdout)[0]["quote"] == "We \ud83d want it"


def test_standard_input_is_a_source(run: Any, tmp_path: Path) -> None:
    """Standard input is a source, as text and as JSON Lines."""
    result = run("read", "-", "--no-save", "--format", "jsonl", stdin="“We want it,” said Orr.\n")
    assert [record["article"] for record in records(result.stdout)] == ["stdin"]
    result = run(
        "read", "-", "--no-save", "--format", "jsonl", stdin='{"id": "x", "text": "“We want it,” said Orr."}\n'
    )
    assert [record["article"] for record in records(result.stdout)] == ["x"]


def test_a_guessed_encoding_is_said(run: Any, tmp_path: Path) -> None:
    """A guessed encoding is reported."""
    (tmp_path / "a.txt").write_bytes("“We want the café,” said Orr.".encode("windows-1252"))
    result = run("read", "a.txt", "--no-save", "--format", "jsonl")
    assert result.exit_code == 0
    assert records(result.stdout)[0]["quote"] == "We want the café"
    assert "windows-1252" in result.stderr
    assert "a.txt" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["read"],
        ["read", "x", "--format", "xml"],
        ["read", "x", "--date", "soon"],
        ["read", "x", "--date", "2026-02-30"],
        ["read", "x", "--klingon"],
        ["klingon"],
        ["statements", "--stance", "for"],
        ["statements", "--limit", "0"],
        ["explain"],
        ["codebook"],
        ["codebook", "burn"],
        ["read", "x", "--codebook", "none.yaml"],
        ["read", "x", "--codebook", "bad.yaml"],
    ],
)
def test_wrong_usage_is_status_2_and_says_so(run: Any, tmp_path: Path, arguments: list[str]) -> None:
    """Wrong usage ends with status 2 and a message, and creates no ledger."""
    (tmp_path / "bad.yaml").write_text("issues: {x: {label: X}}")
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.output.strip()
    assert not (tmp_path / "onrecord.db").exists()


@pytest.mark.parametrize("command", ["read", "statements", "matrix", "verify"])
def test_what_is_no_ledger_is_named(run: Any, articles: str, tmp_path: Path, command: str) -> None:
    """A file that is no ledger is named in the error."""
    (tmp_path / "onrecord.db").write_text("This is no database, but some text that is long enough to look at. " * 20)
    result = run(command, *([articles] if command == "read" else []))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("onrecord: onrecord.db: ")


def test_the_report_names_what_was_not_read(run: Any, articles: str, tmp_path: Path) -> None:
    """The report lists the sources that were not read, with the reason."""
    run("read", articles, str(tmp_path / "missing.txt"), "--report", "first.jsonl")
    result = run("read", articles, "--report", "second.jsonl")
    assert result.exit_code == 0
    assert "2 articles read before (--again reads them anew)" in result.output
    (failed,) = [json.loads(line) for line in (tmp_path / "first.jsonl").read_text().splitlines()]
    assert (failed["outcome"], failed["source"]) == ("failed", str(tmp_path / "missing.txt"))
    assert [json.loads(line)["outcome"] for line in (tmp_path / "second.jsonl").read_text().splitlines()] == [
        "known"
    ] * 2
    assert "2 articles; saved" in run("read", articles, "--again").output


def test_an_archive_answers_like_a_ledger(run: Any, articles: str) -> None:
    """`--ledger DIR/` is an archive for every command, and is brought into a ledger once."""
    for place in ("archive/", "l.db"):
        run("read", articles, "--codebook", "c.yaml", "--ledger", place)
    for command in (["matrix"], ["statements"], ["verify"]):
        both = [run(*command, "--ledger", place, "--format", "csv") for place in ("archive/", "l.db")]
        assert both[0].exit_code == both[1].exit_code == 0
    assert (
        run("matrix", "--ledger", "archive", "--format", "csv").stdout
        == run("matrix", "--ledger", "l.db", "--format", "csv").stdout
    )
    assert "2 articles and 3 statements added" in run("import", "archive", "--ledger", "new.db").output
    assert "0 articles and 0 statements added" in run("import", "archive", "--ledger", "new.db").output
    assert "an archive" in run("people", "merge", "a", "b", "--ledger", "archive/").output
