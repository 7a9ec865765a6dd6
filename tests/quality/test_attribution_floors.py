"""Floors on attribution over PolNeAR's dev articles, for the tagger and for the rules."""

from __future__ import annotations

import pytest

from onrecord.core.span import Text
from onrecord.extract import Extractor
from onrecord.extract.parse import load_parser
from onrecord.extract.rules import RuleExtractor
from onrecord.lexicon import load_cues
from onrecord.train.gold import outermost
from tests.quality.conftest import above, shared, tool


@pytest.mark.parametrize("name", ["tagger", "rules"])
def test_polnear_dev(name: str, extractor: Extractor, floors: dict[str, dict[str, float]]) -> None:
    """Relation, content and direct F1 of the tagger and of the rule extractor stay above their floors."""
    path = shared("data", "polnear", "dev.jsonl")
    scorer = tool("score_attribution")
    gold = scorer.load(path)
    chosen = extractor if name == "tagger" else RuleExtractor(load_parser(), load_cues())
    predicted = {
        key: {"id": key, "attributions": outermost(chosen.attributions(Text(article["text"])))}
        for key, article in gold.items()
    }
    result = scorer.score(gold, predicted)
    measured = {metric: 100 * result["all"][metric]["f1"] for metric in ("relation", "overlap", "exact")}
    measured["direct relation"] = 100 * result["direct"]["relation"]["f1"]
    above(measured, floors[f"polnear dev, {name}"])
