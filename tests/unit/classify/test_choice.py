"""The choice of issue and stance from probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from onrecord.classify.choice import least_risk, symmetric

SUPPORT, OPPOSE, MIXED, NONE = 0, 1, 2, 4


@pytest.mark.parametrize(
    ("probabilities", "flipped", "chosen"),
    [
        ([0.50, 0.40, 0.0, 0.0, 0.10], 1.0, SUPPORT),
        ([0.50, 0.40, 0.0, 0.0, 0.10], 3.0, NONE),
        ([0.60, 0.05, 0.0, 0.0, 0.35], 3.0, SUPPORT),
        ([0.10, 0.75, 0.0, 0.0, 0.15], 3.0, OPPOSE),
        ([0.41, 0.44, 0.1, 0.0, 0.05], 2.0, NONE),
        ([0.05, 0.10, 0.7, 0.1, 0.05], 2.0, MIXED),
    ],
)
def test_a_side_is_taken_only_where_the_opposite_one_is_unlikely(
    probabilities: list[float], flipped: float, chosen: int
) -> None:
    """The dearer the opposite side, the surer the side has to be against it; other doubts do not matter more."""
    assert least_risk(np.array(probabilities), flipped) == chosen


def test_a_turned_proposition_turns_the_joined_scores() -> None:
    """Exchanging proposition and negation exchanges support and oppose, and nothing else."""
    one, other = np.array([2.0, -1.0, 0.5, 0.0, 0.3]), np.array([-0.5, 1.5, 0.2, 0.1, 0.0])
    there, back = symmetric(one, other), symmetric(other, one)
    assert np.allclose(there[[OPPOSE, SUPPORT]], back[[SUPPORT, OPPOSE]])
    assert np.allclose(there[2:], back[2:])
