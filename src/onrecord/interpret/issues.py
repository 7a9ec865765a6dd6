"""What speaks for each issue of the codebook as the one that a content is about.

Evidence comes from three sides: the issue's terms and the rarer words of its label and proposition, found by stem; the
likeness of meaning between content and issue, by static vectors; and the text around, from the same sentence to the
title. What stands in a condition counts apart from the main clause: "visits could resume once the embargo was lifted"
is about visits. `issuechain` weighs the evidence and joins it along the article.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from onrecord.interpret.vectors import PieceVectors
from onrecord.lexicon import Codebook, Issue
from onrecord.text.tokens import REMEMBERED, Word, stem, words

Floats = npt.NDArray[np.float32]
Places = tuple[tuple[int, int], ...]
Beside = dict[tuple[int, int], tuple[Floats, Floats]]  # by the first and the last word of a run

STOP = frozenset(
    (
        "the a an of to in on at by for from with and or not be is are was were been being will would should may "
        "might can could must shall that this these those it its their his her they he she we i you my our your us me "
        "him them as into than then so if but have has had having do does did doing who which what when where why how "
        "there all any some more most other no only own same such one two three first new put go goes going went part "
        "up out over about after before between both each until unless once while because also very just even still "
        "too now yet again against under off down said say says told added get got make made take took let come came "
    ).split()
)
ANAPHOR = re.compile(
    r"^\W*(?:that |to |of |as )?(?:it|this|that|them|they|these|those|both|neither|"
    r"(?:the|his|her|their|its|this|that|these|those|such|any|all|an?|one) (?:[\w-]+ )?(?:plans?|offers?|proposals?|"
    r"ideas?|deals?|moves?|steps?|demands?|charges?|claims?|reports?|decisions?|"
    r"requests?|conditions?|questions?|matters?|suggestions?|accusations?|allegations?|words?|remarks?|statements?|calls?|drafts?|texts?|papers?|formulas?|figures?|terms|measures?|schemes?|"
    r"projects?|compromises?|initiatives?|talks?|agreements?|wording|clauses?|versions?|accounts?|answers?|notes?|letters?|points?|issues?|arrangements?|thing))\b",
    re.I,
)
KIN = 0.3  # cosine below which two words are not taken as kin


@dataclass(frozen=True, slots=True)
class Match:
    """An issue that fits, with its probability and the (start, end) of the words that point to it."""

    issue: Issue
    score: float
    places: Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What the index looks at: words of the main clause, of conditions, and around the content."""

    main: Sequence[Word]
    conditioned: Sequence[Word] = ()
    demanded: bool = False
    sentence: Sequence[Word] = ()
    before: Sequence[Word] = ()
    after: Sequence[Word] = ()
    title: Sequence[Word] = ()
    anaphoric: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for each issue, shape (issues + 1, features); the last row is "none of them"."""

    table: Floats
    places: list[set[tuple[int, int]]]


FEATURES = (
    "term", "several terms", "term in condition", "term after unless", "best term", "only issue with a term",
    "proposition words", "name words", "kin words", "likeness", "likeness of best part",
    "sentence term", "sentence likeness", "before term", "before likeness", "after term", "after likeness",
    "title term", "topic", "speaker's kin words", "speaker's likeness",
    "none: bias", "none: no term", "none: length", "none: likeness", "none: points back", "none: kin",
    "none: best words",
)  # fmt: skip
OWN = [FEATURES.index(name) for name in ("kin words", "likeness")]
SPEAKERS = [FEATURES.index(f"speaker's {name}") for name in ("kin words", "likeness")]
NO_TERM = FEATURES.index("none: no term")
OF_ISSUES = sum(not name.startswith("none: ") for name in FEATURES)
# Statements of an article form a chain; these say when the next one is likely to stay with the issue of the one before.
LINKS = (
    "follows", "same paragraph", "points back", "no term", "continues", "pronoun", "nested", "same sentence",
    "no term, same paragraph", "near", "pronoun, same paragraph", "points back, same paragraph",
)  # fmt: skip


@dataclass(slots=True)
class IssueIndex:
    """A codebook's issues, ready to be compared with passages."""

    codebook: Codebook
    vectors: PieceVectors
    _terms: list[tuple[int, tuple[str, ...], float]] = field(init=False)
    _opening: dict[str, list[int]] = field(init=False)  # which terms begin with a stem
    _words: dict[str, list[tuple[int, float, bool]]] = field(init=False)
    _parts: Floats = field(init=False)  # label, proposition and terms of all issues, and where each issue's begin
    _firsts: npt.NDArray[np.intp] = field(init=False)
    _whole: Floats = field(init=False)
    _vocabulary: Floats = field(init=False)
    _owned: list[npt.NDArray[np.intp]] = field(init=False)  # the vocabulary's rows, by issue
    _nearest: Callable[[str], Floats | None] = field(init=False)  # `_nearness`, the latest words remembered
    _actors: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._nearest = lru_cache(maxsize=REMEMBERED)(self._nearness)
        issues = self.codebook.issues
        self._actors = frozenset(_stems(self.codebook.description, names=True))
        spread = Counter(_stemmed(term) for issue in issues for term in set(issue.terms))
        self._terms = [
            (n, phrase, (1.0 + 0.35 * (len(phrase) - 1)) / spread[phrase])
            for n, issue in enumerate(issues)
            for phrase in {_stemmed(term): None for term in issue.terms}
            if phrase
        ]
        self._opening = {}
        for at, (_, phrase, _) in enumerate(self._terms):
            self._opening.setdefault(phrase[0], []).append(at)
        self._words = self._rare_words(issues)
        parts = [np.stack([self._vector(words(part)) for part in (i.label, i.proposition, *i.terms)]) for i in issues]
        self._whole = np.stack([self._unit(own[0] + own[1] + 2 * own[2:].mean(0)) for own in parts])
        self._parts = np.concatenate(parts)
        self._firsts = np.cumsum([0, *(len(own) for own in parts[:-1])])
        kept = [(n, v) for n, i in enumerate(issues) for v in self._word_vectors(i)]
        self._vocabulary = (
            np.stack([v for _, v in kept]) if kept else np.zeros((0, self.vectors.dimensions), np.float32)
        )
        owners = np.array([n for n, _ in kept], dtype=np.intp)
        self._owned = [np.flatnonzero(owners == n) for n in range(len(issues))]

    def _rare_words(self, issues: Sequence[Issue]) -> dict[str, list[tuple[int, float, bool]]]:
        common = [_stems(f"{i.label} {i.proposition}") for i in issues]
        names = [_stems(f"{i.label} {i.proposition}", names=True) for i in issues]
        spread = Counter(word for stems in common for word in stems)
        made: dict[str, list[tuple[int, float, bool]]] = {}
        for n, stems in enumerate(common):
            for word in sorted(stems):
                rarity = math.log((1 + len(issues)) / spread[word]) / math.log(1 + len(issues))
                made.setdefault(word, []).append((n, rarity, word in names[n] or word in self._actors))
        return made

    def _word_vectors(self, issue: Issue) -> list[Floats]:
        tokens = {
            w.lower
            for part in (issue.label, issue.proposition, *issue.terms)
            for w in words(part)
            if w.is_word and w.lower not in STOP and stem(w.lower) not in self._actors
        }
        return [self._unit(v) for v in (self.vectors.word(t) for t in sorted(tokens)) if v is not None]

    def _vector(self, tokens: Sequence[Word]) -> Floats:
        return self.vectors.mean(
            w.lower for w in tokens if w.is_word and w.lower not in STOP and stem(w.lower) not in self._actors
        )

    @staticmethod
    def _unit(vector: Floats) -> Floats:
        length = float(np.linalg.norm(vector))
        return vector / length if length else vector

    def hits(self, tokens: Sequence[Word]) -> tuple[Floats, Floats, list[set[tuple[int, int]]]]:
        """For each issue the summed weight of its terms, that of its best term, and where they stand."""
        stems = [stem(w.lower) for w in tokens]
        total = np.zeros((2, len(self.codebook.issues)), dtype=np.float32)
        places: list[set[tuple[int, int]]] = [set() for _ in self.codebook.issues]
        for at in sorted(at for s in self._opening.keys() & set(stems) for at in self._opening[s]):
            n, phrase, weight = self._terms[at]
            hit = _find(stems, phrase)
            if hit is not None:
                total[0, n] += weight
                total[1, n] = max(total[1, n], weight)
                places[n].update((tokens[i].start, tokens[i].end) for i in hit)
        return total[0], total[1], places

    def likeness(self, tokens: Sequence[Word]) -> Floats:
        """Cosine of the words' mean with each issue's, less the mean over the issues."""
        sims = self._whole @ self._vector(tokens)
        return np.asarray(sims - sims.mean(), dtype=np.float32)

    def beside(self, tokens: Sequence[Word], seen: Beside | None = None) -> tuple[Floats, Floats]:
        """Summed terms and likeness of a run of words beside a passage; `seen` remembers those of one text."""
        if not tokens or seen is None:
            return self.hits([w for w in tokens if w.is_word])[0], self.likeness(tokens)
        key = tokens[0].start, tokens[-1].start
        if key not in seen:
            seen[key] = self.beside(tokens)
        return seen[key]

    def evidence(self, passage: Passage, topic: Floats | None = None, seen: Beside | None = None) -> Evidence:
        """All evidence on a passage.

        `topic` is the share of the article's terms that each issue has; `seen` remembers for one article what stands
        beside its passages.
        """
        count = len(self.codebook.issues)
        main = [w for w in passage.main if w.is_word]
        term, best, places = self.hits(main)
        table = np.zeros((count + 1, len(FEATURES)), dtype=np.float32)
        prop, name = np.zeros(count, np.float32), np.zeros(count, np.float32)
        for word in {stem(w.lower): w for w in main}.items():
            for n, rarity, is_name in self._words.get(word[0], ()):
                (name if is_name else prop)[n] += rarity
                if not is_name:
                    places[n].update((w.start, w.end) for w in main if stem(w.lower) == word[0])
        vector = self._vector(main)
        parts = np.maximum.reduceat(self._parts @ vector, self._firsts)
        whole = self._whole @ vector
        kin = self._kin(main)
        around, around_likeness = self.beside(passage.sentence)
        before, before_likeness = self.beside(passage.before, seen)
        after, after_likeness = self.beside(passage.after, seen)
        title, _, _ = self.hits([w for w in passage.title if w.is_word])
        conditioned, _, _ = self.hits([w for w in passage.conditioned if w.is_word])
        none = term.max(initial=0.0) == 0 and prop.max(initial=0.0) < 0.5
        nothing = np.zeros(count, np.float32)
        columns = (
            np.log1p(term), term > 1.2, np.log1p(conditioned), np.log1p(conditioned) * passage.demanded, best,
            (term > 0) * (np.count_nonzero(term) == 1),
            np.log1p(prop), np.log1p(name), kin, whole - whole.mean(), parts - parts.mean(),
            np.log1p(around), around_likeness, np.log1p(before), before_likeness,
            np.log1p(after), after_likeness,
            np.log1p(title), topic if topic is not None else nothing,
            nothing, nothing,  # what the speaker's other statements are about: see `compare`
        )  # fmt: skip
        for n, column in enumerate(columns):
            table[:count, n] = column
        table[count, OF_ISSUES:] = (
            1.0, float(none), min(len(main), 40) / 20, float(whole.max(initial=0.0)),
            float(passage.anaphoric), float(kin.max(initial=0.0)), float(prop.max(initial=0.0)),
        )  # fmt: skip
        return Evidence(table, places)

    def _kin(self, tokens: Sequence[Word]) -> Floats:
        """How near the words come, one by one, to words of each issue; what is near to all counts for none."""
        count = len(self.codebook.issues)
        total = np.zeros(count, dtype=np.float32)
        lowers = {w.lower for w in tokens if w.lower not in STOP and stem(w.lower) not in self._actors}
        rows = [row for row in map(self._nearest, sorted(lowers)) if row is not None]
        if not rows or not len(self._vocabulary):
            return total
        by_issue = np.stack(rows)
        clear = np.clip(by_issue - KIN, 0, None)
        clear -= clear.mean(1, keepdims=True)
        return np.asarray(clear.sum(0) / math.sqrt(len(rows)), dtype=np.float32)

    def _nearness(self, word: str) -> Floats | None:
        """The cosine of one word with the nearest word of each issue, None where it has no vector."""
        vector = self.vectors.word(word)
        if vector is None:
            return None
        near = self._vocabulary @ self._unit(vector)
        return np.array([near[own].max() if len(own) else -1.0 for own in self._owned], dtype=np.float32)

    def topic(self, tokens: Sequence[Word]) -> Floats:
        """The share that each issue has of all term hits in an article's words."""
        counts = Counter(stem(w.lower) for w in tokens if w.is_word)
        total = np.zeros(len(self.codebook.issues), dtype=np.float32)
        for n, phrase, weight in self._terms:
            total[n] += weight * min(counts[s] for s in phrase)
        return total / total.sum() if total.sum() else total


