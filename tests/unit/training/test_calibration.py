"""Expected calibration error on cases that can be worked out by hand."""

from __future__ import annotations

import pytest
from training.calibration import bins, calibration_error, diagram


def test_confidence_that_keeps_its_word_has_no_error() -> None:
    """Half sure and half right is perfectly calibrated."""
    assert calibration_error([0.5, 0.5], [True, False]) == pytest.approx(0.0)


def test_the_gap_is_weighted_by_bin_size() -> None:
    """Three at 0.95 of which none is right and one at 0.25 that is: (3 * 0.95 + 0.75) / 4."""
    assert calibration_error([0.95, 0.95, 0.95, 0.25], [False, False, False, True]) == pytest.approx(
        (3 * 0.95 + 0.75) / 4
    )


def test_certainty_belongs_to_the_last_bin() -> None:
    """1.0 has no bin of its own."""
    assert [b.count for b in bins([1.0, 0.95], [True, True])] == [2]


def test_the_diagram_names_its_error() -> None:
    """The SVG tells field, error and number."""
    assert "act, ECE 0.250 (n = 1)" in diagram({"act": ([0.75], [True])})
