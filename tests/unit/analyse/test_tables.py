"""The statement table: dates, windows, weights, and what counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from onrecord.analyse import tables
from onrecord.errors import TableError

from .made import statements


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-12-05", "2026-12-05", "2026-12-05"),
    ],
)
def test_a_partial_date_is_a_span_of_days(text: str, first: str, last: str) -> None:
    """A date without day or month means the whole month or year."""
    assert (tables.day(text), tables.last_day(text)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_dates_are_taken_as_they_are() -> None:
    """A date stays itself, a time gives its day, and anything else is an error."""
    assert tables.day(datetime(2026, 3, 4, 23, 59)) == date(2026, 3, 4)
    assert tables.last_day(date(2026, 3, 4)) == date(2026, 3, 4)
    for wrong in ("2026-3", "yesterday", "2026-13", "2026-02-30", "20260304"):
        with pytest.raises(TableError):
            tables.day(wrong)


@pytest.mark.parametrize(
    ("text", "days"),
    [("5", 5), ("days:90", 90), ("day:1", 1), ("weeks:2", 14), ("months:3", 90), ("years:1", 365), (" 7 ", 7), (3, 3)],
)
def test_windows_are_days(text: str | int, days: int) -> None:
    """Weeks have 7 days, months 30, years 365; a bare number is days."""
    assert tables.duration(text) == timedelta(days=days)
    assert tables.duration(timedelta(hours=1)) == timedelta(hours=1)


@pytest.mark.parametrize("text", ["", "0", "days:0", "-1", "hours:3", "1.5", -2, timedelta(0), "months:1234567"])
def test_windows_without_length_are_errors(text: str | int | timedelta) -> None:
    """A window is positive and in a known unit."""
    with pytest.raises(TableError):
        tables.duration(text)


def test_rows_up_to_a_date_and_within_a_window() -> None:
    """The last day counts, the day a whole window before it does not; what has no date is left out then."""
    table = statements({"when": "2026-01-01"}, {"when": "2026-01-10"}, {"when": "2026-01-11"}, {})
    kept = {
        (as_of, window): tables.until(table, as_of, window)["id"].to_list()
        for as_of, window in ((None, None), ("2026-01-10", None), ("2026-01-10", 9), ("2026-01-10", 10), (None, 1))
    }
    assert kept == {
        (None, None): ["s0", "s1", "s2", "s3"],
        ("2026-01-10", None): ["s0", "s1"],
        ("2026-01-10", 9): ["s1"],
        ("2026-01-10", 10): ["s0", "s1"],
        (None, 1): ["s2"],
    }
    assert tables.until(statements({}), None, 5).is_empty()


def test_commitment_and_stance_are_numbers() -> None:
    """Certain is 1, probable two thirds, possible one third, uncommitted a half unless the act pledges."""
    table = statements(
        *({"commitment": value} for value in ("CT+", "CT-", "PR+", "PR-", "PS+", "PS-", "Uu", "??")),
        *({"commitment": "Uu", "act": act} for act in ("demand", "reject", "accept", "endorse", "promise", "warn")),
    )
    weights = table.select(tables.strength()).to_series().to_list()
    assert weights == pytest.approx([1, 1, 2 / 3, 2 / 3, 1 / 3, 1 / 3, 0.5, 0.5, 1, 1, 1, 1, 1, 0.5])
    sides = statements(*({"stance": s} for s in ("support", "oppose", "mixed", "noncommittal", "none")))
    assert sides.select(tables.side()).to_series().to_list() == [1, -1, 0, 0, None]


def test_actors_are_speakers_or_their_affiliation() -> None:
    """Who has no affiliation is an actor alone; other ways to tell actors apart are errors."""
    table = statements({"affiliation": "Lubia"}, {})
    assert table.select(tables.actor("speaker")).to_series().to_list() == ["Ann", "Ann"]
    assert table.select(tables.actor("affiliation")).to_series().to_list() == ["Lubia", "Ann"]
    with pytest.raises(TableError, match="outlet"):
        tables.actor("outlet")


def test_unsure_positions_are_counted_by_actor_and_issue() -> None:
    """What is not asserted and takes a position is counted; a table without that column has nothing unsure."""
    rows = statements({"speaker": "Bo"}, {}, {}, {"stance": "none"}, {"issue": None}, {"speaker": None}, {})
    marked = rows.with_columns(asserted=pl.Series([False] * 6 + [True]))
    assert tables.unsure(marked, "speaker").rows() == [("Ann", "dam", 2), ("Bo", "dam", 1)]
    assert tables.asserted(marked)["id"].to_list() == ["s6"]
    assert tables.unsure(rows, "speaker").is_empty()
    assert tables.asserted(rows).height == 7


def test_tables_are_made_of_rows_that_lack_columns() -> None:
    """Lists are empty, confidence is 1, and the date is that of the statement, else of the article."""
    made = tables.table_of([{"id": "a", "published": "2026-02"}, {"id": "b", "published": "2026", "when": "2025-05"}])
    assert made["date"].to_list() == [date(2026, 2, 1), date(2025, 5, 1)]
    assert made.select("confidence", "chain", "condition").row(0) == (1.0, [], [])
    assert tables.table_of([{"id": "a", "confidence": 0.0, "date": date(2020, 1, 2)}]).select("confidence", "date").row(
        0
    ) == (0.0, date(2020, 1, 2))
    with pytest.raises(TableError, match="loudness"):
        tables.table_of([{"loudness": 3}])
    with pytest.raises(TableError, match="list"):
        tables.check([], ())  # type: ignore[arg-type]
