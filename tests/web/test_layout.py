"""What a page looks like in a browser: nothing is torn, heads stay in sight, a print has what the screen has."""

from __future__ import annotations

import pytest

from onrecord.core.columns import MIN_CONFIDENCE
from onrecord.record import Ledger
from tests.machine import scaled
from tests.web.conftest import CODEBOOK, log_in, report, token
from tests.web.test_browser import visit  # noqa: F401 - a fixture


def test_a_quotation_with_its_cue_is_one_run_of_words(visit, path):  # noqa: F811
    """Claim: in search results a cue stands right before its words, not at the other edge."""
    page = visit()
    page.goto("/search?issue=toll")
    cue = page.locator("#results .quote .cue >> nth=0")
    gap = cue.evaluate(
        """(cue) => {
            const range = document.createRange();
            range.selectNodeContents(cue.nextSibling);
            return range.getBoundingClientRect().left - cue.getBoundingClientRect().right;
        }"""
    )
    assert gap < 20


def test_the_heads_of_a_long_matrix_stay_in_sight(visit, path):  # noqa: F811
    """Claim: after scrolling a matrix of thirty rows to its end, its column heads are still on top of it."""
    with Ledger(path) as ledger:
        for number in range(40):
            ledger.add([report(number + 100, speaker=f"Speaker {number}")], codebook=CODEBOOK)
    page = visit(height=700)
    page.goto("/positions")
    page.evaluate("document.querySelector('.scroll.tall').scrollTop = 10000")
    box = page.locator(".scroll.tall").bounding_box()
    head = page.locator(".matrix thead th >> nth=1").bounding_box()
    assert box["y"] - 1 <= head["y"] <= box["y"] + 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_print_says_what_it_shows(visit, scheme):  # noqa: F811
    """Claim: printed on white, the matrix keeps its colours and says its date, rule, threshold and batch."""
    page = visit(scheme=scheme)
    page.goto("/positions?as_of=2026-04-02")
    page.emulate_media(media="print", color_scheme=scheme)
    assert page.locator(".masthead nav").is_hidden()
    assert page.locator(".filters").is_hidden()
    said = page.inner_text(".printed")
    for part in ("as of 2026-04-02", "newest statement", f"{MIN_CONFIDENCE:.0%}", "batch 1"):
        assert part in said
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    cell = page.locator("#matrix td .cell[class*='s-'] >> nth=0")
    assert cell.evaluate("(cell) => getComputedStyle(cell).printColorAdjust") == "exact"


def test_filters_and_threshold_stay_while_one_moves_around(visit):  # noqa: F811
    """Claim: a threshold set with the slider is in the address of the page one goes on to."""
    page = visit()
    page.goto("/positions")
    page.locator("input[name=min_confidence]").focus()
    page.keyboard.press("End")
    page.wait_for_url("**/positions?min_confidence=1")
    page.click("nav >> text=Issues")
    page.wait_for_url("**/issues?min_confidence=1")


def test_arrow_keys_move_in_the_matrix(visit, path):  # noqa: F811
    """Claim: the arrows go from cell to cell, over empty ones."""
    with Ledger(path) as ledger:
        ledger.add([report(7, speaker="Cy Dan")], codebook=CODEBOOK)
    page = visit()
    page.goto("/positions")
    page.focus('#matrix a[href*="actor=Ana+Orr"]')
    at = "document.activeElement.closest('tr').querySelector('th').textContent.trim()"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(at) == "Cy Dan"
    page.keyboard.press("ArrowUp")
    assert page.evaluate(at) == "Ana Orr"


def test_a_slow_comparison_says_that_it_works(desk, monkeypatch):
    """Claim: a comparison that takes its time is announced at once, and shown when it is there."""
    import threading
    import time

    from onrecord.show.desk.routes import conflicts

    go = threading.Event()
    real = conflicts._retold
    monkeypatch.setattr(conflicts, "_retold", lambda *given, **more: go.wait(scaled(20)) and real(*given, **more))
    began = time.monotonic()
    page = desk.get("/conflicts?kind=drift").text
    assert time.monotonic() - began < scaled(5)
    assert "Comparing statements" in page
    go.set()
    deadline = time.monotonic() + scaled(20)
    while "Comparing statements" in desk.get("/conflicts?kind=drift").text:
        assert time.monotonic() < deadline


def test_a_wrong_password_does_not_lose_the_way(open_desk, path, people):
    """Claim: after a failed try the login still leads to the page that was asked for."""
    client = open_desk(path, coder=None)
    assert client.get("/issues/dam").headers["location"] == "/login?then=%2Fissues%2Fdam"
    form = {"csrf": token(client.get("/login?then=/issues/dam").text), "name": "Rita", "then": "/issues/dam"}
    failed = client.post("/login", data={**form, "password": "wrong"})
    assert 'name="then" value="/issues/dam"' in failed.text
    form = {**form, "csrf": token(failed.text), "password": people["Rita"]}
    assert client.post("/login", data=form).headers["location"] == "/issues/dam"
    assert log_in(open_desk(path, coder=None), "Rita").headers["location"] == "/"
