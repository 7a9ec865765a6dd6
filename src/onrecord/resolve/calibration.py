"""Calibrate resolved values: how often a rule with such a weight was right on labelled news.

A logistic model over the rule and the logit of its weight (Platt 1999), fitted by `training/fit_calibration.py`.
"""

from __future__ import annotations

import json
import math
from functools import cache

from onrecord.resolve.vocabulary import data_file

LEAST, MOST = 0.02, 0.98


@cache
def _model(field: str) -> dict[str, float]:
    stored: dict[str, dict[str, float]] = json.loads(data_file("calibration.json"))
    return stored[field]


def features(rule: str, weight: float) -> dict[str, float]:
    """Return the features of a value: its rule, and the logit of the rule's weight."""
    clipped = min(max(weight, LEAST), MOST)
    return {f"rule {rule}": 1.0, "logit": math.log(clipped / (1 - clipped))}


def probability(field: str, rule: str, weight: float) -> float:
    """Return the probability that a value of "speaker", "affiliation" or "when" is right."""
    model = _model(field)
    score = model["intercept"] + sum(model.get(name, 0.0) * value for name, value in features(rule, weight).items())
    return round(1 / (1 + math.exp(-score)), 4)
