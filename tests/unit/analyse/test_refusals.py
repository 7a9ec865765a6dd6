"""Red lines: which statements are absolute, and what a row says of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from onrecord.analyse import tables
from onrecord.analyse.refusals import REDLINES, redlines
from onrecord.errors import TableError

from .made import statements

NO = {"stance": "oppose", "act": "reject", "commitment": "CT-", "quote": "We will not sign.", "when": "2026-01-01"}


def lines(*rows: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    """The red lines of some statements."""
    return redlines(statements(*rows), **options).to_dicts()


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({}, "refusal"),
        ({"commitment": "CT+", "quote": "It was ruled out."}, "refusal"),
        ({"commitment": "CT+", "quote": "The plan is a tax on bread."}, None),
        ({"commitment": "PR-"}, None),
        ({"commitment": "PR-", "quote": "It is out of the question, probably."}, None),
        ({"stance": "mixed"}, None),
        ({"stance": "noncommittal"}, None),
        ({"condition": ["unless the toll goes"]}, None),
        ({"act": "state"}, None),
        ({"act": "state", "quote": "We will never sign."}, "refusal"),
        ({"act": "state", "commitment": "CT+", "quote": "They never signed."}, None),
        ({"act": "warn", "commitment": "CT+", "quote": "Never cross the river."}, "refusal"),
        ({"act": "promise", "stance": "support", "commitment": "CT+", "quote": "We never leave."}, "demand"),
        ({"act": "demand", "stance": "support", "commitment": "Uu", "quote": "It must open."}, "demand"),
        ({"act": "demand", "commitment": "Uu", "quote": "They insist that it closes."}, "demand"),
        ({"act": "demand", "stance": "support", "commitment": "Uu", "quote": "It should open."}, None),
        ({"act": "reject", "stance": "support", "commitment": "CT-"}, "refusal"),
        ({"act": "endorse", "quote": "Never."}, None),
    ],
)
def test_a_red_line_takes_a_side_firmly_and_without_condition(row: dict[str, Any], kind: str | None) -> None:
    """Refusals certain or worded as such, demands that leave no choice, absolute words of more than telling."""
    assert [line["kind"] for line in lines({**NO, **row})] == ([] if kind is None else [kind])


def test_words_of_the_cue_count_too() -> None:
    """ "Ruled out" may stand in the cue, the content being what was ruled out."""
    row = {**NO, "commitment": "CT+", "quote": "a new toll"}
    assert lines(row) == []
    assert [line["kind"] for line in lines({**row, "cue": "ruled out"})] == ["refusal"]


def test_a_row_counts_utterances_reports_days_and_outlets() -> None:
    """Reports of one utterance count once; days run from the last date of the table, or from the date asked for."""
    told = {**NO, "quote": "We will never sign this shameful treaty of the valley"}
    rows = (
        {**told, "outlet": "Wire", "when": "2026-01-01", "confidence": 0.7},
        {**told, "outlet": "Post", "when": "2026-01-02", "confidence": 0.9},
        {**NO, "outlet": "Post", "when": "2026-01-20", "confidence": 0.8, "quote": "We will not talk."},
        {"when": "2026-03-01", "speaker": "Bo"},
    )
    (line,) = lines(*rows)
    assert (line["count"], line["reports"]) == (2, 3)
    assert (line["first"], line["last"], line["days_since"]) == (date(2026, 1, 1), date(2026, 1, 20), 40)
    assert (line["outlets"], line["quote"], line["confidence"]) == (["Post", "Wire"], "We will not talk.", 0.9)
    assert (line["explicit"], line["softened"], line["ids"]) == (True, False, ["s0", "s1", "s2"])
    assert lines(*rows, as_of="2026-01-25")[0]["days_since"] == 5
    assert lines(*rows, as_of="2026-01")[0]["days_since"] == 11
    assert lines(*rows, as_of="2026-01-25", window="days:7")[0]["reports"] == 1


def test_explicit_is_of_the_words_and_not_of_the_act() -> None:
    """A certain refusal without an absolute word is a red line that is not explicit."""
    assert [line["explicit"] for line in lines(NO)] == [False]
    assert [line["explicit"] for line in lines({**NO, "quote": "Categorically no, we will not."})] == [True]


def test_a_softer_word_since_is_marked() -> None:
    """Where the newest statement on the issue is no red line, the line is softened."""
    later = {"when": "2026-02-01", "stance": "noncommittal", "commitment": "PS+", "quote": "We shall see."}
    assert [line["softened"] for line in lines(NO, later)] == [True]
    assert [line["softened"] for line in lines({**NO, "when": "2026-03-01"}, later)] == [False]


def test_the_most_recent_line_comes_first_then_the_most_frequent() -> None:
    """Rows are ordered by the last date, the count, the actor and the issue; what has no date comes last."""
    rows = (
        {**NO, "speaker": "Zed", "when": "2026-01-05"},
        {**NO, "speaker": "Zed", "when": "2026-01-02", "quote": "No, and we refuse to meet them again."},
        {**NO, "speaker": "Amy", "when": "2026-01-05", "issue": "toll"},
        {**NO, "speaker": "Amy", "when": "2026-01-05", "issue": "dam"},
        {**NO, "speaker": "Old", "when": "2025-01-05"},
        {**NO, "speaker": "Undated", "when": None},
        {**NO, "speaker": "New", "when": "2026-02-05"},
    )
    assert [(line["actor"], line["issue"]) for line in lines(*rows)] == [
        ("New", "dam"), ("Zed", "dam"), ("Amy", "dam"), ("Amy", "toll"), ("Old", "dam"), ("Undated", "dam"),
    ]  # fmt: skip


def test_parties_have_lines_too_and_an_empty_table_is_typed() -> None:
    """By affiliation a party has the lines of its speakers; without statements the columns stay."""
    assert [line["actor"] for line in lines({**NO, "affiliation": "Lubia"}, by="affiliation")] == ["Lubia"]
    found = redlines(tables.empty())
    assert found.is_empty()
    assert dict(found.schema) == REDLINES
    with pytest.raises(TableError, match="cue"):
        redlines(statements(NO).drop("cue"))
