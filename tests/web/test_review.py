"""Judging at the desk: queue, verdicts, undo, two at once, statements by hand, gold, blind coding."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest

from onrecord.analyse.intercoder import agreement, alpha, confusion
from onrecord.lexicon import parse_codebook
from onrecord.record import Ledger, Query, Reviews
from onrecord.show.desk.judging import ranges
from onrecord.train.gold import load_cases
from tests.web.conftest import report, send, token


def first_of(path):
    """Return the id of the least certain statement."""
    return min(Ledger(path).follow().table.to_dicts(), key=lambda row: (row["confidence"], row["number"]))["id"]


def test_the_queue_begins_with_the_least_certain_and_goes_on(desk, path):
    """The review queue begins with the least certain statement and continues after a judgement."""
    wanted = first_of(path)
    assert f"/review/{wanted}/edit" in desk.get("/review").text
    answer = send(desk, f"/review/{wanted}", verdict="accept")
    assert answer.headers["location"] == "/review?done=accept"
    following = desk.get("/review?done=accept").text
    assert f"/review/{wanted}/edit" not in following
    assert "11 statements waiting" in following
    assert Ledger(path).verify().ok


def test_a_correction_supersedes_is_chained_and_can_be_undone(desk, path):
    """A correction replaces the statement, is chained, and can be undone."""
    key = first_of(path)
    old = Ledger(path).get(key)
    send(desk, f"/review/{key}", verdict="correct", stance="none", speaker="Anna Orr", when="2026-02")
    with Ledger(path) as ledger:
        new = next(s for s in ledger.statements(Query(article=old.article.id)) if s.span_id == old.span_id)
        assert (str(new.stance.value), new.speaker.value, str(new.when.value)) == ("none", "Anna Orr", "2026-02")
        assert new.stance.rule == "by hand"
        assert new.act == old.act
        assert ledger.last().coder == "Ada"
        number = Reviews(ledger).latest(1)[0].number
    assert "Anna Orr" in desk.get("/review/history").text
    send(desk, f"/undo/{number}")
    with Ledger(path) as ledger:
        assert key in {s.id for s in ledger.statements()}
        assert ledger.verify().ok


def test_words_that_come_back_as_they_went_change_no_span(desk, path):
    """Claim: saving the form with another stance alone leaves source, cue, content and condition as they were."""
    old = Ledger(path).get(first_of(path))
    same = {name: ranges(old, name) for name in ("source", "cue", "content", "condition")}
    send(desk, f"/review/{old.id}", verdict="correct", stance="none", **same)
    new = next(s for s in Ledger(path).statements(Query(article=old.article.id)) if s.span_id == old.span_id)
    assert (new.source, new.cue, new.content, new.condition) == (old.source, old.cue, old.content, old.condition)
    assert str(new.stance.value) == "none"


def test_the_second_to_save_sees_the_difference_and_loses_nothing(desk, open_desk, path):
    """The second person to save sees the difference and loses no input."""
    other = open_desk(path, coder="Bo")
    key = first_of(path)
    send(desk, f"/review/{key}", verdict="correct", stance="none")
    before = Ledger(path).last()
    answer = send(other, f"/review/{key}", verdict="correct", stance="mixed", speaker="A. Orr")
    assert answer.status_code == 409
    assert "Ada" in answer.text
    assert "A. Orr" in answer.text
    assert re.search(r"stance</b> theirs <span[^>]*>none</span>, yours <ins[^>]*>mixed", answer.text)
    assert Ledger(path).last() == before
    headers = {"X-CSRF-Token": token(other.get("/").text)}
    api = other.post(f"/api/v1/statements/{key}/review", json={"verdict": "reject"}, headers=headers)
    assert api.status_code == 409
    assert api.json()["error"]["code"] == "conflict"


@pytest.mark.parametrize(
    ("name", "value"),
    [("stance", "king"), ("act", ""), ("issue", "moon"), ("when", "soon"), ("content", ""), ("content", "0-99999"),
     ("source", "1;2"), ("speaker", "x" * 400), ("content", "9" * 30)],
)  # fmt: skip
def test_a_value_outside_its_list_is_shown_and_nothing_is_saved(desk, path, name, value):
    """A value outside its list is reported, and nothing is saved."""
    key, before = first_of(path), Ledger(path).last()
    answer = send(desk, f"/review/{key}", verdict="correct", **{name: value})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert Ledger(path).last() == before


def test_a_statement_is_added_by_its_words(desk, path):
    """A statement is added by selecting its words."""
    article = next(Ledger(path).articles())
    page = desk.get(f"/articles/{article.id}/code").text
    numbers = dict(re.findall(r'data-w="(\d+)">([^<]+)<', page))
    spring = next(number for number, word in numbers.items() if word == "spring")
    answer = send(desk, f"/articles/{article.id}/code", content=f"{spring}", cue="2", source="0-1", speaker="Zoe",
                  stance="support", issue="toll", act="demand", form="direct", commitment="Uu")  # fmt: skip
    assert answer.status_code == 303
    key = answer.headers["location"].partition("s=")[2]
    with Ledger(path) as ledger:
        made = ledger.get(key)
        assert made.content[0].quote == "spring"
        assert made.speaker.value == "Zoe"
        assert ledger.last().coder == "Ada"
        assert ledger.verify().ok


def test_gold_is_what_the_golden_cases_are(desk, path, tmp_path):
    """The gold download has the form of the golden cases."""
    article = next(Ledger(path).articles())
    for one in list(Ledger(path).statements(Query(article=article.id))):
        send(desk, f"/review/{one.id}", verdict="accept")
    with zipfile.ZipFile(io.BytesIO(desk.get("/review/gold.zip").content)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".json")]
        assert len(names) == 1
        archive.extract(names[0], tmp_path / "cases")
        case = json.loads(archive.read(names[0]))
        assert parse_codebook(archive.read("codebooks/codebook.yaml"), "x").issue("dam").terms == ("dam", "weir")
    assert len(load_cases(tmp_path / "cases")) == 1
    assert case["text"] == article.text.content
    assert [case["text"][a:b] for s in case["statements"] for a, b in s["content"]][1] == "it “will not” stand"
    assert set(case["statements"][0]) == {"content", "cue", "source", "form", "speaker", "affiliation", "chain",
                                          "venue",
                                          "act", "issue", "stance", "commitment", "condition", "when"}  # fmt: skip


# ---------------------------------------------------------------- blind coding


def test_a_round_is_blind_until_it_is_coded(desk, open_desk, path):
    """A coding round is blind until it is coded."""
    other = open_desk(path, coder="Bo")
    send(desk, "/coding", name="pilot", size="3", field_stance="on")
    page = desk.get("/coding/pilot").text
    assert "supports" not in page.partition("<main")[2]
    values = {"Ada": ("support", "oppose", "mixed"), "Bo": ("support", "oppose", "oppose")}
    for at, (ada, bo) in enumerate(zip(values["Ada"], values["Bo"], strict=True), 1):
        send(desk, "/coding/pilot", at=str(at), stance=ada)
        if at == 2:
            assert desk.get("/coding/pilot/agreement").status_code == 403
        send(other, "/coding/pilot", at=str(at), stance=bo)
    page = desk.get("/coding/pilot/agreement").text
    found = alpha([["support", "support"], ["oppose", "oppose"], ["mixed", "oppose"]])
    assert f"{found:.2f}" in page
    assert desk.get("/coding/pilot/agreement.csv").text.count("\n") == 7


def test_alpha_is_that_of_the_books():
    """Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, C: nominal data with missing values."""
    table = (
        ("1", "2", "3", "3", "2", "1", "4", "1", "2", None, None, None),
        ("1", "2", "3", "3", "2", "2", "4", "1", "2", "5", None, "3"),
        (None, "3", "3", "3", "2", "3", "4", "2", "2", "5", "1", None),
        ("1", "2", "3", "3", "2", "4", "4", "1", "2", "5", "1", None),
    )
    units = [[row[at] for row in table if row[at] is not None] for at in range(12)]
    assert alpha(units) == pytest.approx(0.743, abs=0.0005)
    found = agreement(units, draws=500)
    assert found.low < found.alpha < found.high <= 1
    assert found.units == 11


def test_alpha_at_its_ends():
    """Alpha has its defined values at the extremes."""
    assert alpha([["a", "a"], ["b", "b"]]) == 1
    assert alpha([["a", "b"], ["b", "a"]]) < 0
    assert alpha([["a", "a"], ["a", "a"]]) is None
    assert alpha([]) is None
    assert agreement([["a"]]).alpha is None
    assert confusion([{"x": 1, "y": 2}, {"x": 1}], "x", "y") == {(1, 2): 1}


def test_articles_read_again_leave_judgements_alone(desk, path):
    """Reading articles again leaves judgements in place."""
    key = first_of(path)
    send(desk, f"/review/{key}", verdict="reject")
    with Ledger(path) as ledger:
        ledger.add([report(number) for number in range(6)])
        assert key not in {s.id for s in ledger.statements()}


def test_a_finished_round_stands(open_desk, path):
    """Claim: nobody sees others' codes before all are coded, whatever their role, and then can change none."""
    ada, bo = open_desk(path, coder="Ada"), open_desk(path, coder="Bo")
    send(ada, "/coding", name="closed", size="2", field_stance="on")
    assert bo.get("/coding/closed/agreement").status_code == 403
    for at in (1, 2):
        assert send(ada, "/coding/closed", at=str(at), stance="support").status_code in (200, 303)
    assert ada.get("/coding/closed/agreement").status_code == 200
    assert send(ada, "/coding/closed", at="1", stance="oppose").status_code == 409
    assert bo.get("/coding/closed/agreement").status_code == 403
