"""`onrecord codebook`: the issues to follow."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.errors import CodebookError
from onrecord.show.cli.edge import FAILED, say
from onrecord.show.cli.options import Output, flat
from onrecord.show.cli.output import write_rows


def build() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(help="The issues to follow.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command("check")(check)
    return group


def _group() -> None:
    """The issues to follow."""


@flat
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The codebook (YAML).")],
    output: Output,
) -> None:
    """Check a codebook, list its issues, and warn of what its author should look at.

    The status is 1 where it cannot be used; a warning does not change it.
    """
    from onrecord.lexicon import codebook_warnings, load_codebook

    try:
        codebook = load_codebook(file)
    except CodebookError as error:
        if output.debug:
            raise
        say(str(error))
        raise typer.Exit(FAILED) from error
    rows = [
        {"issue": issue.id, "label": issue.label, "terms": list(issue.terms), "proposition": issue.proposition}
        for issue in codebook.issues
    ]
    write_rows(rows, ("issue", "label", "terms", "proposition"), output.format)
    for warning in codebook_warnings(codebook):
        say(f"{file}: {warning}")
