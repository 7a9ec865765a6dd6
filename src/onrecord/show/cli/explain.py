"""Run `onrecord explain`: one statement with its context, its spans marked, and the rule behind each field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from onrecord.core.statement import Statement, plain
from onrecord.show.cli.errors import printable
from onrecord.show.cli.highlight import Mark, context, segments
from onrecord.show.cli.ledgers import existing
from onrecord.show.cli.options import ListingOptions, QueryFormat, Store, flat
from onrecord.show.cli.output import cell, on_terminal, write_line, write_rows
from onrecord.show.cli.queries import listing, record

STYLES = {"source": "bold cyan", "cue": "bold yellow", "content": "green", "condition": "underline magenta"}
FIELDS = ("field", "value", "rule", "confidence", "evidence")


@flat
def explain(
    statement_id: Annotated[str, typer.Argument(metavar="ID", help="A statement's id, or how it begins.")],
    store: Store,
    to: ListingOptions,
) -> None:
    """Show one statement with its evidence.

    Its context, with source, cue, content and condition marked, and for each field the rule and the words behind it.
    """
    with existing(store) as ledger:
        statement = ledger.get(statement_id)
    if record(_whole(statement), to):
        return
    if to.chosen() is QueryFormat.TABLE:
        with to.opened():
            write_statement(statement)
        return
    listing([{**row, "value": cell(row["value"])} for row in _field_rows(statement)], to, FIELDS)


def write_statement(statement: Statement) -> None:
    """Print a statement with its evidence."""
    _write_head(statement)
    _write_context(statement)
    write_rows(_field_rows(statement), FIELDS, QueryFormat.TABLE)


def _whole(statement: Statement) -> dict[str, Any]:
    """Return the record of a statement, with its article and its context."""
    from onrecord.core.codec import article_to_dict, statement_to_dict

    article = {key: value for key, value in article_to_dict(statement.article).items() if key != "text"}
    return statement_to_dict(statement) | {"of": article, "context": _plain_context(statement)}


def marks(statement: Statement) -> list[Mark]:
    """Return the spans to mark, by their role."""
    parts = {
        "source": statement.source,
        "cue": statement.cue,
        "content": statement.content,
        "condition": statement.condition.value,
    }
    return [(label, piece.span) for label, pieces in parts.items() for piece in pieces]


def _write_head(statement: Statement) -> None:
    article = statement.article
    about = (article.title, article.outlet, None if article.published is None else str(article.published), article.url)
    write_line(f"statement {statement.id}")
    write_line(f"article   {printable(' · '.join([article.name, *filter(None, about)]))}")
    if statement.nested_in is not None:
        write_line(f"inside    {statement.nested_in}")
    write_line()


def _write_context(statement: Statement) -> None:
    if not on_terminal():
        write_line(printable(_plain_context(statement), keep="\n"))
        write_line()
        return
    from rich.console import Console
    from rich.text import Text

    shown = Text()
    for piece, labels in _pieces(statement):
        shown.append(printable(piece, keep="\n"), style=" ".join(STYLES[label] for label in labels))
    legend = Text("  ").join(Text(label, style=style) for label, style in STYLES.items())
    console = Console()
    console.print(shown)
    console.print()
    console.print(legend)
    console.print()


def _pieces(statement: Statement) -> Iterable[tuple[str, tuple[str, ...]]]:
    text = statement.article.text.content
    found = marks(statement)
    for number, (start, end) in enumerate(context(text, [span for _, span in found])):
        if number:
            yield "\n…\n", ()
        yield from segments(text, found, start, end)


def _plain_context(statement: Statement) -> str:
    """Return the context with `[label: …]` around each span, nested; crossing ones are closed and reopened."""
    out: list[str] = []
    open_labels: tuple[str, ...] = ()
    for piece, labels in [*_pieces(statement), ("", ())]:
        shared = 0
        while shared < min(len(open_labels), len(labels)) and open_labels[shared] == labels[shared]:
            shared += 1
        out.append("]" * (len(open_labels) - shared))
        out += [f"[{label}: " for label in labels[shared:]]
        out.append(piece)
        open_labels = labels
    return "".join(out)


def _field_rows(statement: Statement) -> Iterable[dict[str, Any]]:
    for name, judgement in statement.judgements():
        value = judgement.value
        if name == "condition":
            value = [piece.quote for piece in statement.condition.value]
        yield {
            "field": name,
            "value": plain(value) if not isinstance(value, tuple) else [plain(item) for item in value],
            "rule": judgement.rule,
            "confidence": judgement.confidence,
            "evidence": [piece.quote for piece in judgement.evidence],
        }
