"""`people`: who is who across articles, and what a person decides about it."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture
def ledger(run: Any, articles: str) -> None:
    """Orr and Domin in one article, Domin in another, saved; and somebody whose name was misspelt."""
    more = json.dumps({"id": "c", "published": "2026-05-01", "text": "“We want the toll,” said Dommin."})
    assert run("read", articles).exit_code == 0
    assert run("read", "-", stdin=more + "\n").exit_code == 0


def listed(run: Any, *options: str) -> dict[str, dict[str, Any]]:
    result = run("people", "list", "--format", "jsonl", *options)
    assert result.exit_code == 0
    return {row["name"]: row for row in map(json.loads, result.stdout.splitlines())}


def test_speakers_are_listed_with_what_they_have(run: Any, ledger: None) -> None:
    found = listed(run)
    assert {name: row["statements"] for name, row in found.items()} == {"Orr": 1, "Domin": 2, "Dommin": 1}
    assert (found["Domin"]["articles"], found["Domin"]["first"]) == (2, "2026-03-03")
    assert "Dommin" in run("people", "list").stdout


def test_a_merge_counts_for_both_and_a_later_split_stands_over_it(run: Any, ledger: None) -> None:
    result = run("people", "merge", "Domin", "Dommin", "--reason", "a slip of the pen")
    assert result.exit_code == 0
    assert result.stderr == "onrecord: merge: Domin: Dommin\n"
    merged = listed(run)
    assert {name: row["statements"] for name, row in merged.items()} == {"Orr": 1, "Domin": 3}
    assert merged["Domin"]["aliases"] == ["Dommin"]
    assert run("people", "split", "Domin", "Dommin").exit_code == 0
    assert {name: row["statements"] for name, row in listed(run).items()} == {"Orr": 1, "Domin": 2, "Dommin": 1}


def test_a_new_name_changes_no_statement(run: Any, ledger: None) -> None:
    before = run("statements", "--format", "jsonl").stdout
    assert run("people", "rename", "Orr", "Ann Orr").exit_code == 0
    assert "Ann Orr" in listed(run)
    assert run("statements", "--format", "jsonl").stdout == before
    assert run("verify").exit_code == 0


def test_a_name_that_nobody_has_is_refused(run: Any, ledger: None) -> None:
    result = run("people", "merge", "Domin", "Bo Nobody")
    assert result.exit_code == 1
    assert "nobody is called Bo Nobody" in result.stderr
    assert set(listed(run)) == {"Orr", "Domin", "Dommin"}
