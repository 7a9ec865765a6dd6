"""What stands at the ends of a command: closed or full streams, pipes for files, damaged settings and codebooks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onrecord.errors import CodebookError
from onrecord.lexicon import load_codebook
from onrecord.record import Ledger
from tests.machine import scaled
from tests.made import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pipes and devices of Linux")
ISSUE = "  i{n}:\n    label: Bridge {n}\n    proposition: The town should build bridge {n}.\n    terms: [bridge {n}]\n"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in a folder with an empty ledger, a folder, a pipe and a link to itself."""
    Ledger(tmp_path / "l.db").close()
    (tmp_path / "folder.db").mkdir()
    os.mkfifo(tmp_path / "pipe.db")
    (tmp_path / "circle.db").symlink_to("circle.db")

    def call(*command: str, shell: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        given = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])} | environment
        program = [sys.executable, "-m", "onrecord", *command]
        options: dict[str, Any] = {"cwd": tmp_path, "env": given, "capture_output": True, "text": True}
        if shell:
            program = ["sh", "-c", f'"$@" {shell}', "sh", *program]
        made = subprocess.run(program, timeout=scaled(60), check=False, **options)
        assert "Traceback" not in made.stderr
        assert "internal error" not in made.stderr
        return made

    return call


@pytest.mark.parametrize(
    ("command", "shell", "status", "said"),
    [
        (("read", "-", "--no-save"), "<&-", 1, "; check that the right file was given"),
        (("report", "--ledger", "l.db", "-o", "/dev/full"), "", 1, "; "),
        (("codebook", "example"), ">/dev/full", None, ""),
        (("statements", "--ledger", "l.db", "--format", "csv"), ">/dev/full", 1, "No space left on device; check"),
        (("statements", "--ledger", "l.db"), ">&-", 0, ""),
        (("statements", "--ledger", "none.db"), "2>&-", 1, ""),
        (("statements", "--ledger", "none.db"), "2>/dev/full", 1, ""),
        (("verify", "--ledger", "l.db"), "<&- >&- 2>&-", 0, ""),
    ],
)
def test_closed_and_full_streams_end_in_a_status(
    run: Run, command: tuple[str, ...], shell: str, status: int | None, said: str
) -> None:
    """A stream that is closed or full changes no more than what can be said."""
    made = run(*command, shell=shell)
    assert status is None or made.returncode == status
    assert said in made.stderr


@pytest.mark.parametrize("ledger", ["pipe.db", "circle.db", "/dev/null", "/dev/full", "/dev/zero"])
@pytest.mark.parametrize("command", [("statements",), ("import", "l.db"), ("verify",)])
def test_what_is_no_file_is_no_ledger(run: Run, ledger: str, command: tuple[str, ...]) -> None:
    """A pipe, a device or a link to itself is no ledger; nothing waits for it, and the line says what to do."""
    made = run(*command, "--ledger", ledger)
    assert made.returncode in (1, 2)
    assert "; " in " ".join(made.stderr.split())


@pytest.mark.parametrize("content", [b'ledger = "', b"\xff\xfe\x00", b"a = " + b"[" * 50_000, b"\x00" * 99, None])
def test_damaged_settings_are_wrong_usage(run: Run, tmp_path: Path, content: bytes | None) -> None:
    """A configuration file that is cut off, of another encoding, very deep or a folder is named with what to do."""
    path = tmp_path / "bad.toml"
    path.mkdir() if content is None else path.write_bytes(content)
    made = run("statements", ONRECORD_CONFIG="bad.toml")
    assert made.returncode == 2
    assert "bad.toml: cannot be read" in made.stderr
    assert "; mend it, or move it away" in " ".join(made.stderr.split())


@pytest.mark.parametrize(
    "content",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nname: x\nissues: *b\n",
        "name: x\nissues: " + "[" * 100_000,
        "name: x\nissues:\n" + "".join(" " * n + "a:\n" for n in range(1, 2_000)),
        "name: x\nissues:\n  a:\n    terms: [" + "x," * 600_000 + "]\n",
        "!!python/object/apply:os.system ['true']",
        "name: x\n---\nname: y\n",
        "\x00",
        "name: x\nissues: {a: {label: [1], proposition: {}, terms: {a: b}}}",
        "name: 2026-03-04\nissues: 1e400\n",
    ],
)
def test_a_codebook_that_is_a_trap_is_refused_in_a_line(tmp_path: Path, content: str) -> None:
    """Bombs of aliases, depth and size, tags and wrong kinds of values are a CodebookError of one line with advice."""
    (tmp_path / "c.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(CodebookError) as caught:
        load_codebook(tmp_path / "c.yaml")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_a_codebook_of_five_thousand_issues_is_read_with(tmp_path: Path) -> None:
    """Five thousand issues are slow to write, not to read with: a statement is still read beside the likeliest few."""
    from onrecord.core.span import Text
    from onrecord.core.statement import Article
    from onrecord.pipeline import load

    issues = "".join(ISSUE.format(n=n) for n in range(5_000))
    (tmp_path / "c.yaml").write_text(f"name: x\nissues:\n{issues}", encoding="utf-8")
    pipeline = load(tmp_path / "c.yaml")
    made = pipeline.statements(Article(text=Text("“We will build bridge 4711,” said Ida Renn."), name="a"))
    assert [one.issue.value for one in made] == ["i4711"]
