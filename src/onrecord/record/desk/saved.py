"""Store what people save at the desk: views under a name, with feeds of them, and collections of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from onrecord.errors import LedgerError
from onrecord.record import rows
from onrecord.record.desk.schema import collections, views

if TYPE_CHECKING:
    from onrecord.record.store import Ledger

MAX_NAME = 80  # characters of a name
MAX_NOTE, MAX_ADDRESS = 1_000, 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """Hold an address of the desk under a name; `feed` is the digest of the secret of its feed, None without one."""

    number: int
    account: str
    name: str
    address: str
    feed: str | None
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedStatement:
    """Hold a statement in a collection, with who put it there and why."""

    collection: str
    statement: str
    coder: str
    note: str
    created: str


class SavedViews:
    """Manage the saved views and collections of one ledger. Errors are LedgerError."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    # ------------------------------------------------------------ views

    def views(self, account: str) -> list[SavedView]:
        """Return the views of a person, by name."""
        with self._ledger.reading() as connection:
            chosen = select(views).where(views.c.account == account).order_by(views.c.name)
            return [SavedView(**row) for row in connection.execute(chosen).mappings()]

    def save_view(self, account: str, name: str, address: str) -> None:
        """Keep an address of the desk under a name; a view of the same name is replaced."""
        name = _name(name)
        if not address.startswith("/") or address.startswith("//") or len(address) > MAX_ADDRESS:
            raise LedgerError("a view is an address of this desk")
        mine = (views.c.account == account, views.c.name == name)
        with self._ledger.writing() as connection:
            if connection.execute(select(views.c.number).where(*mine)).first():
                connection.execute(update(views).where(*mine).values(address=rows.storable(address)))
                return
            row = {"account": account, "name": name, "address": rows.storable(address), "feed": None}
            connection.execute(insert(views), row | {"created": self._ledger.now()})

    def drop_view(self, account: str, number: int) -> None:
        """Take a view of one's own away, with its feed."""
        with self._ledger.writing() as connection:
            connection.execute(delete(views).where(views.c.account == account, views.c.number == number))

    def subscribe(self, account: str, number: int, digest: str | None) -> None:
        """Give a view of one's own a feed, by the digest of its secret, in place of the one before; None ends it."""
        mine = (views.c.account == account, views.c.number == number)
        with self._ledger.writing() as connection:
            if connection.execute(update(views).where(*mine).values(feed=digest)).rowcount != 1:
                raise LedgerError("there is no such view of yours")

    def of_feed(self, digest: str) -> SavedView | None:
        """Return the view of a feed."""
        with self._ledger.reading() as connection:
            row = connection.execute(select(views).where(views.c.feed == digest)).mappings().one_or_none()
            return None if row is None else SavedView(**row)

    # ------------------------------------------------------------ collections

    def collections(self) -> list[tuple[str, int]]:
        """Return the names of the collections with how many statements each has."""
        c = collections.c
        chosen = select(c.collection, func.count()).group_by(c.collection).order_by(c.collection)
        with self._ledger.reading() as connection:
            return [(str(name), int(number)) for name, number in connection.execute(chosen)]

    def evidence(self, name: str) -> list[CollectedStatement]:
        """Return the statements of a collection in the order in which they were added."""
        chosen = select(collections).where(collections.c.collection == name)
        with self._ledger.reading() as connection:
            found = connection.execute(chosen.order_by(collections.c.created, collections.c.statement)).mappings()
            return [CollectedStatement(**row) for row in found]

    def collect(self, name: str, statement: str, *, coder: str, note: str = "") -> None:
        """Put a statement into a collection, or change its note there."""
        name, c = _name(name), collections.c
        if len(note) > MAX_NOTE:
            raise LedgerError(f"a note has at most {MAX_NOTE:,} characters")
        here = (c.collection == name, c.statement == statement)
        row = {"collection": name, "statement": statement, "coder": rows.storable(coder), "note": rows.storable(note)}
        with self._ledger.writing() as connection:
            known = connection.execute(select(c.created).where(*here)).scalar_one_or_none()
            connection.execute(delete(collections).where(*here))
            connection.execute(insert(collections), row | {"created": known or self._ledger.now()})

    def take_out(self, name: str, statement: str) -> None:
        """Take a statement out of a collection."""
        c = collections.c
        with self._ledger.writing() as connection:
            connection.execute(delete(collections).where(c.collection == name, c.statement == statement))


def _name(given: str) -> str:
    name = rows.storable(" ".join(given.split()))
    if not name or len(name) > MAX_NAME:
        raise LedgerError(f"a name has 1 to {MAX_NAME} characters")
    return name
