"""Run `onrecord network`: ties between actors, by Discourse Network Analyzer's rules."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.errors import ExchangeError, TableError
from onrecord.show.cli.errors import say
from onrecord.show.cli.options import FilterOptions, QueryFormat, Store, flat, sent_to
from onrecord.show.cli.output import write_rows
from onrecord.show.cli.queries import ask, deliver, is_dna, open_dna, pairs, say_unsure

if TYPE_CHECKING:
    import polars as pl

    from onrecord.analyse.network_types import Network, Options
    from onrecord.view import View

Mode = StrEnum("Mode", ["one", "two", "events"])
Field = StrEnum("Field", ["speaker", "affiliation", "outlet", "article", "issue"])
Aggregate = StrEnum("Aggregate", ["ignore", "combine", "subtract", "congruence", "conflict"])
Normalise = StrEnum("Normalise", ["none", "average", "jaccard", "cosine", "activity", "prominence"])
Duplicates = StrEnum("Duplicates", ["include", "document", "week", "month", "year", "all"])
Kernel = StrEnum("Kernel", ["uniform", "gaussian", "epanechnikov", "triangular"])
FileFormat = StrEnum(
    "FileFormat",
    ["table", "csv", "json", "jsonl", "markdown", "graphml", "gexf", "dl", "png", "svg", "html", "parquet", "xlsx"],
)
Measure = StrEnum("Measure", ["backbone", "clusters", "centralities", "polarization", "intervals", "pooled"])

# DNA's own names for fields are understood too.
ALIASES = {
    "person": "speaker", "organization": "affiliation", "concept": "issue", "source": "outlet", "document": "article",
}  # fmt: skip
SIDES = {"1": "support", "0": "oppose", "true": "support", "false": "oppose"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingOptions:
    """Hold the options of nodes, ties and counting."""

    mode: Annotated[
        Mode, typer.Option(help="Ties among the rows (one), of rows to columns (two), or the list of statements.")
    ] = Mode.one
    rows: Annotated[Field, typer.Option(help="The nodes.")] = Field.affiliation
    columns: Annotated[Field, typer.Option(help="Field that connects the nodes, or the second set of nodes.")] = (
        Field.issue
    )
    aggregate: Annotated[
        Aggregate,
        typer.Option(help="How sides combine: congruence and conflict (one), combine (two), subtract (both)."),
    ] = Aggregate.ignore
    normalise: Annotated[
        Normalise, typer.Option(help="average, jaccard, cosine (one); activity, prominence (two).")
    ] = Normalise.none
    duplicates: Annotated[
        Duplicates, typer.Option(help="Count equal statements once per document, week, month, year, or in all.")
    ] = Duplicates.include
    qualifier: Annotated[
        str | None,
        typer.Option(metavar="FIELD", help="Field that holds the side.  [default: stance, or DNA's qualifier]"),
    ] = None
    isolates: Annotated[bool, typer.Option("--isolates", help="Keep nodes without remaining statements.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionOptions:
    """Hold the options that select statements, as in DNA."""

    exclude: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=VALUE", help="Leave these out; may be given several times.")
    ] = None
    invert: Annotated[bool, typer.Option("--invert", help="Keep only what --exclude names.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOptions:
    """Hold the options of networks through time."""

    window: Annotated[
        str | None, typer.Option(metavar="UNIT:N", help="A network per moving window: days:8, weeks:4, events:20 ...")
    ] = None
    kernel: Annotated[
        Kernel | None, typer.Option(help="Weigh statements by their distance from the window's middle.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOutput:
    """Hold the options of a network's output."""

    measure: Annotated[
        Measure | None,
        typer.Option(help="A measure to print instead of the network: backbone, clusters, centralities ..."),
    ] = None
    format: Annotated[
        FileFormat | None,
        typer.Option(
            help="The format; Gephi opens graphml and gexf.  [default: by the ending of --output, else table]"
        ),
    ] = None
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most this many rows of a table.")] = None
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write; - is the standard output.")
    ] = None

    @property
    def to_file(self) -> bool:
        """Tell whether the network goes to a file."""
        return self.output is not None and str(self.output) != "-"

    @property
    def plain(self) -> bool:
        """Tell whether the default format is a table for reading."""
        return not self.to_file or (self.output is not None and self.output.suffix.lower() == ".txt")

    def opened(self) -> AbstractContextManager[None]:
        """Send what is printed to the file, where there is one."""
        return sent_to(self.output)


@flat
def network(
    shape: CountingOptions,
    choice: SelectionOptions,
    filters: FilterOptions,
    through: WindowOptions,
    store: Store,
    file: NetworkOutput,
) -> None:
    """Build actor or actor-issue networks.

    The rules are those of Discourse Network Analyzer (docs/dna.md). The ledger may be a .dna database. A table lists
    the ties, the strongest first. CSV is the matrix, with the columns' names in its first row, the rows' names in its
    first column, and numbers in full precision; with --window it has a row per window and cell.
    """
    from onrecord.analyse import networks
    from onrecord.analyse.windows import series
    from onrecord.core.columns import NAMES

    # Networks take the dates themselves, as windows and isolates depend on them.
    view = ask(store, dataclasses.replace(filters, since=None, until=None))
    table = view.table
    options = _options(shape, choice, filters, table)
    if file.measure is not None:
        _measure(view, options, through, file)
    elif options.mode == "events":
        found = networks.events(table, options)
        # A database's further variables are left out, so that the list is the same as from a ledger.
        _frame(found.select([name for name in found.columns if name in (*NAMES, "time")]), file)
    elif through.window is None:
        if through.kernel is not None:
            raise TableError("--kernel needs --window, such as --window days:8")
        net = networks.network(table, options)
        _say_size(net)
        _put(net, file, file.output, _attributes(store, file))
    else:
        kernel = None if through.kernel is None else through.kernel.value
        _many(series(table, options, through.window, kernel=kernel), file)
    say_unsure(view)


