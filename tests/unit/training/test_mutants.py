"""Mutants: each is one change that still is Python, and the tool tells caught from surviving ones."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from training.mutants import NAMED, PARTS, ROOT, files_of, mutants, mutated

SOURCE = '''
@cache(True)
def share(part: int, whole: int) -> float | None:
    """Compute a share."""
    if part < 1 and whole:
        return None
    return part / whole if whole == 2 else 0.5
'''


def test_each_kind_of_change_is_made() -> None:
    """Comparisons, conditions, operators, numbers and returned values are changed, one at a time."""
    found = list(mutants(Path("a.py"), SOURCE))
    changed = [mutated(SOURCE, mutant) for mutant in found]
    plain = ast.unparse(ast.parse(SOURCE))
    assert len({plain, *changed}) == len(found) + 1
    for text in ("part <= 1", "part < 2", "or whole", "not (part < 1 and whole)", "part * whole", "whole != 2", "0.85"):
        assert sum(text in one for one in changed) == 1, text
    assert {mutant.line for mutant in found} == {5, 7}


@pytest.mark.parametrize("part", PARTS)
def test_mutants_of_every_part_compile(part: str) -> None:
    """Every tenth mutant of a part is valid Python."""
    root = Path(__file__).resolve().parents[3]
    for file in files_of(part):
        source = (root / file).read_text(encoding="utf-8")
        for mutant in list(mutants(file, source))[::10]:
            compile(mutated(source, mutant), str(file), "exec")


def test_named_mutants_are_of_lines_that_are_there() -> None:
    """Each mutant that once survived changes one line of today's source, and its test exists."""
    for name, file, old, new, test in NAMED:
        assert (ROOT / "src" / "onrecord" / file).read_text(encoding="utf-8").count(old) == 1, name
        assert (ROOT / test).exists()
        assert new != old
