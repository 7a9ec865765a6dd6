"""Floors on attribution over PolNeAR's dev articles, for the tagger and for the rules."""

from __future__ import annotations

import json

import pytest

from onrecord.extract import Extractor
from onrecord.extract.parse import load_parser
from onrecord.extract.rules import RuleExtractor
from onrecord.lexicon import load_cues
from onrecord.span import Text
from tests.quality.conftest import Json, above, shared, tool


def outermost(extractor: Extractor, article: Json) -> Json:
    """The article's attributions without nested ones, as the corpus has them."""
    found = [a for a in extractor.attributions(Text(article["text"])) if a.outer is None and a.inside is None]
    parts = ("source", "cue", "content")
    return {
        "id": article["id"],
        "attributions": [{p: [[e.span.start, e.span.end] for e in getattr(a, p)] for p in parts} for a in found],
    }


@pytest.mark.parametrize("name", ["tagger", "rules"])
def test_polnear_dev(name: str, extractor: Extractor, floors: dict[str, dict[str, float]]) -> None:
    """Relation, content and direct F1 of the tagger and of the rule extractor stay above their floors."""
    path = shared("data", "polnear", "dev.jsonl")
    scorer = tool("score_attribution")
    gold = scorer.load(path)
    chosen = extractor if name == "tagger" else RuleExtractor(load_parser(), load_cues())
    predicted = {key: outermost(chosen, json.loads(json.dumps(article))) for key, article in gold.items()}
    result = scorer.score(gold, predicted)
    measured = {metric: 100 * result["all"][metric]["f1"] for metric in ("relation", "overlap", "exact")}
    measured["direct relation"] = 100 * result["direct"]["relation"]["f1"]
    above(measured, floors[f"polnear dev, {name}"])
