"""Calibrations that were refitted for a ledger, by name, and which of them reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from onrecord.classify import Adaptation
from onrecord.errors import LedgerError
from onrecord.record import rows
from onrecord.record.desk.accounts import Accounts
from onrecord.record.desk.schema import adaptations

if TYPE_CHECKING:
    from onrecord.record.store import Ledger

SHIPPED = "shipped"
"""The name of the calibration that comes with the package."""

_SETTING = "adaptation"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAdaptation:
    """Hold an adaptation as it was stored."""

    adaptation: Adaptation
    coder: str
    created: str


class Adaptations:
    """Manage the adaptations of one ledger. Errors are LedgerError."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._accounts = Accounts(ledger)

    def all(self) -> list[StoredAdaptation]:
        """Return all adaptations, oldest first."""
        with self._ledger.reading() as connection:
            found = connection.execute(select(adaptations).order_by(adaptations.c.created, adaptations.c.name)).all()
        return [
            StoredAdaptation(adaptation=Adaptation.from_json(row.record), coder=row.coder, created=row.created)
            for row in found
        ]

    def get(self, name: str) -> Adaptation:
        """Return the adaptation of a name; LedgerError if there is none."""
        with self._ledger.reading() as connection:
            chosen = select(adaptations.c.record).where(adaptations.c.name == name)
            record = connection.execute(chosen).scalar_one_or_none()
        if record is None:
            raise LedgerError(f"no adaptation {name!r} in this ledger; `onrecord adapt` lists them")
        return Adaptation.from_json(record)

    def keep(self, adaptation: Adaptation, *, coder: str) -> None:
        """Keep an adaptation under its name; LedgerError if the name is taken or is none."""
        name = adaptation.name
        check_name(name)
        with self._ledger.writing() as connection:
            if connection.execute(select(adaptations.c.name).where(adaptations.c.name == name)).first():
                raise LedgerError(f"there is an adaptation {name!r} already; give another name")
            row = {"name": name, "record": adaptation.to_json(), "coder": rows.storable(coder)}
            connection.execute(insert(adaptations), row | {"created": self._ledger.now()})

    def use(self, name: str) -> None:
        """Read with this adaptation from now on, or again with the shipped calibration."""
        if name != SHIPPED:
            self.get(name)
        self._accounts.set("", _SETTING, None if name == SHIPPED else name)

    @property
    def used(self) -> Adaptation | None:
        """Return the adaptation that this ledger is read with; None for the shipped calibration."""
        name = self._accounts.setting("", _SETTING)
        return None if name is None else self.get(name)


def check_name(name: str) -> None:
    """Raise LedgerError if an adaptation cannot have this name."""
    if name == SHIPPED or not re.fullmatch(r"[\w.-]{1,40}", name):
        raise LedgerError(f"the name of an adaptation is a word of up to 40 characters, and not {SHIPPED!r}")
