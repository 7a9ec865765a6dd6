"""Store people's judgements: accept, reject, correct, add and undo, and blind double codings.

Every judgement is a batch of its own in the hash chain, written like `Ledger.revise`, in one transaction with the row
by which the desk finds it. An acceptance is chained too: the statement replaces itself, and from then on no machine
reading changes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from onrecord.core.statement import Statement
from onrecord.errors import LedgerError, StatementNotFound, StatementStale
from onrecord.record import rows, writing
from onrecord.record.batch_rows import lock
from onrecord.record.desk import values as desk_values
from onrecord.record.desk.schema import codings, reviews, round_items, rounds
from onrecord.record.schema import statements

if TYPE_CHECKING:
    from onrecord.record.hash_chain import Batch
    from onrecord.record.store import Ledger


class ReviewVerdict(StrEnum):
    """List the verdicts of a person on a statement."""

    ACCEPT = "accept"
    REJECT = "reject"
    CORRECT = "correct"
    ADD = "add"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Hold one judgement: `result` replaced `statement`; `undone` names the batch that undid it."""

    number: int
    statement: str | None
    result: str | None
    coder: str
    verdict: ReviewVerdict
    batch: int
    created: str
    undone: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRound:
    """Hold the statements that several people code without seeing each other's values or the machine's."""

    name: str
    creator: str
    created: str
    fields: tuple[str, ...]
    statements: tuple[str, ...]


