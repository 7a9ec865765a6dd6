"""The parts of a view: thresholds, coded values, rows of a DNA database, queries by name, steps of a follower."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.unit.test_view import CODEBOOK, REPORTS, said

from onrecord import view as views
from onrecord.core.statement import Decision, Ruling, Stance
from onrecord.lexicon import VariableKind
from onrecord.record import Ledger, Query
from onrecord.record.desk.values import Values
from onrecord.view import Follower, View, current, expanded, judge, mark, touched_by, valued


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in which M. Orrr is Mark Orr."""
    with Ledger(tmp_path / "river.db") as made:
        made.add(REPORTS, codebook=CODEBOOK)
        made.decide(Decision(ruling=Ruling.MERGE, name="Mark Orr", others=("M. Orrr",), coder="Ada"))
        yield made


def test_a_confidence_at_the_threshold_is_asserted() -> None:
    """At or above the threshold a position is shown, also where a product of probabilities is a hair below it."""
    table = pl.DataFrame({"confidence": [0.5, 0.1 + 0.4 - 1e-12, 0.499, None, 0.51]})
    assert mark(table, 0.5)["asserted"].to_list() == [True, True, False, True, True]
    assert mark(table, 0.0)["asserted"].all()
    assert mark(table.head(1), 0.50001)["asserted"].to_list() == [False]


def test_people_are_certain_and_coders_of_dna_are_not_people_of_the_ledger() -> None:
    """What a person entered has confidence 1; a number in `coder` is a coder of a DNA database and changes nothing."""
    by_people = pl.DataFrame({"coder": ["Ada", None], "confidence": [0.2, 0.3]})
    assert judge(by_people).select("human_checked", "confidence").rows() == [(True, 1.0), (False, 0.3)]
    of_dna = pl.DataFrame({"coder": [1, None], "confidence": [0.2, 0.3]})
    assert judge(of_dna).select("human_checked", "confidence").rows() == [(False, 0.2), (False, 0.3)]
    assert judge(pl.DataFrame({"confidence": [0.2]}))["human_checked"].to_list() == [False]


def test_coded_values_are_columns_of_their_type() -> None:
    """A variable that somebody coded is a column; an own column of that name keeps its values where none was coded."""
    kinds = {"risk": VariableKind.INTEGER, "open": VariableKind.BOOLEAN, "unused": VariableKind.SHORT_TEXT}
    coded = {"a": {"risk": 3, "open": True, "outlet": "The Post"}, "b": {"risk": 4}}
    table = pl.DataFrame({"id": ["a", "b", "c"], "outlet": ["Wire", "Wire", "Wire"]})
    made = valued(table, Values({**kinds, "outlet": VariableKind.SHORT_TEXT}, coded))
    assert made.schema == {"id": pl.String, "outlet": pl.String, "risk": pl.Int64, "open": pl.Boolean}
    assert made.rows() == [("a", "The Post", 3, True), ("b", "Wire", 4, None), ("c", "Wire", None, None)]
    assert valued(table, Values(kinds, {})).equals(table)


def test_values_of_mixed_types_are_text() -> None:
    """A column holds one type: what is a number here and a word there is text, and nothing stays nothing."""
    made = valued(
        pl.DataFrame({"id": ["a", "b", "c"]}),
        Values({"grade": VariableKind.SHORT_TEXT}, {"a": {"grade": 2}, "b": {"grade": "high"}}),
    )
    assert made["grade"].to_list() == ["2", "high", None]


def dna_row(key: str, extra: object, article: object = None, url: str | None = None) -> dict[str, Any]:
    """A row of a ledger as `Ledger.table` gives it with the columns of DNA."""
    return {
        "id": key, "date": "2026-01-05", "url": url, "quote": "twelve words", "start": 30, "number": 7, "coder": None,
        "extra": None if extra is None else json.dumps(extra),
        "article_extra": None if article is None else json.dumps(article),
    }  # fmt: skip


