"""Recognize typed names in a text: persons, organisations, places, groups and other things.

A linear model over hashed features of the words in and around capitalised words (after Ratinov & Roth 2009,
whose non-local features are used: what the same word is beside elsewhere in the article), decoded by Viterbi. Its
weights are fitted by `training/fit_names.py`.
"""

from __future__ import annotations

import io
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from onrecord.resolve.document import Document
from onrecord.resolve.vocabulary import Vocabulary, data_file, load_vocabulary

KINDS = ("person", "organisation", "place", "group", "other")
LABELS = ("O", *(f"{mark}-{kind}" for kind in KINDS for mark in "BI"))
BUCKETS = 1 << 16
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Name:
    """Hold a typed name: the tokens `[first, last)`, and a log-odds score for each kind."""

    first: int
    last: int
    start: int
    end: int
    kind: str
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CandidateSpan:
    """Hold tokens `[first, last)` that may contain names: capitalised words and the small words between them."""

    first: int
    last: int


def candidate_spans(document: Document, vocabulary: Vocabulary) -> list[CandidateSpan]:
    """Return the candidate spans of an article; none crosses the end of a sentence or paragraph."""
    links = vocabulary.words["link"]
    tokens, found, i = document.tokens, [], 0
    while i < len(tokens):
        if not tokens[i].capital:
            i += 1
            continue
        j = i + 1
        while (
            j < len(tokens) and tokens[j].sentence == tokens[i].sentence and tokens[j].paragraph == tokens[i].paragraph
        ):
            if (
                tokens[j].capital
                or (tokens[j].text.isdigit() and tokens[j - 1].capital)
                or (
                    tokens[j].text in ("'", "’")
                    and tokens[j].start == tokens[j - 1].end
                    and j + 1 < len(tokens)
                    and tokens[j + 1].capital
                    and tokens[j + 1].start > tokens[j].end
                )
            ):
                j += 1
            elif tokens[j].text == "&" or tokens[j].lower in links:
                k = j
                while k < len(tokens) and k - j < 3 and (tokens[k].lower in links or tokens[k].text == "&"):
                    k += 1
                if k < len(tokens) and tokens[k].capital and tokens[k].sentence == tokens[i].sentence:
                    j = k + 1
                else:
                    break
            else:
                break
        found.append(CandidateSpan(i, j))
        i = j
    return found


