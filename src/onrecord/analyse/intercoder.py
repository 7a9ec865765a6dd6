"""Measure coder agreement: Krippendorff's nominal alpha with a bootstrap interval, Cohen's kappa, confusion tables.

K. Krippendorff, Content Analysis (4th ed., 2019), chapter 12: alpha = 1 - observed / expected disagreement, from the
matrix of coincidences within units; units with fewer than two values say nothing. The interval resamples units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Unit = Sequence[Hashable]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Hold `alpha`: 1 for perfect agreement, 0 for chance agreement, None if undefined (no two values differ).

    `low` and `high` bound it (None if too few resamples are defined); `units` have two values or more.
    """

    alpha: float | None
    low: float | None
    high: float | None
    units: int
    values: int


def alpha(units: Sequence[Unit]) -> float | None:
    """Compute Krippendorff's nominal alpha of the units' values; None if all values are the same."""
    counts = [Counter(unit) for unit in units if len(unit) > 1]
    return _alpha(counts, np.ones(len(counts)))


def agreement(
    units: Sequence[Unit], *, draws: int = 1_000, level: float = 0.95, seed: int = 0,
    clusters: Sequence[int] | None = None,
) -> Agreement:  # fmt: skip
    """Compute alpha with the percentile interval of resamples of the units, or of their clusters.

    Args:
        units: the values that coders gave to each unit; a unit with fewer than two does not count.
        draws: the number of resamples.
        level: the share of resamples inside the interval.
        seed: the seed of the draws.
        clusters: the cluster of each unit, where units are no independent observations (words of one article).
    """
    counts = [Counter(unit) for unit in units if len(unit) > 1]
    groups = [c for unit, c in zip(units, clusters or range(len(units)), strict=True) if len(unit) > 1]
    found = _alpha(counts, np.ones(len(counts)))
    random = np.random.default_rng(seed)
    drawn = []
    if found is not None:
        observed, totals, sizes = _tables(counts)
        names, places = np.unique(groups, return_inverse=True)
        if clusters is not None:
            # All that alpha needs is a sum over units, so a cluster counts as one unit with its sums.
            observed, sizes = (np.bincount(places, weights=part).astype(float) for part in (observed, sizes))
            totals = np.stack([np.bincount(places, weights=column) for column in totals.T], axis=1)
        for _ in range(draws):
            weights = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names)).astype(float)
            one = _from_tables(observed, totals, sizes, weights)
            if one is not None:
                drawn.append(one)
    low = high = None
    if len(drawn) >= draws / 2:
        low, high = (float(q) for q in np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]))
    return Agreement(found, low, high, len(counts), sum(map(len, units)))


def confusion(units: Sequence[Mapping[str, Hashable]], one: str, other: str) -> Counter[tuple[Hashable, Hashable]]:
    """Count how often `one` chose the first and `other` the second value, over the units that both coded."""
    return Counter((unit[one], unit[other]) for unit in units if one in unit and other in unit)


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold the agreement of two coders: Cohen's kappa (None if chance agreement is perfect) and the raw share."""

    kappa: float | None
    low: float | None
    high: float | None
    agreed: int
    units: int


def kappa(units: Sequence[Mapping[str, Hashable]], one: str, other: str, *, draws: int = 1_000, seed: int = 0) -> Pair:
    """Return Cohen's kappa of two coders over the units that both coded, with a bootstrap interval of 95 %.

    J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960).
    """
    pairs = [(unit[one], unit[other]) for unit in units if one in unit and other in unit]
    names = {value: place for place, value in enumerate(dict.fromkeys(value for pair in pairs for value in pair))}
    coded = np.array([[names[a], names[b]] for a, b in pairs], dtype=np.int64).reshape(-1, 2)
    found = _kappa(coded, len(names))
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws if found is not None else 0):
        value = _kappa(coded[random.integers(0, len(coded), len(coded))], len(names))
        if value is not None:
            drawn.append(value)
    low = high = None
    if drawn and len(drawn) >= draws / 2:
        low, high = (float(q) for q in np.quantile(drawn, [0.025, 0.975]))
    return Pair(found, low, high, int((coded[:, 0] == coded[:, 1]).sum()), len(coded))


def _kappa(coded: NDArray[np.int64], values: int) -> float | None:
    if not len(coded):
        return None
    observed = float((coded[:, 0] == coded[:, 1]).mean())
    shares = [np.bincount(coded[:, side], minlength=values) / len(coded) for side in (0, 1)]
    expected = float(shares[0] @ shares[1])
    return None if expected >= 1 else (observed - expected) / (1 - expected)


def wilson(right: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Return the Wilson interval of a share, of 95 % for `z` = 1.96; (0, 1) of nothing.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if not total:
        return 0.0, 1.0
    share = right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * np.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _tables(
    counts: Sequence[Counter[Hashable]],
) -> tuple[Floats, Floats, Floats]:
    """Return for each unit the disagreeing pairs over its size less one, the count of each value, and the size."""
    names = {value: place for place, value in enumerate(dict.fromkeys(v for count in counts for v in count))}
    totals = np.zeros((len(counts), len(names)))
    for row, count in enumerate(counts):
        for value, times in count.items():
            totals[row, names[value]] = times
    sizes = totals.sum(axis=1)
    observed = (sizes**2 - (totals**2).sum(axis=1)) / (sizes - 1)
    return observed, totals, sizes


def _alpha(counts: Sequence[Counter[Hashable]], weights: Floats) -> float | None:
    if not counts:
        return None
    observed, totals, sizes = _tables(counts)
    return _from_tables(observed, totals, sizes, weights)


def _from_tables(
    observed: Floats,
    totals: Floats,
    sizes: Floats,
    weights: Floats,
) -> float | None:
    n = float(weights @ sizes)
    each = weights @ totals
    expected = (n**2 - float((each**2).sum())) / (n - 1) if n > 1 else 0.0
    return None if expected <= 0 else 1.0 - float(weights @ observed) / expected
