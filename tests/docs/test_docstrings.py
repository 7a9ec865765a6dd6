"""Every test states its claim in a docstring."""

from __future__ import annotations

import ast
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


FOLDERS = sorted({path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")})


@pytest.mark.parametrize("folder", FOLDERS)
def test_tests_have_docstrings(folder: str) -> None:
    """No test of a folder lacks a docstring."""
    found = [name for path in sorted((ROOT / folder).glob("test_*.py")) for name in without_docstring(path)]
    assert not found


def test_a_missing_docstring_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test without a docstring is named; helpers and documented tests are not."""
    monkeypatch.setattr("tests.docs.test_docstrings.ROOT", tmp_path)
    path = tmp_path / "test_x.py"
    path.write_text('def test_a():\n    """A claim."""\n\ndef helper():\n    pass\n\ndef test_b():\n    pass\n')
    assert list(without_docstring(path)) == ["test_x.py:7 test_b"]
