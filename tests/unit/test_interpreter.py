"""What attributions hand on to the statements that are made of them."""

from __future__ import annotations

import pytest

from onrecord.core.columns import position_confidence
from onrecord.core.span import Text
from onrecord.core.statement import Article
from onrecord.extract import extract_attributions
from onrecord.interpreter import interpret_attributions


def test_a_statement_keeps_the_probability_of_being_one() -> None:
    """The extractor's doubt that the words are a statement reaches the statement and its position."""
    text = 'Minister Ida Renn said that the fleet "must leave the strait". Her party favoured the old treaty.'
    article = Article(text=Text(text), name="a")
    found = extract_attributions(article)
    assert found
    for attribution, statement in zip(found, interpret_attributions(found, article), strict=True):
        assert statement.probability == attribution.confidence < 1
        assert max(statement.issue.confidence, statement.stance.confidence) <= attribution.confidence
        sure = statement.speaker.confidence * statement.stance.confidence
        assert position_confidence(statement) == pytest.approx(sure, abs=1e-3)
