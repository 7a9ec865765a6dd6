"""Read `training/split.json`: what each component was trained on, developed on, and held out from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
CORPUS = FOLDER / "corpus"
PARTS = ("trained_on", "developed_on", "held_out")


def load_split() -> dict[str, Any]:
    """Load the split."""
    loaded: dict[str, Any] = json.loads((FOLDER / "split.json").read_text(encoding="utf-8"))
    return loaded


def dispute(name: str) -> str:
    """Name the dispute of a dispatch: the part of its name before its number."""
    return name.rpartition("-")[0]


def disputes_of_corpus() -> list[str]:
    """List the disputes that the corpus has dispatches of."""
    return sorted({dispute(path.stem) for path in CORPUS.glob("*.json")})


def disputes_of(floor_set: str) -> list[str]:
    """List the disputes that a set of floors is measured on."""
    listed: list[str] = load_split()["floors"][floor_set]["disputes"]
    return listed


def seen_by(component: Mapping[str, Iterable[str]]) -> set[str]:
    """Collect all that a component was trained or developed on."""
    return {*component["trained_on"], *component["developed_on"]}


def data_digest(disputes: Collection[str]) -> str:
    """Compute the SHA-256 of the dispatches of disputes and their codebooks: names and bytes."""
    seen = hashlib.sha256()
    chosen = sorted(path for path in CORPUS.glob("*.json") if dispute(path.stem) in disputes)
    books = sorted({json.loads(path.read_text(encoding="utf-8"))["codebook"] for path in chosen})
    for path in [*chosen, *(CORPUS / "codebooks" / book for book in books)]:
        seen.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()
