"""Verify a ledger: quotations against texts, columns against records, batches against the hash chain."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, Table, func, select
from sqlalchemy.exc import DBAPIError

from onrecord.core.codec import statement_from_dict
from onrecord.core.statement import Article
from onrecord.errors import CodecError, SpanError
from onrecord.record import migrations, people, redaction, rows, search
from onrecord.record.batch_rows import chunks
from onrecord.record.hash_chain import Batch, ContentHash, link
from onrecord.record.schema import (
    APPLICATION,
    articles,
    batches,
    codebooks,
    head,
    readings,
    redactions,
    schema_version,
    statements,
    supersessions,
    texts,
)

Progress = Callable[[int, int], None]
_FETCH = 2_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Describe what is damaged, and where in the ledger."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """Hold the result of `verify`. `digest` is that of the last batch: noted elsewhere, it proves that nothing
    changed.

    `notes` say what could not be looked at, and what was redacted; `redacted` counts those articles.
    """

    batches: int
    articles: int
    statements: int
    evidence: int
    digest: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    redacted: int = 0

    @property
    def ok(self) -> bool:
        """Tell whether every byte that the ledger answers for is as it was written."""
        return not self.findings


@dataclass(slots=True)
class _LedgerCheck:
    """Hold the state of one verification: entries by batch, and which batch should retire which statement."""

    connection: Connection
    findings: list[Finding] = field(default_factory=list)
    codebooks: dict[str, str] = field(default_factory=dict)
    articles: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    statements: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    events: dict[int, list[tuple[str | None, str | None, str]]] = field(default_factory=dict)
    retired: dict[str, int | None] = field(default_factory=dict)
    coders: dict[int, str | None] = field(default_factory=dict)
    redacted: dict[str, int] = field(default_factory=dict)  # batches by article id
    redactions: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    blank_articles: set[int] = field(default_factory=set)
    evidence: int = 0

    def found(self, where: str, what: object) -> None:
        self.findings.append(Finding(where, " ".join(str(what).split())))


def verify(connection: Connection, *, writable: bool, progress: Progress | None = None) -> VerificationReport:
    """Check the whole ledger inside the caller's transaction; `progress` gets the statements done and their number."""
    walk = _LedgerCheck(connection)
    last: Batch | None = None
    notes: list[str] = []
    try:
        _file(walk)
        _schema(walk)
        _events(walk)
        _redactions(walk)
        _codebooks(walk)
        _articles(walk)
        _statements(walk, progress or (lambda done, total: None))
        last = _chain(walk)
        for where, what in people.broken(connection):
            walk.found(where, what)
        notes = _index(walk, writable=writable)
    except DBAPIError as error:
        walk.found("database", f"cannot be read on from here: {error.orig}")
    return VerificationReport(
        batches=0 if last is None else last.number,
        articles=sum(map(len, walk.articles.values())),
        statements=sum(map(len, walk.statements.values())),
        evidence=walk.evidence,
        digest="" if last is None else last.digest,
        findings=tuple(walk.findings),
        notes=(*_redacted(walk), *notes),
        redacted=len(walk.redacted),
    )


def _file(walk: _LedgerCheck) -> None:
    if walk.connection.dialect.name != "sqlite":
        return
    for (message,) in walk.connection.exec_driver_sql("PRAGMA integrity_check(20)"):
        if message != "ok":
            walk.found("file", message)


def _schema(walk: _LedgerCheck) -> None:
    v = schema_version.c
    rows_there = walk.connection.execute(select(v.version, v.application, v.name).order_by(v.version)).all()
    expected = [(number, APPLICATION, step.name) for number, step in enumerate(migrations.MIGRATIONS, 1)]
    if [tuple(row) for row in rows_there] != expected:
        walk.found("schema_version", "does not list the migrations that made this ledger")


def _events(walk: _LedgerCheck) -> None:
    x = supersessions.c
    chosen = select(x.batch, x.position, x.old, x.new, x.reason).order_by(x.batch, x.position)
    for batch, position, old, new, reason in walk.connection.execute(chosen):
        events = walk.events.setdefault(batch, [])
        events.append((old, new, reason))
        if position != len(events):
            walk.found(f"batch {batch}", f"its supersession {len(events)} stands at position {position}")
    for batch, events in walk.events.items():
        walk.retired.update({old: batch for old, _, _ in events if old is not None})
        walk.retired.update({new: None for _, new, _ in events if new is not None})
    for number, coder in walk.connection.execute(select(batches.c.number, batches.c.coder)):
        walk.coders[number] = coder


def _redactions(walk: _LedgerCheck) -> None:
    r = redactions.c
    chosen = select(r.article, r.batch, r.reason).order_by(r.batch, r.article)
    for key, batch, reason in walk.connection.execute(chosen):
        walk.redacted[key] = batch
        walk.redactions.setdefault(batch, []).append((key, reason))


