"""Write Excel workbooks: tables as sheets with a filter, and no cell as a formula or a link.

A cell of Excel holds 32,767 characters: longer text is cut, and ends in an ellipsis.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from onrecord.errors import ExchangeError

try:
    import xlsxwriter
except ImportError as error:
    raise ExchangeError("Excel files need xlsxwriter: pip install 'onrecord[excel]', or write .csv") from error

LONGEST = 32_767
MOST_ROWS = 1_048_575
NARROWEST, WIDEST = 8, 60
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def write(path: str | Path, sheets: Mapping[str, pl.DataFrame]) -> None:
    """Write a workbook; ExchangeError if a table has more rows than a sheet."""
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
            formats = {"day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
                       "text": book.add_format({"text_wrap": True, "valign": "top"}),
                       "plain": book.add_format({"valign": "top"})}  # fmt: skip
            sheet.freeze_panes(1, 0)
            for place, name in enumerate(frame.columns):
                sheet.write_string(0, place, name[:LONGEST], bold)
                _column(sheet, place, frame[name], formats)
                sheet.set_column(place, place, _width(frame[name]), formats["text"])
            if frame.width:
                sheet.autofilter(0, 0, frame.height, frame.width - 1)


def _width(column: pl.Series) -> int:
    """Return the width of a column in characters: that of its name and most of its values, within limits."""
    if isinstance(column.dtype, pl.List):
        column = column.list.eval(pl.element().cast(pl.String)).list.join(" | ")
    lengths = column.cast(pl.String, strict=False).str.len_chars().drop_nulls()
    usual = lengths.quantile(0.9) if len(lengths) else 0
    return max(NARROWEST, min(WIDEST, max(len(column.name), int(usual or 0)) + 2))


def _column(sheet: xlsxwriter.worksheet.Worksheet, place: int, column: pl.Series, formats: Mapping[str, Any]) -> None:
    listed = isinstance(column.dtype, pl.List)
    for row, value in enumerate(column, 1):
        if value is None:
            continue
        if column.dtype.is_temporal():
            sheet.write_datetime(row, place, value, formats["day"])
        elif column.dtype == pl.Boolean:
            sheet.write_boolean(row, place, value, formats["plain"])
        elif column.dtype.is_numeric():
            sheet.write_number(row, place, value, formats["plain"])
        else:
            text = " | ".join(map(str, value)) if listed else str(value)
            sheet.write_string(row, place, text if len(text) <= LONGEST else text[: LONGEST - 1] + "…", formats["text"])


def _name(title: str, used: set[str]) -> str:
    """Make a sheet's name: at most 31 characters, without forbidden ones, unique."""
    base = title.translate(_NOT_IN_NAMES).strip()[:31] or "Sheet"
    name, number = base, 2
    while name.casefold() in used:
        name = f"{base[:27]} {number}"
        number += 1
    used.add(name.casefold())
    return name
