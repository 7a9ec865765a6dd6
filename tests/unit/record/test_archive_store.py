"""An archive beside the questions of a ledger: texts it knows, limits, codebooks, errors of the disk."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.made import TEXT, article, statement
from tests.unit.test_view import CODEBOOK, REPORTS

from onrecord.core.span import Text
from onrecord.errors import LedgerError, LedgerReadOnly, NotALedger, StatementNotFound
from onrecord.record import Archive, Ledger, Query
from onrecord.record.archive import _error, is_archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive of six reports."""
    with Archive(tmp_path / "river", clock=lambda: datetime(2026, 5, 1, tzinfo=UTC)) as made:
        made.add(REPORTS, codebook=CODEBOOK, reader="r")
        yield made


def test_a_folder_or_a_trailing_slash_names_an_archive(tmp_path: Path) -> None:
    """A folder that is there, or a path with a slash at its end; a database's URL and a file never."""
    assert is_archive(tmp_path)
    assert is_archive("new/")
    assert not is_archive("new")
    assert not is_archive("postgresql://host/river/")


def test_it_knows_the_texts_that_it_has(archive: Archive) -> None:
    """Under another id the same text is described by the article that has it; this article itself is not its double."""
    there, _ = REPORTS[0]
    found = archive.same_text("other", there.text.id)
    assert found is not None
    assert there.name in found or (there.outlet or "") in found
    assert archive.same_text(there.id, there.text.id) is None
    assert archive.same_text("other", Text("Another text.").id) is None
    one = statement(article(f"{TEXT} Once more."))
    assert archive.same_text("other", one.article.text.id) is None
    archive.add([(one.article, [one])])
    assert archive.same_text("other", one.article.text.id) is not None


def test_it_knows_who_read_an_article_under_which_codebook(archive: Archive) -> None:
    """Only the same reader under the same codebook has read an article already; a later reading counts at once."""
    ids = [REPORTS[0][0].id, "0" * 32]
    assert archive.read_already(ids, codebook=CODEBOOK, reader="r") == {ids[0]}
    assert archive.read_already(ids, codebook=None, reader="r") == set()
    assert archive.read_already(ids, codebook=CODEBOOK, reader="other") == set()
    archive.add([REPORTS[0]], reader="other")
    assert archive.read_already(ids, codebook=None, reader="other") == {ids[0]}


def test_batches_that_are_there_are_passed_over(archive: Archive) -> None:
    """The same readings add nothing, new ones their number; `reached` counts the files."""
    before = archive.reached()
    assert archive.add(REPORTS, codebook=CODEBOOK, reader="r") == 0
    assert archive.reached() == before
    one = statement(article(f"{TEXT} Once more."))
    assert archive.add([(one.article, [one])]) == 1
    assert archive.reached() == (before[0] + 1, 0)


def test_limits_cut_the_table_in_its_order(archive: Archive) -> None:
    """Limit and offset take rows of the table in its order; the count ignores them."""
    every = archive.table()["id"].to_list()
    assert len(every) == 6
    for limit, offset in ((2, 0), (2, 1), (None, 4), (9, 5)):
        cut = archive.table(Query(limit=limit, offset=offset))["id"].to_list()
        assert cut == every[offset : None if limit is None else offset + limit]
    assert archive.count(Query(limit=1)) == 6
    assert [one.id for one in archive.statements(Query(limit=3))] == every[:3]


def test_further_columns_are_there_even_where_it_knows_nothing(archive: Archive) -> None:
    """Columns of a ledger are null in an archive; those of an article come along where it has them."""
    found = archive.table(more=("coder", "article_extra", "extra"))
    assert found.columns[-3:] == ["coder", "article_extra", "extra"]
    assert found.select("coder", "article_extra").null_count().row(0) == (6, 6)
    about = replace(article(f"{TEXT} Extra."), extra='{"author":"Ann"}')
    archive.add([(about, [statement(about)])])
    extras = archive.table(more=("article_extra",))["article_extra"].to_list()
    assert [one for one in extras if one] == ['{"author":"Ann"}']
    assert len(extras) == 7


def test_it_lists_issues_speakers_articles_and_codebooks(archive: Archive) -> None:
    """Each is what a ledger of the same readings has."""
    with Ledger(":memory:") as ledger:
        ledger.add(REPORTS, codebook=CODEBOOK, reader="r")
        assert archive.issues() == ledger.issues()
        key = ["speaker", "affiliation"]
        assert archive.speakers().sort(key).rows() == ledger.speakers().sort(key).rows()
        assert {one.id for one in archive.articles()} == {one.id for one in ledger.articles()}
        assert archive.codebook() == ledger.codebook()
        assert list(archive.codebooks().values()) == list(ledger.codebooks())
    assert [one.id for one in archive.articles()] == sorted(one.id for one in archive.articles())
    assert (archive.decisions(), archive.created(), archive.values().kinds) == ([], None, {})


