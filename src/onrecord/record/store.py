"""Store statements append-only, such that every byte can be verified."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl
from sqlalchemy import Connection, func, or_, select

from onrecord.core.codec import statement_from_dict
from onrecord.core.statement import Article, Decision, Statement
from onrecord.errors import LedgerReadOnly, StatementNotFound
from onrecord.lexicon import Codebook
from onrecord.record import (
    active_runs,
    bulk,
    engine,
    follow,
    migrations,
    people,
    redaction,
    rows,
    table,
    verify,
    writing,
)
from onrecord.record.archive import Archive
from onrecord.record.archive_rows import ReadingRows
from onrecord.record.batch_rows import BatchMetadata, chunks, last_batch, last_number
from onrecord.record.desk import values as desk_values
from onrecord.record.desk.values import Values
from onrecord.record.failures import translating
from onrecord.record.hash_chain import Batch
from onrecord.record.query import Query, condition
from onrecord.record.schema import articles, batches, codebooks, statements, supersessions, texts

_EVERYTHING = Query()
_FETCH = 500  # statements at a time; the texts of their articles are in memory together


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Describe one step in the history of a statement: `new` replaced `old` in a batch (either may be None)."""

    batch: int
    created: str
    coder: str | None
    old: str | None
    new: str | None
    reason: str


