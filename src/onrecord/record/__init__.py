"""The ledger: a store on SQLite or PostgreSQL that only grows, answers queries, and can be checked to the byte."""

from onrecord.record.chain import Batch
from onrecord.record.query import Query
from onrecord.record.store import Change, Ledger
from onrecord.record.verify import Finding, Report

__all__ = ["Batch", "Change", "Finding", "Ledger", "Query", "Report"]
