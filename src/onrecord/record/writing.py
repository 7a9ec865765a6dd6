"""Write batches: new rows, retired statements, and the link to the batch before.

A new reading of an article replaces the old one: statements that it no longer has leave the current view (never the
ledger). Statements are compared by `Statement.span_id`, the article and the spans they cite. Where a person has
judged a span, no machine reading changes what is current there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, bindparam, insert, or_, select, text, update

from onrecord.core.statement import Article, Statement, describe_article
from onrecord.errors import LedgerError, StatementNotFound, StatementStale
from onrecord.record import redaction, rows, search
from onrecord.record.batch_rows import (
    BatchMetadata,
    begin,
    chunks,
    end,
    following,
    last_codebook,
    lock,
    maximum,
    put,
)
from onrecord.record.hash_chain import Batch, ContentHash
from onrecord.record.schema import articles, batches, redactions, statements, supersessions, texts
from onrecord.record.schema import readings as readings_table

REREAD = "reread"  # a later reading of the article says it otherwise, or again
EDITED = "edited"  # the page has another text now
HELD = "held"  # a person has judged this span, so the machine's statement is not current

_READ = text(
    "INSERT INTO readings (article, codebook, reader, hash) VALUES (:article, :codebook, :reader, :hash) ON CONFLICT"
    " (article) DO UPDATE SET codebook = excluded.codebook, reader = excluded.reader, hash = excluded.hash"
)

# The same in one round trip.
_READ_ALL = text(
    "INSERT INTO readings (article, codebook, reader, hash)"
    " SELECT * FROM unnest(CAST(:article AS text[]), CAST(:codebook AS text[]), CAST(:reader AS text[]),"
    " CAST(:hash AS text[])) ON CONFLICT (article) DO UPDATE SET codebook = excluded.codebook,"
    " reader = excluded.reader, hash = excluded.hash"
)

Readings = Mapping[str, tuple[Article, tuple[Statement, ...]]]
Event = tuple[str | None, str | None, str]  # old id, new id, reason


@dataclass(frozen=True, slots=True)
class _KnownStatement:
    """Describe a statement in the ledger."""

    id: str
    place: str
    current: bool
    human: bool


@dataclass(slots=True)
class _BatchPlan:
    """Collect the rows of a batch."""

    texts: list[rows.Row] = field(default_factory=list)
    articles: list[rows.Row] = field(default_factory=list)
    statements: list[rows.Row] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def collect(results: Iterable[tuple[Article, Sequence[Statement]]]) -> Readings:
    """Group readings by article, each statement once; of two readings of one article the later one counts.

    SpanError or LedgerError if a statement does not rest on its article.
    """
    readings: dict[str, tuple[Article, tuple[Statement, ...]]] = {}
    for article, found in results:
        for statement in found:
            if statement.article is not article and statement.article.id != article.id:
                raise LedgerError(f"statement {statement.id} was given with article {article.name!r}, not its own")
            rows.check_evidence(statement)
        first = readings[article.id][0] if article.id in readings else article
        readings[article.id] = (first, tuple({statement.id: statement for statement in found}.values()))
    return readings


def add(connection: Connection, readings: Readings, metadata: BatchMetadata) -> Batch:
    """Write one batch of readings inside the caller's transaction; those of redacted articles are passed over."""
    last = lock(connection)
    gone = redaction.blocked(connection, {key: article.text.id for key, (article, _) in readings.items()})
    readings = {key: value for key, value in readings.items() if key not in gone}
    numbers, plan = _articles(connection, readings, last.number + 1)
    known = _known_statements(connection, [number for number, _ in numbers.values()])
    held = _held_places(connection, [number for number, _ in numbers.values()])
    made = _RowBuilder(connection, plan, last.number + 1, metadata.coder)
    for article_id, (_, found) in readings.items():
        number, name = numbers[article_id]
        before = known.get(number, {})
        new = [statement for statement in found if statement.id not in before]
        retired: set[str] = set()
        if metadata.coder is None and before:
            retired = _reread(plan, found, before, held.get(number, set()))
        for statement in new:
            made.statement(statement, number, name, superseded=statement.id in retired)
    if metadata.coder is None:
        remember(connection, list(readings), metadata)
    return _finish(connection, plan, last, metadata)


def new_texts(connection: Connection, made: Iterable[rows.Row]) -> list[rows.Row]:
    """Return the texts that are not in the ledger yet, each once."""
    new = {row["id"]: row for row in made}
    for ids in chunks(list(new)):
        for text_id in connection.execute(select(texts.c.id).where(texts.c.id.in_(ids))).scalars():
            new.pop(text_id, None)
    return list(new.values())


def read_already(connection: Connection, ids: Sequence[str], codebook: str, reader: str) -> set[str]:
    """Return the articles last read by this reader under this codebook (`""`: none), and those that were redacted."""
    r = readings_table.c
    found: set[str] = set()
    for some in chunks(ids):
        wanted = select(r.article).where(r.article.in_(some), r.codebook == codebook, r.reader == reader)
        found.update(connection.execute(wanted).scalars())
        gone = select(redactions.c.article).where(redactions.c.article.in_(some))
        found.update(connection.execute(gone).scalars())
    return found


