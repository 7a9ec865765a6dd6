"""The best path through the states of a window."""

from __future__ import annotations

import itertools

import numpy as np

from onrecord.extract.decode import CUE, OUTSIDE, SOURCE, Lattice, best_paths, bucket, pointed_at, runs


def lattice(rng: np.random.Generator, count: int, states: int) -> Lattice:
    """Draw a random lattice."""
    local, start, end = (rng.normal(size=(count, states)).astype(np.float32) for _ in range(3))
    return Lattice(local, start, end, np.zeros((count, 4), np.float32), np.zeros((count, states - 3), np.float32))


def value(made: Lattice, path: tuple[int, ...]) -> float:
    """Score a path through a lattice."""
    total = float(made.start[0, path[0]] + made.local[0, path[0]])
    for n in range(1, len(path)):
        if path[n] != path[n - 1]:
            total += float(made.end[n - 1, path[n - 1]] + made.start[n, path[n]])
        total += float(made.local[n, path[n]])
    return total + float(made.end[len(path) - 1, path[-1]])


def test_best_path_is_best_of_all() -> None:
    """No path through a small lattice is worth more than the one found (but for starting a state anew)."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        made = lattice(rng, 5, 4)
        made.start[:] -= 4  # so that leaving a state for itself never pays
        found = tuple(best_paths([made])[0].tolist())
        best = max(itertools.product(range(4), repeat=5), key=lambda path: value(made, path))
        assert abs(value(made, found) - value(made, best)) < 1e-4


def test_neighbours_change_no_path() -> None:
    """A lattice has the same path alone and beside longer and wider ones."""
    rng = np.random.default_rng(7)
    made = [lattice(rng, count, states) for count, states in ((3, 3), (60, 9), (17, 4), (1, 5))]
    together = best_paths(made)
    assert [path.tolist() for path in together] == [best_paths([one])[0].tolist() for one in made]


def test_buckets_of_distance() -> None:
    """Near distances have a bucket each, far ones share, and the sides differ."""
    near = bucket(np.arange(-7, 8, dtype=np.int32))
    assert len(set(near.tolist())) == 15
    far = bucket(np.array([8, 11, 12, 16, 100, 10_000, -8, -10_000], dtype=np.int32))
    assert far.tolist() == [8, 8, 9, 10, 15, 15, 24, 31]


def test_runs() -> None:
    """Maximal runs of one value, none for nothing."""
    assert runs(np.array([2, 2, 0, 3], dtype=np.int32)) == [(2, 0, 2), (0, 2, 3), (3, 3, 4)]
    assert runs(np.array([], dtype=np.int32)) == []


def test_words_pointed_at_are_a_source_though_in_no_span() -> None:
    """Where no span was found for a source, the words outside that an anchor is sure of together, and only these."""
    role = np.array([OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE, CUE, OUTSIDE, SOURCE], dtype=np.int32)
    sure = np.array([0.3, 0.4, 0.001, 0, 0.25, 0.05], dtype=np.float32)  # of words 1 to 5, and of no source
    assert pointed_at(1, sure, role) == [(1, 3)]
    unsure = np.array([0.2, 0.2, 0, 0, 0.1, 0.5], dtype=np.float32)
    assert pointed_at(1, unsure, role) == []
    elsewhere = np.array([0, 0, 0, 0.9, 0.05, 0.05], dtype=np.float32)  # at the cue
    assert pointed_at(1, elsewhere, role) == []
