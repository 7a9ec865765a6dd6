"""The built wheel in an empty environment: what a user installs does the demo, without this source tree."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.made import ROOT


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new environment that has nothing but the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT, cwd=folder)
    venv.create(folder / "env", with_pip=True)
    (wheel,) = folder.glob("onrecord-*.whl")
    run(folder / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    return folder / "env" / "bin"


def test_the_demo_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """`onrecord demo` prints the matrix and a statement with its evidence."""
    shown = run(installed / "onrecord", "demo", cwd=tmp_path)
    assert "ceasefire" in shown
    assert "confidence" in shown


def test_importing_the_package_loads_no_heavy_library(installed: Path, tmp_path: Path) -> None:
    """`import onrecord` stays light: no array, table, model or database library is loaded by it."""
    heavy = "numpy polars onnxruntime tokenizers sqlalchemy trafilatura spacy"
    code = f"import onrecord, sys; print([m for m in {heavy.split()!r} if m in sys.modules])"
    assert run(installed / "python", "-c", code, cwd=tmp_path).strip() == "[]"


def test_the_public_functions_read_an_article(installed: Path, tmp_path: Path) -> None:
    """The functions of the package take an article from a file to its statements."""
    (tmp_path / "a.txt").write_text("Ann Lee said that the bridge would open in May.", encoding="utf-8")
    code = (
        "import onrecord; (article,) = onrecord.read_articles('a.txt'); "
        "(one,) = onrecord.interpret_attributions(onrecord.extract_attributions(article), article); "
        "print(one.speaker.value, one.quote)"
    )
    assert run(installed / "python", "-c", code, cwd=tmp_path).startswith("Ann Lee that the bridge would open")
