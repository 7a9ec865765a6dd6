"""Run `onrecord init`, `info` and `schema`: begin a study, and describe a ledger."""

from __future__ import annotations

import json
import platform
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import typer

from onrecord.show.cli.errors import say
from onrecord.show.cli.ledgers import existing, is_there
from onrecord.show.cli.options import LEDGER, ListingOptions, QueryFormat, Store, flat
from onrecord.show.cli.output import counted, write_line
from onrecord.show.cli.queries import listing, record

CODEBOOK = "issues.yaml"


class Schema(StrEnum):
    """List what has a JSON Schema."""

    STATEMENT = "statement"
    ARTICLE = "article"
    CODEBOOK = "codebook"


@flat
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder; created if missing.")] = Path(),
) -> None:
    """Begin a study: make a ledger and a codebook to edit in a folder.

    Files that are there already stay as they are.
    """
    from onrecord.record import Ledger

    folder.mkdir(parents=True, exist_ok=True)
    write_template(folder / CODEBOOK)
    ledger = folder / LEDGER
    if ledger.exists():
        say(f"{ledger}: exists, not changed")
    else:
        with Ledger(ledger):
            write_line(str(ledger))
    say(f"next: edit {folder / CODEBOOK}, then `onrecord read SOURCE --codebook {CODEBOOK}` in that folder")


def write_template(path: Path) -> bool:
    """Write the codebook template to a new file; say so and return False where there is one."""
    if path.exists():
        say(f"{path}: exists, not overwritten")
        return False
    path.write_bytes((resources.files("onrecord.lexicon") / "codebook-template.yaml").read_bytes())
    write_line(str(path))
    return True


@flat
def info(store: Store, to: ListingOptions) -> None:
    """Show versions, the data hash of the reader, and what the ledger holds."""
    from onrecord.pipeline import reader_version

    rows: dict[str, Any] = {"reader": reader_version(), "python": platform.python_version()}
    if is_there(store):
        rows |= _ledger_info(store)
    elif to.chosen() is QueryFormat.TABLE:
        say(f"{store.ledger}: no ledger yet; `onrecord init` or `onrecord read` makes one")
    if not record(rows, to):
        shown = [{"what": name, "value": None if value is None else str(value)} for name, value in rows.items()]
        listing(shown, to, ("what", "value"))


def _ledger_info(store: Store) -> dict[str, Any]:
    """Return what a ledger or archive holds."""
    from onrecord.record import Ledger

    with existing(store) as ledger:
        table = ledger.table()
        codebook = ledger.codebook()
        dates = table["date"].drop_nulls()
        found: dict[str, Any] = {
            "ledger": store.ledger,
            "articles": table["article"].n_unique(),
            "statements": table.height,
            "speakers": table["speaker"].drop_nulls().n_unique(),
            "outlets": table["outlet"].drop_nulls().n_unique(),
            "first date": str(dates.min()) if len(dates) else None,
            "last date": str(dates.max()) if len(dates) else None,
            "codebook": None if codebook is None else f"{codebook.name} ({counted(len(codebook.issues), 'issue')})",
        }
        if isinstance(ledger, Ledger):
            last = ledger.last()
            found |= {
                "articles": sum(1 for _ in ledger.articles()),
                "redacted articles": len(ledger.redactions()),
                "batches": 0 if last is None else last.number,
                "last batch": None if last is None else last.created,
                "digest": None if last is None else last.digest,
            }
    return found


@flat
def schema(
    kind: Annotated[Schema, typer.Argument(metavar="RECORD", help="statement, article or codebook.")],
) -> None:
    """Print the JSON Schema of a statement, an article or a codebook."""
    from onrecord.core.json_schema import article_schema, statement_schema
    from onrecord.lexicon.codebook_schema import codebook_schema

    made = {Schema.STATEMENT: statement_schema, Schema.ARTICLE: article_schema, Schema.CODEBOOK: codebook_schema}
    write_line(json.dumps(made[kind](), indent=1, ensure_ascii=False))
