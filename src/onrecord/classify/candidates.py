"""Narrow a codebook to the few issues that a statement may speak to, cheaply: by terms and static embeddings.

The encoder then decides among these and "none". The weights below are fitted by `training.classifier.candidates`
on hand-labelled real news.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from onrecord.lexicon.bundled_tables import rows, word_class
from onrecord.lexicon.codebook import Codebook
from onrecord.text.tokens import Word, stem, words
from onrecord.text.vectors import PieceVectors

Floats = npt.NDArray[np.float32]
SENTENCE_ENDS = frozenset(".!?;:")
LEAST_LIKE = 0.3  # likeness of meaning below which an issue without a word near has nothing to do with a statement
FEATURES = (
    "term in content", "terms in content", "term in sentence", "term before", "term in title",
    "proposition words in content", "proposition words in sentence", "proposition words before",
    "likeness of content", "likeness of sentence", "likeness of text before", "likeness of title",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hold the tokens that candidate selection compares: of the content, its sentences, the text before and the
    title.
    """

    content: Sequence[Word]
    sentence: Sequence[Word]
    before: Sequence[Word]
    title: Sequence[Word]


@dataclass(slots=True)
class CandidateIndex:
    """Index a codebook's issues for comparison with statements."""

    codebook: Codebook
    vectors: PieceVectors
    _terms: list[list[tuple[str, ...]]] = field(init=False)
    _shared: Counter[tuple[str, ...]] = field(init=False)
    _words: list[dict[str, float]] = field(init=False)
    _embedded: Floats = field(init=False)

    def __post_init__(self) -> None:
        issues = self.codebook.issues
        self._terms = [[t for t in (_stems(words(term)) for term in issue.terms) if t] for issue in issues]
        self._shared = Counter(term for terms in self._terms for term in set(terms))
        named = [set(_stems(words(f"{i.label} {i.proposition}"))) for i in issues]
        spread = Counter(word for one in named for word in one)
        self._words = [
            {word: math.log((len(issues) + 1) / spread[word]) for word in one if word not in _stop_stems()}
            for one in named
        ]
        self._embedded = (
            np.stack([self.vectors.of(f"{i.label}. {i.proposition} {'; '.join(i.terms)}") for i in issues])
            if issues
            else np.zeros((0, self.vectors.dimensions), dtype=np.float32)
        )

    def features(self, around: Surroundings) -> Floats:
        """Compute the evidence for each issue, [issues, FEATURES]."""
        table = np.zeros((len(self._terms), len(FEATURES)), dtype=np.float32)
        for column, part in ((0, around.content), (2, around.sentence), (3, around.before), (4, around.title)):
            stems = _stems(part)
            hits = self._hits(stems)
            table[:, column] = np.minimum(hits, 1)
            if column == 0:
                table[:, 1] = np.minimum(hits, 3) / 3
        for column, part in ((5, around.content), (6, around.sentence), (7, around.before)):
            present = set(_stems(part))
            for n, wanted in enumerate(self._words):
                total = sum(wanted.values())
                table[n, column] = sum(v for w, v in wanted.items() if w in present) / total if total else 0
        for column, part in ((8, around.content), (9, around.sentence), (10, around.before), (11, around.title)):
            vector = self.vectors.mean(w.lower for w in part if w.is_word)
            if len(self._embedded):
                table[:, column] = self._embedded @ vector
        return table

    def own_clause(self, content: Sequence[Word], number: int) -> tuple[int, int] | None:
        """Find the first clause of a content that names an issue, as a range of characters.

        None where the content is one clause, or no clause names other issues alone: then nothing parts the issues.
        """
        clauses = _clauses(content)
        if len(clauses) == 1:
            return None
        hits = [self._hits(_stems(clause)) for clause in clauses]
        own = [clause for clause, hit in zip(clauses, hits, strict=True) if hit[number]]
        if not own or not any(hit.any() and not hit[number] for hit in hits):
            return None
        return own[0][0].start, own[0][-1].end

    def _hits(self, stems: tuple[str, ...]) -> Floats:
        """Count each issue's terms in a row of stems; a term that several issues share counts by its share."""
        places: dict[str, list[int]] = {}
        for n, one in enumerate(stems):
            places.setdefault(one, []).append(n)
        found = np.zeros(len(self._terms), dtype=np.float32)
        for n, terms in enumerate(self._terms):
            for term in terms:
                if any(stems[at : at + len(term)] == term for at in places.get(term[0], ())):
                    found[n] += 1 / self._shared[term]
        return found


def is_linked(features: Floats) -> bool:
    """Tell whether an issue's words, or ones of a like meaning, stand in a statement, around it or in the title."""
    likeness = FEATURES.index("likeness of content")
    return bool(features[:likeness].any() or features[likeness:].max() >= LEAST_LIKE)


def _clauses(content: Sequence[Word]) -> list[list[Word]]:
    """Part a content at the ends of sentences, and before words that open a contrast ("but", "not", "instead")."""
    parts: list[list[Word]] = [[]]
    for word in content:
        if word.text in SENTENCE_ENDS or word.lower in word_class("opens-contrast"):
            parts.append([])
        if word.is_word:
            parts[-1].append(word)
    return [part for part in parts if len(part) > 1] or [list(content)]


def _stems(tokens: Sequence[Word]) -> tuple[str, ...]:
    return tuple(stem(w.lower) for w in tokens if w.is_word)


@cache
def _stop_stems() -> frozenset[str]:
    return frozenset(stem(row["word"]) for row in rows("stopwords.tsv"))
