"""What the analysing commands share: the table they ask (of a ledger or a DNA database), and how they answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.errors import TableError
from onrecord.show.cli.edge import say
from onrecord.show.cli.ledgers import existing, query
from onrecord.show.cli.options import Filters, Format, Store
from onrecord.show.cli.output import write_rows

if TYPE_CHECKING:
    import polars as pl

    from onrecord.analyse.drift import Meaning
    from onrecord.core.statement import Article, Statement
    from onrecord.exchange.dna import Database

CodebookFile = Annotated[
    Path | None,
    typer.Option("--codebook", metavar="FILE", help="Words that point to issues (YAML).  [default: the ledger's last]"),
]


def is_dna(store: Store) -> bool:
    """Whether the ledger is a database of Discourse Network Analyzer, which is asked as it is."""
    return "://" not in store.ledger and store.ledger.lower().endswith(".dna")


def ask(store: Store, filters: Filters) -> pl.DataFrame:
    """The statements that fit the filters, as a table; `time` is there where they came out of a DNA database."""
    if is_dna(store):
        return _fitting(open_dna(store), filters)
    from onrecord.exchange.dna_kept import expanded

    with existing(store) as ledger:
        return expanded(ledger.table(query(filters)), ledger.statements(query(filters)))


def open_dna(store: Store) -> Database:
    """The DNA database that the ledger flag names."""
    from onrecord.exchange.dna import read

    return read(store.ledger)


def results(store: Store, filters: Filters) -> Iterator[tuple[Article, list[Statement]]]:
    """The articles that have fitting statements, with these, in text order."""
    if is_dna(store):
        from onrecord.exchange.dna import articles

        database = open_dna(store)
        kept = set(_fitting(database, filters).select("article", "start", "stop").iter_rows())
        for article, statements in articles(database):
            found = [s for s in statements if (article.name, s.content[0].span.start, s.content[-1].span.end) in kept]
            if found:
                yield article, found
        return
    with existing(store) as ledger:
        grouped: dict[str, tuple[Article, list[Statement]]] = {}
        for statement in ledger.statements(query(filters)):
            grouped.setdefault(statement.article.id, (statement.article, []))[1].append(statement)
    for article, statements in grouped.values():
        yield article, sorted(statements, key=lambda s: (s.content[0].span.start, s.id))


def told_once(table: pl.DataFrame) -> pl.DataFrame:
    """The table with the reports of one utterance marked, those in other words too, so that they count once."""
    from onrecord.analyse.drift import clusters

    return clusters(table, meaning=meaning())


def meaning() -> Meaning:
    """The bundled word vectors, for telling whether two statements say the same."""
    from onrecord.models.vectors import bundled_vectors

    return bundled_vectors().mean


def terms(store: Store, codebook: Path | None) -> dict[str, list[str]]:
    """The words that point to each issue, of the codebook given or else of the ledger's last one."""
    from onrecord.lexicon import load_codebook

    if codebook is not None:
        found = load_codebook(codebook)
    elif is_dna(store):
        return {}
    else:
        with existing(store) as ledger:
            last = ledger.codebook()
        if last is None:
            say("no codebook: a condition is known as an issue only where it has the words of the issue's id")
            return {}
        found = last
    return {issue.id: [*issue.terms, issue.label] for issue in found.issues}


def answer(frame: pl.DataFrame, form: Format, *, shown: Sequence[str], nothing: str) -> None:
    """Print a frame: the columns `shown` as a table, or all of it as JSON Lines or CSV; say so where it is empty."""
    if frame.is_empty():
        say(nothing)
    if form is Format.TABLE:
        if not frame.is_empty():
            write_rows(frame.iter_rows(named=True), list(shown), form)
        return
    write_rows(frame.iter_rows(named=True), frame.columns, form)


def pairs(values: Sequence[str], what: str) -> list[tuple[str, str]]:
    """`NAME=VALUE` flags as pairs; TableError where the sign is missing."""
    found = []
    for value in values:
        name, sign, rest = value.partition("=")
        if not sign or not name.strip():
            raise TableError(f"{value!r} is no {what}")
        found.append((name.strip(), rest))
    return found


def _fitting(database: Database, filters: Filters) -> pl.DataFrame:
    """The rows of a DNA database that fit: names by the words in them, the rest exactly, as a ledger does."""
    import polars as pl

    from onrecord.analyse.tables import last_day
    from onrecord.exchange.dna import table

    frame = table(database)
    for name in ("speaker", "outlet"):
        value = getattr(filters, name)
        if value is not None:
            words = pl.col(name).str.to_lowercase().str.contains(value.lower(), literal=True)
            frame = frame.filter(words.fill_null(value=False))
    for name in ("issue", "stance", "act"):
        value = getattr(filters, name)
        if value is not None:
            frame = frame.filter(pl.col(name) == str(value))
    if filters.text is not None:
        for word in filters.text.lower().split():
            frame = frame.filter(pl.col("quote").str.to_lowercase().str.contains(word, literal=True))
    if filters.since is not None:
        frame = frame.filter(pl.col("date") >= filters.since.first_day())
    if filters.until is not None:
        frame = frame.filter(pl.col("date") <= last_day(str(filters.until)))
    return frame
