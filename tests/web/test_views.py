"""What the desk's views show is what they export, under the filters that travel with the address."""

from __future__ import annotations

import csv
import io
import re

import pytest

from onrecord.core.statement import Decision, Ruling
from onrecord.record import Ledger, Query
from tests.web.conftest import CODEBOOK, report


def rows(client, address):
    """The rows of a CSV file."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))


@pytest.fixture
def outlets(path):
    """The ledger with reports of a second outlet, by speakers of another body."""
    with Ledger(path) as ledger:
        for number in range(10, 14):
            ledger.add([report(number, speaker=f"Cara Lum {number}", outlet="The Post")], codebook=CODEBOOK)
    return path


def test_a_filter_narrows_every_view_and_travels(desk, outlets):
    """Claim: `outlet` holds on each page that shows statements, and the links between them carry it along."""
    for address in ("/positions", "/issues/dam", "/people", "/articles", "/conflicts?kind=moved", "/network"):
        page = desk.get(address + ("&" if "?" in address else "?") + "outlet=The+Post")
        assert page.status_code == 200
        assert "Ana Orr" not in re.sub(r"<datalist.*?</datalist>", "", page.text), address
        assert 'href="/positions?outlet=The+Post"' in page.text or address == "/positions", address
    assert {row["outlet"] for row in rows(desk, "/search.csv?outlet=The+Post")} == {"The Post"}
    both = rows(desk, "/search.csv?outlet=The+Post&outlet=The+Courier")
    assert {row["outlet"] for row in both} == {"The Post", "The Courier"}, "several values, of which one must match"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("told=own", {""}),
        ("told=relayed", {"Ana Orr"}),
        ("act=deny", {"Ana Orr"}),
        ("since=2026-06", {"", "Ana Orr"}),
    ],
)
def test_filters_ask_for_what_they_say(desk, asked, found):
    """Claim: own words have no chain of reporters, relayed ones have; dates and acts are conditions too."""
    assert {row["chain"] for row in rows(desk, f"/search.csv?{asked}")} == found


def test_a_filter_that_is_none_is_refused(desk):
    """Claim: a date or a value of a closed list that is none is an error 400, not an empty page."""
    for asked in ("since=tomorrow", "act=sing", "stance=maybe", "checked=perhaps", "told=many"):
        assert desk.get(f"/positions?{asked}").status_code == 400, asked


def test_checked_statements_are_found_and_shown_solid(desk, path):
    """Claim: a person's judgement counts as certain, shows as a solid mark and can be filtered for."""
    from tests.web.conftest import send

    with Ledger(path) as ledger:
        one = next(s for s in ledger.statements(Query(issue="dam")) if s.article.name == "report-5.txt")
    assert rows(desk, "/search.csv?checked=yes") == []
    assert 'checked" href="/cells?actor=Ana+Orr' not in desk.get("/positions").text
    send(desk, f"/review/{one.id}", verdict="accept")
    assert [row["id"] for row in rows(desk, "/search.csv?checked=yes")] == [one.id]
    assert 'checked" href="/cells?actor=Ana+Orr' in desk.get("/positions").text


@pytest.mark.parametrize("asked", ["by=affiliation", "as_of=2026-03-10", "rule=majority", "min_confidence=0.6"])
def test_the_export_is_of_what_is_shown(desk, asked):
    """Claim: links to CSV, JSON and SVG repeat the page's whole address, also after the inner part changes."""
    for headers in ({}, {"HX-Request": "true"}):
        page = desk.get(f"/positions?{asked}", headers=headers).text
        for kind in ("csv", "json", "svg"):
            assert f'href="/positions.{kind}?{asked}"' in page
    shown = len(re.findall(r'class="cell (?:s-|unsure)[^>]*hx-get', desk.get(f"/positions?{asked}").text))
    cells = rows(desk, f"/positions.csv?{asked}")
    doubtful = len(re.findall(r'class="cell unsure" href', desk.get(f"/positions?{asked}").text))
    assert shown - doubtful == len(cells) == len(desk.get(f"/positions.json?{asked}").json())