class Ledger:
    """Store statements in a SQLite file (a path) or a PostgreSQL database (`postgresql://user@host/database`).

    With `create` a missing one is made. With `read_only` nothing is ever written, and a file without write
    permission can be read. `clock` gives the time that batches are stamped with, `cache` bounds the pages of SQLite
    that each connection keeps (KiB; there is one for each thread that asks at the same time). One Ledger may be used
    by several threads; every call is a transaction of its own. Errors are LedgerError and its kinds, in one line each.
    """

    def __init__(
        self,
        url: str | Path,
        *,
        create: bool = True,
        read_only: bool = False,
        clock: Callable[[], datetime] = _now,
        cache: int = engine.CACHE,
    ) -> None:
        self.name, target = engine.parse(url)
        self.read_only = read_only
        self._clock = clock
        self._engine = engine.open_engine(self.name, target, create=create, read_only=read_only, cache=cache)
        try:
            with translating(self.name):
                self._check_schema(create=create)
        except BaseException:
            self._engine.dispose()
            raise

    def _check_schema(self, *, create: bool) -> None:
        steps = migrations.MIGRATIONS
        with engine.reading(self._engine) as connection:
            found = migrations.version(connection, self.name)
            migrations.check(found, self.name, steps)
            if self.read_only or (found == 0 and not create):
                migrations.require(connection, self.name, steps)
        if found < len(steps):
            with engine.writing(self._engine) as connection:
                engine.lock_for_upgrade(connection)
                migrations.upgrade(connection, self.name, steps)

    def __repr__(self) -> str:
        return f"Ledger({self.name!r}{', read_only=True' if self.read_only else ''})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the last one to a SQLite file merges its -wal file."""
        self._engine.dispose()

    # ------------------------------------------------------------ writing

    def add(
        self,
        results: Iterable[tuple[Article, Sequence[Statement]]],
        *,
        codebook: Codebook | None = None,
        reader: str = "",
        coder: str | None = None,
    ) -> Batch:
        """Store readings as one batch, in one transaction: all of it, or after an error or a kill nothing.

        Each pair is a whole reading of its article: statements that an earlier machine reading found there and this
        one does not are retired from the current view, except where a person has judged. What the ledger has
        already is passed over, and where nothing is new no batch is written (`Batch.written`). With `coder` these
        are a person's statements, which retire nothing (see `revise`). `results` is used up before the lock is
        taken, so it may be slow, but is in memory as a whole. SpanError if a statement's words are not in its text.
        """
        readings = writing.collect(results)
        metadata = self.batch_metadata(codebook=codebook, reader=reader, coder=coder)
        with self.writing() as connection:
            return writing.add(connection, readings, metadata)

    def load(self, archive: Archive, progress: Callable[[int], None] | None = None) -> tuple[int, int]:
        """Bring an archive's current view in, a batch for each of its files; how many articles and statements were new.

        Every record is checked against its text on the way. Loading the same archive again adds nothing. An article
        that is here already is superseded as by `add`: the archive's reading replaces the older one.
        """
        books = archive.codebooks()
        counts = [0, 0]
        for some in bulk.prefetch(bulk.checked_rows(archive)):
            groups: dict[tuple[str, str], list[bulk.InsertRows]] = {}
            for one in some:
                groups.setdefault((one.reading.article["codebook"], one.reading.article["reader"]), []).append(one)
            for (key, reader), group in groups.items():
                for made in self._load(group, self.batch_metadata(codebook=books.get(key), reader=reader)):
                    if made.written:
                        counts[0] += made.articles
                        counts[1] += made.statements
                if progress is not None:
                    progress(len(group))
        return counts[0], counts[1]

    def add_readings(
        self, readings: Sequence[ReadingRows], *, codebook: Codebook | None = None, reader: str = ""
    ) -> None:
        """Add readings like `add`, for rows that were serialised and validated in another process."""
        ids = [reading.article["id"] for reading in readings]
        with self.reading() as connection:
            fresh = len(set(ids)) == len(ids) and not bulk.existing_ids(connection, ids)
        if fresh:
            metadata = self.batch_metadata(codebook=codebook, reader=reader)
            self._load([bulk.insert_rows(one) for one in readings], metadata)
        else:
            self.add([one.to_objects() for one in readings], codebook=codebook, reader=reader)

    def _load(self, some: Sequence[bulk.InsertRows], metadata: BatchMetadata) -> list[Batch]:
        """Write readings of new articles in bulk, and others as `add` does where their last reading was another."""
        with self.writing() as connection:
            batch, there = bulk.load(connection, some, metadata)
        ids = [reading.article["id"] for reading in there]
        same = self.read_already(ids, codebook=metadata.codebook, reader=metadata.reader)
        others = [reading.to_objects() for reading in there if reading.article["id"] not in same]
        if not others:
            return [batch]
        return [batch, self.add(others, codebook=metadata.codebook, reader=metadata.reader)]

    def read_already(self, ids: Sequence[str], *, codebook: Codebook | None, reader: str) -> set[str]:
        """Return the articles whose last machine reading here was by this reader under this codebook."""
        with self.reading() as connection:
            return writing.read_already(connection, ids, "" if codebook is None else codebook.id, rows.storable(reader))

    def same_text(self, article_id: str, text_id: str) -> str | None:
        """Describe the first article that has this text under another id; None if this article itself is here."""
        with self.reading() as connection:
            return writing.same_text(connection, article_id, text_id)

    def revise(self, old: str | None, new: Statement | None, *, coder: str, reason: str) -> Batch:
        """Keep a person's judgement: `new` for the statement with id `old`, or none for it, or one that was missed.

        LedgerError if `old` is no longer current: somebody else was faster.
        """
        if old is None and new is None:
            raise ValueError("a revision needs a statement to retire, one to add, or both")
        with self.writing() as connection:
            return writing.revise(connection, old, new, reason, self.batch_metadata(coder=coder))

    def decide(self, decision: Decision) -> None:
        """Store a person's decision on an actor; it changes no statement, and a later one overrides it."""
        stamped = replace(decision, created=self.batch_metadata().created)
        with self.writing() as connection:
            people.append(connection, stamped)

    def reached(self) -> tuple[int, int]:
        """Return the numbers of the last batch and of the last decision on actors (0 before the first).

        One of them changes whenever anything changes that a table shows.
        """
        with self.reading() as connection:
            return last_number(connection), people.last_number(connection)

    def decisions(self) -> list[Decision]:
        """Return the decisions on actors, oldest first."""
        with self.reading() as connection:
            return list(people.fetch(connection))

    def redact(self, ids: Sequence[str], *, coder: str, reason: str) -> redaction.Redacted:
        """Erase the words of articles for good: texts, quotations, metadata and everything derived from them.

        Ids and hashes stay, so that `verify` holds, and a batch says who redacted what and why. The articles are not
        read again. Call `compact` afterwards. LedgerError if one of them is not in the ledger.
        """
        with self.writing() as connection:
            return redaction.redact(connection, ids, reason, self.batch_metadata(coder=coder))[1]

    def compact(self) -> bool:
        """Rewrite the database so that nothing that was erased is left in it; may take minutes.

        Returns whether that is all: SQLite keeps a -wal file while other programs have the ledger open.
        """
        if self.read_only:
            raise LedgerReadOnly(f"{self.name}: opened for reading only; open it without read_only to write")
        with translating(self.name):
            return engine.compact(self._engine, ("texts", "articles", "statements"))

    def redactions(self) -> list[redaction.Redaction]:
        """Return what was redacted, oldest first."""
        with self.reading() as connection:
            return redaction.fetch(connection)

    def find_articles(self, key: str) -> list[str]:
        """Return the ids of the articles with this id, beginning of an id (8 digits), name or address."""
        with self.reading() as connection:
            return redaction.find(connection, key)

    def supersede(self, old: str, new: str) -> Batch | None:
        """Retire the machine's statements of article `old` in favour of those of `new`, a later version of it.

        A statement with the same quotation and speaker takes its place; the others leave the view. What a person has
        judged stays. None if there was nothing to retire.
        """
        with self.writing() as connection:
            return writing.supersede(connection, old, new, self.batch_metadata())

    def batch_metadata(
        self, *, codebook: Codebook | None = None, reader: str = "", coder: str | None = None
    ) -> BatchMetadata:
        """Make the metadata of a batch that is written now."""
        return BatchMetadata(created=self.now(), coder=coder, reader=reader, codebook=codebook)

    def now(self, later: timedelta = timedelta(0)) -> str:
        """Return the ledger's time, plus `later`: UTC in ISO 8601, to the second."""
        return (self._clock() + later).astimezone(UTC).isoformat(timespec="seconds")

    # ------------------------------------------------------------ reading

    def statements(self, query: Query = _EVERYTHING) -> Iterator[Statement]:
        """Yield the statements of a query, by date (unknown ones first), then as they were added."""
        with self.reading() as connection:
            chosen = select(statements.c.number).where(condition(query, connection.dialect.name))
            numbers: list[int] = [row[0] for row in connection.execute(table.ordered(query, chosen))]
            for some in chunks(numbers, _FETCH):
                yield from _statements(connection, some)

    def table(self, query: Query = _EVERYTHING, *, more: Sequence[str] = ()) -> pl.DataFrame:
        """Return the statements of a query with the columns `table.COLUMNS` and those of `table.MORE` that are named.

        They come in the order of `statements`, as they were read; `onrecord.view` applies people's decisions.
        NUL and lone surrogates, which no frame can hold, show as U+FFFD; `statements` has the original.
        """
        with self.reading() as connection:
            return table.fetch(connection, query, more=more)

    def speakers(self) -> pl.DataFrame:
        """Count the current statements of each speaker and affiliation (columns speaker, affiliation, len)."""
        with self.reading() as connection:
            return table.speakers(connection)

    def created(self) -> str | None:
        """Return the time of the last batch, None if there is none."""
        last = self.last()
        return None if last is None else last.created

    def issues(self) -> list[str]:
        """Return the issues that current statements are about, in code point order."""
        s = statements.c
        chosen = select(s.issue).distinct().where(s.superseded.is_(None), s.issue.is_not(None))
        with self.reading() as connection:
            return sorted(connection.execute(chosen).scalars())

    def count(self, query: Query = _EVERYTHING) -> int:
        """Count the statements of a query, regardless of limit and offset."""
        with self.reading() as connection:
            where = condition(query, connection.dialect.name)
            return int(connection.execute(select(func.count()).select_from(statements).where(where)).scalar_one())

    def get(self, prefix: str) -> Statement:
        """Return the statement whose id begins so, current or not; StatementNotFound for none or several."""
        wanted = prefix.strip().lower()
        if not wanted or wanted.strip("0123456789abcdef"):
            raise StatementNotFound(f"{self.name}: {prefix!r} is not a statement id; ids consist of 0-9 and a-f")
        with self.reading() as connection:
            s = statements.c
            begins = select(s.number, s.id, s.record, s.superseded).where(s.id >= wanted, s.id < wanted + "g")
            found = connection.execute(begins.order_by(s.id).limit(4)).all()
            if not found:
                raise StatementNotFound(f"{self.name}: no statement {prefix}")
            if len(found) > 1:
                some = ", ".join(row.id[: len(wanted) + 4] for row in found[:3])
                raise StatementNotFound(
                    f"{self.name}: several statements begin with {prefix} ({some} …); give more of it"
                )
            if not found[0].record:
                raise StatementNotFound(
                    f"{self.name}: statement {prefix} was redacted in batch {found[0].superseded}; its words are gone"
                )
            return next(_statements(connection, [found[0].number]))

    def history(self, statement_id: str) -> list[Change]:
        """Return what a statement replaced and what replaced it, oldest first."""
        x, b = supersessions.c, batches.c
        chosen = (
            select(x.batch, b.created, b.coder, x.old, x.new, x.reason)
            .join(batches, b.number == x.batch)
            .where(or_(x.old == statement_id, x.new == statement_id))
            .order_by(x.batch, x.position)
        )
        with self.reading() as connection:
            return [Change(**row) for row in connection.execute(chosen).mappings()]

    def articles(self) -> Iterator[Article]:
        """Yield all articles that were not redacted, as they were added."""
        with self.reading() as connection:
            chosen = select(articles.c.number).where(articles.c.record != "").order_by(articles.c.number)
            numbers = list(connection.execute(chosen).scalars())
            for some in chunks(numbers, 50):
                found = _articles(connection, some)
                yield from (found[number] for number in some)

    def article(self, key: str) -> Article | None:
        """Return the article with this id or name; None if there is none."""
        with self.reading() as connection:
            number = follow.article_number(connection, rows.storable(key))
            return None if number is None else _articles(connection, [number])[number]

    def with_text(self, text_id: str) -> list[Article]:
        """Return the articles that have this very text, as they were added."""
        with self.reading() as connection:
            a = articles.c
            chosen = select(a.number).where(a.text_id == text_id, a.record != "").order_by(a.number)
            numbers = list(connection.execute(chosen).scalars())
            found = _articles(connection, numbers)
            return [found[number] for number in numbers]

    def follow(self, after: int = 0) -> follow.Delta:
        """Return what changed in the current view since batch `after` (see `Delta`)."""
        with self.reading() as connection:
            return follow.follow(connection, after)

    def numbered(self, numbers: Sequence[int]) -> list[Statement]:
        """Return the statements with these numbers (see `follow`), in this order."""
        with self.reading() as connection:
            return list(_statements(connection, numbers))

    def matching(self, words: str) -> pl.Series:
        """Return the numbers (see `follow`) of all statements, current or not, that match a full-text query."""
        with self.reading() as connection:
            return follow.matching(connection, words)

    def last(self) -> Batch | None:
        """Return the last batch, None in an empty ledger."""
        with self.reading() as connection:
            return last_batch(connection)

    def codebook(self) -> Codebook | None:
        """Return the codebook that was used last, None if there was none."""
        chosen = (
            select(codebooks.c.record)
            .join(batches, batches.c.codebook == codebooks.c.id)
            .order_by(batches.c.number.desc())
            .limit(1)
        )
        with self.reading() as connection:
            record = connection.execute(chosen).scalar_one_or_none()
        return None if record is None else rows.codebook_of(record)

    def codebooks(self) -> list[Codebook]:
        """Return all codebooks that batches were written under, the latest first."""
        last = func.max(batches.c.number).label("last")
        used = select(batches.c.codebook, last).where(batches.c.codebook.is_not(None)).group_by(batches.c.codebook)
        ordered = used.subquery()
        chosen = (
            select(codebooks.c.record)
            .join(ordered, ordered.c.codebook == codebooks.c.id)
            .order_by(ordered.c.last.desc())
        )
        with self.reading() as connection:
            return [rows.codebook_of(record) for record in connection.execute(chosen).scalars()]

    def values(self) -> Values:
        """Return the variables of the codebooks, and their values as people coded them."""
        return desk_values.of_ledger(self)

    def active_runs(self, *, exclude: str = "desk: ") -> list[active_runs.ActiveRun]:
        """Return the runs active elsewhere, without those of readers whose name begins with `exclude`."""
        with self.reading() as connection:
            return active_runs.fetch(connection, self._clock(), exclude)

    def batches(self) -> list[Batch]:
        """Return all batches, oldest first."""
        with self.reading() as connection:
            found = connection.execute(select(batches).order_by(batches.c.number)).mappings()
            return [Batch(**row) for row in found]

    def verify(self, progress: verify.Progress | None = None) -> verify.VerificationReport:
        """Check every quotation, record, column and batch; the report says what is not as it was written."""
        with self.reading() as connection, verify.any_bytes(connection):
            return verify.verify(connection, writable=not self.read_only, progress=progress)

    # ------------------------------------------------------------ transactions

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read transaction, for the other modules of this package."""
        with translating(self.name), engine.reading(self._engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a write transaction, for the other modules of this package."""
        if self.read_only:
            raise LedgerReadOnly(f"{self.name}: opened for reading only; open it without read_only to write")
        with translating(self.name), engine.writing(self._engine) as connection:
            yield connection


def _statements(connection: Connection, numbers: Sequence[int]) -> Iterator[Statement]:
    """Return the statements with these numbers, in this order."""
    s = statements.c
    found = connection.execute(select(s.number, s.article, s.record).where(s.number.in_(numbers)))
    records = {number: (article, record) for number, article, record in found}
    known = _articles(connection, sorted({article for article, _ in records.values()}))
    for number in numbers:
        article, record = records[number]
        yield statement_from_dict(json.loads(record), known[article])


def _articles(connection: Connection, numbers: Sequence[int]) -> dict[int, Article]:
    a = articles.c
    joined = select(a.number, a.record, texts.c.content).join(texts, texts.c.id == a.text_id)
    found = connection.execute(joined.where(a.number.in_(numbers)))
    return {number: rows.article_of(record, content) for number, record, content in found}
