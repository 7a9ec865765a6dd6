"""The tutorial's lines give what stands below them."""

from __future__ import annotations

import doctest
from pathlib import Path

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"


def test_the_tutorial_is_so() -> None:
    """Every example of the tutorial gives what it shows."""
    failed, tried = doctest.testfile(str(TUTORIAL), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 25
    assert failed == 0
