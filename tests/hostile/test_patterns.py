"""No regular expression of the package grows faster than n^1.3 on any shape of text."""

from __future__ import annotations

import ast
import os
import re
import time
from pathlib import Path

import pytest

import onrecord
from tests.hostile import shapes
from tests.hostile.growth import MOST, at_most, exponent
from tests.hostile.patterns import patterns
from tests.machine import scaled

SHAPES = sorted(shapes.TEXTS)[:: 1 if os.environ.get("ONRECORD_HOSTILE") == "all" else 5]
SIZE = 4_000
# What a pass over a text of `SIZE` characters may cost before its growth is looked at.
SECONDS = 0.01
# Applied to the program's own words alone, or to texts of a bounded length.
BOUNDED = {
    "resolve/sides.py": "explanations of rules",
    "onrecord.resolve.sides.": "explanations of rules",
    "onrecord.resolve.affiliation_features.": "explanations of rules",
    "onrecord.text.sentences.LAST_WORD": "the last 24 characters before a stop",
}


def anchored() -> set[str]:
    """The names of expressions that are only ever matched at one place of a text."""
    used: dict[str, set[str]] = {}
    for path in Path(onrecord.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id.isupper():
                used.setdefault(node.value.id, set()).add(node.attr)
    return {name for name, calls in used.items() if calls <= {"match", "fullmatch", "pattern"}} | {"match", "fullmatch"}


ONCE = anchored()
ALL = {where: one for where, one in patterns().items() if not where.startswith(tuple(BOUNDED))}


def applied(where: str, pattern: re.Pattern[str], text: str) -> None:
    """Use an expression as the program does: at the beginning, or everywhere."""
    if where.rpartition(".")[2].partition("#")[0] in ONCE:
        pattern.match(text)
        pattern.fullmatch(text)
    else:
        for _ in pattern.finditer(text):
            pass


def test_the_expressions_are_found() -> None:
    """Claim: those of modules and those in calls are among them."""
    assert len(ALL) > 150
    assert any(where.startswith("onrecord.read.") for where in ALL)
    assert any(":" in where for where in ALL)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_regular_expression_is_linear(shape: str) -> None:
    """Claim: on texts of this shape no expression takes time that grows faster than their length."""
    text = shapes.TEXTS[shape](SIZE)
    slow = {}
    limit = scaled(5)
    for where, pattern in ALL.items():

        def run(size: int, where: str = where, pattern: re.Pattern[str] = pattern) -> None:
            applied(where, pattern, text if size == SIZE else shapes.TEXTS[shape](size))

        begin = time.process_time()
        try:
            with at_most(limit):
                run(SIZE)
            if time.process_time() - begin > SECONDS:
                found = exponent(run, start=SIZE, most=SIZE * 4, enough=5, limit=2 * limit)
                if found >= MOST:
                    slow[where] = round(found, 2)
        except TimeoutError:
            slow[where] = float("inf")
    assert not slow, "; ".join(f"{where} n^{found}" for where, found in slow.items())
