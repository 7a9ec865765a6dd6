"""Store the state of a watch in a SQLite file beside the ledger: feeds, pages, versions, reprints and edits.

The file can be deleted: the ledger keeps what was read, and a new watch requests every page once more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onrecord.errors import LedgerError
from onrecord.runners.near_duplicates import MIN_SHARED, bands, likeness, signature

_TABLES = """
CREATE TABLE IF NOT EXISTS feeds (
    url TEXT PRIMARY KEY, due REAL NOT NULL, etag TEXT, modified TEXT, failures INTEGER NOT NULL DEFAULT 0,
    reason TEXT);
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY, feed TEXT NOT NULL, stamp TEXT NOT NULL, due REAL, visits INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0, etag TEXT, modified TEXT, reason TEXT);
CREATE INDEX IF NOT EXISTS pages_due ON pages (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS versions (
    url TEXT NOT NULL, article TEXT NOT NULL, text_id TEXT NOT NULL, seen REAL NOT NULL, PRIMARY KEY (url, article));
CREATE INDEX IF NOT EXISTS versions_by_text ON versions (text_id);
CREATE TABLE IF NOT EXISTS signatures (article TEXT PRIMARY KEY, url TEXT NOT NULL, signature BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS bands (key BLOB NOT NULL, article TEXT NOT NULL, PRIMARY KEY (key, article)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reprints (
    url TEXT NOT NULL, of_url TEXT NOT NULL, of_article TEXT NOT NULL, likeness REAL NOT NULL, seen REAL NOT NULL,
    PRIMARY KEY (url, of_article));
CREATE TABLE IF NOT EXISTS edits (
    url TEXT NOT NULL, speaker TEXT, before TEXT NOT NULL, after TEXT, seen REAL NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class DueAddress:
    """Describe a feed or page that is due; `visits` counts the successful ones."""

    url: str
    etag: str | None
    modified: str | None
    visits: int = 0
    failures: int = 0
    feed: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """Identify the article that a text is a reprint of."""

    article: str
    url: str
    likeness: float


class WatchState:
    """Hold the state of a watch; times are seconds since 1970. One thread may use it.

    Raises:
        LedgerError: the file is no such state.
    """

    def __init__(self, path: str | Path) -> None:
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(_TABLES)
        except sqlite3.Error as error:
            raise LedgerError(
                f"{path}: not the state of a watch, or a damaged one ({error}); give another --state"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # ------------------------------------------------------------ feeds and pages

    def watch(self, urls: Sequence[str]) -> None:
        """Set the feeds to watch; known ones keep their times, others are dropped."""
        self._db.executemany("INSERT OR IGNORE INTO feeds (url, due) VALUES (?, 0)", [(url,) for url in urls])
        marks = ",".join("?" * len(urls))
        self._db.execute(f"DELETE FROM feeds WHERE url NOT IN ({marks})", list(urls))

    def due_feeds(self, now: float) -> list[DueAddress]:
        """Return the feeds that are due, longest waiting first."""
        rows = self._db.execute(
            "SELECT url, etag, modified, 0, failures, url FROM feeds WHERE due <= ? ORDER BY due, url", (now,)
        )
        return [DueAddress(*row) for row in rows]

    def due_pages(self, now: float, most: int = 100) -> list[DueAddress]:
        """Return the pages that are due, longest waiting first."""
        rows = self._db.execute(
            "SELECT url, etag, modified, visits, failures, feed FROM pages WHERE due <= ? ORDER BY due, url LIMIT ?",
            (now, most),
        )
        return [DueAddress(*row) for row in rows]

    def next_due(self) -> float | None:
        """Return when the next feed or page is due."""
        row = self._db.execute(
            "SELECT min(due) FROM (SELECT due FROM feeds UNION ALL SELECT due FROM pages)"
        ).fetchone()
        return None if row[0] is None else float(row[0])

    def feed_done(self, url: str, due: float, etag: str | None, modified: str | None) -> None:
        """Record that a feed was fetched, and when it is due again."""
        self._db.execute(
            "UPDATE feeds SET due = ?, etag = coalesce(?, etag), modified = coalesce(?, modified), failures = 0,"
            " reason = NULL WHERE url = ?",
            (due, etag, modified, url),
        )

    def feed_failed(self, url: str, due: float, reason: str) -> None:
        """Record that a feed could not be fetched."""
        self._db.execute(
            "UPDATE feeds SET due = ?, failures = failures + 1, reason = ? WHERE url = ?", (due, reason, url)
        )

    def failing_feeds(self, most: int = 100) -> list[dict[str, object]]:
        """Return the feeds that failed when last fetched, longest failing first."""
        rows = self._db.execute(
            "SELECT url, failures, reason, due FROM feeds WHERE failures > 0 ORDER BY failures DESC, url LIMIT ?",
            (most,),
        )
        names = ("url", "failures", "reason", "due")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def list_page(self, url: str, feed: str, metadata: str, now: float) -> bool:
        """Record that a feed lists a page, due now if new or changed by its feed's account; tell whether it is new."""
        row = self._db.execute("SELECT stamp FROM pages WHERE url = ?", (url,)).fetchone()
        if row is None:
            self._db.execute(
                "INSERT INTO pages (url, feed, stamp, due) VALUES (?, ?, ?, ?)", (url, feed, metadata, now)
            )
        elif metadata and row[0] != metadata:
            self._db.execute("UPDATE pages SET stamp = ?, due = ? WHERE url = ?", (metadata, now, url))
        return row is None

    def page_done(self, url: str, due: float | None, etag: str | None, modified: str | None) -> None:
        """Record that a page was read, and when it is due again (None: never)."""
        self._db.execute(
            "UPDATE pages SET due = ?, visits = visits + 1, failures = 0, reason = NULL, etag = coalesce(?, etag),"
            " modified = coalesce(?, modified) WHERE url = ?",
            (due, etag, modified, url),
        )

    def page_failed(self, url: str, due: float | None, reason: str) -> None:
        """Record that a page could not be read, and when it is due again (None: never)."""
        self._db.execute(
            "UPDATE pages SET due = ?, failures = failures + 1, reason = ? WHERE url = ?", (due, reason, url)
        )

    # ------------------------------------------------------------ texts

    def versions(self, url: str) -> list[tuple[str, str]]:
        """Return article id and text id of each version of a page, oldest first."""
        rows = self._db.execute("SELECT article, text_id FROM versions WHERE url = ? ORDER BY seen, rowid", (url,))
        return [(row[0], row[1]) for row in rows]

    def is_reprint(self, url: str, article: str) -> bool:
        """Tell whether this version of a page was recorded as a reprint rather than an article."""
        asked = "SELECT NOT EXISTS (SELECT 1 FROM signatures WHERE article = ? AND url = ?)"
        return bool(self._db.execute(asked, (article, url)).fetchone()[0])

    def original(self, url: str, text: str, text_id: str) -> Original | None:
        """Find the article of another page with this text, or nearly so: the most similar, of equals the first seen."""
        row = self._db.execute(
            "SELECT v.article, v.url FROM versions v JOIN signatures s ON s.article = v.article"
            " WHERE v.text_id = ? AND v.url != ? ORDER BY v.seen LIMIT 1",
            (text_id, url),
        ).fetchone()
        if row is not None:
            return Original(row[0], row[1], 1.0)
        made = signature(text)
        if made is None:
            return None
        best: Original | None = None
        for article, of_url, stored in self._alike(bands(made)):
            share = likeness(made, np.frombuffer(stored, dtype=np.uint32))
            if of_url != url and share >= MIN_SHARED and (best is None or share > best.likeness):
                best = Original(article, of_url, round(share, 3))
        return best

    def keep_version(self, url: str, article: str, text_id: str, text: str, now: float) -> None:
        """Record a page's current text as an article."""
        with self._db:
            self._db.execute("BEGIN")
            self._db.execute("INSERT OR IGNORE INTO versions VALUES (?, ?, ?, ?)", (url, article, text_id, now))
            made = signature(text)
            stored = b"" if made is None else made.tobytes()
            self._db.execute("INSERT OR IGNORE INTO signatures VALUES (?, ?, ?)", (article, url, stored))
            keys = [] if made is None else bands(made)
            self._db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(key, article) for key in keys])

    def keep_reprint(self, url: str, article: str, text_id: str, of: Original, now: float) -> None:
        """Record a page's current text as a reprint, which never serves as an original."""
        self._db.execute("INSERT OR IGNORE INTO versions VALUES (?, ?, ?, ?)", (url, article, text_id, now))
        self._db.execute(
            "INSERT OR REPLACE INTO reprints VALUES (?, ?, ?, ?, ?)", (url, of.url, of.article, of.likeness, now)
        )

    def keep_edit(self, url: str, speaker: str | None, before: str, after: str | None, now: float) -> None:
        """Record that a quotation was changed in place."""
        self._db.execute("INSERT INTO edits VALUES (?, ?, ?, ?, ?)", (url, speaker, before, after, now))

    def forget(self, articles: Sequence[str]) -> None:
        """Delete the changed quotations and the word signatures of articles; their pages are not read again."""
        marks = ",".join("?" * len(articles))
        with self._db:
            self._db.execute("BEGIN")
            of = f"SELECT url FROM versions WHERE article IN ({marks})"
            self._db.execute(f"DELETE FROM edits WHERE url IN ({of})", list(articles))
            for table in ("bands", "signatures"):
                self._db.execute(f"DELETE FROM {table} WHERE article IN ({marks})", list(articles))
        self._db.execute("VACUUM")

    def reprints(self) -> list[tuple[str, str, float]]:
        """Return each reprint's address, its original's address, and their similarity."""
        return self._db.execute("SELECT url, of_url, likeness FROM reprints ORDER BY seen, url").fetchall()

    def counts(self) -> dict[str, int]:
        """Count feeds, pages, waiting pages, and feeds that failed when last fetched."""
        names = {
            "feeds": "SELECT count(*) FROM feeds",
            "feeds_failing": "SELECT count(*) FROM feeds WHERE failures > 0",
            "pages": "SELECT count(*) FROM pages",
            "pages_waiting": "SELECT count(*) FROM pages WHERE due IS NOT NULL AND visits = 0",
            "reprints": "SELECT count(*) FROM reprints",
            "edits": "SELECT count(*) FROM edits",
        }
        return {name: int(self._db.execute(query).fetchone()[0]) for name, query in names.items()}

    def _alike(self, keys: Sequence[bytes]) -> list[tuple[str, str, bytes]]:
        marks = ",".join("?" * len(keys))
        return self._db.execute(
            "SELECT DISTINCT s.article, s.url, s.signature FROM bands b JOIN signatures s ON s.article = b.article"
            f" WHERE b.key IN ({marks}) AND s.signature != x'' ORDER BY s.rowid LIMIT 200",
            list(keys),
        ).fetchall()
