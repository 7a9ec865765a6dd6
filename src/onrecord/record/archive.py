"""Store readings in Parquet files, partitioned by month, which many machines may write and any engine may read.

::

    archive/
      statements/month=2026-03/3f2a….parquet    the table of the analyses, with each statement's record
      articles/month=2026-03/3f2a….parquet      who published what, the text, and who read it when
      codebooks/9c1d….json
      redactions/….json                         which articles' words were erased, by whom and why

A file is named by a hash of its content and appears complete or not at all, so a retry writes the same file. Of
several readings of an article the newest is the current view; a statement in two files counts once. People's
judgements are not stored here: `onrecord import` loads an archive into a ledger.
"""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import polars as pl

from onrecord.core.codec import statement_from_dict
from onrecord.core.statement import Article, Decision, Statement, describe_article
from onrecord.errors import LedgerError, LedgerReadOnly, NotALedger, StatementNotFound
from onrecord.lexicon import Codebook
from onrecord.record import archive_check, archive_redaction, rows
from onrecord.record.archive_rows import (
    ARTICLES,
    ORDER,
    PENDING,
    STATEMENTS,
    ReadingRows,
    completed,
    file_id,
    reading_rows,
)
from onrecord.record.desk.values import Values
from onrecord.record.query import Query, expressions
from onrecord.record.redaction import Redacted, Redaction
from onrecord.record.table import COLUMNS, MORE
from onrecord.record.verify import Progress, VerificationReport

_EVERYTHING = Query()
_ROWS = 50_000  # in a row group, the unit that a reader loads or skips
_FETCH = 2_000


def _short(text_id: str) -> int:
    """Return the first 64 bits of a text's id, which decide most questions about it."""
    return int(text_id[:16], 16)


def is_archive(url: str | Path) -> bool:
    """Tell whether this names an archive: a folder, or a path that ends in a slash."""
    return "://" not in str(url) and (str(url).endswith(("/", os.sep)) or Path(url).is_dir())


