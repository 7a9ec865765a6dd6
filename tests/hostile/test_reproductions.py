"""Small inputs that once ended a run or were read in silence, each through the command."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from onrecord.core.span import Text
from onrecord.core.statement import Article
from onrecord.pipeline import load
from onrecord.record import Ledger
from tests import odd_dna
from tests.hostile.corpus import SAID
from tests.unit.show.cli.conftest import articles, run  # noqa: F401 - fixtures

Run = Any
JUSTIFIED = '"We will go," said Prime Minister Ola Venn,    \nwho leads.\n'


@pytest.mark.parametrize("outlet", [" ", "\u00a0", "\u202e", "'", ".", "\t \n"])
def test_an_outlet_of_blanks_costs_nothing(run: Run, tmp_path: Path, outlet: str) -> None:  # noqa: F811
    """Claim: whatever is given as the outlet, the article is read."""
    (tmp_path / "a.txt").write_text("“We want the ferry,” said Orr.")
    result = run("read", "a.txt", "--outlet", outlet, "--ledger", "l.db")
    assert result.exit_code in (0, 2)
    assert "internal error" not in result.stderr
    assert "error of the program" not in result.stderr


def test_blanks_after_a_title_are_read() -> None:
    """Claim: justified text, whose phrases end in blanks, costs no article; nor does an outlet of blanks."""
    reader = load()
    for outlet in (None, " ", "\u00a0"):
        for text in (JUSTIFIED, JUSTIFIED.replace(" ", "\u00a0"), JUSTIFIED.replace("Venn,", "Venn \t,")):
            found = reader.read_article(Article(text=Text(text), name="a", outlet=outlet)).statements
            assert all(one.quote in text or "…" in one.quote for one in found)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("deep.jsonl", "[" * 100_000), ("deep.json", '{"a":' * 100_000), ("null.jsonl", "null\n"),
        ("nan.jsonl", '{"schema": NaN}\n'), ("deep.dna", "[" * 1_000), ("list.jsonl", "[]\n1\n"),
        ("cut.jsonl", '{"schema": "onrecord'),
    ],
)  # fmt: skip
def test_importing_what_is_broken_is_one_line(run: Run, tmp_path: Path, name: str, data: str) -> None:  # noqa: F811
    """Claim: `import` refuses it with status 1, in one line that says what to do, and is no error of the program."""
    (tmp_path / name).write_text(data)
    result = run("import", name, "--ledger", "l.db")
    assert result.exit_code == 1
    assert "error of the program" not in result.stderr
    lines = [line for line in result.stderr.splitlines() if line]
    assert len(lines) == 1, lines
    assert "; " in lines[0]


@pytest.mark.parametrize("moment", [99999999999999999, -99999999999999999, 2**63 - 1])
def test_a_date_beyond_the_calendar_in_a_database_is_words(run: Run, tmp_path: Path, moment: int) -> None:  # noqa: F811
    """Claim: a moment that no calendar has is refused or left out in the field's own words."""
    path = odd_dna.make(tmp_path / "odd.dna")
    with sqlite3.connect(path) as base:
        base.execute("UPDATE DOCUMENTS SET Date = ?", (moment,))
    base.close()
    result = run("network", str(path))
    assert "polars" not in result.stderr.lower()
    assert "pl." not in result.stderr
    assert "error of the program" not in result.stderr
    assert len([line for line in result.stderr.splitlines() if line.startswith("onrecord: ")]) <= 1


def test_an_emptied_search_index_is_found_by_the_command(run: Run, articles: str, tmp_path: Path) -> None:  # noqa: F811
    """Claim: `verify` of the command finds that words are missing in the index, and says what to do."""
    run("read", articles, "--ledger", "l.db")
    assert run("verify", "--ledger", "l.db").exit_code == 0
    with sqlite3.connect(tmp_path / "l.db") as base:
        base.execute("DELETE FROM statement_words_data WHERE id > 10")
    base.close()
    result = run("verify", "--ledger", "l.db")
    assert result.exit_code == 1
    assert "index" in result.output


def test_a_damaged_byte_is_a_finding_of_the_command(run: Run, articles: str, tmp_path: Path) -> None:  # noqa: F811
    """Claim: text that is no longer UTF-8 is named by `verify`, which is no error of the program."""
    run("read", articles, "--ledger", "l.db")
    path = tmp_path / "l.db"
    data = bytearray(path.read_bytes())
    at = data.find(b"We want the ferry")
    data[at + 3] = 0xFF
    path.write_bytes(bytes(data))
    result = run("verify", "--ledger", "l.db")
    assert result.exit_code == 1
    assert "error of the program" not in result.output
    assert "UnicodeDecodeError" not in result.output


def test_the_password_of_an_address_is_not_printed(run: Run) -> None:  # noqa: F811
    """Claim: `read` of an address with a password prints it in no message."""
    for address in ("http://user:s3cret@127.0.0.1:9/", "http://user:s3cret@[evil/", "https://user:s3cret@x.invalid/"):
        result = run("read", address, "--ledger", "l.db")
        assert result.exit_code in (1, 2)
        assert "s3cret" not in result.output + result.stderr


def test_a_list_of_numbers_is_a_few_lines(run: Run, tmp_path: Path) -> None:  # noqa: F811
    """Claim: a JSON list of very many numbers does not flood the screen."""
    (tmp_path / "list.json").write_text(json.dumps(list(range(300_000))))
    (tmp_path / "z.txt").write_text("“We want the ferry,” said Orr.")
    result = run("read", "list.json", "z.txt", "--ledger", "l.db")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) < 130
    with Ledger(tmp_path / "l.db") as ledger:
        assert [one.name for one in ledger.articles()] == ["z.txt"]


def test_texts_made_of_marks_and_blanks_lose_no_quotation() -> None:
    """Claim: in made texts full of marks, titles and blanks each quotation is the slice of its text."""
    import random

    dice = random.Random(20261130)
    pieces = ("“", "”", '"', " ", "  ", "\n", "\u00a0", "said", "told", "Ola", "Venn", "Prime Minister", "Mr.", ",",
              ".", "the", "that", "we go", "J.", "…", "-", "—", "(", ")", "according to", "the Post", "’s")  # fmt: skip
    reader = load()
    checked = 0
    for _ in range(60):
        text = " ".join(dice.choice(pieces) for _ in range(60)) + " " + SAID
        for one in reader.read_article(Article(text=Text(text), name="made")).statements:
            for evidence in (*one.source, *one.cue, *one.content):
                assert evidence.quote == text[evidence.span.start : evidence.span.end]
                checked += 1
    assert checked > 100
