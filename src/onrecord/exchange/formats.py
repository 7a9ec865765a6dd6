"""Register the file formats, each found by its name or by a file's suffix.

A format takes one kind of content: a table of results, the statements of a view, or a network. The libraries of a
format are imported when it is used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from onrecord.core import plugins
from onrecord.errors import ExchangeError

if TYPE_CHECKING:
    import polars as pl

    from onrecord.analyse.network_types import Network
    from onrecord.view import View


class Content(StrEnum):
    """List the kinds of content that a format holds."""

    TABLE = "table"
    STATEMENTS = "statements"
    NETWORK = "network"


class Format(Protocol):
    """Define a file format: its name, its suffix, and how it is written and read.

    `folder` is set where it makes a folder, which cannot go to the standard output.
    """

    @property
    def name(self) -> str:
        """Return the name on the command line."""

    @property
    def suffix(self) -> str:
        """Return the suffix of its files, with the dot; empty for a folder."""

    @property
    def content(self) -> Content:
        """Return the kind of content."""

    @property
    def folder(self) -> bool:
        """Tell whether it makes a folder."""

    def write(self, path: Path, content: Any) -> None:
        """Write content to a file or folder; ExchangeError if it does not fit the format."""

    def encode(self, content: Any) -> bytes:
        """Encode content as the bytes of a file; ExchangeError if the format is a folder."""

    def read(self, path: Path) -> Any:
        """Read a file back; ExchangeError if the format is only written, or the file is none of it."""


@dataclass(frozen=True, slots=True)
class EncodedFormat:
    """Implement a format whose files are made in memory: `encoder` returns the bytes, `reader` takes a path."""

    name: str
    suffix: str
    content: Content
    encoder: Callable[[Any], bytes | str]
    reader: Callable[[Path], Any] | None = None
    folder: bool = False

    def encode(self, content: Any) -> bytes:
        """Encode content as the bytes of a file."""
        made = self.encoder(content)
        return made if isinstance(made, bytes) else made.encode("utf-8", "replace")

    def write(self, path: Path, content: Any) -> None:
        """Write content to a file."""
        path.write_bytes(self.encode(content))

    def read(self, path: Path) -> Any:
        """Read a file back."""
        if self.reader is None:
            raise ExchangeError(f"{path}: {self.name} can be written, not read")
        return self.reader(path)


@dataclass(frozen=True, slots=True)
class PathFormat:
    """Implement a format whose library writes to a path."""

    name: str
    suffix: str
    content: Content
    writer: Callable[[Path, Any], None]
    reader: Callable[[Path], Any] | None = None
    folder: bool = False

    def write(self, path: Path, content: Any) -> None:
        """Write content to a file or folder."""
        self.writer(path, content)

    def encode(self, content: Any) -> bytes:
        """Encode content as the bytes of a file."""
        if self.folder:
            raise ExchangeError(f"{self.name} makes a folder: name it with --output")
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="onrecord-") as folder:
            path = Path(folder) / f"out{self.suffix}"
            self.write(path, content)
            return path.read_bytes()

    def read(self, path: Path) -> Any:
        """Read a file back."""
        if self.reader is None:
            raise ExchangeError(f"{path}: {self.name} can be written, not read")
        return self.reader(path)


def by_name(content: Content, name: str) -> Format:
    """Return the format of this name; ExchangeError if there is none for such content."""
    for one in _formats(content):
        if one.name == name:
            return one
    raise ExchangeError(f"{name!r} is not a format for {_OF[content]}; choose {', '.join(names(content))}")


def for_path(content: Content, path: Path) -> Format:
    """Return the format that the ending of a file's name stands for; ExchangeError if no format has it."""
    ending = path.suffix.lower()
    for one in _formats(content):
        if one.suffix == ending or ending in _ALSO.get(one.name, ()):
            return one
    raise ExchangeError(
        f"{path}: no format for {_OF[content]} has this ending; give --format ({', '.join(names(content))})"
    )


def names(content: Content) -> tuple[str, ...]:
    """Return the names of the formats for such content."""
    return tuple(one.name for one in formats(content))


