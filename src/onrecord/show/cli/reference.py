"""Generate the command reference `docs/cli.md` from the program's help: `python -m onrecord.show.cli.reference`.

With `--check` nothing is written; the status is 1 where the file is not current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from onrecord.show.cli.app import build

HEAD = """# The command line

Made from the program's help by `python -m onrecord.show.cli.reference`; do not edit by hand.

The exit status is 0 where all is well, 1 where something failed and was reported on the standard error (the rest was
done), 2 for wrong usage, 130 after Ctrl-C, and 141 if the output pipe was closed.
"""
WIDTH = 100


def reference() -> str:
    """Return the reference as Markdown."""
    root = typer.main.get_command(build())
    parts = [HEAD]
    for path, text in _pages(root, "onrecord", None):
        parts.append(f"## `{path}`\n\n```text\n{text.rstrip()}\n```\n")
    return "\n".join(parts)


def _pages(command: Any, path: str, parent: Any) -> Iterator[tuple[str, str]]:
    context = command.context_class(
        command, info_name=path.rpartition(" ")[2], parent=parent, terminal_width=WIDTH, **command.context_settings
    )
    yield path, command.get_help(context)
    for name, inner in getattr(command, "commands", {}).items():
        yield from _pages(inner, f"{path} {name}", context)


def main(arguments: list[str]) -> int:
    """Write the reference, or check it; the path may be given."""
    names = [argument for argument in arguments if argument != "--check"]
    path = Path(names[0]) if names else Path("docs/cli.md")
    text = reference()
    if "--check" in arguments:
        return 0 if path.exists() and path.read_text(encoding="utf-8") == text else 1
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
