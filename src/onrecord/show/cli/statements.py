"""`onrecord statements`: what the ledger holds."""

from __future__ import annotations

from typing import Annotated

import typer

from onrecord.show.cli.edge import say
from onrecord.show.cli.ledgers import existing, query
from onrecord.show.cli.options import Filters, Format, Output, Store, flat
from onrecord.show.cli.output import COLUMNS, SHOWN, shown_row, statement_row, write_json, write_rows


@flat
def statements(
    filters: Filters,
    store: Store,
    output: Output,
    limit: Annotated[int | None, typer.Option(min=1, help="Print no more than this many.")] = None,
) -> None:
    """List the statements in the ledger, by date.

    With `--format jsonl` in the same form as `onrecord read`; CSV has one row a statement, with its article.
    """
    from onrecord.codec import statement_to_dict

    seen = 0
    with existing(store) as ledger:
        found = ledger.statements(query(filters, limit=limit))
        if output.format is Format.JSONL:
            for seen, statement in enumerate(found, 1):  # noqa: B007 - counted
                write_json(statement_to_dict(statement))
            return
        rows = (statement_row(statement) for statement in found)
        if output.format is Format.CSV:
            write_rows(rows, COLUMNS, Format.CSV)
            return
        shown = [shown_row(row) for row in rows]
    write_rows(shown, SHOWN, Format.TABLE)
    say("no statement fits" if not shown else f"{len(shown)} statement{'s' * (len(shown) != 1)}")
