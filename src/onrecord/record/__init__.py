"""The ledger: a store on SQLite or PostgreSQL that only grows, answers queries, and can be checked to the byte.

The archive is the same for many machines and many years: Parquet files in a folder.
"""

from __future__ import annotations

from pathlib import Path

from onrecord.record.accounts import Accounts, Role, Token, User
from onrecord.record.archive import Archive, is_archive
from onrecord.record.chain import Batch
from onrecord.record.desk_work import DeskWork, Note, Version
from onrecord.record.follow import Delta
from onrecord.record.query import Query
from onrecord.record.reviews import Review, Reviews, Round, Verdict
from onrecord.record.store import Change, Ledger
from onrecord.record.verify import Finding, Report

__all__ = [
    "Accounts", "Archive", "Batch", "Change", "Delta", "DeskWork", "Finding", "Ledger", "Note", "Query", "Report",
    "Review", "Reviews", "Role", "Round", "Token", "User", "Verdict", "Version", "open_store",
]  # fmt: skip


def open_store(url: str | Path, *, create: bool = True, read_only: bool = False) -> Ledger | Archive:
    """The archive in a folder (or at a path that ends in a slash), else the ledger."""
    if is_archive(url):
        return Archive(url, create=create, read_only=read_only)
    return Ledger(url, create=create, read_only=read_only)
