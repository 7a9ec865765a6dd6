"""Smaller faults that users met once, each by what somebody does in a browser and sees there."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from onrecord.record import Ledger
from tests.machine import scaled
from tests.web.conftest import CODEBOOK, judged, report, serve
from tests.web.test_browser import visit  # noqa: F401 - a fixture


def test_the_tooltip_of_an_affiliation_says_who_spoke(visit):  # noqa: F811
    """A cell of a state names the speaker of its newest words."""
    page = visit()
    page.goto("/positions?by=affiliation")
    page.hover('#matrix a[href*="on=dam"]')
    assert "Ana Orr" in page.inner_text("#tip small")


def test_changes_are_told_in_sentences(visit):  # noqa: F811
    """A change of position says from what to what and after how long, not its kind alone."""
    page = visit()
    page.goto("/conflicts?kind=moved")
    said = page.inner_text("article.pair header >> nth=0")
    assert re.search(r"from “.+” to “.+”, \d+ days? later", said)
    assert "retreats" not in page.inner_text("main")


def test_a_replay_is_one_step_of_the_history(visit):  # noqa: F811
    """After a replay one step back leads to the page before it."""
    page = visit()
    page.goto("/issues")
    page.click("nav >> text=Positions")
    page.wait_for_url("**/positions")
    page.click("#replay")
    page.wait_for_selector('#matrix[data-as-of="2026-03-02"]', timeout=scaled(8_000))
    page.click("#replay")
    page.wait_for_timeout(1_000)
    page.go_back()
    page.wait_for_url("**/issues")


def test_an_address_past_the_end_says_how_many_there_are(visit):  # noqa: F811
    """A page past the last one says so, and leads to the first."""
    page = visit()
    page.goto("/articles?first=5000")
    assert "Past the end: there are 6." in page.inner_text("nav.pages")
    page.click("text=From the start")
    page.wait_for_url("**/articles")


def test_search_says_where_it_looks_and_marks_what_it_finds(visit):  # noqa: F811
    """The page tells that titles are searched too, marks the words, and leads on to the texts of articles."""
    page = visit()
    page.goto("/search?q=wait")
    assert "titles of articles" in page.inner_text(".head")
    assert page.inner_text("#results mark >> nth=0") == "wait"
    page.click("text=Article texts")
    page.wait_for_url("**/search/texts?q=wait")


def test_a_statement_leads_to_its_source(visit, path):  # noqa: F811
    """A statement whose article has a web address links to it, in a tab of its own."""
    of, found = report(7, url="https://courier.example/7")
    with Ledger(path) as ledger:
        ledger.add([(of, found)], codebook=CODEBOOK)
    page = visit()
    page.goto(f"/statements/{found[0].id}")
    link = page.locator("a:text-is('source')")
    assert link.get_attribute("href") == "https://courier.example/7"
    assert "noopener" in link.get_attribute("rel")


def test_messages_begin_with_a_capital_letter(browser, served):
    """What went wrong is said in a sentence, without the ledger's path on the server."""
    page = browser.new_page()
    for address in ("/issues/none", "/statements/none", "/conflicts?kind=none", "/articles/none"):
        page.goto(served + address)
        assert re.match("['A-Z]", page.inner_text("[role=alert]")), address
    page.close()


def test_the_masthead_is_one_line_at_1024_pixels(visit):  # noqa: F811
    """The sections do not wrap on a small laptop."""
    page = visit(width=1024, height=768)
    page.goto("/")
    assert page.locator(".masthead").bounding_box()["height"] < 64


def test_on_a_phone_one_sees_what_one_accepts(visit):  # noqa: F811
    """At 390 pixels the bar with the verdicts says which speaker, issue and stance they are about."""
    page = visit(width=390, height=844)
    page.goto("/review")
    said = page.locator("form.verdicts .judging")
    box = said.bounding_box()
    assert 0 <= box["y"] <= 844 - box["height"]
    assert re.search(
        r"(Ana Orr|Boris Vel) on The (dam|toll): . (supports|opposes|mixed|no clear position)", said.inner_text()
    )


def test_without_an_outlet_there_is_no_empty_place(visit, path):  # noqa: F811
    """A source without an outlet is not written as two points in a row."""
    of, found = report(8, outlet=None)
    with Ledger(path) as ledger:
        ledger.add([(of, found)], codebook=CODEBOOK)
    page = visit()
    for address in (f"/statements/{found[0].id}", f"/review/{found[0].id}", f"/articles/{of.id}"):
        page.goto(address)
        assert "· ·" not in page.inner_text("main"), address


