"""What people keep at the desk: accounts, settings, views, collections, notes, assignments, values, adaptations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.made import TEXT, article, statement
from tests.unit.test_view import CODEBOOK

from onrecord.classify import Adaptation
from onrecord.errors import LedgerError, StatementStale
from onrecord.lexicon import Variable, VariableKind
from onrecord.record import Accounts, Adaptations, DeskWork, Ledger, Role
from onrecord.record.desk import values
from onrecord.record.desk.accounts import User
from onrecord.record.desk.adaptations import SHIPPED
from onrecord.record.desk.saved import MAX_ADDRESS, MAX_NAME, MAX_NOTE, SavedViews


class Clock:
    """A clock that people set."""

    def __init__(self) -> None:
        self.at = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time, a second later each time."""
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture
def clock() -> Clock:
    """A clock that people set."""
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger(tmp_path / "desk.db", clock=clock) as made:
        yield made


# ---------------------------------------------------------------- accounts


def test_roles_include_those_before_them() -> None:
    """An admin may do what a coder may, a coder what a reader may."""
    assert [[one.may(other) for other in Role] for one in Role] == [
        [True, False, False], [True, True, False], [True, True, True],
    ]  # fmt: skip


def test_people_are_added_once_under_a_visible_name(ledger: Ledger) -> None:
    """People come by name; a name that is taken, empty, too long or invisible is refused."""
    accounts = Accounts(ledger)
    for name, role in (("Bo", Role.CODER), ("Ada", Role.ADMIN)):
        accounts.add(name, role, "hash")
    assert [(user.name, user.role, user.active) for user in accounts.users()] == [
        ("Ada", Role.ADMIN, True), ("Bo", Role.CODER, True),
    ]  # fmt: skip
    assert accounts.user("Bo") == accounts.users()[1]
    assert accounts.user("Cy") is None
    assert accounts.add("C" * 64, Role.READER, None).password is None
    for name in ("", "C" * 65, " Ada", "Ada ", "A\u200bda", "Ada"):
        with pytest.raises(LedgerError):
            accounts.add(name, Role.READER, None)
    assert "hash" not in repr(User(name="Bo", role=Role.CODER, password="hash"))


def test_an_active_admin_always_stays(ledger: Ledger) -> None:
    """The last admin can neither be deactivated nor made a coder; with a second one either can."""
    accounts = Accounts(ledger)
    accounts.add("Ada", Role.ADMIN, "hash")
    for change in ({"active": False}, {"role": Role.CODER}):
        with pytest.raises(LedgerError, match="no admin would be left"):
            accounts.change("Ada", **change)  # type: ignore[arg-type]
    accounts.change("Ada", password="new")
    assert accounts.user("Ada") == replace(accounts.users()[0], password="new")
    accounts.add("Bo", Role.ADMIN, None)
    accounts.change("Ada", active=False)
    found = accounts.user("Ada")
    assert found is not None
    assert (found.active, found.role) == (False, Role.ADMIN)
    with pytest.raises(LedgerError, match="Cy"):
        accounts.change("Cy", active=True)


def test_sessions_end_in_time_and_with_a_change(ledger: Ledger, clock: Clock) -> None:
    """A session is its owner's until it expires, is closed, or the owner is changed or deactivated."""
    accounts = Accounts(ledger)
    accounts.add("Ada", Role.ADMIN, "hash")
    accounts.add("Bo", Role.CODER, "hash")
    accounts.open_session("one", "Bo", timedelta(hours=1))
    accounts.open_session("two", "Bo", timedelta(days=1))
    owner = accounts.session("one")
    assert owner is not None
    assert owner.name == "Bo"
    assert accounts.session("three") is None
    clock.at += timedelta(hours=2)
    assert accounts.session("one") is None
    assert accounts.session("two") is not None
    accounts.close_session("two")
    assert accounts.session("two") is None
    accounts.open_session("four", "Bo", timedelta(days=1))
    accounts.open_session("five", "Ada", timedelta(days=1))
    accounts.change("Bo", password="other")
    assert (accounts.session("four"), accounts.session("five") is None) == (None, False)


def test_tokens_are_a_persons_until_they_expire(ledger: Ledger, clock: Clock) -> None:
    """A token without a lifetime stays; deactivation ends all of a person's, and only the owner drops one."""
    accounts = Accounts(ledger)
    accounts.add("Ada", Role.ADMIN, "hash")
    accounts.add("Bo", Role.CODER, "hash")
    accounts.add_token("a", "Bo", "x" * 90)
    accounts.add_token("b", "Bo", "short", timedelta(hours=1))
    assert [(token.id, len(token.label), token.expires is None) for token in accounts.tokens("Bo")] == [
        ("a", 80, True), ("b", 5, False),
    ]  # fmt: skip
    assert accounts.token("b") is not None
    clock.at += timedelta(hours=2)
    assert accounts.token("b") is None
    accounts.drop_token("a", "Ada")
    assert accounts.token("a") is not None
    accounts.change("Bo", active=False)
    assert accounts.token("a") is None
    assert accounts.tokens("Bo") == []


