"""Claim: `verify` finds any byte that is not as it was written, and says where."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace

import pytest
from ledger_samples import CODEBOOK, judged, reading
from sqlalchemy import Double, func, select, text, update

from onrecord.core.codec import statement_to_dict
from onrecord.core.statement import Decision, Ruling, Stance
from onrecord.errors import LedgerError
from onrecord.record import Ledger, Query, schema
from onrecord.record.hash_chain import link
from onrecord.record.rows import checksum

CELLS = [
    (table, column)
    for table in schema.metadata.sorted_tables
    for column in table.columns
    if (table.name, column.name) not in {("head", "place"), ("decision_head", "place")}  # their CHECK allows one value
    and table.name != "redactions"  # has a test of its own
]


def name_of(value):
    """Name a column for a test id."""
    return f"{value[0].name}.{value[1].name}"


@pytest.fixture
def full(url):
    """A ledger with something in every table: three batches, a re-reading, a correction, a codebook, a decision."""
    of, (ana, boris) = reading()
    with Ledger(url) as ledger:
        ledger.add([(of, [ana, boris]), reading(1)], codebook=CODEBOOK, reader="sample")
        sharper = replace(ana, stance=judged(Stance.MIXED))
        ledger.add([(of, [sharper, boris])])
        ledger.revise(boris.id, replace(boris, stance=judged(Stance.OPPOSE)), coder="mira", reason="a no")
        ledger.decide(Decision(ruling=Ruling.MERGE, name="Ana", others=("A.",), coder="mira", reason="the same"))
        assert ledger.verify().ok
    return url


@pytest.mark.parametrize("column", list(schema.redactions.columns), ids=lambda column: column.name)
def test_a_changed_redaction_is_found(full, raw, column):
    """Claim: the record of a redaction is in the chain like everything else, and so is the text's row."""
    of, found = reading(2)
    with Ledger(full) as ledger:
        ledger.add([(of, found)])
        ledger.redact([of.id], coder="mira", reason="asked to")
        assert ledger.verify().ok
    with raw(full).begin() as connection:
        value = connection.execute(select(column)).scalar_one()
        connection.execute(update(schema.redactions).values({column: changed(value)}))
        connection.execute(schema.texts.delete().where(schema.texts.c.id == of.text.id))
    with Ledger(full) as ledger:
        places = " ".join(str(finding) for finding in ledger.verify().findings)
    assert "batch" in places
    assert "its text is missing" in places


def changed(value):
    """Return another value of the same type."""
    if value is None:
        return 1
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    if isinstance(value, int | float):
        return value + 1000
    # One bit of one character in the middle.
    middle = len(value) // 2
    return value[:middle] + chr(ord(value[middle]) ^ 1) + value[middle + 1 :] if value else "x"


@pytest.mark.parametrize("cell", CELLS, ids=name_of)
def test_a_changed_cell_is_found(full, raw, cell):
    """Claim: whatever column of whatever table is changed in one row, verify says so (or the ledger does not open)."""
    table, column = cell
    engine = raw(full)
    key = next(iter(table.primary_key.columns))
    with engine.begin() as connection:
        row = connection.execute(select(key, column).order_by(column.is_(None), key).limit(1)).one()
        value = changed(row[1])
        if row[1] is None and not isinstance(column.type, schema.BigInteger | schema.Integer):
            value = 0.5 if isinstance(column.type, Double) else "x"
        connection.execute(update(table).where(key == row[0]).values({column: value}))
    try:
        with Ledger(full) as ledger:
            report = ledger.verify()
    except LedgerError as error:
        assert table.name == "schema_version", error
        return
    assert not report.ok
    places = " ".join(str(finding) for finding in report.findings)
    expected = {"texts": "text", "supersessions": "batch", "batches": "batch", "decision_head": "decisions"}
    assert expected.get(table.name, table.name.rstrip("s")) in places
    assert "\n" not in places


@pytest.mark.parametrize("name", ["articles.number", "statements.number", "supersessions.position"])
def test_a_number_that_keeps_the_order_is_found_too(full, raw, name):
    """Claim: not even the last row's place can be changed unnoticed."""
    table, column = name.split(".")
    with raw(full).begin() as connection:
        connection.execute(
            text(f"UPDATE {table} SET {column} = {column} + 5 WHERE {column} = (SELECT max({column}) FROM {table})")
        )
    with Ledger(full) as ledger:
        assert not ledger.verify().ok


