"""The session of the README, and a script that writes it anew: `python -m tests.docs.session`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
FIRST = "$ onrecord demo --write ."


def block(text: str) -> str:
    """The code block that holds the session."""
    (found,) = [part for part in text.split("```") if part.strip().startswith(FIRST)]
    return found


def steps(text: str) -> list[tuple[str, str]]:
    """The commands of the session, each with what it prints."""
    parts = [part.partition("\n") for part in block(text).strip().removeprefix("$ ").split("\n$ ")]
    return [(command, shown.strip()) for command, _, shown in parts]


def run(command: str, folder: Path, programs: Path = Path(sys.executable).parent) -> str:
    """What a command prints in a folder, without blanks at the ends of its lines; `programs` has `onrecord`."""
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip()


def renewed(text: str) -> str:
    """The README with the output of every command as it is now; ids in commands follow the ids that are printed."""
    with tempfile.TemporaryDirectory() as name:
        lines, ids = [], {}
        for command, shown in steps(text):
            for old, new in ids.items():
                command = command.replace(old, new)
            printed = run(command, Path(name))
            ids.update(zip(_ids(shown), _ids(printed), strict=False))
            lines.append(f"$ {command}\n{printed}".rstrip())
    return text.replace(block(text), "\n" + "\n".join(lines) + "\n")


def _ids(table: str) -> list[str]:
    """The statement ids of a table, in order."""
    return [line[:8] for line in table.splitlines() if set(line[:8]) <= set("0123456789abcdef") and line[8:9] == " "]


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
