"""Run `onrecord statements`: the statements of a ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onrecord.show.cli.errors import say
from onrecord.show.cli.options import AnswerOptions, FilterOptions, QueryFormat, Store, flat
from onrecord.show.cli.output import SHORT_ID, SHOWN, counted, write_statements
from onrecord.show.cli.queries import deliver, is_markdown, put, viewing

if TYPE_CHECKING:
    from onrecord.view import View


@flat
def statements(filters: FilterOptions, store: Store, to: AnswerOptions) -> None:
    """List the statements in the ledger, by date.

    JSON and JSON Lines have them in the same form as `onrecord read`, with the key `known_as` where people decided to
    call the speaker otherwise; CSV has one row a statement, with its article.
    """
    from onrecord.exchange.formats import Content
    from onrecord.view import columns

    limit = to.limit if filters.min_confidence is None else None
    with viewing(store, filters, min_confidence=0.0, limit=limit) as view:
        table = view.table.filter("asserted")
        table = table if to.limit is None else table.head(to.limit)
        form = to.chosen()
        suffix = "" if to.output is None else to.output.suffix.lower()
        if form in (QueryFormat.JSON, QueryFormat.JSONL) or (form is None and suffix in (".json", ".jsonl")):
            text = _records(view, table["id"].to_list(), lines=form is QueryFormat.JSONL or suffix == ".jsonl")
            if to.to_file and to.output is not None:
                to.output.write_bytes(text)
            else:
                put(text)
            return
    if form is QueryFormat.TABLE:
        with to.opened():
            write_statements(table.to_dicts())
        say("no statement fits" if table.is_empty() else counted(table.height, "statement"))
        return
    made = table.select(columns(table))
    if is_markdown(to):
        import polars as pl

        short = (pl.col("id").str.head(SHORT_ID), pl.coalesce("when", "published").alias("date"))
        made = table.with_columns(*short).select(SHOWN)
    deliver(Content.TABLE, None if form is None else form.value, made, to.output)


def _records(view: View, ids: list[str], *, lines: bool) -> bytes:
    """Return the records of the statements, in the order of the view."""
    import json

    from onrecord.exchange.jsonl import record

    wanted = set(ids)
    found = (one for one in view.statements(as_read=True) if one.id in wanted)
    texts = [json.dumps(record(one, view.names), ensure_ascii=False) for one in found]
    text = "".join(f"{one}\n" for one in texts) if lines else "[\n" + ",\n".join(texts) + "\n]\n"
    try:
        return text.encode()
    except UnicodeEncodeError:  # half surrogates, which no encoding has, are escaped with the rest of their line
        return "".join(
            (one if _encodes(one) else json.dumps(json.loads(one))) + "\n" for one in text.splitlines()
        ).encode()


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
