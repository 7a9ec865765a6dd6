"""Store people's decisions on actors in append-only rows, each bound by its hash to the one before.

Decisions change no statement: they are applied when the ledger is queried (`analyse.actors`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection, insert, select, update

from onrecord.core.statement import Decision, Ruling, digest
from onrecord.errors import CodecError
from onrecord.record.schema import decision_head, decisions


def append(connection: Connection, decision: Decision) -> None:
    """Add a decision inside the caller's write transaction."""
    last = connection.execute(
        select(decisions.c.number, decisions.c.hash).order_by(decisions.c.number.desc()).limit(1)
    ).first()
    number, previous = (1, "") if last is None else (last.number + 1, last.hash)
    record = _encode(decision)
    link = digest("decision", number, previous, record)
    connection.execute(insert(decisions).values(number=number, record=record, previous=previous, hash=link))
    connection.execute(update(decision_head).values(number=number, hash=link))


def fetch(connection: Connection) -> Iterator[Decision]:
    """Yield all decisions, oldest first."""
    for record in connection.execute(select(decisions.c.record).order_by(decisions.c.number)).scalars():
        yield _decode(record)


def last_number(connection: Connection) -> int:
    """Return the number of the last decision, 0 before the first."""
    return int(connection.execute(select(decision_head.c.number)).scalar_one_or_none() or 0)


def broken(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield the places where the chain of decisions is not as it was written, as (where, what)."""
    previous, expected = "", 1
    for row in connection.execute(select(decisions).order_by(decisions.c.number)).mappings():
        where = f"decision {row['number']}"
        if row["number"] != expected or row["previous"] != previous:
            yield where, "does not follow the one before it"
        if row["hash"] != digest("decision", row["number"], row["previous"], row["record"]):
            yield where, "is not as it was written"
        previous, expected = row["hash"], row["number"] + 1
    head = connection.execute(select(decision_head.c.number, decision_head.c.hash)).one_or_none()
    if head is None or tuple(head) != (expected - 1, previous):
        yield "decisions", "do not end with the one that the ledger names as the last"


def _encode(decision: Decision) -> str:
    values = {
        "ruling": str(decision.ruling), "name": decision.name, "others": list(decision.others),
        "coder": decision.coder, "reason": decision.reason, "created": decision.created,
    }  # fmt: skip
    return json.dumps(values, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _decode(record: str) -> Decision:
    try:
        raw = json.loads(record)
        return Decision(
            ruling=Ruling(raw["ruling"]), name=raw["name"], others=tuple(raw["others"]),
            coder=raw["coder"], reason=raw["reason"], created=raw["created"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise CodecError(f"a decision on people cannot be read: {error}") from error
