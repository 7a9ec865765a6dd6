"""Run `onrecord export`: the ledger's statements in the formats of other programs."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from onrecord.show.cli.errors import say
from onrecord.show.cli.options import FilterOptions, Store, flat
from onrecord.show.cli.output import counted
from onrecord.show.cli.queries import deliver, viewing


def _names(incomplete: str) -> list[str]:
    from onrecord.exchange.formats import Content, names

    return [name for name in names(Content.STATEMENTS) if name.startswith(incomplete)]


def _named(value: str | None) -> str | None:
    if value is not None and value not in _names(""):
        raise typer.BadParameter(f"{value!r} is not one of {', '.join(_names(''))}")
    return value


@flat
def export(
    filters: FilterOptions,
    store: Store,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to write (brat, xmi: a folder); - is standard output."
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            callback=_named,
            autocompletion=_names,
            help="The format.  [default: by the ending of FILE, else csv]",
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most this many statements.")] = None,
) -> None:
    """Write statements for other programs, with speakers as people decided (`onrecord people`).

    csv, parquet and xlsx: one row a statement; jsonl: articles and statements, which `onrecord import` takes back;
    jsonld: W3C Web Annotations; qdpx: REFI-QDA, for ATLAS.ti, MAXQDA and NVivo; brat: a folder of stand-off files;
    dna: a database that Discourse Network Analyzer 3 opens (coder Admin, password `onrecord`); xmi: a
    folder of UIMA CAS files, for INCEpTION and dkpro-cassis; claimreview: schema.org ClaimReview, to be rated by you.
    """
    from onrecord.exchange.formats import Content

    with viewing(store, filters, min_confidence=0.0, limit=limit) as view:
        view = dataclasses.replace(view, table=view.table.filter("asserted"))
        deliver(Content.STATEMENTS, form, view, output)
    say(f"{'standard output' if str(output or '-') == '-' else output}: {counted(view.table.height, 'statement')}")
