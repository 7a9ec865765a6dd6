"""Briefings say the same in every format, and go out of the desk without it."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import pytest

from onrecord.record import Ledger
from tests.web.conftest import CODEBOOK, report


def test_a_briefing_has_positions_with_their_words(desk):
    """Claim: a briefing on an issue tells who stands where, how surely, in which words, and who moved."""
    page = desk.get("/brief?on=dam&by=speaker").text
    assert "The dam is built." in page
    assert "Ana Orr" in page
    assert "Shifts" in page
    assert "Conditions" in page
    assert "Boris Vel" not in re.sub(r"<form.*?</form>", "", page, flags=re.DOTALL).replace("Boris Vel having", "")


@pytest.mark.parametrize("kind", ["md", "html", "docx"])
def test_the_formats_tell_the_same(desk, kind):
    """Claim: Markdown, Word and a page that needs no server hold the same speakers and words as the page."""
    answer = desk.get(f"/brief.{kind}?by=speaker")
    assert answer.status_code == 200
    text = answer.text
    if kind == "docx":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as document:
            text = re.sub(r"<[^>]+>", "", document.read("word/document.xml").decode())
    for words in ("Ana Orr", "Boris Vel", "will not", "The Courier", "The dam"):
        assert words in text, words
    if kind == "html":
        assert "<script" not in text
        assert not re.search(r'(?:src|href)="/', text), "nothing is asked of the desk"


def test_what_an_article_says_is_no_markup_in_a_briefing(desk, path):
    """Claim: hostile names and words stay text in Markdown and in the snapshot."""
    evil = "<img src=x onerror=alert(1)> [a](javascript:alert(2))"
    with Ledger(path) as ledger:
        ledger.add([report(8, speaker="Eve Low", said=f"the dam {evil}", title=evil)], codebook=CODEBOOK)
    assert "<img" not in desk.get("/brief.html?by=speaker").text
    assert not re.search(r"(?<!\\)\]\(javascript", desk.get("/brief.md?by=speaker").text)


def test_the_feed_is_atom(desk):
    """Claim: the feed of a view lists its changes of position as Atom entries that lead to both ends."""
    made = ElementTree.fromstring(desk.get("/moves.xml?issue=dam").content)
    name = "{http://www.w3.org/2005/Atom}"
    entries = made.findall(f"{name}entry")
    assert len(entries) == len(desk.get("/moves.json?issue=dam").json()) > 0
    assert "/compare?a=" in entries[0].find(f"{name}link").attrib["href"]


def test_a_statement_can_be_cited(desk, path):
    """Claim: a statement's page has a citation with speaker, words, outlet, title, date and id."""
    with Ledger(path) as ledger:
        one = next(ledger.statements())
    page = desk.get(f"/statements/{one.id}").text
    cited = re.search(r'id="citation"[^>]*>(.*?)</span>', page, re.DOTALL)[1]
    for part in (one.article.outlet, one.article.title, str(one.article.published), one.id[:12]):
        assert part in cited


def test_history_says_what_was_corrected(desk, path):
    """Claim: a statement's page shows which fields a person changed, from what to what."""
    from tests.web.conftest import send

    with Ledger(path) as ledger:
        one = next(s for s in ledger.statements() if str(s.stance.value) == "oppose")
    answer = send(desk, f"/review/{one.id}", verdict="correct", stance="mixed", back=f"/statements/{one.id}")
    page = desk.get(answer.headers["location"]).text
    assert re.search(r'stance: <del dir="auto">oppose</del> <ins dir="auto">mixed</ins>', page)


def test_what_is_left_out_is_counted(desk, monkeypatch):
    """Claim: a briefing that names some of the shifts or conditions says how many there are."""
    from onrecord.show import briefing

    monkeypatch.setattr(briefing, "SHIFTS", 1)
    monkeypatch.setattr(briefing, "LINES", 1)
    text = desk.get("/brief.md?on=dam&by=speaker").text
    assert re.search(r"### Shifts \([2-9], the newest 1 here\)", text)
    assert re.search(r"### Conditions \([2-9], the newest 1 here\)", text)
