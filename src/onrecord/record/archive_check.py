"""Check an archive: quotations against texts, columns against records, file names against contents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from onrecord.core.codec import statement_from_dict
from onrecord.core.statement import Article
from onrecord.errors import CodecError, LedgerError, SpanError
from onrecord.record import archive_redaction, rows
from onrecord.record.archive_rows import (
    ARTICLES,
    NEWER,
    PENDING,
    STATEMENTS,
    ReadingRows,
    file_id,
    reading_id,
    reading_rows,
)
from onrecord.record.redaction import Redaction
from onrecord.record.verify import Finding, Progress, VerificationReport

NOTE = "files that are gone with their statements are not missed: compare the digest with one that was noted"


class _ArchiveCheck:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.articles = self.statements = self.evidence = 0
        self.redacted: dict[str, Redaction] = {}

    def found(self, where: str, what: object) -> None:
        self.findings.append(Finding(where, " ".join(str(what).split())))


def verify(folder: Path, progress: Progress | None = None) -> VerificationReport:
    """Check all files, one at a time; the digest is a hash of their names, which hash what they hold."""
    walk = _ArchiveCheck()
    walk.redacted = {one.article: one for one in archive_redaction.fetch(folder)}
    files = sorted((folder / "articles").rglob("*.parquet"))
    twins = {folder / "statements" / path.relative_to(folder / "articles") for path in files}
    for number, path in enumerate(files, 1):
        twin = folder / "statements" / path.relative_to(folder / "articles")
        try:
            _file(walk, path, twin)
        except (OSError, pl.exceptions.PolarsError) as error:
            walk.found(str(path.relative_to(folder)), f"it or its statements cannot be read: {error}")
        if progress is not None:
            progress(number, len(files))
    notes = [NOTE]
    idle = set((folder / "statements").rglob("*.parquet")) - twins
    killed = {path for path in idle if path.with_name(f".{path.stem}{PENDING}").exists()}
    if idle - killed:
        walk.found(
            "articles",
            f"the files of articles beside {len(idle - killed)} of statements are gone; restore them, or read the"
            " sources again",
        )
    if killed:
        notes.append(f"{len(killed)} files of statements belong to no reading: a writer was killed; they do not count")
    names = "\n".join(path.relative_to(folder).as_posix() for path in files)
    return VerificationReport(
        batches=len(files),
        articles=walk.articles,
        statements=walk.statements,
        evidence=walk.evidence,
        digest=hashlib.sha256(names.encode()).hexdigest(),
        findings=tuple(walk.findings),
        notes=(*map(_redacted, walk.redacted.values()), *notes),
        redacted=len(walk.redacted),
    )


def check_words(readings: Sequence[ReadingRows]) -> None:
    """Check the words of readings and the checksums of their records.

    This is quicker than `verify`, for loading: it checks the record's checksum, the reading's, and the words of source,
    cue, content and evidence; the columns, which are derived, are left to `verify`.

    Raises:
        LedgerError: a record does not fit its text, or its checksum is wrong.
    """
    for reading in readings:
        row = reading.article
        content: str = row["content"].decode("utf-8", "surrogatepass")
        sums = (hashlib.sha256(row["content"]).hexdigest(), rows.checksum(row["record"]))
        entries = [(one["id"], rows.checksum(one["record"])) for one in reading.statements]
        key = reading_id(row["id"], sums[1], row["codebook"], row["reader"], entries)
        if sums[0] != row["text_id"] or key != row["reading"]:
            raise LedgerError(f"article {row['id']} of the archive was changed; run `onrecord verify` on it")
        for one in reading.statements:
            record = json.loads(one["record"])
            quote = " … ".join(content[start:end] for start, end in record["content"])
            spans = [*record["content"], *record["cue"], *record["source"], *record["condition"]]
            spans += [span for judged in record["judgements"].values() for span in judged["evidence"]]
            inside = all(0 <= start < end <= len(content) for start, end in spans)
            if not inside or quote != record["quote"] or record["text_id"] != row["text_id"]:
                raise LedgerError(f"statement {one['id']} of the archive does not match its text")


def _file(walk: _ArchiveCheck, path: Path, twin: Path) -> None:
    where = f"{path.parent.name}/{path.name}"
    found: dict[str, list[Mapping[str, Any]]] = {}
    statements = pl.read_parquet(twin, hive_partitioning=False)
    articles = pl.read_parquet(path, hive_partitioning=False)
    if not (_has(statements, STATEMENTS) and _has(articles, ARTICLES)):
        walk.found(where, "its columns are not those of an archive")
        return
    for row in statements.iter_rows(named=True):
        found.setdefault(row["reading"], []).append(row)
    readings = [row["reading"] for row in articles.iter_rows(named=True)]
    if file_id(readings) != path.stem:
        walk.found(where, "does not hold the readings that it is named for")
    for key in found.keys() - set(readings):
        walk.found(where, f"{len(found[key])} statements belong to no reading in it")
    for row in articles.iter_rows(named=True):
        _reading(walk, row, found.get(row["reading"], []))


def _reading(walk: _ArchiveCheck, row: Mapping[str, Any], found: list[Mapping[str, Any]]) -> None:
    where = f"article {row['id']} ({row['name']})"
    walk.articles += 1
    walk.statements += len(found)
    if row["record"] is None:
        _blank(walk, where, row, found)
        return
    if row["id"] in walk.redacted:
        walk.found(where, "was redacted, but its words are there; redact it again")
    try:
        article = rows.article_of(row["record"], row["content"])
        statements = [_statement(one, article) for one in found]
    except (CodecError, SpanError, ValueError) as error:
        walk.found(where, error)
        return
    walk.evidence += sum(1 for statement in statements for _ in statement.evidence())
    entries = [(statement.id, rows.checksum(one["record"])) for statement, one in zip(statements, found, strict=True)]
    made = reading_rows(article, statements, codebook=row["codebook"], reader=row["reader"], read=row["read"])
    if reading_id(article.id, made.article["hash"], row["codebook"], row["reader"], entries) != row["reading"]:
        walk.found(where, "its reading was changed: it does not hash to its id")
    if any(made.article[name] != value for name, value in row.items()):
        walk.found(where, f"was changed: {_first(made.article, row)}")
    for expected, one in zip(made.statements, found, strict=True):
        if any(expected[name] != value for name, value in one.items()):
            walk.found(f"statement {one['id']}", f"was changed: {_first(expected, one)}")


def _redacted(one: Redaction) -> str:
    return f"article {one.article}: redacted by {one.coder}: {one.reason or 'no reason given'}"


def _blank(walk: _ArchiveCheck, where: str, row: Mapping[str, Any], found: list[Mapping[str, Any]]) -> None:
    """Check that a reading without words was redacted, and that its hashes are those it was written with."""
    if row["id"] not in walk.redacted:
        walk.found(where, "its record is gone, but no redaction says so")
    entries = [(one["id"], one["hash"]) for one in found]
    if reading_id(row["id"], row["hash"], row["codebook"], row["reader"], entries) != row["reading"]:
        walk.found(where, "its reading was changed: it does not hash to its id")
    for one in (row, *found):
        if left := archive_redaction.left(one):
            walk.found(where, f"was redacted, but column {left} still says {one[left]!r:.80}")


def _has(frame: pl.DataFrame, schema: Mapping[str, Any]) -> bool:
    """Tell whether a file has the columns of an archive of this version, or of an earlier one."""
    missing = schema.keys() - frame.columns
    return missing <= NEWER and dict(frame.schema) == {
        name: pl.DataFrame(schema={name: kind}).schema[name] for name, kind in schema.items() if name not in missing
    }


def _statement(row: Mapping[str, Any], article: Article) -> Any:
    statement = statement_from_dict(json.loads(row["record"]), article)
    rows.check_evidence(statement)
    return statement


def _first(expected: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    name = next((name for name in row if expected.get(name) != row[name]), "")
    return f"column {name} does not fit its record"
