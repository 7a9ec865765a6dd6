"""`onrecord export`: the ledger's statements in the formats of other programs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from onrecord.errors import ExchangeError
from onrecord.show.cli.asking import ask, is_dna, open_dna, results
from onrecord.show.cli.edge import say
from onrecord.show.cli.options import Filters, Store, flat
from onrecord.show.cli.output import counted


class Target(StrEnum):
    """A format of another program."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"
    ANNOTATIONS = "jsonld"
    EXCEL = "xlsx"
    REFI = "qdpx"
    BRAT = "brat"
    DNA = "dna"


@flat
def export(
    filters: Filters,
    store: Store,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write (brat: a folder).")],
    form: Annotated[
        Target | None, typer.Option("--format", help="The format.  [default: by the ending of FILE]")
    ] = None,
) -> None:
    """Write statements for other programs.

    csv, parquet and xlsx: one row a statement; jsonl: articles and statements, which `onrecord import` takes back;
    jsonld: W3C Web Annotations; qdpx: REFI-QDA, for ATLAS.ti, MAXQDA and NVivo; brat: a folder of stand-off files;
    dna: a database that Discourse Network Analyzer 3 opens (coder Admin, password `onrecord`).
    """
    target = form or _by_ending(output)
    if target in (Target.CSV, Target.PARQUET, Target.EXCEL):
        count = _table(filters, store, output, target)
    else:
        count = _texts(filters, store, output, target)
    say(f"{output}: {counted(count, 'statement')}")


def _by_ending(output: Path) -> Target:
    ending = output.suffix.lower().lstrip(".")
    try:
        return Target({"json": "jsonld"}.get(ending, ending))
    except ValueError as error:
        known = ", ".join(target.value for target in Target)
        raise ExchangeError(f"{output}: no format has this ending; give --format ({known})") from error


def _table(filters: Filters, store: Store, output: Path, target: Target) -> int:
    from onrecord.exchange import csv, parquet

    table = ask(store, filters)
    if target is Target.CSV:
        output.write_bytes(csv.table(table).encode("utf-8", "replace"))
    elif target is Target.PARQUET:
        parquet.write(output, table)
    else:
        from onrecord.analyse.positions import matrix
        from onrecord.exchange import excel

        excel.write(output, {"statements": table, "positions": matrix(table).cells})
    return table.height


def _texts(filters: Filters, store: Store, output: Path, target: Target) -> int:
    from onrecord.exchange import annotation, brat, dna, jsonl, refi

    if target is Target.DNA and is_dna(store) and filters == Filters():
        # A whole database is kept whole: coders, attributes, other statement types and variables.
        database = open_dna(store)
        dna.write(output, database)
        return int(database.tables["STATEMENTS"].height)
    kept = list(results(store, filters))
    if target is Target.JSONL:
        text = "".join(f"{line}\n" for line in jsonl.lines(kept))
        output.write_bytes(text.encode("utf-8", "replace"))
    elif target is Target.ANNOTATIONS:
        output.write_bytes(annotation.write(kept).encode("utf-8", "replace"))
    elif target is Target.REFI:
        output.write_bytes(refi.write(kept))
    elif target is Target.BRAT:
        brat.write(output, kept)
    else:
        dna.write(output, dna.from_statements(kept))
    return sum(len(found) for _, found in kept)
