"""Floors on what is found and how it is read: on the project's own dispatches, and on the corpora's cases."""

from __future__ import annotations

import pytest

from onrecord.extract import Extractor
from onrecord.train.gold import load_cases, predict
from onrecord.train.statement_scores import score
from tests.quality.conftest import FIRST, GOLDEN, above, shared, tool

# What no model of this package was trained on, of the project's own dispatches (see docs/interpretation.md).
KEPT = ("belun", "tesk")
# What the tagger was not trained on beside these; the models of meaning have seen them.
UNTAGGED = ("ilmet", "montejara", "ovanda", "sorvane", "vessar")


def test_own_dispatches(extractor: Extractor, floors: dict[str, dict[str, float]]) -> None:
    """Text to statements on the first dispatches written for this project, most of which the models have seen."""
    cases = [case for case in load_cases(GOLDEN) if case["id"].startswith(FIRST)]
    above(score(cases, dict(predict(cases, GOLDEN / "codebooks", extractor))).rates(), floors["own dispatches"])


def test_later_dispatches(extractor: Extractor, floors: dict[str, dict[str, float]]) -> None:
    """The same on later and harder ones, most of which the models have seen."""
    cases = [case for case in load_cases(GOLDEN) if not case["id"].startswith(FIRST)]
    above(score(cases, dict(predict(cases, GOLDEN / "codebooks", extractor))).rates(), floors["later dispatches"])


def test_later_dispatches_kept_out(extractor: Extractor, floors: dict[str, dict[str, float]]) -> None:
    """What the tagger finds in the later disputes that it was not trained on."""
    cases = [case for case in load_cases(GOLDEN) if case["id"].startswith(UNTAGGED)]
    found = score(cases, dict(predict(cases, GOLDEN / "codebooks", extractor))).rates()
    above(found, floors["later dispatches kept out"])


@pytest.mark.parametrize("spans", ["", ", gold spans"])
def test_own_dispatches_kept_out(spans: str, extractor: Extractor, floors: dict[str, dict[str, float]]) -> None:
    """The fields that are fitted, on the two disputes that nothing was fitted on."""
    cases = [case for case in load_cases(GOLDEN) if case["id"].startswith(KEPT)]
    found = dict(predict(cases, GOLDEN / "codebooks", None if spans else extractor))
    above(score(cases, found).rates(), floors[f"own dispatches kept out{spans}"])


def test_own_dispatches_gold_attributions(floors: dict[str, dict[str, float]]) -> None:
    """Interpretation alone: gold attributions of the first dispatches."""
    cases = [case for case in load_cases(GOLDEN) if case["id"].startswith(FIRST)]
    above(score(cases, dict(predict(cases, GOLDEN / "codebooks", None))).rates(), floors["own dispatches, gold spans"])


def test_shared_cases(extractor: Extractor, floors: dict[str, dict[str, float]]) -> None:
    """Text to statements on the corpora's cases, by the corpora's own scorer."""
    folder = shared("cases")
    scorer = tool("score_statements")
    cases = load_cases(folder)
    gold = scorer.load_gold(folder)
    predictions = {
        key: [scorer.whole(record, gold[key]["text"], key) for record in records]
        for key, records in predict(cases, folder / "codebooks", extractor)
    }
    result = scorer.score(gold, predictions)
    measured = {name: 100 * row["accuracy"] for name, row in result["fields"].items()}
    for name in ("statements", "cell", "condition tokens", "condition found"):
        measured[name] = 100 * result[name]["f1"]
    above(measured, floors["shared cases"])
