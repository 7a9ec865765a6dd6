"""The statement filter: what it keeps, with what confidence, and what of a text its features see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from onrecord.core.span import Text
from onrecord.errors import ModelError
from onrecord.extract import load_extractor
from onrecord.extract.assemble import RawAttribution
from onrecord.extract.decode import TaggerSignals
from onrecord.extract.listed_cues import listed_cue
from onrecord.extract.no_statement import is_no_statement
from onrecord.extract.statement_features import SCALE, describe, kind_of_source
from onrecord.extract.statement_filter import StatementFilter

TEXT = "The mayor said the mill was shut. The town was awarded a prize, and “I think it is late,” she said."


def at(words: str, text: str = TEXT) -> tuple[tuple[int, int], ...]:
    """Return the span of some words."""
    start = text.index(words)
    return ((start, start + len(words)),)


SAID = RawAttribution(source=at("The mayor"), cue=at("said"), content=at("the mill was shut"))
DEED = RawAttribution(cue=at("was awarded"), content=at("a prize"))


def made(**changes: float) -> StatementFilter:
    """Make a statement filter."""
    numbers = {"slope": 1.0, "offset": 0.0, "threshold": 0.5, "inner_threshold": 0.5} | changes
    return StatementFilter({"source is none": -2.0, "source is noun": 2.0, "inside": -3.0}, **numbers)


def test_what_is_below_the_threshold_is_dropped() -> None:
    """A candidate without a source falls here; the one kept has its probability as confidence."""
    (kept,) = made().select(TEXT, [SAID, DEED])
    assert kept.cue == SAID.cue
    assert kept.confidence == pytest.approx(0.8808)


def test_inner_candidates_have_a_threshold_of_their_own() -> None:
    """What stands inside another content is judged by the inner threshold alone."""
    outer = RawAttribution(source=at("The mayor"), cue=at("said"), content=((15, len(TEXT)),))
    inner = RawAttribution(source=at("The town"), cue=at("was awarded"), content=at("a prize"))
    assert len(made().select(TEXT, [outer, inner])) == 1
    assert len(made(inner_threshold=0.2).select(TEXT, [outer, inner])) == 2


def test_what_stands_in_no_statement_is_judged_as_an_outer_one() -> None:
    """Where the outer candidate falls, the inner one needs the outer threshold."""
    outer = RawAttribution(cue=at("said"), content=((15, len(TEXT)),))
    inner = RawAttribution(source=at("The town"), cue=at("was awarded"), content=at("a prize"))
    assert made(inner_threshold=0.2).select(TEXT, [outer, inner]) == []


@pytest.mark.parametrize(
    ("text", "source", "cue", "content", "counts"),
    [
        ("The ferry figures show that fares fell.", "The ferry figures", "show", "that fares fell", False),
        ("A poll of bakers suggests that bread sells.", "A poll of bakers", "suggests", "that bread sells", False),
        ("The baker suggests that bread sells.", "The baker", "suggests", "that bread sells", True),
        ("I find the loaf too dear.", "I", "find", "the loaf too dear", True),
        ("The baker never claimed that it was his.", "The baker", "never claimed", "that it was his", False),
        ("The baker did not mention the mill.", "The baker", "did not mention", "the mill", False),
        ("The baker has not said whether he sells.", "The baker", "has not said", "whether he sells", True),
        ("Hardly any baker rejects the tax.", "Hardly any baker", "rejects", "the tax", False),
        ("Not one of the bakers backs the tax.", "Not one of the bakers", "backs", "the tax", False),
        ("Not a single baker spoke against it.", "a single baker", "spoke against", "it", False),
        ("The No. 2 baker backs the tax.", "No. 2 baker", "backs", "the tax", True),
        ("No baker but Mr Orr backs the tax.", "No baker but Mr Orr", "backs", "the tax", True),
        ("The baker did not deny that it was his.", "The baker", "did not deny", "that it was his", True),
    ],
)
def test_what_the_guide_counts_as_no_statement(text: str, source: str, cue: str, content: str, *, counts: bool) -> None:
    """Nobody and things do not speak, and what was not said is no statement; a refusal to say is one."""
    item = RawAttribution(source=at(source, text), cue=at(cue, text), content=at(content, text))
    assert is_no_statement(text, item) is not counts
    sure = made(offset=9.0)
    assert len(sure.select(text, [item])) == counts


def test_who_is_told_something_inside_a_statement_is_reported() -> None:
    """That somebody named told another something is rarely anything but a report."""
    text = "“The miller told me that it was shut,” she said."
    outer = RawAttribution(source=at("she", text), cue=at("said", text), content=at(text[:38], text))
    source, content = at("The miller", text), at("that it was shut", text)
    told = RawAttribution(source=source, cue=at("told", text), content=content)
    numbers = made(inner_threshold=0.9)
    assert len(numbers.select(text, [outer, told])) == 2
    assert len(numbers.select(text, [outer, replace(told, cue=at("me", text))])) == 1


def test_read_closely_more_inner_ones_are_kept() -> None:
    """In a text of few words, whoever is named or described is likelier to be reported."""
    outer = RawAttribution(source=at("The mayor"), cue=at("said"), content=((15, len(TEXT)),))
    inner = RawAttribution(source=at("The town"), cue=at("was awarded"), content=at("a prize"))
    assert len(made().select(TEXT, [outer, inner])) == 1
    assert len(made().select(TEXT, [outer, inner], closely=True)) == 2


def test_what_has_no_reporting_verb_is_kept() -> None:
    """Labelled news has too few turns of transcripts to judge them."""
    turn = RawAttribution(content=at("a prize"), rule="no verb: turn", confidence=0.9)
    assert made().select(TEXT, [turn]) == [turn]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("", "none"),
        ("I", "first person"),
        ("they", "pronoun"),
        ("who", "relative"),
        ("no one", "nobody"),
        ("62 percent", "number"),
        ("the mayor", "noun"),
        ("Lee", "name"),
        ("Mayor Ann Lee", "name"),
    ],
)
def test_kinds_of_source(source: str, kind: str) -> None:
    """A source is classified by its form."""
    text = f"{source} said it rains"
    item = RawAttribution(source=((0, len(source)),) if source else (), content=((len(source) + 6, len(text)),))
    assert kind_of_source(text, item) == kind


def test_a_candidate_inside_another_is_described_by_both() -> None:
    """First-person words inside a quotation of the same speaker are told from other people's sayings."""
    outer = RawAttribution(source=at("she"), cue=((96, 100),), content=at("I think it is late,"))
    inner = RawAttribution(source=at("I"), cue=at("think"), content=at("it is late"))
    features = dict(zip(("outer", "inner"), describe(TEXT, [outer, inner]), strict=True))
    assert "inside" not in features["outer"]
    assert features["inner"]["inside quoted first person"] == 1.0