class Archive:
    """Store readings in a folder, with the query methods of a `Ledger`; errors are LedgerError and its kinds."""

    # Larger batches than a ledger's: each writes a file for every month in it.
    batch: ClassVar[tuple[int, float]] = (50_000, 60.0)

    def __init__(
        self,
        folder: str | Path,
        *,
        create: bool = True,
        read_only: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = str(folder)
        self.read_only = read_only
        self._folder = Path(folder)
        self._clock = clock
        self._read: dict[bytes, str] | None = None
        self._texts: set[int] | None = None
        with self._translating():
            if create and not read_only:
                (self._folder / "statements").mkdir(parents=True, exist_ok=True)
                (self._folder / "articles").mkdir(exist_ok=True)
            if not (self._folder / "statements").is_dir():
                raise NotALedger(f"{self.name}: a folder, not an archive; `onrecord read SOURCE --ledger` makes one")

    def __repr__(self) -> str:
        return f"Archive({self.name!r}{', read_only=True' if self.read_only else ''})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing, as no file is held open."""

    # ------------------------------------------------------------ writing

    def add(
        self,
        results: Iterable[tuple[Article, Sequence[Statement]]],
        *,
        codebook: Codebook | None = None,
        reader: str = "",
    ) -> int:
        """Keep readings, a file for each month among them; how many were new. Files that are there are passed over.

        SpanError if a statement's words are not in its text.
        """
        key = "" if codebook is None else codebook.id
        made = [reading_rows(article, found, codebook=key, reader=reader) for article, found in results]
        return self.add_readings(made, codebook=codebook, reader=reader)

    def add_readings(
        self, readings: Sequence[ReadingRows], *, codebook: Codebook | None = None, reader: str = ""
    ) -> int:
        """Add readings like `add`, for rows that were serialised and validated in another process."""
        if self.read_only:
            raise LedgerReadOnly(f"{self.name}: opened for reading only; open it without read_only to write")
        read = self._clock().astimezone(UTC).isoformat(timespec="microseconds")
        months: dict[str, dict[str, ReadingRows]] = {}
        gone = self._gone()
        for one in (reading for reading in readings if reading.article["id"] not in gone):
            made = ReadingRows({**one.article, "read": read}, one.statements)
            months.setdefault(made.month, {})[made.article["reading"]] = made
        with self._translating():
            if codebook is not None:
                self._write_codebook(codebook)
            new = sum(self._write(month, list(some.values())) for month, some in sorted(months.items()))
        if self._read is not None:
            for article in (reading.article for some in months.values() for reading in some.values()):
                self._read[bytes.fromhex(article["id"])] = f"{article['codebook']} {article['reader']}"
        if self._texts is not None:
            self._texts.update(_short(r.article["text_id"]) for some in months.values() for r in some.values())
        return new

    def read_already(self, ids: Sequence[str], *, codebook: Codebook | None, reader: str) -> set[str]:
        """Return the articles whose newest reading is by this reader under this codebook.

        The first call loads who read each article, some 150 bytes for each in memory.
        """
        if self._read is None:
            with self._translating():
                latest = self._latest("codebook", "reader").select("id", "codebook", "reader").collect()
            self._read = {bytes.fromhex(key): f"{book} {by}" for key, book, by in latest.iter_rows()}
        wanted = f"{'' if codebook is None else codebook.id} {rows.storable(reader)}"
        gone = self._gone()
        return {key for key in ids if key in gone or self._read.get(bytes.fromhex(key)) == wanted}

    def same_text(self, article_id: str, text_id: str) -> str | None:
        """Describe an article that has this text under another id; None if this article itself is here.

        The first call loads a number of 64 bits for each text.
        """
        with self._translating():
            if self._texts is None:
                stored = self._scan("articles", ARTICLES).select("text_id").unique().collect()
                self._texts = {_short(key) for (key,) in stored.iter_rows()}
            if _short(text_id) not in self._texts:
                return None
            chosen = self._scan("articles", ARTICLES).filter(
                pl.col("text_id") == text_id, pl.col("id").is_in(self._gone()).not_()
            )
            found = chosen.select("id", "name", "title", "outlet", "published").sort("id").collect()
        if found.is_empty() or article_id in found["id"]:
            return None
        return describe_article(found.row(0, named=True))

    def redact(self, ids: Sequence[str], *, coder: str, reason: str) -> Redacted:
        """Erase the words of articles for good; see `Ledger.redact`. Nobody else may write meanwhile."""
        if self.read_only:
            raise LedgerReadOnly(f"{self.name}: opened for reading only; open it without read_only to write")
        with self._translating():
            created = self._clock().astimezone(UTC).isoformat(timespec="seconds")
            return archive_redaction.redact(self._folder, ids, coder, reason, created, self._put)

    def find_articles(self, key: str) -> list[str]:
        """Return the ids of the articles with this id, beginning of an id (8 digits), name or address."""
        with self._translating():
            found = self._scan("articles", ARTICLES).filter(archive_redaction.named(key)).select("id").unique("id")
            return sorted(found.collect()["id"].to_list())

    def redactions(self) -> list[Redaction]:
        """Return what was redacted, by article."""
        with self._translating():
            return archive_redaction.fetch(self._folder)

    def _gone(self) -> set[str]:
        """Return the articles whose words were erased."""
        return {one.article for one in archive_redaction.fetch(self._folder)}

    def _write(self, month: str, readings: list[ReadingRows]) -> int:
        name = file_id([reading.article["reading"] for reading in readings])
        path = self._folder / "articles" / f"month={month}" / f"{name}.parquet"
        pending = self._folder / "statements" / f"month={month}" / f".{name}{PENDING}"
        if path.exists():
            pending.unlink(missing_ok=True)
            return 0
        # This distinguishes what a killed writer leaves from an archive whose file of articles was removed.
        pending.parent.mkdir(parents=True, exist_ok=True)
        pending.touch()
        statements = [row for reading in readings for row in reading.statements]
        frame = pl.DataFrame(statements, schema=STATEMENTS, orient="row").sort(*ORDER, nulls_last=False)
        self._put(frame, self._folder / "statements" / f"month={month}" / f"{name}.parquet")
        # Last, as it makes the readings count: statements without their article are not seen.
        articles = pl.DataFrame([dict(reading.article) for reading in readings], schema=ARTICLES, orient="row")
        self._put(articles.sort("published", "id", nulls_last=False), path)
        pending.unlink(missing_ok=True)
        return len(readings)

    def _put(self, frame: pl.DataFrame, path: Path) -> None:
        """Write a file that appears whole: under another name first, on the disk, then by its own."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.stem}.{os.getpid()}.part")
        try:
            made = io.BytesIO()  # written by Polars itself, a full disk would be an error of the format
            frame.write_parquet(made, compression="zstd", statistics=True, row_group_size=_ROWS)
            with part.open("wb") as stream:
                stream.write(made.getbuffer())
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    def _write_codebook(self, codebook: Codebook) -> None:
        path = self._folder / "codebooks" / f"{codebook.id}.json"
        if path.exists():
            path.touch()  # the last one used is the newest file
            return
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(f".{path.stem}.{os.getpid()}.part")
        part.write_text(rows.codebook_row(codebook)["record"], encoding="ascii")
        part.replace(path)

    # ------------------------------------------------------------ reading

    def table(self, query: Query = _EVERYTHING, *, more: Sequence[str] = ()) -> pl.DataFrame:
        """Return the statements of a query with the columns `table.COLUMNS` and those of `table.MORE` that are named.

        They come by date and article. What an archive does not know, such as the coder, is null.
        """
        with self._translating():
            found = self._found(query, *COLUMNS, "extra").collect()
            missing = [pl.lit(None, dtype=MORE[name]).alias(name) for name in more if name not in found.columns]
            if "article_extra" in more and "article" in found.columns:
                there = self._scan("articles", ARTICLES).select("id", pl.col("extra").alias("article_extra"))
                known = there.drop_nulls().unique("id").collect()
                if known.height:
                    found = found.join(known, left_on="article", right_on="id", how="left", maintain_order="left")
                    missing = [one for one in missing if one.meta.output_name() != "article_extra"]
        return found.with_columns(missing).select(*COLUMNS, *more)

    def reached(self) -> tuple[int, int]:
        """Return a number that moves whenever a file is added, and 0: an archive has no decisions of people."""
        with self._translating():
            return len(list((self._folder / "articles").rglob("*.parquet"))), 0

    def decisions(self) -> list[Decision]:
        """Return no decisions: an archive has none."""
        return []

    def speakers(self) -> pl.DataFrame:
        """Count the current statements of each speaker and affiliation (columns speaker, affiliation, len)."""
        with self._translating():
            found = self._found(_EVERYTHING, "speaker", "affiliation").filter(pl.col("speaker").is_not_null())
            return found.group_by("speaker", "affiliation").len().collect()

    def values(self) -> Values:
        """Return no variables: people code them in a ledger."""
        return Values()

    def created(self) -> str | None:
        """Return the time of the last batch, None if there is none."""
        return None

    def issues(self) -> list[str]:
        """Return the issues that current statements are about, in code point order."""
        with self._translating():
            return self._found(_EVERYTHING, "issue").collect()["issue"].drop_nulls().unique().sort().to_list()

    def count(self, query: Query = _EVERYTHING) -> int:
        """Count the statements of a query, regardless of limit and offset."""
        with self._translating():
            return int(self._chosen(query).select(pl.len()).collect().item())

    def statements(self, query: Query = _EVERYTHING) -> Iterator[Statement]:
        """Yield the statements of a query, in the order of `table`."""
        with self._translating():
            found = self._found(query, "article", "record").collect()
        for part in found.iter_slices(_FETCH):
            known = {article.id: article for article in self._articles(part["article"].unique())}
            for article, record in part.rows():
                yield statement_from_dict(json.loads(record), known[article])

    def get(self, prefix: str) -> Statement:
        """Return the statement whose id begins with `prefix`, current or not.

        Raises:
            StatementNotFound: there is none, or several.
        """
        wanted = prefix.strip().lower()
        if not wanted or wanted.strip("0123456789abcdef"):
            raise StatementNotFound(f"{self.name}: {prefix!r} is not a statement id; ids consist of 0-9 and a-f")
        with self._translating():
            begins = pl.col("id").str.starts_with(wanted)
            found = self._scan("statements", STATEMENTS).filter(begins).select("id", "article", "record").unique("id")
            some = found.sort("id").head(2).collect().rows()
        if not some:
            raise StatementNotFound(f"{self.name}: no statement {prefix}")
        if len(some) > 1:
            raise StatementNotFound(f"{self.name}: several statements begin with {prefix}; give more of it")
        (article,) = self._articles(pl.Series([some[0][1]]))
        return statement_from_dict(json.loads(some[0][2]), article)

    def articles(self) -> Iterator[Article]:
        """Yield all articles, by id."""
        with self._translating():
            ids = self._scan("articles", ARTICLES).select("id").unique().sort("id").collect()["id"]
        for start in range(0, len(ids), _FETCH):
            yield from sorted(self._articles(ids[start : start + _FETCH]), key=lambda article: article.id)

    def codebook(self) -> Codebook | None:
        """Return the codebook that was used last, None if there was none."""
        with self._translating():
            files = sorted((self._folder / "codebooks").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
            return rows.codebook_of(files[-1].read_text(encoding="ascii")) if files else None

    def codebooks(self) -> dict[str, Codebook]:
        """Return all codebooks by id."""
        with self._translating():
            files = (self._folder / "codebooks").glob("*.json")
            return {path.stem: rows.codebook_of(path.read_text(encoding="ascii")) for path in files}

    def readings(self) -> Iterator[list[ReadingRows]]:
        """Yield the newest reading of every article as rows, file by file; readings in two files come twice."""
        with self._translating():
            latest = set(self._latest("id").collect()["reading"])
            for path in sorted((self._folder / "articles").rglob("*.parquet")):
                articles = pl.read_parquet(path, hive_partitioning=False).filter(pl.col("reading").is_in(latest))
                twin = self._folder / "statements" / path.relative_to(self._folder / "articles")
                found: dict[str, list[Mapping[str, Any]]] = {}
                for row in pl.read_parquet(twin, hive_partitioning=False).iter_rows(named=True):
                    found.setdefault(row["reading"], []).append(completed(row))
                yield [
                    ReadingRows(completed(row), found.get(row["reading"], [])) for row in articles.iter_rows(named=True)
                ]

    def verify(self, progress: Progress | None = None) -> VerificationReport:
        """Check every quotation, record, column and file name; the report says what is not as it was written."""
        with self._translating():
            return archive_check.verify(self._folder, progress)

    def _articles(self, ids: pl.Series) -> Iterator[Article]:
        with self._translating():
            wanted = self._scan("articles", ARTICLES).filter(pl.col("id").is_in(ids.implode()))
            found = wanted.select("id", "record", "content").unique("id").collect()
        for _, record, content in found.iter_rows():
            yield rows.article_of(record, content)

    def _scan(self, kind: str, schema: dict[str, Any]) -> pl.LazyFrame:
        files = sorted((self._folder / kind).rglob("*.parquet"))
        if not files:
            return pl.LazyFrame(schema=schema)
        # Files of earlier versions lack some columns, which then are null.
        found = pl.scan_parquet(files, schema=schema, hive_partitioning=False, missing_columns="insert")
        gone = self._gone()
        return found.filter(~pl.col("id" if kind == "articles" else "article").is_in(gone)) if gone else found

    def _latest(self, *columns: str) -> pl.LazyFrame:
        """Select the newest reading of each article."""
        chosen = self._scan("articles", ARTICLES).select({"id", "reading", "read", *columns})
        return chosen.sort("read", "reading").unique("id", keep="last")

    def _chosen(self, query: Query) -> pl.LazyFrame:
        frame = self._scan("statements", STATEMENTS)
        for condition in expressions(query):
            frame = frame.filter(condition)
        if query.history:
            there = self._scan("articles", ARTICLES).select("reading").unique()
        else:
            there = self._latest()
        return frame.join(there.select("reading"), on="reading", how="semi").unique("id", keep="any")

    def _found(self, query: Query, *columns: str) -> pl.LazyFrame:
        frame = self._chosen(query).sort(*ORDER, nulls_last=False)
        if query.limit is not None or query.offset:
            frame = frame.slice(query.offset, query.limit)
        return frame.select(columns)

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _error(self.name, error) from error
        except pl.exceptions.PolarsError as error:
            line = " ".join(str(error).split())[:200]
            raise LedgerError(f"{self.name}: damaged ({line}); restore it from a copy") from error


def _error(name: str, error: OSError) -> LedgerError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return LedgerError(f"{name}: the disk is full; the batch was not written, make room and run again")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return LedgerReadOnly(f"{name}: cannot be written or read; check its permissions")
    return LedgerError(f"{name}: {' '.join((error.strerror or str(error)).split())}")


def _sync(folder: Path) -> None:
    """Let a new name in a folder outlive a power cut; not every system can open a folder."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
