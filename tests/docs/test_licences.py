"""The list of licences and the bill of materials name everything that is installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib

import pytest
from tests.made import ROOT


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
    """Run the command; the licence of each package by name, and the components of the bill by name."""
    bill = tmp_path_factory.mktemp("bill") / "sbom.json"
    command = [sys.executable, str(ROOT / "deploy" / "licences.py"), "--sbom", str(bill)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    licences = {name: licence for name, _, licence in (line.split(maxsplit=2) for line in done.stdout.splitlines())}
    return licences, {one["name"]: one for one in json.loads(bill.read_text(encoding="utf-8"))["components"]}


def test_every_dependency_has_a_licence(listed: tuple[dict[str, str], dict[str, dict[str, object]]]) -> None:
    """Each requirement of the package is listed with a stated licence, and what these need in turn is too."""
    licences, _ = listed
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=\[; ]", one)[0].replace("_", "-").lower() for one in project["dependencies"]}
    assert wanted <= set(licences)
    assert {"click", "certifi"} & set(licences), "what the dependencies need is listed too"
    assert [name for name, licence in licences.items() if licence == "not stated"] == []


def test_no_default_dependency_is_under_the_gpl(listed: tuple[dict[str, str], dict[str, dict[str, object]]]) -> None:
    """The GPL is nowhere the only choice among the default dependencies."""
    licences, _ = listed
    bound = {
        name: licence
        for name, licence in licences.items()
        if re.search(r"\bA?GPL|General Public", licence) and not re.search(r" OR |LGPL|Lesser", licence)
    }
    assert bound == {}


def test_the_bill_of_materials_has_the_same_packages(
    listed: tuple[dict[str, str], dict[str, dict[str, object]]],
) -> None:
    """Every listed package is a component with a version and a package URL."""
    licences, components = listed
    assert set(components) == set(licences)
    assert all(one["purl"] == f"pkg:pypi/{name}@{one['version']}" for name, one in components.items())
