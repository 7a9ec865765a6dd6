"""Search in the texts of articles, and the small language of queries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from onrecord.core.span import Text
from onrecord.core.statement import Article, PartialDate
from onrecord.record import Ledger
from onrecord.record.search import MAX_TERMS, Term, parse
from onrecord.record.text_search import articles_with, patterns, places


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("dam", [Term("dam")]),
        ("dam toll", [Term("dam"), Term("toll")]),
        ('"the dam" toll', [Term("the dam"), Term("toll")]),
        ("„the dam“", [Term("the dam")]),
        ("bridg*", [Term("bridg", prefix=True)]),
        ('"bridg*"', [Term("bridg")]),
        ("cease-fire", [Term("cease fire")]),
        ("Čapek", [Term("Capek")]),
        ('dam "open until the end', [Term("dam"), Term("open until the end")]),
        ("?! *", []),
        ("", []),
    ],
)
def test_queries_are_words_phrases_and_prefixes(query: str, terms: list[Term]) -> None:
    """Words in quotation marks are adjacent, an asterisk makes a prefix, nothing else means anything."""
    assert list(parse(query)) == terms


def test_a_pasted_article_is_cut() -> None:
    """So many terms at most are looked for."""
    assert len(parse("word " * 500)) == MAX_TERMS == 64


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("dam", "The Dam, the dams; a damp day", ["Dam", "dams"]),
        ("bridge", "bridges, bridge's, bridged, bridging", ["bridges", "bridge's", "bridged"]),
        ("bridg*", "bridges, bridging, abridged", ["bridges", "bridging"]),
        ('"the dam"', "The, dam? the new dam", ["The, dam"]),
        ("Capek", "Čapek said", ["Čapek"]),
        ("dam toll", "the dam, the dam", []),
        ("dam toll", "a toll at the dam", ["toll", "dam"]),
        ("", "anything", []),
    ],
)
def test_places_are_where_all_words_are(query: str, text: str, found: list[str]) -> None:
    """Endings and accents are ignored, whole words match, and all terms must occur; places are in order."""
    assert [text[a:b] for a, b in places(text, patterns(query))] == (found if query else [])


def test_articles_come_newest_first_with_their_hits(tmp_path: Path) -> None:
    """Each article whose text matches has its hits counted; undated ones are last, a query without words finds none."""
    old = Article(text=Text("A dam, and a dam."), name="old", published=PartialDate("2025-01-01"))
    with Ledger(tmp_path / "texts.db") as ledger:
        ledger.add([
            (old, ()),
            (replace(old, text=Text("One dam only."), name="new", published=PartialDate("2026-01-01")), ()),
            (replace(old, text=Text("No date for this dam."), name="undated", published=None), ()),
            (replace(old, text=Text("A toll."), name="other"), ()),
        ])  # fmt: skip
        assert articles_with(ledger, "dam").select("name", "hits").rows() == [("new", 1), ("old", 2), ("undated", 1)]
        assert articles_with(ledger, "??").is_empty()
