"""The built wheel in an empty environment: what a user installs does the demo, without this source tree."""

from __future__ import annotations

import functools
import resource
import subprocess
import sys
import threading
import venv
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.docs.session import README, steps
from tests.docs.session import run as run_command
from tests.made import ROOT

SAID = "Ann Lee said that the bridge would open in May. " * 8
PAGE = f"<html><body><article><h1>Bridge</h1><p>{SAID}</p></article></body></html>"
DEBIAN_PIP = "23.0.1"  # python3-pip of Debian 12


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command that must succeed."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new environment that has nothing but the wheel and what it depends on.

    It is made with an old pip, which knows less than the newest one: Debian 12's, or that which a newer Python brings.
    """
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT, cwd=folder)
    venv.create(folder / "env", with_pip=True)
    (wheel,) = folder.glob("onrecord-*.whl")
    if sys.version_info < (3, 12):
        run(folder / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", f"pip=={DEBIAN_PIP}", cwd=folder)
    run(folder / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    return folder / "env" / "bin"


def test_the_demo_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """`onrecord demo` prints the matrix and a statement with its evidence."""
    shown = run(installed / "onrecord", "demo", cwd=tmp_path)
    assert "ceasefire" in shown
    assert "confidence" in shown


def test_a_newcomer_gets_from_the_demo_to_a_chart_in_three_minutes(installed: Path, tmp_path: Path) -> None:
    """In an empty environment the demo, a network to look at and a briefing take less than 180 s of machine time."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(installed / "onrecord", "demo", "--ledger", "demo.db", cwd=tmp_path)
    run(
        installed / "onrecord",
        "network",
        "--ledger",
        "demo.db",
        "--aggregate",
        "subtract",
        "-o",
        "net.html",
        cwd=tmp_path,
    )
    run(installed / "onrecord", "report", "--ledger", "demo.db", "-o", "briefing.html", cwd=tmp_path)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
    assert seconds < 180, f"{seconds:.0f} s"
    assert "nodes" in (tmp_path / "net.html").read_text(encoding="utf-8")
    assert "brief-issue" in (tmp_path / "briefing.html").read_text(encoding="utf-8")


def test_the_session_of_the_readme_can_be_typed(installed: Path, tmp_path: Path) -> None:
    """In an empty environment each command of the README prints what stands there."""
    for command, shown in steps(README.read_text(encoding="utf-8")):
        assert run_command(command, tmp_path, installed) == shown, command


def test_importing_the_package_loads_no_heavy_library(installed: Path, tmp_path: Path) -> None:
    """`import onrecord` stays light: no array, table, model or database library is loaded by it."""
    heavy = "numpy polars onnxruntime tokenizers sqlalchemy trafilatura spacy"
    code = f"import onrecord, sys; print([m for m in {heavy.split()!r} if m in sys.modules])"
    assert run(installed / "python", "-c", code, cwd=tmp_path).strip() == "[]"


def test_an_html_page_is_read(installed: Path, tmp_path: Path) -> None:
    """A page is read after a plain install, without any extra."""
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    shown = run(installed / "onrecord", "read", "a.html", "--no-save", cwd=tmp_path)
    assert "Ann Lee" in shown


def test_an_address_is_read(installed: Path, tmp_path: Path) -> None:
    """A page is fetched and read after a plain install."""
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/a.html"
        shown = run(installed / "onrecord", "read", address, "--allow-private", "--no-save", cwd=tmp_path)
        server.shutdown()
    assert "Ann Lee" in shown


def test_the_desk_can_be_imported(installed: Path, tmp_path: Path) -> None:
    """`onrecord serve` has all it needs after a plain install."""
    assert run(installed / "python", "-c", "import onrecord.show.desk.app; print(1)", cwd=tmp_path).strip() == "1"


def test_the_default_install_has_a_bound(installed: Path) -> None:
    """The program with all that it depends on takes less than 500 MB; bytecode and pip itself left out."""
    (packages,) = installed.parent.glob("lib/python3*/site-packages")
    files = [file for file in packages.rglob("*") if file.is_file() and file.suffix != ".pyc"]
    size = sum(
        file.stat().st_size
        for file in files
        if file.relative_to(packages).parts[0] not in ("pip", "setuptools", "pkg_resources")
    )
    assert size < 500e6, f"{size / 1e6:.0f} MB"


@pytest.mark.parametrize(("module", "extra"), [("exchange.excel", "excel"), ("exchange.picture", "plot")])
def test_a_missing_extra_is_named(installed: Path, tmp_path: Path, module: str, extra: str) -> None:
    """A format that needs an extra says which, and what to use without it."""
    code = f"import onrecord, importlib\ntry: importlib.import_module('onrecord.{module}')\n" \
           "except onrecord.OnRecordError as error: print(error)"  # fmt: skip
    assert f"onrecord[{extra}]" in run(installed / "python", "-c", code, cwd=tmp_path)


def test_the_public_functions_read_an_article(installed: Path, tmp_path: Path) -> None:
    """The functions of the package take an article from a file to its statements."""
    (tmp_path / "a.txt").write_text("Ann Lee said that the bridge would open in May.", encoding="utf-8")
    code = (
        "import onrecord; (article,) = onrecord.read_articles('a.txt'); "
        "(one,) = onrecord.interpret_attributions(onrecord.extract_attributions(article), article); "
        "print(one.speaker.value, one.quote)"
    )
    assert run(installed / "python", "-c", code, cwd=tmp_path).startswith("Ann Lee that the bridge would open")
