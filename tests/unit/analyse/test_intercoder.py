"""Agreement of coders, on figures of the literature or worked by hand."""

from __future__ import annotations

import pytest

from onrecord.analyse.intercoder import agreement, alpha, confusion, kappa, wilson

# Krippendorff, Computing Krippendorff's alpha-reliability (2011), part C: four observers, twelve units.
A = [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None]
B = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3]
C = [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None]
D = [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None]
UNITS = [[value for value in unit if value is not None] for unit in zip(A, B, C, D, strict=True)]


def test_alpha_is_that_of_the_published_example() -> None:
    """Krippendorff's example has a nominal alpha of 0.743; its last unit, with one value, does not count."""
    assert alpha(UNITS) == pytest.approx(0.743, abs=5e-4)
    found = agreement(UNITS)
    assert (found.alpha, found.units, found.values) == (alpha(UNITS), 11, 41)
    assert found.low is not None
    assert found.high is not None
    assert 0.3 < found.low < 0.6 < 0.9 < found.high <= 1
    assert agreement(UNITS) == found, "the same draws every time"


def test_perfect_and_undefined_agreement() -> None:
    """Equal values in all units give 1 where values differ between units, and nothing where none differ."""
    assert alpha([["a", "a"], ["b", "b"]]) == 1
    assert alpha([["a", "a"], ["a", "a"]]) is None
    assert alpha([["a"], ["b"]]) is None
    assert alpha([["a", "b"], ["b", "a"]]) == pytest.approx(-0.5)
    assert agreement([]).low is None


def test_clusters_are_drawn_together() -> None:
    """One cluster of all units has no spread; units on their own have one."""
    whole = agreement(UNITS, clusters=[1] * len(UNITS))
    assert (whole.low, whole.high) == (pytest.approx(whole.alpha), pytest.approx(whole.alpha))
    narrow = agreement(UNITS, level=0.5)
    wide = agreement(UNITS, level=0.95)
    assert wide.low is not None and narrow.low is not None and wide.low < narrow.low  # noqa: PT018


def test_kappa_by_hand() -> None:
    """Of 50 units 35 agree, half of them by chance: kappa is 0.4 (Cohen 1960)."""
    cells = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    units = [{"x": a, "y": b} for (a, b), times in cells.items() for _ in range(times)]
    found = kappa([*units, {"x": "yes"}], "x", "y")
    assert (found.kappa, found.agreed, found.units) == (pytest.approx(0.4), 35, 50)
    assert found.low is not None
    assert found.high is not None
    assert 0.1 < found.low < 0.2 < 0.6 < found.high < 0.7
    assert confusion(units, "x", "y") == cells
    assert kappa([{"x": "a", "y": "a"}], "x", "y").kappa is None
    assert kappa([], "x", "y").units == 0


@pytest.mark.parametrize(
    ("right", "total", "low", "high"), [(0, 0, 0, 1), (0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (8, 10, 0.4902, 0.9433)]
)
def test_wilson_intervals(right: int, total: int, low: float, high: float) -> None:
    """Wilson's interval at 95 %, by his formula; of nothing it is all of [0, 1]."""
    assert wilson(right, total) == pytest.approx((low, high), abs=5e-4)
