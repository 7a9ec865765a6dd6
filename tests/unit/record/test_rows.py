"""The derived columns: names for comparing, what no database holds, and the last day of a partial date."""

from __future__ import annotations

import pytest

from onrecord.core.statement import PartialDate
from onrecord.record.query import last_day
from onrecord.record.rows import key, storable


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Sergei  LAVROV", "sergei lavrov"),
        ("José Núñez-Ruiz", "jose nunez ruiz"),
        ("Großmann", "grossmann"),
        ("50%_off", "50 off"),
        ("%", "%"),
        ("\ud800", "\ufffd"),
        (None, None),
    ],
)
def test_key(name, expected):
    """Names fold to words without case, accents and punctuation."""
    assert key(name) == expected


def test_storable_shows_what_no_database_holds():
    """NUL and surrogates, which databases refuse, become replacement characters."""
    assert storable("a\x00b\udfffc\U0001f600") == "a\ufffdb\ufffdc\U0001f600"


@pytest.mark.parametrize(
    ("date", "day"),
    [("2026", "2026-12-31"), ("2024-02", "2024-02-29"), ("2026-02", "2026-02-28"), ("2026-03-02", "2026-03-02")],
)
def test_last_day(date, day):
    """The last day of a partial date is that of its day, month or year."""
    assert last_day(PartialDate(date)) == day
