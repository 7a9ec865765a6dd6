"""Open the ledger of a command, and the codebook that it reads under."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from onrecord.errors import LedgerError, with_advice
from onrecord.show.cli.errors import detail, say, say_error
from onrecord.show.cli.options import FilterOptions, ReadingOptions, Store

if TYPE_CHECKING:
    from onrecord.classify import Adaptation
    from onrecord.lexicon import Codebook
    from onrecord.record import Archive, Ledger, Query


def existing(store: Store) -> Ledger | Archive:
    """Open an existing ledger or archive for reading.

    Raises:
        LedgerError: there is none.
    """
    from onrecord.record import open_store

    if not is_there(store):
        raise LedgerError(f"{store.ledger}: no such ledger; make one with `onrecord read`, or give --ledger")
    detail(f"ledger: {store.ledger}")
    return open_store(store.ledger, create=False, read_only=True)


def existing_ledger(store: Store) -> Ledger:
    """Open an existing ledger, for what an archive does not have.

    Raises:
        LedgerError: it is an archive.
    """
    from onrecord.record import Ledger

    found = existing(store)
    if not isinstance(found, Ledger):
        raise LedgerError(f"{store.ledger}: an archive; `onrecord import {store.ledger} --ledger FILE` makes a ledger")
    return found


def watch_state(ledger: str) -> Path:
    """Return where a watch keeps what it has seen, unless told otherwise."""
    return Path("onrecord.watch") if "://" in ledger else Path(ledger + ".watch")


def is_there(store: Store) -> bool:
    """Tell whether there is a ledger to open; for a database server that is known on connecting only."""
    return "://" in store.ledger or Path(store.ledger).exists()


@contextmanager
def for_reading(store: Store, reading: ReadingOptions) -> Iterator[Ledger | Archive | None]:
    """Open the ledger or archive for what is read; None with `--no-save`."""
    if reading.no_save:
        yield None
        return
    from onrecord.record import open_store

    detail(f"ledger: {store.ledger}")
    with open_store(store.ledger) as ledger:
        yield ledger


def given_codebook(path: Path | None) -> Codebook | None:
    """Load the codebook that the user names.

    Raises:
        CodebookError: it cannot be used.
    """
    from onrecord.lexicon import load_codebook

    return None if path is None else load_codebook(path)


def last_codebook(store: Store, ledger: Ledger | Archive | None) -> Codebook | None:
    """Return the ledger's last codebook where none is given, and report that, as nobody asked for it."""
    codebook = _last(store) if ledger is None else ledger.codebook()
    if codebook is None:
        say("no --codebook: issues and stances stay open")
    else:
        say(f"codebook: {codebook.name}, the last one of {store.ledger}")
    return codebook


def adaptation_for(ledger: Ledger | Archive | None, name: str | None, model: str | None = None) -> Adaptation | None:
    """Return the adaptation that the user names, else the ledger's own, which is reported as it changes the reading.

    LedgerError if there is none of this name; one that was fitted on other models is not used.
    """
    from onrecord.pipeline import reader_version
    from onrecord.record import Adaptations, Ledger
    from onrecord.record.desk.adaptations import SHIPPED

    if name == SHIPPED:
        return None
    if not isinstance(ledger, Ledger):
        if name is not None:
            raise LedgerError("adaptations are stored in a ledger; give --ledger, without --no-save")
        return None
    found = Adaptations(ledger).used if name is None else Adaptations(ledger).get(name)
    if found is None:
        return None
    if name is None and found.base != reader_version(model):
        say(f"the adaptation {found.name} was fitted on other models and is not used; run `onrecord adapt` again")
        return None
    say(f"adaptation: {found.name}")
    return found


def _last(store: Store) -> Codebook | None:
    """Return the last codebook of a ledger that is only read; problems are reported and do not stop the command."""
    if not is_there(store):
        return None
    try:
        with existing(store) as ledger:
            return ledger.codebook()
    except LedgerError as error:
        say_error(with_advice(error))
        return None


def query(filters: FilterOptions, *, limit: int | None = None) -> Query:
    """Convert the filters to a query."""
    from onrecord.record import Query

    return Query(
        speaker=filters.speaker,
        affiliation=filters.affiliation,
        issue=filters.issue,
        stance=[stance.value for stance in filters.stance or ()],
        act=[act.value for act in filters.act or ()],
        outlet=filters.outlet,
        since=filters.since,
        until=filters.until,
        text=filters.text,
        limit=limit,
    )
