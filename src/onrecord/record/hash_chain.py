"""Compute the hash chain: each batch hashes its content, and its digest includes the digest of the batch before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from onrecord.core.statement import digest

Entry = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Describe one transaction of the ledger.

    `id` is a hash of what the batch holds, the same wherever it is written; `digest` links it to all that went
    before (`previous`; empty for the first). `created` is UTC in ISO 8601. `coder` is the person whose judgements
    these are, None for a machine's; `reader` says what read. Counts are of what was new: where `written` is false
    there was nothing, no row was written, and number, id and digests are those of the last batch.
    """

    number: int
    id: str
    digest: str
    previous: str
    created: str
    coder: str | None
    reader: str
    codebook: str | None
    articles: int
    statements: int
    superseded: int
    written: bool = True


class ContentHash:
    """Hash a batch's entries, in order: codebook, articles, statements, supersessions, redactions."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256(b"onrecord batch\n")

    def codebook(self, row: tuple[str, str] | None) -> None:
        """Add the codebook's id and checksum, or None."""
        self._add("codebook", *(row or ()))

    def articles(self, rows: Iterable[tuple[str, str]]) -> None:
        """Add the ids and checksums of new articles; the id binds the text."""
        for row in rows:
            self._add("article", *row)

    def statements(self, rows: Iterable[tuple[str, str]]) -> None:
        """Add the ids and checksums of new statements."""
        for row in rows:
            self._add("statement", *row)

    def made(self, entries: Iterable[str]) -> None:
        """Add entries that `entry` made before."""
        for one in entries:
            self._hash.update(one.encode("ascii"))

    def supersessions(self, rows: Iterable[tuple[str | None, str | None, str]]) -> None:
        """Add supersessions: old id, new id, reason."""
        for row in rows:
            self._add("supersession", *row)

    def redactions(self, rows: Iterable[tuple[str, str]]) -> None:
        """Add redactions: article id, reason."""
        for row in rows:
            self._add("redaction", *row)

    def id(self) -> str:
        """Return the batch's id: 32 hex digits."""
        return self._hash.hexdigest()[:32]

    @staticmethod
    def entry(*parts: str | None) -> str:
        """Return what one entry, its kind and values, adds to the hash."""
        return digest("entry", *parts)

    def _add(self, *parts: str | None) -> None:
        self._hash.update(self.entry(*parts).encode("ascii"))


def link(batch: Batch) -> str:
    """Compute the digest that a batch with these values must have: 64 hex digits."""
    parts = (
        batch.previous, str(batch.number), batch.id, batch.created, batch.coder, batch.reader, batch.codebook,
        str(batch.articles), str(batch.statements), str(batch.superseded),
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()
