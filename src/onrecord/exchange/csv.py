"""CSV: a network as a matrix, or a statement table with one row per statement.

A matrix has the columns' names in its first row and the rows' names in its first column, both in code point order, and
its numbers in the shortest form that reads back as the same double. In a table, lists are JSON arrays, an empty cell is
a missing value and a quoted empty one is empty text, so that what is read back is what was written.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from onrecord.analyse.networks import Network
from onrecord.analyse.tables import COLUMNS
from onrecord.errors import ExchangeError


def network(net: Network) -> str:
    """A network as CSV text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["", *net.columns])
    for name, row in zip(net.rows, net.values.tolist(), strict=True):
        # A Python float prints as the shortest text that reads back as itself.
        writer.writerow([name, *map(repr, row)])
    return out.getvalue()


def read_network(text: str) -> tuple[list[str], list[str], Any]:
    """Row names, column names and values; ExchangeError where it is no matrix."""
    lines = list(csv.reader(io.StringIO(text, newline="")))
    if not lines:
        return [], [], np.zeros((0, 0))
    columns = lines[0][1:]
    rows = [line[0] for line in lines[1:] if line]
    try:
        values = np.array([[float(cell) for cell in line[1:]] for line in lines[1:] if line])
        values = values if rows else np.zeros((0, len(columns)))
    except ValueError as error:
        raise ExchangeError(f"no matrix: {error}") from error
    if values.shape != (len(rows), len(columns)):
        raise ExchangeError("no matrix: its rows are of different lengths")
    return rows, columns, values


def table(frame: pl.DataFrame) -> str:
    """A table as CSV text."""
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    as_json = [
        pl.Series(name, [None if row is None else json.dumps(row.to_list(), ensure_ascii=False) for row in frame[name]],
                  dtype=pl.String)
        for name in lists
    ]  # fmt: skip
    return frame.with_columns(as_json).write_csv(line_terminator="\n", datetime_format="%Y-%m-%dT%H:%M:%S")


def read_table(text: str, schema: Mapping[str, Any] = COLUMNS) -> pl.DataFrame:
    """A table with the columns that `schema` names; ExchangeError where one is missing or holds something else."""
    flat = {name: pl.String if isinstance(kind, pl.List) else kind for name, kind in schema.items()}
    try:
        frame = pl.read_csv(text.encode("utf-8"), schema_overrides=flat, columns=list(flat))
        return frame.with_columns(
            pl.Series(name, [None if cell is None else json.loads(cell) for cell in frame[name]], dtype=kind)
            for name, kind in schema.items()
            if isinstance(kind, pl.List)
        )
    except (pl.exceptions.PolarsError, json.JSONDecodeError) as error:
        raise ExchangeError(f"no statement table: {error}") from error