def _options(shape: CountingOptions, choice: SelectionOptions, filters: FilterOptions, table: pl.DataFrame) -> Options:
    from onrecord.analyse.network_types import Options

    # The DNA database's own qualifier, if it has more values than yes and no.
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
        since=None if filters.since is None else str(filters.since),
        until=None if filters.until is None else str(filters.until),
    )


def _alias(field: str, value: str) -> tuple[str, str]:
    if field == "agreement":
        return "stance", SIDES.get(value.lower(), value)
    return ALIASES.get(field, field), value


def _measure(view: View, options: Options, through: WindowOptions, file: NetworkOutput) -> None:
    import polars as pl

    from onrecord.analyse import graphs, networks, uncertainty

    table = view.table
    if file.measure is Measure.pooled:
        if through.window is None:
            raise TableError("--measure pooled needs --window, such as --window months:3")
        found = uncertainty.pooled(table, options, through.window)
    elif through.window is not None:
        raise TableError(f"--measure {file.measure} is of one network; leave --window out")
    elif file.measure is Measure.intervals:
        found = uncertainty.edge_intervals(view.utterances, options)
    elif file.measure is Measure.polarization:
        split = graphs.polarization(table, options)
        say(
            f"polarization {split.value:.3f} = cohesion {split.cohesion:.3f} x opposition {split.opposition:.3f} x "
            f"balance {split.balance:.3f}"
        )
        parts = [pl.lit(getattr(split, name)).alias(name) for name in ("value", "cohesion", "opposition", "balance")]
        found = split.camps.with_columns(parts)
    else:
        net = networks.network(table, options)
        _say_size(net)
        if file.measure is Measure.clusters and not net.rows:
            found = pl.DataFrame(schema={"name": pl.String, "cluster": pl.Int64})
        else:
            found = getattr(graphs, str(file.measure))(net)
    _frame(found, file)


def _frame(found: pl.DataFrame, file: NetworkOutput) -> None:
    """Write a table in a format for tables."""
    from onrecord.exchange.formats import Content

    if found.is_empty():
        say("nothing fits")
    found = found if file.limit is None else found.head(file.limit)
    form = None if file.format is None else file.format.value
    if form == "table" or (form is None and file.plain):
        with file.opened():
            write_rows(found.iter_rows(named=True), found.columns, QueryFormat.TABLE)
        return
    deliver(Content.TABLE, form, found, file.output)


def _attributes(store: Store, file: NetworkOutput) -> dict[str, dict[str, str]] | None:
    """Return the attributes of nodes in a DNA database, for the formats that can hold them."""
    if _form(file) not in ("graphml", "gexf") or not is_dna(store):
        return None
    from onrecord.exchange.dna import attributes

    return attributes(open_dna(store))


def _form(file: NetworkOutput) -> str:
    """Return the name of the format: the one given, else by the ending of the file, else a table."""
    from onrecord.exchange.formats import Content, for_path

    if file.format is not None:
        return file.format.value
    if file.plain or file.output is None:
        return "table"
    return for_path(Content.NETWORK, file.output).name


def _many(nets: Iterator[Network], file: NetworkOutput) -> None:
    """Write a row per window and cell as a table, or a file per window."""
    from onrecord.analyse.windows import long
    from onrecord.exchange.formats import Content, names

    form = _form(file)
    if form == "table" or form in names(Content.TABLE):
        _frame(long(nets), file)
        return
    if file.output is None or str(file.output) == "-":
        raise ExchangeError(f"windows make one {form} file each: name them with --output")
    count = 0
    for count, net in enumerate(nets, 1):
        _put(net, file, file.output.with_name(f"{file.output.stem}-{count:05}{file.output.suffix}"))
    say(f"{count} windows, a file each" if count else "no window has a statement")


def _put(
    net: Network, file: NetworkOutput, path: Path | None, attributes: dict[str, dict[str, str]] | None = None
) -> None:
    """Write a network to a file, or to the standard output."""
    import polars as pl

    from onrecord.exchange.formats import Content, NetworkDrawing

    if _form(file) == "table":
        strongest = net.edges().sort(pl.col("weight").abs(), descending=True, maintain_order=True)
        _frame(strongest, file)
        return
    title = f"{net.options.rows} by {net.options.columns}: {net.options.aggregate}"
    deliver(Content.NETWORK, _form(file), NetworkDrawing(net, attributes, title), path)


def _say_size(net: Network) -> None:
    if not net.rows:
        rows, columns = net.options.rows, net.options.columns
        other = "; --rows speaker has an actor for each name" if rows == "affiliation" else ""
        say(f"the network is empty: no statement that passes the filters has both {rows} and {columns}{other}")