def dna_table(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows as a table, with a column of dates."""
    schema = {"id": pl.String, "date": pl.String, "url": pl.String, "quote": pl.String, "start": pl.Int64}
    schema |= {"number": pl.Int64, "coder": pl.String, "extra": pl.String, "article_extra": pl.String}
    return pl.DataFrame(list(rows), schema=schema).with_columns(pl.col("date").str.to_date())


def test_a_statement_of_several_coders_has_a_row_for_each() -> None:
    """Each DNA statement is a row with its own values, the end of its words, and its document's time and author."""
    record = {
        "qualifier": "agreement",
        "statements": [{"number": 1, "coder": 4, "agreement": 1}, {"number": 2, "coder": 5, "agreement": 0}],
    }
    made = expanded(
        dna_table(
            dna_row("a", record, {"time": "2026-01-04T10:30:00", "author": "Ann"}),
            dna_row("b", None),
        )
    )
    assert made["id"].to_list() == ["a", "a", "b"]
    assert made.select("number", "coder", "qualifier").rows() == [(1, 4, 1), (2, 5, 0), (None, None, None)]
    assert made["stop"].to_list() == [42, 42, 42]
    assert made["author"].to_list() == ["Ann", "Ann", None]
    assert [str(at) for at in made["time"]] == ["2026-01-04 10:30:00"] * 2 + ["2026-01-05 00:00:00"]
    assert not {"extra", "article_extra"} & set(made.columns)


def test_documents_of_older_ledgers_have_their_metadata_in_the_address() -> None:
    """A ledger of an older version holds a DNA document's author and section in its address, and they are read."""
    url = "dna:document/3?author=Ann%20Lee&section=Politics"
    made = expanded(dna_table(dna_row("a", None, url=url), dna_row("b", None, url="https://example.org/?author=Bo")))
    assert made["author"].to_list() == ["Ann Lee", None]
    assert made["section"].to_list() == ["Politics", None]


def test_a_table_without_dna_loses_only_the_internal_columns() -> None:
    """Numbers, coders and foreign columns are the ledger's own; a table that never had them is left as it is."""
    assert expanded(dna_table(dna_row("a", None))).columns == ["id", "date", "url", "quote", "start"]
    plain = pl.DataFrame({"id": ["a"], "coder": [3]})
    assert expanded(plain).equals(plain)


def test_queries_by_either_name_within_limits(ledger: Ledger) -> None:
    """Limit and offset cut the rows after people's decisions; affiliations are found as read and as shown."""
    every = current(ledger, Query(speaker="M. Orrr")).table["id"].to_list()
    assert len(every) == 3
    assert current(ledger, Query(speaker="Mark Orr")).table["id"].to_list() == every
    for offset in range(4):
        cut = current(ledger, Query(speaker="M. Orrr", limit=2, offset=offset)).table["id"].to_list()
        assert cut == every[offset : offset + 2]
        rest = current(ledger, Query(speaker="M. Orrr", offset=offset)).table["id"].to_list()
        assert rest == every[offset:]
    assert current(ledger, Query(affiliation="Tarsia")).table["speaker"].unique().to_list() == ["Boris Vel"]
    assert current(ledger, Query(affiliation="Nowhere")).table.is_empty()
    assert current(ledger, Query(speaker="Nobody")).table.is_empty()


def test_an_affiliation_is_found_as_read_and_as_decided(ledger: Ledger) -> None:
    """Who was moved to another party is found under both, and no one else is."""
    ledger.decide(Decision(ruling=Ruling.PARTY, name="Boris Vel", others=("Lubia",), coder="Ada"))
    shown = current(ledger)
    parties = {row["speaker"]: row["affiliation"] for row in shown.table.to_dicts()}
    assert parties["Boris Vel"] == "Lubia"
    for party in ("Lubia", "Tarsia"):
        assert set(current(ledger, Query(affiliation=party)).table["speaker"]) == {"Boris Vel"}


def test_a_view_yields_the_statements_and_articles_of_its_table(ledger: Ledger) -> None:
    """Statements are those of the table, by the names decided or as read; articles come with theirs in text order."""
    view = current(ledger, Query(speaker="Mark Orr"))
    ids = view.table["id"].to_list()
    found = list(view.statements())
    assert sorted(one.id for one in found) == sorted(ids)
    assert {one.speaker.value for one in found} == {"Mark Orr"}
    assert {one.speaker.value for one in view.statements(as_read=True)} == {"Mark Orr", "M. Orrr"}
    for article, statements in view.results():
        places = [one.content[0].span.start for one in statements]
        assert places == sorted(places)
        assert {one.article.id for one in statements} == {article.id}
    assert sum(len(statements) for _, statements in view.results()) == 3
    assert list(View(view.table).statements()) == []


def test_unsure_counts_what_has_an_issue_and_a_side(ledger: Ledger) -> None:
    """Below the threshold counts what would have been a position; without an issue or a stance nothing is missed."""
    view = current(ledger)
    assert view.unsure == 2
    assert current(ledger, min_confidence=0.0).unsure == 0
    without = view.table.with_columns(issue=pl.lit(None, dtype=pl.String))
    assert View(without).unsure == 0
    assert View(view.table.with_columns(stance=pl.lit("none"))).unsure == 0


def test_what_rows_touch() -> None:
    """Each speaker, affiliation, issue and article of the rows is named once, with its field; nothing is not."""
    rows = pl.DataFrame(
        {"speaker": ["Ann", "Ann"], "affiliation": ["A", None], "issue": ["dam", "toll"], "article": ["x", "x"]}
    )
    assert sorted(touched_by(rows)) == [
        ("affiliation", "A"), ("article", "x"), ("issue", "dam"), ("issue", "toll"), ("speaker", "Ann"),
    ]  # fmt: skip


def test_an_empty_ledger_is_reached_at_nought(tmp_path: Path) -> None:
    """Before the first batch a follower stands at batch 0 and decision 0, with an empty table."""
    with Ledger(tmp_path / "empty.db") as ledger:
        state = Follower(ledger).now()
        assert state.reached == (0, 0)
        assert state.table.is_empty()
        assert current(ledger).created is None


def test_small_changes_are_steps_and_decisions_are_none(ledger: Ledger) -> None:
    """A new statement is a step that names what it touched; a decision begins anew, and the serial counts on."""
    follower = Follower(ledger)
    first = follower.now()
    assert (first.serial, first.steps) == (0, ())
    assert follower.now() is first
    follower.clusters(first)
    ledger.add([said("2026-05-01", "Dora Nim", "the dam is a disgrace to us all", Stance.OPPOSE)])
    second = follower.now()
    assert second.serial == 1
    assert [step.serial for step in second.steps] == [1]
    assert ("speaker", "Dora Nim") in second.steps[0].touched
    assert ("speaker", "Boris Vel") not in second.steps[0].touched
    assert second.reached == (first.reached[0] + 1, first.reached[1])
    ledger.add([said("2026-05-02", "Emil Oz", "a toll is theft", Stance.OPPOSE, issue="toll")])
    third = follower.now()
    assert [step.serial for step in third.steps] == [1, 2]
    ledger.decide(Decision(ruling=Ruling.RENAME, name="Emil Oz", others=("Emil Ozz",), coder="Ada"))
    fourth = follower.now()
    assert (fourth.serial, fourth.steps) == (3, ())
    assert "Emil Ozz" in fourth.table["speaker"].to_list()


def test_without_known_utterances_a_change_is_no_step(ledger: Ledger) -> None:
    """What a change touched is known only beside the utterances of the state before it."""
    follower = Follower(ledger)
    follower.now()
    ledger.add([said("2026-05-01", "Dora Nim", "the dam is a disgrace to us all", Stance.OPPOSE)])
    assert follower.now().steps == ()


def test_utterances_are_brought_up_to_date(ledger: Ledger) -> None:
    """After a reprint the follower's utterances are those of a new computation, and both reports are touched."""
    follower = Follower(ledger)
    follower.clusters(follower.now())
    words = "the dam is a disgrace to the whole river"
    ledger.add([said("2026-05-01", "Dora Nim", words, Stance.OPPOSE, outlet="Wire")])
    follower.clusters(follower.now())
    ledger.add([said("2026-05-02", "Dora Nim", words, Stance.OPPOSE, outlet="Post")])
    state = follower.now()
    whole = views.mark_utterances(state.table)["cluster"]
    assert follower.clusters(state).to_list() == whole.to_list()
    assert whole.n_unique() == state.table.height - 1
    articles = state.table.filter(pl.col("speaker") == "Dora Nim")["article"].to_list()
    assert {("article", key) for key in articles[-1:]} <= state.steps[-1].touched


def test_a_follower_holds_the_statements_as_they_were_read(ledger: Ledger) -> None:
    """Beside the table with people's decisions stands the one without: M. Orrr is in it, and new statements are."""
    follower = Follower(ledger)
    assert "M. Orrr" in follower.read()["speaker"].to_list()
    assert "M. Orrr" not in follower.now().table["speaker"].to_list()
    ledger.add([said("2026-05-01", "Dora Nim", "the dam is a disgrace to us all", Stance.OPPOSE)])
    assert "Dora Nim" in follower.read()["speaker"].to_list()


def test_utterances_of_the_newest_state_are_held(ledger: Ledger) -> None:
    """Who asks for the utterances of an older state gets them, and the follower holds those of the newer one."""
    follower = Follower(ledger)
    first = follower.now()
    old = follower.clusters(first)
    ledger.add([said("2026-05-01", "Dora Nim", "the dam is a disgrace to us all", Stance.OPPOSE)])
    second = follower.now()
    new = follower.clusters(second)
    assert (old.len(), new.len()) == (first.table.height, second.table.height)
    assert follower.clusters(first).to_list() == old.to_list()
    assert follower.clusters(second) is new
    ledger.decide(Decision(ruling=Ruling.RENAME, name="Dora Nim", others=("Dora Nimm",), coder="Ada"))
    third = follower.now()
    assert follower.clusters(third) is follower.clusters(third)


def test_large_tables_are_compared_by_their_words_alone(monkeypatch: pytest.MonkeyPatch, ledger: Ledger) -> None:
    """Up to the limit statements are compared by meaning, above it reports in the same words are one utterance."""
    words = "the dam is a disgrace to the whole river"
    ledger.add([said("2026-05-01", "Dora Nim", words, Stance.OPPOSE, outlet=name) for name in ("Wire", "Post")])
    table = current(ledger).table
    monkeypatch.setattr(views, "COMPARED", table.height)
    assert views.mark_utterances(table)["cluster"].equals(views.clusters(table, meaning=views.meaning)["cluster"])
    monkeypatch.setattr(views, "COMPARED", table.height - 1)
    assert views.mark_utterances(table)["cluster"].equals(views.reprints(table)["cluster"])
