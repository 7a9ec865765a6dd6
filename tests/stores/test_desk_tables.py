"""The desk's part of the ledger on every store: keeping up, people, reviews, blind coding."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from ledger_samples import CODEBOOK, judged, reading, statement
from sqlalchemy import inspect

from onrecord.core.statement import Stance
from onrecord.errors import LedgerError, StatementNotFound, StatementStale
from onrecord.record import Accounts, Ledger, Query, Reviews, ReviewVerdict, Role
from onrecord.record.desk import schema as desk_schema
from onrecord.record.table import COLUMNS, MORE


def corrected(of, stance=Stance.SUPPORT):
    """Return a statement with another stance."""
    return replace(of, stance=judged(stance, confidence=1.0))


def test_the_desks_tables_are_those_of_its_schema(ledger, url, raw):
    """The migrated tables of the desk are those that its schema declares."""
    found = inspect(raw(url))
    for table in desk_schema.metadata.sorted_tables:
        columns = {c["name"]: c["nullable"] for c in found.get_columns(table.name)}
        keys = {c.name for c in table.primary_key.columns}
        assert columns.keys() == {c.name for c in table.columns}
        assert {n: v for n, v in columns.items() if n not in keys} == {
            c.name: c.nullable for c in table.columns if c.name not in keys
        }


def test_following_gives_the_same_table_as_fetching_anew(ledger):
    """Claim: old rows less `gone` plus `table` is the current view, through readings, corrections and undoing."""
    reviews = Reviews(ledger)
    of, (first, second) = reading()
    ledger.add([(of, [first, second])], codebook=CODEBOOK)
    held = ledger.follow()
    assert held.table.columns == [*COLUMNS, *MORE]
    assert not held.gone
    rows, batch = held.table, held.batch.number
    steps = [
        lambda: ledger.add([reading(1)]),
        lambda: reviews.judge(ReviewVerdict.CORRECT, first, corrected(first), coder="Ada"),
        lambda: reviews.judge(ReviewVerdict.REJECT, second, None, coder="Ada"),
        lambda: reviews.undo(reviews.latest(1)[0].number, second, coder="Ada"),
        lambda: reviews.judge(ReviewVerdict.ACCEPT, second, None, coder="Bo"),
        lambda: ledger.add([(of, [replace(first, stance=judged(Stance.MIXED))])]),
    ]
    for step in steps:
        step()
        delta = ledger.follow(batch)
        rows = pl.concat([rows.filter(~pl.col("id").is_in(list(delta.gone))), delta.table]).sort("date", "number")
        batch = delta.batch.number
        assert rows.equals(ledger.follow().table)
        assert rows.select(list(COLUMNS)).equals(ledger.table())
    assert ledger.verify().ok


def test_full_text_gives_numbers_of_followed_rows(ledger):
    """A full-text query returns the numbers of the rows that a follower holds; odd input finds nothing."""
    ledger.add([reading(0), reading(1)])
    rows = ledger.follow().table
    assert set(ledger.matching("dam wait")) == set(
        rows.filter(pl.col("quote").str.contains("dam must wait"))["number"].to_list()
    )
    assert ledger.matching('"; DROP TABLE statements --').to_list() == []
    assert ledger.matching("...").to_list() == []


def test_an_article_is_found_by_id_and_by_name(ledger):
    """An article is found by its id and by its name."""
    of, found = reading()
    ledger.add([(of, found)])
    assert ledger.article(of.id) == of
    assert ledger.article(of.name) == of
    assert ledger.article("nothing\0such") is None


# ---------------------------------------------------------------- reviews


def test_an_acceptance_is_chained_and_holds_the_place_against_machines(ledger):
    """An acceptance is a batch of its own, and later machine readings leave the statement in place."""
    reviews = Reviews(ledger)
    of, (first, second) = reading()
    ledger.add([(of, [first, second])])
    batch = reviews.judge(ReviewVerdict.ACCEPT, first, None, coder="Ada")
    assert batch.coder == "Ada"
    assert first.id in {row.id for row in ledger.statements()}
    ledger.add([(of, [corrected(first), second])])
    assert {row.id for row in ledger.statements()} == {first.id, second.id}
    assert reviews.judged()[first.id].verdict is ReviewVerdict.ACCEPT
    assert ledger.verify().ok


def test_the_second_to_correct_is_refused(ledger):
    """The second of two people who correct one statement is refused."""
    reviews = Reviews(ledger)
    of, (first, second) = reading()
    ledger.add([(of, [first, second])])
    reviews.judge(ReviewVerdict.CORRECT, first, corrected(first), coder="Ada")
    with pytest.raises(StatementStale, match="meantime"):
        reviews.judge(ReviewVerdict.CORRECT, first, corrected(first, Stance.MIXED), coder="Bo")
    assert len(reviews.latest()) == 1


def test_every_judgement_can_be_taken_back_once_by_its_coder(ledger):
    """Every judgement can be undone once, by its coder alone, and the table is then as before."""
    reviews = Reviews(ledger)
    of, (first, second) = reading()
    ledger.add([(of, [first, second])])
    before = ledger.table()
    added = statement(of, content="must wait until spring", cue="said")
    for verdict, old, new in (
        (ReviewVerdict.ACCEPT, first, None),
        (ReviewVerdict.REJECT, first, None),
        (ReviewVerdict.CORRECT, first, corrected(first)),
        (ReviewVerdict.ADD, None, added),
    ):
        reviews.judge(verdict, old, new, coder="Ada")
        number = reviews.latest(1)[0].number
        with pytest.raises(StatementNotFound):
            reviews.undo(number, old, coder="Bo")
        reviews.undo(number, old, coder="Ada")
        assert ledger.table().equals(before), verdict
        with pytest.raises(StatementStale):
            reviews.undo(number, old, coder="Ada")
    assert reviews.judged() == {}
    assert ledger.verify().ok


def test_a_rejection_is_not_taken_back_onto_another_statement(ledger):
    """Where somebody has added a statement at the place of a rejected one, the rejected one does not come back."""
    reviews = Reviews(ledger)
    of, (first, second) = reading()
    ledger.add([(of, [first, second])])
    reviews.judge(ReviewVerdict.REJECT, first, None, coder="Ada")
    rejection = reviews.latest(1)[0].number
    reviews.judge(ReviewVerdict.ADD, None, corrected(first), coder="Bo")
    with pytest.raises(StatementStale, match="another statement has replaced it"):
        reviews.undo(rejection, first, coder="Ada")
    assert {one.id for one in ledger.statements()} == {corrected(first).id, second.id}


def test_ten_coders_at_once_lose_no_edit(url):
    """Claim: of ten who correct one statement at once one is kept and nine are told; ten other edits are all kept."""
    of, (first, second) = reading()
    others = [reading(number) for number in range(1, 11)]
    with Ledger(url) as made:
        made.add([(of, [first, second]), *others])
    kept, told, failed = [], [], []

    def work(number):
        try:
            with Ledger(url) as own:
                reviews = Reviews(own)
                mine = others[number][1][0]
                start.wait()
                reviews.judge(ReviewVerdict.CORRECT, mine, corrected(mine), coder=f"coder {number}")
                try:
                    new = replace(first, affiliation=judged(f"side {number}"))
                    reviews.judge(ReviewVerdict.CORRECT, first, new, coder=f"coder {number}")
                    kept.append(number)
                except StatementStale:
                    told.append(number)
        except LedgerError as error:
            failed.append(error)

    start = threading.Barrier(10)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with Ledger(url) as made:
        assert (len(kept), len(told)) == (1, 9)
        assert len(Reviews(made).latest(100)) == 11
        assert made.count(Query(speaker="Ana Orr", stance="support")) >= 10
        assert made.verify().ok


def test_blind_codings_are_kept_apart(ledger):
    """Coders of a blind round do not see each other's values."""
    reviews = Reviews(ledger)
    of, found = reading()
    ledger.add([(of, found)])
    made = reviews.open_round("pilot", "Ada", ("stance", "act"), [one.id for one in found])
    assert reviews.round("pilot") == made
    reviews.code("pilot", 1, "Ada", {"stance": "support", "act": None})
    reviews.code("pilot", 1, "Bo", {"stance": "oppose", "act": "deny"})
    reviews.code("pilot", 1, "Ada", {"stance": "mixed", "act": None})
    assert reviews.codings("pilot", coder="Ada") == {"Ada": {1: {"stance": "mixed", "act": None}}}
    assert set(reviews.codings("pilot")) == {"Ada", "Bo"}
    with pytest.raises(LedgerError, match="already"):
        reviews.open_round("pilot", "Bo", ("stance",), [found[0].id])
    with pytest.raises(LedgerError, match="no statement 9"):
        reviews.code("pilot", 9, "Ada", {})


