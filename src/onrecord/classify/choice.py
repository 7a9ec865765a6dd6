"""Decide for all statements of an article together which issue each speaks to, and which side its speaker takes.

What one statement says alone is joined with what the article is about and what its neighbours speak to. Everything is
computed for the whole article at once, so no answer depends on an order of reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ISSUE_FEATURES = ("relevance", "candidate", "article's relevance", "article's candidate", "neighbours' relevance")
NONE_FEATURES = ("bias", "article's best relevance")
LOWEST, HIGHEST = -6.0, 6.0  # relevance is clipped to these; an issue that was not read has the lowest
SUPPORT, OPPOSE, NONE = 0, 1, 4


def issue_features(candidate: Floats, relevance: Floats) -> tuple[Floats, Floats]:
    """Compute the evidence for each issue and for "none".

    Args:
        candidate: scores of the narrowing, [statements, issues].
        relevance: log odds of speaking to the issue, [statements, issues], NaN where it was not read.

    Returns:
        Features of the issues [statements, issues, ISSUE_FEATURES] and of none [statements, NONE_FEATURES].
    """
    clipped = np.clip(np.where(np.isnan(relevance), LOWEST, relevance), LOWEST, HIGHEST)
    count, issues = clipped.shape
    padded = np.pad(clipped, ((1, 1), (0, 0)), mode="edge") if count else np.zeros((2, issues))
    neighbours = (padded[:-2] + padded[2:]) / 2 if count else clipped
    article = np.broadcast_to(clipped.mean(0) if count else np.zeros(issues), clipped.shape)
    nearness = np.broadcast_to(candidate.mean(0) if count else np.zeros(issues), clipped.shape)
    of_issues = np.stack([clipped, candidate, article, nearness, neighbours], axis=2)
    best = float(clipped.max(1).mean()) if count and issues else LOWEST
    return of_issues, np.tile([1.0, best], (count, 1))


def issue_probabilities(candidate: Floats, relevance: Floats, weights: Mapping[str, Sequence[float]]) -> Floats:
    """Compute the probabilities of each issue that was read and of "none", [statements, issues + 1]."""
    of_issues, of_none = issue_features(candidate, relevance)
    scores = of_issues @ np.array(weights["issue"])
    scores[np.isnan(relevance)] = -np.inf
    scores = np.concatenate([scores, (of_none @ np.array(weights["none"]))[:, None]], axis=1)
    raised = np.exp(scores - scores.max(1, keepdims=True))
    result: Floats = raised / raised.sum(1, keepdims=True)
    return result


def symmetric(proposition: Floats, negation: Floats) -> Floats:
    """Join stance scores beside a proposition and its negation, so that turning the proposition turns the side."""
    turned = negation.copy()
    turned[..., [SUPPORT, OPPOSE]] = negation[..., [OPPOSE, SUPPORT]]
    result: Floats = (proposition + turned) / 2
    return result


def least_risk(probabilities: Floats, flipped: float) -> int:
    """Choose the likeliest class, but no side where one costs more than another class: then none is taken.

    An error costs 1, taking the opposite side costs `flipped`.
    """
    best = int(probabilities.argmax())
    if best in (SUPPORT, OPPOSE):
        opposite = float(probabilities[OPPOSE if best == SUPPORT else SUPPORT])
        if float(probabilities[best]) - (flipped - 1) * opposite < float(probabilities[OPPOSE + 1 :].max()):
            return NONE
    return best
