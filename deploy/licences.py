"""List every installed package with its licence, and write a software bill of materials.

`python deploy/licences.py [--sbom FILE]` looks at the environment that it runs in, beginning with OnRecord and what it
depends on. The bill is CycloneDX 1.5 (JSON).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any


def closure(name: str, extras: frozenset[str] = frozenset()) -> dict[str, Distribution]:
    """Return a package and everything that it needs, by normalised name, without what is not installed."""
    from packaging.requirements import Requirement

    found: dict[str, Distribution] = {}
    waiting = [(name, extras)]
    while waiting:
        current, wanted = waiting.pop()
        key = normalised(current)
        try:
            one = distribution(current)
        except PackageNotFoundError:
            continue
        found[key] = one
        for text in one.requires or ():
            requirement = Requirement(text)
            contexts = [{"extra": extra} for extra in wanted] or [{"extra": ""}]
            needed = requirement.marker is None or any(requirement.marker.evaluate(one) for one in contexts)
            if needed and normalised(requirement.name) not in found:
                waiting.append((requirement.name, frozenset(requirement.extras)))
    return dict(sorted(found.items()))


def normalised(name: str) -> str:
    """Normalise a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(one: Distribution) -> str:
    """Return a package's licence: the expression, else its classifiers, else the first line of the field."""
    about = one.metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    classes = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or () if c.startswith("License ::")]
    if classes:
        return ", ".join(classes)
    field = (about.get("License") or "").strip()
    return field.splitlines()[0][:60] if field else "not stated"


def bill(packages: dict[str, Distribution]) -> dict[str, Any]:
    """Build a CycloneDX bill of materials."""
    components = [
        {
            "type": "library",
            "name": key,
            "version": one.version,
            "purl": f"pkg:pypi/{key}@{one.version}",
            "licenses": [{"license": {"name": licence(one)}}],
        }
        for key, one in packages.items()
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


def main(arguments: list[str]) -> int:
    """Print the table; write the bill where a file is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sbom", type=Path)
    parser.add_argument("--extra", action="append", default=[])
    options = parser.parse_args(arguments)
    packages = closure("onrecord", frozenset(options.extra))
    for key, one in packages.items():
        print(f"{key:32} {one.version:14} {licence(one)}")
    if options.sbom is not None:
        options.sbom.write_text(json.dumps(bill(packages), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