def test_a_row_of_affiliations_leads_to_all_who_speak_for_it(desk, path):
    """Claim: a body that also speaks itself has two pages, and the matrix of affiliations leads to the wider one."""
    with Ledger(path) as ledger:
        ledger.add([report(20, speaker="Ardesh", said="the weir must go")], codebook=CODEBOOK)
    assert 'href="/people/Ardesh?by=affiliation"' in desk.get("/positions?by=affiliation").text
    itself, all_of_it = desk.get("/people/Ardesh?by=speaker").text, desk.get("/people/Ardesh?by=affiliation").text
    assert "the weir must go" in itself
    assert "the dam must wait" not in itself
    assert "the dam must wait" in all_of_it
    assert len(rows(desk, "/people/Ardesh.csv?by=affiliation")) == 14


def test_changes_are_counted_in_full(desk, path):
    """Claim: nothing is cut off in silence; the count on the page is that of the table to download."""
    with Ledger(path) as ledger:
        ledger.add([report(n, speaker=f"Speaker {n // 12}") for n in range(6, 800)], codebook=CODEBOOK)
    total = len(rows(desk, "/moves.csv"))
    assert total > 150
    page = desk.get("/conflicts?kind=moved").text
    assert f"of {total:,}" in page
    assert desk.get("/api/v1/changes").json()["total"] == total


def test_what_is_bounded_says_so(desk, path):
    """Claim: where a list goes over the newest statements alone, the page says of how many."""
    with Ledger(path) as ledger:
        ledger.add([report(n, outlet=f"Paper {n % 45}") for n in range(6, 300)], codebook=CODEBOOK)
    page = desk.get("/issues/dam").text
    assert "Among the newest 100 of 300 statements." in page
    assert "Among the newest 250 of 300 positions." in page
    person = desk.get("/people/Ana%20Orr").text
    assert "Among the newest 20 of 300 statements." in person
    assert "Outlet, the 30 most frequent of 46" in page


def test_commitment_does_not_sound_like_a_side(desk, path):
    """Claim: beside a side, commitment is told by its strength; "certainly not" never stands under "supports"."""
    page = (
        desk.get("/issues/dam").text + desk.get("/people/Ana%20Orr").text + desk.get("/cells?actor=Ana+Orr&on=dam").text
    )
    assert "firm" in page
    assert "certainly not" not in page


def test_pinned_parties_stand_first(desk, path):
    """Claim: a pin is a decision like others: the first page and the matrix show the pinned parties, in their order."""
    with Ledger(path) as ledger:
        ledger.add([report(9, speaker="Dora Mel")], codebook=CODEBOOK)
        for name, place in (("Dora Mel", ()), ("Boris Vel", ("1",))):
            ledger.decide(Decision(ruling=Ruling.PIN, name=name, others=place, coder="Ada"))
    page = desk.get("/?by=speaker").text
    order = re.findall(r'<th scope="row" dir="auto"><a href="/people/([^"?]+)', page)
    assert order == ["Boris%20Vel", "Dora%20Mel"]
    assert re.findall(r'<th scope="row" dir="auto"><a href="/people/([^"?]+)', desk.get("/positions").text)[:2] == order


def test_the_first_page_answers(desk):
    """Claim: the first page shows who stands where, what changed since a day, and what this rests on."""
    page = desk.get("/?by=speaker&after=2026-01-15").text
    assert 'href="/cells?actor=Ana+Orr&amp;on=dam"' in page
    assert "What changed since" in page
    assert "from “supports” to “opposes”" in page
    assert "2026-01-02 to 2026-06-02" in page
    assert "too unsure to show" in page


def test_a_cell_is_a_page_without_script(desk):
    """Claim: the evidence of a cell is a page of its own, with each utterance in its text, weighed."""
    page = desk.get("/cells?actor=Ana+Orr&on=dam").text
    assert "<html" in page
    assert "decides the cell" in page
    assert "said" in page
    assert len(rows(desk, "/cells.csv?actor=Ana+Orr&on=dam")) == 6
    assert desk.get("/cells?actor=Nobody&on=dam").status_code == 404


def test_context_is_not_cut_inside_words():
    """Claim: the text around a statement begins and ends with whole words."""
    from onrecord.show.desk.routes.articles import before_and_after

    of, found = report(0)
    whole = set(of.text.content.split())
    for around in range(5, 60):
        shown = "".join(piece.text for piece in before_and_after(found[1], around))
        assert {word for word in shown.split() if word != "…"} <= whole, around