class Reviews:
    """Manage the judgements of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def judge(self, verdict: ReviewVerdict, old: Statement | None, new: Statement | None, *, coder: str) -> Batch:
        """Keep a judgement; StatementStale where `old` is no longer current: somebody else was faster.

        ACCEPT takes `old` alone, REJECT too, CORRECT both, ADD `new` alone.
        """
        wanted = {
            ReviewVerdict.ACCEPT: (1, 0),
            ReviewVerdict.REJECT: (1, 0),
            ReviewVerdict.CORRECT: (1, 1),
            ReviewVerdict.ADD: (0, 1),
        }
        if (int(old is not None), int(new is not None)) != wanted[verdict]:
            raise ValueError(f"{verdict} does not fit these statements")
        if verdict is ReviewVerdict.ACCEPT:
            new = old
        with self._ledger.writing() as connection:
            metadata = self._ledger.batch_metadata(coder=coder)
            batch = writing.revise(connection, None if old is None else old.id, new, f"{verdict} at the desk", metadata)
            desk_values.move(connection, None if old is None else old.id, None if new is None else new.id)
            row = {
                "statement": None if old is None else old.id, "result": None if new is None else new.id,
                "coder": rows.storable(coder), "verdict": str(verdict), "batch": batch.number,
                "created": metadata.created, "undone": None,
            }  # fmt: skip
            connection.execute(insert(reviews), row)
        return batch

    def undo(self, number: int, before: Statement | None, *, coder: str) -> Batch:
        """Take back one's own judgement; `before` is the statement that it was about.

        StatementStale where others have changed the place since.
        """
        with self._ledger.writing() as connection:
            lock(connection)
            found = connection.execute(select(reviews).where(reviews.c.number == number)).mappings().one_or_none()
            if found is None or found["coder"] != coder:
                raise StatementNotFound(f"no review {number} of {coder} to undo")
            if found["undone"] is not None:
                raise StatementStale(f"review {number} was already undone in batch {found['undone']}")
            if found["statement"] != (None if before is None else before.id):
                raise LedgerError(f"review {number} is about another statement")
            if found["result"] is None and before is not None and _occupied(connection, before.span_id):
                raise StatementStale("another statement has replaced it; look at it again")
            metadata = self._ledger.batch_metadata(coder=coder)
            batch = writing.revise(connection, found["result"], before, f"{found['verdict']} taken back", metadata)
            desk_values.move(connection, found["result"], None if before is None else before.id)
            connection.execute(update(reviews).where(reviews.c.number == number).values(undone=batch.number))
        return batch

    def judged(self) -> dict[str, Review]:
        """Return the judgement behind each statement that a person accepted, corrected or added, by the statement's
        id.
        """
        chosen = select(reviews).where(reviews.c.undone.is_(None), reviews.c.result.is_not(None))
        with self._ledger.reading() as connection:
            found = connection.execute(chosen.order_by(reviews.c.number)).mappings()
            return {row["result"]: _review(row) for row in found}

    def latest(self, limit: int = 20, *, coder: str | None = None, standing: bool = False) -> list[Review]:
        """Return the last judgements, newest first; with `standing` without those undone."""
        chosen = select(reviews).order_by(reviews.c.number.desc()).limit(limit)
        if coder is not None:
            chosen = chosen.where(reviews.c.coder == coder)
        if standing:
            chosen = chosen.where(reviews.c.undone.is_(None))
        with self._ledger.reading() as connection:
            return [_review(row) for row in connection.execute(chosen).mappings()]

    # ------------------------------------------------------------ blind coding

    def open_round(self, name: str, creator: str, fields: Sequence[str], items: Sequence[str]) -> CodingRound:
        """Open a round over these statement ids.

        Raises:
            LedgerError: the name is taken or there is nothing to code.
        """
        name = rows.storable(name.strip())
        if not name or len(name) > 80 or not items or not fields:
            raise LedgerError("a round needs a name of up to 80 characters, a field to code and a statement")
        made = CodingRound(
            name=name, creator=creator, created=self._ledger.now(), fields=tuple(fields), statements=tuple(items)
        )
        with self._ledger.writing() as connection:
            if connection.execute(select(rounds.c.name).where(rounds.c.name == name)).first():
                raise LedgerError(f"round {name!r} already exists; give it another name")
            row = {"name": name, "creator": creator, "created": made.created, "fields": json.dumps(list(fields))}
            connection.execute(insert(rounds), row)
            connection.execute(
                insert(round_items),
                [{"round": name, "position": place, "statement": key} for place, key in enumerate(items, 1)],
            )
        return made

    def rounds(self) -> list[CodingRound]:
        """Return all rounds, newest first."""
        with self._ledger.reading() as connection:
            found = connection.execute(select(rounds).order_by(rounds.c.created.desc(), rounds.c.name)).mappings().all()
            return [_round(connection, row) for row in found]

    def round(self, name: str) -> CodingRound | None:
        """Return the round of this name."""
        with self._ledger.reading() as connection:
            row = connection.execute(select(rounds).where(rounds.c.name == name)).mappings().one_or_none()
            return None if row is None else _round(connection, row)

    def code(self, name: str, position: int, coder: str, values: Mapping[str, Any]) -> None:
        """Keep a person's values for one statement of a round; coding it again replaces one's own values."""
        where = (codings.c.round == name, codings.c.position == position, codings.c.coder == coder)
        item = (round_items.c.round == name, round_items.c.position == position)
        record = json.dumps(dict(values), ensure_ascii=True, sort_keys=True)
        row = {"round": name, "position": position, "coder": coder, "record": record, "created": self._ledger.now()}
        with self._ledger.writing() as connection:
            if connection.execute(select(round_items.c.position).where(*item)).first() is None:
                raise LedgerError(f"round {name!r} has no statement {position}")
            connection.execute(delete(codings).where(*where))
            connection.execute(insert(codings), row)

    def codings(self, name: str, *, coder: str | None = None) -> dict[str, dict[int, dict[str, Any]]]:
        """Return the values of a round by coder and position; for blind coding, those of one coder alone."""
        chosen = select(codings).where(codings.c.round == name).order_by(codings.c.coder, codings.c.position)
        if coder is not None:
            chosen = chosen.where(codings.c.coder == coder)
        made: dict[str, dict[int, dict[str, Any]]] = {}
        with self._ledger.reading() as connection:
            for row in connection.execute(chosen).mappings():
                made.setdefault(row["coder"], {})[row["position"]] = json.loads(row["record"])
        return made


def _occupied(connection: Connection, place: str) -> bool:
    s = statements.c
    return connection.execute(select(s.id).where(s.place == place, s.superseded.is_(None))).first() is not None


def _review(row: Mapping[str, Any] | Any) -> Review:
    return Review(**{**row, "verdict": ReviewVerdict(row["verdict"])})


def _round(connection: Connection, row: Mapping[str, Any] | Any) -> CodingRound:
    i = round_items.c
    items = connection.execute(select(i.statement).where(i.round == row["name"]).order_by(i.position)).scalars()
    return CodingRound(**{**row, "fields": tuple(json.loads(row["fields"])), "statements": tuple(items)})
