"""Floors on attribution over PolNeAR's dev articles."""

from __future__ import annotations

from onrecord.core.span import Text
from onrecord.extract import Extractor
from onrecord.train.gold import outermost
from tests.quality.conftest import above, shared, tool


def test_polnear_dev(extractor: Extractor, floors: dict[str, dict[str, float]]) -> None:
    """Relation, content and direct F1 of the tagger stay above their floors."""
    path = shared("data", "polnear", "dev.jsonl")
    scorer = tool("score_attribution")
    gold = scorer.load(path)
    predicted = {
        key: {"id": key, "attributions": outermost(extractor.attributions(Text(article["text"])))}
        for key, article in gold.items()
    }
    result = scorer.score(gold, predicted)
    measured = {metric: 100 * result["all"][metric]["f1"] for metric in ("relation", "overlap", "exact")}
    measured["direct relation"] = 100 * result["direct"]["relation"]["f1"]
    above(measured, floors["polnear dev, tagger"])
