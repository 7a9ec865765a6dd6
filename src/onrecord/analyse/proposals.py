"""Propose an issue and a stance for some words, from the statements like them that people have coded.

Nearest neighbours over word stems (Cover and Hart 1967), so that each judgement counts for the next proposal at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from onrecord.analyse.retellings import stems

NEIGHBOURS = 5
MIN_COSINE = 0.3  # the least cosine of two sets of stems


@dataclass(frozen=True, slots=True)
class CodedWords:
    """Hold what people coded a statement as, with the stems of its words."""

    issue: str
    stance: str
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold an issue and a stance, with the number of coded statements like the words that have both."""

    issue: str
    stance: str
    count: int


def coded_words(issue: str, stance: str, quote: str) -> CodedWords:
    """Return a coded statement for `propose`."""
    return CodedWords(issue, stance, frozenset(stems(quote)))


def propose(coded: Iterable[CodedWords], text: str) -> Proposal | None:
    """Return what most of the nearest coded statements have, weighted by similarity; None if none is similar."""
    own = frozenset(stems(text))
    near: list[tuple[float, CodedWords]] = []
    for one in coded:
        common = len(own & one.stems)
        if common and (alike := common / sqrt(len(own) * len(one.stems))) >= MIN_COSINE:
            near.append((alike, one))
    near.sort(key=lambda pair: (-pair[0], pair[1].issue, pair[1].stance))
    votes: dict[tuple[str, str], float] = {}
    for alike, one in near[:NEIGHBOURS]:
        votes[one.issue, one.stance] = votes.get((one.issue, one.stance), 0.0) + alike
    if not votes:
        return None
    issue, stance = min(votes, key=lambda pair: (-votes[pair], pair))
    return Proposal(issue, stance, sum((one.issue, one.stance) == (issue, stance) for _, one in near[:NEIGHBOURS]))
