"""Backbone, clusters, centralities and polarization, by graphs whose answer is known."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from onrecord.analyse import graphs, tables
from onrecord.analyse.network_types import Network, Options
from onrecord.errors import TableError

from .made import statements


def one(values: list[list[float]]) -> Network:
    """Build a one-mode network."""
    names = tuple("abcdefghij"[: len(values)])
    return Network("one", names, names, np.array(values, dtype=float), 0, Options())


TWO_CAMPS = one([[0, 3, -2, -2], [3, 0, -2, -2], [-2, -2, 0, 3], [-2, -2, 3, 0]])


def test_backbone_keeps_what_stands_out() -> None:
    """b, c, d, e hang on a; a's ties are 100, 1, 1, 1: p = (1 - 100/103) ** 3 for the first."""
    star = np.zeros((5, 5))
    star[0, 1:] = star[1:, 0] = [100, 1, 1, 1]
    kept = graphs.backbone(one(star.tolist()))
    assert kept.select("source", "target").rows() == [("a", "b")]
    assert kept["p"].item() == pytest.approx((3 / 103) ** 3)


@pytest.mark.parametrize("method", ["louvain", "leiden", "hierarchical"])
def test_camps_are_found(method: str) -> None:
    """Two camps that agree within and quarrel with each other are two clusters."""
    if method == "leiden":
        pytest.importorskip("leidenalg", reason="Leiden clusters need the extra onrecord[clusters]")
    found = graphs.clusters(TWO_CAMPS, method=method)
    assert found["cluster"].to_list() == [1, 1, 2, 2]


def test_a_tree_merges_the_nearest_first() -> None:
    """Hierarchical clustering merges the nearest nodes first."""
    merges = graphs.tree(TWO_CAMPS).to_dicts()
    assert {tuple(merges[0]["left"] + merges[0]["right"]), tuple(merges[1]["left"] + merges[1]["right"])} == {
        ("a", "b"), ("c", "d"),
    }  # fmt: skip
    assert merges[2]["height"] > merges[1]["height"]


def test_centralities_of_a_path() -> None:
    """The centralities of a path of three nodes are those of the definitions."""
    path = one([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    rows = {row["name"]: row for row in graphs.centralities(path).to_dicts()}
    assert rows["b"]["degree"] == 2
    assert rows["b"]["betweenness"] == 1
    assert rows["a"]["closeness"] == pytest.approx((1 + 1 / 2) / 2)
    assert rows["b"]["eigenvector"] == pytest.approx(1)
    assert rows["a"]["eigenvector"] == pytest.approx(1 / np.sqrt(2))
    assert graphs.centralities(TWO_CAMPS)["conflict"].to_list() == [4, 4, 4, 4]


def sides(*pairs: tuple[str, str]) -> pl.DataFrame:
    """Affiliation and its stances on the issues x, y ..., one letter each: + or -."""
    return statements(
        *[
            {"affiliation": who, "issue": "xyzuvw"[place], "stance": "support" if mark == "+" else "oppose"}
            for who, marks in pairs for place, mark in enumerate(marks)
        ]
    )  # fmt: skip


def test_polarization_is_1_for_two_pure_camps_and_0_for_one() -> None:
    """Polarization is 1 for two pure camps of one size and 0 for a single camp."""
    pure = graphs.polarization(sides(("A", "++"), ("B", "++"), ("C", "--"), ("D", "--")))
    assert (pure.value, pure.cohesion, pure.opposition, pure.balance) == (1, 1, 1, 1)
    assert pure.camps["camp"].to_list() == [1, 1, 2, 2]
    assert graphs.polarization(sides(("A", "++"), ("B", "++"), ("C", "++"))).value == 0


def test_mixed_camps_are_less_polarized_than_pure_ones() -> None:
    """The proof by example: a quarrel inside each camp adds conflict, and must not add polarization."""
    pure = graphs.polarization(sides(("A", "++++"), ("B", "++++"), ("C", "----"), ("D", "----")))
    mixed = graphs.polarization(sides(("A", "++++"), ("B", "+++-"), ("C", "----"), ("D", "---+")))
    assert mixed.camps["camp"].to_list() == [1, 1, 2, 2]
    # Within: 6 agreements, 2 quarrels (each camp 3 and 1); between: 12 of 16 conflicts and agreements are conflicts.
    assert mixed.cohesion == pytest.approx(6 / 8)
    assert mixed.opposition == pytest.approx((4 + 3 + 3 + 4) / 16)
    assert mixed.value < pure.value == 1


def test_camps_of_unlike_size_are_less_polarized() -> None:
    """Camps of unequal size are less polarized, by the balance term."""
    lopsided = graphs.polarization(sides(("A", "++"), ("B", "++"), ("C", "++"), ("D", "--")))
    assert lopsided.value == pytest.approx(4 * 3 * 1 / 16)


def test_nothing_and_one_actor() -> None:
    """Networks of no or one node have defined measures, and unknown methods are refused."""
    assert graphs.polarization(tables.empty()).value == 0
    assert graphs.polarization(sides(("A", "+"))).value == 0
    assert graphs.centralities(one([])).is_empty()
    assert graphs.backbone(one([[0.0]])).is_empty()
    assert graphs.clusters(one([[0.0]])).rows() == [("a", 1)]
    with pytest.raises(TableError, match="no clusters"):
        graphs.clusters(one([]))
    with pytest.raises(TableError, match="louvain, leiden or hierarchical"):
        graphs.clusters(TWO_CAMPS, method="guess")
    with pytest.raises(TableError, match="are impossible"):
        graphs.clusters(TWO_CAMPS, method="hierarchical", count=9)
