"""Average linkage, worked by hand and against its definition."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from onrecord.models.linkage import Merge, average_linkage, cut, height_for

# 0 and 1 are near, 2 and 3 are nearer; the pairs are 4, 6, 4 and 6 apart, on average 5.
APART = np.array([[0, 2, 4, 6], [2, 0, 4, 6], [4, 4, 0, 1], [6, 6, 1, 0]], dtype=float)


def test_the_nearest_merge_first_at_the_mean_of_distances() -> None:
    """Merges come by height, numbered after the items, and a height is the mean distance of two clusters."""
    assert average_linkage(APART) == [Merge(2, 3, 1.0), Merge(0, 1, 2.0), Merge(4, 5, 5.0)]


@pytest.mark.parametrize("seed", range(5))
def test_each_height_is_the_mean_distance_between_the_members(seed: int) -> None:
    """What is merged is as far apart as its members are on average, and no two clusters were nearer."""
    apart = np.random.default_rng(seed).random((9, 9))
    apart = apart + apart.T
    members = {n: [n] for n in range(9)}
    for number, (left, right, height) in enumerate(average_linkage(apart), 9):
        means = {(a, b): apart[np.ix_(members[a], members[b])].mean() for a, b in combinations(sorted(members), 2)}
        assert height == pytest.approx(min(means.values()))
        assert height == pytest.approx(means[left, right])
        members[number] = members.pop(left) + members.pop(right)
    assert len(members) == 1


@pytest.mark.parametrize(("height", "groups"), [(0.5, [1, 1, 1, 1]), (1.0, [2, 1, 1]), (2.5, [2, 2]), (5.0, [4])])
def test_a_cut_joins_what_was_merged_at_its_height_or_below(height: float, groups: list[int]) -> None:
    """The labels of a cut are those of the clusters at its height, which is included."""
    labels = cut(average_linkage(APART), height=height)
    assert sorted((labels.count(label) for label in set(labels)), reverse=True) == groups
    assert (labels[2] == labels[3]) == (height >= 1)


@pytest.mark.parametrize(("count", "clusters"), [(1, 1), (2, 2), (3, 3), (4, 4), (9, 4)])
def test_a_height_leaves_as_many_clusters_as_are_asked_for(count: int, clusters: int) -> None:
    """`height_for` gives the height at which that many clusters remain, or all items."""
    merges = average_linkage(APART)
    assert len(set(cut(merges, height=height_for(merges, count)))) == clusters


def test_equal_distances_end_and_one_item_has_no_merge() -> None:
    """Ties make no endless chain; one item is not merged."""
    assert [merge.height for merge in average_linkage(np.ones((6, 6)))] == [1.0] * 5
    assert average_linkage(np.zeros((1, 1))) == []
    assert cut([], height=1.0) == [0]
