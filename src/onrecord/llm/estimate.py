"""Estimate what a run with a language model takes, before it begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import mean

from onrecord.core.statement import Article
from onrecord.lexicon import Codebook
from onrecord.llm.answers import AnswerCache
from onrecord.llm.questions import article_messages, passages

CHARACTERS = 4  # of English text in a token, about


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Hold the estimated cost of a run; `tokens_out` and `seconds` are None without cached answers to measure."""

    articles: int
    questions: int
    tokens_in: int
    tokens_out: int | None
    seconds: float | None

    def cost(self, price_in: float, price_out: float) -> float | None:
        """Return the price of all tokens, at prices for a million tokens in and out; None where it is not known."""
        if self.tokens_out is None:
            return None
        return (self.tokens_in * price_in + self.tokens_out * price_out) / 1e6

    def line(self, prices: tuple[float, float] | None = None) -> str:
        """Describe the estimate in one line."""
        parts = [f"{self.articles} articles, about {self.questions} questions with {self.tokens_in} tokens"]
        if self.tokens_out is not None:
            parts.append(f"about {self.tokens_out} tokens of answers")
        if self.seconds is not None:
            parts.append(f"about {_duration(self.seconds)} at the speed of the answers kept so far")
        else:
            parts.append("time unknown until some answers are kept")
        if prices is not None:
            cost = self.cost(*prices)
            parts.append("cost unknown" if cost is None else f"about {cost:.2f} at the given prices")
        return ", ".join(parts)


def estimate(articles: Iterable[Article], codebook: Codebook | None, answers: AnswerCache) -> Estimate:
    """Estimate a run from the lengths of its articles, and from the answers that are kept."""
    number = questions = characters = 0
    for article in articles:
        number += 1
        for passage in passages(article.text.content):
            questions += 1
            characters += sum(len(m["content"]) for m in article_messages(article, passage, codebook))
    replies = answers.replies()
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