def formats(content: Content) -> tuple[Format, ...]:
    """Return the formats for such content."""
    return tuple(_formats(content))


def _formats(content: Content) -> Iterator[Format]:
    """Return those that are built in, then those of other packages, which are loaded only if it comes to them."""
    yield from (one for one in FORMATS if one.content is content)
    yield from (one for one in _plugged() if one.content is content)


def _plugged() -> Iterator[Format]:
    for name in plugins.found(plugins.FORMATS):
        yield cast("Format", plugins.load(plugins.FORMATS, name))


# ---------------------------------------------------------------- tables


def _csv(table: pl.DataFrame) -> str:
    from onrecord.exchange import csv

    return csv.table(table)


def _json_rows(table: pl.DataFrame) -> Iterator[str]:
    for row in table.iter_rows(named=True):
        yield json.dumps(row, ensure_ascii=False, default=_plain)


def _json_lines(table: pl.DataFrame) -> str:
    return "".join(f"{line}\n" for line in _json_rows(table))


def _json(table: pl.DataFrame) -> str:
    lines = list(_json_rows(table))
    return "[\n" + ",\n".join(f" {line}" for line in lines) + "\n]\n" if lines else "[]\n"


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")


def _markdown(table: pl.DataFrame) -> str:
    lines = ["| " + " | ".join(map(_markdown_cell, table.columns)) + " |", "|" + " --- |" * table.width]
    lines += ["| " + " | ".join(map(_markdown_cell, row)) + " |" for row in table.iter_rows()]
    return "\n".join(lines) + "\n"


def _markdown_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(map(_markdown_cell, value))
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _parquet(path: Path, table: pl.DataFrame) -> None:
    from onrecord.exchange import parquet

    parquet.write(path, table)


def _excel(path: Path, table: pl.DataFrame) -> None:
    from onrecord.exchange import excel

    excel.write(path, {"results": table})


# ---------------------------------------------------------------- statements


def _statements(view: View) -> pl.DataFrame:
    from onrecord.view import columns

    coded = [name for name in view.values.kinds if name in view.table.columns]
    return view.table.select(*columns(view.table), *coded)


def _excel_statements(path: Path, view: View) -> None:
    from onrecord.analyse.positions import matrix
    from onrecord.exchange import excel

    excel.write(path, {"statements": _statements(view), "positions": matrix(view.utterances).cells})


def _dna(path: Path, view: View) -> None:
    from onrecord.exchange import dna

    whole = dna.complete_database(view)
    dna.write(path, dna.from_statements(view.results(), view.values.kinds) if whole is None else whole)


def _jsonl_statements(view: View) -> str:
    from onrecord.exchange import jsonl

    return "".join(f"{line}\n" for line in jsonl.lines(view.results(as_read=True), view.names))


def _annotations(view: View) -> str:
    from onrecord.exchange import annotation

    return annotation.write(view.results(), created=view.created, coders=view.coders)


def _refi(view: View) -> bytes:
    from onrecord.exchange import refi

    return refi.write(view.results())


def _brat(path: Path, view: View) -> None:
    from onrecord.exchange import brat

    brat.write(path, list(view.results()))


def _xmi(path: Path, view: View) -> None:
    from onrecord.exchange import xmi

    xmi.write(path, view.results())


def _claims(view: View) -> str:
    from onrecord.analyse.actors import build_registry
    from onrecord.exchange import claimreview

    decisions = [] if view.source is None else view.source.decisions()
    kinds = {actor.name: actor.kind for actor in build_registry(view.table, decisions).actors}
    return claimreview.write(view.results(), kinds)


# ---------------------------------------------------------------- networks


@dataclass(frozen=True, slots=True)
class NetworkDrawing:
    """Hold a network with the attributes of its nodes and the title of its picture."""

    network: Network
    attributes: Mapping[str, Mapping[str, str]] | None = None
    title: str = ""


def _network_csv(drawing: NetworkDrawing) -> str:
    from onrecord.exchange import csv

    return csv.network(drawing.network)


def _graphml(drawing: NetworkDrawing) -> str:
    from onrecord.exchange import graphml

    return graphml.write(drawing.network, drawing.attributes)


