"""Estimate what a run with a language model takes, before it begins."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from onrecord.core.statement import Article
from onrecord.lexicon import Codebook
from onrecord.llm.answers import AnswerCache
from onrecord.llm.completions import UsageCounts
from onrecord.llm.questions import article_messages, passages
from onrecord.pipeline import Pipeline

CHARACTERS = 4  # of English text in a token, about


@dataclass(frozen=True, slots=True)
class AnswerSize:
    """Hold how many tokens an answer had, and how many seconds it took."""

    tokens_out: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Hold the estimated cost of a run; `tokens_out` and `seconds` are None if no answer was measured yet."""

    articles: int
    questions: int
    tokens_in: int
    tokens_out: int | None
    seconds: float | None

    def cost(self, price_in: float, price_out: float) -> float | None:
        """Return the price of all tokens, at prices for a million tokens in and out; None if it is not known."""
        if self.tokens_out is None:
            return None
        return (self.tokens_in * price_in + self.tokens_out * price_out) / 1e6

    def line(self, prices: tuple[float, float] | None = None) -> str:
        """Describe the estimate in one line."""
        parts = [f"{self.articles} articles, about {self.questions} questions with {self.tokens_in} tokens"]
        if self.tokens_out is not None:
            parts.append(f"about {self.tokens_out} tokens of answers")
        if self.seconds is not None:
            parts.append(f"about {_duration(self.seconds)} at the speed of earlier answers")
        else:
            parts.append("time unknown before the first answer")
        if prices is not None:
            cost = self.cost(*prices)
            parts.append("cost unknown" if cost is None else f"about {cost:.2f} at the given prices")
        return ", ".join(parts)


def measure(pipeline: Pipeline, article: Article, tally: UsageCounts) -> AnswerSize | None:
    """Read one article with a language model, to see how long an answer is and takes; None if nothing was asked.

    Raises:
        LanguageModelError: the endpoint fails.
    """
    before, began = tally.counts.copy(), time.perf_counter()
    pipeline.statements(article)
    seconds, new = time.perf_counter() - began, tally.counts - before
    asked = new["questions"]
    return AnswerSize(new["tokens out"] / asked, seconds / asked) if asked else None


def estimate(
    articles: Iterable[Article], codebook: Codebook | None, answers: AnswerCache, measured: Sequence[AnswerSize] = ()
) -> Estimate:
    """Estimate a run from the lengths of its articles, and from answers that are kept or were measured."""
    number = questions = characters = 0
    for article in articles:
        number += 1
        for passage in passages(article.text.content):
            questions += 1
            characters += sum(len(m["content"]) for m in article_messages(article, passage, codebook))
    replies = [*measured, *(AnswerSize(reply.tokens_out, reply.seconds) for reply in answers.replies())]
    out = [reply.tokens_out for reply in replies if reply.tokens_out]
    return Estimate(
        articles=number,
        questions=questions,
        tokens_in=characters // CHARACTERS,
        tokens_out=round(mean(out) * questions) if out else None,
        seconds=mean(reply.seconds for reply in replies) * questions if replies else None,
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
