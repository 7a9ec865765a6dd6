"""Propose the issues of a codebook from the contents of statements, for a person to edit.

Contents are compared by static vectors and shared rare words, joined bottom up by average linkage, and cut where groups
stop being alike. A group's terms are the words that are frequent in it and rare outside (c-TF-IDF, Grootendorst 2022);
its proposition is a stub made of its most central content: what can be supported or opposed is the analyst's call.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import yaml

from onrecord.lexicon import Codebook, words_pattern
from onrecord.lexicon.bundled_tables import rows
from onrecord.lexicon.propositions import proposition_warnings
from onrecord.models.linkage import average_linkage, cut
from onrecord.text.tokens import stem, words
from onrecord.text.vectors import PieceVectors

STOPWORDS = "stopwords.tsv"
Floats = npt.NDArray[np.float32]
MIN_SIMILARITY = 0.27  # average similarity below which groups are not merged; set by eye on the sample corpus
MAX_CONTENTS = 3000  # contents compared with each other; of more an even sample is taken
TERMS, EXAMPLES = 6, 3
NEAREST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedIssue:
    """Hold a proposed issue: `size` contents, the terms that distinguish them, and those nearest to their centre."""

    id: str
    label: str
    proposition: str
    terms: tuple[str, ...]
    examples: tuple[str, ...]
    size: int


def suggest(contents: Sequence[str], vectors: PieceVectors, *, least: int = 3, most: int = 20) -> list[ProposedIssue]:
    """Return the issues that contents seem to be about, largest first, without those of fewer than `least` contents."""
    unique = [c for c in dict.fromkeys(" ".join(c.split()) for c in contents) if len(_content_words(c)) >= 2]
    if len(unique) > MAX_CONTENTS:
        unique = [unique[n * len(unique) // MAX_CONTENTS] for n in range(MAX_CONTENTS)]
    if len(unique) < least:
        return []
    bags = [_content_words(c) for c in unique]
    near = similarity(bags, vectors)
    groups = [g for g in grouped(near) if len(g) >= least][:most]
    spread = Counter(s for bag in bags for s in {stem(w) for w in bag})
    made: list[ProposedIssue] = []
    for group in groups:
        terms = _terms([unique[i] for i in group], spread, len(unique))
        middle = sorted(group, key=lambda i: (-float(near[i, group].sum()), i))
        used = {p.id for p in made}
        made.append(
            ProposedIssue(
                id=_free_id(terms, used),
                label=" ".join(terms[:2]).capitalize(),
                proposition=_proposition([unique[i] for i in middle]),
                terms=terms,
                examples=tuple(unique[i] for i in middle[:EXAMPLES]),
                size=len(group),
            )
        )
    return made


def similarity(bags: Sequence[Sequence[str]], vectors: PieceVectors) -> Floats:
    """Return the similarity of contents (n, n): cosine of their vectors without the common part, and of their rare
    words.
    """
    means = np.stack([vectors.mean(bag) for bag in bags])
    means = means - means.mean(0)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
    stems = sorted({stem(w) for bag in bags for w in bag})
    column = {s: n for n, s in enumerate(stems)}
    counts = np.zeros((len(bags), len(stems)), dtype=np.float32)
    for row, bag in enumerate(bags):
        for word in bag:
            counts[row, column[stem(word)]] = 1.0
    counts *= np.log(1 + len(bags) / counts.sum(0))
    counts /= np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-6)
    return np.asarray(0.5 * (means @ means.T) + 0.5 * (counts @ counts.T) ** 0.5, dtype=np.float32)


def grouped(near: Floats) -> list[list[int]]:
    """Group by average linkage, largest first; ties go to the earlier content."""
    if len(near) < 2:
        return [[n] for n in range(len(near))]
    distance = np.clip(1.0 - near.astype(np.float64), 0.0, 2.0)
    labels = cut(average_linkage((distance + distance.T) / 2), height=1.0 - MIN_SIMILARITY)
    groups: dict[int, list[int]] = {}
    for n, label in enumerate(labels):
        groups.setdefault(label, []).append(n)
    return sorted(groups.values(), key=lambda g: (-len(g), g[0]))


def to_yaml(proposed: Sequence[ProposedIssue], name: str) -> str:
    """Write a codebook to edit as YAML, with the examples as comments."""
    lines = [
        "# Proposed from what was read; edit labels and propositions before use.",
        f"name: {_quoted(name)}",
        "issues:",
    ]
    for issue in proposed:
        lines += [
            f"  {issue.id}:  # {issue.size} contents",
            f"    label: {_quoted(issue.label)}",
            f"    proposition: {_quoted(issue.proposition)}",
        ]
        lines += [f"    # The proposition {said}." for said in proposition_warnings(issue.proposition)]
        lines.append(f"    terms: [{', '.join(_quoted(term) for term in issue.terms)}]")
        lines += [f"    # {example}" for example in issue.examples]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10_000).strip()


@cache
def _stopwords() -> frozenset[str]:
    return frozenset(row["word"] for row in rows(STOPWORDS))


def _content_words(content: str) -> list[str]:
    return [
        w.lower
        for w in words(content)
        if w.is_word and w.lower not in _stopwords() and len(w.lower) > 2 and not w.lower.isdigit()
    ]


def _terms(contents: Sequence[str], spread: Counter[str], total: int) -> tuple[str, ...]:
    """Return the words that distinguish a group, each in its most frequent form."""
    forms: dict[str, Counter[str]] = {}
    for content in contents:
        for word in _content_words(content):
            forms.setdefault(stem(word), Counter())[word] += 1
    weight = {
        s: c.total() * math.log(1 + total / spread[s]) for s, c in forms.items() if len(contents) < 3 or c.total() > 1
    }
    best = sorted(weight, key=lambda s: (-weight[s], s))[:TERMS] or sorted(forms)[:TERMS]
    return tuple(forms[s].most_common(1)[0][0] for s in best)


def _proposition(contents: Sequence[str]) -> str:
    """Choose the most central sentence that can be supported or opposed, preferably of policy; else the central
    content.
    """
    made = [_sentence(content) for content in contents]
    # A content that begins with a pronoun means nothing outside its article.
    sound = [
        one for one in made if not words_pattern("opens-within").match(one) and not list(proposition_warnings(one))
    ]
    policy = [one for one in sound if words_pattern("policy").search(one)]
    return (policy or sound or made)[0]


def _sentence(content: str) -> str:
    """Return the content as a sentence: without an opening "that" or "to", and without marks at its ends."""
    bare = re.sub(r"^(?:that|to)\s+", "", content.strip(" \"'“”")).strip(" \"'“”.,;")
    return bare[:1].upper() + bare[1:] + "."


def _free_id(terms: Sequence[str], used: set[str]) -> str:
    base = re.sub(r"[^\w.-]+", "-", terms[0]) if terms else "issue"
    name, n = base, 2
    while name in used:
        name, n = f"{base}-{n}", n + 1
    return name


def suggest_codebook(contents: Sequence[str], name: str) -> str:
    """Propose a codebook (YAML) to edit, with the issues that contents of statements seem to be about."""
    from onrecord.text.vectors import bundled_vectors

    return to_yaml(suggest(contents, bundled_vectors()), name)


def nearest(codebook: Codebook, contents: Sequence[str], vectors: PieceVectors) -> dict[str, list[str]]:
    """Return for each issue the contents that are most similar to its proposition and terms, the most similar first."""
    unique = [c for c in dict.fromkeys(" ".join(c.split()) for c in contents) if _content_words(c)]
    if not unique:
        return {issue.id: [] for issue in codebook.issues}
    issues = [_content_words(f"{issue.label} {issue.proposition} {' '.join(issue.terms)}") for issue in codebook.issues]
    near = similarity([*issues, *(_content_words(content) for content in unique)], vectors)[
        : len(issues), len(issues) :
    ]
    order = np.argsort(-near, axis=1, kind="stable")[:, :NEAREST]
    return {issue.id: [unique[place] for place in row] for issue, row in zip(codebook.issues, order, strict=True)}