class Features:
    """Compute hashed features of the tokens in candidate spans, for one article."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self.document, self.vocabulary = document, vocabulary
        tokens = document.tokens
        self._lowercase = {t.lower for t in tokens if t.text[0].islower()}
        self._beside: dict[str, Counter[str]] = defaultdict(Counter)
        heads, genders = vocabulary.words["body-head"], vocabulary.genders
        for i, token in enumerate(tokens):
            if not token.capital:
                continue
            before = tokens[i - 1] if i and tokens[i - 1].sentence == token.sentence else None
            after = tokens[i + 1] if i + 1 < len(tokens) and tokens[i + 1].sentence == token.sentence else None
            if before is not None:
                if before.lower in vocabulary.words["title"]:
                    self._beside[token.lower]["title"] += 1
                elif before.capital and before.lower in genders and before.sentence == token.sentence:
                    self._beside[token.lower]["first"] += 1
                elif before.lower in vocabulary.words["locative"]:
                    self._beside[token.lower]["in"] += 1
                elif before.lower == "the":
                    self._beside[token.lower]["the"] += 1
            if after is not None and after.capital and after.lower in heads:
                self._beside[token.lower]["head"] += 1
            if after is not None and after.text == "'s":
                self._beside[token.lower]["owns"] += 1

    def of_span(self, span: CandidateSpan) -> list[list[int]]:
        """Return the hashed features of each token of a span."""
        tokens, words = self.document.tokens, self.vocabulary.words
        inside = tokens[span.first : span.last]
        actor = self._gazetteer(span)
        last, first = inside[-1].lower, inside[0].lower
        opens = span.first == 0 or tokens[span.first - 1].sentence != tokens[span.first].sentence
        heads = [n for n, t in enumerate(inside) if t.lower in words["body-head"]]
        made = []
        for n, token in enumerate(inside):
            i = span.first + n
            around = [self._at(i + k, token.sentence) for k in (-2, -1, 1, 2)]
            low = token.lower
            shape = _shape(token.text)
            beside: Counter[str] = self._beside.get(low, Counter())
            place = "after" if any(h > n for h in heads) else "here" if n in heads else "before" if heads else ""
            classes = [self._class(low), self._class(around[1]), self._class(around[2])]
            names = [
                f"w={low}", f"s={shape}", f"3={low[-3:]}", f"p={low[:3]}", f"b={around[1]}", f"b2={around[0]}",
                f"a={around[2]}", f"a2={around[3]}", f"bw={around[1]}|{low}", f"wa={low}|{around[2]}",
                f"ba={around[1]}|{around[2]}", f"g={actor[n]}", f"n={min(n, 3)}/{min(len(inside), 5)}",
                f"l={last}", f"f={first}", f"o={opens and n == 0}/{low in self._lowercase}",
                f"sn={shape}/{min(len(inside), 4)}/{n == len(inside) - 1}",
                f"c={'/'.join(classes)}", f"cb={classes[1]}", f"ca={classes[2]}",
                f"h={'head ' + place if place else '-'}", f"cl={self._class(last)}/{min(len(inside) - n, 3)}",
            ]  # fmt: skip
            names += [f"d={key}" for key in beside]
            if beside.get("first") or beside.get("title"):
                names.append(f"dp={shape}/{min(len(inside), 3)}")
            made.append([zlib.crc32(name.encode("utf-8", "surrogatepass")) % BUCKETS for name in names])
        return made

    def _at(self, i: int, sentence: int) -> str:
        tokens = self.document.tokens
        return tokens[i].lower if 0 <= i < len(tokens) and tokens[i].sentence == sentence else "|"

    def _class(self, low: str) -> str:
        words = self.vocabulary.words
        if low in words["title"]:
            return "title"
        if low in self.vocabulary.genders:
            return "first"
        if self.vocabulary.is_role(low):
            return "role"
        for name in ("body-head", "outlet-head", "thing-head", "particle", "calendar", "not-a-name"):
            if low in words[name]:
                return name
        return "-" if low[:1].isalpha() else low[:1]

    def _gazetteer(self, span: CandidateSpan) -> list[str]:
        tokens = self.document.tokens[span.first : span.last]
        marks = ["-"] * len(tokens)
        n = 0
        while n < len(tokens):
            for width in (5, 4, 3, 2, 1):
                key = " ".join(t.lower for t in tokens[n : n + width]).casefold()
                actor = self.vocabulary.actors.get(key) if n + width <= len(tokens) else None
                if actor is not None and tokens[n].capital:
                    marks[n : n + width] = [
                        f"{actor.kind}/{actor.how}/{k > 0}/{len(tokens) > width}" for k in range(width)
                    ]
                    n += width - 1
                    break
            n += 1
        return marks


def _shape(text: str) -> str:
    if text.isupper():
        return "X" if len(text) == 1 else "X." if "." in text else "XX" if len(text) < 6 else "XXX"
    if text[0].isupper():
        return "Xx" if text[1:].islower() else "XxX"
    return "d" if text[0].isdigit() else "x"


class NameTagger:
    """Recognize the names of an article."""

    def __init__(self, weights: Floats, steps: Floats, vocabulary: Vocabulary) -> None:
        self._weights, self._steps, self._vocabulary = weights, steps, vocabulary

    def names(self, document: Document) -> list[Name]:
        """Return the names, in text order."""
        features = Features(document, self._vocabulary)
        found: list[Name] = []
        for span in candidate_spans(document, self._vocabulary):
            scores = np.array([self._weights[row].sum(0) for row in features.of_span(span)], dtype=np.float32)
            found += self._of_span(document, span, scores)
        return found

    def _of_span(self, document: Document, span: CandidateSpan, scores: Floats) -> list[Name]:
        labels = viterbi(scores, self._steps)
        made, start = [], -1
        for n, label in enumerate([*labels, 0]):
            if start >= 0 and (label == 0 or label % 2 == 1):
                made.append(self._name(document, span, scores, start, n, labels[start]))
                start = -1
            if label and start < 0:
                start = n
        return made

    def _name(self, document: Document, span: CandidateSpan, scores: Floats, start: int, stop: int, label: int) -> Name:
        tokens = document.tokens
        kinds = [
            float(sum(max(scores[n, 1 + 2 * k], scores[n, 2 + 2 * k]) for n in range(start, stop)))
            for k in range(len(KINDS))
        ]
        first, last = span.first + start, span.first + stop
        return Name(first, last, tokens[first].start, tokens[last - 1].end, KINDS[(label - 1) // 2], tuple(kinds))


def viterbi(scores: Floats, steps: Floats) -> list[int]:
    """Find the best labels of a span; `steps` [labels + 1, labels] are transition costs (last row: from the start)."""
    best = scores[0] + steps[-1]
    back = []
    for row in scores[1:]:
        through = best[:, None] + steps[:-1]
        back.append(through.argmax(0))
        best = through.max(0) + row
    path = [int(best.argmax())]
    for choice in reversed(back):
        path.append(int(choice[path[-1]]))
    return path[::-1]


def legal_steps() -> Floats:
    """Return transition costs where only the scheme forbids: I follows B or I of its kind."""
    steps = np.zeros((len(LABELS) + 1, len(LABELS)), dtype=np.float32)
    for j, label in enumerate(LABELS):
        if label.startswith("I-"):
            for i in range(len(LABELS) + 1):
                if i not in (j, j - 1):
                    steps[i, j] = -1e4
    return steps


@cache
def load_name_tagger() -> NameTagger:
    """Load the bundled tagger."""
    stored = np.load(io.BytesIO(data_file("names.npz")))
    weights = stored["weights"].astype(np.float32) * stored["scale"].astype(np.float32)
    return NameTagger(weights, legal_steps(), load_vocabulary())