def _redacted(walk: _LedgerCheck) -> Iterator[str]:
    """Say which articles were redacted, when, by whom and why."""
    for batch, entries in sorted(walk.redactions.items()):
        coder = walk.coders.get(batch)
        by = f" by {coder}" if coder else ""
        for key, reason in entries:
            yield f"article {key}: redacted in batch {batch}{by}: {reason or 'no reason given'}"


def _blank(walk: _LedgerCheck, where: str, table: Table, row: RowMapping, article_id: str | None) -> None:
    """Check that a row without a record was redacted, and that nothing but hashes is left of it."""
    if article_id not in walk.redacted:
        walk.found(where, "its record is gone, but no redaction says so")
    for name in _different(redaction.blank(table), row):
        walk.found(where, f"was redacted, but column {name} still says {row[name]!r:.80}")


def _codebooks(walk: _LedgerCheck) -> None:
    for row in walk.connection.execute(select(codebooks)).mappings():
        walk.codebooks[row["id"]] = row["hash"]
        if _checksum(row["record"]) != row["hash"]:
            walk.found(f"codebook {row['id']}", "its record was changed")
    used = set(walk.connection.execute(select(batches.c.codebook)).scalars())
    for key in walk.codebooks.keys() - used:
        walk.found(f"codebook {key}", "no batch used it")


def _articles(walk: _LedgerCheck) -> None:
    used: set[str] = set()
    standing: set[str] = set()
    for row in _pages(walk, articles):
        walk.articles.setdefault(row["batch"], []).append((row["id"], row["hash"]))
        used.add(row["text_id"])
        where = f"article {row['id']} ({row['name']})"
        if row["record"] == "":
            walk.blank_articles.add(row["number"])
            _blank(walk, where, articles, row, row["id"])
            continue
        standing.add(row["text_id"])
        if row["id"] in walk.redacted:
            walk.found(where, "was redacted, but its record is there")
        try:
            article = _article(walk.connection, row)
        except CodecError as error:
            walk.found(where, error)
            continue
        expected = rows.article_row(article, row["number"], row["batch"])
        for name in _different(expected, row):
            walk.found(where, _CHANGED.get(name, f"column {name} does not fit its record"))
    _readings(walk)
    for some in chunks(sorted(used - standing)):
        left = select(texts.c.id).where(texts.c.id.in_(some), func.length(texts.c.content) > 0)
        for text_id in walk.connection.execute(left).scalars():
            walk.found(f"text {text_id}", "its article was redacted, but its words are there")
    known = set(walk.connection.execute(select(texts.c.id)).scalars())
    for text_id in sorted(used - standing - known):
        walk.found(f"text {text_id}", "of a redacted article: its text is missing, even its empty row")
    for text_id in known - used:
        walk.found(f"text {text_id}", "belongs to no article")


def _readings(walk: _LedgerCheck) -> None:
    known = {article_id for entries in walk.articles.values() for article_id, _ in entries}
    for row in walk.connection.execute(select(readings)).mappings():
        if row["article"] not in known:
            walk.found(f"reading of {row['article']}", "there is no such article")
        elif rows.reading_row(row["article"], row["codebook"], row["reader"]) != dict(row):
            walk.found(f"reading of {row['article']}", "was changed: the article may be passed over when read again")


_CHANGED = {
    "hash": "its record was changed",
    "text_id": "its text was changed: it hashes to another id",
    "id": "its record or text was changed: they hash to another id",
}


def _statements(walk: _LedgerCheck, progress: Progress) -> None:
    total = walk.connection.execute(select(func.count()).select_from(statements)).scalar_one()
    number, article = 0, None
    for done, row in enumerate(_pages(walk, statements), 1):
        walk.statements.setdefault(row["batch"], []).append((row["id"], row["hash"]))
        if row["article"] != number:
            number, article = row["article"], _article_or_none(walk.connection, row["article"])
        where = f"statement {row['id']} (batch {row['batch']}, number {row['number']})"
        if row["article"] in walk.blank_articles:
            _blank_statement(walk, where, row)
        elif article is None:
            walk.found(where, "its article is missing or damaged, so its words cannot be checked")
        else:
            _statement(walk, where, row, article)
        if done % _FETCH == 0 or done == total:
            progress(done, total)


def _blank_statement(walk: _LedgerCheck, where: str, row: RowMapping) -> None:
    for name in _different(redaction.blank(statements), row):
        walk.found(where, f"was redacted, but column {name} still says {row[name]!r:.80}")
    expected = {"coder": walk.coders.get(row["batch"]), "superseded": walk.retired.get(row["id"])}
    for name in _different(expected, row):
        walk.found(where, f"column {name} was changed: {row[name]!r:.80} where {expected[name]!r:.80} belongs")


def _statement(walk: _LedgerCheck, where: str, row: RowMapping, article: Article) -> None:
    if _checksum(row["record"]) != row["hash"]:
        walk.found(where, "its record was changed")
        return
    try:
        statement = statement_from_dict(json.loads(row["record"]), article)
        rows.check_evidence(statement)
    except (CodecError, SpanError, ValueError) as error:
        walk.found(where, error)
        return
    walk.evidence += sum(1 for _ in statement.evidence())
    record, written = rows.statement_record(statement, article.name)
    if written != row["record"]:
        walk.found(where, "its record does not say what its words and judgements say")
    expected = {
        **rows.statement_columns(statement, record),
        "id": statement.id,
        "coder": walk.coders.get(row["batch"]),
        "superseded": walk.retired.get(row["id"]),
    }
    for name in _different(expected, row):
        walk.found(where, f"column {name} was changed: {row[name]!r:.80} where {expected[name]!r:.80} belongs")


