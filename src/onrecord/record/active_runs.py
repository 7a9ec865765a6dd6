"""Detect runs in other processes, by the batches that they write.

Whoever reads writes a batch every few seconds (`pipeline.BATCH_SECONDS`), so a reader whose last batch is fresh is at
work. How much it still has before it no ledger knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from onrecord.record.schema import batches

ACTIVE_FOR = timedelta(seconds=20)  # several times the longest wait between two batches
RUN_GAP = timedelta(seconds=90)  # batches of one reader further apart are two readings
_LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveRun:
    """Describe an active run of a reader, from its first batch (`since`) to its `last`, UTC in ISO 8601."""

    reader: str
    since: str
    last: str
    articles: int
    statements: int


def fetch(connection: Connection, now: datetime, exclude: str) -> list[ActiveRun]:
    """Return the runs active at `now`, newest first, without readers whose name begins with `exclude`."""
    b = batches.c
    chosen = select(b.reader, b.created, b.articles, b.statements).where(b.coder.is_(None), b.reader != "")
    found: dict[str, ActiveRun] = {}
    over: set[str] = set()
    for row in connection.execute(chosen.order_by(b.number.desc()).limit(_LOOKED_AT)):
        reader, at = str(row.reader), datetime.fromisoformat(row.created)
        if reader in over or reader.startswith(exclude):
            continue
        later = found.get(reader)
        if now - at > ACTIVE_FOR if later is None else datetime.fromisoformat(later.since) - at > RUN_GAP:
            over.add(reader)
            continue
        found[reader] = ActiveRun(
            reader=reader, since=row.created, last=row.created if later is None else later.last,
            articles=row.articles + (0 if later is None else later.articles),
            statements=row.statements + (0 if later is None else later.statements),
        )  # fmt: skip
    return list(found.values())
