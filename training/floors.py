"""Measure the quality floors and raise them; lowering one needs a reason, which is written into the changelog.

    python -m training.floors [NAME ...]                              raise what has risen
    python -m training.floors NAME ... --allow-regression REASON      take the measured figures, lower ones too

A floor is the measured figure less `MARGIN`, rounded down to half a point, so that noise of a rounding does not break
it; a test fails where a figure is below its floor by more than `EPSILON`. Each set of floors holds the hash of the data
that it was measured on, and the file a checksum of all of them, so that neither changes unseen.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.measures import ROOT, DataMissing, Measure, measures

FLOORS = ROOT / "tests" / "quality" / "floors.json"
CHANGELOG = ROOT / "CHANGELOG.md"
SECTION = "### Quality floors lowered\n"
EPSILON = 0.05
MARGIN = 0.5
Floors = dict[str, dict[str, Any]]


def load_floors(path: Path = FLOORS) -> Floors:
    """Load the floors.

    Raises:
        ValueError: they were edited by hand.
    """
    raw = json.loads(path.read_text(encoding="utf-8"))
    if raw["checksum"] != checksum(raw["sets"]):
        raise ValueError(f"{path.name} was edited by hand: use `python -m training.floors` (with --allow-regression)")
    sets: Floors = raw["sets"]
    return sets


def checksum(sets: Mapping[str, Any]) -> str:
    """Compute the checksum of all floors."""
    return hashlib.sha256(json.dumps(sets, sort_keys=True).encode()).hexdigest()


def write_floors(sets: Floors, path: Path = FLOORS) -> None:
    """Write the floors, a line for each figure."""
    path.write_text(json.dumps({"checksum": checksum(sets), "sets": sets}, indent=1) + "\n", encoding="utf-8")


def below(measured: Mapping[str, float], floor: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """List the figures that are below their floors by more than the tolerance, as (measured, floor)."""
    return {
        name: (round(measured[name], 2), least) for name, least in floor.items() if measured[name] < least - EPSILON
    }


def candidate(figure: float) -> float:
    """Compute the floor that a measured figure gives."""
    return math.floor((figure - MARGIN) * 2) / 2


def updated(
    floor: Mapping[str, Any], measured: Mapping[str, float], data: str, *, allow_regression: bool
) -> tuple[dict[str, Any], list[str]]:
    """Update a set of floors; return it with the figures that it lowers.

    Raises:
        ValueError: a figure fell, or the data changed, and no regression is allowed.
    """
    short = below(measured, floor["figures"])
    if not allow_regression:
        if data != floor["data"]:
            raise ValueError("the data changed since the floors were measured")
        if short:
            raise ValueError(
                "; ".join(f"{key} fell to {value} (floor {least})" for key, (value, least) in short.items())
            )
    figures: dict[str, float] = {}
    lowered: list[str] = []
    for name, least in floor["figures"].items():
        found = candidate(measured[name])
        figures[name] = found if allow_regression and name in short else max(least, found)
        if figures[name] < least:
            lowered.append(f"{name} {least:g} to {figures[name]:g}")
    return {"data": data, "figures": figures}, lowered


def note(name: str, lowered: Sequence[str], reason: str, path: Path = CHANGELOG) -> None:
    """Write a line about lowered floors into the changelog, first in its newest section for them."""
    text = path.read_text(encoding="utf-8")
    section = text.index(SECTION) + len(SECTION)
    at = text.index("\n- ", section) + 1 if "\n- " in text[section:] else len(text)
    line = f"- {name}: {', '.join(lowered) or 'none; measured on other data'}. {reason.rstrip('.')}.\n"
    path.write_text(text[:at] + line + text[at:], encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Measure, and write what has risen; with a reason, what has fallen too."""
    parser = argparse.ArgumentParser(prog="python -m training.floors", description=__doc__)
    parser.add_argument("names", nargs="*", help="sets of floors; all by default")
    parser.add_argument("--allow-regression", metavar="REASON", help="lower floors too, and say why in the changelog")
    options = parser.parse_args(arguments)
    known = measures()
    if unknown := set(options.names) - known.keys():
        parser.error(f"no such floors: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    if options.allow_regression and not options.names:
        parser.error("--allow-regression needs the names of the floors")
    return max((_update(name, known[name], options.allow_regression) for name in options.names or known), default=0)


def _update(name: str, measure: Measure, reason: str | None) -> int:
    sets = load_floors()
    try:
        data, measured = measure.digest(), measure.figures()
        floor = sets.get(name) or {"data": data, "figures": dict.fromkeys(measured, 0.0)}  # a new set
        made, lowered = updated(floor, measured, data, allow_regression=reason is not None)
    except DataMissing as error:
        print(f"{name}: not measured: {error}")
        return 0
    except ValueError as error:
        print(f"{name}: {error}; find out why, or give --allow-regression REASON")
        return 1
    if made != sets.get(name):
        if reason is not None and (lowered or data != floor["data"]):
            note(name, lowered, reason)
        write_floors({**sets, name: made})
    shown = ", ".join(f"{key} {measured[key]:.1f} (floor {least:g})" for key, least in made["figures"].items())
    print(f"{name}: {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
