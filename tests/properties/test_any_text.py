"""Any text goes through the whole of it, and what comes out cites it exactly."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onrecord.core.span import Text
from onrecord.core.statement import Article
from onrecord.pipeline import Pipeline, load

WORDS = [
    "said",
    "told",
    "“",
    "”",
    "''",
    '"',
    ",",
    ".",
    "Orr",
    "She",
    "that",
    "the plan",
    "not",
    "\r\n\n",
    "\u00a0",
    "🎉",
]
ODD = ["\ud800", "\x00", "\u202e", "שלום", "\u2028", "\ufeff", "e\u0301", "\x85"]


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """Load a pipeline once."""
    return load()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words=st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(ODD), st.text(max_size=5)), max_size=40))
def test_any_text_is_read_and_cited(pipeline: Pipeline, words: list[str]) -> None:
    """Of any text, every piece of evidence of every statement is a slice of it."""
    text = Text(" ".join(words))
    for statement in pipeline.read_article(Article(text=text, name="a")).statements:
        assert all(text.holds(evidence) for evidence in statement.evidence())


def test_half_a_surrogate_costs_no_statement(pipeline: Pipeline) -> None:
    """A broken escape in a JSON line stands for one code point, and the statement beside it is found all the same."""
    whole = "“We will not sign the treaty,” Mayor Ida Orr said \ufffd on Monday. "
    texts = [Text(whole), Text(whole.replace("\ufffd", "\ud83d"))]
    found = [pipeline.read_article(Article(text=text, name="a")).statements for text in texts]
    assert found[0]
    assert [one.quote for one in found[0]] == [one.quote.replace("\ud83d", "\ufffd") for one in found[1]]
