"""Which issue of the codebook a content speaks to: terms first, then the words of label and proposition.

A term counts by how rare it is among the codebook's issues; contents that only point back ("it", "the plan") take the
issue of what was said just before.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field

from onrecord.interpret.words import stem, words
from onrecord.lexicon import Codebook, Issue

STOP = frozenset(
    "the a an of to in on at by for from with and or not be is are was were will would should may might can could must that this it its their his her they he she we i "
    "as into than then so if but have has had do does did who which what when where there all any some more most other no only own same such one two new put go part up out over about after before "
    "between both each state states side sides".split()
)
# An issue needs this much evidence: one term (1.0 or more), or most of a proposition's rare words.
LEAST = 0.55
ANAPHOR = re.compile(
    r"^\W*(?:that |to |of )?(?:it|this|that|them|these|those|(?:the|his|her|their|its|this|that|these|those|such|any|all|an?) (?:\w+ )?(?:plan|plans|offer|proposal|idea|deal|move|step|demand|charge|claim|report|decision|request|condition|question|matter|suggestion|"
    r"accusation|allegation|words?|remarks?|statement|call|draft|text|paper|formula|figure|terms|measure|measures|scheme|project|compromise|initiative|talks?|agreement))\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Match:
    """An issue that fits, with its score and the (start, end) of the words that point to it."""

    issue: Issue
    score: float
    places: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class IssueIndex:
    """The codebook's terms and proposition words, stemmed and weighted by rarity."""

    codebook: Codebook
    _terms: list[tuple[Issue, tuple[str, ...], float]] = field(init=False)
    _words: dict[str, list[tuple[Issue, float]]] = field(init=False)

    def __post_init__(self) -> None:
        issues = self.codebook.issues
        sets = {issue.id: _stems(f"{issue.label} {issue.proposition}") for issue in issues}
        spread = Counter(word for stems in sets.values() for word in stems)
        term_spread = Counter(_stemmed(term) for issue in issues for term in set(issue.terms))
        self._terms = []
        for issue in issues:
            for term in issue.terms:
                phrase = _stemmed(term)
                if phrase:
                    weight = (1.0 + 0.35 * (len(phrase) - 1)) / term_spread[phrase]
                    self._terms.append((issue, phrase, weight))
        self._words = {}
        for issue in issues:
            for word in sets[issue.id]:
                rarity = math.log((1 + len(issues)) / spread[word]) / math.log(1 + len(issues))
                self._words.setdefault(word, []).append((issue, 0.45 * rarity))

    def best(self, text: str, spans: list[tuple[int, int]]) -> list[Match]:
        """The issues that the spans' words point to, best first."""
        tokens = [(stem(w.lower), w.start, w.end) for a, b in spans for w in words(text, a, b) if w.is_word]
        scores: dict[str, float] = {}
        places: dict[str, set[tuple[int, int]]] = {}
        stems = [s for s, _, _ in tokens]
        for issue, phrase, weight in self._terms:
            hit = _find(stems, phrase)
            if hit is not None:
                scores[issue.id] = scores.get(issue.id, 0.0) + weight
                places.setdefault(issue.id, set()).update((tokens[i][1], tokens[i][2]) for i in hit)
        for s in {*stems}:
            for issue, weight in self._words.get(s, ()):
                scores[issue.id] = scores.get(issue.id, 0.0) + weight
                places.setdefault(issue.id, set()).update((a, b) for t, a, b in tokens if t == s)
        order = [issue.id for issue in self.codebook.issues]
        ranked = sorted(scores.items(), key=lambda item: (-item[1], order.index(item[0])))
        made = []
        for key, score in ranked:
            issue = self.codebook.issue(key)
            if issue is not None and score >= LEAST:
                made.append(Match(issue, score, tuple(sorted(places[key]))))
        return made


def points_back(content: str) -> bool:
    """Whether a content only refers to what was spoken of before."""
    return ANAPHOR.match(content) is not None


def _stemmed(term: str) -> tuple[str, ...]:
    return tuple(stem(w.lower) for w in words(term) if w.is_word)


def _stems(text: str) -> set[str]:
    return {stem(w.lower) for w in words(text) if w.is_word and w.lower not in STOP and len(w.lower) > 2}


def _find(stems: list[str], phrase: tuple[str, ...]) -> list[int] | None:
    """The indexes of the phrase's words: side by side, or for longer phrases with up to two words between."""
    for i, word in enumerate(stems):
        if word != phrase[0]:
            continue
        hit, at = [i], i
        for wanted in phrase[1:]:
            ahead = next((j for j in range(at + 1, min(at + 4, len(stems))) if stems[j] == wanted), None)
            if ahead is None:
                break
            hit.append(ahead)
            at = ahead
        if len(hit) == len(phrase):
            return hit
    return None