def _gexf(drawing: NetworkDrawing) -> str:
    from onrecord.exchange import gexf

    return gexf.write(drawing.network, drawing.attributes)


def _dl(drawing: NetworkDrawing) -> str:
    from onrecord.exchange import dl

    return dl.write(drawing.network)


def _picture(form: str) -> Callable[[NetworkDrawing], bytes]:
    def write(drawing: NetworkDrawing) -> bytes:
        from onrecord.exchange import picture

        return picture.write(drawing.network, form, title=drawing.title)

    return write


def _page(drawing: NetworkDrawing) -> str:
    from onrecord.exchange import network_page

    return network_page.write(drawing.network, title=drawing.title)


def _edges(encode: Callable[[pl.DataFrame], str]) -> Callable[[NetworkDrawing], str]:
    return lambda drawing: encode(drawing.network.edges())


# ---------------------------------------------------------------- readers


def _read_jsonl(path: Path) -> Any:
    from onrecord.exchange import jsonl

    try:
        with path.open(encoding="utf-8") as lines:
            return list(jsonl.read(lines))
    except (OSError, UnicodeDecodeError) as error:
        raise ExchangeError(f"{path}: cannot be read ({error})") from error
    except ExchangeError as error:
        raise ExchangeError(f"{path}: {error}") from error


def _read_dna(path: Path) -> Any:
    from onrecord.exchange import dna

    return dna.read(path)


def _read_parquet(path: Path) -> Any:
    from onrecord.exchange import parquet

    return parquet.read(path)


_OF = {Content.TABLE: "a table", Content.STATEMENTS: "statements", Content.NETWORK: "a network"}
_ALSO = {"markdown": (".markdown",), "jsonld": (".json",), "jsonl": (".ndjson",)}

FORMATS: tuple[Format, ...] = (
    EncodedFormat("csv", ".csv", Content.TABLE, _csv),
    EncodedFormat("json", ".json", Content.TABLE, _json),
    EncodedFormat("jsonl", ".jsonl", Content.TABLE, _json_lines),
    EncodedFormat("markdown", ".md", Content.TABLE, _markdown),
    PathFormat("parquet", ".parquet", Content.TABLE, _parquet, _read_parquet),
    PathFormat("xlsx", ".xlsx", Content.TABLE, _excel),
    EncodedFormat("csv", ".csv", Content.STATEMENTS, lambda view: _csv(_statements(view))),
    PathFormat("parquet", ".parquet", Content.STATEMENTS, lambda path, view: _parquet(path, _statements(view)),
            _read_parquet),
    EncodedFormat("jsonl", ".jsonl", Content.STATEMENTS, _jsonl_statements, _read_jsonl),
    EncodedFormat("jsonld", ".jsonld", Content.STATEMENTS, _annotations),
    PathFormat("xlsx", ".xlsx", Content.STATEMENTS, _excel_statements),
    EncodedFormat("qdpx", ".qdpx", Content.STATEMENTS, _refi),
    PathFormat("brat", "", Content.STATEMENTS, _brat, folder=True),
    PathFormat("xmi", "", Content.STATEMENTS, _xmi, folder=True),
    EncodedFormat("claimreview", ".claimreview.json", Content.STATEMENTS, _claims),
    PathFormat("dna", ".dna", Content.STATEMENTS, _dna, _read_dna),
    EncodedFormat("csv", ".csv", Content.NETWORK, _network_csv),
    EncodedFormat("json", ".json", Content.NETWORK, _edges(_json)),
    EncodedFormat("jsonl", ".jsonl", Content.NETWORK, _edges(_json_lines)),
    EncodedFormat("markdown", ".md", Content.NETWORK, _edges(_markdown)),
    EncodedFormat("graphml", ".graphml", Content.NETWORK, _graphml),
    EncodedFormat("gexf", ".gexf", Content.NETWORK, _gexf),
    EncodedFormat("dl", ".dl", Content.NETWORK, _dl),
    EncodedFormat("png", ".png", Content.NETWORK, _picture("png")),
    EncodedFormat("svg", ".svg", Content.NETWORK, _picture("svg")),
    EncodedFormat("html", ".html", Content.NETWORK, _page),
)  # fmt: skip
