"""Evaluate a model folder against gold attributions: the figures of the model card, and the speed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onrecord.extract.tagger import Tagger
from onrecord.train.attribution_scores import SpokenSpans, measure
from onrecord.train.examples import load_articles
from onrecord.train.gold import gold_attributions, load_cases, outermost
from onrecord.train.tune import gold_of


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Hold F1 by metric in percent; words are runs of non-spaces, seconds are from text to attributions."""

    figures: dict[str, float]
    articles: int
    words: int
    seconds: float

    @property
    def speed(self) -> int:
        """Return words per second."""
        return round(self.words / self.seconds) if self.seconds else 0


def gold_articles(gold: Path) -> list[dict[str, Any]]:
    """Load articles with gold attributions: JSON Lines, or a folder of gold cases (their outermost levels).

    Raises:
        CodecError: a case is broken or a folder has none.
    """
    if not gold.is_dir():
        return load_articles(gold)
    cases = load_cases(gold)
    return [{"id": c["id"], "text": c["text"], "attributions": outermost(gold_attributions(c))} for c in cases]


def evaluate(model: Path, gold: Path) -> Evaluation:
    """Read every article of `gold_articles` and compare."""
    tagger = Tagger(model)
    articles = gold_articles(gold)
    begun = time.perf_counter()
    found = [tagger.attributions(article["text"]) for article in articles]
    seconds = time.perf_counter() - begun
    scores = measure(
        (article["text"], gold_of(article), [SpokenSpans(f.source, f.cue, f.content) for f in predicted])
        for article, predicted in zip(articles, found, strict=True)
    )
    words = sum(len(article["text"].split()) for article in articles)
    return Evaluation(scores.figures(), len(articles), words, seconds)
