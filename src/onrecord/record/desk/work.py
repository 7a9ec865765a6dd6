"""Store what people prepare at the desk: versions of codebooks, notes and flags, assignments, audit samples.

These rows are in the ledger's database, like those of `reviews`; the hash chain does not cover them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from onrecord.errors import LedgerError, StatementStale
from onrecord.record import rows
from onrecord.record.batch_rows import chunks
from onrecord.record.desk.schema import assignments, codebook_versions, notes, samples

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook
    from onrecord.record.store import Ledger

MAX_NOTE = 4_000  # characters of a note
KINDS = ("note", "flag")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookVersion:
    """Hold a version of the codebook as somebody saved it at the desk."""

    number: int
    codebook: Codebook
    coder: str
    created: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Hold a note on an article or on one of its statements; a flag asks for attention until it is closed."""

    number: int
    article: str
    statement: str | None
    coder: str
    kind: str
    text: str
    created: str
    closed: str | None


class DeskWork:
    """Manage the versions, notes, assignments and samples of one ledger. Errors are LedgerError."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    # ------------------------------------------------------------ codebooks

    def versions(self) -> list[CodebookVersion]:
        """Return the versions of the codebook that were made at the desk, newest first."""
        chosen = select(codebook_versions).order_by(codebook_versions.c.number.desc())
        with self._ledger.reading() as connection:
            found = connection.execute(chosen).mappings().all()
        return [CodebookVersion(codebook=rows.codebook_of(row["record"]), **_without(row, "record")) for row in found]

    def save_codebook(self, codebook: Codebook, *, coder: str, change: str, base: int) -> int:
        """Keep a version; StatementStale where another one was saved since the version `base`."""
        with self._ledger.writing() as connection:
            c = codebook_versions.c
            last = connection.execute(select(c.number).order_by(c.number.desc()).limit(1)).scalar_one_or_none() or 0
            if last != base:
                raise StatementStale("Somebody has saved another version of the codebook; look at it first.")
            row = {
                "number": last + 1, "record": rows.to_json(codebook.to_dict()), "coder": rows.storable(coder),
                "created": self._ledger.now(), "change": rows.storable(change)[:500],
            }  # fmt: skip
            connection.execute(insert(codebook_versions), row)
        return int(last) + 1

    # ------------------------------------------------------------ notes

    def notes(self, *, article: str | None = None, open_flags: bool = False) -> list[Note]:
        """Return the notes on an article and its statements, or all flags that are open, oldest first."""
        chosen = select(notes).order_by(notes.c.number)
        if article is not None:
            chosen = chosen.where(notes.c.article == article)
        if open_flags:
            chosen = chosen.where(notes.c.kind == "flag", notes.c.closed.is_(None))
        with self._ledger.reading() as connection:
            return [Note(**row) for row in connection.execute(chosen).mappings()]

    def add_note(self, article: str, statement: str | None, text: str, *, kind: str, coder: str) -> None:
        """Keep a note or a flag; LedgerError if it says nothing."""
        text = rows.storable(text.strip())
        if kind not in KINDS or not text or len(text) > MAX_NOTE:
            raise LedgerError(f"A note has 1 to {MAX_NOTE:,} characters.")
        row = {
            "article": article, "statement": statement, "coder": rows.storable(coder), "kind": kind, "text": text,
            "created": self._ledger.now(), "closed": None,
        }  # fmt: skip
        with self._ledger.writing() as connection:
            connection.execute(insert(notes), row)

    def close_note(self, number: int, *, coder: str) -> None:
        """Close a flag, or take a note of one's own away from sight."""
        with self._ledger.writing() as connection:
            found = connection.execute(select(notes).where(notes.c.number == number)).mappings().one_or_none()
            if found is None or (found["kind"] == "note" and found["coder"] != coder):
                raise LedgerError("There is no such note of yours.")
            connection.execute(update(notes).where(notes.c.number == number).values(closed=self._ledger.now()))

    # ------------------------------------------------------------ assignments

    def assigned(self) -> dict[str, str]:
        """Return who is to code each article that was assigned, by the article's id."""
        with self._ledger.reading() as connection:
            return {row.article: row.coder for row in connection.execute(select(assignments))}

    def assign(self, wanted: Mapping[str, str | None], *, by: str) -> None:
        """Give articles to coders, each to one alone; None takes an assignment back."""
        with self._ledger.writing() as connection:
            for some in chunks(list(wanted)):
                connection.execute(delete(assignments).where(assignments.c.article.in_(some)))
            made = [
                {"article": key, "coder": coder, "assigned_by": by, "created": self._ledger.now()}
                for key, coder in wanted.items()
                if coder
            ]
            if made:
                connection.execute(insert(assignments), made)

    # ------------------------------------------------------------ audit

    def sample(self) -> list[str]:
        """Return the statements that were drawn at random for the audit, in the order they were drawn."""
        with self._ledger.reading() as connection:
            return list(connection.execute(select(samples.c.statement).order_by(samples.c.number)).scalars())

    def draw(self, statements: Iterable[str], *, coder: str) -> None:
        """Add statements to the audit's sample."""
        known = set(self.sample())
        made = [
            {"statement": key, "coder": coder, "created": self._ledger.now()} for key in statements if key not in known
        ]
        if made:
            with self._ledger.writing() as connection:
                connection.execute(insert(samples), made)


def _without(row: Any, name: str) -> dict[str, Any]:
    return {key: value for key, value in dict(row).items() if key != name}
