"""The scorer: known results on small cases, so that a floor means what it says."""

from __future__ import annotations

from typing import Any

from onrecord.train.statement_scores import score

TEXT = "Ann Lee said rain would come. Bob rejected the deal."


def made(content: str, cue: str, **fields: Any) -> dict[str, Any]:
    """Make a statement's record."""

    def span(words: str) -> list[int]:
        return [TEXT.index(words), TEXT.index(words) + len(words)]

    plain = {"form": "indirect", "act": "state", "issue": "deal", "stance": "none", "commitment": "CT+", "when": None}
    return (
        {
            "content": [span(content)],
            "cue": [span(cue)],
            "chain": [],
            "condition": [],
            "affiliation": None,
            "speaker": "Ann Lee",
        }
        | plain
        | fields
    )


GOLD = [made("rain would come", "said"), made("the deal", "rejected", speaker="Bob Day", chain=["RT"])]
CASES = [{"id": "a", "text": TEXT, "statements": GOLD}]


def test_gold_against_itself_is_perfect() -> None:
    """Every figure is 100 where nothing differs."""
    assert set(score(CASES, {"a": GOLD}).rates().values()) == {100.0}


def test_nothing_predicted_is_nothing_found() -> None:
    """No prediction, no hit."""
    rates = score(CASES, {}).rates()
    assert rates["statements"] == rates["cell"] == 0.0


def test_half_right() -> None:
    """One of two found with a shortened name, a wrong stance and an extra: the figures follow by hand."""
    found = made("the deal", "rejected", speaker="Bob", stance="oppose")
    extra = made("Ann Lee", "said")
    rates = score(CASES, {"a": [found, extra]}).rates()
    assert rates["statements"] == 50.0
    assert rates["cell"] == 0.0
    assert rates["speaker"] == 0.0
    assert rates["speaker lenient"] == 100.0
    assert rates["chain, nested"] == 0.0
