"""Store statements in an append-only ledger on SQLite or PostgreSQL, which answers queries and can be verified.

An archive holds the same for many machines and many years: Parquet files in a folder.
"""

from __future__ import annotations

from pathlib import Path

from onrecord.errors import LedgerError
from onrecord.record.archive import Archive, is_archive
from onrecord.record.desk.accounts import Accounts, ApiToken, Role, User
from onrecord.record.desk.adaptations import Adaptations
from onrecord.record.desk.reviews import CodingRound, Review, Reviews, ReviewVerdict
from onrecord.record.desk.work import CodebookVersion, DeskWork, Note
from onrecord.record.follow import Delta
from onrecord.record.hash_chain import Batch
from onrecord.record.query import Query
from onrecord.record.redaction import Redacted, Redaction
from onrecord.record.store import Change, Ledger
from onrecord.record.verify import Finding, VerificationReport

__all__ = [
    "Accounts",
    "Adaptations",
    "ApiToken",
    "Archive",
    "Batch",
    "Change",
    "CodebookVersion",
    "CodingRound",
    "Delta",
    "DeskWork",
    "Finding",
    "Ledger",
    "Note",
    "Query",
    "Redacted",
    "Redaction",
    "Review",
    "ReviewVerdict",
    "Reviews",
    "Role",
    "User",
    "VerificationReport",
    "open_store",
]  # fmt: skip


def open_store(url: str | Path, *, create: bool = True, read_only: bool = False) -> Ledger | Archive:
    """Open the archive in a folder (or at a path that ends in a slash), else the ledger.

    Raises:
        LedgerError: the path is empty, or cannot be opened.
    """
    if not str(url).strip():
        raise LedgerError("the name of the ledger is empty; give the path of a file")
    if is_archive(url):
        return Archive(url, create=create, read_only=read_only)
    return Ledger(url, create=create, read_only=read_only)