def test_few_keys_to_the_first_cell(visit):  # noqa: F811
    """From the start of the page the keyboard is in the matrix after four keys."""
    page = visit()
    page.goto("/positions")
    for key in ("Tab", "Tab", "Enter", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab"):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.classList.contains('cell')"):
            break
    assert page.evaluate("document.activeElement.closest('#matrix') !== null")


def test_the_history_says_what_was_corrected(visit, path):  # noqa: F811
    """After a correction the statement's own page shows the old and the new value."""
    page = visit()
    page.goto("/review")
    page.click("form.quick button >> nth=0")
    page.wait_for_url("**/review?done=correct")
    page.goto("/review/history")
    page.click("main a[href^='/statements/'] >> nth=-1")
    assert page.locator(".history del").count() == 1
    assert page.locator(".history ins").count() == 1


def test_a_minister_of_two_states_has_both_with_their_numbers(visit, path):  # noqa: F811
    """The page of a speaker who was read for two bodies says how often for each."""
    of, (first, second) = report(9)
    first = replace(first, affiliation=judged("Belm"))
    with Ledger(path) as ledger:
        ledger.add([(of, [first, replace(second, nested_in=first.id)])], codebook=CODEBOOK)
    page = visit()
    page.goto("/people/Ana%20Orr")
    assert re.search(r"Ardesh\s+6, Belm\s+1", page.inner_text(".head .sub"))


def test_a_reading_is_stopped(visit, path):  # noqa: F811
    """A reading of many texts ends at a click; what was read stays."""
    line = json.dumps({"text": "BRASK - Ann Lee, the mayor of Brask, said on Monday that the dam will be built soon."})
    page = visit()
    page.goto("/add")
    text = "\n".join(line.replace("Monday", f"day {n}") for n in range(400)).encode()
    files = [{"name": f"{n}.jsonl", "mimeType": "application/jsonl", "buffer": text} for n in range(3)]
    page.set_input_files("input[name=files]", files)
    page.click("button:has-text('Read')")
    page.wait_for_url("**/jobs/*")
    page.click("#job-stop button")
    page.wait_for_selector("#job-state.st-stopped", timeout=scaled(120_000))
    page.reload()
    assert "Stopped by Ada" in page.inner_text("main")
    with Ledger(path) as ledger:
        assert len(list(ledger.articles())) < 6 + 1_200


def test_documents_can_be_uploaded(visit):  # noqa: F811
    """The form takes what `onrecord read` takes, among it Word and PDF."""
    page = visit()
    page.goto("/add")
    taken = page.get_attribute("input[name=files]", "accept").split(",")
    assert {".pdf", ".docx", ".html", ".txt", ".zip", ".jsonl"} <= set(taken)


def test_a_network_draws_the_strongest_ties_and_leads_to_their_words(visit, path):  # noqa: F811
    """Of a dense network a hundred ties are drawn at first; each leads to the statements behind it."""
    with Ledger(path) as ledger:
        ledger.add([report(n, speaker=f"Speaker {n % 40}") for n in range(100, 240)], codebook=CODEBOOK)
    page = visit()
    page.goto("/network?by=speaker")
    page.wait_for_selector("#network canvas")
    assert len(json.loads(page.get_attribute("#network", "data-graph"))["edges"]) == 100
    page.click("table a:text('agreement') >> nth=0")
    page.wait_for_url("**/tie?*")
    assert page.locator(".quote").count() >= 2


def test_last_words_are_not_called_todays(visit):  # noqa: F811
    """The list of issues says that sides are those of the last words, with the newest day of each."""
    page = visit()
    page.goto("/issues")
    assert "by their last words" in page.inner_text(".head")
    assert "today" not in page.inner_text("main")


def test_what_was_typed_is_not_left_without_a_question(browser, path):
    """A correction that was begun asks before the page is left."""
    with Ledger(path) as ledger:
        one = next(ledger.statements())
    with serve(path) as base:
        page = browser.new_page()
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.goto(f"{base}/review/{one.id}/edit")
        page.click("input[name=venue]")
        page.keyboard.type("Radio Orr")
        page.click(".brand")
        page.wait_for_url(f"{base}/")
        page.close()
        assert asked == ["beforeunload"]