# A reading that is not remembered costs a second one, and nothing else.
@pytest.mark.parametrize(
    "table",
    [table for table in schema.metadata.sorted_tables if table.name not in ("readings", "redactions")],
    ids=lambda table: table.name,
)
@pytest.mark.parametrize("which", [func.min, func.max], ids=["first", "last"])
def test_a_deleted_row_is_found(full, raw, table, which):
    """A row deleted from any table is found by verification."""
    key = next(iter(table.primary_key.columns))
    with raw(full).begin() as connection:
        connection.execute(table.delete().where(key == select(which(key)).scalar_subquery()))
    try:
        with Ledger(full) as ledger:
            assert ledger.verify().findings
    except LedgerError as error:
        assert table.name == "schema_version", error


def test_a_batch_cut_off_whole_is_found(full, raw):
    """Claim: even where every row of the last batch is gone, the head tells."""
    with raw(full).begin() as connection:
        for statement in (
            "DELETE FROM supersessions WHERE batch = 3", "DELETE FROM statements WHERE batch = 3",
            "UPDATE statements SET superseded = NULL WHERE superseded = 3", "DELETE FROM batches WHERE number = 3",
        ):  # fmt: skip
            connection.execute(text(statement))
    with Ledger(full) as ledger:
        report = ledger.verify()
        assert [f.where for f in report.findings if f.where not in ("file", "search index")] == ["head"]
        with pytest.raises(LedgerError, match="verify"):
            ledger.add([reading(9)])


def test_an_added_row_is_found(full, raw):
    """A row added behind the ledger's back is found by verification."""
    with raw(full).begin() as connection:
        columns = [c.name for c in schema.statements.columns]
        taken = ", ".join({"number": "number + 100", "id": "'f' || substr(id, 2)"}.get(c, c) for c in columns)
        connection.execute(
            text(f"INSERT INTO statements ({', '.join(columns)}) SELECT {taken} FROM statements WHERE number = 1")
        )
    with Ledger(full) as ledger:
        places = [finding.where for finding in ledger.verify().findings]
    assert "batch 1" in places
    assert any("number 101" in place for place in places)


def test_a_record_changed_with_its_checksum_is_found(full, raw):
    """Claim: who knows the checksums and adapts them still breaks the chain."""
    with raw(full).begin() as connection:
        record = connection.execute(text("SELECT record FROM statements WHERE number = 1")).scalar_one()
        forged = record.replace('"rule":"sample"', '"rule":"simple"', 1)
        assert forged != record
        connection.execute(
            text("UPDATE statements SET record = :r, hash = :h WHERE number = 1"), {"r": forged, "h": checksum(forged)}
        )
    with Ledger(full) as ledger:
        assert [f.where for f in ledger.verify().findings] == ["batch 1"]


def test_the_message_says_where(full, raw):
    """Findings name the statement, the column and the article that were changed."""
    with raw(full).begin() as connection:
        connection.execute(text("UPDATE statements SET speaker = 'Somebody Else' WHERE number = 2"))
        connection.execute(
            text(
                "UPDATE texts SET content = content || :more "
                "WHERE id IN (SELECT text_id FROM articles WHERE number = 2)"
            ).bindparams(more=b"!")
        )
    with Ledger(full) as ledger:
        findings = [str(finding) for finding in ledger.verify().findings]
    assert any("number 2)" in f and "column speaker" in f and "Boris Vel" in f for f in findings), findings
    assert any("article" in f and "report-1.txt" in f and "text was changed" in f for f in findings), findings


def test_a_forged_batch_that_fits_itself_is_found(full, raw):
    """Claim: whoever rewrites a batch and its own digest still breaks the link from the batch after it."""
    with Ledger(full) as ledger:
        first = ledger.batches()[0]
    forged = replace(first, created="2020-01-01T00:00:00+00:00")
    with raw(full).begin() as connection:
        connection.execute(
            update(schema.batches)
            .where(schema.batches.c.number == first.number)
            .values(created=forged.created, digest=link(forged))
        )
    with Ledger(full) as ledger:
        findings = [str(finding) for finding in ledger.verify().findings]
    assert findings == ["batch 2: does not follow batch 1: the digest before it is another"]


def test_a_chain_forged_to_its_end_is_found_by_the_head(full, raw):
    """Claim: even where every digest from the forged batch on is recomputed, the head names another last batch."""
    with Ledger(full) as ledger:
        batches = ledger.batches()
    previous = ""
    with raw(full).begin() as connection:
        for batch in batches:
            made = replace(batch, previous=previous, reader="forged" if batch.number == 1 else batch.reader)
            previous = link(made)
            connection.execute(
                update(schema.batches)
                .where(schema.batches.c.number == batch.number)
                .values(previous=made.previous, reader=made.reader, digest=previous)
            )
    with Ledger(full) as ledger:
        assert [finding.where for finding in ledger.verify().findings] == ["head"]


