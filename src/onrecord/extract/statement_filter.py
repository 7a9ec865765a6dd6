"""Tell statements from what only looks like one: deeds, nobody's sayings, a speaker's own "I think", polls, doubles.

A logistic regression over the features of `statement_features`, fitted by `training/fit_statement_filter.py` on
articles labelled by hand, gives each candidate its calibrated probability of being a statement by the annotation guide;
what is below the threshold is dropped. What is found by its form alone is kept: labelled news has too little of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from onrecord.errors import ModelError
from onrecord.extract.assemble import RawAttribution, normalize
from onrecord.extract.no_statement import is_no_statement
from onrecord.extract.reporting_clause import BY_FORM, QUOTED_SPEAKER
from onrecord.extract.statement_features import Features, describe, kind_of_source, lower_words, outers_of
from onrecord.extract.verbless import RULE as VERBLESS
from onrecord.lexicon import word_class

FORMAT = 1
CLOSELY = 0.09  # threshold of an inner one of somebody named or described, where a text is read closely
TELLS = 0.2  # threshold of an inner one in which somebody named or described tells somebody something


@dataclass(frozen=True, slots=True)
class StatementFilter:
    """Hold the weights of the features, and the calibration (Platt 1999) fitted on fully labelled articles."""

    weights: Mapping[str, float]
    slope: float
    offset: float
    threshold: float
    inner_threshold: float  # of what stands in the content of a statement that is kept

    @classmethod
    def load(cls, path: Path) -> StatementFilter:
        """Load a fitted filter.

        Raises:
            ModelError: the file is missing, damaged or of another format.
        """
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if record["format"] != FORMAT:
                raise ValueError(f"format {record['format']} is not known to this version")
            names = ("slope", "offset", "threshold", "inner threshold")
            slope, offset, threshold, inner_threshold = (float(record[name]) for name in names)
            weights = {name: float(value) for name, value in record["weights"].items()}
            return cls(weights, slope, offset, threshold, inner_threshold)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"{path}: no usable statement filter ({error})") from error

    def probability(self, features: Features) -> float:
        """Calculate the probability that a candidate with these features is a statement."""
        score = sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.slope * score + self.offset))))

    def select(self, text: str, found: Iterable[RawAttribution], *, closely: bool = False) -> list[RawAttribution]:
        """Keep the candidates that are statements, each with its probability as confidence.

        The inner threshold is for those that stand in a statement that is kept; read `closely`, more of them are.
        """
        items = normalize(text, found)
        outers = outers_of(text, items)
        judged = [
            item
            if item.rule.startswith((VERBLESS, BY_FORM))
            else replace(item, confidence=round(self.probability(features), 4))
            for item, features in zip(items, describe(text, items, outers), strict=True)
        ]

        @cache
        def kept(number: int) -> bool:
            item, outer = judged[number], outers[number]
            if item.rule.startswith((VERBLESS, BY_FORM)) or item.rule.endswith(f", {QUOTED_SPEAKER}"):
                return True
            if is_no_statement(text, item):
                return False
            if outer is None or not kept(outer):
                return item.confidence >= self.threshold
            named = kind_of_source(text, item) in ("name", "noun")
            if named and closely:
                return item.confidence >= CLOSELY
            tells = named and not word_class("tells").isdisjoint(lower_words(text, item.cue))
            return item.confidence >= (TELLS if tells else self.inner_threshold)

        return [item for number, item in enumerate(judged) if kept(number)]
