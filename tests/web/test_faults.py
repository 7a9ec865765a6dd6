"""Faults that users met once, each by what somebody does in a browser and sees there.

Those of layout are in `test_layout`: torn results, print, the heads of a long matrix.
"""

from __future__ import annotations

import re
from dataclasses import replace

from onrecord.core.span import Text
from onrecord.core.statement import Commitment, Stance
from onrecord.lexicon import Codebook, Issue
from onrecord.record import Ledger, Query
from tests.web.conftest import CODEBOOK, judged, report, serve
from tests.web.test_browser import visit  # noqa: F401 - a fixture

FERRY = Codebook(
    name="ferry", description="",
    issues=(Issue(id="ferry", label="The ferry", proposition="The ferry sails.", terms=("ferry",)),),
)  # fmt: skip


def on_the_dam(path):
    """Return a statement on the dam."""
    with Ledger(path) as ledger:
        return next(ledger.statements(Query(issue="dam")))


def test_another_codebook_does_not_block_corrections(visit, path):  # noqa: F811
    """F1: a statement read under an earlier codebook is corrected, and keeps its issue's label."""
    with Ledger(path) as ledger:
        ledger.add([report(9, said="the ferry sails")], codebook=FERRY)
    one = on_the_dam(path)
    page = visit()
    page.goto(f"/review/{one.id}/edit?back=/statements/{one.id}")
    page.fill("input[name=venue]", "Radio Orr")
    page.click("button:text-is('Save')")
    page.wait_for_url("**/statements/**")
    assert "Radio Orr" in page.inner_text(".reasons")
    assert "The dam" in page.inner_text("h1")


def test_the_export_follows_what_was_exchanged_on_the_page(visit):  # noqa: F811
    """F2: after other rows were chosen, the download and the saved view are of these rows."""
    page = visit()
    page.goto("/positions")
    page.select_option("#controls select[name=by]", "affiliation")
    page.wait_for_selector("#matrix a[href*='by=affiliation']")
    assert "by=affiliation" in page.get_attribute("#exports a >> nth=0", "href")
    page.click("text=Save this view")
    page.fill(".save-view input[name=name]", "States")
    page.click(".save-view button")
    page.wait_for_url("**/saved")
    page.click("text=States >> nth=0")
    assert "by=affiliation" in page.url


def test_a_row_of_affiliations_leads_to_the_affiliation(visit):  # noqa: F811
    """F3: the row of a state leads to all who speak for it."""
    page = visit()
    page.goto("/positions?by=affiliation")
    page.click("#matrix th a:text('Ardesh')")
    page.wait_for_url("**/people/Ardesh?by=affiliation")
    assert "the dam must wait" in page.inner_text("main")


def test_totals_are_no_caps(visit, path):  # noqa: F811
    """F4: more than five hundred changes are counted in full."""
    with Ledger(path) as ledger:
        ledger.add([report(n, speaker=f"Speaker {n // 12}") for n in range(6, 3_000)], codebook=CODEBOOK)
    page = visit()
    page.goto("/conflicts?kind=moved")
    shown = re.search(r"of ([\d,]+)", page.inner_text("nav.pages"))
    with page.expect_download() as got:
        page.click("#exports >> text=CSV")
    assert int(shown[1].replace(",", "")) == len(got.value.path().read_text().splitlines()) - 1 > 500


def test_commitment_is_no_side(visit, path):  # noqa: F811
    """F5: who supports by denying is not shown as "certainly not"."""
    of, (first, second) = report(8, speaker="Eve Lam")
    first = replace(first, stance=judged(Stance.SUPPORT), commitment=judged(Commitment.CERTAINLY_NOT))
    with Ledger(path) as ledger:
        ledger.add([(of, [first, replace(second, nested_in=first.id)])], codebook=CODEBOOK)
    page = visit()
    page.goto("/issues/dam")
    assert "firm" in page.inner_text(".c-support")
    assert "certainly not" not in page.inner_text("main")


