"""Coders together: blind rounds to an adjudicated statement, work dealt out, and an audit of the machine."""

from __future__ import annotations

import re

import pytest

from onrecord.analyse.intercoder import kappa, wilson
from onrecord.analyse.unitising import compare, of_words, pairs
from onrecord.record import DeskWork, Ledger, Reviews, Role
from onrecord.record.desk.accounts import Accounts
from onrecord.show.desk.passwords import hash_password
from tests.web.conftest import PASSWORD, log_in, send


@pytest.fixture
def coders(open_desk, path, people):
    """Two coders, each with a client of their own on one desk's ledger."""
    with Ledger(path) as ledger:
        Accounts(ledger).add("Dan", Role.CODER, hash_password(PASSWORD))
    made = {}
    for name in ("Cora", "Dan"):
        made[name] = open_desk(path, coder=None)
        log_in(made[name], name)
    return made


def test_a_blind_round_ends_in_the_ledger(coders, path):
    """Claim: two code apart, their differences are listed, and what they agree on is written as a correction."""
    send(coders["Cora"], "/coding", "/coding", name="one", size="6", field_stance="on", issue="dam")
    for name, stances in (("Cora", ["support"] * 6), ("Dan", ["support"] * 4 + ["oppose"] * 2)):
        for at, stance in enumerate(stances, 1):
            page = f"/coding/one?at={at}"
            assert send(coders[name], "/coding/one", page, at=str(at), stance=stance).status_code == 303
    agreement = coders["Dan"].get("/coding/one/agreement?a=Cora&b=Dan").text
    assert "4 of 6" in agreement
    assert "Cohen" in agreement
    page = coders["Dan"].get("/coding/one/disagreements").text
    assert page.count("Into the ledger") == 2
    statement = re.search(r'name="statement" value="([0-9a-f]+)"', page)[1]
    at = re.search(r'name="at" value="(\d+)"', page)[1]
    where = "/coding/one/disagreements"
    assert send(coders["Dan"], where, where, at=at, statement=statement, stance="mixed").status_code == 303
    with Ledger(path) as ledger:
        mixed = [s for s in ledger.statements() if s.stance.rule == "by hand" and str(s.stance.value) == "mixed"]
        corrected = [one for one in ledger.history(mixed[0].id) if one.coder == "Dan"] if mixed else []
    assert len(mixed) == 1
    assert corrected


def test_differences_stay_hidden_until_one_has_coded(coders):
    """Claim: whoever has not coded the whole round sees nobody's values."""
    send(coders["Cora"], "/coding", "/coding", name="two", size="2", field_stance="on")
    assert coders["Dan"].get("/coding/two/disagreements").status_code == 403


def test_a_finished_round_cannot_be_coded_again(coders, path):
    """Claim: whoever has finished a round, and so may see the others' codes, cannot change what they coded."""
    send(coders["Cora"], "/coding", "/coding", name="three", size="2", field_stance="on")
    for at in ("1", "2"):
        assert send(coders["Cora"], "/coding/three", f"/coding/three?at={at}", at=at, stance="mixed").status_code == 303
    again = send(coders["Cora"], "/coding/three", "/coding/three?at=1", at="1", stance="support")
    assert again.status_code == 409
    with Ledger(path) as ledger:
        codes = Reviews(ledger).codings("three")["Cora"]
    assert {values["stance"] for values in codes.values()} == {"mixed"}


def test_an_admin_who_has_not_coded_sees_no_codes(coders, open_desk, path):
    """Claim: a round is blind for every role, on each page and table that shows its codes."""
    send(coders["Cora"], "/coding", "/coding", name="four", size="2", field_stance="on")
    for at in ("1", "2"):
        send(coders["Cora"], "/coding/four", f"/coding/four?at={at}", at=at, stance="mixed")
    admin = open_desk(path, coder=None)
    log_in(admin, "Adam")
    for place in ("agreement", "agreement.csv", "disagreements"):
        assert admin.get(f"/coding/four/{place}").status_code == 403


def test_kappa_is_cohens():
    """Claim: the worked example of 50 proposals (20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no) gives 0.40."""
    counts = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    units = [{"A": a, "B": b} for (a, b), n in counts.items() for _ in range(n)]
    found = kappa(units, "A", "B")
    assert found.kappa == pytest.approx(0.4)
    assert found.low < 0.4 < found.high
    assert (found.agreed, found.units) == (35, 50)
    assert kappa([{"A": 1, "B": 1}], "A", "B").kappa is None


def test_wilsons_interval():
    """Claim: 31 of 50 are 62 %, between 48 and 74 %."""
    low, high = wilson(31, 50)
    assert (round(low, 2), round(high, 2)) == (0.48, 0.74)
    assert wilson(0, 0) == (0.0, 1.0)