def test_settings_are_of_a_person_or_of_the_desk(ledger: Ledger) -> None:
    """A setting is replaced, taken away by None, and another person's stays."""
    accounts = Accounts(ledger)
    accounts.set("Bo", "colour", "blue")
    accounts.set("", "colour", "grey")
    accounts.set("Bo", "colour", "red")
    assert [accounts.setting(name, "colour") for name in ("Bo", "", "Ada")] == ["red", "grey", None]
    accounts.set("Bo", "colour", None)
    assert [accounts.setting(name, "colour") for name in ("Bo", "")] == [None, "grey"]


# ---------------------------------------------------------------- views and collections


def test_a_view_is_an_address_under_a_name_of_ones_own(ledger: Ledger) -> None:
    """A view of the same name is replaced and keeps its feed; nobody sees or drops another person's."""
    saved = SavedViews(ledger)
    saved.save_view("Bo", "  Dam   news ", "/positions?issue=dam")
    saved.save_view("Bo", "Aid", "/")
    saved.save_view("Ada", "Dam news", "/timeline")
    first = saved.views("Bo")[1]
    assert [(view.name, view.address) for view in saved.views("Bo")] == [
        ("Aid", "/"),
        ("Dam news", "/positions?issue=dam"),
    ]
    saved.subscribe("Bo", first.number, "digest")
    saved.save_view("Bo", "Dam news", "/conflicts")
    found = saved.of_feed("digest")
    assert found is not None
    assert (found.name, found.address, found.account) == ("Dam news", "/conflicts", "Bo")
    with pytest.raises(LedgerError, match="no such view"):
        saved.subscribe("Ada", first.number, "other")
    saved.subscribe("Bo", first.number, None)
    assert saved.of_feed("digest") is None
    saved.drop_view("Ada", first.number)
    assert len(saved.views("Bo")) == 2
    saved.drop_view("Bo", first.number)
    assert [view.name for view in saved.views("Bo")] == ["Aid"]
    assert len(saved.views("Ada")) == 1


def test_views_are_of_this_desk_and_names_have_a_length(ledger: Ledger) -> None:
    """Other hosts, long addresses, empty and long names are refused; the longest ones are taken."""
    saved = SavedViews(ledger)
    for address in ("https://example.org", "//example.org", "positions", "/" + "x" * MAX_ADDRESS):
        with pytest.raises(LedgerError, match="address of this desk"):
            saved.save_view("Bo", "name", address)
    for name in ("", "  ", "x" * (MAX_NAME + 1)):
        with pytest.raises(LedgerError, match="1 to 80"):
            saved.save_view("Bo", name, "/")
    saved.save_view("Bo", "x" * MAX_NAME, "/" + "x" * (MAX_ADDRESS - 1))
    assert len(saved.views("Bo")) == 1


def test_collections_hold_statements_in_the_order_they_came(ledger: Ledger) -> None:
    """A note is changed in place; a collection is there as long as it holds something."""
    saved = SavedViews(ledger)
    for key in ("s9", "s1"):
        saved.collect("Dam", key, coder="Bo", note=f"see {key}")
    saved.collect("Aid", "s1", coder="Ada")
    first = saved.evidence("Dam")[0]
    saved.collect("Dam", "s9", coder="Ada", note="x" * MAX_NOTE)
    assert [(one.statement, one.coder, len(one.note)) for one in saved.evidence("Dam")] == [
        ("s9", "Ada", MAX_NOTE), ("s1", "Bo", 6),
    ]  # fmt: skip
    assert saved.evidence("Dam")[0].created == first.created
    assert saved.collections() == [("Aid", 1), ("Dam", 2)]
    with pytest.raises(LedgerError, match="1,000"):
        saved.collect("Dam", "s2", coder="Bo", note="x" * (MAX_NOTE + 1))
    saved.take_out("Dam", "s9")
    saved.take_out("Aid", "s1")
    assert saved.collections() == [("Dam", 1)]


# ---------------------------------------------------------------- work