def test_the_same_text_does_not_count_twice(visit, path):  # noqa: F811
    """F6: what was pasted is known when it is pasted again."""
    page = visit()
    for told in ("1 article", "Known already"):
        page.goto("/add")
        page.fill("textarea", "BRASK - Ann Lee, the mayor of Brask, said on Monday that the dam will be built soon.")
        page.click("button:has-text('Read')")
        page.wait_for_url("**/jobs/*")
        page.wait_for_selector("#job-state.st-done", timeout=120_000)
        assert told in page.inner_text("main")
    with Ledger(path) as ledger:
        assert len(list(ledger.articles())) == 7


def test_a_marked_source_is_the_speaker(visit, path):  # noqa: F811
    """F10: a statement by hand whose source was marked is not one of an unknown speaker."""
    one = on_the_dam(path)
    page = visit()
    page.goto(f"/articles/{one.article.id}/code")
    page.fill("input[name=source]", "0-2")
    page.fill("input[name=content]", "6-14")
    page.click("button:text-is('Save')")
    page.wait_for_url("**/articles/**?s=*")
    assert "unknown speaker" not in page.inner_text("li.on")
    assert "Ana Orr" in page.inner_text("li.on")


def test_a_comparison_says_that_it_works(visit, monkeypatch):  # noqa: F811
    """F12: a slow comparison is announced, and shows itself when it is done."""
    import threading

    from onrecord.show.desk.routes import conflicts

    go, real = threading.Event(), conflicts._retold
    monkeypatch.setattr(conflicts, "_retold", lambda *given, **more: go.wait(60) and real(*given, **more))
    page = visit()
    page.goto("/conflicts?kind=drift")
    assert "Comparing statements" in page.inner_text("main")
    go.set()
    page.locator("text=Comparing statements").wait_for(state="detached")
    assert "Told by" in page.inner_text("main")


def test_a_wrong_click_in_a_round_is_taken_back(visit):  # noqa: F811
    """F13: by key one goes back in a blind round, and the value that was given is there to be changed."""
    page = visit()
    page.goto("/coding")
    page.fill("input[name=name] >> nth=0", "pilot")
    page.fill("input[name=size] >> nth=0", "2")
    page.click("text=Open the round >> nth=0")
    page.wait_for_selector("select[name=stance]")
    page.select_option("select[name=stance]", "oppose")
    page.select_option("select[name=act]", "state")
    page.click("text=Save and go on")
    page.wait_for_selector("text=Statement 2 of 2")
    page.keyboard.press("p")
    page.wait_for_selector("text=Statement 1 of 2")
    assert page.input_value("select[name=stance]") == "oppose"


def test_a_wrong_password_does_not_lose_the_way(browser, path, people):
    """F14: after a failed try the login leads to the page that was asked for."""
    with serve(path, coder=None) as base:
        page = browser.new_page()
        page.goto(f"{base}/issues/dam")
        for given in ("wrong", people["Rita"]):
            page.fill("input[name=name]", "Rita")
            page.fill("input[name=password]", given)
            page.click("main button")
        page.wait_for_url("**/issues/dam")
        page.close()


def test_context_is_cut_between_words(visit, path):  # noqa: F811
    """F15: the text around a statement begins with a whole word."""
    pad = "Nothing was said about anything else. " * 60
    of, (first, _) = report(1)
    article = replace(of, text=Text(pad + of.text.content + pad))
    moved = {}
    for name in ("source", "cue", "content"):
        spans = [(piece.span.start + len(pad), piece.span.end + len(pad)) for piece in getattr(first, name)]
        moved[name] = article.text.cite_all(spans)
    one = replace(first, article=article, condition=judged(()), **moved)
    with Ledger(path) as ledger:
        ledger.add([(article, [one])])
    page = visit()
    page.goto(f"/statements/{one.id}")
    shown = page.inner_text("blockquote.text").split()
    assert shown[0] == "…"
    assert {shown[1], shown[-2]} <= set(pad.split())
