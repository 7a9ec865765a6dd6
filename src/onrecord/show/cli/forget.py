"""Run `onrecord forget`: erase an article's words, and record that this was done."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from onrecord.show.cli.errors import FAILED, say, say_error
from onrecord.show.cli.ledgers import existing, watch_state
from onrecord.show.cli.options import Store, flat
from onrecord.show.cli.output import counted


@flat
def forget(
    articles: Annotated[
        list[str],
        typer.Argument(metavar="ARTICLE...", help="Its id (8 digits suffice), its name, or its address."),
    ],
    store: Store,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why; it is recorded, so do not repeat what is to be erased.")
    ],
    coder: Annotated[
        str, typer.Option(metavar="NAME", help="Name recorded with the decision.  [default: your login]")
    ] = "",
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The state of a watch to clean as well.  [default: the ledger's, if any]"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Skip the confirmation.")] = False,
) -> None:
    """Erase articles for good: text, quotations, metadata, and notes of the desk about them.

    Their ids and hashes stay, so that the hash chain holds: `verify` reports them as redacted, by whom and why, and not
    as damaged. They are not read again. What was exported, printed or backed up before is not reached.
    """
    from onrecord.record import Ledger, open_store

    found: dict[str, str] = {}
    with existing(store) as there:
        for one in articles:
            ids = there.find_articles(one.strip())
            if not ids:
                say_error(
                    f"{store.ledger}: no article {one}, or it was redacted before; `onrecord statements --format csv` "
                    "lists the articles of statements"
                )
                raise typer.Exit(FAILED)
            found |= dict.fromkeys(ids, one)
    if not yes:
        for key, one in found.items():
            say(f"to be erased: article {key} ({one})")
        typer.confirm(f"Erase {counted(len(found), 'article')} for good?", abort=True, err=True)
    with open_store(store.ledger, create=False) as ledger:
        made = ledger.redact(list(found), coder=coder or getpass.getuser(), reason=reason)
        clean = ledger.compact() if isinstance(ledger, Ledger) else True
    _clean_watch(state or watch_state(store.ledger), list(found), required=state is not None)
    say(f"erased {counted(made.articles, 'article')} and {counted(made.statements, 'statement')}")
    if made.shared:
        say(f"the same text is still there as article {', '.join(made.shared)}")
    if not clean:
        say(f"{store.ledger}-wal still holds erased pages until other programs close the ledger")


def _clean_watch(path: Path, ids: list[str], *, required: bool) -> None:
    """Delete what a watch holds of the articles."""
    from onrecord.runners.watch_state import WatchState

    if required or path.is_file():
        seen = WatchState(path)
        seen.forget(ids)
        seen.close()
