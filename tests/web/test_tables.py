"""Every page as a table: `.csv`, `.json` and `.xlsx` of exactly what it shows."""

from __future__ import annotations

import csv
import io
import re

import pytest
from starlette.routing import Route

from onrecord.record import Ledger
from onrecord.show.desk.routes import all_routes
from tests.web.conftest import CODEBOOK, report, send, token

FORMS = {
    "/account", "/add", "/articles/{key}/code", "/articles/{key}/form", "/codebook/hits", "/coding/{name}", "/export",
    "/health", "/jobs/{number}", "/jobs/{number}/events", "/login", "/readings", "/review/{key}", "/review/{key}/edit",
    "/units/{name}",
}  # fmt: skip
"""Addresses that are a form, show a job, or are blind: they have no table of their own."""


def rows(desk, address):
    """Return the rows of a CSV file of the desk."""
    answer = desk.get(address)
    assert answer.status_code == 200, (address, answer.text)
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_every_page_has_its_tables():
    """Claim: beside each page there is an address in CSV and one in JSON."""
    routes = [one for one in all_routes() if isinstance(one, Route)]
    paths = {one.path for one in routes}
    pages = {one.path for one in routes if "GET" in (one.methods or ()) and "." not in one.path} - FORMS
    for path in sorted(p for p in pages if not p.startswith("/api/")):
        stem = "/overview" if path == "/" else path
        for form in ("csv", "json"):
            assert {f"{stem}.{form}", f"{stem}.{{format}}"} & paths, f"{path} has no .{form}"


@pytest.fixture
def worked(desk, path):
    """A desk on which people have judged, collected, flagged and opened a round; addresses of its pages by name."""
    with Ledger(path) as ledger:
        ledger.add([report(31, speaker="Dora Mel", outlet="The Herald")], codebook=CODEBOOK)
        one, other = list(ledger.statements())[:2]
    send(desk, f"/review/{one.id}", f"/review/{one.id}", verdict="accept")
    send(desk, "/audit", "/audit", size="3")
    send(desk, "/collections", "/", name="Proof", statement=other.id, note="for the brief")
    send(desk, f"/articles/{one.article.id}/notes", f"/articles/{one.article.id}", kind="flag", text="Look again",
         statement=one.id, words="")  # fmt: skip
    send(desk, "/saved", "/", do="save", name="Mine", address="/positions?by=affiliation")
    form = {"csrf": token(desk.get("/coding").text), "name": "pilot", "size": "2", "field_stance": "1"}
    assert desk.post("/coding", data=form).status_code == 303
    return one, other


def test_each_table_answers_and_is_linked(desk, worked):
    """Claim: every page links to its own tables, under the values of its own address, and they answer."""
    one, other = worked
    pages = ("/", "/?by=speaker&outlet=The+Courier", f"/articles/{one.article.id}", f"/statements/{one.id}",
             f"/compare?a={one.id}&b={other.id}", "/tie?a=Ana+Orr&b=Boris+Vel", "/review", "/review/history", "/audit",
             "/registry?q=orr", "/codebook", "/flags", "/work", "/saved", "/collections/Proof", "/coding", "/brief",
             "/scenario?by=speaker")  # fmt: skip
    for address in pages:
        answer = desk.get(address)
        assert answer.status_code in (200, 303), address
        links = [
            one.replace("&amp;", "&") for one in re.findall(r'This page:(.*?)· <a href="/export', answer.text, re.S)
        ]
        found = re.findall(r'href="([^"]+)"', links[0]) if links else []
        assert len(found) == 3, address
        asked = set(address.partition("?")[2].split("&")) - {""}
        for link in found:
            assert asked <= set(link.partition("?")[2].split("&")), (address, link)
            assert desk.get(link).status_code == 200, link


def test_the_first_page_and_its_table_agree(desk, worked):
    """Claim: the table of the first page has the parties, issues and stances of its cells, filtered alike."""
    for query in ("", "?by=speaker", "?by=speaker&outlet=The+Herald", "?min_confidence=0.95"):
        page = desk.get(f"/{query}").text
        cells = re.findall(r'class="cell (?:s-(\w+)|unsure)[^"]*" href="/cells\?actor=([^&"]+)[^"]*on=([^&"]+)', page)
        made = rows(desk, f"/overview.csv{query}")
        assert sorted((stance, who.replace("+", " "), on) for stance, who, on in cells) == sorted(
            (row["stance"], row["party"], row["issue"]) for row in made
        ), query


def test_what_was_done_is_in_the_tables(desk, worked):
    """Claim: judgements, flags, views, collections, rounds and the codebook are in their tables."""
    one, other = worked
    assert [row["verdict"] for row in rows(desk, "/review/history.csv")] == ["accept"]
    assert [row["text"] for row in rows(desk, "/flags.csv")] == ["Look again"]
    assert [row["name"] for row in rows(desk, "/saved.csv")] == ["Mine"]
    assert [(row["id"], row["note"]) for row in rows(desk, "/collections/Proof.csv")] == [(other.id, "for the brief")]
    assert [row["round"] for row in rows(desk, "/coding.csv")] == ["pilot"]
    assert [row["issue"] for row in rows(desk, "/codebook.csv")] == ["dam", "toll"]
    assert {row["name"] for row in rows(desk, "/registry.csv")} == {"Ana Orr", "Boris Vel", "Dora Mel"}
    waiting = [row["id"] for row in rows(desk, "/review.csv")]
    assert one.id not in waiting
    assert len(waiting) == 13
    assert desk.get("/review").text.count("13 statements waiting") == 1
    sections = {row["section"] for row in desk.get("/brief.json").json()}
    assert sections == set(re.findall(r"<h2[^>]*>(The [^<]+)</h2>", desk.get("/brief").text))
