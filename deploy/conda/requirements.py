"""Write the run requirements of the conda recipe from pyproject.toml: `python deploy/conda/requirements.py`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "deploy" / "conda" / "recipe.yaml"
NAMES = {
    "onnxruntime": "onnxruntime",
    "lxml_html_clean": "lxml-html-clean",
}  # where conda-forge spells a name otherwise
BLOCK = re.compile(r"(    # dependencies\n)(?:    - .*\n)+")


def requirements() -> list[str]:
    """Return the default dependencies as conda writes them, sorted."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = []
    for dependency in project["dependencies"]:
        name, version = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?\s*(.*)", dependency).groups()  # type: ignore[union-attr]
        found.append(f"{NAMES.get(name, name)} {version}".strip())
    return sorted(found)


def renewed(recipe: str) -> str:
    """Return the recipe with the current requirements."""
    lines = "".join(f"    - {one}\n" for one in requirements())
    return BLOCK.sub(lambda match: match[1] + lines, recipe)


if __name__ == "__main__":
    RECIPE.write_text(renewed(RECIPE.read_text(encoding="utf-8")), encoding="utf-8")
