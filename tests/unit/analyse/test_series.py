"""Windows and kernels worked by hand."""

from __future__ import annotations

from datetime import datetime
from math import exp, pi, sqrt

import polars as pl
import pytest

from onrecord.analyse import tables
from onrecord.analyse.network_types import Options
from onrecord.analyse.windows import LONG, TimeWindow, blocks, long, series
from onrecord.errors import TableError


def table(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """Rows of affiliation, stance, day; all on one issue."""
    return tables.table_of(
        {"id": str(n), "article": str(n), "affiliation": who, "issue": "dam", "stance": how, "when": day}
        for n, (who, how, day) in enumerate(rows)
    )


DATA = table(("A", "support", "2026-01-01"), ("B", "support", "2026-01-03"), ("A", "oppose", "2026-01-09"))


def test_plain_windows_reach_half_to_either_side_and_stay_inside() -> None:
    """Plain windows reach half their length to either side and stay inside the range."""
    nets = list(series(DATA, Options(mode="two", aggregate="subtract"), "days:5"))
    assert [net.middle for net in nets] == [datetime(2026, 1, day) for day in range(3, 8)]
    assert [net.statements for net in nets] == [2, 1, 1, 0, 1]
    assert nets[0].rows == ("A", "B")
    assert nets[3].rows == ()


def test_windows_fill_the_range_that_is_asked_for() -> None:
    """`until` is the end of its date: of 4 and of all of January, a window of 3 days may reach to 23:59:59."""
    for until, last in (("2026-01-04", datetime(2026, 1, 3)), ("2026-01", datetime(2026, 1, 30))):
        nets = list(series(DATA, Options(mode="two", since="2026-01-01", until=until), "days:3"))
        assert (nets[0].middle, nets[-1].middle) == (datetime(2026, 1, 2), last)


def test_windows_of_events_surround_each_statement() -> None:
    """Windows of events surround each statement."""
    nets = list(series(DATA, Options(mode="two"), "events:2"))
    assert [(net.statements, net.start, net.stop) for net in nets] == [(3, datetime(2026, 1, 1), datetime(2026, 1, 9))]


@pytest.mark.parametrize(
    ("kernel", "weight"),
    [
        ("uniform", lambda u: 0.5),
        ("epanechnikov", lambda u: 0.75 * (1 - u * u)),
        ("triangular", lambda u: 1 - abs(u)),
        ("gaussian", lambda u: exp(-u * u / 2) / sqrt(2 * pi)),
    ],
)
def test_kernels_weigh_both_sides_alike(kernel: str, weight: object) -> None:
    """A window of 8 days around 5 January: A spoke 4 days before and 4 after (u = 1), B two days before (u = 1/2)."""
    (net,) = series(DATA, Options(mode="two", aggregate="ignore"), "days:8", kernel=kernel)
    assert net.middle == datetime(2026, 1, 5)
    assert net.values.ravel().tolist() == pytest.approx([2 * weight(1), weight(0.5)])  # type: ignore[operator]
    (one,) = series(DATA, Options(aggregate="congruence"), "days:8", kernel=kernel)
    assert one.values[0, 1] == pytest.approx(sqrt(weight(1) * weight(0.5)))  # type: ignore[operator]


def test_a_lone_side_keeps_its_sign_under_a_kernel() -> None:
    """DNA 3.0 numbers the levels that occur, so that support alone would count as oppose."""
    data = table(("A", "support", "2026-01-01"), ("A", "support", "2026-01-03"))
    (net,) = series(data, Options(mode="two", aggregate="subtract"), "days:2", kernel="uniform")
    assert net.values.tolist() == [[1.0]]


def test_average_under_a_kernel_is_the_sum_over_concepts_and_levels() -> None:
    """At "yes" A and B said one each: 2/2; at "no" A said one: 2/1; together 3."""
    (plain,) = series(DATA, Options(aggregate="congruence"), "days:8", kernel="uniform")
    (norm,) = series(DATA, Options(aggregate="congruence", normalise="average"), "days:8", kernel="uniform")
    assert norm.values[0, 1] == pytest.approx(3 * plain.values[0, 1])


def test_months_are_calendar_months() -> None:
    """Windows of months move by calendar months."""
    data = table(("A", "support", "2025-11-30"), ("B", "support", "2026-03-31"))
    middles = [net.middle for net in series(data, Options(), "months:2", kernel="uniform")]
    assert middles == [datetime(2025, 12, 30), datetime(2026, 1, 30), datetime(2026, 2, 28)]


def test_blocks_are_the_series_in_one_array() -> None:
    """Blocks hold the same values as the series of single networks."""
    options = Options(aggregate="subtract")
    (block,) = blocks(DATA, options, "days:2", kernel="gaussian")
    nets = list(series(DATA, options, "days:2", kernel="gaussian"))
    assert block.values.shape == (len(nets), 2, 2)
    assert [net.values.tolist() for net in nets] == block.values.tolist()


def test_an_empty_range_has_no_windows_and_a_typed_table() -> None:
    """An empty range has no windows and a typed table."""
    empty = long(series(tables.empty(), Options(), "days:8", kernel="gaussian"))
    assert dict(empty.schema) == LONG
    assert not list(series(tables.empty(), Options(), "events:3"))
    undated = tables.table_of([{"id": "1", "article": "1", "affiliation": "A", "issue": "dam", "stance": "support"}])
    assert not list(series(undated, Options(), "days:8"))


@pytest.mark.parametrize("text", ["days", "days:0", "fortnights:2", "days:-1", "8"])
def test_windows_that_make_no_sense(text: str) -> None:
    """An invalid window is refused with an example."""
    with pytest.raises(TableError, match="days:8"):
        TimeWindow.parse(text)


def test_what_a_kernel_cannot_do_is_refused() -> None:
    """Norms and units that a kernel does not support are refused."""
    for options, window in ((Options(normalise="jaccard"), "days:8"), (Options(), "events:8")):
        with pytest.raises(TableError, match="kernel"):
            list(series(DATA, options, window, kernel="gaussian"))