def test_codebooks_have_versions_and_nobody_overwrites_anothers(ledger: Ledger) -> None:
    """Versions count from 1, the newest first; a version made from an older one than the last is refused."""
    work = DeskWork(ledger)
    assert work.save_codebook(CODEBOOK, coder="Bo", change="first", base=0) == 1
    with pytest.raises(StatementStale):
        work.save_codebook(CODEBOOK, coder="Ada", change="other", base=0)
    again = replace(CODEBOOK, name="river 2")
    assert work.save_codebook(again, coder="Ada", change="y" * 600, base=1) == 2
    assert [(one.number, one.codebook.name, one.coder, len(one.change)) for one in work.versions()] == [
        (2, "river 2", "Ada", 500), (1, "river", "Bo", 5),
    ]  # fmt: skip


def test_notes_and_flags_are_closed_by_those_who_may(ledger: Ledger) -> None:
    """Anyone closes a flag; a note is closed by its own coder alone; what says nothing is refused."""
    work = DeskWork(ledger)
    work.add_note("a1", None, "  look at this ", kind="note", coder="Bo")
    work.add_note("a1", "s1", "odd", kind="flag", coder="Bo")
    work.add_note("a2", None, "x" * 4_000, kind="flag", coder="Ada")
    notes = work.notes(article="a1")
    assert [(note.text, note.statement, note.kind) for note in notes] == [
        ("look at this", None, "note"),
        ("odd", "s1", "flag"),
    ]
    assert [note.article for note in work.notes(open_flags=True)] == ["a1", "a2"]
    with pytest.raises(LedgerError, match="no such note"):
        work.close_note(notes[0].number, coder="Ada")
    with pytest.raises(LedgerError, match="no such note"):
        work.close_note(99, coder="Ada")
    work.close_note(notes[0].number, coder="Bo")
    work.close_note(notes[1].number, coder="Ada")
    assert [note.article for note in work.notes(open_flags=True)] == ["a2"]
    assert all(note.closed for note in work.notes(article="a1"))
    assert len(work.notes()) == 3
    for text, kind in (("", "note"), ("  ", "flag"), ("x" * 4_001, "note"), ("fine", "shout")):
        with pytest.raises(LedgerError, match="1 to 4,000"):
            work.add_note("a1", None, text, kind=kind, coder="Bo")


def test_articles_are_assigned_to_one_coder_each(ledger: Ledger) -> None:
    """A new assignment replaces the one before, None takes it back, others stay; many are given at once."""
    work = DeskWork(ledger)
    work.assign({"a": "Bo", "b": "Bo", "c": None}, by="Ada")
    work.assign({"a": "Cy", "b": None}, by="Ada")
    assert work.assigned() == {"a": "Cy"}
    work.assign({f"x{n}": "Bo" for n in range(900)}, by="Ada")
    work.assign({f"x{n}": None for n in range(899)}, by="Ada")
    assert work.assigned() == {"a": "Cy", "x899": "Bo"}


def test_a_sample_is_drawn_once(ledger: Ledger) -> None:
    """A statement drawn again stays at its place; new ones follow in the order they come."""
    work = DeskWork(ledger)
    work.draw(["s3", "s1"], coder="Ada")
    work.draw(["s2", "s3"], coder="Ada")
    work.draw(["s1"], coder="Ada")
    assert work.sample() == ["s3", "s1", "s2"]


# ---------------------------------------------------------------- values and adaptations


def test_values_of_variables_move_with_their_statement(ledger: Ledger) -> None:
    """A value is set, replaced and taken away; a statement that takes another's place has its values alone."""
    book = replace(CODEBOOK, variables=(Variable(name="risk", kind=VariableKind.INTEGER),))
    DeskWork(ledger).save_codebook(book, coder="Bo", change="", base=0)
    older = replace(CODEBOOK, name="older", variables=(Variable(name="tone", kind=VariableKind.SHORT_TEXT),))
    one = statement()
    ledger.add([(one.article, [one])], codebook=older)
    values.set_values(ledger, "s1", {"risk": 2, "tone": "warm"}, coder="Bo")
    values.set_values(ledger, "s1", {"risk": 3}, coder="Bo")
    values.set_values(ledger, "s2", {"risk": 9}, coder="Bo")
    assert values.of_statement(ledger, "s1") == {"risk": 3, "tone": "warm"}
    found = ledger.values()
    assert dict(found.kinds) == {"risk": VariableKind.INTEGER, "tone": VariableKind.SHORT_TEXT}
    assert found.coded == {"s1": {"risk": 3, "tone": "warm"}, "s2": {"risk": 9}}
    for old, new in (("s1", None), (None, "s2"), ("s1", "s1")):
        with ledger.writing() as connection:
            values.move(connection, old, new)
    assert ledger.values().coded == found.coded
    with ledger.writing() as connection:
        values.move(connection, "s1", "s2")
    assert ledger.values().coded == {"s2": {"risk": 3, "tone": "warm"}}
    values.set_values(ledger, "s2", {"risk": None}, coder="Bo")
    assert values.of_statement(ledger, "s2") == {"tone": "warm"}


