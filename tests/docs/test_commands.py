"""What the documents say of the command line is so: the reference is current, each command and flag exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from onrecord.show.cli.app import build
from onrecord.show.cli.reference import reference

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(page for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if page.name != "cli.md")
# A line of a code block, or code inside a sentence, that calls the program.
CALL = re.compile(r"(?:^|`|\$ |&& |\| )onrecord((?: [^`|&\n#>]+)?)", re.MULTILINE)


def calls() -> Iterator[Any]:
    """Yield the commands of the documentation."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for match in CALL.finditer(text):
            yield pytest.param(match[1].split(), id=f"{page.name}:{text.count(chr(10), 0, match.start()) + 1}")


def test_the_reference_is_current() -> None:
    """`docs/cli.md` is what the program's help says today."""
    path = ROOT / "docs" / "cli.md"
    assert path.read_text(encoding="utf-8") == reference(), "run: python -m onrecord.show.cli.reference"


@pytest.mark.parametrize("words", list(calls()))
def test_every_command_and_flag_in_the_documents_exists(words: list[str]) -> None:
    """Every `onrecord` command line in the documentation has commands and flags that exist."""
    assert unknown(words) == []


def test_a_command_or_flag_that_is_not_there_would_be_found() -> None:
    """The check finds unknown commands and flags, and no others."""
    assert unknown(["burn"]) == ["burn"]
    assert unknown(["read", "a.txt", "--klingon", "x", "--no-save"]) == ["--klingon"]
    assert unknown(["codebook", "check", "x.yaml", "--format=csv"]) == []
    assert unknown(["codebook", "burn"]) == ["burn"]


def unknown(words: list[str]) -> list[str]:
    """The command, or the flags, of a command line that the program does not have."""
    command: Any = typer.main.get_command(build())
    flags = _flags(command)
    for word in words:
        if not hasattr(command, "commands") or not re.fullmatch(r"[a-z]+", word):
            break
        if word not in command.commands:
            return [word]
        command = command.commands[word]
        flags |= _flags(command)
    return [flag for word in words if (flag := word.partition("=")[0]).startswith("-") and flag not in {*flags, "-"}]


def _flags(command: Any) -> set[str]:
    return {"--help", "-h"} | {name for parameter in command.params for name in parameter.opts}
