"""Measure agreement on what counts as a statement: which spans two coders both marked, and which only one did.

Two measures, each with an interval that resamples articles:

- F1 of the spans, the share of agreement where nobody can say how many spans were rightly left out (Hripcsak &
  Rothschild 2005, Agreement, the F-measure, and reliability in information retrieval). Spans are paired one to one, the
  most alike first, where they share at least half of what both cover together.
- Krippendorff's nominal alpha over words: whether each stands inside a span or outside of all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from onrecord.analyse.intercoder import Agreement, agreement

Span = tuple[int, int]
MIN_OVERLAP = 0.5  # least share of overlap in what two spans cover together


@dataclass(frozen=True, slots=True)
class Spans:
    """Hold how far two coders mark the same: how many spans both marked, and each alone; F1 with its interval."""

    both: int
    first: int
    second: int
    f1: float | None
    low: float | None
    high: float | None


def pairs(first: Sequence[Span], second: Sequence[Span], alike: float = MIN_OVERLAP) -> list[tuple[int, int]]:
    """Pair the spans of two coders by their places in the lists, each at most once, the most alike first."""
    shares = []
    for a, one in enumerate(first):
        for b, other in enumerate(second):
            both = min(one[1], other[1]) - max(one[0], other[0])
            share = both / (max(one[1], other[1]) - min(one[0], other[0])) if both > 0 else 0.0
            if share >= alike:
                shares.append((-share, a, b))
    made: list[tuple[int, int]] = []
    for _, a, b in sorted(shares):
        if all(a != c and b != d for c, d in made):
            made.append((a, b))
    return sorted(made)


def compare(
    first: Sequence[Sequence[Span]], second: Sequence[Sequence[Span]], *, draws: int = 1_000, seed: int = 0
) -> Spans:  # fmt: skip
    """Compare the spans of two coders, article by article in the same order."""
    counts = np.array([(len(pairs(a, b)), len(a), len(b)) for a, b in zip(first, second, strict=True)]).reshape(-1, 3)
    both, ones, others = (int(n) for n in counts.sum(0))
    if not ones + others:
        return Spans(0, 0, 0, None, None, None)
    random = np.random.default_rng(seed)
    drawn = counts[random.integers(0, len(counts), (draws, len(counts)))].sum(1)
    marked = drawn[:, 1] + drawn[:, 2]
    shares = 2 * drawn[marked > 0, 0] / marked[marked > 0]
    low, high = (float(q) for q in np.quantile(shares, [0.025, 0.975])) if len(shares) >= draws / 2 else (None, None)
    return Spans(both, ones - both, others - both, 2 * both / (ones + others), low, high)


def of_words(texts: Sequence[str], marked: Mapping[str, Sequence[Sequence[Span]]]) -> Agreement:
    """Compute alpha over the words of some texts; `marked` has each coder's spans, text by text."""
    units: list[tuple[bool, ...]] = []
    clusters: list[int] = []
    for number, text in enumerate(texts):
        words = [match.span() for match in re.finditer(r"\w+", text)]
        given = [[_inside(word, spans[number]) for word in words] for spans in marked.values()]
        units += list(zip(*given, strict=True))
        clusters += [number] * len(words)
    return agreement(units, clusters=clusters)


def _inside(word: Span, spans: Sequence[Span]) -> bool:
    return any(start <= word[0] and word[1] <= end for start, end in spans)
