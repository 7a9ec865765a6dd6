"""`onrecord statements`: what the ledger holds."""

from __future__ import annotations

from typing import Annotated

import typer

from onrecord.show.cli.edge import say
from onrecord.show.cli.ledgers import existing, query
from onrecord.show.cli.options import Filters, Format, Output, Store, flat
from onrecord.show.cli.output import COLUMNS, counted, statement_row, write_json, write_rows, write_statements


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
    from onrecord.core.codec import statement_to_dict

    with existing(store) as ledger:
        found = ledger.statements(query(filters, limit=limit))
        if output.format is Format.JSONL:
            for statement in found:
                write_json(statement_to_dict(statement))
            return
        rows = (statement_row(statement) for statement in found)
        if output.format is Format.CSV:
            write_rows(rows, COLUMNS, Format.CSV)
            return
        shown = list(rows)
    write_statements(shown)
    say("no statement fits" if not shown else counted(len(shown), "statement"))
