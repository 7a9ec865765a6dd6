"""The notebook of the documentation runs, and shows what it says it shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.docs.notebook import run
from tests.made import ROOT

PATH = ROOT / "docs" / "notebooks" / "texts-to-network.ipynb"


def shown(outputs: list[dict[str, Any]]) -> list[str]:
    """The text of outputs, and of a picture only that it is there."""
    return [
        "".join(one["text"]) if one["output_type"] == "stream" else "".join(one["data"].get("text/plain", "picture"))
        for one in outputs
    ]


def test_the_notebook_shows_what_is_written_in_it() -> None:
    """Claim: run from the top, each cell gives the text that is stored under it, and the plot is drawn."""
    matplotlib = pytest.importorskip("matplotlib", reason="the extra `plot` is not installed")
    matplotlib.use("Agg")
    notebook = json.loads(PATH.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell, made in zip(cells, run(notebook), strict=True):
        assert shown(made) == shown(cell["outputs"]), "run: python -m tests.docs.notebook " + PATH.name
    assert any("image/png" in one.get("data", {}) for cell in cells for one in cell["outputs"])
