"""What holds for any text: evidence re-slices, records round-trip, marks and extraction never raise."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made import TEXT, article, statement

from onrecord.core.codec import article_from_dict, article_to_dict, statement_from_dict, statement_to_dict
from onrecord.core.span import Text
from onrecord.core.statement import Article
from onrecord.extract.assemble import RawAttribution, assemble
from onrecord.interpreter import load_interpreter
from onrecord.text.quotes import quoted_regions

PARTS = [*"ab .,\n\r\"“”'’«»„`-–—éß中🙂\u00a0\u200fא", "said ", "Ann Lee ", "if "]
NEWSY = st.lists(st.sampled_from(PARTS), max_size=80).map("".join)


@given(st.text(max_size=300), st.data())
def test_evidence_is_the_slice_of_its_text(content: str, data: st.DataObject) -> None:
    """Whatever the text, a citation's quote is content[start:end] and the text holds it."""
    if content:
        start = data.draw(st.integers(0, len(content) - 1))
        end = data.draw(st.integers(start + 1, len(content)))
        text = Text(content)
        assert text.cite(start, end).quote == content[start:end]
        assert text.holds(text.cite(start, end))


@given(st.text(max_size=60), st.text(max_size=60))
def test_records_round_trip_around_any_text(before: str, after: str) -> None:
    """A statement moved into any surrounding text is the same after JSON."""
    one = statement(article(before + TEXT + after))
    again = statement_from_dict(json.loads(json.dumps(statement_to_dict(one))), one.article)
    assert again == one


@given(st.text(max_size=200))
def test_articles_round_trip(content: str) -> None:
    """An article of any text is the same after JSON."""
    one = Article(text=Text(content), name="x")
    assert article_from_dict(json.loads(json.dumps(article_to_dict(one)))) == one


@given(NEWSY)
def test_quoted_regions_are_ordered_and_inside(text: str) -> None:
    """Regions never overlap, run in text order and begin at a mark."""
    at = 0
    for start, end in quoted_regions(text):
        assert at <= start < end <= len(text)
        at = end


@settings(max_examples=60)
@given(NEWSY, st.data())
def test_any_legal_spans_become_statements_that_hold(content: str, data: st.DataObject) -> None:
    """Whatever an extractor finds in whatever text, the statements cite only words that stand there."""
    if not content.strip():
        return
    point = st.integers(0, len(content) - 1)

    def spans() -> tuple[tuple[int, int], ...]:
        start = data.draw(point)
        return ((start, data.draw(st.integers(start + 1, len(content)))),)

    text = Text(content)
    found = [RawAttribution(source=spans(), cue=spans(), content=spans()) for _ in range(data.draw(st.integers(1, 3)))]
    one = Article(text=text, name="x")
    for made in load_interpreter().statements(one, assemble(text, found)):
        assert all(text.holds(evidence) for evidence in made.evidence())
