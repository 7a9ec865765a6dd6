"""Reports of one utterance are found across outlets, and others are kept apart."""

from __future__ import annotations

import polars as pl
import pytest

from onrecord.analyse import tables
from onrecord.analyse.retellings import DRIFT, clusters, drift, reprints

from .made import statements

FIRST = {
    "speaker": "Mark Orr", "when": "2026-03-02", "outlet": "Wire", "stance": "oppose", "commitment": "CT-",
    "quote": "Ardesh will never withdraw its troops from the northern valley.", "act": "reject",
}  # fmt: skip
RETOLD = {
    **FIRST, "outlet": "Post", "speaker": "Orr", "commitment": "PR-", "chain": ["Wire"], "when": "2026-03-03",
    "quote": "Ardesh is unlikely to withdraw troops from the northern valley",
}  # fmt: skip


def test_a_retelling_is_compared_with_the_first_report() -> None:
    """A retelling is in the first report's cluster, with the fields in which it differs."""
    found = drift(statements(RETOLD, FIRST)).to_dicts()
    assert [(row["outlet"], row["first"], row["cluster"]) for row in found] == [
        ("Wire", True, "s1"), ("Post", False, "s1"),
    ]  # fmt: skip
    later = found[1]
    assert later["differs"] == ["commitment", "chain", "hedges", "wording"]
    assert later["hedges"] == ["unlikely"]
    assert later["words_dropped"] == ["will", "never", "its"]
    assert later["words_added"] == ["is", "unlikely", "to"]
    assert 0.4 < later["likeness"] < 1


@pytest.mark.parametrize(
    "other",
    [
        {**RETOLD, "speaker": "Ann Lind"},
        {**RETOLD, "when": "2026-03-20"},
        {**RETOLD, "article": "a0"},
        {**RETOLD, "quote": "The harvest was good this year", "issue": "harvest"},
        {**RETOLD, "speaker": "Ada Orr"},
    ],
    ids=["speaker", "date", "article", "meaning", "first name"],
)
def test_others_are_kept_apart(other: dict[str, object]) -> None:
    """Statements that differ in speaker, time, words or issue are not one utterance."""
    assert drift(statements(FIRST, other)).is_empty()


def test_different_numbers_are_different_utterances() -> None:
    """Two reports with different numbers are two utterances."""
    one = {**FIRST, "quote": "We lost 300 soldiers in the northern valley this month"}
    two = {**RETOLD, "quote": "We lost 500 soldiers in the northern valley this month"}
    assert drift(statements(one, two)).is_empty()


def test_ten_retellings_count_once() -> None:
    """Ten reports of one utterance form one cluster."""
    rows = [{**FIRST, "outlet": f"Paper {number}"} for number in range(10)]
    data = clusters(statements(*rows, {"speaker": "Ann Lind", "when": "2026-03-02"}))
    assert data["cluster"].n_unique() == 2


def test_reprints_are_the_same_words_within_days() -> None:
    """Without comparing meanings: letter case and punctuation do not matter, other words, names and days do."""
    again = [
        {**FIRST, "quote": str(FIRST["quote"]).upper() + "!"}, {**FIRST, "when": "2026-03-04"},
        {**FIRST, "when": "2026-04-20"}, {**FIRST, "speaker": "Bo Roe"}, {**FIRST, "quote": "Other words"},
        {**FIRST, "when": None},
    ]  # fmt: skip
    assert reprints(statements(FIRST, *again))["cluster"].to_list() == ["s0", "s0", "s0", "s3", "s4", "s5", "s6"]


def test_one_outlet_twice_is_no_drift() -> None:
    """Two reports by one outlet are no drift."""
    assert drift(statements(FIRST, {**FIRST})).is_empty()


def test_nothing_in_typed_table_out() -> None:
    """Empty and undated tables give typed tables and clusters of one."""
    assert dict(drift(tables.empty()).schema) == DRIFT
    undated = statements({**FIRST, "when": None}, {**RETOLD, "when": None})
    assert clusters(undated)["cluster"].to_list() == ["s0", "s1"]
    assert clusters(tables.empty()).schema["cluster"] == pl.String


@pytest.mark.parametrize(
    ("first", "second", "differs"),
    [
        (["Wire"], None, True),
        (["Wire"], [], True),
        (None, ["Wire"], True),
        (["Wire"], ["Wire"], False),
        (None, None, False),
        (["Wire", "Post"], ["Post", "Wire"], True),
    ],
)
def test_a_chain_of_reporters_differs_or_not(first: object, second: object, differs: object) -> None:
    """Who passed the words on counts with its order; no chain and an empty one are the same."""
    rows = statements({**FIRST, "chain": first}, {**FIRST, "outlet": "Post", "when": "2026-03-03", "chain": second})
    assert ("chain" in drift(rows).to_dicts()[1]["differs"]) == differs
