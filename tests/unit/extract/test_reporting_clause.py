"""Reporting clauses by their form: agents of passives, those quoted or cited, the third level."""

from __future__ import annotations

import pytest

from onrecord.core.span import Text
from onrecord.extract import default_extractor
from onrecord.extract.assemble import RawAttribution
from onrecord.extract.reporting_clause import ReportingClauses, spans_of
from onrecord.lexicon import load_cues

CLAUSES = ReportingClauses(load_cues())


def at(text: str, words: str) -> tuple[tuple[int, int], ...]:
    """Return the span of some words of a text."""
    start = text.index(words)
    return ((start, start + len(words)),)


def words(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """Return the words of spans."""
    return " … ".join(text[a:b] for a, b in spans)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Miners were told by the owner that the pit was closed.", "the owner"),
        ("The council was assured by Ann Lee there was no danger.", "Ann Lee"),
        ("Miners were told by Monday.", ""),
    ],
)
def test_the_agent_of_a_passive_is_its_source(text: str, source: str) -> None:
    """ "told by" names who speaks, before what is said."""
    cue = "was assured" if "assured" in text else "were told"
    item = RawAttribution(cue=at(text, cue), content=((len(text) - 5, len(text)),))
    assert words(text, CLAUSES.agent(text, item).source) == source


def test_who_is_quoted_by_an_outlet_speaks() -> None:
    """ "was quoted by the Post as saying" has the Post as reporter, and its subject as speaker."""
    text = "The owner was quoted in the Pit Post as warning of a collapse."
    item = RawAttribution(
        source=at(text, "the Pit Post"), cue=at(text, "was quoted in"), content=at(text, "a collapse")
    )
    made = CLAUSES.quoted(text, item)
    assert made is not None
    assert [words(text, one.source) for one in made] == ["the Pit Post", "The owner"]
    assert words(text, made[1].cue) == "as warning"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("The Pit Post reports, citing two officials, that the pit is closed.", "two officials"),
        ("The Pit Post reports, citing safety rules, that the pit is closed.", None),
    ],
)
def test_who_is_cited_for_a_report_is_a_link(text: str, source: str | None) -> None:
    """People and outlets that a report cites report the same words; things that it cites do not."""
    content = at(text, "that the pit is closed")
    item = RawAttribution(source=at(text, "The Pit Post"), cue=at(text, "reports"), content=content)
    made = CLAUSES.cited(text, item, spans_of([item], content=False))
    assert (None if made is None else words(text, made[1].source)) == source
    assert made is None or (made[0] == item and made[1].content == content)


def test_who_is_cited_leaves_the_source_and_the_content_of_the_report() -> None:
    """A name after "citing" that the tagger took for content, and a relative clause in the source, are cut."""
    text = "State radio, which cited two officials, said the pit is closed."
    item = RawAttribution(
        source=at(text, "State radio, which cited two officials"),
        cue=at(text, "said"),
        content=at(text, "the pit is closed"),
    )
    made = CLAUSES.cited(text, item, spans_of([item], content=False))
    assert made is not None
    assert [words(text, one.source).strip(", ") for one in made] == ["State radio", "two officials"]


def test_an_outlet_that_quotes_may_come_last() -> None:
    """ "was quoted as saying by the Post" is read as "was quoted by the Post as saying"."""
    text = "The owner was quoted as saying by the Pit Post that it would collapse."
    item = RawAttribution(
        source=at(text, "The owner"),
        cue=at(text, "was quoted as saying by"),
        content=at(text, "that it would collapse"),
    )
    made = CLAUSES.quoted(text, item)
    assert made is not None
    assert [words(text, one.source) for one in made] == ["the Pit Post", "The owner"]


def test_the_one_who_is_told_is_not_the_source() -> None:
    """The tagger may take the subject of a passive for the source; its agent speaks."""
    text = "Miners were told by the owner that the pit was closed."
    item = RawAttribution(
        source=at(text, "Miners"), cue=at(text, "were told"), content=at(text, "that the pit was closed")
    )
    assert words(text, CLAUSES.agent(text, item).source) == "the owner"


@pytest.mark.parametrize(
    "text", ["In his remarks Lee had argued it was late", "After the owner announced it", "I told her that it was late"]
)
def test_what_only_looks_like_a_reporting_clause_is_none(text: str) -> None:
    """Adjuncts with a noun that may be a verb, and a speaker's own words, are no reporting clauses."""
    assert CLAUSES.lead(text, 0, len(text)) is None


def test_the_third_level_is_found() -> None:
    """A report in a report in a report has both reporters in its chain, outermost first."""
    text = "The Herald reported that a union leader said the owner had told him the mine would be sold."
    found = default_extractor().attributions(Text(text))
    deepest = max(found, key=lambda one: len(one.chain))
    assert [link.source[0].quote for link in deepest.chain] == ["The Herald", "a union leader"]
    assert (deepest.source[0].quote, deepest.quote) == ("the owner", "the mine would be sold")


def test_a_source_told_to_somebody_is_found_inside_a_report() -> None:
    """The tagger misses "had told him" between two reports; its form does not."""
    text = "The clerk said the owner had told him the inspector would rather leave than sign."
    found = default_extractor().attributions(Text(text))
    assert any(one.outer and one.source[0].quote == "the owner" for one in found)


@pytest.mark.parametrize(
    ("text", "source", "content"),
    [
        ("the envoy feared a coup", "the envoy", "a coup"),
        ("that the captain wanted to leave", "the captain", "to leave"),
        ("his lawyer had told police the guard was asleep", "his lawyer", "the guard was asleep"),
    ],
)
def test_a_content_that_opens_with_an_attitude_holds_a_report(text: str, source: str, content: str) -> None:
    """What people want, fear and believe is reported too, where they are people."""
    made = CLAUSES.lead(text, 0, len(text))
    assert made is not None
    assert (words(text, made.source), words(text, made.content)) == (source, content)


def test_a_thing_that_needs_or_threatens_reports_nothing() -> None:
    """A bridge has no attitudes."""
    text = "the bridge threatened to fall"
    assert CLAUSES.lead(text, 0, len(text)) is None


@pytest.mark.parametrize(
    ("text", "said", "reporter", "speaker"),
    [
        ("Ann Lee has been quoted by the Echo as doubting that it rains.", "that it rains", "the Echo", "Ann Lee"),
        ("The Echo quoted an aide as saying that it rains.", "that it rains", "The Echo", "an aide"),
    ],
)
def test_any_participle_after_quoted_gives_two_statements(text: str, said: str, reporter: str, speaker: str) -> None:
    """The outlet reports, the one it quotes speaks, whatever the participle and whether named or not."""
    cue = "has been quoted by" if "been" in text else "quoted"
    item = RawAttribution(source=at(text, reporter), cue=at(text, cue), content=at(text, said))
    made = CLAUSES.quoted(text, item)
    assert made is not None
    assert [words(text, one.source) for one in made] == [reporter, speaker]
    assert words(text, made[1].content).strip() == said
