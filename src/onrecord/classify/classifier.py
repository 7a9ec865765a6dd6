"""Judge act, issue, stance, commitment and condition of every attribution of an article.

The codebook is narrowed to a few candidates (`candidates`); the encoder reads the statement beside each of them
(`model`); calibrated probabilities decide which one it speaks to, if any (`calibration` in the model's config).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from onrecord.classify.candidates import CandidateIndex, Surroundings
from onrecord.classify.inputs import CONTENT, CUE, ROLES, Encoded, Passage, quoted_mask
from onrecord.classify.model import ClassifierModel, Reading, Verdict, load_classifier, softmax, spans_of
from onrecord.core.span import Evidence
from onrecord.core.statement import Act, Article, Attribution, Commitment, Judgement, Stance
from onrecord.lexicon.codebook import Codebook
from onrecord.models.vectors import PieceVectors, bundled_vectors
from onrecord.text.sentences import sentences
from onrecord.text.tokens import Word, between, words

T = TypeVar("T", Act, Commitment, Stance)
BEFORE = 350  # characters of text before a statement that the narrowing looks at
WORDS_SHOWN = 3
ON, OFF = 1, 0
NO_ISSUE = "model: speaks to no issue of the codebook"
CONDITION_WORDS = 2  # a shorter condition is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """The judgements on one attribution."""

    act: Judgement[Act]
    issue: Judgement[str | None]
    stance: Judgement[Stance]
    commitment: Judgement[Commitment]
    condition: Judgement[tuple[Evidence, ...]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """The issue that a statement speaks to: number in the codebook (None: to none), verdicts and probability."""

    number: int | None
    verdicts: dict[str, Verdict]
    probability: float


@dataclass(slots=True)
class StatementClassifier:
    """Reads what is meant; without a codebook issue and stance are unknown."""

    codebook: Codebook | None = None
    model: ClassifierModel = field(default_factory=load_classifier)
    vectors: PieceVectors = field(default_factory=bundled_vectors)
    _index: CandidateIndex | None = field(init=False)

    def __post_init__(self) -> None:
        self._index = CandidateIndex(self.codebook, self.vectors) if self.codebook and self.codebook.issues else None

    def classify(
        self,
        article: Article,
        attributions: Sequence[Attribution],
        speakers: Sequence[str | None],
    ) -> list[Classification]:
        """Classify an article's attributions, in their order.

        Args:
            article: the article.
            attributions: its attributions.
            speakers: the speaker of each, None where unknown.
        """
        text = article.text.content
        tokens, bounds, title = words(text), sentences(text), words(article.title or "")
        quoted = quoted_mask(text)
        made = []
        for attribution, speaker in zip(attributions, speakers, strict=True):
            passage = Passage(*(_spans(getattr(attribution, part)) for part in ("source", "cue", "content")))
            statement = self.model.statement(text, passage, quoted)
            scores = self._narrowed(text, passage, tokens, bounds, title)
            numbers = self._near(scores)
            issues = self.codebook.issues if self.codebook else ()
            reading = self.model.read(statement, speaker, [issues[n].proposition for n in numbers])
            best = self._best(reading, numbers, scores)
            made.append(self._judged(article, best, reading))
        return made

    # ------------------------------------------------------------ issue

    def _narrowed(
        self,
        text: str,
        passage: Passage,
        tokens: Sequence[Word],
        bounds: Sequence[tuple[int, int]],
        title: Sequence[Word],
    ) -> npt.NDArray[np.float32] | None:
        if self._index is None:
            return None
        around = surroundings(text, passage, tokens, bounds, title)
        weights = np.array(self.model.config["candidates"]["weights"], dtype=np.float32)
        result: npt.NDArray[np.float32] = self._index.features(around) @ weights
        return result

    def _near(self, scores: npt.NDArray[np.float32] | None) -> list[int]:
        """Choose the likeliest issues; those far behind the first are not read."""
        if scores is None or not len(scores):
            return []
        settings = self.model.config["candidates"]
        order = sorted(range(len(scores)), key=lambda n: (-float(scores[n]), n))[: settings["most"]]
        return [n for n in order if scores[n] >= scores[order[0]] - settings["margin"]]

    def _best(
        self, reading: Reading, numbers: Sequence[int], scores: npt.NDArray[np.float32] | None
    ) -> Candidate | None:
        if not numbers or scores is None:
            return None
        calibration = self.model.config["calibration"]["issue"]
        weighed = []
        for number, verdicts in zip(numbers, reading.propositions, strict=True):
            on, off = verdicts["relevance"].scores[ON], verdicts["relevance"].scores[OFF]
            weighed.append(calibration["relevance"] * (on - off) + calibration["candidate"] * scores[number])
        shares = softmax(np.array([*weighed, calibration["none"]], dtype=np.float32))
        best = int(shares.argmax())
        if best == len(numbers):
            return Candidate(None, {}, float(shares[best]))
        return Candidate(numbers[best], reading.propositions[best], float(shares[best]))

    # ------------------------------------------------------------ judgements

    def _judged(self, article: Article, best: Candidate | None, reading: Reading) -> Classification:
        stance: Judgement[Stance]
        if best is not None and best.number is not None:
            stance = self._verdict(article, reading, "stance", best.verdicts["stance"], Stance)
        else:
            stance = Judgement(value=Stance.NONE, rule=NO_ISSUE, confidence=best.probability if best else 1.0)
        return Classification(
            act=self._verdict(article, reading, "act", reading.statement["act"], Act),
            issue=self._issue(article, reading, best),
            stance=stance,
            commitment=self._verdict(article, reading, "commitment", reading.statement["commitment"], Commitment),
            condition=self._condition(article, reading),
        )

    def _issue(self, article: Article, reading: Reading, best: Candidate | None) -> Judgement[str | None]:
        if self.codebook is None or best is None:
            return Judgement(value=None, rule="no codebook was given", confidence=1.0)
        if best.number is None:
            return Judgement(value=None, rule=NO_ISSUE, confidence=best.probability)
        shown = _telling(article, reading.encoded, best.verdicts["relevance"], ON)
        value = self.codebook.issues[best.number].id
        return Judgement(value=value, rule=_reason(shown), confidence=best.probability, evidence=shown)

    def _verdict(self, article: Article, reading: Reading, head: str, verdict: Verdict, kind: type[T]) -> Judgement[T]:
        temperature = self.model.config["calibration"][head]["temperature"]
        shares = softmax(verdict.scores / np.float32(temperature))
        best = int(shares.argmax())
        shown = _telling(article, reading.encoded, verdict, best)
        value = kind(self.model.classes[head][best])
        return Judgement(value=value, rule=_reason(shown), confidence=float(shares[best]), evidence=shown)

    def _condition(self, article: Article, reading: Reading) -> Judgement[tuple[Evidence, ...]]:
        threshold = self.model.config["calibration"]["condition"]["threshold"]
        logits = reading.condition
        chosen = [
            n for n, f in enumerate(reading.encoded.features) if f % ROLES == CONTENT and float(logits[n]) >= threshold
        ]
        text = article.text.content
        spans = [_whole_words(text, a, b) for a, b in spans_of(reading.encoded, _closed(chosen))]
        cited = tuple(
            article.text.cite(a, b) for a, b in spans if len(re.findall(r"\w+", text[a:b])) >= CONDITION_WORDS
        )
        sure = [float(1 / (1 + np.exp(-logits[n]))) for n in chosen]
        if not cited:
            content = [float(x) for x, f in zip(logits, reading.encoded.features, strict=False) if f % ROLES == CONTENT]
            most = max(content, default=-9.0)
            return Judgement(value=(), rule="no condition is set", confidence=float(1 / (1 + np.exp(min(most, 9.0)))))
        return Judgement(
            value=cited, rule="condition of the main clause", confidence=float(np.mean(sure)), evidence=cited
        )


def surroundings(
    text: str, passage: Passage, tokens: Sequence[Word], bounds: Sequence[tuple[int, int]], title: Sequence[Word]
) -> Surroundings:
    """Collect the tokens that the narrowing compares with the codebook."""
    spans = [*passage.source, *passage.cue, *passage.content]
    low, high = min(a for a, _ in spans), max(b for _, b in spans)
    inside = [(a, b) for a, b in bounds if a < high and b > low]
    begin, end = min([low, *(a for a, _ in inside)]), max([high, *(b for _, b in inside)])
    content = [w for a, b in passage.content for w in between(tokens, a, b)]
    return Surroundings(content, between(tokens, begin, end), between(tokens, max(0, begin - BEFORE), begin), title)


def _spans(parts: Sequence[Evidence]) -> list[tuple[int, int]]:
    return [(part.span.start, part.span.end) for part in parts]


def _closed(chosen: list[int]) -> list[int]:
    """Close gaps of one piece."""
    here = set(chosen)
    return sorted(here | {n + 1 for n in here if n + 2 in here})


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    while end > start and text[end - 1] in " ,;:.":
        end -= 1
    while start < end and text[start] in " ,;:.":
        start += 1
    return start, end


def _telling(article: Article, encoded: Encoded, verdict: Verdict, best: int) -> tuple[Evidence, ...]:
    """Cite the words of cue and content that speak most for a class, against the mean of all classes of its head."""
    weight = verdict.shares[:, best] - verdict.shares.mean(1)
    totals: dict[tuple[int, int], float] = {}
    text = article.text.content
    for n, added in enumerate(weight):
        a, b = encoded.spans[n]
        if encoded.features[n] % ROLES in (CUE, CONTENT) and b > a and text[a].isalnum():
            word = _whole_words(text, a, b)
            totals[word] = totals.get(word, 0.0) + float(added)
    best_words = sorted((w for w in totals if totals[w] > 0), key=lambda w: (-round(totals[w], 4), w))[:WORDS_SHOWN]
    return tuple(article.text.cite(a, b) for a, b in best_words)


def _reason(shown: Sequence[Evidence]) -> str:
    """Name the words that moved a verdict."""
    return "model: " + (", ".join(f"“{one.quote}”" for one in shown) or "the statement as a whole")
