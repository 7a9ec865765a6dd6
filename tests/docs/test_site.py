"""The documentation, the citation file and the recipes fit the project that they describe."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import onrecord

ROOT = Path(__file__).resolve().parents[2]


def test_every_page_is_in_the_navigation() -> None:
    """A page that nobody can reach from the menu is no page."""
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    listed = set(re.findall(r"[\w-]+\.md", str(site["nav"])))
    assert listed == {path.name for path in (ROOT / "docs").glob("*.md")}


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link of the README and the pages names a file that exists."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[\w-]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_site_builds_without_warnings(tmp_path: Path) -> None:
    """MkDocs in strict mode takes every page, and every name of the API reference exists."""
    pytest.importorskip("mkdocs")
    pytest.importorskip("mkdocstrings")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "percentile interval" in (tmp_path / "api.html").read_text(encoding="utf-8")


def test_the_citation_names_this_version() -> None:
    """CITATION.cff has the version of the package, and every reference has a title and a year."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == onrecord.__version__
    assert cited["license"] == "Apache-2.0"
    assert all(one["title"] and one["year"] for one in cited["references"])


def test_the_conda_recipe_has_the_requirements_of_the_package() -> None:
    """What conda would install is what pip installs."""
    sys.path.insert(0, str(ROOT / "deploy" / "conda"))
    try:
        from requirements import RECIPE, renewed  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    recipe = RECIPE.read_text(encoding="utf-8")
    assert renewed(recipe) == recipe, "run: python deploy/conda/requirements.py"
    version = yaml.safe_load(recipe)["context"]["version"]
    assert version == onrecord.__version__


def test_the_lock_file_pins_what_the_package_requires() -> None:
    """Each requirement, those of the extras in the container among them, is locked within its bounds, with hashes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = re.search(r"^LOCKED := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert extras is not None
    wanted = [*project["dependencies"]]
    for name in extras[1].split():
        wanted += project["optional-dependencies"][name]
    text = (ROOT / "deploy" / "requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.+!-]+)", text, re.MULTILINE))
    for one in map(Requirement, wanted):
        version = locked[canonicalize_name(one.name)]
        assert one.specifier.contains(version), f"{one}: locked at {version}; run: make lock"
    blocks = re.split(r"^(?=[\w.-]+(?:\[[\w,]+\])?==)", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert "http://" not in text
    assert "https://" not in text


def test_the_services_start_commands_that_exist() -> None:
    """Each service of the compose file that runs OnRecord gives it a command and flags that it has."""
    from tests.docs.test_commands import unknown

    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    commands = {name: service["command"] for name, service in services.items() if "command" in service}
    assert set(commands) == {"desk", "watch"}
    for words in commands.values():
        assert unknown(words) == []


def test_the_image_installs_the_lock_file() -> None:
    """The Containerfile installs what is locked, by hash, and nothing besides the wheel."""
    lines = re.findall(
        r"pip install (.*)", (ROOT / "Containerfile").read_text(encoding="utf-8").partition("AS build")[2]
    )
    installed = [line for line in lines if "wheels" in line and "build" not in line]
    assert any("--require-hashes -r /wheels/requirements.lock" in line for line in installed)
    assert all("--require-hashes" in line or "--no-deps" in line for line in installed)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_no_placeholder_address_is_shipped() -> None:
    """No address of the program itself is on a host that nobody owns; only the sample's articles are."""
    shipped = ["src", ":!src/onrecord/data/sample", "pyproject.toml", "CITATION.cff", "compose.yaml", "deploy"]
    command = ["git", "grep", "-nIE", r"example\.(org|com|net)|\.example\b", "--", *shipped]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout == ""
    found = subprocess.run(
        ["git", "grep", "-nI", "onrecord.example"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert [
        line for line in found.stdout.splitlines() if "test_site.py" not in line and "annotation.py" not in line
    ] == []


def test_the_figures_are_those_of_the_floors() -> None:
    """README and the page on quality show what the quality tests hold."""
    from training.figures import main

    assert main(["--check"]) == 0, "run: python -m training.figures"
