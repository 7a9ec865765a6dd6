"""Comparisons that take long run in the background, tell how far they are, and are kept."""

from __future__ import annotations

import re
import threading
import time
from itertools import combinations

import pytest

from onrecord.analyse import position_changes
from onrecord.record import Ledger
from onrecord.show.desk import live_view
from onrecord.show.desk.routes import conflicts

from .conftest import CODEBOOK, report, send
from .test_kept import statement, told  # noqa: F401


class Gate:
    """Hold up the work of a real comparison after each of its steps, until it may go on."""

    def __init__(self) -> None:
        self.steps = 0
        self.begun = 0
        self._reached = threading.Semaphore(0)
        self._go = threading.Semaphore(0)
        self._open = threading.Event()

    def step(self) -> None:
        """Wait after a step of the work."""
        self.steps += 1
        self._reached.release()
        while not self._open.is_set() and not self._go.acquire(timeout=0.05):
            pass

    def reached(self) -> None:
        """Wait until the work has come to its next step."""
        assert self._reached.acquire(timeout=60)

    def go_on(self) -> None:
        """Let the work go on to its next step."""
        self._go.release()

    def close(self) -> None:
        """Hold up the work at its next step again."""
        self._open.clear()

    def open(self) -> None:
        """Let the work go on to its end."""
        self._open.set()


@pytest.fixture
def gate(monkeypatch):
    """A gate after each step of a comparison of retellings, and before each issue of that of contradictions."""
    made = Gate()
    retold, found_conflicts = conflicts._retold, position_changes.conflicts

    def slow_retold(now, speakers=None, tell=None):
        made.begun += 1
        if tell is None:  # a result that is brought up to date
            made.step()

        def told_so_far(done, of):
            tell(done, of)
            made.step()

        return retold(now, speakers, told_so_far if tell else None)

    def slow_conflicts(*given, **more):
        found = found_conflicts(*given, **more)
        made.begun += 1
        made.step()
        return found

    monkeypatch.setattr(conflicts, "_retold", slow_retold)
    monkeypatch.setattr(position_changes, "conflicts", slow_conflicts)
    monkeypatch.setattr(live_view, "MAX_WAIT", 0.05)
    yield made
    made.open()


def progress(page):
    """Return how many statements of how many a page says it has gone over; None where it says nothing."""
    found = re.search(r'<progress max="(\d+)" value="(\d+)"', page)
    return None if found is None else (int(found[2]), int(found[1]))


def until(desk, address, fits):
    """Return a page as soon as it is as wanted."""
    deadline = time.monotonic() + 60
    while not fits(page := desk.get(address).text):
        assert time.monotonic() < deadline, page
        time.sleep(0.05)
    return page


@pytest.mark.parametrize(("kind", "begun"), [("drift", 1), ("self", 2)])
def test_a_comparison_tells_how_far_it_is_and_is_kept(desk, told, gate, kind, begun):  # noqa: F811
    """Claim: while it works, the page says of how many statements, and more each time; then the result is kept."""
    address = f"/conflicts?kind={kind}"
    assert "Comparing statements" in desk.get(address).text
    if kind == "self":  # held up after an issue was compared, before it is counted
        gate.reached()
        gate.go_on()
    gate.reached()
    seen = [progress(until(desk, address, progress))]
    if kind == "drift":
        gate.go_on()
        gate.reached()
        seen.append(progress(until(desk, address, lambda page: progress(page) != seen[0])))
    gate.open()
    until(desk, address, lambda page: "Comparing statements" not in page)
    total = desk.get("/api/v1/statements?limit=1").json()["total"]
    assert all(0 < done <= of == total for done, of in seen)
    assert seen == sorted(set(seen))
    for _ in range(3):
        assert progress(desk.get(address).text) is None
    assert gate.begun == begun, "the result is kept"


def test_the_earlier_comparison_stands_until_the_new_one_is_there(desk, told, gate):  # noqa: F811
    """Claim: after a judgement the page shows the last result and says so, then the new one."""
    gate.open()
    until(desk, "/conflicts?kind=drift", lambda page: "Comparing statements" not in page)
    before = desk.get("/conflicts?kind=drift").text
    assert before.count('<article class="pair"') > 0
    gate.close()
    with Ledger(told) as ledger:
        ledger.add([report(60, outlet="The Wire"), report(60, outlet="The Post")], codebook=CODEBOOK)
    one = statement(told, issue="dam", speaker="Ana Orr")
    send(desk, f"/review/{one.id}", f"/review/{one.id}", verdict="accept")
    page = desk.get("/conflicts?kind=drift").text
    assert "are being compared" in page
    assert page.count('<div class="told') == before.count('<div class="told')
    gate.open()
    after = until(desk, "/conflicts?kind=drift", lambda page: "are being compared" not in page)
    assert after.count('<div class="told') == before.count('<div class="told') + 4


def test_any_two_outlets_are_compared(desk, path):
    """Claim: of any two outlets, the page and its files show what both tell, in their words alone."""
    outlets = {"The Courier": range(6), "The Post": range(4), "The Wire": (0, 1, 5), "The Tide": (1,)}
    with Ledger(path) as ledger:
        for outlet, numbers in outlets.items():
            ledger.add([report(n, outlet=outlet) for n in numbers], codebook=CODEBOOK)
    page = until(desk, "/conflicts?kind=drift", lambda page: "Comparing statements" not in page)
    for outlet in outlets:
        assert f'<option value="{outlet}">' in page
    for one, other in combinations(outlets, 2):
        both = set(outlets[one]) & set(outlets[other])
        address = f"kind=drift&pair={one}&pair={other}"
        shown = desk.get(f"/conflicts?{address}").text
        groups = shown.split('<article class="pair">')[1:]
        rows = desk.get(f"/conflicts.json?{address}").json()
        assert {row["outlet"] for row in rows} == ({one, other} if both else set())
        assert sum(group.count('<div class="told') for group in groups) == len(rows)
        assert all(one in group and other in group for group in groups)
        assert bool(groups) == bool(both)
