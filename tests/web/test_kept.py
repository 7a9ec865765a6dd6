"""What the desk keeps from batch to batch: never stale, and made anew only where a judgement touched it."""

from __future__ import annotations

import re
import time

import pytest

from onrecord.core.statement import Decision, Ruling
from onrecord.record import Ledger, Query
from tests.web.conftest import CODEBOOK, report, send

PAGES = (
    "/", "/?by=speaker", "/positions", "/positions?by=affiliation&rule=majority", "/positions?as_of=2026-03-01",
    "/issues", "/issues/dam", "/issues/toll", "/people", "/people/Ana%20Orr", "/people/Boris%20Vel",
    "/people/Ardesh?by=affiliation", "/articles", "/conflicts?kind=moved", "/conflicts?kind=self",
    "/conflicts?kind=between", "/conflicts?kind=drift", "/network?by=speaker", "/brief", "/brief?on=toll", "/registry",
    "/codebook", "/scenario?by=speaker", "/?outlet=The+Post", "/positions?outlet=The+Post&min_confidence=0.7",
    "/search", "/search?q=dam", "/cells?actor=Ana+Orr&on=dam",
)  # fmt: skip


@pytest.fixture
def told(path):
    """The ledger with a second outlet, which tells some of the same, and another speaker."""
    with Ledger(path) as ledger:
        ledger.add([report(n, outlet="The Post") for n in range(3)], codebook=CODEBOOK)
        ledger.add([report(n, speaker="Cara Lum", outlet="The Post") for n in range(20, 23)], codebook=CODEBOOK)
    return path


WAIT = ("Comparing statements", "Being worked out", "are being compared")


def shown(client, address):
    """Return a page, when its comparisons are done, without the tokens of its forms."""
    deadline = time.monotonic() + 600
    while True:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.text[:400])
        if not any(words in answer.text for words in WAIT):
            return re.sub(r'value="[0-9a-f]{64}"|CSRF-Token": "[0-9a-f]+"', "", answer.text)
        assert time.monotonic() < deadline, address


def statement(path, **query):
    """Return a statement of the ledger."""
    with Ledger(path) as ledger:
        return next(ledger.statements(Query(**query)))


def steps(desk, path):
    """Yield after each thing that people and machines do to a ledger."""
    one = statement(path, issue="dam", speaker="Ana Orr")
    send(desk, f"/review/{one.id}", f"/review/{one.id}", verdict="accept")
    yield "accepted"
    one = statement(path, issue="dam", speaker="Cara Lum")
    send(desk, f"/review/{one.id}", f"/review/{one.id}", verdict="correct", stance="oppose")
    yield "another stance"
    one = statement(path, issue="toll")
    send(desk, f"/review/{one.id}", f"/review/{one.id}", verdict="correct", issue="dam", speaker="Dora Mel")
    yield "another issue and speaker"
    one = statement(path, issue="dam", speaker="Ana Orr")
    send(desk, f"/review/{one.id}", f"/review/{one.id}", verdict="reject")
    yield "rejected"
    number = desk.app.state.desk.reviews.latest(1)[0].number
    send(desk, f"/undo/{number}", "/review")
    yield "taken back"
    with Ledger(path) as ledger:
        ledger.add([report(40, speaker="Eve Lam", outlet="The Post")], codebook=CODEBOOK)
    yield "more was read"
    with Ledger(path) as ledger:
        ledger.decide(Decision(ruling=Ruling.RENAME, name="Cara Lum", others=("Cara Lume",), coder="Ada"))
    yield "a new name"
    one = statement(path, issue="toll")
    send(desk, f"/review/{one.id}", f"/review/{one.id}", verdict="correct", stance="support")
    yield "a stance after a decision"


def test_no_page_is_stale(open_desk, told):
    """Claim: after each change every page is what a desk that was just started shows."""
    desk = open_desk(told)
    for address in PAGES:
        shown(desk, address)
    for what in steps(desk, told):
        fresh = open_desk(told)
        for address in PAGES:
            assert shown(desk, address) == shown(fresh, address), f"{address} after: {what}"


def test_a_judgement_leaves_what_it_did_not_touch(desk, told):
    """Claim: of issues, actors and rows of the matrix, those that a judgement is about are made anew, and no others."""
    for address in PAGES:
        shown(desk, address)
    results = desk.app.state.desk.live_view.now().results
    before = results.computed.copy()
    one = statement(told, issue="dam", speaker="Cara Lum")
    send(desk, f"/review/{one.id}", f"/review/{one.id}", verdict="correct", stance="oppose")
    for address in PAGES:
        shown(desk, address)
    again = [key for key in results.computed if results.computed[key] > before[key] and isinstance(key, tuple)]
    assert ("issue", "dam") in again
    assert ("person", "Ana Orr", None) not in again
    assert ("issue", "toll") not in again
    assert {key[1] for key in again if key[0] == "section"} == {"dam"}
    assert {key[1] for key in again if key[0] == "row"} == {"Cara Lum", "Ardesh"}
    assert "registry" not in {key for key in results.computed if results.computed[key] > before[key] + 1}
