"""The desk's pages in process: they answer, they show what the ledger holds, and they lead to the words."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import threading
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from onrecord.analyse.positions import matrix
from onrecord.core.statement import Decision, Ruling
from onrecord.exchange.formats import Content, names
from onrecord.record import Ledger
from onrecord.show.desk.concurrency import ConcurrencyLimit
from onrecord.show.desk.marks import Mark, marks, span_of_words, split, words_of_span
from onrecord.show.desk.result_cache import ResultCache, weight
from onrecord.view import current
from tests.web.conftest import CODEBOOK, report

STATIC = Path(__file__).resolve().parents[2] / "src/onrecord/show/desk/static"
PAGES = (
    "/", "/positions", "/positions?by=affiliation&rule=majority&as_of=2026-03-03", "/articles", "/search",
    "/search?q=dam&issue=dam&stance=support&since=2026&until=2026-04", "/issues", "/issues/dam", "/issues/toll",
    "/people", "/people?q=ana", "/people/Ana%20Orr", "/people/Ardesh", "/conflicts", "/conflicts?kind=between",
    "/conflicts?kind=moved", "/conflicts?kind=drift", "/network", "/network?by=speaker&mode=oppose", "/add", "/review",
    "/review/history", "/coding", "/account", "/readings", "/scenario", "/export", "/saved", "/adapt", "/audit",
    "/search/texts?q=dam", "/network?window=month&at=1", "/collections/none", "/scenario?by=speaker",
)  # fmt: skip
FILES = (
    "/issues.csv", "/people.csv", "/people.csv?q=ana", "/articles.csv", "/conflicts.csv?kind=self&issue=dam",
    "/positions.csv", "/positions.svg", "/search.csv?q=dam", "/issues/dam.csv", "/people/Ana%20Orr.csv",
    "/conflicts.csv",
    "/conflicts.csv?kind=drift", "/conflicts.csv?kind=moved", "/network.csv", "/network.json", "/review/gold.zip",
    "/network.graphml?by=speaker", "/network.gexf?by=speaker", "/network.dl?by=speaker", "/network.html?by=speaker",
    "/network/actors.csv?by=speaker", "/scenario/settlements.csv", "/scenario/deadlocks.json", "/positions.xlsx",
    "/search.xlsx?q=dam", "/search/texts.csv?q=dam", "/issues/dam.xlsx", "/people/Ana%20Orr.xlsx",
    *(f"/export/statements.{form}" for form in names(Content.STATEMENTS)),
)  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_every_page_answers_with_and_without_statements(open_desk, path, tmp_path, address):
    """Every page answers with and without statements."""
    assert open_desk(path).get(address).status_code == 200
    empty = open_desk(tmp_path / "empty.db").get(address)
    assert empty.status_code == (404 if address.startswith(("/issues/", "/people/")) else 200)


@pytest.mark.parametrize("address", FILES)
def test_every_export_is_a_download(desk, address):
    """Every export is a download."""
    answer = desk.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    if ".svg" in address:
        ET.fromstring(answer.text)
    if ".csv" in address:
        assert len({len(row) for row in csv.reader(io.StringIO(answer.text))}) == 1


@pytest.mark.parametrize(
    "address",
    ["/positions?by=king", "/positions?as_of=soon", "/positions?first=-1", "/search?since=yesterday", "/network?mode=x",
     "/search?first=99999999999999999999", "/conflicts?kind=x", "/search?until=2026-02-31", "/network?since=x"],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_an_error_of_the_asker(desk, address):
    """An invalid value is a client error."""
    assert desk.get(address).status_code == 400


def test_what_is_not_there_is_not_found(desk):
    """An unknown page, article or actor is not found."""
    for address in ("/articles/nope", "/statements/abcdef", "/issues/nope", "/people/Nobody", "/jobs/99", "/nope"):
        assert desk.get(address).status_code == 404, address


def test_the_matrix_shows_the_position_and_its_newest_words(desk, path):
    """The matrix shows each position with its newest words, as of any date."""
    page = desk.get("/positions").text
    assert re.search(r's-oppose p\d" href="/cells\?actor=Ana\+Orr&amp;on=dam"', page)
    assert "until 2026" not in page
    earlier = desk.get("/positions?as_of=2026-01-31").text
    assert re.search(r's-support p\d" href="/cells\?actor=Ana\+Orr&amp;as_of=2026-01-31&amp;on=dam"', earlier)
    assert "having claimed it “will not” stand" in page


def test_htmx_gets_the_inner_part_alone(desk):
    """An htmx request gets the inner part of the page alone."""
    whole, part = desk.get("/positions").text, desk.get("/positions", headers={"HX-Request": "true"}).text
    assert '<div id="matrix"' in part
    assert 'id="exports" hx-swap-oob="true"' in part, "the links to exports follow what is shown"
    inner = part[part.index('<div id="matrix"') :].strip()
    assert inner in whole.replace("\r", "")


def test_search_counts_facets_over_what_fits(desk):
    """Search counts facets over the statements that fit."""
    page = desk.get("/search?q=dam").text
    assert "6 statements" in page or "12 statements" in page
    assert desk.get("/search?q=dam&speaker=Boris%20Vel").text.count('class="said"') <= 6
    assert "No statement fits" in desk.get("/search?q=zeppelin").text


def test_a_page_sees_a_batch_that_another_process_wrote(desk, path):
    """A page shows a batch that another process wrote."""
    assert "12 statements" in desk.get("/").text
    with Ledger(path) as other:
        other.add([report(7)])
    assert "14 statements" in desk.get("/").text


# ---------------------------------------------------------------- highlights


def test_pieces_joined_are_the_text_and_carry_every_mark():
    """The pieces of a marked text join to the text and carry every mark."""
    of, found = report(1)
    text = of.text.content
    made = list(split(text, marks(found)))
    assert "".join(piece.text for piece in made) == text
    at = 0
    for piece in made:
        for mark in marks(found):
            covers = mark.start <= at and at + len(piece.text) <= mark.end
            assert covers == (mark.statement in piece.statements and mark.part in piece.parts) or not covers
        at += len(piece.text)
    nested = [piece for piece in made if piece.depth == 2]
    assert "".join(piece.text for piece in nested) == "it “will not” stand"
    assert {piece.statements[0] for piece in nested} == {found[1].id}


@pytest.mark.parametrize(
    "text", ["a🙂b́c", "مرحبا بالعالم", "👩‍👩‍👧 said", "\ud800x\0y", "日本 語", " ", "e\u0301\u0301"]
)
def test_any_unicode_splits_by_code_points(text):
    """Any Unicode text is split by code points."""
    found = [Mark(start, end, "content", "s") for start in range(len(text)) for end in range(start + 1, len(text) + 1)]
    assert "".join(p.text for p in split(text, found, words=True)) == text


def test_overlapping_spans_cross():
    """Overlapping spans are split where they cross."""
    made = list(split("abcdef", [Mark(0, 4, "content", "x"), Mark(2, 6, "cue", "y")]))
    assert [(p.text, set(p.statements)) for p in made] == [("ab", {"x"}), ("cd", {"x", "y"}), ("ef", {"y"})]


def test_words_map_to_code_points_and_back():
    """Words map to code points and back."""
    text = "“Ana’s dam”, 🙂 she said"
    start, end = text.index("dam"), text.index("dam") + 3
    first, last = words_of_span(text, start, end)
    assert span_of_words(text, first, last) == (start, end)
    assert span_of_words(text, last, first) == (start, end)


# ---------------------------------------------------------------- what is vendored


def test_vendored_files_are_those_of_the_manifest():
    """Vendored files are those of the manifest, with their digests."""
    folder = STATIC / "vendor"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    listed = {entry["file"] for entry in manifest["files"]}
    assert listed == {path.name for path in folder.glob("*.js")}
    for entry in manifest["files"]:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert all((folder / name).read_text(encoding="utf-8").strip() for name in entry["licence_files"])


def test_no_file_of_ours_names_another_host():
    """No file of the desk names another host."""
    for path in (*STATIC.glob("*.*"), *(STATIC.parent / "templates").glob("*.html")):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        for word in ("//cdn", "https://", "http://"):
            rest = text.replace("startswith(('http://', 'https://'))", "").replace('placeholder="https://"', "")
            assert word not in rest, (path.name, word)


def test_speakers_are_called_as_people_decided(open_desk, path):
    """Claim: `onrecord people merge` shows on every page at once, the old name leads to the new one, and back."""
    desk = open_desk(path)
    assert desk.get("/people/Boris%20Vel").status_code == 200
    with Ledger(path) as ledger:
        ledger.decide(Decision(ruling=Ruling.MERGE, name="Ana Orr", others=("Boris Vel",), coder="Ada"))
    page = desk.get("/people/Ana%20Orr").text
    assert "12 statements" in page
    assert "also read as Boris Vel" in page
    assert desk.get("/people/Boris%20Vel").headers["location"] == "/people/Ana%20Orr"
    assert "/people/Boris" not in desk.get("/positions").text
    assert desk.get("/api/v1/positions?limit=9").json()["total"] == 2
    assert "<h2>12 statements</h2>" in desk.get("/search?speaker=Boris%20Vel").text
    with Ledger(path) as ledger:
        ledger.decide(Decision(ruling=Ruling.RENAME, name="Ana Orr", others=("Ana M. Orr",), coder="Ada"))
    assert "12 statements" in desk.get("/people/Ana%20M.%20Orr").text
    with Ledger(path) as ledger:
        ledger.decide(Decision(ruling=Ruling.SPLIT, name="Ana Orr", others=("Boris Vel",), coder="Ada"))
    assert "6 statements" in desk.get("/people/Boris%20Vel").text


def test_a_reading_from_outside_is_shown_while_it_goes_on(open_desk, path):
    """Claim: batches that somebody else writes show as a reading; one's own judgements and old batches do not."""
    desk = open_desk(path)
    assert "From outside this desk" not in desk.get("/").text  # whoever read it gave no name
    with Ledger(path) as ledger:
        ledger.add([report(20)], codebook=CODEBOOK, reader="onrecord 1")
        ledger.add([report(21)], codebook=CODEBOOK, reader="onrecord 1")
        ledger.add([report(22)], codebook=CODEBOOK, reader="desk: Ada")
    shown = desk.get("/readings").text
    assert "From outside this desk: 2 articles, 4 statements" in shown
    assert "desk: Ada" not in shown
    assert "every 2s" in shown
    with Ledger(path, clock=lambda: datetime.now(UTC) + timedelta(seconds=60)) as later:
        assert later.active_runs() == []