def test_a_candidate_is_described_by_what_the_network_holds_of_its_cue() -> None:
    """The vectors of the cue's anchor are features of their own."""
    signals = TaggerSignals(0.9, 0.8, 0.7, 0.9, 0.1, np.array([2.0, -1.0], dtype=np.float32))
    with_ends, without = (describe(TEXT, [item])[0] for item in (replace(SAID, signals=signals), SAID))
    assert (with_ends["end 0"], with_ends["end 1"]) == pytest.approx((2.0 * SCALE, -1.0 * SCALE))
    assert "end 0" not in without


def test_rare_cues_share_features_with_common_ones() -> None:
    """A cue is described by its row of the table of cues, whatever its inflection."""
    text = "Unions deplored the cuts. Teachers have rejected the offer. Nurses left the ward."
    spoken = [("Unions", "deplored", "the cuts"), ("Teachers", "have rejected", "the offer")]
    deed = [("Nurses", "left", "the ward")]
    items = [RawAttribution(source=at(s, text), cue=at(v, text), content=at(c, text)) for s, v, c in spoken + deed]
    deplored, rejected, left = describe(text, items)
    assert {"lexicon verb", "lexicon stance -"} <= deplored.keys() & rejected.keys()
    assert deplored["lexicon:deplore"] == 1.0
    assert "lexicon unlisted" not in deplored
    assert left["lexicon unlisted"] == 1.0


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        ("called for", "call for"),
        ("refused to rule out", "rule out"),
        ("has repeatedly called again for", "call for"),
        ("was urged by", "urge"),
        ("pleas", "plea"),
    ],
)
def test_the_longest_listed_phrase_is_the_cue(words: str, phrase: str) -> None:
    """Phrases go before words, and the last before the first."""
    found = listed_cue(tuple(words.split()))
    assert found is not None
    assert " ".join(found.phrase) == phrase


def test_what_a_candidate_shares_with_its_neighbours() -> None:
    """Doubles share their source, and one's cue stands in the other's content."""
    text = "She said she wants a vote."
    said = RawAttribution(source=at("She", text), cue=at("said", text), content=at("she wants a vote", text))
    double = RawAttribution(source=at("She", text), cue=at("wants", text), content=at("a vote", text))
    first, second = describe(text, [said, double])
    assert first["holds a cue"] == 1.0
    assert first["shares its source"] == second["shares its source"] == 1.0


def test_the_words_of_somebody_quoted_are_kept_with_the_report() -> None:
    """Of "was cited in the Herald as blaming …" both halves are printed."""
    quoted = replace(DEED, rule="tagger, quoted")
    assert [item.cue for item in made().select(TEXT, [SAID, quoted])] == [SAID.cue, quoted.cue]


def test_candidates_that_crowd_each_other_are_counted() -> None:
    """A sentence with many candidates holds clauses that are no statements."""
    alone, near = describe(TEXT, [SAID])[0], describe(TEXT, [SAID, DEED])[0]
    assert alone["neighbours"] == 0
    assert near["neighbours"] == pytest.approx(1 / 3)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """A file that is no filter is one line that names it."""
    path = tmp_path / "statement-filter.json"
    path.write_text('{"format": 1}', encoding="utf-8")
    with pytest.raises(ModelError, match="no usable statement filter"):
        StatementFilter.load(path)


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("The prime minister said the canal would reopen in May.", 1),
        ("The film was awarded a gold medal.", 0),
        ("Ann Lee said: “I think the canal is lost.”", 1),
        ("The senate passed a bill to fund the bridge.", 0),
    ],
)
def test_the_bundled_filter(text: str, statements: int) -> None:
    """Sayings stay; deeds, and a speaker's own "I think", are no statements."""
    assert len(load_extractor().attributions(Text(text))) == statements
