"""Write rows to the standard output as table, JSON Lines or CSV; to a pipe plain, without cutting or wrapping."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from onrecord.core.columns import NAMES
from onrecord.exchange.spreadsheet import guarded
from onrecord.show.cli.errors import printable
from onrecord.show.cli.options import OutputFormat, QueryFormat
from onrecord.show.words import json_value

Row = Mapping[str, Any]

# What a table shows of a statement; JSON Lines and CSV have everything.
SHOWN = ("id", "date", "speaker", "chain", "act", "issue", "stance", "commitment", "quote")
COLUMNS = NAMES
SHORT_ID = 8
WIDEST = 30
_ID = re.compile("[0-9a-f]{32}")
_PAGE = 500


def shown_row(row: Row) -> dict[str, Any]:
    """Return the columns of a row that a table shows: a short id, and the date of utterance or else of publication."""
    short = {name: row[name] for name in SHOWN}
    return short | {"id": row["id"][:SHORT_ID], "date": row["when"] or row["published"]}


def write_statements(rows: Iterable[Row]) -> None:
    """Write statements: a table to a pipe, and two or more lines for each on a terminal."""
    if not on_terminal():
        write_rows([shown_row(row) for row in rows], SHOWN, OutputFormat.TABLE)
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console()
    for row in rows:
        shown = {name: cell(value) for name, value in shown_row(row).items()}
        head = Text.assemble((shown["id"], "dim"), "  ", shown["date"] or "no date", "  ")
        head.append(shown["speaker"] or "unknown", style="bold")
        head.append(f" through {' > '.join(row['chain'])}" if row["chain"] else "", style="italic")
        head.append(f": {shown['act']}")
        if row["issue"] is not None:
            head.append(f" · {shown['issue']} ")
            head.append(shown["stance"], style=STYLES.get(shown["stance"], ""))
        head.append(f" · {shown['commitment']}{' if' if row['condition'] else ''}")
        console.print(head)
        console.print(Padding(Text(shown["quote"], style="green"), (0, 0, 0, SHORT_ID + 2)))


def counted(number: int, what: str) -> str:
    """Format a number with its noun: `1 article`, `2 articles`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}es" if what.endswith("ch") else f"{number} {what}s"


def write_json(record: Mapping[str, Any], *, indent: int | None = None) -> None:
    """Write one JSON line, or an indented record, escaping control characters and lone surrogates."""
    line = json.dumps(record, ensure_ascii=False, default=json_value, indent=indent)
    if printable(line, keep="\n\u2028\u2029\x85") != line:
        line = json.dumps(record, default=json_value, indent=indent)
    _write(line + "\n")


def write_rows(
    rows: Iterable[Row], columns: Sequence[str], form: OutputFormat | QueryFormat, *, header: bool = True
) -> None:
    """Write rows in a format; JSON Lines and CSV as the rows come in, a table page by page."""
    if form == OutputFormat.JSONL:
        for row in rows:
            write_json({name: row[name] for name in columns})
    elif form == OutputFormat.CSV:
        _write_csv(rows, columns, header=header)
    else:
        iterator = iter(rows)
        while page := list(islice(iterator, _PAGE)):
            _write_table([[_shortened(cell(row[name])) for name in columns] for row in page], columns)


def cell(value: Any) -> str:
    """Format a value as one line of text; a list's items are joined by `|`, as in CSV."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return " | ".join(cell(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}"
    return printable(str(value))


def _shortened(text: str) -> str:
    """Return an id as a table shows it, by its first digits, and any other text as it is."""
    return text[:SHORT_ID] if _ID.fullmatch(text) else text


def write_line(line: str = "") -> None:
    """Write a line of text."""
    _write(line + "\n")


def on_terminal() -> bool:
    """Tell whether the standard output is a terminal."""
    return sys.stdout.isatty()


def _write(text: str) -> None:
    if sys.stdout.encoding.lower().replace("-", "") != "utf8":
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(text)
    sys.stdout.flush()


def _write_csv(rows: Iterable[Row], columns: Sequence[str], *, header: bool) -> None:
    class Out:
        def write(self, text: str) -> None:
            _write(text.encode("utf-8", "replace").decode("utf-8"))

    writer = csv.writer(Out(), lineterminator="\n")
    if header:
        writer.writerow(columns)
    shown = (lambda text: printable(text, keep="\n")) if on_terminal() else str
    for row in rows:
        writer.writerow([shown(_as_csv(row[name])) for name in columns])


def _as_csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return guarded(" | ".join(map(str, value)))
    if isinstance(value, bool):
        return str(value).lower()
    return guarded(value) if isinstance(value, str) else str(value)


def _write_table(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> None:
    if on_terminal():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
        for name in columns:
            table.add_column(
                name,
                overflow="fold" if name == columns[-1] else "ellipsis",
                max_width=None if name == columns[-1] else WIDEST,
            )
        for row in rows:
            table.add_row(*(Text(value, style=STYLES.get(value.partition(" ")[0], "")) for value in row))
        Console().print(table)
        return
    from rich.cells import cell_len

    lines = [list(columns), *rows]
    # A few long cells may exceed the column, so that they do not widen it for all other lines.
    widths = [_width([cell_len(line[i]) for line in lines]) for i in range(len(columns))]
    for line in lines:
        padded = (value + " " * max(0, width - cell_len(value)) for value, width in zip(line, widths, strict=True))
        _write("  ".join(padded).rstrip() + "\n")


def _width(lengths: Sequence[int]) -> int:
    """Return the width of a column to a pipe: that of its longest cell, without outliers."""
    usual = max(3 * WIDEST, 3 * sorted(lengths)[len(lengths) // 2])
    return max(length for length in lengths if length <= usual)


STYLES = {"support": "green", "oppose": "red", "mixed": "yellow", "noncommittal": "yellow"}
