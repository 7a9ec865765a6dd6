"""What the quality floors share: the corpora where they are, one loaded extractor, the floors."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from onrecord.extract import Extractor, load_extractor
from tests.made import ROOT, SHARED

FLOORS = Path(__file__).with_name("floors.json")


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return load_extractor()


@pytest.fixture(scope="session")
def floors() -> dict[str, dict[str, float]]:
    """Measured figures of earlier versions; raise them when a figure rises, never lower them."""
    return json.loads(FLOORS.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the corpora are not here ({'/'.join(parts)}); set ONRECORD_SHARED to the folder that holds them")
    return path


def tool(name: str) -> ModuleType:
    """A scorer of the corpora's folder as a module."""
    spec = importlib.util.spec_from_file_location(name, shared("tools", f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def above(measured: dict[str, float], floor: dict[str, float]) -> None:
    """Every figure reaches its floor; all that fall short are named."""
    short = {name: (round(measured[name], 1), least) for name, least in floor.items() if measured[name] < least}
    assert not short, f"below their floors (measured, floor): {short}"


GOLDEN: Path = ROOT / "training" / "corpus"
# The dispatches that the floors of "own dispatches" were measured on; later ones have floors of their own.
FIRST = ("belun", "climate", "fish", "fonteira", "gas", "orbit", "province", "straits", "tesk", "wages")
Json = dict[str, Any]
