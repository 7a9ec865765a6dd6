"""What every store does: keep, find, supersede."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_samples import CODEBOOK, OTHER_CODEBOOK, article, judged, reading, statement

from onrecord.core.codec import statement_to_dict
from onrecord.core.span import Evidence, Span, Text
from onrecord.core.statement import Act, Article, PartialDate, Stance
from onrecord.errors import LedgerError, LedgerReadOnly, SpanError, StatementNotFound
from onrecord.record import Ledger, Query
from onrecord.record.table import COLUMNS


def ids(statements):
    """Return the ids of statements."""
    return [statement.id for statement in statements]


def test_what_is_added_comes_back_whole(ledger):
    """Claim: a statement read from the ledger equals the one that was added, evidence and judgements included."""
    of, found = reading()
    batch = ledger.add([(of, found)], codebook=CODEBOOK, reader="sample 1")
    assert (batch.number, batch.articles, batch.statements, batch.written) == (1, 1, 2, True)
    back = {statement.id: statement for statement in ledger.statements()}
    assert back == {statement.id: statement for statement in found}
    assert [statement_to_dict(back[s.id]) for s in found] == [statement_to_dict(s) for s in found]
    assert list(ledger.articles()) == [of]
    assert ledger.codebook() == CODEBOOK
    assert ledger.verify().ok


def test_adding_twice_is_a_no_op(ledger):
    """Claim: the second time nothing is written, not even a batch."""
    first = ledger.add([reading(1), reading(2)], codebook=CODEBOOK)
    again = ledger.add([reading(2), reading(1), reading(1)], codebook=CODEBOOK)
    assert not again.written
    assert (again.number, again.digest, again.articles, again.statements) == (1, first.digest, 0, 0)
    assert [batch.number for batch in ledger.batches()] == [1]
    assert ledger.count() == 4


def test_batches_are_chained(ledger):
    """Each batch carries the digest of the one before, and verification returns the last one."""
    batches = [ledger.add([reading(n)]) for n in range(3)]
    assert [b.number for b in batches] == [1, 2, 3]
    assert [b.previous for b in batches] == ["", batches[0].digest, batches[1].digest]
    assert ledger.batches() == batches
    assert ledger.verify().digest == batches[-1].digest


def test_the_same_additions_give_the_same_chain(tmp_path):
    """Claim: nothing but content and the clock enters the digests."""
    digests = []
    for name in ("one.db", "two.db"):
        with Ledger(tmp_path / name, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC)) as ledger:
            ledger.add([reading(1)])
            digests.append(ledger.add([reading(2)]).digest)
    assert digests[0] == digests[1]


def test_an_article_without_statements_is_kept(ledger):
    """An article without statements is stored."""
    of, _ = reading()
    assert ledger.add([(of, [])]).articles == 1
    assert list(ledger.articles()) == [of]
    assert ledger.table().shape == (0, len(COLUMNS))


def test_the_first_name_of_an_article_stays(ledger):
    """Claim: the same article under another name is the same article, and its new statements go by the first name."""
    of, found = reading()
    ledger.add([(of, found[:1])])
    renamed = replace(of, name="copy.txt")
    ledger.add([(renamed, [replace(s, article=renamed) for s in found])])
    assert ledger.count() == 2
    assert ledger.table()["article_name"].unique().to_list() == [of.name]
    assert ledger.verify().ok


def test_reprints_share_their_text(ledger):
    """Two articles with the same text store it once and both verify."""
    body = "Ana Orr said the dam must wait."
    one, two = article(body, "one"), article(body, "two", outlet="The Echo")
    batch = ledger.add([(one, [statement(one)]), (two, [statement(two)])])
    assert (batch.articles, batch.statements) == (2, 2)
    assert ledger.verify().ok


def test_the_table_has_exactly_the_agreed_columns(ledger):
    """The ledger's table has the agreed columns, types and values."""
    of, found = reading()
    ledger.add([(of, found)])
    table = ledger.table()
    assert table.schema == pl.Schema(COLUMNS)
    rows = {row["speaker"]: row for row in table.iter_rows(named=True)}
    boris, ana = rows["Boris Vel"], rows["Ana Orr"]
    assert boris["id"] == found[1].id
    assert boris["article"] == of.id
    assert boris["article_name"] == "report-0.txt"
    assert (boris["when"], boris["date"]) == ("2026-02", date(2026, 2, 1))
    assert (ana["when"], ana["date"], ana["published"]) == (None, date(2026, 3, 2), "2026-03-02")
    assert boris["chain"] == ["The Wire", "Radio Öst"]
    assert ana["chain"] == []
    assert ana["condition"] == ["until spring"]
    assert boris["quote"] == "it “will not” stand"
    assert (boris["act"], boris["issue"], boris["stance"], boris["commitment"]) == ("deny", None, "none", "CT-")
    assert ana["start"] == of.text.content.index("the dam")
    assert ana["confidence"] == pytest.approx(0.9**2)
    assert (ana["cue"], ana["source"], ana["form"]) == ("said", "Ana Orr", "indirect")


