"""Values of the variables that a codebook defines beside the fields, as people coded them.

They stand beside the statements and move with them: where a statement takes another's place, it takes its values over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from onrecord.lexicon import Codebook, VariableKind
from onrecord.record import rows
from onrecord.record.desk.schema import codebook_versions, values

if TYPE_CHECKING:
    from onrecord.record.store import Ledger


@dataclass(frozen=True, slots=True)
class Values:
    """Return the kinds of the variables by name, and the values by statement and variable."""

    kinds: Mapping[str, VariableKind] = field(default_factory=dict)
    coded: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def of_ledger(ledger: Ledger) -> Values:
    """Return the variables of the codebooks of a ledger and of its desk, the newest first, with all values."""
    with ledger.reading() as connection:
        chosen = select(codebook_versions.c.record).order_by(codebook_versions.c.number.desc())
        books: list[Codebook] = [rows.codebook_of(record) for record in connection.execute(chosen).scalars()]
        coded: dict[str, dict[str, Any]] = {}
        for row in connection.execute(select(values).order_by(values.c.statement, values.c.variable)):
            coded.setdefault(row.statement, {})[row.variable] = json.loads(row.value)
    kinds: dict[str, VariableKind] = {}
    for book in (*books, *ledger.codebooks()):
        for variable in book.variables:
            kinds.setdefault(variable.name, variable.kind)
    return Values(kinds, coded)


def of_statement(ledger: Ledger, statement: str) -> dict[str, Any]:
    """Return the values of a statement by variable."""
    with ledger.reading() as connection:
        found = connection.execute(select(values).where(values.c.statement == statement))
        return {row.variable: json.loads(row.value) for row in found}


def set_values(ledger: Ledger, statement: str, given: Mapping[str, Any], *, coder: str) -> None:
    """Keep values of a statement; None takes one away, and variables that are not named keep theirs."""
    now = ledger.now()
    with ledger.writing() as connection:
        chosen = values.c.variable.in_(list(given))
        connection.execute(delete(values).where(values.c.statement == statement, chosen))
        made = [
            {"statement": statement, "variable": name, "value": rows.to_json(value), "coder": rows.storable(coder),
             "created": now} for name, value in given.items() if value is not None
        ]  # fmt: skip
        if made:
            connection.execute(insert(values), made)


def move(connection: Connection, old: str | None, new: str | None) -> None:
    """Give the values of a statement to the one that takes its place."""
    if old is not None and new is not None and old != new:
        connection.execute(delete(values).where(values.c.statement == new))
        connection.execute(update(values).where(values.c.statement == old).values(statement=new))
