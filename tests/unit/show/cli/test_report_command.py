"""`onrecord report`: the desk's briefing on the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def ledger(filled: Any) -> Any:
    """Provide the program in a folder with a filled ledger."""
    return filled


def test_a_briefing_names_who_stands_where_in_which_words(ledger: Any) -> None:
    """Claim: Markdown to the standard output has each issue, its proposition, speakers and quotations."""
    result = ledger("report", "--by", "speaker", "--min-confidence", "0.4")
    assert result.exit_code == 0, result.stderr
    for words in ("## Ferry", "*The ferry should run.*", "**Orr**", "“We want the ferry”", "### Opposes", "## Toll"):
        assert words in result.stdout, words
    one = ledger("report", "--by", "speaker", "--min-confidence", "0.4", "--issue", "toll").stdout
    assert one.startswith("# Toll")
    assert "## Ferry" not in one


def test_the_ending_chooses_the_format(ledger: Any, tmp_path: Path) -> None:
    """Claim: .html is one page without scripts or addresses of a server; an unknown ending is refused."""
    assert ledger("report", "--by", "speaker", "--min-confidence", "0.4", "-o", "a.html").exit_code == 0
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<h2" in page
    assert "Orr" in page
    assert not re.search(r"<script|(?:src|href)=\"/", page)
    assert ledger("report", "-o", "a.pdf").exit_code == 2
    assert ledger("report", "--format", "markdown", "-o", "-").stdout.startswith("# ")


def test_an_unknown_actor_is_named(ledger: Any) -> None:
    """Claim: a slip of the pen is an error of usage with a proposal."""
    result = ledger("report", "--by", "speaker", "--min-confidence", "0.4", "--actor", "Domim")
    assert result.exit_code == 2
    assert "did you mean 'Domin'?" in result.stderr


def test_nothing_sure_enough_is_said(ledger: Any) -> None:
    """Claim: an empty briefing is no silent success."""
    result = ledger("report", "--min-confidence", "1")
    assert "--min-confidence 0 shows all" in result.stderr