# ---------------------------------------------------------------- queries


@pytest.fixture
def filled(ledger):
    """Four statements of four articles."""
    made = []
    for n, (speaker, outlet, published, values) in enumerate(
        [
            ("Sergei Lavrov", "RT", "2026-01-15", {"stance": Stance.OPPOSE, "affiliation": "Russia"}),
            ("Ana Orr", "The Courier", "2026-02", {"stance": Stance.SUPPORT, "act": Act.PROMISE}),
            ("José Núñez", "El País", "2026-03-31", {"issue": "port", "affiliation": "Spain"}),
            ("Orrin Vale", "Courier", None, {"issue": None, "stance": Stance.NONE}),
        ]
    ):
        of = article(f"{speaker} said the dam must wait. {n}", f"n{n}", outlet=outlet, published=published)
        made.append((of, [statement(of, speaker=speaker, **values)]))
    ledger.add(made)
    return ledger


@pytest.mark.parametrize(
    ("query", "speakers"),
    [
        (Query(), ["Orrin Vale", "Sergei Lavrov", "Ana Orr", "José Núñez"]),
        (Query(speaker="lavrov"), ["Sergei Lavrov"]),
        (Query(speaker="SERGEI  LAVROV"), ["Sergei Lavrov"]),
        (Query(speaker="Orr"), ["Ana Orr"]),
        (Query(speaker="jose nunez"), ["José Núñez"]),
        (Query(speaker="lav"), []),
        (Query(speaker="%"), []),
        (Query(speaker=""), []),
        (Query(affiliation="russia"), ["Sergei Lavrov"]),
        (Query(issue="port"), ["José Núñez"]),
        (Query(stance="support"), ["Ana Orr"]),
        (Query(act="promise"), ["Ana Orr"]),
        (Query(outlet="courier"), ["Orrin Vale", "Ana Orr"]),
        (Query(outlet="the courier"), ["Ana Orr"]),
        (Query(outlet="el pais"), ["José Núñez"]),
        (Query(since=PartialDate("2026-02")), ["Ana Orr", "José Núñez"]),
        (Query(until=PartialDate("2026-02")), ["Sergei Lavrov", "Ana Orr"]),
        (Query(until=PartialDate("2026-03")), ["Sergei Lavrov", "Ana Orr", "José Núñez"]),
        (Query(since=PartialDate("2026"), until=PartialDate("2026-01-15")), ["Sergei Lavrov"]),
        (Query(article="n2"), ["José Núñez"]),
        (Query(limit=2), ["Orrin Vale", "Sergei Lavrov"]),
        (Query(limit=2, offset=1), ["Sergei Lavrov", "Ana Orr"]),
        (Query(offset=3), ["José Núñez"]),
        (Query(limit=0), []),
        (Query(text="wait", stance="support"), ["Ana Orr"]),
        (Query(speaker="'; DROP TABLE statements; --"), []),
        (Query(issue="\x00\ud800"), []),
        (Query(article="\x00"), []),
    ],
)
def test_queries(filled, query, speakers):
    """Every condition of a query selects the same statements as objects and as a table."""
    assert [s.speaker.value for s in filled.statements(query)] == speakers
    assert filled.table(query)["speaker"].to_list() == speakers


def test_get_by_a_beginning_of_the_id(filled):
    """A statement is found by the beginning of its id in any case; other input finds nothing."""
    whole = next(filled.statements()).id
    assert filled.get(whole[:12]).id == whole
    assert filled.get(whole.upper()).id == whole
    for prefix in ("", "zz", "%", whole + "0", "0' OR 1=1"):
        with pytest.raises(StatementNotFound):
            filled.get(prefix)


def test_an_ambiguous_id_is_refused(ledger):
    """A beginning that fits several ids is refused."""
    ledger.add([reading(n) for n in range(20)])
    firsts = [s.id[0] for s in ledger.statements()]
    double = next(c for c in firsts if firsts.count(c) > 1)
    with pytest.raises(StatementNotFound, match="several"):
        ledger.get(double)


# ---------------------------------------------------------------- reading again