def adaptation(name: str) -> Adaptation:
    """An adaptation of one field."""
    return Adaptation(name=name, base="v1", calibration={}, confidence={"stance": [1.0, 0.0]}, figures={})


def test_adaptations_are_kept_by_name_and_one_is_used(ledger: Ledger) -> None:
    """A name is taken once; the one in use reads until the shipped calibration does again."""
    kept = Adaptations(ledger)
    kept.keep(adaptation("spring"), coder="Bo")
    kept.keep(adaptation("a" * 40), coder="Ada")
    assert [(one.adaptation.name, one.coder) for one in kept.all()] == [("spring", "Bo"), ("a" * 40, "Ada")]
    with pytest.raises(LedgerError, match="already"):
        kept.keep(adaptation("spring"), coder="Bo")
    for name in (SHIPPED, "", "a b", "a" * 41):
        with pytest.raises(LedgerError, match="up to 40"):
            kept.keep(adaptation(name), coder="Bo")
    with pytest.raises(LedgerError, match="winter"):
        kept.use("winter")
    assert kept.used is None
    kept.use("spring")
    assert kept.used == adaptation("spring")
    kept.use(SHIPPED)
    assert kept.used is None


# ---------------------------------------------------------------- runs


def test_a_reader_is_at_work_while_its_batches_are_fresh(ledger: Ledger, clock: Clock) -> None:
    """Batches of one reader less than a minute and a half apart are one run; the desk's and old ones are none."""

    def add(reader: str, name: str, seconds: int) -> None:
        clock.at += timedelta(seconds=seconds)
        one = statement(article(f"{TEXT} {name}"))
        ledger.add([(one.article, [one])], reader=reader)

    add("onrecord 1", "a", 0)
    add("onrecord 1", "b", 200)
    add("onrecord 1", "c", 60)
    add("desk: read", "d", 1)
    (run,) = ledger.active_runs()
    assert (run.reader, run.articles) == ("onrecord 1", 2)
    assert run.since < run.last
    assert [one.reader for one in ledger.active_runs(exclude="onrecord")] == ["desk: read"]
    clock.at += timedelta(seconds=30)
    assert ledger.active_runs() == []


# ---------------------------------------------------------------- versions of an article


def test_a_ledger_knows_the_texts_that_it_has(ledger: Ledger) -> None:
    """Under another id the same text is described by its article; an article itself is not its double."""
    one = statement()
    ledger.add([(one.article, [one])])
    found = ledger.same_text("other", one.article.text.id)
    assert found is not None
    assert "Brask Herald" in found
    assert ledger.same_text(one.article.id, one.article.text.id) is None
    assert ledger.same_text("other", article("Other words.").text.id) is None


def test_a_later_version_of_an_article_takes_over(ledger: Ledger) -> None:
    """Same words of the same speaker are replaced, what a person judged stays, and a second time nothing is left."""
    old, new = statement(), statement(article(f"{TEXT} Updated."))
    ledger.add([(old.article, [old])])
    assert ledger.supersede(old.article.id, new.article.id) is None
    ledger.add([(new.article, [new])])
    assert ledger.supersede(old.article.id, old.article.id) is None
    batch = ledger.supersede(old.article.id, new.article.id)
    assert batch is not None
    assert batch.superseded == 1
    assert [one.id for one in ledger.statements()] == [new.id]
    assert ledger.supersede(old.article.id, new.article.id) is None
    judged = statement(article(f"{TEXT} Judged."))
    ledger.add([(judged.article, [judged])])
    ledger.revise(judged.id, judged, coder="Ada", reason="")
    assert ledger.supersede(judged.article.id, new.article.id) is None


def test_a_revision_needs_a_current_statement(ledger: Ledger) -> None:
    """What is not there, was replaced already, or asks for nothing is refused."""
    one = statement()
    other = statement(article(f"{TEXT} Other."))
    ledger.add([(one.article, [one])])
    with pytest.raises(LedgerError, match="no statement"):
        ledger.revise(other.id, None, coder="Ada", reason="")
    with pytest.raises(ValueError, match="needs a statement"):
        ledger.revise(None, None, coder="Ada", reason="")
    first = ledger.revise(one.id, None, coder="Ada", reason="wrong")
    assert (first.coder, first.superseded) == ("Ada", 1)
    with pytest.raises(StatementStale, match=f"batch {first.number}"):
        ledger.revise(one.id, None, coder="Bo", reason="")
    added = ledger.revise(None, other, coder="Bo", reason="missed")
    assert (added.articles, added.statements) == (1, 1)
    assert [found.id for found in ledger.statements()] == [other.id]
