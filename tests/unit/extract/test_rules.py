"""The rule extractor on planted sentences: what was put in must come out at its place."""

from __future__ import annotations

import pytest

from onrecord.core.span import Text
from onrecord.core.statement import Attribution, Form
from onrecord.extract.parse import load_parser
from onrecord.extract.rules import RuleExtractor
from onrecord.lexicon import load_cues


@pytest.fixture(scope="module")
def extractor() -> RuleExtractor:
    return RuleExtractor(load_parser(), load_cues())


def shown(attribution: Attribution) -> tuple[str, str, str]:
    parts = (attribution.source, attribution.cue, attribution.content)
    return tuple(" … ".join(e.quote for e in part) for part in parts)  # type: ignore[return-value]


PLANTED = [
    ("Ann Lee said that the bridge would open in May.", "Ann Lee", "said", "that the bridge would open in May"),
    ("The bridge would open in May, Ann Lee said.", "Ann Lee", "said", "The bridge would open in May"),
    ("The mayor rejected the plan.", "The mayor", "rejected", "the plan"),
    ("She did not rule out a strike.", "She", "did not rule out", "a strike"),
    ("The ministry denied that it had paid anyone.", "The ministry", "denied", "that it had paid anyone"),
    ("The minister urged both sides to sign the paper.", "The minister", "urged", "to sign the paper"),
]


@pytest.mark.parametrize(("text", "source", "cue", "content"), PLANTED)
def test_planted_attributions(extractor: RuleExtractor, text: str, source: str, cue: str, content: str) -> None:
    """Cue before, after, negated, with clause, object and infinitive: the spans are exactly those planted."""
    assert (source, cue, content) in [shown(a) for a in extractor.attributions(Text(text))]


def test_an_interrupted_quotation_is_one_attribution(extractor: RuleExtractor) -> None:
    """The two halves around the cue are one content of two pieces."""
    text = '"We will sign," Ann Lee said on Monday. "But not here and not today."'
    found = [a for a in extractor.attributions(Text(text)) if a.outer is None]
    assert [[e.quote for e in a.content] for a in found] == [['"We will sign,"', '"But not here and not today."']]
    assert found[0].form is Form.DIRECT


def test_a_quotation_in_the_next_paragraph_continues(extractor: RuleExtractor) -> None:
    """A paragraph that is nothing but a quotation belongs to the speaker before it."""
    text = 'Ann Lee said: "We will never sign this paper."\n\n"And nobody can make us do it, ever."'
    found = [a for a in extractor.attributions(Text(text)) if a.outer is None]
    assert len(found) == 1
    assert "nobody can make us" in found[0].quote


def test_nested_reports_know_their_outer_one(extractor: RuleExtractor) -> None:
    """Both levels are found, and the inner one's chain holds the outer."""
    text = "The Courier reported that Ann Lee said that the bridge would stay shut."
    found = extractor.attributions(Text(text))
    inner = next(a for a in found if shown(a)[0] == "Ann Lee")
    assert [shown(a)[0] for a in inner.chain] == ["The Courier"]


@pytest.mark.parametrize("text", ["", " \n ", '"', "“", "''", '" said Ann.', "said", "🙂" * 50, "a" * 30_000])
def test_odd_texts_cost_nothing(extractor: RuleExtractor, text: str) -> None:
    """Lone marks, blank and overlong texts give some list of attributions, never an exception."""
    assert isinstance(extractor.attributions(Text(text)), list)
