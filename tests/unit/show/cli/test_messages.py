"""Every message of an error says what to do next."""

from __future__ import annotations

import ast
import socket
from pathlib import Path
from typing import Any

import pytest

import onrecord
from onrecord import errors
from onrecord.errors import IgnoredSource, OnRecordError, SourceError, with_advice

ROOT = Path(onrecord.__path__[0])
KINDS = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, OnRecordError)]


def words(node: ast.expr) -> str | None:
    """What a message says, without its values."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values)
    return None


def of_sources() -> list[tuple[str, str]]:
    """The messages about sources that stand in the source of the package, and where."""
    names = {kind.__name__ for kind in KINDS if issubclass(kind, SourceError) and kind is not IgnoredSource}
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names | {"Failure"}:
                said = [text for text in map(words, node.args) if text is not None]
                if said and said[-1] not in ("skipped: …", "skipped: internal error (…), please report"):
                    found.append((f"{path.relative_to(ROOT)}:{node.lineno}", said[-1]))
    return found


def test_each_message_about_a_source_says_what_to_do() -> None:
    """Claim: what is wrong, then after a semicolon what to do about it."""
    found = of_sources()
    assert len(found) >= 60
    assert [(where, said) for where, said in found if "; " not in said] == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not issubclass(kind, SourceError)])
def test_each_kind_of_error_has_advice(kind: type[OnRecordError]) -> None:
    """Claim: a message that gives no advice gets that of its kind, and one that does is left as it is."""
    assert with_advice(kind("wrong")).startswith("wrong; ")
    assert len(kind.advice) > 10
    assert with_advice(kind("wrong; mend it")) == "wrong; mend it"


@pytest.mark.parametrize(
    "line",
    [
        "import none.dna", "import text.dna", "import text.parquet", "import text.qdpx", "import text.graphml",
        "verify --ledger none.db", "verify --ledger text.dna", "statements --ledger none.db", "matrix --ledger none.db",
        "network --ledger none.dna",
        "network --ledger text.dna", "explain 00 --ledger none.db", "codebook check none.yaml",
        "codebook check text.dna",
        "read text.dna --codebook none.yaml", "export --ledger none.db -o a.csv",
        "export --ledger none.db -o a.xyz", "changes --ledger none.db", "redlines --ledger none.db",
        "scenario --ledger none.db", "report --ledger none.db",
        "people list --ledger none.db", "compare none.db text.dna", "watch none.opml --ledger l.db --once",
        "read none.txt", "read text.pdf", "read text.docx", "read text.zip", "read text.warc", "read text.jsonl.gz",
        "read http://127.0.0.1:9/", "read http://[evil/", "read --ledger text.dna a.txt",
    ],
)  # fmt: skip
def test_what_the_command_says_of_wrong_files(
    run: Any, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claim: each command refuses a missing or foreign file in words, and says what to do."""
    monkeypatch.chdir(tmp_path)
    for ending in ("dna", "parquet", "qdpx", "graphml", "pdf", "docx", "zip", "warc", "jsonl.gz"):
        (tmp_path / f"text.{ending}").write_text("a")
    result = run(*line.split())
    assert result.exit_code in (1, 2)
    assert "Traceback" not in result.stderr
    said = [one for one in result.stderr.splitlines() if one.startswith("onrecord: ")]
    if result.exit_code == 2 and not said:  # the command line itself is wrong: the library points to --help
        assert "Try 'onrecord" in result.stderr
    else:
        assert any("; " in one or "left out, " in one for one in said), result.stderr


def test_an_address_that_cannot_be_had_is_named(run: Any) -> None:
    """The desk does not start where another program listens, and says which flag to change."""
    pytest.importorskip("uvicorn", reason="the extra `desk` is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        made = run("serve", "--port", str(port))
    assert made.exit_code == 1
    assert f"127.0.0.1:{port}: Address already in use" in made.stderr
    assert "; give another --port, or another --host" in made.stderr
