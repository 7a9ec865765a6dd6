"""Run `onrecord import`: what another program has coded, into the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.show.cli.errors import say
from onrecord.show.cli.options import Store, flat
from onrecord.show.cli.output import counted
from onrecord.show.cli.progress import bar
from onrecord.show.cli.queries import pairs

if TYPE_CHECKING:
    from onrecord.core.statement import Article, Statement

Results = Sequence[tuple["Article", Sequence["Statement"]]]


@flat
def import_(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A .dna database, a .jsonl file of `onrecord export`, or an archive (a folder)."
        ),
    ],
    store: Store,
    statement_type: Annotated[
        str | None, typer.Option(metavar="NAME", help="DNA's statement type.  [default: the first that fits]")
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="ROLE=VARIABLE", help="What DNA's variables are: speaker=actor, issue=topic ..."),
    ] = None,
) -> None:
    """Import the statements of a DNA database or an archive into the ledger.

    Of an archive the newest readings are imported, and importing them again adds nothing. Of a DNA database,
    person becomes the speaker, organization the affiliation, concept the issue, agreement the stance, a document's
    source the outlet. The networks of the ledger are then those of the database.
    """
    from onrecord.record import Archive, Ledger

    if path.is_dir():
        with (
            Archive(path, create=False, read_only=True) as archive,
            Ledger(store.ledger) as ledger,
            bar("loading articles", lambda: None) as progress,
        ):
            articles, statements = ledger.load(archive, progress.step)
        say(f"{store.ledger}: {counted(articles, 'article')} and {counted(statements, 'statement')} added")
        return
    roles = dict(pairs(role or [], "ROLE=VARIABLE to map"))
    results = _dna(path, statement_type, roles) if path.suffix.lower() != ".jsonl" else _json_lines(path)
    with Ledger(store.ledger) as ledger:
        batch = ledger.add(results)
    say(f"{store.ledger}: {counted(batch.articles, 'article')} and {counted(batch.statements, 'statement')} added")


def _dna(path: Path, statement_type: str | None, roles: dict[str, str]) -> Results:
    """Read the statements of a DNA database, and say which of them cannot be imported, and why."""
    from onrecord.exchange import dna
    from onrecord.exchange.dna_extra import times

    database = dna.read(path, statement_type=statement_type, roles=roles)
    results = list(dna.articles(database))
    stands_for = [times(statement) for _, found in results for statement in found]
    lost = dna.table(database).height - sum(stands_for)
    if lost:
        say(f"{counted(lost, 'statement')} left out: the place lies outside the text")
    for label, number in dna.skipped_types(database):
        say(f"{counted(number, 'statement')} left out: of the type {label!r}; --statement-type imports it")
    twice = sum(stands_for) - len(stands_for)
    if twice:
        say(f"{counted(twice, 'statement')} coded again over the same words alike: kept as one, counted in networks")
    return results


def _json_lines(path: Path) -> Results:
    """Read articles and statements as `onrecord export` writes them."""
    from onrecord.exchange.formats import Content, by_name

    found: Results = by_name(Content.STATEMENTS, "jsonl").read(path)
    return found