def test_a_batch_that_lacks_a_row_is_counted_and_one_with_a_changed_row_is_not(full, raw):
    """Claim: the finding tells how much is there and how much was written, or that a row was changed."""
    with raw(full).begin() as connection:
        connection.execute(update(schema.supersessions).values(reason="another"))
    with Ledger(full) as ledger:
        changed = [str(f) for f in ledger.verify().findings if "written with" in str(f)]
    assert changed[-1] == "batch 3: does not hold what it was written with: a row of it was changed"
    with raw(full).begin() as connection:
        connection.execute(schema.statements.delete().where(schema.statements.c.batch == 1))
    with Ledger(full) as ledger:
        lacking = next(str(f) for f in ledger.verify().findings if "written with" in str(f))
    assert lacking.endswith("2 articles, 0 statements, 0 retired where there were 2, 4, 0")


def test_a_ledger_that_lost_its_batches_is_found_by_the_head(full, raw):
    """Claim: the head of an emptied ledger names the batch that is gone; without a head, nothing is named."""
    with raw(full).begin() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            if table.name not in ("head", "decision_head", "schema_version"):
                connection.execute(table.delete())
    with Ledger(full) as ledger:
        assert "head: names batch 3 as the last batch, not batch 0" in map(str, ledger.verify().findings)
    with raw(full).begin() as connection:
        connection.execute(schema.head.delete())
    with Ledger(full) as ledger:
        assert "head: names nothing as the last batch, not batch 0" in map(str, ledger.verify().findings)


# ---------------------------------------------------------------- the SQLite file itself


def content_of(ledger):
    """Return the content of a ledger."""
    return (
        [statement_to_dict(s) for s in ledger.statements(Query(history=True))],
        ledger.batches(),
        list(ledger.articles()),
    )


def test_flipped_bits_in_the_file_are_found_or_change_nothing(tmp_path):
    """Claim: for any flipped bit of the file, an error is raised, or verify finds it, or all content is as before."""
    path = tmp_path / "whole.db"
    with Ledger(path) as ledger:
        ledger.add([reading(n) for n in range(6)], codebook=CODEBOOK)
        before = content_of(ledger)
    sound = path.read_bytes()
    dice = random.Random(20260302)
    noticed = 0
    for number in range(400):
        damaged = bytearray(sound)
        damaged[dice.randrange(len(sound))] ^= 1 << dice.randrange(8)
        copy = tmp_path / "copy.db"
        copy.write_bytes(bytes(damaged))
        try:
            with Ledger(copy, read_only=True) as ledger:
                report = ledger.verify()
                if report.ok:
                    assert content_of(ledger) == before, number
                else:
                    noticed += 1
        except LedgerError as error:
            assert "\n" not in str(error)
            assert str(copy) in str(error)
            noticed += 1
    assert noticed > 50


def test_words_that_are_no_longer_utf8_are_located(tmp_path):
    """Damaged bytes in a text are located, not fatal."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        ledger.add([reading()])
    damaged = path.read_bytes().replace(b"Boris Vel replied", b"Boris Vel r\xffplied")
    assert damaged != path.read_bytes()
    path.write_bytes(damaged)
    with Ledger(path) as ledger:
        assert any("article" in f.where for f in ledger.verify().findings)


def test_a_search_index_that_does_not_fit_is_found(tmp_path, raw):
    """A search index that does not fit its statements is found."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        ledger.add([reading()])
    with raw(str(path)).begin() as connection:
        connection.execute(text("INSERT INTO statement_words (statement_words) VALUES ('delete-all')"))
    with Ledger(path) as ledger:
        assert [f.where for f in ledger.verify().findings] == ["search index"]
    with Ledger(path, read_only=True) as ledger:
        assert [f.where for f in ledger.verify().findings] == ["search index"]


def test_a_search_index_that_fits_is_sound_for_readers_too(tmp_path):
    """Claim: without the right to write, the index is compared with a new one, which leaves no trace."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        ledger.add([reading(n) for n in range(5)])
    before = path.read_bytes()
    for _ in range(2):
        with Ledger(path, read_only=True) as ledger:
            report = ledger.verify()
            assert report.ok
            assert report.notes == ()
    assert path.read_bytes() == before


def test_a_truncated_file_is_an_error_in_one_line(tmp_path):
    """A truncated file gives findings or an error in one line, never a traceback."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        ledger.add([reading(n) for n in range(30)])
    whole = path.read_bytes()
    for size in (50, 1000, 4096, len(whole) // 2, len(whole) - 4096):
        cut = tmp_path / "cut.db"
        cut.write_bytes(whole[:size])
        try:
            with Ledger(cut, create=False) as ledger:
                assert not ledger.verify().ok
        except LedgerError as error:
            assert str(cut) in str(error)
            assert "\n" not in str(error)
        for beside in tmp_path.glob("cut.db*"):
            beside.unlink()
    shutil.rmtree(tmp_path, ignore_errors=True)
