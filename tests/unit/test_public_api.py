"""The public names of the package are what a user's tools expect of a typed Python package."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import onrecord
from onrecord.core.span import Text

SCRIPT = """
from pathlib import Path

import onrecord

book: onrecord.Codebook = onrecord.load_codebook(Path("issues.yaml"))
pipeline: onrecord.Pipeline = onrecord.load(book)
with onrecord.Ledger("onrecord.db") as ledger:
    for item in onrecord.read_articles("dispatch.txt"):
        if isinstance(item, onrecord.Article):
            found: list[onrecord.Statement] = pipeline.statements(item)
            reveal_type(found[0].quote)
            reveal_type(ledger)

    from onrecord.analyse import Options, changes, matrix, network, redlines
    from onrecord.view import current

    view = current(ledger, onrecord.Query(since="2026-01", issue=["bridge"]), min_confidence=0.7)
    held = matrix(view.utterances, rule="latest", as_of="2026-03-01")
    reveal_type(held.cells)
    reveal_type(network(view.table, Options(mode="two")))
    reveal_type(changes(view.table).height + redlines(view.utterances).height)
    for row in held.cells.iter_rows(named=True):
        print(row["actor"], row["issue"], row["stance"])
"""
FUNCTIONS = (
    "agreement",
    "changes",
    "common_ground",
    "compare",
    "conditions",
    "conflicts",
    "deadlocks",
    "drift",
    "extract_attributions",
    "interpret_attributions",
    "intervals",
    "load",
    "load_codebook",
    "matrix",
    "network",
    "read_articles",
    "read_text",
    "redlines",
    "run",
    "scenario",
    "timeline",
)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_can_be_pickled_and_have_a_signature(name: str) -> None:
    """A public function can be sent to another process, and its parameters are known to `help()`."""
    function = getattr(onrecord, name)
    assert pickle.loads(pickle.dumps(function)) is function
    assert not any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values())
    assert inspect.getdoc(function)


def test_every_public_name_exists() -> None:
    """Each name of `__all__` can be imported."""
    assert all(getattr(onrecord, name) is not None for name in onrecord.__all__)


def test_load_takes_the_path_of_a_codebook(tmp_path: Path) -> None:
    """`onrecord.load` returns a pipeline that reads an article's statements, with issues of the codebook in a file."""
    path = tmp_path / "issues.yaml"
    path.write_text(
        "issues: {bridge: {label: Bridge, proposition: The bridge should open., terms: [bridge]}}", encoding="utf-8"
    )
    article = onrecord.Article(text=Text("Ann Lee said that the bridge would open in May."), name="a")
    (statement,) = onrecord.load(path).statements(article)
    assert (statement.speaker.value, statement.issue.value) == ("Ann Lee", "bridge")


def test_a_users_script_is_type_checked(tmp_path: Path) -> None:
    """mypy --strict on a script that uses the public names finds their types and no error."""
    pytest.importorskip("mypy")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path), str(script)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    revealed = [line.partition("Revealed type is ")[2] for line in done.stdout.splitlines() if "Revealed" in line]
    assert [kind.strip('"').rpartition(".")[2] for kind in revealed] == [
        "str",
        "Ledger",
        "DataFrame",
        "Network",
        "int",
    ], done.stdout
    assert "error" not in done.stdout
