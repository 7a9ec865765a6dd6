"""Define the flags that commands share, as dataclasses that Typer sees as one flag per field."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import typing
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from onrecord.core.columns import MIN_CONFIDENCE
from onrecord.core.statement import Act, PartialDate, Stance
from onrecord.errors import CodecError
from onrecord.show.cli.errors import remember_debug, set_quiet, set_verbose

LEDGER = "onrecord.db"


class OutputFormat(StrEnum):
    """List the formats of printed results."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


class QueryFormat(StrEnum):
    """List the formats of an answer."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"


def to_date(value: str | PartialDate) -> PartialDate:
    """Parse a date that may lack the day, or day and month."""
    try:
        return value if isinstance(value, PartialDate) else PartialDate(value)
    except CodecError as error:
        raise typer.BadParameter(str(error)) from error


Date = Annotated[PartialDate | None, typer.Option(parser=to_date, metavar="DATE")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonOptions:
    """Hold the options of every command, which their callbacks put into effect."""

    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", callback=set_quiet, help="Write results and errors, no notes.")
    ] = False
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", callback=set_verbose, help="Also write what is done, and how long it took."),
    ] = False
    debug: Annotated[
        bool, typer.Option("--debug", callback=remember_debug, help="Show a traceback where something fails.")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOption:
    """Hold the option of printing."""

    format: Annotated[
        OutputFormat, typer.Option(help="How to print: a table to look at, or JSON Lines or CSV for programs.")
    ] = OutputFormat.TABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Hold the option that names the ledger."""

    ledger: Annotated[
        str,
        typer.Option(
            metavar="PATH",
            envvar="ONRECORD_LEDGER",
            show_envvar=False,
            show_default=False,
            help=f"The ledger, or (DIR/) the archive.  [default: $ONRECORD_LEDGER, else ./{LEDGER}]",
        ),
    ] = LEDGER


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """Hold the options of reading: the codebook, and whether to save."""

    codebook: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The issues to follow (YAML).  [default: the ledger's last codebook]"),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="The folder of another tagger.  [default: the bundled tagger]",
            show_default=False,
        ),
    ] = None
    classifier: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Another package's classifier.  [default: the bundled classifier]",
            show_default=False,
        ),
    ] = None
    no_save: Annotated[bool, typer.Option("--no-save", help="Print only; write no ledger.")] = False


class Runner(StrEnum):
    """List what can run the workers."""

    PROCESSES = "processes"
    RAY = "ray"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerOptions:
    """Hold the options of the run: where, within which limits, with which reports."""

    workers: Annotated[
        int | None,
        typer.Option(min=1, max=256, metavar="N", help="Number of processes that read.  [default: 1; on Ray 2]"),
    ] = None
    runner: Annotated[Runner, typer.Option(help="Processes of this machine, or Ray (`onrecord[ray]`).")] = (
        Runner.PROCESSES
    )
    ray_address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Ray cluster.  [default: one that is started here]")
    ] = None
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="Skip an article after this many seconds.")
    ] = 60.0
    memory: Annotated[
        int, typer.Option(min=300, metavar="MB", help="Skip an article if its worker exceeds this (incl. model).")
    ] = 2_000
    reprints: Annotated[
        bool,
        typer.Option(
            "--reprints", help="Also add a text that the ledger has under another outlet, date, title or address."
        ),
    ] = False
    again: Annotated[bool, typer.Option("--again", help="Re-read articles already in the ledger.")] = False
    allow_private: Annotated[bool, typer.Option("--allow-private", help="Also fetch private and local addresses.")] = (
        False
    )
    any_language: Annotated[
        bool, typer.Option("--any-language", help="Also read text that does not seem to be English.")
    ] = False
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what was not read, and why, to this file (JSON Lines)."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Hold the user's metadata about the sources, which override what they state."""

    title: Annotated[str | None, typer.Option(metavar="TEXT", help="The title of the article.")] = None
    outlet: Annotated[str | None, typer.Option(metavar="NAME", help="Who published it.")] = None
    date: Annotated[
        PartialDate | None,
        typer.Option(parser=to_date, metavar="DATE", help="When it was published: YYYY-MM-DD, YYYY-MM or YYYY."),
    ] = None
    url: Annotated[str | None, typer.Option(metavar="URL", help="Where it was published.")] = None
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help="The encoding of the text.  [default: UTF-8, else detected]")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterOptions:
    """Hold the filters; each flag may be given several times, where one of the values must match."""

    speaker: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only statements by this speaker (words of the name).")
    ] = None
    affiliation: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only statements by speakers for this body or state.")
    ] = None
    issue: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only statements on this issue.")] = None
    stance: Annotated[list[Stance] | None, typer.Option(help="Only statements with this stance.")] = None
    act: Annotated[list[Act] | None, typer.Option(help="Only statements with this speech act.")] = None
    outlet: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only statements that this outlet reports.")
    ] = None
    since: Annotated[
        PartialDate | None, typer.Option(parser=to_date, metavar="DATE", help="On or after this date.")
    ] = None
    until: Annotated[
        PartialDate | None, typer.Option(parser=to_date, metavar="DATE", help="Up to the end of this date.")
    ] = None
    text: Annotated[str | None, typer.Option(metavar="WORDS", help="Only statements with these words (full text).")] = (
        None
    )
    min_confidence: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1.0, metavar="P",
            help=f"Only statements at least this sure.  [default: {MIN_CONFIDENCE:g} for positions, else 0]",
        ),
    ] = None  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingOptions:
    """Hold the options of a listing: where it goes, and in which format."""

    format: Annotated[
        QueryFormat | None, typer.Option(help="How to write.  [default: by the ending of --output, else table]")
    ] = None
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write; - is the standard output.")
    ] = None

    @property
    def to_file(self) -> bool:
        """Tell whether the answer goes to a file."""
        return self.output is not None and str(self.output) != "-"

    def chosen(self) -> QueryFormat | None:
        """Return the format asked for; None if the ending of the file decides."""
        if self.format is not None:
            return self.format
        if not self.to_file or (self.output is not None and self.output.suffix.lower() == ".txt"):
            return QueryFormat.TABLE
        return None

    def opened(self, *, append: bool = False) -> AbstractContextManager[None]:
        """Send what is printed to the file, where there is one."""
        return sent_to(self.output, append=append)


@contextmanager
def sent_to(path: Path | None, *, append: bool = False) -> Iterator[None]:
    """Send what is printed to a file; None and `-` leave it where it is."""
    if path is None or str(path) == "-":
        yield
        return
    with path.open("a" if append else "w", encoding="utf-8", newline="") as handle, redirect_stdout(handle):
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOptions(ListingOptions):
    """Hold the options of an answer: where it goes, in which format, and how much of it."""

    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most this many rows.")] = None


def flat(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with a flag for each field of each dataclass among its parameters, and call it with these
    built. The common flags come last.
    """
    hints = typing.get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if dataclasses.is_dataclass(kind)}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        parameters += _fields(groups[name]) if name in groups else [parameter.replace(annotation=hints[name])]
    parameters += _fields(CommonOptions)
    keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]

    @functools.wraps(command)
    def called(**values: Any) -> None:
        for field in dataclasses.fields(CommonOptions):
            del values[field.name]
        built = {
            name: kind(**{field.name: values.pop(field.name) for field in dataclasses.fields(kind)})
            for name, kind in groups.items()
        }
        command(**values, **built)

    called.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined]
    called.__annotations__ = {p.name: p.annotation for p in keyword}
    return called


def _fields(kind: Any) -> list[inspect.Parameter]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in dataclasses.fields(kind)
    ]