def _chain(walk: _LedgerCheck) -> Batch | None:
    last: Batch | None = None
    for row in walk.connection.execute(select(batches).order_by(batches.c.number)).mappings():
        batch = Batch(**row)
        where = f"batch {batch.number}"
        number, digest = (last.number, last.digest) if last else (0, "")
        if batch.number != number + 1:
            walk.found(where, f"follows batch {number}: what is between them is missing")
        if batch.previous != digest:
            walk.found(where, f"does not follow batch {number}: the digest before it is another")
        if link(batch) != batch.digest:
            walk.found(where, "its row was changed: it does not hash to its digest")
        if _contents(walk, batch) != batch.id:
            walk.found(where, "does not hold what it was written with: " + _counts(walk, batch))
        last = batch
    top = walk.connection.execute(select(head.c.number, head.c.digest)).one_or_none()
    if top is None or (top.number, top.digest) != ((last.number, last.digest) if last else (0, "")):
        named = "nothing" if top is None else f"batch {top.number}"
        walk.found("head", f"names {named} as the last batch, not batch {last.number if last else 0}")
    for name, entries in (
        ("article", walk.articles),
        ("statement", walk.statements),
        ("supersession", walk.events),
        ("redaction", walk.redactions),
    ):
        for number in sorted(entries.keys() - walk.coders.keys()):
            walk.found(f"batch {number}", f"is missing, but {len(entries[number])} {name} rows name it")
    return last


def _contents(walk: _LedgerCheck, batch: Batch) -> str:
    contents = ContentHash()
    contents.codebook(None if batch.codebook is None else (batch.codebook, walk.codebooks.get(batch.codebook, "")))
    contents.articles(walk.articles.get(batch.number, ()))
    contents.statements(walk.statements.get(batch.number, ()))
    contents.supersessions(walk.events.get(batch.number, ()))
    contents.redactions(walk.redactions.get(batch.number, ()))
    return contents.id()


def _counts(walk: _LedgerCheck, batch: Batch) -> str:
    retired = sum(1 for old, _, _ in walk.events.get(batch.number, ()) if old is not None)
    there = (len(walk.articles.get(batch.number, ())), len(walk.statements.get(batch.number, ())), retired)
    written = (batch.articles, batch.statements, batch.superseded)
    if there == written:
        return "a row of it was changed"
    return "{} articles, {} statements, {} retired".format(*there) + " where there were {}, {}, {}".format(*written)


def _index(walk: _LedgerCheck, *, writable: bool) -> list[str]:
    if walk.connection.dialect.name != "sqlite":
        return []
    try:
        if writable:
            search.check_index(walk.connection)
        fits = writable or search.index_fits(walk.connection)
    except DBAPIError:
        fits = False
    if not fits:
        walk.found("search index", "does not fit the statements; full-text search may miss some")
    return []


def _pages(walk: _LedgerCheck, table: Table) -> Iterator[RowMapping]:
    """Yield all rows by number, which must be 1, 2, 3 and so on, page by page to bound memory."""
    after = -(2**62)
    expected = 1
    while True:
        chosen = select(table).where(table.c.number > after).order_by(table.c.number).limit(_FETCH)
        page = walk.connection.execute(chosen).mappings().all()
        for row in page:
            if row["number"] != expected:
                walk.found(f"{table.name} {expected}", f"missing: the next one has number {row['number']}")
            expected = row["number"] + 1
            yield row
        if not page:
            return
        after = page[-1]["number"]


def _article(connection: Connection, row: RowMapping) -> Article:
    content = connection.execute(select(texts.c.content).where(texts.c.id == row["text_id"])).scalar_one_or_none()
    if content is None:
        raise CodecError("its text is missing")
    if not isinstance(content, bytes):
        raise CodecError("its text was changed: it is no longer stored as bytes")
    return rows.article_of(row["record"], content)


def _article_or_none(connection: Connection, number: int) -> Article | None:
    row = connection.execute(select(articles).where(articles.c.number == number)).mappings().one_or_none()
    try:
        return None if row is None else _article(connection, row)
    except CodecError:
        return None


def _different(expected: rows.Row, row: RowMapping) -> Iterator[str]:
    return (name for name, value in expected.items() if row[name] != value)


def _checksum(record: object) -> str:
    """Compute the checksum of a record, which after damage may not be text at all."""
    return rows.checksum(record) if isinstance(record, str) else ""


@contextmanager
def any_bytes(connection: Connection) -> Iterator[None]:
    """Decode damaged text as lone surrogates: what cannot be fetched cannot be located either."""
    driver: object = connection.connection.dbapi_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str
