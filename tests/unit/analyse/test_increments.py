"""Results that are brought up to date after a small change are those of a new computation."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from onrecord.analyse.increments import Increment, by_column, splice
from onrecord.analyse.position_changes import (
    changes,
    conflicts,
    latest_sides,
    renewed_changes,
    renewed_conflicts,
    renewed_sides,
)
from onrecord.analyse.position_index import PositionIndex
from onrecord.analyse.tables import table_of

STANCES = ("support", "oppose", "mixed", "noncommittal", "none")


def row(number: int, draw: random.Random) -> dict[str, Any]:
    """A statement by one of six speakers on one of three issues, undated now and then."""
    day = date(2026, 1, 1) + timedelta(days=draw.randrange(20))
    return {
        "id": f"s{number}", "speaker": draw.choice(["Ana", "Boris", "Cleo", "Dan", "Eve", None]), "quote": f"q{number}",
        "affiliation": draw.choice(["Ardesh", "Belm", None]), "issue": draw.choice(["dam", "toll", "ferry", None]),
        "stance": draw.choice(STANCES), "commitment": "CT+", "act": "state", "article": f"a{number // 3}",
        "date": None if draw.random() < 0.1 else day, "confidence": round(draw.random(), 2), "outlet": "Courier",
    }  # fmt: skip


def table(numbers: list[int], draw: random.Random) -> pl.DataFrame:
    """Rows in the order of a ledger, with the columns that a view adds."""
    made = table_of([row(number, draw) for number in numbers])
    made = made.with_columns(
        pl.Series("number", numbers, dtype=pl.Int64), pl.lit(None, dtype=pl.String).alias("coder"),
        (pl.col("confidence") >= 0.3).alias("asserted"),
    )  # fmt: skip
    return made.sort("date", "number")


@pytest.fixture(params=range(12))
def step(request: pytest.FixtureRequest) -> tuple[pl.DataFrame, pl.DataFrame, Increment]:
    """A table, what it became, and the change."""
    draw = random.Random(request.param)
    before = table(list(range(80)), draw)
    gone = draw.sample(before["id"].to_list(), draw.randrange(4))
    fresh = table([*range(80, 80 + draw.randrange(4)), draw.randrange(80)], draw)
    after, change = splice(before, gone, fresh)
    return before, after, change


def test_splice_is_the_table_sorted_anew(step: tuple[pl.DataFrame, pl.DataFrame, Increment]) -> None:
    """The spliced table has the rows of both, without those that went, in order of date and number."""
    before, after, change = step
    kept = before.filter(~pl.col("id").is_in(change.before["id"].to_list()))
    came = after.filter(pl.col("id").is_in(change.after["id"].to_list()))
    assert_frame_equal(after, pl.concat([kept, came]).sort("date", "number"))


def test_places_and_columns_are_carried_over(step: tuple[pl.DataFrame, pl.DataFrame, Increment]) -> None:
    """A row that stayed is where `moved` says, and `carried` gives its value there."""
    before, after, change = step
    stay = np.array([place for place in range(before.height) if place not in set(change.out.tolist())])
    assert before["id"][stay].to_list() == after["id"][change.moved(stay)].to_list()
    assert change.carried(before["id"], change.after["id"]).to_list() == after["id"].to_list()


@pytest.mark.parametrize("by", ["speaker", "affiliation"])
def test_results_by_actor_and_issue(step: tuple[pl.DataFrame, pl.DataFrame, Increment], by: str) -> None:
    """Changes, contradictions and the last sides are those that the whole new table gives."""
    before, after, change = step
    made = renewed_changes(changes(before, by=by), after, by, [change])
    assert_frame_equal(made, changes(after, by=by))
    made = renewed_conflicts(conflicts(before, kind="self", by=by), after, by, [change])
    same = ["kind", "score", "date_b", "issue", "actor_a", "actor_b"]  # the rest of the order is left open
    assert_frame_equal(
        made.sort(*same, "id_b", "id_a"), conflicts(after, kind="self", by=by).sort(*same, "id_b", "id_a")
    )
    assert_frame_equal(renewed_sides(latest_sides(before, by), after, by, [change]), latest_sides(after, by))


@pytest.mark.parametrize("by", ["speaker", "affiliation"])
def test_the_index_of_positions(step: tuple[pl.DataFrame, pl.DataFrame, Increment], by: str) -> None:
    """The index brought up to date answers as a new one does."""
    before, after, change = step
    old, new = PositionIndex(before, by).renewed(after, [change]), PositionIndex(after, by)
    assert (old.actors, old.issues, old.busy.tolist()) == (new.actors, new.issues, new.busy.tolist())
    assert old.balance() == new.balance()
    for day in (None, "2026-01-09"):
        one, other = old.cells(as_of=day), new.cells(as_of=day)
        assert [x.tolist() for x in (one.actor, one.issue, one.row, one.count)] == [
            x.tolist() for x in (other.actor, other.issue, other.row, other.count)
        ]
    assert [old.company(n) for n in range(len(old.actors))] == [new.company(n) for n in range(len(new.actors))]


def test_rows_of_a_column(step: tuple[pl.DataFrame, pl.DataFrame, Increment]) -> None:
    """A result with a row for each value of a column has those of the new table."""
    before, after, change = step

    def count(rows: pl.DataFrame) -> pl.DataFrame:
        held = rows.filter(pl.col("speaker").is_not_null()).group_by("speaker").agg(pl.len().alias("n"))
        return held.sort(["n", "speaker"], descending=[True, False])

    made = by_column(count(before), after, [change], "speaker", count, ["n", "speaker"], [True, False])
    assert_frame_equal(made, count(after))