def test_a_new_reading_retires_what_it_no_longer_says(ledger):
    """Claim: the current view follows the last reading, the history keeps all, and a successor is named by place."""
    of, (ana, boris) = reading()
    ledger.add([(of, [ana, boris])])
    sharper = replace(ana, stance=judged(Stance.MIXED))
    assert sharper.span_id == ana.span_id
    batch = ledger.add([(of, [sharper])], codebook=CODEBOOK)
    assert (batch.statements, batch.superseded) == (1, 2)
    assert ids(ledger.statements()) == [sharper.id]
    assert set(ids(ledger.statements(Query(history=True)))) == {ana.id, boris.id, sharper.id}
    assert [(c.batch, c.old, c.new, c.reason) for c in ledger.history(ana.id)] == [(2, ana.id, sharper.id, "reread")]
    assert [(c.old, c.new) for c in ledger.history(boris.id)] == [(boris.id, None)]
    assert ledger.get(boris.id) == boris
    assert ledger.verify().ok
    # And back again: the first reading is in force once more, without a second copy.
    back = ledger.add([(of, [ana, boris])])
    assert (back.statements, back.superseded) == (0, 1)
    assert set(ids(ledger.statements())) == {ana.id, boris.id}
    assert ledger.count(Query(history=True)) == 3
    assert ledger.verify().ok
    assert not ledger.add([(of, [boris, ana])]).written


def test_other_articles_are_left_alone(ledger):
    """Reading one article again leaves the statements of others alone."""
    ledger.add([reading(1), reading(2)])
    of, _ = reading(1)
    ledger.add([(of, [])])
    assert {s.article.name for s in ledger.statements()} == {"report-2.txt"}
    assert ledger.verify().ok


def test_another_codebook_is_noted_even_if_nothing_else_is_new(ledger):
    """A batch is written for a new codebook even if it brings no new statement."""
    ledger.add([reading()], codebook=CODEBOOK)
    batch = ledger.add([reading()], codebook=OTHER_CODEBOOK)
    assert (batch.written, batch.statements) == (True, 0)
    assert ledger.codebook() == OTHER_CODEBOOK
    assert not ledger.add([reading()], codebook=OTHER_CODEBOOK).written
    assert ledger.verify().ok


def test_a_machine_does_not_overrule_a_person(ledger):
    """Claim: a correction, a rejection and an addition by a coder outlive every later machine reading."""
    of, (ana, boris) = reading()
    ledger.add([(of, [ana, boris])])
    corrected = replace(ana, stance=judged(Stance.NONCOMMITTAL))
    assert ledger.revise(ana.id, corrected, coder="mira", reason="hedged").coder == "mira"
    ledger.revise(boris.id, None, coder="mira", reason="no statement")
    newer_ana = replace(ana, stance=judged(Stance.SUPPORT))
    batch = ledger.add([(of, [newer_ana, boris])])
    assert ids(ledger.statements()) == [corrected.id]
    assert (batch.statements, batch.superseded) == (1, 1)
    assert ledger.history(newer_ana.id)[0].new == corrected.id
    assert not ledger.add([(of, [newer_ana, boris])]).written
    ledger.add([(of, [])])
    assert ids(ledger.statements()) == [corrected.id]
    assert ledger.verify().ok


def test_a_persons_own_statements_retire_nothing(ledger):
    """A person's statements retire no machine statement, and no machine reading retires them."""
    of, (ana, boris) = reading()
    ledger.add([(of, [ana])])
    ledger.add([(of, [boris])], coder="mira")
    assert set(ids(ledger.statements())) == {ana.id, boris.id}
    ledger.add([(of, [])])
    assert ids(ledger.statements()) == [boris.id]
    assert ledger.verify().ok


def test_the_slower_of_two_coders_is_told(ledger):
    """The slower of two coders gets an error that names the batch that was faster."""
    of, (ana, boris) = reading()
    ledger.add([(of, [ana, boris])])
    ledger.revise(ana.id, None, coder="mira", reason="no")
    with pytest.raises(LedgerError, match="replaced in batch 2"):
        ledger.revise(ana.id, replace(ana, act=judged(Act.HOPE)), coder="jon", reason="yes")
    with pytest.raises(StatementNotFound):
        ledger.revise("0" * 32, None, coder="jon", reason="yes")


# ---------------------------------------------------------------- what is refused, what survives


