"""Phrases of the tables as patterns, and directions."""

from __future__ import annotations

import re

import pytest

from onrecord.interpret.signals import direction, phrase_pattern, signals


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("keep|keeps _ door*", "keeps the doors open", True),
        ("keep|keeps _ door*", "keeps open house", False),
        ("no way", "no  way", True),
        ("won't|can't go", "won’t go", True),
        ("not|n't worth", "isn't worth it", True),
    ],
)
def test_phrases(phrase: str, text: str, found: bool) -> None:
    """A bar is either, a star any ending, an underscore one word or none; apostrophes of both kinds."""
    assert (re.search(phrase_pattern(phrase), text) is not None) is found


def test_signals_are_named() -> None:
    """A refusal in so many words is seen as one."""
    assert "refuse" in {name for name, _, _ in signals().find("that is out of the question")}


def test_undoing_and_negation_turn_the_direction() -> None:
    """Lifting turns it, not lifting turns it back."""
    assert direction("the ban is good".split()) == -1
    assert direction("the bridge opens".split()) == 1
    assert direction("they will not lift it".split()) == 1
