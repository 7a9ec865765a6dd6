"""`onrecord codebook`: the issues to follow."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from onrecord.errors import CodebookError
from onrecord.show.cli.edge import FAILED, say
from onrecord.show.cli.ledgers import existing
from onrecord.show.cli.options import Output, Store, flat
from onrecord.show.cli.output import write_line, write_rows
from onrecord.show.cli.setup import CODEBOOK, write_template


def build() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(help="The issues to follow.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command("init")(init)
    group.command("check")(check)
    group.command("suggest")(suggest)
    return group


def _group() -> None:
    """The issues to follow."""


@flat
def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")] = Path(CODEBOOK),
) -> None:
    """Write a codebook to edit, with one issue of policy and one of fact."""
    if not write_template(file):
        raise typer.Exit(FAILED)


@flat
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The codebook (YAML).")],
    output: Output,
    against: Annotated[
        str | None, typer.Option(metavar="LEDGER", help="Count also what its terms hit in this ledger.")
    ] = None,
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
    for warning in codebook_warnings(codebook, _contents(against) if against else ()):
        say(f"{file}: {warning}")


@flat
def suggest(
    store: Store,
    name: Annotated[str, typer.Option(metavar="TEXT", help="What to call the codebook.")] = "proposed",
) -> None:
    """Propose issues from what a ledger's statements say, as a codebook (YAML) for a person to edit."""
    from onrecord.classify.suggest import suggest_codebook
    from onrecord.record import Query

    with existing(store) as ledger:
        contents = [statement.quote for statement in ledger.statements(Query())]
    proposed = suggest_codebook(contents, name)
    write_line(proposed.rstrip())
    if not re.search(r"^  \S+:", proposed, re.M):
        say(f"{len(contents)} statements are too few, or too unlike each other, to propose issues")
        raise typer.Exit(FAILED)


def _contents(against: str) -> list[str]:
    """The contents of all statements of a ledger."""
    from onrecord.record import Query

    with existing(Store(ledger=against)) as ledger:
        return [statement.quote for statement in ledger.statements(Query())]