def test_an_audit_says_how_right_the_machine_is(desk, path):
    """Claim: of a random sample the page tells the share that is right in each field, with its interval."""
    assert send(desk, "/audit", "/audit", size="4").headers["location"] == "/review?order=sample"
    with Ledger(path) as ledger:
        sample = DeskWork(ledger).sample()
        stances = {key: str(ledger.get(key).stance.value) for key in sample}
    assert len(sample) == 4
    for key in sample[:3]:
        send(desk, f"/review/{key}", verdict="accept")
    other = "support" if stances[sample[3]] != "support" else "oppose"
    send(desk, f"/review/{sample[3]}", verdict="correct", stance=other)
    page = desk.get("/audit").text
    stance = re.search(r'<th scope="row">stance</th><td class="num">(\d) of (\d)', page)
    assert stance.groups() == ("3", "4")
    assert "Stance right</dt><dd>3 of 4" in desk.get("/").text


def test_articles_are_dealt_out_without_overlap(coders, open_desk, path):
    """Claim: each article goes to one coder, whose queue has it alone."""
    admin = open_desk(path, coder=None)
    log_in(admin, "Adam")
    form = {"csrf": re.search(r'name="csrf" value="([0-9a-f]+)"', admin.get("/work").text)[1]}
    assert admin.post("/work", data={**form, "coder": ["Cora", "Dan"], "size": "6"}).status_code == 303
    with Ledger(path) as ledger:
        given = DeskWork(ledger).assigned()
    assert sorted(given.values()) == ["Cora"] * 3 + ["Dan"] * 3
    assert "6 statements waiting" in coders["Cora"].get("/review?mine=1").text
    assert send(coders["Cora"], "/work", size="1", coder="Cora").status_code == 403


def test_the_queue_keeps_what_it_was_asked_for(desk):
    """Claim: after a verdict the queue goes on under the same filters and in the same order."""
    page = desk.get("/review?issue=toll&order=article").text
    key = re.search(r'action="/review/([0-9a-f]+)" class="verdicts"', page)[1]
    queue = re.search(r'name="queue" value="([^"]*)"', page)[1].replace("&amp;", "&")
    answer = send(desk, f"/review/{key}", verdict="accept", queue=queue)
    assert answer.headers["location"] == "/review?issue=toll&order=article&done=accept"


def test_finding_statements_apart(coders):
    """Claim: what one found and the other did not is told, with F1 and alpha over words, once both are done."""
    send(coders["Cora"], "/units", "/coding", name="find", size="2")
    page = coders["Cora"].get("/units/find").text
    assert "m-content d" not in page.partition('id="words"')[2].partition("</form>")[0]
    for name, ranges in (("Cora", "6-14,20-24"), ("Dan", "6-14")):
        for at in ("1", "2"):
            assert send(coders[name], "/units/find", "/coding", at=at, content=ranges).status_code == 303
        if name == "Cora":
            assert coders["Dan"].get("/units/find/agreement").status_code == 403
    page = coders["Dan"].get("/units/find/agreement").text
    assert re.search(
        r'Cora and Dan</a></td><td class="num">0\.67</td>.*?<td class="num">2</td><td class="num">2<', page
    )
    assert "over words" in page
    assert page.count("<b>Cora</b>") == 2
    assert coders["Dan"].get("/units/find/agreement.csv").text.count("\n") == 7
    assert send(coders["Dan"], "/units/find", "/coding", at="1", content="x").status_code == 409
    send(coders["Cora"], "/coding", "/coding", name="fields", size="1", field_stance="on")
    for name in ("Cora", "Dan"):
        send(coders[name], "/coding/fields", "/coding/fields", at="1", stance="support")
    both = coders["Dan"].get("/coding/fields/agreement?a=Cora&b=Dan").text
    assert re.search(r'find</a></td><td class="num">0\.67</td>', both)


def test_spans_are_paired_once():
    """Claim: the most alike are paired first, each once, and less than half in common is no pair."""
    first, second = [(0, 10), (20, 30), (40, 50)], [(0, 9), (1, 10), (28, 60)]
    assert pairs(first, second) == [(0, 0)]
    found = compare([first, []], [second, []])
    assert (found.both, found.first, found.second) == (1, 2, 2)
    assert found.f1 == pytest.approx(1 / 3)
    assert compare([[]], [[]]).f1 is None


def test_alpha_over_words():
    """Claim: the same marks give 1; its interval resamples articles, so one article gives no width beyond its own."""
    text = "one two three four five six"
    same = {"A": [[(0, 7)], []], "B": [[(0, 7)], []]}
    assert of_words([text, text], same).alpha == 1.0
    apart = {"A": [[(0, 7)], [(0, 3)]], "B": [[(8, 13)], [(0, 3)]]}
    found = of_words([text, text], apart)
    assert found.alpha < 1
    assert found.units == 12
