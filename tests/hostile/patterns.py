"""Every regular expression of the package, found in its modules and in its source."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import onrecord

FUNCTIONS = {"compile", "search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn"}
# What needs an extra, or starts a program.
LEFT_OUT = ("onrecord.train", "onrecord.__main__", "onrecord.show.spacy_component", "onrecord.show.mcp")


def patterns() -> dict[str, re.Pattern[str]]:
    """Each regular expression over text, by where it stands."""
    found: dict[str, tuple[str, re.Pattern[str]]] = {}
    for where, pattern in (*_of_modules(), *_of_source()):
        found.setdefault(pattern.pattern, (where, pattern))
    return dict(found.values())


def _of_modules() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in pkgutil.walk_packages(onrecord.__path__, "onrecord."):
        if module.name.startswith(LEFT_OUT):
            continue
        try:
            values = vars(importlib.import_module(module.name))
        except ImportError:  # an extra that is not installed
            continue
        for name, value in list(values.items()):
            for number, pattern in enumerate(_inside(value, 3)):
                yield f"{module.name}.{name}#{number}", pattern


def _inside(value: Any, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth and isinstance(value, Mapping):
        for one in list(value.values()):
            yield from _inside(one, depth - 1)
    elif depth and isinstance(value, tuple | list) and len(value) < 500:
        for one in value:
            yield from _inside(one, depth - 1)


def _of_source() -> Iterator[tuple[str, re.Pattern[str]]]:
    root = Path(onrecord.__path__[0])
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in FUNCTIONS
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                where = f"{path.relative_to(root)}:{node.lineno}.{node.func.attr}"
                yield where, re.compile(node.args[0].value, re.MULTILINE)
