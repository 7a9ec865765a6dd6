"""Timelines, moves and conflicts, by small cases."""

from __future__ import annotations

import pytest

from onrecord.analyse import tables
from onrecord.analyse.position_changes import CHANGES, CONFLICTS, TIMELINE, changes, conflicts, timeline
from onrecord.errors import TableError

from .made import statements

MOVES = statements(
    {"when": "2026-01-01", "quote": "We will build it."},
    {"when": "2026-02-01", "stance": "noncommittal", "commitment": "PS+", "quote": "We shall see."},
    {"when": "2026-03-01", "stance": "oppose", "quote": "It is dead."},
    {"when": "2026-03-01", "speaker": "Bo", "quote": "It lives."},
)


def test_timeline_is_in_time_order_and_marks_moves() -> None:
    """A timeline is in time order and marks the positions that differ from the one before."""
    line = timeline(MOVES, actor="Ann", issue="dam")
    assert line["moved"].to_list() == [False, True, True]
    assert line["value"].to_list() == [1.0, 0.0, -1.0]
    assert line.columns == list(TIMELINE)


def test_changes_carry_both_quotations_and_their_kind() -> None:
    """A change carries both quotations, its kind and the days between them."""
    moved = changes(MOVES).to_dicts()
    assert [(row["kind"], row["from_stance"], row["to_stance"]) for row in moved] == [
        ("commits", "noncommittal", "oppose"),
        ("retreats", "support", "noncommittal"),
    ]
    assert (moved[1]["from_quote"], moved[1]["to_quote"]) == ("We will build it.", "We shall see.")
    assert moved[1]["days"] == 31
    assert changes(MOVES, since="2026-02-15")["kind"].to_list() == ["commits"]
    assert changes(MOVES, until="2026-02")["kind"].to_list() == ["retreats"]


def test_a_reversal_is_a_move_from_side_to_side() -> None:
    """A move from one side to the other is a reversal."""
    data = statements({"when": "2026-01-01"}, {"when": "2026-01-05", "stance": "oppose"})
    assert changes(data)["kind"].to_list() == ["reversal"]


def test_of_one_day_only_the_last_position_counts_as_a_move() -> None:
    """Of several readings on one day only the surest counts as a move."""
    data = statements(
        {"when": "2026-01-01", "confidence": 0.4, "stance": "oppose"},
        {"when": "2026-01-01", "confidence": 0.9},
        {"when": "2026-01-02"},
    )
    assert changes(data).is_empty()


def test_conflicts_of_one_and_of_two() -> None:
    """An actor's turn and two actors' opposition are conflicts of their own kinds."""
    found = conflicts(MOVES).to_dicts()
    own = [row for row in found if row["kind"] == "self"]
    two = [row for row in found if row["kind"] == "between"]
    assert [(row["actor_a"], row["id_a"], row["id_b"], row["days"]) for row in own] == [("Ann", "s0", "s2", 59)]
    # Ann's latest word is against, Bo's for.
    assert [(row["actor_a"], row["actor_b"], row["stance_a"], row["stance_b"]) for row in two] == [
        ("Bo", "Ann", "support", "oppose")
    ]
    assert conflicts(MOVES, kind="self", window=30).is_empty()


def test_nothing_in_typed_tables_out() -> None:
    """Without moves or conflicts the tables are empty and typed."""
    for found, schema in (
        (timeline(tables.empty()), TIMELINE),
        (changes(tables.empty()), CHANGES),
        (conflicts(tables.empty()), CONFLICTS),
    ):  # fmt: skip
        assert found.is_empty()
        assert dict(found.schema) == schema
    lone = statements({"when": "2026-01-01"})
    assert changes(lone).is_empty()
    assert conflicts(lone).is_empty()
    undated = statements({}, {"stance": "oppose"})
    assert timeline(undated).is_empty()
    assert conflicts(undated)["days"].to_list() == [None]


def test_an_unknown_kind_is_named() -> None:
    """An unknown kind of conflict is refused with the known ones."""
    with pytest.raises(TableError, match="self, between or all"):
        conflicts(MOVES, kind="loud")
