"""`onrecord forget`: erase an article on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture
def ledger(filled: Any) -> Any:
    """Provide the program in a folder with a filled ledger."""
    return filled


def test_an_article_is_forgotten_and_the_ledger_verifies(ledger: Any) -> None:
    """Claim: its statements are gone, `verify` says so and ends with status 0."""
    rows = [json.loads(line) for line in ledger("statements", "--format", "jsonl").stdout.splitlines()]
    name = rows[0]["article"]
    result = ledger("forget", name, "--reason", "asked to", "--coder", "mira", "--yes")
    assert result.exit_code == 0, result.stderr
    assert "erased 1 article and" in result.stderr
    left = [json.loads(line)["article"] for line in ledger("statements", "--format", "jsonl").stdout.splitlines()]
    assert name not in left
    checked = ledger("verify")
    assert checked.exit_code == 0
    assert "sound" in checked.stdout
    assert "redacted: 1 article" in checked.stdout
    assert "by mira: asked to" in checked.stderr
    again = ledger("forget", name, "--reason", "asked to", "--yes")
    assert again.exit_code == 1
    assert "redacted before" in again.stderr


def test_forgetting_needs_a_yes_and_a_reason(ledger: Any) -> None:
    """Claim: without them nothing changes."""
    rows = ledger("statements", "--format", "jsonl").stdout
    name = json.loads(rows.splitlines()[0])["article"]
    assert ledger("forget", name, "--yes").exit_code == 2
    assert ledger("forget", name, "--reason", "asked to").exit_code == 1
    assert ledger("statements", "--format", "jsonl").stdout == rows
