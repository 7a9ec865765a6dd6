"""The reasons of a position, and what is proposed from coded statements."""

from __future__ import annotations

from datetime import date

from onrecord.analyse.proposals import coded_words, propose
from onrecord.analyse.reasons import reasons
from onrecord.analyse.tables import table_of


def said(quote: str, day: str = "2026-01-01", speaker: str = "Ana") -> dict[str, object]:
    """A statement for the dam."""
    return {"id": f"{speaker} {day}", "speaker": speaker, "issue": "dam", "stance": "oppose", "commitment": "CT+",
            "act": "state", "date": date.fromisoformat(day), "quote": quote, "outlet": "Courier"}  # fmt: skip


def test_the_clause_after_a_cue_is_the_reason() -> None:
    """Cause and purpose give a reason, up to the end of the sentence; a statement without a cue gives none."""
    table = table_of([
        said("the dam must wait, because the river is low. It will rain", "2026-01-01"),
        said("no dam so as not to drown the mill", "2026-01-02"),
        said("the dam is a folly", "2026-01-03"),
        said("no dam because of it", "2026-01-04", "Boris"),
    ])  # fmt: skip
    assert reasons(table)["reason"].to_list() == [
        "because of it", "so as not to drown the mill", "because the river is low",
    ]  # fmt: skip


def test_a_reason_that_is_repeated_counts_once() -> None:
    """The same reason of one actor is listed as said last."""
    table = table_of([said("no, because it leaks", "2026-01-01"), said("never, because it leaks", "2026-02-01")])
    assert [str(day) for day in reasons(table)["date"].to_list()] == ["2026-02-01"]


def test_proposals_follow_the_nearest_coded_statements() -> None:
    """Words are proposed to be what those most like them were coded as; unlike words get no proposal."""
    coded = [
        coded_words("dam", "oppose", "the dam would flood the valley"),
        coded_words("dam", "oppose", "a dam floods our valley"),
        coded_words("toll", "support", "the toll pays for the bridge"),
    ]
    found = propose(coded, "they fear that the dam floods the whole valley")
    assert found is not None
    assert (found.issue, found.stance, found.count) == ("dam", "oppose", 2)
    assert propose(coded, "the choir sang until midnight") is None
