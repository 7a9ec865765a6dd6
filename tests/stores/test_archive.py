"""The archive: the same answers as a ledger, whole files or none, no double whatever is retried."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from ledger_samples import CODEBOOK, OTHER_CODEBOOK, judged, reading

from onrecord.core.statement import PartialDate, Stance
from onrecord.errors import LedgerError, LedgerReadOnly, NotALedger, StatementNotFound
from onrecord.record import Archive, Ledger, Query, open_store
from onrecord.record.table import COLUMNS


def ticking():
    """Make a clock that moves a second per call."""
    ticks = count()
    return lambda: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=next(ticks))


def months(number):
    """A reading, published in one of three months or without a date."""
    of, found = reading(number)
    when = (PartialDate("2026-02-03"), PartialDate("2026-03"), PartialDate("2025"), None)[number % 4]
    about = replace(of, published=when)
    return about, [replace(one, article=about) for one in found]


@pytest.fixture
def archive(tmp_path):
    """Open an archive."""
    with Archive(tmp_path / "a", clock=ticking()) as made:
        yield made


def by_id(table):
    """Sort a table by id."""
    return table.sort("id")


QUERIES = [
    Query(),
    Query(speaker="orr"),
    Query(affiliation="ardesh", issue="dam"),
    Query(stance="oppose"),
    Query(act="deny", outlet="courier"),
    Query(since=PartialDate("2026-02")),
    Query(until=PartialDate("2025")),
    Query(since=PartialDate("2026-02-03"), until=PartialDate("2026-02")),
    Query(text="wait DAM"),
    Query(text='"must wait"'),
    Query(text="wai*"),
    Query(text="absent"),
    Query(article="report-3.txt"),
    Query(speaker="nobody"),
]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_it_answers_as_a_ledger_does(archive, query):
    """An archive answers every query as a ledger with the same readings does."""
    readings = [months(number) for number in range(9)]
    with Ledger(":memory:") as ledger:
        ledger.add(readings)
        archive.add(readings)
        table = archive.table(query)
        assert list(table.schema.items()) == list(pl.DataFrame(schema=COLUMNS).schema.items())
        assert by_id(table).equals(by_id(ledger.table(query)))
        assert archive.count(query) == ledger.count(query)
        assert {s.id: s for s in archive.statements(query)} == {s.id: s for s in ledger.statements(query)}
        assert [s.id for s in archive.statements(query)] == table["id"].to_list()


def test_files_are_by_month_sorted_and_with_statistics(archive, tmp_path):
    """Statement files are partitioned by month, sorted, and carry statistics."""
    archive.add([months(number) for number in range(8)])
    folders = {path.name for path in (tmp_path / "a" / "statements").iterdir()}
    assert folders == {"month=2026-02", "month=2026-03", "month=2025", "month=unknown"}
    pq = pytest.importorskip("pyarrow.parquet")
    for path in (tmp_path / "a" / "statements").rglob("*.parquet"):
        file = pq.ParquetFile(path)
        names = file.schema_arrow.names
        for name in ("date", "issue", "speaker"):
            assert file.metadata.row_group(0).column(names.index(name)).statistics is not None
        dates = pl.read_parquet(path)["date"]
        assert dates.is_sorted()


def test_duckdb_reads_it(archive, tmp_path):
    """DuckDB reads an archive's files as they are."""
    duckdb = pytest.importorskip("duckdb")
    archive.add([months(number) for number in range(8)])
    found = duckdb.sql(
        f"SELECT speaker, count(*) FROM read_parquet('{tmp_path}/a/statements/**/*.parquet') GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert found == [("Ana Orr", 8), ("Boris Vel", 8)]


def test_any_order_and_any_retry_gives_the_same_rows(tmp_path):
    """Claim: batches cut anywhere, in any order, written twice and by several writers, give one table."""
    readings = [months(number) for number in range(20)]
    with Archive(tmp_path / "whole") as whole:
        whole.add(readings, codebook=CODEBOOK, reader="r")
        expected = whole.table()
    dice = random.Random(3)
    with Archive(tmp_path / "pieces") as one, Archive(tmp_path / "pieces") as other:
        for _ in range(12):
            some = dice.sample(readings, dice.randint(1, 8))
            dice.choice([one, other]).add(some, codebook=CODEBOOK, reader="r")
        other.add(readings, codebook=CODEBOOK, reader="r")
        assert other.table().equals(expected)
        assert other.verify().ok
        files = sorted((tmp_path / "pieces").rglob("*.parquet"))
        assert one.add(readings, codebook=CODEBOOK, reader="r") == 0
        assert sorted((tmp_path / "pieces").rglob("*.parquet")) == files


def test_the_newest_reading_is_the_view(archive):
    """The newest reading of an article is its current view."""
    of, (first, second) = reading(1)
    archive.add([(of, [first, second]), reading(2)], codebook=CODEBOOK, reader="r1")
    sharper = replace(first, stance=judged(Stance.MIXED))
    archive.add([(of, [sharper])], codebook=OTHER_CODEBOOK, reader="r1")
    ids = set(archive.table(Query(article=of.id))["id"])
    assert ids == {sharper.id}
    assert set(archive.table(Query(article=of.id, history=True))["id"]) == {sharper.id, first.id, second.id}
    assert archive.codebook() == OTHER_CODEBOOK
    two = reading(2)[0].id
    assert archive.read_already([of.id, two], codebook=CODEBOOK, reader="r1") == {two}
    assert archive.read_already([of.id, two], codebook=OTHER_CODEBOOK, reader="r1") == {of.id}


def test_get_and_articles(archive):
    """A statement is found by the beginning of its id, and articles come once each."""
    of, (first, _) = reading(1)
    archive.add([reading(1), reading(2)])
    assert archive.get(first.id[:20]) == first
    assert {article.id for article in archive.articles()} == {of.id, reading(2)[0].id}
    with pytest.raises(StatementNotFound, match="no statement"):
        archive.get("0" * 32)


def test_any_text_survives(archive):
    """NUL and lone surrogates survive in an archive."""
    of, found = reading(1)
    odd = replace(of, title="NUL \0 and half \ud800", name="n\0")
    kept = [replace(one, article=odd) for one in found]
    archive.add([(odd, kept)])
    assert {s.id: s for s in archive.statements()} == {s.id: s for s in kept}
    assert archive.verify().ok


@pytest.mark.parametrize("column", ["record", "quote", "speaker", "stance", "hash", "date", "reading", "id"])
def test_a_changed_cell_is_found(archive, tmp_path, column):
    """A changed cell of any column of the statements is found by verification."""
    archive.add([reading(1), reading(2)])
    assert archive.verify().ok
    (path,) = (tmp_path / "a" / "statements").rglob("*.parquet")
    frame = pl.read_parquet(path)
    old = frame[column][0]
    new = old + timedelta(days=1) if column == "date" else old[:-1] + chr(ord(old[-1]) ^ 1)
    changed = pl.Series(column, [new, *frame[column].to_list()[1:]], dtype=frame[column].dtype)
    frame.with_columns(changed).write_parquet(path)
    assert not archive.verify().ok


@pytest.mark.parametrize("column", ["content", "record", "name", "reader", "published"])
def test_a_changed_article_is_found(archive, tmp_path, column):
    """A changed cell of any column of the articles is found by verification."""
    archive.add([reading(1)], reader="r")
    (path,) = (tmp_path / "a" / "articles").rglob("*.parquet")
    frame = pl.read_parquet(path)
    old = frame[column][0]
    new = old[:-1] + b"x" if isinstance(old, bytes) else old[:-1] + "7"
    frame.with_columns(pl.Series(column, [new])).write_parquet(path)
    assert not archive.verify().ok


def test_an_archive_without_its_articles_is_found(archive, tmp_path):
    """Claim: `verify` says so where any or all files of articles are gone, and where a file is cut short."""
    archive.add([months(number) for number in range(8)])
    assert archive.verify().ok
    files = sorted((tmp_path / "a" / "articles").rglob("*.parquet"))
    kept = files[0].read_bytes()
    files[0].unlink()
    found = archive.verify()
    assert not found.ok
    assert any("articles" in str(one) for one in found.findings)
    files[0].write_bytes(kept[: len(kept) // 2])
    assert not archive.verify().ok
    for path in files:
        path.unlink(missing_ok=True)
    assert not archive.verify().ok


def test_what_is_no_archive_is_said(tmp_path):
    """A folder or file that is no archive is refused, and a missing archive reads as empty."""
    with pytest.raises(NotALedger, match="not an archive"):
        Archive(tmp_path, create=False)
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError):
        Archive(tmp_path / "file" / "below")
    Archive(tmp_path / "a").close()
    with Archive(tmp_path / "a", read_only=True) as archive:
        assert archive.table().is_empty()
        assert archive.codebook() is None
        assert list(archive.statements()) == []
        with pytest.raises(LedgerReadOnly):
            archive.add([reading(1)])
    assert isinstance(open_store(tmp_path / "a"), Archive)


WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from ledger_samples import reading
from onrecord.record import Archive
with Archive(sys.argv[2]) as archive:
    if len(sys.argv) > 3:
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
    print("ready", flush=True)
    for first in range(0, 4000, 8):
        archive.add([reading(n) for n in range(first, first + 8)])
        print(first, flush=True)
"""


def writer(folder, *more):
    """Start a process that writes an archive."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(Path(__file__).parent), str(folder), *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip


def test_a_killed_writer_leaves_whole_files_only(tmp_path):
    """A writer killed at any moment leaves only complete files."""
    folder = tmp_path / "a"
    for _ in range(4):
        with writer(folder) as child:
            assert child.stdout.readline() == "ready\n"
            time.sleep(0.15 + random.random() * 0.2)
            child.send_signal(signal.SIGKILL)
            said = [line for line in child.stdout.read().split("\n")[:-1] if line]
        with Archive(folder, read_only=True) as archive:
            assert archive.verify().ok
            table = archive.table()
            assert table["id"].n_unique() == table.height
            assert table.height >= 16 * len(said)


def test_a_full_disk_is_said_in_one_line(tmp_path):
    """A full disk is reported in one line and leaves a valid archive."""
    with writer(tmp_path / "a", "3000") as child:
        _, said = child.communicate()
    assert child.returncode == 1
    assert "LedgerError" in said.splitlines()[-1]
    assert "disk is full" in said.splitlines()[-1]
    with Archive(tmp_path / "a") as archive:
        assert archive.verify().ok
        assert not list((tmp_path / "a").rglob("*.part"))


def test_an_archive_is_loaded_into_a_ledger_once(archive, ledger):
    """Claim: on both databases, loading gives the rows that adding gives, again adds nothing, and it verifies."""
    readings = [months(number) for number in range(12)]
    archive.add(readings[:8], codebook=CODEBOOK, reader="r")
    archive.add(readings[4:], codebook=CODEBOOK, reader="r")
    ledger.add(readings[:2], codebook=CODEBOOK, reader="r")
    ledger.add(readings[2:3], codebook=OTHER_CODEBOOK, reader="r")
    assert ledger.load(archive) == (9, 18)
    assert ledger.load(archive) == (0, 0)
    assert by_id(ledger.table()).equals(by_id(archive.table()))
    assert ledger.count(Query(text="wait")) == archive.count(Query(text="wait")) == 12
    assert ledger.codebook() == CODEBOOK
    assert ledger.read_already([readings[7][0].id], codebook=CODEBOOK, reader="r")
    report = ledger.verify()
    assert report.ok, report.findings


def test_a_changed_archive_is_not_loaded(archive, ledger, tmp_path):
    """An archive whose record was changed is not loaded into a ledger."""
    archive.add([reading(1)])
    (path,) = (tmp_path / "a" / "statements").rglob("*.parquet")
    frame = pl.read_parquet(path)
    frame.with_columns(pl.col("record").str.replace("Ardesh", "Brdesh")).write_parquet(path)
    with pytest.raises(LedgerError, match="was changed"):
        ledger.load(archive)
    assert ledger.count() == 0