def test_pages_of_cells_are_the_matrix_cut(desk, path):
    """Claim: the API's pages, worked out for their actors alone, join to the whole matrix under every rule."""
    with Ledger(path) as ledger:
        for number in range(30, 50):
            ledger.add([report(number, speaker=f"Speaker {number % 7}")], codebook=CODEBOOK)
        table = current(ledger).utterances
    for by in ("speaker", "affiliation"):
        for rule in ("latest", "majority", "weighted"):
            for day in ("", "&as_of=2026-03-10"):
                found, address = [], f"/api/v1/positions?limit=2&by={by}&rule={rule}{day}"
                while address:
                    page = desk.get(address).json()
                    found += page["items"]
                    address = page["next"]
                whole = matrix(table, rule=rule, by=by, as_of=day[-10:] or None).cells
                assert json.loads(json.dumps(found)) == json.loads(json.dumps(whole.to_dicts(), default=str))


def test_a_threshold_travels_with_every_link(desk):
    """Claim: `min_confidence` in the address holds for the page, and each of its links to the desk carries it along."""
    page = desk.get("/positions?min_confidence=0.95").text
    links = re.findall(r'href="(/[^"#]*)"', page)
    inner = [link for link in links if not link.startswith("/static/")]
    assert inner
    assert all("min_confidence=0.95" in link for link in inner)
    assert desk.get("/positions?min_confidence=0.95").text.count('class="cell s-') < desk.get("/positions").text.count(
        'class="cell s-'
    )
    assert desk.get("/positions?min_confidence=2").status_code == 400
    assert "min_confidence" not in re.findall(r'href="([^"]*)"', desk.get("/people").text)[3]


def test_what_is_kept_is_bounded_by_its_bytes():
    """Claim: results are made once, those not asked for longest go, and what a result asks for does not wait for it."""
    results = ResultCache(100_000, threading.RLock(), ConcurrencyLimit(1))
    made = []
    for number in range(50):
        results.once(number, lambda number=number: made.append(number) or "x" * 10_000)
        assert results.once(number, lambda: "again") == "x" * 10_000 or made
        assert results.weight <= 100_000
    assert made == list(range(50))
    assert results.once(49, lambda: "anew") != "anew"
    assert results.once(0, lambda: "anew") == "anew"
    assert results.once("outer", lambda: results.once("inner", lambda: 7)) == 7
    frame = pl.DataFrame({"a": ["word"] * 1_000})
    assert weight({"frame": frame, "rows": [frame["a"]]}) > 2 * 16_000
