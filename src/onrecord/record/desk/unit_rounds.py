"""Blind rounds of finding statements: several people mark the same articles without seeing what others marked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from onrecord.errors import LedgerError
from onrecord.record import rows
from onrecord.record.desk.schema import unit_rounds, unitings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onrecord.record.store import Ledger

Span = tuple[int, int]
MAX_UNITS = 500  # of an article


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRound:
    """Hold a round with the ids of its articles."""

    name: str
    creator: str
    created: str
    articles: tuple[str, ...]


class UnitRounds:
    """Manage the rounds of one ledger. Errors are LedgerError."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def open(self, name: str, creator: str, articles: Sequence[str]) -> UnitRound:
        """Open a round; LedgerError if the name is taken or there is no article."""
        name = rows.storable(name.strip())
        if not name or len(name) > 80 or not articles:
            raise LedgerError("a round needs a name of up to 80 characters and an article")
        if self.get(name) is not None:
            raise LedgerError(f"there is a round {name!r} already; give it another name")
        row = {"name": name, "creator": rows.storable(creator), "created": self._ledger.now(),
               "articles": json.dumps(list(articles))}  # fmt: skip
        with self._ledger.writing() as connection:
            connection.execute(insert(unit_rounds), row)
        return _round(row)

    def all(self) -> list[UnitRound]:
        """Return all rounds, newest first."""
        chosen = select(unit_rounds).order_by(unit_rounds.c.created.desc(), unit_rounds.c.name)
        with self._ledger.reading() as connection:
            return [_round(row) for row in connection.execute(chosen).mappings()]

    def get(self, name: str) -> UnitRound | None:
        """Return the round of a name."""
        with self._ledger.reading() as connection:
            found = connection.execute(select(unit_rounds).where(unit_rounds.c.name == name)).mappings().one_or_none()
            return None if found is None else _round(found)

    def mark(self, name: str, position: int, coder: str, spans: Sequence[Span]) -> None:
        """Keep what a person marked in an article of a round; marking it again replaces it."""
        c = unitings.c
        if len(spans) > MAX_UNITS:
            raise LedgerError(f"more than {MAX_UNITS} statements in one article")
        row = {"round": name, "position": position, "coder": rows.storable(coder), "created": self._ledger.now(),
               "record": json.dumps(sorted(set(spans)))}  # fmt: skip
        with self._ledger.writing() as connection:
            connection.execute(delete(unitings).where(c.round == name, c.position == position, c.coder == coder))
            connection.execute(insert(unitings), row)

    def marked(self, name: str, *, coder: str | None = None) -> dict[str, dict[int, list[Span]]]:
        """Return what was marked by coder and position; of one coder alone, so that the round stays blind."""
        chosen = select(unitings).where(unitings.c.round == name).order_by(unitings.c.coder, unitings.c.position)
        if coder is not None:
            chosen = chosen.where(unitings.c.coder == coder)
        made: dict[str, dict[int, list[Span]]] = {}
        with self._ledger.reading() as connection:
            for row in connection.execute(chosen):
                made.setdefault(row.coder, {})[row.position] = [(a, b) for a, b in json.loads(row.record)]
        return made


def _round(row: Mapping[str, Any] | Any) -> UnitRound:
    return UnitRound(**{**row, "articles": tuple(json.loads(row["articles"]))})
