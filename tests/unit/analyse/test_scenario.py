"""Settlements whose arithmetic can be done by hand."""

from __future__ import annotations

import csv
from math import sqrt

import numpy as np
import polars as pl
import pytest

from onrecord.analyse import tables
from onrecord.analyse.bargaining import EQUAL, INPUTS, NOTE, SETTLEMENTS, ktab, median, nash, salience, scenario
from onrecord.analyse.positions import positions
from onrecord.errors import TableError

from .made import statements

THREE = statements(
    {"speaker": "A", "when": "2026-01-01"},
    {"speaker": "B", "when": "2026-01-02", "commitment": "PS+"},
    {"speaker": "C", "when": "2026-01-03", "stance": "oppose"},
)


def test_compromise_and_median_of_three_equal_actors() -> None:
    """Compromise and median of three equal actors are those of the formulas."""
    found = scenario(THREE)
    (row,) = found.settlements.to_dicts()
    assert row["compromise"] == pytest.approx((1 + 1 / 3 - 1) / 3)
    assert row["median"] == pytest.approx(1 / 3)
    assert row["compromise_low"] <= row["compromise"] <= row["compromise_high"]
    assert row["outcome"] == "undecided"
    assert found.notes == (NOTE, EQUAL)


def test_capabilities_weigh() -> None:
    """Capabilities weight the compromise and the median."""
    (row,) = scenario(THREE, capabilities={"C": 2.0}).settlements.to_dicts()
    assert row["compromise"] == pytest.approx((1 + 1 / 3 - 2) / 4)
    # Weights 2, 1, 1 from -1 upwards: half of 4 is reached exactly at -1, so the median is midway to 1/3.
    assert row["median"] == pytest.approx((-1 + 1 / 3) / 2)


def test_nash_lies_between_and_yields_to_the_stronger() -> None:
    """The Nash point lies between two actors and nearer to the stronger one."""
    at = np.array([[1.0], [-1.0]])
    assert nash(at, np.array([[1.0], [1.0]]))[0] == pytest.approx(0, abs=1e-8)
    # Maximise w log(1 - ((x-1)/2)^2) + log(1 - ((x+1)/2)^2): with 1-((x-1)/2)^2 = (1+x)(3-x)/4 the slope is
    # w (1/(1+x) - 1/(3-x)) + 1/(3+x) - 1/(1-x) = 0.
    x = nash(at, np.array([[2.0], [1.0]]))[0]
    assert 2 * (1 / (1 + x) - 1 / (3 - x)) + 1 / (3 + x) - 1 / (1 - x) == pytest.approx(0, abs=1e-6)
    assert x > 0
    assert median(np.array([[1.0], [-1.0]]), np.array([[1.0], [1.0]]))[0] == 0


def test_salience_is_share_and_persistence() -> None:
    """In three months A speaks four times: of the dam in two of the months (3 of 4), of the canal once."""
    data = statements(
        {"speaker": "A", "when": "2026-01-01"}, {"speaker": "A", "when": "2026-01-02"},
        {"speaker": "A", "when": "2026-03-01"}, {"speaker": "A", "when": "2026-02-01", "issue": "canal"},
    )  # fmt: skip
    rows = {row["issue"]: row for row in salience(positions(data)).to_dicts()}
    assert (rows["dam"]["share"], rows["dam"]["persistence"]) == (3 / 4, 2 / 3)
    assert rows["dam"]["salience"] == 1
    assert rows["canal"]["salience"] == pytest.approx(sqrt(1 / 4 * 1 / 3) / sqrt(3 / 4 * 2 / 3))


def test_months_are_counted_over_the_turn_of_a_year() -> None:
    """December and January are two months that follow each other, so that who spoke in both persisted in all."""
    data = statements({"speaker": "A", "when": "2025-12-30"}, {"speaker": "A", "when": "2026-01-02"})
    assert salience(positions(data))["persistence"].to_list() == [1.0]


def test_what_if_moves_the_outcome_and_says_so() -> None:
    """An assumed stance moves the outcome and is reported in the notes."""
    found = scenario(THREE, what_if={("C", "dam"): "support"})
    (row,) = found.settlements.to_dicts()
    assert row["compromise"] == pytest.approx((1 + 1 / 3 + 1) / 3)
    assert row["outcome"] == "support"
    assert "Assumed, not reported: C on dam: support." in found.notes
    assert found.inputs.filter(pl.col("assumed"))["actor"].to_list() == ["C"]


def test_what_if_on_an_issue_the_actor_was_silent_about() -> None:
    """An assumed stance on an issue without a position adds the actor to it."""
    data = pl.concat([THREE, statements({"speaker": "D", "issue": "canal", "id": "d", "article": "d"})])
    found = scenario(data, what_if={("D", "dam"): "oppose"})
    assert found.settlements.filter(pl.col("issue") == "dam")["actors"].item() == 4


def test_ktab_reads_as_its_own_examples() -> None:
    """Name, description, actors, dimensions; a heading; then power and, per dimension, position and salience."""
    data = pl.concat([THREE, statements({"speaker": "A", "issue": "canal, old", "id": "d", "article": "d"})])
    lines = list(csv.reader(ktab(scenario(data)).splitlines()))
    assert lines[0][:4] == ["OnRecord", NOTE, "3", "2"]
    assert lines[1] == ["Actor", "Description", "Power", "canal, old Pos", "canal, old Sal", "dam Pos", "dam Sal"]
    assert lines[3] == ["B", "", "1.0", "50", "0", "66.666667", "100.0"]
    assert all(len(line) == 7 for line in lines)


def test_unknown_actors_stances_and_numbers_are_named() -> None:
    """Unknown actors, stances and invalid numbers are named in the error."""
    for settings, word in (
        ({"capabilities": {"Z": 1.0}}, "'Z'"), ({"capabilities": {"A": -1.0}}, "from 0 on"),
        ({"capabilities": {"A": 0.0, "B": 0.0, "C": 0.0}}, "nobody counts"),
        ({"what_if": {("A", "dam"): "angry"}}, "angry"), ({"what_if": {("A", "moon"): "support"}}, "moon"),
    ):  # fmt: skip
        with pytest.raises(TableError, match=word):
            scenario(THREE, **settings)  # type: ignore[arg-type]


def test_nothing_in_typed_tables_out() -> None:
    """An empty table gives empty, typed settlements."""
    found = scenario(tables.empty())
    assert dict(found.settlements.schema) == SETTLEMENTS
    assert dict(found.inputs.schema) == INPUTS
