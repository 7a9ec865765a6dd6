"""Excel: tables as the sheets of a workbook. Nothing in them is taken as a formula or a link.

A cell of Excel holds 32,767 characters: longer text is cut, and ends in an ellipsis.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from onrecord.errors import ExchangeError

try:
    import xlsxwriter
except ImportError as error:
    raise ExchangeError("Excel files need xlsxwriter: pip install 'onrecord[excel]', or write .csv") from error

LONGEST = 32_767
MOST_ROWS = 1_048_575
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def write(path: str | Path, sheets: Mapping[str, pl.DataFrame]) -> None:
    """Write a workbook; ExchangeError where a table has more rows than a sheet."""
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        used: set[str] = set()
        for title, frame in sheets.items():
            if frame.height > MOST_ROWS:
                raise ExchangeError(
                    f"{path}: {frame.height:,} rows do not fit on a sheet of Excel; write Parquet or CSV"
                )
            sheet = book.add_worksheet(_name(title, used))
            bold = book.add_format({"bold": True})
            sheet.freeze_panes(1, 0)
            for place, name in enumerate(frame.columns):
                sheet.write_string(0, place, name[:LONGEST], bold)
                _column(book, sheet, place, frame[name])


def _column(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, place: int, column: pl.Series) -> None:
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    listed = isinstance(column.dtype, pl.List)
    for row, value in enumerate(column, 1):
        if value is None:
            continue
        if column.dtype.is_temporal():
            sheet.write_datetime(row, place, value, day)
        elif column.dtype == pl.Boolean:
            sheet.write_boolean(row, place, value)
        elif column.dtype.is_numeric():
            sheet.write_number(row, place, value)
        else:
            text = " | ".join(map(str, value)) if listed else str(value)
            sheet.write_string(row, place, text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def _name(title: str, used: set[str]) -> str:
    """A sheet's name: at most 31 characters, some of them not allowed, none twice."""
    base = title.translate(_NOT_IN_NAMES).strip()[:31] or "Sheet"
    name, number = base, 2
    while name.casefold() in used:
        name = f"{base[:27]} {number}"
        number += 1
    used.add(name.casefold())
    return name