def test_a_quotation_that_is_not_in_the_text_is_refused(ledger):
    """Claim: evidence made past `Text.cite` does not get in, and the whole batch stays out."""
    of, (ana, boris) = reading()
    false = replace(ana, cue=(Evidence(text_id=of.text.id, span=Span(0, 4), quote="sang"),))
    with pytest.raises(SpanError):
        ledger.add([reading(7), (of, [boris, false])])
    with pytest.raises(LedgerError, match="not its own"):
        ledger.add([(reading(1)[0], [ana])])
    assert ledger.batches() == []


def test_an_error_in_the_source_of_readings_keeps_nothing(ledger):
    """An exception in the source of readings leaves the ledger without the batch."""

    def results():
        yield reading(1)
        raise RuntimeError("the reader broke")

    with pytest.raises(RuntimeError):
        ledger.add(results())
    assert ledger.batches() == []
    assert ledger.count() == 0


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.text(st.characters(), min_size=1, max_size=60),
    name=st.text(st.characters(), max_size=8),
    title=st.none() | st.text(st.characters(), max_size=8),
)
def test_any_unicode_is_kept(ledger, body, name, title):
    """Claim: any text, NUL and lone surrogates included, comes back code point by code point."""
    of = Article(text=Text(body), name=name, title=title, outlet=name, url=title)
    words = of.text.cite_all([(0, len(body))])
    base = reading()[1][0]
    made = replace(
        base, article=of, source=words, cue=(), content=words, condition=judged(words),
        **{key: judged(body) for key in ("speaker", "affiliation", "venue", "issue")}, chain=judged((body, name)),
    )  # fmt: skip
    ledger.add([(of, [made])])
    back = ledger.get(made.id)
    assert back.article.text.content == body
    assert (back.quote, back.speaker.value, back.chain.value) == (body, body, (body, name))
    assert ledger.table(Query(article=of.id)).height == 1
    assert made.id in ids(ledger.statements(Query(speaker=body))) or not any(c.isalnum() for c in body)
    assert ledger.verify().ok


def test_many_writers_at_once_keep_one_chain(url):
    """Claim: writers wait for each other; no batch is lost and none follows the same one."""
    with Ledger(url):
        pass

    def write(worker):
        with Ledger(url) as ledger:
            for n in range(5):
                ledger.add([reading(worker * 100 + n), reading(7)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with Ledger(url) as ledger:
        assert [b.number for b in ledger.batches()] == list(range(1, 21))
        assert ledger.count() == 2 * 21
        assert ledger.verify().ok


def test_a_reader_sees_one_view_while_others_write(url):
    """A reader sees the view of its start while another connection writes."""
    with Ledger(url) as ledger, Ledger(url) as other:
        ledger.add([reading(n) for n in range(4)])
        seen = ledger.statements()
        first = next(seen)
        other.add([(reading(n)[0], []) for n in range(4)])
        assert len([first, *seen]) == 8
        assert ledger.count() == 0


def test_read_only_reads_and_does_not_write(url):
    """A read-only ledger answers and verifies, and refuses to write."""
    with Ledger(url) as ledger:
        ledger.add([reading()])
    with Ledger(url, read_only=True) as reader:
        assert reader.count() == 2
        assert reader.verify().ok
        with pytest.raises(LedgerReadOnly):
            reader.add([reading(1)])


def test_progress_of_verify_ends_with_all(ledger):
    """The progress of a verification ends at the number of statements."""
    ledger.add([reading()])
    steps = []
    ledger.verify(progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (2, 2)


def test_an_empty_ledger_is_whole(ledger):
    """An empty ledger verifies, without batches or codebook."""
    report = ledger.verify()
    assert report.ok
    assert (report.batches, report.statements, report.digest) == (0, 0, "")
    assert ledger.codebook() is None
    assert list(ledger.statements()) == []


def test_the_last_reading_of_an_article_is_remembered(ledger):
    """Claim: a run that goes on passes over what the same reader read last under the same codebook, and only that."""
    known = reading(1)[0].id
    new = reading(2)[0].id
    ledger.add([reading(1)], codebook=CODEBOOK, reader="reader 1")
    assert ledger.read_already([known, new], codebook=CODEBOOK, reader="reader 1") == {known}
    assert ledger.read_already([known], codebook=CODEBOOK, reader="reader 2") == set()
    assert ledger.read_already([known], codebook=None, reader="reader 1") == set()
    # A later reading under another codebook is what the view shows, so the first one is to be read again.
    ledger.add([reading(1)], codebook=OTHER_CODEBOOK, reader="reader 1")
    assert ledger.read_already([known], codebook=CODEBOOK, reader="reader 1") == set()
    assert ledger.read_already([known], codebook=OTHER_CODEBOOK, reader="reader 1") == {known}
    assert ledger.verify().ok
