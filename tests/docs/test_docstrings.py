"""Every test states its claim in a docstring, and docstrings of the package begin with a verb."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.made import ROOT


def without_docstring(path: Path) -> Iterator[str]:
    """Name the tests of a file that have no docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("test_") and not ast.get_docstring(node):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


NO_VERBS = frozenset(
    "a all an another any as at both by each every everything for from how in it its no nobody nothing of on one "
    "others some somebody something that the their these this those to two what whatever when where whether which who "
    "whom whose with without".split()
)


def without_verb(path: Path) -> Iterator[str]:
    """Name the docstrings of a file that begin with a word that is no verb, or with no word."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        words = (ast.get_docstring(node) or "Return").split()
        if words[0].lower() in NO_VERBS or not words[0].rstrip(",:").isalpha():
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)} {' '.join(words[:6])}"


FOLDERS = sorted({path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")})


@pytest.mark.parametrize("folder", FOLDERS)
def test_tests_have_docstrings(folder: str) -> None:
    """No test of a folder lacks a docstring."""
    found = [name for path in sorted((ROOT / folder).glob("test_*.py")) for name in without_docstring(path)]
    assert not found


def test_docstrings_of_the_package_begin_with_a_verb() -> None:
    """No docstring under src is a noun clause; ruff's D401 checks the verbs of functions."""
    assert [name for path in sorted((ROOT / "src").rglob("*.py")) for name in without_verb(path)] == []


def test_a_noun_clause_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A docstring that begins with an article or a question word is named, one with a verb is not."""
    monkeypatch.setattr("tests.docs.test_docstrings.ROOT", tmp_path)
    path = tmp_path / "x.py"
    path.write_text('"""Hold things."""\n\n\ndef a():\n    """The things."""\n\n\ndef b():\n    pass\n')
    assert list(without_verb(path)) == ["x.py:4 The things."]


def test_a_missing_docstring_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test without a docstring is named; helpers and documented tests are not."""
    monkeypatch.setattr("tests.docs.test_docstrings.ROOT", tmp_path)
    path = tmp_path / "test_x.py"
    path.write_text('def test_a():\n    """A claim."""\n\ndef helper():\n    pass\n\ndef test_b():\n    pass\n')
    assert list(without_docstring(path)) == ["test_x.py:7 test_b"]


def raised(tree: ast.AST) -> Iterator[str]:
    """Name the exceptions that stand under `Raises:` in docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            section = re.search(r"^Raises:\n((?:    .*\n?)+)", ast.get_docstring(node) or "", re.MULTILINE)
            yield from re.findall(r"^    (\w+):", section[1] if section else "", re.MULTILINE)


def test_exceptions_under_raises_exist() -> None:
    """Every exception that a docstring names is a class of the package or a builtin one: renamed ones are found."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "src").rglob("*.py")}
    known = {node.name for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    found = {(path.name, name) for path, tree in trees.items() for name in raised(tree)}
    assert len(found) > 50
    assert [one for one in sorted(found) if one[1] not in known and not hasattr(builtins, one[1])] == []
