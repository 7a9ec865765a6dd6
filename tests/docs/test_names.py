"""Names of classes and modules are unambiguous over the whole package."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.made import ROOT

PACKAGE = ROOT / "src" / "onrecord"
MOST_PLACES = 3  # of a module name: a command, a page and the analysis behind both may share one


def test_no_class_name_is_defined_twice() -> None:
    """A class name stands for one thing in the whole package."""
    places = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_module_name_is_in_four_places() -> None:
    """A module name occurs in few packages."""
    places = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.stem != "__init__":
            places[path.stem].append(str(path.relative_to(PACKAGE)))
    assert {name: found for name, found in places.items() if len(found) > MOST_PLACES} == {}