# ---------------------------------------------------------------- people


def test_sessions_and_tokens_end(url):
    """Sessions and tokens end at their time and with their owner."""
    time = [datetime(2026, 3, 1, tzinfo=UTC)]
    with Ledger(url, clock=lambda: time[0]) as made:
        people = Accounts(made)
        people.add("Ada", Role.ADMIN, "hash")
        people.add("Bo", Role.CODER, None)
        people.open_session("s1", "Bo", timedelta(hours=1))
        people.add_token("t1", "Bo", "script", timedelta(days=1))
        people.add_token("t2", "Bo", "for ever")
        assert people.session("s1").name == people.token("t1").name == "Bo"
        assert people.session("t1") is None
        time[0] += timedelta(hours=2)
        assert people.session("s1") is None
        time[0] += timedelta(days=2)
        assert people.token("t1") is None
        assert people.token("t2").role is Role.CODER
        people.open_session("s2", "Bo", timedelta(hours=1))
        people.change("Bo", active=False)
        assert people.session("s2") is None
        assert people.token("t2") is None


def test_a_changed_password_ends_the_sessions(ledger):
    """A changed password ends the owner's sessions, and no hash is shown."""
    people = Accounts(ledger)
    people.add("Ada", Role.ADMIN, "old")
    people.open_session("s", "Ada", timedelta(hours=1))
    people.change("Ada", password="new")
    assert people.session("s") is None
    assert people.user("Ada").password == "new"
    assert "new" not in repr(people.user("Ada"))


def test_the_last_admin_stays(ledger):
    """The last active admin can neither be demoted nor deactivated, and odd names are refused."""
    people = Accounts(ledger)
    people.add("Ada", Role.ADMIN, None)
    for values in ({"role": Role.READER}, {"active": False}):
        with pytest.raises(LedgerError, match="no admin"):
            people.change("Ada", **values)
    assert people.user("Ada").role is Role.ADMIN
    for name in ("Ada", "", " x", "a\nb", "x" * 65):
        with pytest.raises(LedgerError):
            people.add(name, Role.READER, None)


def test_roles_include_the_lower_ones():
    """Each role may do what the lower roles may."""
    assert [[mine.may(needed) for needed in Role] for mine in Role] == [
        [True, False, False], [True, True, False], [True, True, True],
    ]  # fmt: skip
