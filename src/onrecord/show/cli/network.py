"""`onrecord network`: who is tied to whom, by Discourse Network Analyzer's rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.core.statement import PartialDate
from onrecord.errors import ExchangeError, TableError
from onrecord.show.cli.asking import ask, is_dna, open_dna, pairs, told_once
from onrecord.show.cli.edge import say
from onrecord.show.cli.options import Filters, Store, flat, to_date

if TYPE_CHECKING:
    import polars as pl

    from onrecord.analyse.networks import Network, Options

Mode = StrEnum("Mode", ["one", "two", "events"])
Field = StrEnum("Field", ["speaker", "affiliation", "outlet", "article", "issue"])
Aggregate = StrEnum("Aggregate", ["ignore", "combine", "subtract", "congruence", "conflict"])
Normalise = StrEnum("Normalise", ["none", "average", "jaccard", "cosine", "activity", "prominence"])
Duplicates = StrEnum("Duplicates", ["include", "document", "week", "month", "year", "all"])
Kernel = StrEnum("Kernel", ["uniform", "gaussian", "epanechnikov", "triangular"])
FileFormat = StrEnum("FileFormat", ["csv", "jsonl", "graphml", "gexf", "dl", "png", "svg", "html"])
Measure = StrEnum("Measure", ["backbone", "clusters", "centralities", "polarization", "intervals", "pooled"])

# DNA's own names for fields are understood too.
ALIASES = {
    "person": "speaker", "organization": "affiliation", "concept": "issue", "source": "outlet", "document": "article",
}  # fmt: skip
SIDES = {"1": "support", "0": "oppose", "true": "support", "false": "oppose"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is tied to what, and by which count."""

    mode: Annotated[
        Mode, typer.Option(help="Ties among the rows (one), of rows to columns (two), or the list of statements.")
    ] = Mode.one
    rows: Annotated[Field, typer.Option(help="The nodes.")] = Field.affiliation
    columns: Annotated[Field, typer.Option(help="What ties them, or is the other set of nodes.")] = Field.issue
    aggregate: Annotated[
        Aggregate, typer.Option(help="What sides do: congruence and conflict (one), combine (two), subtract (both).")
    ] = Aggregate.ignore
    normalise: Annotated[
        Normalise, typer.Option(help="average, jaccard, cosine (one); activity, prominence (two).")
    ] = Normalise.none
    duplicates: Annotated[
        Duplicates, typer.Option(help="Count equal statements once per document, week, month, year, or in all.")
    ] = Duplicates.include
    qualifier: Annotated[
        str | None, typer.Option(metavar="FIELD", help="What the sides are.  [default: stance, or DNA's own variable]")
    ] = None
    isolates: Annotated[bool, typer.Option("--isolates", help="Keep nodes that have no statement left.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which statements."""

    exclude: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=VALUE", help="Leave these out; may be given several times.")
    ] = None
    invert: Annotated[bool, typer.Option("--invert", help="Keep only what --exclude names.")] = False
    since: Annotated[
        PartialDate | None, typer.Option(parser=to_date, metavar="DATE", help="Only those of this day and after.")
    ] = None
    until: Annotated[
        PartialDate | None, typer.Option(parser=to_date, metavar="DATE", help="Only those up to the end of this date.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Through:
    """Networks through time."""

    window: Annotated[
        str | None, typer.Option(metavar="UNIT:N", help="A network per moving window: days:8, weeks:4, events:20 ...")
    ] = None
    kernel: Annotated[
        Kernel | None, typer.Option(help="Weigh statements by their distance from the window's middle.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What to write, and where."""

    measure: Annotated[
        Measure | None, typer.Option(help="Instead of the network: its strong ties, clusters, centralities ...")
    ] = None
    format: Annotated[FileFormat, typer.Option(help="The form of the file; Gephi opens graphml and gexf.")] = (
        FileFormat.csv
    )
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write.  [default: standard output]")
    ] = None


@flat
def network(shape: Shape, choice: Choice, through: Through, store: Store, file: File) -> None:
    """Tie actors who agree or disagree, or actors to issues.

    The rules are those of Discourse Network Analyzer (docs/dna.md). The ledger may be a .dna database. CSV has the
    columns' names in its first row and the rows' names in its first column, and numbers in full precision; with
    --window it has a row per window and cell.
    """
    from onrecord.analyse import networks
    from onrecord.analyse.series import series
    from onrecord.analyse.tables import COLUMNS

    table = ask(store, Filters())
    options = _options(shape, choice, table)
    if file.measure is not None:
        _measure(table, options, through, file)
    elif options.mode == "events":
        found = networks.events(table, options)
        # A database's further variables are no part of the list, so that it is the same from a ledger.
        _frame(found.select([name for name in found.columns if name in (*COLUMNS, "time")]), file)
    elif through.window is None:
        if through.kernel is not None:
            raise TableError("--kernel needs --window, such as --window days:8")
        net = networks.network(table, options)
        _say_size(net)
        _put(_bytes(net, file.format, _attributes(store, file.format)), file.output)
    else:
        kernel = None if through.kernel is None else through.kernel.value
        _many(series(table, options, through.window, kernel=kernel), file)


def _options(shape: Shape, choice: Choice, table: pl.DataFrame) -> Options:
    from onrecord.analyse.networks import Options

    # A DNA database's own variable of the sides, where it is more than yes or no.
    qualifier = shape.qualifier or ("qualifier" if "qualifier" in table.columns else "stance")
    named = [
        (field, value) if field in table.columns else _alias(field, value)
        for field, value in pairs(choice.exclude or [], "FIELD=VALUE to exclude")
    ]
    return Options(
        mode=shape.mode.value,
        rows=shape.rows.value,
        columns=shape.columns.value,
        qualifier=qualifier,
        aggregate=shape.aggregate.value,
        normalise=shape.normalise.value,
        duplicates=shape.duplicates.value,
        exclude=() if choice.invert else tuple(named),
        only=tuple(named) if choice.invert else (),
        isolates=shape.isolates,
        since=None if choice.since is None else str(choice.since),
        until=None if choice.until is None else str(choice.until),
    )


def _alias(field: str, value: str) -> tuple[str, str]:
    if field == "agreement":
        return "stance", SIDES.get(value.lower(), value)
    return ALIASES.get(field, field), value


def _measure(table: pl.DataFrame, options: Options, through: Through, file: File) -> None:
    import polars as pl

    from onrecord.analyse import graphs, networks, trust

    if file.measure is Measure.pooled:
        if through.window is None:
            raise TableError("--measure pooled needs --window, such as --window months:3")
        found = trust.pooled(table, options, through.window)
    elif through.window is not None:
        raise TableError(f"--measure {file.measure} is of one network; leave --window out")
    elif file.measure is Measure.intervals:
        found = trust.edge_intervals(told_once(table), options)
    elif file.measure is Measure.polarization:
        told = graphs.polarization(table, options)
        say(
            f"polarization {told.value:.3f} = cohesion {told.cohesion:.3f} x opposition {told.opposition:.3f} x "
            f"balance {told.balance:.3f}"
        )
        parts = [pl.lit(getattr(told, name)).alias(name) for name in ("value", "cohesion", "opposition", "balance")]
        found = told.camps.with_columns(parts)
    else:
        net = networks.network(table, options)
        _say_size(net)
        if file.measure is Measure.clusters and not net.rows:
            found = pl.DataFrame(schema={"name": pl.String, "cluster": pl.Int64})
        else:
            found = getattr(graphs, str(file.measure))(net)
    _frame(found, file)


def _frame(found: pl.DataFrame, file: File) -> None:
    """A table as CSV or JSON Lines."""
    if file.format not in (FileFormat.csv, FileFormat.jsonl):
        raise ExchangeError(f"this is a table: write csv or jsonl, not {file.format.value}")
    if found.is_empty():
        say("nothing fits")
    from onrecord.exchange import csv

    text = csv.table(found) if file.format is FileFormat.csv else "".join(_json_lines(found))
    _put(text.encode(), file.output)


def _attributes(store: Store, form: FileFormat) -> dict[str, dict[str, str]] | None:
    """What a DNA database tells of its nodes, for the formats that have a place for it."""
    if form not in (FileFormat.graphml, FileFormat.gexf) or not is_dna(store):
        return None
    from onrecord.exchange.dna import attributes

    return attributes(open_dna(store))


def _many(nets: Iterator[Network], file: File) -> None:
    """A row per window and cell as a table, or a file per window."""
    from onrecord.analyse.series import long

    if file.format in (FileFormat.csv, FileFormat.jsonl):
        _frame(long(nets), file)
        return
    if file.output is None:
        raise ExchangeError(f"windows make one {file.format.value} file each: name them with --output")
    count = 0
    for count, net in enumerate(nets, 1):
        _put(_bytes(net, file.format), file.output.with_name(f"{file.output.stem}-{count:05}{file.output.suffix}"))
    say(f"{count} windows, a file each" if count else "no window has a statement")


def _bytes(net: Network, form: FileFormat, attributes: dict[str, dict[str, str]] | None = None) -> bytes:
    from onrecord.exchange import csv, dl, gexf, graphml

    title = f"{net.options.rows} by {net.options.columns}: {net.options.aggregate}"
    if form in (FileFormat.png, FileFormat.svg):
        from onrecord.exchange import picture

        return picture.write(net, form.value, title=title)
    if form is FileFormat.html:
        from onrecord.exchange import page

        return page.write(net, title=title).encode()
    if form is FileFormat.jsonl:
        return "".join(_json_lines(net.edges())).encode()
    if form in (FileFormat.graphml, FileFormat.gexf):
        text = graphml.write(net, attributes) if form is FileFormat.graphml else gexf.write(net, attributes)
        return text.encode()
    return csv.network(net).encode() if form is FileFormat.csv else dl.write(net).encode()


def _json_lines(found: pl.DataFrame) -> Iterator[str]:
    import json

    for row in found.iter_rows(named=True):
        yield json.dumps(row, ensure_ascii=False, default=lambda value: value.isoformat()) + "\n"


def _put(data: bytes, path: Path | None) -> None:
    if path is not None:
        path.write_bytes(data)
        return
    if hasattr(sys.stdout, "buffer"):
        sys.stdout.buffer.write(data)
    else:
        sys.stdout.write(data.decode("utf-8", "replace"))
    sys.stdout.flush()


def _say_size(net: Network) -> None:
    if not net.rows:
        say("no statement has both fields and passes the filters: the network is empty")
