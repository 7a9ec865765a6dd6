"""Levels of attribution: inner ones come from looking again, only where it may pay, and never twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.core.span import Text
from onrecord.errors import ModelError
from onrecord.extract import load_extractor
from onrecord.extract.assemble import Range, RawAttribution
from onrecord.extract.nested_cues import NestedCueFilter
from onrecord.extract.reporting_clause import ReportingClauses, spans_of
from onrecord.extract.tagger_extractor import TaggerExtractor
from onrecord.lexicon import load_cues

TEXT = "The Courier reported that Ann Lee said that the bridge would stay shut."


def at(words: str) -> tuple[Range, ...]:
    """Return the span of some words."""
    start = TEXT.index(words)
    return ((start, start + len(words)),)


class Planted:
    """A tagger that knows two levels, and counts its looks."""

    def __init__(self) -> None:
        self.looks = 0

    def attributions(self, text: str) -> list[RawAttribution]:
        """Return a planted outer attribution."""
        content = at("that Ann Lee said that the bridge would stay shut")
        return [RawAttribution(source=at("The Courier"), cue=at("reported"), content=content, confidence=0.9)]

    def inner(self, text: str, content: Range) -> list[RawAttribution]:
        """Return a planted inner attribution."""
        self.looks += 1
        if not text[content[0] :].startswith("that Ann"):
            return []
        found = {"source": at("Ann Lee"), "cue": at("said"), "content": at("that the bridge would stay shut")}
        return [RawAttribution(**found, confidence=0.5), RawAttribution(content=found["content"], confidence=0.4)]  # type: ignore[arg-type]


def test_inner_levels_are_found_and_linked() -> None:
    """The reported report has the reporting one around it, and its confidence is that of both together."""
    outer, inner = TaggerExtractor(Planted(), NestedCueFilter(load_cues()), ReportingClauses(load_cues())).attributions(
        Text(TEXT)
    )
    assert inner.outer is outer
    assert inner.confidence == pytest.approx(0.45)


def test_what_has_no_source_of_its_own_is_no_level() -> None:
    """The content once more, without source and cue, is not taken for an inner attribution."""
    assert (
        len(
            TaggerExtractor(Planted(), NestedCueFilter(load_cues()), ReportingClauses(load_cues())).attributions(
                Text(TEXT)
            )
        )
        == 2
    )


def test_contents_without_a_reporting_word_are_not_looked_into() -> None:
    """The innermost content has no reporting word: one look, not two, where a text is not read closely."""
    tagger = Planted()
    extractor = TaggerExtractor(tagger, NestedCueFilter(load_cues()), ReportingClauses(load_cues()))
    extractor.candidates(TEXT)
    assert tagger.looks == 1
    extractor.candidates(TEXT, closely=True)
    assert tagger.looks == 3


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("Ann Lee said no", True),
        ("the claim that it rains", True),
        ("a plan put forward by the mayor", True),
        ("they put the chairs away", False),
        ("the bridge would stay shut", False),
    ],
)
def test_where_a_look_may_pay(text: str, worth: bool) -> None:
    """Reporting verbs, nouns with their complement and phrases count; verbs of all work alone do not."""
    assert NestedCueFilter(load_cues()).may_contain_report(text) is worth


def test_a_folder_without_a_tagger_is_named(tmp_path: Path) -> None:
    """`--model` with a wrong folder is one line that names it."""
    with pytest.raises(ModelError, match="no usable tagger"):
        load_extractor(tmp_path)


@pytest.mark.parametrize(
    ("text", "source", "cue"),
    [
        ("Unions deplored the cuts.", "Unions", "deplored"),
        ("Doctors warned of a shortage.", "Doctors", "warned of"),
        ("Residents were told by police that the bridge was unsafe.", "police", "were told by"),
        ("Tenants complained about the damp.", "Tenants", "complained about"),
        ("The mine owners demanded the withdrawal of the inspectors.", "The mine owners", "demanded"),
    ],
)
def test_a_sentence_that_stands_alone_is_read_as_in_an_article(text: str, source: str, cue: str) -> None:
    """A short text gives its statement, with spans of its own."""
    (found,) = load_extractor().attributions(Text(text))
    assert (found.source[0].quote, found.cue[0].quote) == (source, cue)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "The board approved the merger.",
        "Fishermen sank the boat.",
        "The bridge collapsed in March.",
        "Grocers ordered more flour.",
    ],
)
def test_a_short_text_without_a_statement_gives_none(text: str) -> None:
    """The second reading finds no statement in a deed, nor in the line that it puts before the text."""
    assert load_extractor().attributions(Text(text)) == []


def test_the_answer_does_not_depend_on_neighbours() -> None:
    """A text gives the same attributions after whatever other texts were read."""
    extractor = load_extractor()
    text = Text('"We will sign," Ann Lee said on Monday. Bob Day denied that he had ever promised it.')
    alone = extractor.attributions(text)
    extractor.attributions(Text("Something else entirely, said nobody. " * 40))
    assert extractor.attributions(text) == alone


def spans(text: str, *words: str) -> tuple[Range, ...]:
    """Return the spans of some words."""
    return tuple((text.index(w), text.index(w) + len(w)) for w in words)


@pytest.mark.parametrize(
    ("text", "inner", "source", "cue"),
    [
        ("The mayor wants a vote, her office said.", ("The mayor", "wants", "a vote"), "her office", "said"),
        (
            "The plan was turned down by Ann Lee, according to Radio Brask.",
            ("Ann Lee", "was turned down by", "The plan"),
            "Radio Brask",
            "according to",
        ),
        (
            "Radio Brask reported that the mayor wants a vote.",
            ("the mayor", "wants", "a vote"),
            "Radio Brask",
            "reported",
        ),
    ],
)
def test_the_report_around_a_found_one(text: str, inner: tuple[str, str, str], source: str, cue: str) -> None:
    """A reporting clause that belongs to nothing found is the outer report, whether it stands before or after."""
    item = RawAttribution(
        **{part: spans(text, words) for part, words in zip(("source", "cue", "content"), inner, strict=True)}
    )
    found = ReportingClauses(load_cues()).outer(text, item, spans_of([item]))
    assert found is not None
    assert found.source == spans(text, source)
    assert found.cue == spans(text, cue)


@pytest.mark.parametrize(
    "text",
    [
        "The mayor wants a vote, and nobody knows why.",
        "The mayor wants a vote, which is new.",
        "After the storm the mayor wants a vote.",
        "He declined to answer whether the mayor wants a vote.",
    ],
)
def test_no_report_around(text: str) -> None:
    """Clauses that report nothing, or whose source is no noun phrase, add nothing."""
    where = text.index(" mayor") - 3
    item = RawAttribution(source=((where, where + 9),), cue=spans(text, "wants"), content=spans(text, "a vote"))
    assert ReportingClauses(load_cues()).outer(text, item, spans_of([item])) is None


def test_a_quoted_speaker_is_told_from_the_one_who_quotes() -> None:
    """ "The Ledger quoted her as saying": the outlet's report holds the quotation and the quoted one's words."""
    text = '"We will pay," the Ledger quoted her as saying on Monday.'
    item = RawAttribution(
        source=spans(text, "the Ledger"), cue=spans(text, "saying"), content=spans(text, '"We will pay,"')
    )
    both = ReportingClauses(load_cues()).quoted(text, item)
    assert both is not None
    assert [one.source for one in both] == [spans(text, "the Ledger"), spans(text, "her")]
    assert both[1].cue == spans(text, "as saying")


def test_words_before_a_quoted_speaker_are_his_alone() -> None:
    """In '"…," Bo Day was quoted as saying by the Ledger' the speaker is no part of what was said."""
    text = '"We will pay," miller Bo Day was quoted as saying by the Ledger.'
    item = RawAttribution(
        source=spans(text, "the Ledger"),
        cue=spans(text, "was quoted"),
        content=spans(text, '"We will pay," miller Bo Day'),
    )
    both = ReportingClauses(load_cues()).quoted(text, item)
    assert both is not None
    assert both[1].content == ((0, text.index("miller")),)
    assert {one.rule.split(", ")[-1] for one in both} == {"quoted"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "\"The miller told us 'it is shut', but it was open,\" Bo Day said.",
            [("The miller", "told", "'it is shut'")],
        ),
        ("“My aunt always said ‘bake’ and we baked,” Bo Day said.", [("My aunt", "always said", "‘bake’")]),
        ("“Then she shouted ‘bake’ and we baked,” Bo Day said.", [("she", "shouted", "‘bake’")]),
        ("“We said ‘bake’ and they baked,” Bo Day said.", []),
        ("“It was called ‘the oven’ and it was hot,” Bo Day said.", []),
    ],
)
def test_a_quotation_inside_a_quotation_has_its_own_speaker(text: str, wanted: list[tuple[str, str, str]]) -> None:
    """The clause before it names who said it; the speaker's own words and names are no such report."""
    found = ReportingClauses(load_cues()).inner_quotations(text, 1, text.rindex(","))
    assert [tuple(text[slice(*spans[0])] for spans in (x.source, x.cue, x.content)) for x in found] == wanted


@pytest.mark.parametrize(
    ("text", "cue", "content", "wanted"),
    [
        ("A nurse told her the oven had closed.", "told", "had closed", "the oven had closed"),
        ("Bo Day told bakers the guild opposed it.", "told", "opposed it", "the guild opposed it"),
        ("Bo Day told the guild that it had closed.", "told", "that it had closed", "that it had closed"),
        ("Bo Day told the guild to close.", "told", "to close", "to close"),
    ],
)
def test_what_somebody_is_told_keeps_its_subject(text: str, cue: str, content: str, wanted: str) -> None:
    """Whoever is told something is not the one that it is about."""
    item = RawAttribution(source=((0, 6),), cue=spans(text, cue), content=spans(text, content))
    (start, end), *_ = ReportingClauses(load_cues()).with_subject(text, item).content
    assert text[start:end] == wanted


def test_a_short_text_is_looked_into_closely() -> None:
    """What the tagger finds no word for is found by its form where the text has few words."""
    text = "Doctor Ann Lee said the ministry had promised beds."
    found = load_extractor().attributions(Text(text))
    assert [one.source[0].quote for one in found] == ["Doctor Ann Lee", "the ministry"]
