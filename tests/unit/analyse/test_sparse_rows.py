"""Matrices that are mostly empty give what dense ones give."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.analyse.made import statements

from onrecord.analyse import networks, sparse_rows, windows
from onrecord.analyse.network_types import Options
from onrecord.analyse.networks import network
from onrecord.analyse.sparse_rows import SparseRows
from onrecord.analyse.windows import series

SHAPE = (7, 12)
SIDES = ("support", "support", "oppose")


def drawn(seed: int) -> tuple[SparseRows, np.ndarray]:
    """Draw a matrix of counts, sparse and dense."""
    cells = np.random.default_rng(seed).integers(0, SHAPE[0] * SHAPE[1], 25)
    dense = np.bincount(cells, minlength=SHAPE[0] * SHAPE[1]).astype(float).reshape(SHAPE)
    return SparseRows.of_cells(cells, SHAPE), dense


@pytest.mark.parametrize("most", [1, 5, 1_000])
def test_products_are_those_of_dense_matrices(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """A product, taken in blocks of any size, is that of the dense matrices."""
    monkeypatch.setattr(sparse_rows, "MOST_PAIRS", most)
    (one, first), (two, second) = drawn(1), drawn(2)
    assert one.times_transposed(two).tolist() == (first @ second.T).tolist()
    assert one.part(2, 5).times_transposed(two).tolist() == (first[2:5] @ second.T).tolist()


def test_sums_and_mixtures_are_those_of_dense_matrices() -> None:
    """Row sums, weighted sums of rows, indicators and products with a matrix of weights agree."""
    one, first = drawn(3)
    weights = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.5], [0.0, 0.5, 1.0]])
    mixed = (first.reshape(-1, 3) @ weights).reshape(SHAPE)
    assert one.row_sums().tolist() == first.sum(axis=1).tolist()
    assert one.positive().row_sums().tolist() == (first > 0).sum(axis=1).tolist()
    assert one.mixed(weights).times_transposed(one).tolist() == (mixed @ first.T).tolist()
    assert one.combined(np.arange(7.0), 12).tolist() == (np.arange(7.0) @ first).tolist()


@pytest.mark.parametrize("aggregate", ["congruence", "conflict", "subtract", "ignore"])
@pytest.mark.parametrize("normalise", ["none", "average", "jaccard", "cosine"])
def test_a_network_is_the_same_from_sparse_counts(
    monkeypatch: pytest.MonkeyPatch, aggregate: str, normalise: str
) -> None:
    """The threshold from which counts are sparse changes no tie."""
    rng = np.random.default_rng(4)
    drawn_rows = zip(
        rng.integers(0, 9, 12), rng.integers(0, 90, 12), rng.choice(["support", "oppose", "mixed"], 12),
        rng.integers(1, 28, 12), strict=True,
    )  # fmt: skip
    made = statements(*(
        {"speaker": f"P{a}", "issue": f"i{b}", "stance": str(s), "when": f"2026-01-{d:02}"} for a, b, s, d in drawn_rows
    ))  # fmt: skip
    options = Options(mode="one", rows="speaker", columns="issue", aggregate=aggregate, normalise=normalise)
    dense = network(made, options).values
    monkeypatch.setattr(networks, "DENSE_CELLS", 0)
    assert isinstance(networks.count(networks.select(made, options), np.arange(12)).by_actor, SparseRows)
    assert network(made, options).values == pytest.approx(dense, abs=1e-12)


@pytest.mark.parametrize(("aggregate", "normalise"), [("congruence", "average"), ("subtract", "none")])
def test_windows_are_the_same_from_sparse_counts(
    monkeypatch: pytest.MonkeyPatch, aggregate: str, normalise: str
) -> None:
    """A kernel's networks do not depend on the size from which counts are sparse."""
    made = statements(*(
        {"speaker": f"P{n % 5}", "issue": f"i{n % 7}", "stance": SIDES[n % 3], "when": f"2026-01-{n + 1:02}"}
        for n in range(25)
    ))  # fmt: skip
    options = Options(mode="one", rows="speaker", columns="issue", aggregate=aggregate, normalise=normalise)
    dense = [net.values for net in series(made, options, "days:6", kernel="triangular")]
    monkeypatch.setattr(windows, "BLOCK", 4)
    for one, other in zip(series(made, options, "days:6", kernel="triangular"), dense, strict=True):
        assert one.values == pytest.approx(other, abs=1e-12)
