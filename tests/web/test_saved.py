"""Saved views, the feeds of them, and collections of evidence."""

from __future__ import annotations

import re

from onrecord.record import Accounts, Ledger
from tests.web.conftest import log_in, send, token


def test_a_view_is_saved_with_its_filters_and_followed(desk):
    """Claim: a saved view leads back to what was seen; its feed needs no login, says who moved there, and ends."""
    page = desk.get("/positions?issue=dam&min_confidence=0.6").text
    address = re.search(r'name="address" value="([^"]*)"', page)[1].replace("&amp;", "&")
    assert address == "/positions?issue=dam&min_confidence=0.6"
    send(desk, "/saved", do="save", name="The dam", address=address)
    page = desk.get("/saved").text
    assert 'href="/positions?issue=dam&amp;min_confidence=0.6"' in page
    number = re.search(r'name="number" value="(\d+)"', page)[1]
    fresh = send(desk, "/saved", "/saved", do="feed", number=number).text
    feed = re.search(r'id="feed-address">http://testserver(/feeds/[^<]+)<', fresh)[1]
    answer = desk.get(feed)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert "<title>The dam</title>" in answer.text
    assert answer.text.count("<entry>") == desk.get("/moves.csv?issue=dam&min_confidence=0.6").text.count("\n") - 1
    assert "The toll" not in answer.text
    send(desk, "/saved", "/saved", do="no feed", number=number)
    assert desk.get(feed).status_code == 404
    assert send(desk, "/saved", do="save", name="x", address="//evil.example").status_code == 422


def test_views_are_ones_own_and_a_feed_ends_with_the_account(open_desk, path, people):
    """Claim: nobody sees or subscribes to another's views, and a closed account's feeds are gone."""
    rita, cora = open_desk(path, coder=None), open_desk(path, coder=None)
    log_in(rita, "Rita")
    log_in(cora, "Cora")
    send(rita, "/saved", do="save", name="Mine", address="/positions")
    number = re.search(r'name="number" value="(\d+)"', rita.get("/saved").text)[1]
    assert "Mine" not in cora.get("/saved").text
    assert send(cora, "/saved", do="feed", number=number).status_code == 422
    fresh = send(rita, "/saved", do="feed", number=number).text
    feed = re.search(r"(/feeds/[^<]+)<", fresh)[1]
    stranger = open_desk(path, coder=None)
    assert stranger.get(feed).status_code == 200
    with Ledger(path) as ledger:
        Accounts(ledger).change("Rita", active=False)
    assert stranger.get(feed).status_code == 404


def test_evidence_is_collected_and_taken_away_as_a_file(desk, path):
    """Claim: statements come together with notes, go out as Markdown, Word and HTML, and can be taken out again."""
    with Ledger(path) as ledger:
        one, other = list(ledger.statements())[:2]
    for statement, note in ((one, "the strongest"), (other, "")):
        assert send(desk, "/collections", name="For  Monday", statement=statement.id, note=note).status_code == 303
    page = desk.get("/collections/For%20Monday").text
    assert "the strongest" in page
    assert page.count('value="out"') == 2
    text = desk.get("/collections/For%20Monday/evidence.md").text
    assert "the dam must wait" in text
    assert "the strongest" in text
    assert desk.get("/collections/For%20Monday/evidence.html").status_code == 200
    assert desk.get("/collections/For%20Monday/evidence.exe").status_code == 404
    assert "For Monday" in desk.get("/saved").text
    csrf = token(desk.get("/saved").text)
    desk.post("/collections", data={"csrf": csrf, "do": "out", "name": "For Monday", "statement": one.id})
    assert desk.get("/collections/For%20Monday").text.count('value="out"') == 1
    assert desk.post("/collections", data={"csrf": csrf, "name": "x", "statement": "f" * 32}).status_code == 404
