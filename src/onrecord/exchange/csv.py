"""Write CSV: a network as a matrix, or a statement table with one row per statement.

A matrix has the columns' names in its first row and the rows' names in its first column, both in code point order, and
its numbers in the shortest form that reads back as the same double. In a table, list items are joined by ` | `, and
an empty cell is a missing value and a quoted empty one is empty text. A text that a spreadsheet would take as a formula
gets an apostrophe before it (OWASP, CSV injection), which is taken off again when it is read back here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import polars as pl

from onrecord.analyse.network_types import Network
from onrecord.analyse.tables import COLUMNS
from onrecord.errors import ExchangeError
from onrecord.exchange.spreadsheet import FORMULA, GUARDED, guarded

JOINED = " | "


def network(net: Network) -> str:
    """Encode a network as CSV text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["", *map(guarded, net.columns)])
    for name, row in zip(net.rows, net.values.tolist(), strict=True):
        # A Python float prints as the shortest text that reads back as itself.
        writer.writerow([guarded(name), *map(repr, row)])
    return out.getvalue()


def table(frame: pl.DataFrame) -> str:
    """Encode a table as CSV text."""
    flat = [
        pl.col(name).cast(pl.List(pl.String)).list.join(JOINED).alias(name)
        for name, kind in frame.schema.items()
        if isinstance(kind, pl.List)
    ]
    plain = frame.with_columns(flat)
    guarded = [_guarded(name) for name, kind in plain.schema.items() if kind == pl.String]
    return plain.with_columns(guarded).write_csv(line_terminator="\n", datetime_format="%Y-%m-%dT%H:%M:%S")


def _guarded(name: str) -> pl.Expr:
    text = pl.col(name)
    return pl.when(text.str.contains(FORMULA)).then("'" + text).otherwise(text).alias(name)


def read_table(text: str, schema: Mapping[str, Any] = COLUMNS) -> pl.DataFrame:
    """Read a table with the columns of `schema`.

    Raises:
        ExchangeError: a column is missing or has values of another type.
    """
    flat = {name: pl.String if isinstance(kind, pl.List) else kind for name, kind in schema.items()}
    try:
        frame = pl.read_csv(text.encode("utf-8"), schema_overrides=flat, columns=list(flat))
        bare = [
            pl.when(pl.col(name).str.contains(GUARDED))
            .then(pl.col(name).str.slice(1))
            .otherwise(pl.col(name))
            .alias(name)
            for name, kind in flat.items()
            if kind == pl.String
        ]
        lists = [
            pl.when(pl.col(name) == "").then(pl.lit([], dtype=pl.List(pl.String)))
            .otherwise(pl.col(name).str.split(JOINED)).alias(name)
            for name, kind in schema.items()
            if isinstance(kind, pl.List)
        ]  # fmt: skip
        return frame.with_columns(bare).with_columns(lists)
    except pl.exceptions.PolarsError as error:
        raise ExchangeError(f"not a statement table: {error}") from error
