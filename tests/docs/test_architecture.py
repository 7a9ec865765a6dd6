"""The diagram and the table of `docs/architecture.md` are true."""

from __future__ import annotations

import re
import tomllib

from tests.made import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LAYERS = SETTINGS["tool"]["importlinter"]["contracts"][0]["layers"]


def test_the_diagram_is_the_contract() -> None:
    """The layers of the diagram are those of the import contract, in its order."""
    diagram = PAGE.split("```mermaid")[1].split("```")[0]
    assert re.findall(r'\["(.+?)"\]', diagram) == LAYERS


def test_every_package_is_described() -> None:
    """Each package of a layer has a row in the table; each package in the table exists."""
    named = {name.strip() for layer in LAYERS for name in layer.split("|")} - {"__main__", "errors"}
    described = {name for row in PAGE.splitlines() if row.startswith("| `")
                 for name in re.findall(r"`(\w+)(?:/|\.py)`", row.split("|")[1])}  # fmt: skip
    assert described == named
    source = ROOT / "src" / "onrecord"
    assert all((source / name).is_dir() or (source / f"{name}.py").exists() for name in described)
