"""Cluster by average linkage (UPGMA: Sokal and Michener 1958) with chains of nearest neighbours (Murtagh 1983)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Merge(NamedTuple):
    """Join two clusters at their distance: numbers below n are items, n + k is the cluster of merge k."""

    left: int
    right: int
    height: float


def average_linkage(distance: Floats) -> list[Merge]:
    """Merge items, the nearest clusters first; `distance` is symmetric, float64 [n, n]."""
    count = len(distance)
    apart = np.array(distance, dtype=np.float64)
    np.fill_diagonal(apart, np.inf)
    sizes = np.ones(count)
    merged: list[tuple[float, int, int]] = []
    chain: list[int] = []
    while len(merged) < count - 1:
        if not chain:
            chain = [int(np.flatnonzero(sizes)[0])]
        while True:
            last = chain[-1]
            nearest = int(np.argmin(apart[last]))
            if len(chain) > 1 and apart[last, chain[-2]] <= apart[last, nearest]:
                break  # the two are each other's nearest; equally near ones give way, so that no chain is a circle
            chain.append(nearest)
        one, two = sorted((chain.pop(), chain.pop()))
        merged.append((float(apart[one, two]), one, two))
        mean = (sizes[one] * apart[one] + sizes[two] * apart[two]) / (sizes[one] + sizes[two])
        apart[two] = apart[:, two] = mean
        apart[one] = apart[:, one] = apart[two, two] = np.inf
        sizes[two] += sizes[one]
        sizes[one] = 0
    return _numbered(sorted(merged, key=lambda merge: merge[0]), count)


def cut(merges: Sequence[Merge], *, height: float) -> list[int]:
    """Label the items: those that are merged at a height or below it have one label."""
    members = {number: [number] for number in range(len(merges) + 1)}
    for number, merge in enumerate(merges, len(merges) + 1):
        if merge.height > height:
            break
        members[number] = members.pop(merge.left) + members.pop(merge.right)
    labels = {item: label for label, items in members.items() for item in items}
    return [labels[item] for item in range(len(merges) + 1)]


def height_for(merges: Sequence[Merge], count: int) -> float:
    """Return the least height at which no more than `count` clusters remain."""
    needed = len(merges) + 1 - count
    return merges[needed - 1].height if needed > 0 else -np.inf


def _numbered(merged: Sequence[tuple[float, int, int]], count: int) -> list[Merge]:
    """Assign numbers to the clusters of merges that name an item of each."""
    cluster = list(range(count))
    members = {number: [number] for number in range(count)}
    merges = []
    for number, (height, one, two) in enumerate(merged, count):
        left, right = sorted((cluster[one], cluster[two]))
        merges.append(Merge(left, right, height))
        members[number] = members.pop(left) + members.pop(right)
        for item in members[number]:
            cluster[item] = number
    return merges
