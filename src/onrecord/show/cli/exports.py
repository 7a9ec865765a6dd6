"""Run `onrecord export`: the ledger's statements in the formats of other programs."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from onrecord.show.cli.edge import say
from onrecord.show.cli.options import FilterOptions, Store, flat
from onrecord.show.cli.output import counted
from onrecord.show.cli.queries import deliver, viewing

Target = StrEnum("Target", ["csv", "parquet", "jsonl", "jsonld", "xlsx", "qdpx", "brat", "dna"])


@flat
def export(
    filters: FilterOptions,
    store: Store,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to write (brat: a folder); - is standard output."),
    ] = None,
    form: Annotated[
        Target | None, typer.Option("--format", help="The format.  [default: by the ending of FILE, else csv]")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most this many statements.")] = None,
) -> None:
    """Write statements for other programs, with speakers as people decided (`onrecord people`).

    csv, parquet and xlsx: one row a statement; jsonl: articles and statements, which `onrecord import` takes back;
    jsonld: W3C Web Annotations; qdpx: REFI-QDA, for ATLAS.ti, MAXQDA and NVivo; brat: a folder of stand-off files;
    dna: a database that Discourse Network Analyzer 3 opens (coder Admin, password `onrecord`).
    """
    from onrecord.exchange.formats import Content

    with viewing(store, filters, min_confidence=0.0, limit=limit) as view:
        view = dataclasses.replace(view, table=view.table.filter("asserted"))
        deliver(Content.STATEMENTS, None if form is None else form.value, view, output)
    say(f"{output or '-'}: {counted(view.table.height, 'statement')}")
