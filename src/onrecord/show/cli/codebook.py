"""Run `onrecord codebook`: the issues to follow."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.errors import CodebookError, with_advice
from onrecord.show.cli.errors import FAILED, printable, say, say_error
from onrecord.show.cli.ledgers import existing
from onrecord.show.cli.options import ListingOptions, QueryFormat, Store, flat
from onrecord.show.cli.output import write_line
from onrecord.show.cli.queries import listing
from onrecord.show.cli.setup import CODEBOOK, write_template

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook


def build() -> typer.Typer:
    """Build the group of commands."""
    group = typer.Typer(help="Check and suggest codebooks.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command("init")(init)
    group.command("check")(check)
    group.command("suggest")(suggest)
    return group


def _group() -> None:
    """Check and suggest codebooks."""


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
    to: ListingOptions,
    against: Annotated[
        str | None,
        typer.Option(metavar="LEDGER", help="Count matches of its terms there, and show similar statements."),
    ] = None,
) -> None:
    """Check a codebook, list its issues, and warn about likely mistakes.

    The status is 1 where it cannot be used; a warning does not change it.
    """
    from onrecord.lexicon import codebook_warnings, load_codebook

    try:
        codebook = load_codebook(file)
    except CodebookError as error:
        say_error(with_advice(error))
        raise typer.Exit(FAILED) from error
    rows = [
        {"issue": issue.id, "label": issue.label, "terms": list(issue.terms), "proposition": issue.proposition}
        for issue in codebook.issues
    ]
    listing(rows, to, ("issue", "label", "terms", "proposition"))
    contents = _contents(against) if against else []
    for warning in codebook_warnings(codebook, contents):
        say(f"{file}: {warning}")
    if against and to.chosen() is QueryFormat.TABLE:
        with to.opened(append=True):
            _write_nearest(codebook, contents)


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


def _write_nearest(codebook: Codebook, contents: list[str]) -> None:
    """Show for each issue the statements that are nearest to it."""
    from onrecord.classify.suggest import nearest
    from onrecord.text.vectors import bundled_vectors

    for issue, found in nearest(codebook, contents, bundled_vectors()).items():
        write_line(f"\n{issue}: statements nearest to it")
        for quote in found:
            write_line(f"  {printable(quote)}")


def _contents(against: str) -> list[str]:
    """Return the contents of all statements of a ledger."""
    from onrecord.record import Query

    with existing(Store(ledger=against)) as ledger:
        return [statement.quote for statement in ledger.statements(Query())]
