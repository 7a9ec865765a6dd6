"""Write Parquet: a statement table with its types, for Polars, pandas, DuckDB, R and Spark."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from onrecord.errors import ExchangeError


def write(path: str | Path, frame: pl.DataFrame) -> None:
    """Write a table, compressed."""
    frame.write_parquet(path, compression="zstd")


def read(path: str | Path) -> pl.DataFrame:
    """Read a table; ExchangeError if the file is no Parquet."""
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ExchangeError(f"{path}: not a readable Parquet file ({error})") from error