def test_the_codebook_used_last_is_the_newest(archive: Archive) -> None:
    """A codebook that is used again is the last one again."""
    other = replace(CODEBOOK, name="other")
    archive.add([REPORTS[0]], codebook=other)
    assert archive.codebook() == other
    archive.add([REPORTS[1]], codebook=CODEBOOK, reader="again")
    assert archive.codebook() == CODEBOOK
    assert len(archive.codebooks()) == 2


def test_statements_are_found_by_the_beginning_of_their_id(archive: Archive) -> None:
    """One that begins so is it; none, several and what is no id are errors."""
    wanted = next(archive.statements())
    assert archive.get(wanted.id[:10].upper() + " ").id == wanted.id
    for prefix, words in (("", "is not a statement id"), ("xyz", "is not a statement id"), ("f" * 32, "no statement")):
        with pytest.raises(StatementNotFound, match=words):
            archive.get(prefix)
    firsts = [key[0] for key in archive.table()["id"].to_list()]
    shared = next((key for key in firsts if firsts.count(key) > 1), None)
    if shared is not None:
        with pytest.raises(StatementNotFound, match="several"):
            archive.get(shared)


def test_opened_for_reading_nothing_is_written(archive: Archive) -> None:
    """An archive that was opened for reading refuses readings and redactions; a folder without one is none."""
    with Archive(archive.name, read_only=True) as reading:
        assert reading.count() == 6
        with pytest.raises(LedgerReadOnly):
            reading.add(REPORTS)
        with pytest.raises(LedgerReadOnly):
            reading.redact([REPORTS[0][0].id], coder="Ada", reason="asked")
        assert repr(reading).endswith("read_only=True)")
    with pytest.raises(NotALedger):
        Archive(Path(archive.name) / "statements", create=False)
    assert "read_only" not in repr(archive)


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, LedgerError, "disk is full"),
        (errno.EDQUOT, LedgerError, "disk is full"),
        (errno.EFBIG, LedgerError, "disk is full"),
        (errno.EACCES, LedgerReadOnly, "permissions"),
        (errno.EPERM, LedgerReadOnly, "permissions"),
        (errno.EROFS, LedgerReadOnly, "permissions"),
        (errno.EIO, LedgerError, "river: input\\output"),
    ],
)
def test_errors_of_the_disk_name_the_remedy(number: int, kind: type[LedgerError], words: str) -> None:
    """A full disk, missing rights and other errors are told apart."""
    found = _error("river", OSError(number, "input\\output"))
    assert type(found) is kind
    assert words in str(found)


def test_a_damaged_file_is_named_as_damage(archive: Archive) -> None:
    """A file that is no Parquet any more is an error of the archive and not of the library."""
    path = next(Path(archive.name, "statements").rglob("*.parquet"))
    path.write_bytes(b"nothing")
    with pytest.raises(LedgerError, match="damaged"):
        archive.table()


def test_a_ledger_takes_in_what_it_lacks_of_an_archive(archive: Archive) -> None:
    """Articles that it has are passed over, statements and codebook come along, and it says how far it is."""
    told: list[int] = []
    with Ledger(":memory:") as ledger:
        ledger.add(REPORTS[:2], codebook=CODEBOOK, reader="r")
        assert ledger.load(archive, told.append) == (4, 4)
        assert ledger.count() == 6
        assert ledger.codebook() == CODEBOOK
        assert ledger.load(archive) == (0, 0)
        assert {one.id for one in ledger.statements()} == {one.id for one in archive.statements()}
        assert not ledger.verify().findings
    assert sum(told) == 6


def test_an_archives_reading_replaces_that_of_another_reader(archive: Archive) -> None:
    """Articles that the ledger has from another reader are read as the archive has them, without a statement twice."""
    with Ledger(":memory:") as ledger:
        ledger.add([(article, found[:0]) for article, found in REPORTS[:2]], codebook=CODEBOOK, reader="another")
        assert ledger.count() == 0
        assert ledger.load(archive)[1] == archive.count()
        assert {one.id for one in ledger.statements()} == {one.id for one in archive.statements()}
        assert ledger.load(archive) == (0, 0)


def test_a_redaction_says_who_and_why_in_any_script(archive: Archive) -> None:
    """Names beyond ASCII are kept as given; the words of the article are gone and its id stays."""
    article_id = REPORTS[0][0].id
    done = archive.redact([article_id], coder="Zoë Łysek", reason="на просьбу")
    assert done.articles == 1
    (found,) = archive.redactions()
    assert (found.article, found.coder, found.reason) == (article_id, "Zoë Łysek", "на просьбу")
    assert archive.count() == 5
    assert archive.add([REPORTS[0]], reader="again") == 0
    with pytest.raises(LedgerError, match="not in the archive"):
        archive.redact(["0" * 32], coder="Ada", reason="asked")