def same_text(connection: Connection, article_id: str, text_id: str) -> str | None:
    """Describe the first article with this text; None if there is none, or the article with this id is here."""
    a = articles.c
    here = select(a.id).where(a.id == article_id)
    stored = select(texts.c.id).where(texts.c.id == text_id)  # an indexed key, unlike the texts of articles
    if connection.execute(here).first() is not None or connection.execute(stored).first() is None:
        return None
    chosen = select(a.name, a.title, a.outlet, a.published).where(a.text_id == text_id, a.record != "")
    found = connection.execute(chosen.order_by(a.number).limit(1)).mappings().first()
    return None if found is None else describe_article(dict(found))


def remember(connection: Connection, ids: Sequence[str], metadata: BatchMetadata) -> None:
    """Note that these articles were read by this reader under this codebook."""
    codebook = "" if metadata.codebook is None else metadata.codebook.id
    values = [rows.reading_row(key, codebook, rows.storable(metadata.reader)) for key in ids]
    if not values:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(_READ_ALL, {name: [row[name] for row in values] for name in values[0]})
    else:
        connection.execute(_READ, values)


def revise(
    connection: Connection, old: str | None, new: Statement | None, reason: str, metadata: BatchMetadata
) -> Batch:
    """Write one person's judgement: `new` takes the place of `old`, or `old` goes, or `new` is added."""
    last = lock(connection)
    if old is not None:
        found = connection.execute(select(statements.c.superseded).where(statements.c.id == old)).one_or_none()
        if found is None:
            raise StatementNotFound(f"no statement {old} in the ledger")
        if found[0] is not None:
            raise StatementStale(f"statement {old} was replaced in batch {found[0]} in the meantime; look at it again")
    plan = _BatchPlan()
    if new is not None:
        rows.check_evidence(new)
        if redaction.blocked(connection, {new.article.id: new.article.text.id}):
            raise LedgerError(f"article {new.article.id} was redacted: nothing is added to it")
        readings: Readings = {new.article.id: (new.article, (new,))}
        numbers, plan = _articles(connection, readings, last.number + 1)
        number, name = numbers[new.article.id]
        before = _known_statements(connection, [number]).get(number, {}).get(new.id)
        if before is None:
            _RowBuilder(connection, plan, last.number + 1, metadata.coder).statement(
                new, number, name, superseded=False
            )
    plan.events.append((old, None if new is None else new.id, rows.storable(reason)))
    return _finish(connection, plan, last, metadata)


def supersede(connection: Connection, old: str, new: str, metadata: BatchMetadata) -> Batch | None:
    """Retire the current machine statements of one article for those of a later version of it."""
    last = lock(connection)
    s, a = statements.c, articles.c
    found = connection.execute(select(a.id, a.number).where(a.id.in_([old, new])))
    numbers: dict[str, int] = {row.id: row.number for row in found}
    if old not in numbers or new not in numbers or old == new:
        return None
    chosen = select(s.article, s.id, s.place, s.quote, s.speaker).where(s.superseded.is_(None), s.coder.is_(None))
    rows_there = connection.execute(chosen.where(s.article.in_(list(numbers.values()))).order_by(s.number)).all()
    held = _held_places(connection, [numbers[old]]).get(numbers[old], set())
    heirs = {(row.quote, row.speaker): row.id for row in reversed(rows_there) if row.article == numbers[new]}
    plan = _BatchPlan()
    for row in rows_there:
        if row.article == numbers[old] and row.place not in held:
            plan.events.append((row.id, heirs.get((row.quote, row.speaker)), EDITED))
    return _finish(connection, plan, last, metadata) if plan.events else None


# ---------------------------------------------------------------- what the ledger already has


def _articles(connection: Connection, readings: Readings, batch: int) -> tuple[dict[str, tuple[int, str]], _BatchPlan]:
    """Return number and (first) name of every article, and a plan with the rows of the new ones."""
    numbers: dict[str, tuple[int, str]] = {}
    for ids in chunks(list(readings)):
        found = connection.execute(
            select(articles.c.id, articles.c.number, articles.c.record).where(articles.c.id.in_(ids))
        )
        for article_id, number, record in found:
            numbers[article_id] = (number, rows.article_name(record))
    plan = _BatchPlan()
    following = maximum(connection, articles) + 1
    for article_id, (article, _) in readings.items():
        if article_id not in numbers:
            numbers[article_id] = (following, article.name)
            plan.articles.append(rows.article_row(article, following, batch))
            plan.texts.append(rows.text_row(article))
            following += 1
    plan.texts = new_texts(connection, plan.texts)
    return numbers, plan


def _known_statements(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, _KnownStatement]]:
    known: dict[int, dict[str, _KnownStatement]] = {}
    s = statements.c
    for some in chunks(numbers):
        found = connection.execute(
            select(s.article, s.id, s.place, s.superseded, s.coder).where(s.article.in_(some)).order_by(s.number)
        )
        for article, key, place, superseded, coder in found:
            known.setdefault(article, {})[key] = _KnownStatement(key, place, superseded is None, coder is not None)
    return known


