"""Search in the texts of articles, hits marked, several values of a filter."""

from __future__ import annotations

from onrecord.record import Ledger
from onrecord.record.text_search import articles_with, patterns, places
from onrecord.show.desk.pages import runs


def test_words_outside_statements_are_found_and_marked(desk, path):
    """Claim: a word that no statement holds is found in its article, marked, and the filters apply."""
    assert "0 statements" in desk.get("/search?q=spring").text
    page = desk.get("/search/texts?q=spring+%22until+spring%22").text
    assert "6 articles" in page
    assert page.count("<mark>until spring</mark>") == 6
    assert "2 articles" in desk.get("/search/texts?q=spring&until=2026-02").text
    assert "0 articles" in desk.get("/search/texts?q=spring&outlet=Nobody").text
    assert "0 articles" in desk.get("/search/texts?q=spring+absent").text
    assert desk.get("/search/texts.csv?q=spring&since=2026-06").text.count("\n") == 2
    assert "Give the words" in desk.get("/search/texts").text


def test_terms():
    """Claim: endings and accents do not count, a star is any ending, quoted words follow each other."""
    text = "Señor Ruiz rejects the troop withdrawals; troops’ commanders agree."
    assert [text[a:b] for a, b in places(text, patterns("senor reject troop"))] == [
        "Señor", "rejects", "troop", "troops",
    ]  # fmt: skip
    assert [text[a:b] for a, b in places(text, patterns("withdraw*"))] == ["withdrawals"]
    assert places(text, patterns("withdraw")) == []
    assert places(text, patterns('"commanders troops"')) == []
    assert len(places(text, patterns('"the troop"'))) == 1


def test_every_article_is_looked_through(path):
    """Claim: all texts are searched, and a query without words finds nothing."""
    with Ledger(path) as ledger:
        assert articles_with(ledger, "spring").height == 6
        assert articles_with(ledger, "…").height == 0


def test_hits_are_marked_in_statements(desk):
    """Claim: the words that were sought stand out in the quotations."""
    assert "<mark>dam</mark>" in desk.get("/search?q=dam").text
    assert runs("a dam, dams <b>", "dam") == [
        ("a ", False),
        ("dam", True),
        (", ", False),
        ("dams", True),
        (" <b>", False),
    ]


def test_several_speakers_stay_when_the_filter_is_sent_again(desk):
    """Claim: the form holds each value of a filter, so that none is lost."""
    page = desk.get("/positions?speaker=Ana+Orr&speaker=Boris+Vel").text
    form = page.partition('id="filters"')[2].partition("</form>")[0]
    assert form.count('name="speaker" value="Ana Orr"') == 1
    assert form.count('name="speaker" value="Boris Vel"') == 1