def compare(evidence: Sequence[Evidence], speakers: Sequence[str | None]) -> None:
    """Fill in what the other statements of the same speaker are about, on average, for the statements of an article."""
    of: dict[str, list[int]] = {}
    for n, speaker in enumerate(speakers):
        if speaker is not None:
            of.setdefault(speaker, []).append(n)
    for group in (numbers for numbers in of.values() if len(numbers) > 1):
        own = np.stack([evidence[n].table[:-1, OWN] for n in group])
        others = (own.sum(0) - own) / (len(group) - 1)
        for n, row in zip(group, others, strict=True):
            evidence[n].table[:-1, SPEAKERS] = row


def points_back(content: str) -> bool:
    """Whether a content only refers to what was spoken of before."""
    return ANAPHOR.match(content) is not None


def _stemmed(term: str) -> tuple[str, ...]:
    return tuple(stem(w.lower) for w in words(term) if w.is_word)


def _stems(text: str, names: bool = False) -> set[str]:
    """The stems of a text's telling words; with `names`, of those that are capitalised inside a sentence."""
    kept = [w for w in words(text) if w.is_word and w.lower not in STOP and len(w.lower) > 2]
    return {
        stem(w.lower)
        for w in kept
        if not names or (w.is_name and w.start > 0 and text[max(0, w.start - 2) : w.start] not in (". ", ".\n"))
    }


def _find(stems: Sequence[str], phrase: tuple[str, ...]) -> list[int] | None:
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
