"""The session that opens the README is what the commands print."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def session() -> list[tuple[str, str]]:
    """The commands of the first block with what they print."""
    block = README.read_text(encoding="utf-8").split("```")[1]
    parts = [part.partition("\n") for part in block.strip().removeprefix("$ ").split("\n$ ")]
    return [(command, shown.strip()) for command, _, shown in parts]


def test_the_session_is_as_shown(tmp_path: Path) -> None:
    """Files are what `cat` shows of them; every other command is run beside them."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    ran = 0
    for command, shown in session():
        if command.startswith("cat "):
            (tmp_path / command.removeprefix("cat ")).write_text(shown + "\n", encoding="utf-8")
            continue
        done = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        assert "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip() == shown
        ran += 1
    assert ran == 3
