"""Intervals: narrow where many agree, wide where few do, the same for re-tellings; pooling over windows."""

from __future__ import annotations

import polars as pl
import pytest

from onrecord.analyse import tables
from onrecord.analyse.network_types import Options
from onrecord.analyse.uncertainty import INTERVALS, edge_intervals, intervals, pooled
from onrecord.errors import TableError

from .made import statements


def width(data: pl.DataFrame, draws: int = 500) -> float:
    """Return the width of the only interval."""
    (row,) = intervals(data, draws=draws).to_dicts()
    assert row["low"] <= row["value"] <= row["high"]
    return float(row["high"] - row["low"])


def apart(count: int, **values: object) -> pl.DataFrame:
    """Statements months apart with nothing in common."""
    rows = [
        {"when": f"20{20 + number // 12}-{number % 12 + 1:02}-01", "quote": f"word{number} other{number}", **values}
        for number in range(count)
    ]
    return statements(*rows)


def test_more_statements_narrow_and_doubt_widens() -> None:
    """More statements narrow an interval, and doubt widens it."""
    assert width(apart(20)) < width(apart(5)) < width(apart(1))
    assert width(apart(10)) < width(apart(10, confidence=0.5))


def test_ten_retellings_are_as_uncertain_as_one_report() -> None:
    """The interval of a story told by ten outlets is that of the story told once, up to the noise of the draws."""
    quote = {"quote": "We will build the great dam in the valley", "when": "2026-01-01"}
    once = width(statements(quote), draws=8000)
    retold = width(statements(*[{**quote, "outlet": f"Paper {number}"} for number in range(10)]), draws=8000)
    assert retold == pytest.approx(once, abs=0.15)
    assert width(apart(10)) < 0.8 * retold
    assert intervals(statements(quote, {**quote, "outlet": "Post"}))["utterances"].to_list() == [1]


def test_the_same_table_gives_the_same_interval() -> None:
    """The same seed gives the same interval, another seed another one."""
    data = apart(6, confidence=0.7)
    assert intervals(data).equals(intervals(data))
    assert not intervals(data, seed=1).equals(intervals(data))


def test_probability_is_high_where_all_agree_and_low_where_they_split() -> None:
    """The probability is high where statements agree and low where they split."""
    agreed = intervals(apart(20))["probability"].item()
    rows = [
        {"when": f"2020-{n + 1:02}-01", "quote": f"a{n}", "stance": "oppose" if n % 2 else "support"} for n in range(8)
    ]
    split = intervals(statements(*rows, {"when": "2021-01-01", "quote": "z", "commitment": "PS+"}))[
        "probability"
    ].item()
    assert agreed > 0.95
    assert split < 0.9


def test_edges_have_intervals_around_their_weight() -> None:
    """A tie's interval encloses its weight."""
    rows = [
        {"affiliation": who, "issue": issue, "quote": f"{who}{issue}", "when": "2020-01-01"}
        for who in ("A", "B") for issue in ("x", "y", "z")
    ]  # fmt: skip
    (edge,) = edge_intervals(statements(*rows), Options(aggregate="congruence")).to_dicts()
    assert edge["low"] < edge["weight"] == 3 < edge["high"]
    assert edge["sign"] == 1.0


def test_pooling_averages_windows_and_says_how_steady_a_tie_is() -> None:
    """Pooling averages the windows and reports how often a tie keeps its sign."""
    rows = [
        {"affiliation": "A", "when": "2026-01-01"}, {"affiliation": "B", "when": "2026-01-02"},
        {"affiliation": "A", "when": "2026-02-03"}, {"affiliation": "B", "when": "2026-02-04", "stance": "oppose"},
        {"affiliation": "A", "when": "2026-03-10"}, {"affiliation": "B", "when": "2026-03-11"},
    ]  # fmt: skip
    (tie,) = pooled(statements(*rows), Options(aggregate="subtract"), "months:1").to_dicts()
    assert (tie["source"], tie["target"], tie["windows"]) == ("A", "B", 3)
    assert tie["weight"] == pytest.approx(1 / 3)
    assert tie["steady"] == pytest.approx(2 / 3)


def test_nothing_in_typed_tables_out() -> None:
    """Empty tables give typed results."""
    assert dict(intervals(tables.empty()).schema) == INTERVALS
    assert edge_intervals(tables.empty(), Options()).columns[:3] == ["source", "target", "weight"]
    assert pooled(tables.empty(), Options(), "months:1").is_empty()


def test_settings_that_make_no_sense() -> None:
    """Invalid settings are refused."""
    with pytest.raises(TableError, match="draw"):
        intervals(tables.empty(), draws=0)
    with pytest.raises(TableError, match="between 0 and 1"):
        intervals(tables.empty(), level=95)
    with pytest.raises(TableError, match="months:3"):
        pooled(tables.empty(), Options(), "events:3")