def _held_places(connection: Connection, numbers: Sequence[int]) -> dict[int, set[str]]:
    """Return the span ids of these articles that a person has judged."""
    held: dict[int, set[str]] = {}
    s, x = statements.c, supersessions.c
    touched = (
        select(s.article, s.place)
        .join(supersessions, or_(x.old == s.id, x.new == s.id))
        .join(batches, batches.c.number == x.batch)
        .where(batches.c.coder.is_not(None))
    )
    by_people = select(s.article, s.place).where(s.coder.is_not(None))
    for some in chunks(numbers):
        for article, place in connection.execute(
            by_people.where(s.article.in_(some)).union(touched.where(s.article.in_(some)))
        ):
            held.setdefault(article, set()).add(place)
    return held


# ---------------------------------------------------------------- what becomes of it


def _reread(
    plan: _BatchPlan, found: Sequence[Statement], before: Mapping[str, _KnownStatement], held: set[str]
) -> set[str]:
    """Plan what a machine's new reading changes in the view; returns the new statements that are kept aside."""
    ids = {statement.id for statement in found}
    entering: dict[str, str] = {}
    aside: set[str] = set()
    occupants = {known.place: known.id for known in before.values() if known.current and known.place in held}
    for statement in found:
        if statement.span_id not in held:
            entering.setdefault(statement.span_id, statement.id)
        elif statement.id not in before:
            aside.add(statement.id)
            plan.events.append((statement.id, occupants.get(statement.span_id), HELD))
    named: set[str] = set()
    for known in before.values():
        if known.current and not known.human and known.place not in held and known.id not in ids:
            successor = entering.get(known.place)
            named.update({successor} if successor else ())
            plan.events.append((known.id, successor, REREAD))
    for statement in found:
        again = before.get(statement.id)
        if again and not again.current and again.place not in held and again.id not in named:
            plan.events.append((None, again.id, REREAD))
    return aside


class _RowBuilder:
    """Build the rows of new statements, with consecutive numbers."""

    def __init__(self, connection: Connection, plan: _BatchPlan, batch: int, coder: str | None) -> None:
        self._following = maximum(connection, statements) + 1
        self._plan = plan
        self._batch = batch
        self._coder = coder

    def statement(self, statement: Statement, article: int, name: str, *, superseded: bool) -> None:
        record, written = rows.statement_record(statement, name)
        self._plan.statements.append(
            {
                "number": self._following,
                "id": statement.id,
                "article": article,
                "batch": self._batch,
                "superseded": self._batch if superseded else None,
                "coder": self._coder,
                "record": written,
                "hash": rows.checksum(written),
                **rows.statement_columns(statement, record),
            }
        )
        self._following += 1


def _finish(connection: Connection, plan: _BatchPlan, last: Batch, metadata: BatchMetadata) -> Batch:
    codebook = None if metadata.codebook is None else rows.codebook_row(metadata.codebook)
    known = None if codebook is None else last_codebook(connection)
    if not (plan.articles or plan.statements or plan.events or (codebook and known != codebook["id"])):
        return replace(last, codebook=known, articles=0, statements=0, superseded=0, written=False)
    contents = ContentHash()
    contents.codebook(None if codebook is None else (codebook["id"], codebook["hash"]))
    contents.articles((row["id"], row["hash"]) for row in plan.articles)
    contents.statements((row["id"], row["hash"]) for row in plan.statements)
    contents.supersessions(plan.events)
    superseded = sum(1 for old, _, _ in plan.events if old is not None)
    batch = following(last, metadata, contents, (len(plan.articles), len(plan.statements), superseded))
    _insert(connection, plan, batch, codebook)
    return batch


def _insert(connection: Connection, plan: _BatchPlan, batch: Batch, codebook: rows.Row | None) -> None:
    begin(connection, batch, codebook)
    for table, made in ((texts, plan.texts), (articles, plan.articles), (statements, plan.statements)):
        names = [column.name for column in table.columns]
        put(connection, table, ([row[name] for name in names] for row in made))
    if plan.statements:
        search.index_new(connection, plan.statements[0]["number"])
    if plan.events:
        connection.execute(
            insert(supersessions),
            [
                {"batch": batch.number, "position": position, "old": old, "new": new, "reason": reason}
                for position, (old, new, reason) in enumerate(plan.events, 1)
            ],
        )
        fresh = {row["id"] for row in plan.statements}
        change = update(statements).where(statements.c.id == bindparam("which")).values(superseded=bindparam("by"))
        # Old ones first: a statement may leave one place and enter another in the same batch.
        left = [{"which": old, "by": batch.number} for old, _, _ in plan.events if old and old not in fresh]
        entered = [{"which": new, "by": None} for _, new, _ in plan.events if new and new not in fresh]
        for values in (left, entered):
            if values:
                connection.execute(change, values)
    end(connection, batch)
