"""The codebook on the desk: issues are added, changed, merged and split; labels of earlier codebooks stay."""

from __future__ import annotations

import time

import pytest

from onrecord.lexicon import Codebook, Issue, parse_codebook
from onrecord.record import DeskWork, Ledger, Query
from tests.machine import scaled
from tests.web.conftest import CODEBOOK, log_in, report, send

OTHER = Codebook(
    name="sea", description="",
    issues=(Issue(id="ferry", label="The ferry", proposition="The ferry sails.", terms=("ferry",)),),
)  # fmt: skip


def version(path):
    """Return the newest version of the codebook."""
    with Ledger(path) as ledger:
        return DeskWork(ledger).versions()[0].codebook


def save(desk, **fields):
    """Save the codebook's form."""
    page = desk.get("/codebook").text
    base = page.split('name="base" value="')[1].split('"')[0]
    return send(desk, "/codebook", "/codebook", base=base, **fields)


def test_a_statement_read_under_an_earlier_codebook_can_be_corrected(desk, path):
    """Claim: reading one more text under another codebook leaves the earlier one to be corrected."""
    with Ledger(path) as ledger:
        ledger.add([report(9, said="the ferry sails")], codebook=OTHER)
        one = next(s for s in ledger.statements(Query(issue="dam")))
    page = desk.get(f"/review/{one.id}/edit").text
    assert '<option value="dam" selected>The dam</option>' in page
    assert '<option value="ferry">The ferry</option>' in page
    assert "The dam is built." in desk.get("/issues/dam").text
    answer = send(desk, f"/review/{one.id}", verdict="correct", venue="Radio Orr", issue="dam")
    assert answer.status_code == 303, answer.text
    assert send(desk, f"/review/{one.id}", verdict="correct", issue="nonsense").status_code in (409, 422)


def test_issues_are_added_changed_merged_split_and_removed(desk, path):
    """Claim: each change makes a version; ids stay where an issue is only changed."""
    fields = {"label": "The lock", "proposition": "The lock opens.", "terms": "lock, sluice\ngate"}
    assert save(desk, do="add", **fields).status_code == 303
    assert version(path).issue("the-lock").terms == ("lock", "sluice", "gate")
    save(desk, do="change", issue="dam", label="The great dam", proposition="It is built.", terms="dam")
    assert version(path).issue("dam").label == "The great dam"
    save(desk, do="split", issue="the-lock", label="The gate", proposition="The gate is shut.", terms="gate")
    assert version(path).issue("the-lock").terms == ("lock", "sluice")
    save(desk, do="merge", issue="the-gate", into="dam")
    assert version(path).issue("dam").terms == ("dam", "gate")
    save(desk, do="remove", issue="toll")
    assert [issue.id for issue in version(path).issues] == ["dam", "the-lock"]
    assert parse_codebook(desk.get("/codebook.yaml").content, "x").issues == version(path).issues


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "add", "label": "", "proposition": "x", "terms": "x"},
        {"do": "add", "label": "x", "proposition": "x", "terms": " , "},
        {"do": "merge", "issue": "dam", "into": "dam"},
        {"do": "split", "issue": "toll", "label": "x", "proposition": "x", "terms": "toll"},
        {"do": "remove", "issue": "nope"},
    ],
)
def test_what_makes_no_codebook_is_refused(desk, path, fields):
    """Claim: a change that makes no codebook is answered with the reason, and makes no version."""
    answer = save(desk, **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    with Ledger(path) as ledger:
        assert DeskWork(ledger).versions() == []


def test_two_who_change_at_once_do_not_overwrite_each_other(desk, path):
    """Claim: a change to a version that is not the newest is refused."""
    fields = {"do": "add", "label": "A", "proposition": "A.", "terms": "a"}
    assert send(desk, "/codebook", "/codebook", base="0", **fields).status_code == 303
    answer = send(desk, "/codebook", "/codebook", base="0", **fields)
    assert answer.status_code == 422
    assert "another version of the codebook" in answer.text


def test_terms_are_counted_as_they_are_typed(desk):
    """Claim: for each term the page tells how many statements it hits, with examples."""
    page = desk.get("/codebook/hits?terms=dam, zebra").text
    assert '<b dir="auto">dam</b> hits 6 of' in page
    assert '<b dir="auto">zebra</b> hits 0 of' in page


def test_everything_is_read_again_under_the_new_version(desk, path):
    """Claim: re-reading runs in the background, tells how far it is, and leaves what a person judged as it is."""
    with Ledger(path) as ledger:
        one = next(s for s in ledger.statements(Query(issue="dam")))
    send(desk, f"/review/{one.id}", verdict="accept")
    save(desk, do="add", label="Spring", proposition="They wait until spring.", terms="spring, wait")
    answer = send(desk, "/codebook/read", "/codebook")
    assert answer.status_code == 303
    job = answer.headers["location"]
    assert "of 6" in desk.get(job).text
    deadline = time.monotonic() + scaled(90)
    while "st-done" not in (page := desk.get(job).text):
        assert "st-failed" not in page, page
        assert time.monotonic() < deadline
        time.sleep(0.5)
    with Ledger(path) as ledger:
        assert ledger.codebook().issue("spring") is not None
        assert ledger.get(one.id).id in {s.id for s in ledger.statements()}
    assert "Not read under this version" not in desk.get("/codebook").text


def test_readers_look_and_coders_change(open_desk, path, people):
    """Claim: everybody sees the codebook, coders change it."""
    client = open_desk(path, coder=None)
    log_in(client, "Rita")
    assert CODEBOOK.name in client.get("/codebook").text
    assert "Add an issue" not in client.get("/codebook").text
    assert send(client, "/codebook", do="remove", issue="dam").status_code == 403


def test_the_same_text_is_known_already(desk, path):
    """Claim: pasting a text that is in the ledger adds no article and says which one it is."""
    text = "BRASK - Ann Lee, the mayor of Brask, said on Monday that the dam will be built before winter comes."

    def added(**fields):
        answer = send(desk, "/add", "/add", text=text, **fields)
        deadline = time.monotonic() + scaled(60)
        while "st-done" not in (page := desk.get(answer.headers["location"]).text):
            assert time.monotonic() < deadline
            time.sleep(0.3)
        return page

    first = {"title": "One", "outlet": "The Courier", "published": "2026-03-03"}
    assert "the same text" not in added(**first)
    assert "Known already" in added(**first)
    for other in ({"title": "Two"}, first | {"outlet": "The Post"}, first | {"published": "2026-03-04"}):
        page = added(**other)
        assert "Not added, the same text as" in page
        assert "One · The Courier · 2026-03-03</a>; to add it all the same" in page
        assert "0 articles" in page
    page = added(**first | {"outlet": "The Post"}, reprints="yes")
    assert "1 article," in page
    assert ", the same text as" in page
    assert "Not added" not in page
    with Ledger(path) as ledger:
        assert len(list(ledger.articles())) == 8
