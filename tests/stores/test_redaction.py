"""Redaction: an article's words leave the store for good, and the store still verifies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from ledger_samples import CODEBOOK, article, reading, statement
from sqlalchemy import update

from onrecord.core.statement import Decision, Ruling
from onrecord.errors import LedgerError, StatementNotFound
from onrecord.record import Archive, DeskWork, Ledger, Query, Reviews, ReviewVerdict, open_store, schema
from onrecord.record.desk.unit_rounds import UnitRounds
from onrecord.record.desk.values import of_statement, set_values

WORDS = "Zorya Quell"


def secret():
    """Make a reading that is to be forgotten."""
    of = article(f"{WORDS} said the dam must wait.", name="secret.txt", title=f"{WORDS} speaks", url="https://x.test/1")
    return of, [statement(of, speaker=WORDS, affiliation="Quellia")]


@pytest.fixture(params=["sqlite", "postgresql", "archive"])
def store(request, tmp_path):
    """Two readings, one of which is to be forgotten, in a ledger of either database or in an archive."""
    places = {"sqlite": lambda: str(tmp_path / "ledger.db"), "archive": lambda: str(tmp_path / "archive") + "/"}
    url = places.get(request.param, lambda: request.getfixturevalue("new_database")())()
    with open_store(url) as made:
        made.add([secret(), reading(1)], codebook=CODEBOOK, reader="sample")
        yield made


def test_a_redacted_article_is_in_no_answer(store):
    """Claim: no table, statement or article has anything of it, and what else there is stays as it was."""
    of, (said,) = secret()
    others = [one.id for one in store.statements() if one.article.id != of.id]
    made = store.redact([of.id], coder="mira", reason="asked to")
    assert (made.articles, made.statements, made.shared) == (1, 1, ())
    for query in (Query(), Query(history=True), Query(speaker="Quell"), Query(text="dam", history=True)):
        assert of.id not in store.table(query)["article"].to_list()
        assert all(one.article.id != of.id for one in store.statements(query))
    assert [one.id for one in store.statements()] == others
    assert of.id not in [one.id for one in store.articles()]
    assert store.speakers()["speaker"].to_list().count(WORDS) == 0
    assert store.count() == len(others)
    with pytest.raises(StatementNotFound):
        store.get(said.id)


def test_verify_says_redacted_and_not_broken(store):
    """Claim: the store holds after a redaction, and the report says what was redacted, by whom and why."""
    of, _ = secret()
    before = store.verify().digest
    store.redact([of.id], coder="mira", reason="asked to")
    report = store.verify()
    assert report.ok, report.findings
    assert report.redacted == 1
    assert any(of.id in note and "mira" in note and "asked to" in note for note in report.notes)
    assert isinstance(store, Archive) or report.digest != before
    assert [(one.article, one.coder, one.reason) for one in store.redactions()] == [(of.id, "mira", "asked to")]


def test_a_redacted_article_does_not_come_back(store):
    """Claim: reading the article again adds nothing and breaks nothing, whoever hands it in."""
    of, found = secret()
    store.redact([of.id], coder="mira", reason="")
    assert store.read_already([of.id], codebook=CODEBOOK, reader="another") == {of.id}
    store.add([(of, found)], codebook=CODEBOOK, reader="again")
    assert of.id not in [one.id for one in store.articles()]
    assert store.count() == 2
    assert store.verify().ok


def test_what_is_not_there_cannot_be_redacted(store):
    """Claim: an unknown article is an error, and nothing changes."""
    with pytest.raises(LedgerError, match="not in the"):
        store.redact(["0" * 32, secret()[0].id], coder="mira", reason="")
    assert store.count() == 3
    assert store.verify().redacted == 0


def test_articles_are_found_by_id_beginning_name_and_address(store):
    """Claim: a person can name the article in each of these ways."""
    of, _ = secret()
    for key in (of.id, of.id[:8], "secret.txt", "https://x.test/1"):
        assert store.find_articles(key) == [of.id]
    assert store.find_articles("nothing") == []


def test_the_words_leave_the_file(tmp_path):
    """Claim: after `compact` no byte of the SQLite file or its -wal has the words, the search index included."""
    path = tmp_path / "ledger.db"
    of, _ = secret()
    with Ledger(path) as ledger:
        ledger.add([secret(), reading(1)], codebook=CODEBOOK)
        assert WORDS.encode() in _bytes(tmp_path)
        ledger.redact([of.id], coder="mira", reason="asked to")
        assert ledger.compact()
        left = _bytes(tmp_path).lower()
    assert WORDS.encode().lower() not in left
    assert b"quell" not in left


def test_the_words_leave_the_archive(tmp_path):
    """Claim: no Parquet file of an archive has the words, whose files keep their names."""
    of, _ = secret()
    with Archive(tmp_path / "a") as archive:
        archive.add([secret(), reading(1)], codebook=CODEBOOK)
        names = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.parquet"))
        archive.redact([of.id], coder="mira", reason="asked to")
        assert names == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.parquet"))
    import polars as pl

    for path in tmp_path.rglob("*.parquet"):
        assert "Quell" not in str(pl.read_parquet(path).rows()), path
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.load(Archive(tmp_path / "a"))
        assert ledger.count() == 2


def test_a_text_that_another_article_has_stays_and_is_named(ledger):
    """Claim: the text of two articles goes with the second of them, and the first redaction says so."""
    of, found = secret()
    twin = replace(of, name="twin.txt", outlet="The Wire")
    ledger.add([(of, found), (twin, [replace(one, article=twin) for one in found])])
    assert ledger.redact([of.id], coder="mira", reason="").shared == (twin.id,)
    assert ledger.article(twin.id).text == of.text
    assert ledger.verify().ok
    assert ledger.redact([twin.id], coder="mira", reason="").shared == ()
    third = replace(of, name="third.txt", outlet="The Post")
    ledger.add([(third, [replace(one, article=third) for one in found])])
    assert ledger.count() == 0
    assert ledger.verify().ok


def test_a_redaction_that_nobody_recorded_is_a_fault(ledger, url, raw):
    """Claim: rows blanked past the ledger are found, and so is a record that came back."""
    of, _ = secret()
    ledger.add([secret(), reading(1)])
    ledger.redact([of.id], coder="mira", reason="")
    a = schema.articles.c
    with raw(url).begin() as connection:
        connection.execute(update(schema.articles).where(a.id == of.id).values(title="Quell again"))
        connection.execute(update(schema.articles).where(a.id != of.id).values(record="", name="", title=None))
    found = " ".join(str(one) for one in ledger.verify().findings)
    assert "column title still says 'Quell again'" in found
    assert "its record is gone, but no redaction says so" in found


def test_the_desk_forgets_with_the_ledger(ledger):
    """Claim: notes, reviews, samples and codings of the article go, a round goes on without a gap."""
    of, (said,) = secret()
    other = reading(1)
    ledger.add([(of, [said]), other])
    reviews, work = Reviews(ledger), DeskWork(ledger)
    reviews.judge(ReviewVerdict.REJECT, said, None, coder="mira")
    reviews.open_round("r", "mira", ["stance"], [said.id, other[1][0].id])
    reviews.code("r", 1, "mira", {"stance": "oppose"})
    reviews.code("r", 2, "mira", {"stance": "support"})
    work.add_note(of.id, said.id, "Quell is wrong", kind="note", coder="mira")
    work.draw([said.id], coder="mira")
    set_values(ledger, said.id, {"tone": "Quell is harsh"}, coder="mira")
    units = UnitRounds(ledger)
    units.open("u", "mira", [of.id, other[0].id])
    units.mark("u", 1, "mira", [(0, 5)])
    units.mark("u", 2, "mira", [(0, 9)])
    ledger.decide(Decision(ruling=Ruling.PIN, name="Ana Orr", others=(), coder="mira", reason=""))
    ledger.redact([of.id], coder="mira", reason="")
    assert work.notes(article=of.id) == []
    assert work.sample() == []
    assert reviews.latest() == []
    assert reviews.round("r").statements == (other[1][0].id,)
    assert reviews.codings("r") == {"mira": {1: {"stance": "support"}}}
    assert of_statement(ledger, said.id) == {}
    assert units.get("u").articles == (other[0].id,)
    assert units.marked("u") == {"mira": {1: [(0, 9)]}}
    assert ledger.verify().ok


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
