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
    """Return the listed people by name."""
    result = run("people", "list", "--format", "jsonl", *options)
    assert result.exit_code == 0
    return {row["name"]: row for row in map(json.loads, result.stdout.splitlines())}


def records(run: Any, *options: str) -> list[dict[str, Any]]:
    """Return the ledger's records."""
    return [json.loads(line) for line in run("statements", "--format", "jsonl", *options).stdout.splitlines()]


def test_speakers_are_listed_with_what_they_have(run: Any, ledger: None) -> None:
    """Speakers are listed with their statements, articles and dates."""
    found = listed(run)
    assert {name: row["statements"] for name, row in found.items()} == {"Orr": 1, "Domin": 2, "Dommin": 1}
    assert (found["Domin"]["articles"], found["Domin"]["first"]) == (2, "2026-03-03")
    assert "Dommin" in run("people", "list").stdout


def test_a_merge_counts_for_both_and_a_later_split_stands_over_it(run: Any, ledger: None) -> None:
    """A merge applies to both names, and a later split overrides it."""
    result = run("people", "merge", "Domin", "Dommin", "--reason", "a slip of the pen")
    assert result.exit_code == 0
    assert result.stderr == "onrecord: merge: Domin: Dommin\n"
    merged = listed(run)
    assert {name: row["statements"] for name, row in merged.items()} == {"Orr": 1, "Domin": 3}
    assert merged["Domin"]["aliases"] == ["Dommin"]
    assert run("people", "split", "Domin", "Dommin").exit_code == 0
    assert {name: row["statements"] for name, row in listed(run).items()} == {"Orr": 1, "Domin": 2, "Dommin": 1}


def test_a_new_name_changes_no_statement(run: Any, ledger: None) -> None:
    """A new display name leaves the records as they were read."""
    before = records(run)
    assert run("people", "rename", "Orr", "Ann Orr").exit_code == 0
    assert "Ann Orr" in listed(run)
    after = records(run)
    assert [one.pop("known_as") for one in after if "known_as" in one] == [{"speaker": "Ann Orr", "affiliation": None}]
    assert after == before
    assert run("verify").exit_code == 0


def test_a_name_that_nobody_has_is_refused(run: Any, ledger: None) -> None:
    """A name that no speaker has is refused."""
    result = run("people", "merge", "Domin", "Bo Nobody")
    assert result.exit_code == 1
    assert "no speaker named Bo Nobody" in result.stderr
    assert set(listed(run)) == {"Orr", "Domin", "Dommin"}


def test_what_else_people_decide_is_listed_and_applied(run: Any, ledger: None) -> None:
    """An alias, a kind and a party show in the list, and a hidden speaker's statements are in no answer."""
    assert run("people", "alias", "Orr", "the ferryman").exit_code == 0
    assert run("people", "kind", "Orr", "body").exit_code == 0
    assert run("people", "party", "Orr", "Ferry Party").exit_code == 0
    assert run("people", "hide", "Dommin").exit_code == 0
    found = listed(run)
    assert (found["Orr"]["kind"], found["Orr"]["affiliation"]) == ("body", "Ferry Party")
    assert [name for name, row in found.items() if row["hidden"]] == ["Dommin"]
    assert {one["speaker"] for one in records(run)} == {"Orr", "Domin"}
    assert len(records(run, "--affiliation", "ferry party")) == 1
    assert run("people", "show", "Dommin").exit_code == 0
    assert {one["speaker"] for one in records(run)} == {"Orr", "Domin", "Dommin"}
    assert run("people", "kind", "Orr", "ghost").exit_code == 2
