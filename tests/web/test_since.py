"""What changed since a chosen day or the last visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onrecord.record import Ledger
from tests.web.conftest import CODEBOOK, log_in, report


@pytest.fixture
def clock(desk):
    """The time of the desk, which a test sets on."""

    class Clock:
        now = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)

        def __call__(self):
            return self.now

        def on(self, **passed):
            self.now += timedelta(**passed)

    made = Clock()
    desk.app.state.desk.ledger._clock = made
    return made


def more(path, number=7):
    """Add another report."""
    with Ledger(path) as ledger:
        ledger.add([report(number, said="the dam must wait again")], codebook=CODEBOOK)


def test_the_first_page_tells_what_is_new_since_the_last_visit(desk, path, clock):
    """Claim: what was read since is new, whenever it was said; looks within half an hour are one visit."""
    assert "your last visit" not in desk.get("/").text
    clock.on(minutes=20)
    assert "your last visit" not in desk.get("/").text
    clock.on(hours=5)
    page = desk.get("/").text
    assert "since your last visit, 2026-07-01 09:20 UTC" in page
    assert "What changed since <time>2026-05-03" in page
    more(path)
    page = desk.get("/").text
    assert "What changed since your last visit, <time>2026-07-01 09:20 UTC" in page
    assert "2 positions taken or repeated" in page
    number = page.partition("added=")[2].partition('"')[0].partition("&")[0]
    if number:
        assert desk.get(f"/moves.csv?added={number}").text.count("\n") < desk.get("/moves.csv").text.count("\n")
    assert "What changed since <time>2026-01-15" in desk.get("/?after=2026-01-15").text


def test_the_last_visit_is_of_an_account(open_desk, path, people, clock):
    """Claim: one person's visits say nothing about another's, and outlive the session."""
    mine, other = open_desk(path, coder=None), open_desk(path, coder=None)
    for client in (mine, other):
        client.app.state.desk.ledger._clock = clock
    log_in(mine, "Rita")
    mine.get("/")
    clock.on(hours=30)
    log_in(other, "Cora")
    assert "your last visit" not in other.get("/").text
    log_in(mine, "Rita")
    assert "your last visit, 2026-07-01 09:00 UTC" in mine.get("/").text


def test_changes_since_a_number(desk, path):
    """Claim: the list and the table of changes take the same words as the first page."""
    every = desk.get("/conflicts.csv?kind=moved").text.count("\n")
    assert desk.get("/conflicts.csv?kind=moved&added=9").text.count("\n") < every
    assert desk.get("/conflicts.csv?kind=moved&added=99").text.count("\n") == 1
    assert desk.get("/conflicts?kind=moved&added=x").status_code == 400
    assert desk.get("/?after=x").status_code == 400
