"""Evaluate a model folder against gold attributions: the figures of the model card, and the speed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onrecord.core.codec import statement_to_dict
from onrecord.core.span import Text
from onrecord.core.statement import Article, PartialDate
from onrecord.errors import LanguageModelError
from onrecord.extract.tagger import Tagger
from onrecord.lexicon import Codebook, load_codebook
from onrecord.pipeline import Pipeline
from onrecord.train.attribution_scores import SpokenSpans, measure
from onrecord.train.examples import load_articles
from onrecord.train.gold import gold_attributions, load_cases, outermost
from onrecord.train.statement_scores import score
from onrecord.train.tune import gold_of


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Hold figures in percent; words are runs of non-spaces, seconds are those of reading.

    `failed` names the articles that could not be read, with the reason; they count as without statements.
    """

    figures: dict[str, float]
    articles: int
    words: int
    seconds: float
    failed: tuple[tuple[str, str], ...] = ()

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


def evaluate_statements(gold: Path, codebooks: Path, load: Callable[[Codebook], Pipeline]) -> Evaluation:
    """Read every article of a folder of gold cases under its codebook, and score the statements (`statement_scores`).

    Args:
        gold: the folder of cases.
        codebooks: the folder of the codebooks that they name.
        load: makes the reader for a codebook.

    Raises:
        CodecError: a case is broken or there is none.
        CodebookError: a codebook is missing or cannot be used.
    """
    cases = load_cases(gold)
    pipelines = {name: load(load_codebook(codebooks / name)) for name in sorted({case["codebook"] for case in cases})}
    found: dict[str, list[dict[str, Any]]] = {}
    failed = []
    begun = time.perf_counter()
    for case in cases:
        article = Article(text=Text(case["text"]), name=case["id"], published=PartialDate(case["published"]))
        try:
            found[case["id"]] = [statement_to_dict(one) for one in pipelines[case["codebook"]].statements(article)]
        except LanguageModelError as error:
            failed.append((case["id"], str(error)))
    seconds = time.perf_counter() - begun
    words = sum(len(case["text"].split()) for case in cases)
    return Evaluation(score(cases, found).rates(), len(cases), words, seconds, tuple(failed))
