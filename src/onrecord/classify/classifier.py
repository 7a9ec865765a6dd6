"""Judge act, issue, stance, commitment and condition of every attribution of an article.

The codebook is narrowed to a few candidates (`candidates`); the encoder reads the statement beside each of them
(`model`); calibrated probabilities decide which one it speaks to, if any (`calibration` in the model's config).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from onrecord.classify.adaptation import Adaptation
from onrecord.classify.candidates import CandidateIndex, Surroundings, is_linked
from onrecord.classify.choice import issue_probabilities, least_risk, symmetric
from onrecord.classify.endings import side_towards_ended
from onrecord.classify.inputs import CONTENT, CUE, ROLES, Encoded, Passage, Pieces, quoted_mask
from onrecord.classify.model import ClassifierModel, Reading, load_classifier, softmax, spans_of
from onrecord.classify.negation import negate
from onrecord.core.span import Evidence
from onrecord.core.statement import Act, Article, Attribution, Commitment, Judgement, Stance
from onrecord.lexicon.codebook import Codebook
from onrecord.text.sentences import sentences
from onrecord.text.tokens import Word, between, words
from onrecord.text.vectors import PieceVectors, bundled_vectors

T = TypeVar("T", Act, Commitment, Stance)
Floats = npt.NDArray[np.float64]
AnyFloats = npt.NDArray[np.float32] | npt.NDArray[np.float64]
BEFORE = 350  # characters of text before a statement that the narrowing looks at
WORDS_SHOWN = 3
ON, OFF = 1, 0
NO_ISSUE = "model: speaks to no issue of the codebook"
UNSURE = "model: either side is likely, so none is taken"
ENDED = "names the end of what the issue is about, which turns the side"
ENDED_CONFIDENCE = 0.9  # on labelled real news it was right ten times of ten
EVEN = re.compile(r"\beven\b", re.IGNORECASE)  # what holds in any case has no condition: "even if it rains"
CONDITION_WORDS = 2  # a shorter span is not taken for a condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """Hold the judgements on one attribution."""

    act: Judgement[Act]
    issue: Judgement[str | None]
    stance: Judgement[Stance]
    commitment: Judgement[Commitment]
    condition: Judgement[tuple[Evidence, ...]]


class Classifier(Protocol):
    """Define what classifies attributions; other packages may provide one (`onrecord.classifiers`)."""

    def classify(
        self, article: Article, attributions: Sequence[Attribution], speakers: Sequence[str | None]
    ) -> Sequence[Classification]:
        """Classify an article's attributions, in their order; `speakers` has the speaker of each, None for unknown."""
        ...


@dataclass(frozen=True, slots=True)
class StatementReading:
    """Hold the network's reading of one statement, its candidate issues and the selection scores of all issues."""

    reading: Reading
    numbers: list[int]  # of the issues that it was read beside; of the first of them beside the negations, too
    scores: Floats
    cue: Sequence[Word] = ()
    content: Sequence[Word] = ()
    of_clauses: Mapping[int, Floats] = field(default_factory=dict)  # stance scores of the clause that names an issue


@dataclass(frozen=True, slots=True)
class IssueDecision:
    """Hold a statement's issue (number in the codebook, None: none), its probability, and the stance scores."""

    number: int | None
    probability: float
    place: int = 0  # among the issues that were read
    stance: Floats | None = None


@dataclass(slots=True)
class StatementClassifier:
    """Classify the meaning of statements; without a codebook issue and stance are unknown."""

    codebook: Codebook | None = None
    model: ClassifierModel = field(default_factory=load_classifier)
    vectors: PieceVectors = field(default_factory=bundled_vectors)
    adaptation: Adaptation | None = None
    _index: CandidateIndex | None = field(init=False)
    _pairs: list[tuple[str, str]] = field(init=False)  # each issue's proposition and its negation

    _calibration: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        changed = self.adaptation.calibration if self.adaptation is not None else {}
        shipped = self.model.config["calibration"]
        self._calibration = {name: {**values, **changed.get(name, {})} for name, values in shipped.items()}
        issues = self.codebook.issues if self.codebook else ()
        self._pairs = [(issue.proposition, negate(issue.proposition)) for issue in issues]
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
            speakers: the speaker of each, None if unknown.
        """
        read = self.read(article, attributions, speakers)
        return [self._judged(article, passed, decided) for passed, decided in zip(read, self.decide(read), strict=True)]

    def read(
        self, article: Article, attributions: Sequence[Attribution], speakers: Sequence[str | None]
    ) -> list[StatementReading]:  # fmt: skip
        """Run the network on an article's attributions, each beside the issues that are likeliest."""
        text = article.text.content
        tokens, bounds, title = words(text), sentences(text), words(article.title or "")
        quoted = quoted_mask(text)
        read = []
        for attribution, speaker in zip(attributions, speakers, strict=True):
            passage = Passage(*(_spans(getattr(attribution, part)) for part in ("source", "cue", "content")))
            around = surroundings(text, passage, tokens, bounds, title)
            cue = [word for a, b in passage.cue for word in between(tokens, a, b)]
            passed = self._read(self.model.statement(text, passage, quoted), speaker, article.title, around, cue)
            of_clauses = {}
            for number, clause in self._own_clauses(passed):
                pieces = self.model.statement(text, replace(passage, content=_clipped(passage.content, clause)), quoted)
                reading = self.model.read(pieces, speaker, article.title, self._pairs[number])
                of_clauses[number] = stances_of(reading, 1)[0]
            read.append(replace(passed, of_clauses=of_clauses))
        return read

    def _own_clauses(self, passed: StatementReading) -> list[tuple[int, tuple[int, int]]]:
        """Find the issues that have a clause of their own in a content which names several, each with its clause."""
        if self._index is None or len(passed.numbers) < 2:
            return []
        found = ((number, self._index.own_clause(passed.content, number)) for number in passed.numbers)
        return [(number, clause) for number, clause in found if clause is not None]

    def _read(
        self, statement: Pieces, speaker: str | None, title: str | None, around: Surroundings, cue: Sequence[Word]
    ) -> StatementReading:
        """Read a statement beside the likeliest issues; those far below the best, or without a link, are left out."""
        if self._index is None or self.codebook is None:
            return StatementReading(self.model.read(statement, speaker, title, []), [], np.zeros(0))
        settings = self.model.config["candidates"]
        features = self._index.features(around)
        scores = features @ np.array(settings["weights"], dtype=np.float32)
        order = sorted(range(len(scores)), key=lambda n: (-float(scores[n]), n))[: settings["most"]]
        near = [n for n in order if scores[n] >= scores[order[0]] - settings["margin"] and is_linked(features[n])]
        propositions = [self._pairs[n][0] for n in near] + [self._pairs[n][1] for n in near[: settings["negated"]]]
        reading = self.model.read(statement, speaker, title, propositions)
        return StatementReading(reading, near, scores.astype(np.float64), cue, around.content)

    def decide(self, read: Sequence[StatementReading]) -> list[IssueDecision]:
        """Choose the issue of every statement, then the stance beside it."""
        if self._index is None or self.codebook is None or not read:
            return [IssueDecision(None, 1.0)] * len(read)
        relevance = np.full((len(read), len(self.codebook.issues)), np.nan)
        for row, passed in enumerate(read):
            relevance[row, passed.numbers] = relevance_of(passed.reading, len(passed.numbers))
        scores = np.stack([passed.scores for passed in read])
        decided = []
        for passed, shares in zip(
            read, issue_probabilities(scores, relevance, self._calibration["issue"]), strict=True
        ):
            number = int(shares.argmax())
            if number == len(self.codebook.issues):
                decided.append(IssueDecision(None, float(shares[number])))
                continue
            place = passed.numbers.index(number)
            stance = stances_of(passed.reading, len(passed.numbers))[place]
            if number in passed.of_clauses:
                stance = (stance + passed.of_clauses[number]) / 2
            decided.append(IssueDecision(number, float(shares[number]), place, stance))
        return decided

    # ------------------------------------------------------------ judgements

    def _judged(self, article: Article, passed: StatementReading, decided: IssueDecision) -> Classification:
        reading = passed.reading
        acts, commitment = reading.statement["act"], reading.statement["commitment"]
        act = self._verdict(article, reading, "act", acts.scores, acts.shares, Act)
        issue, stance = self._issue_and_stance(article, passed, decided, act.value)
        return Classification(
            act=act,
            issue=issue,
            stance=stance,
            commitment=self._verdict(article, reading, "commitment", commitment.scores, commitment.shares, Commitment),
            condition=self._condition(article, reading),
        )

    def _issue_and_stance(
        self, article: Article, passed: StatementReading, decided: IssueDecision, act: Act
    ) -> tuple[Judgement[str | None], Judgement[Stance]]:
        if decided.number is None or self.codebook is None or decided.stance is None:
            rule = "no codebook was given" if self.codebook is None else NO_ISSUE
            sure = decided.probability
            return (
                Judgement(value=None, rule=rule, confidence=sure),
                Judgement(value=Stance.NONE, rule=rule, confidence=sure),
            )
        reading, issue = passed.reading, self.codebook.issues[decided.number]
        beside = reading.propositions[decided.place]
        shown = _evidence_of(article, reading.encoded, beside["relevance"].shares, ON)
        stance = self._verdict(article, reading, "stance", decided.stance, beside["stance"].shares, Stance)
        side = side_towards_ended(passed.content, act, issue, passed.cue)
        if side is not None and (stance.rule == UNSURE or {stance.value, side} == {Stance.SUPPORT, Stance.OPPOSE}):
            stance = replace(stance, value=side, rule=ENDED, confidence=ENDED_CONFIDENCE)
        sure = stance_confidence(decided.probability, stance.confidence, self._calibration["stance"])
        return (
            Judgement(value=issue.id, rule=_reason(shown), confidence=decided.probability, evidence=shown),
            replace(stance, confidence=sure),
        )

    def _verdict(
        self, article: Article, reading: Reading, head: str, scores: AnyFloats, shares: AnyFloats, kind: type[T]
    ) -> Judgement[T]:
        probabilities = calibrated(scores, self._calibration[head])
        best = least_risk(probabilities, self._calibration[head].get("flipped", 1.0))
        shown = _evidence_of(article, reading.encoded, shares, best)
        value = kind(self.model.classes[head][best])
        rule = _reason(shown) if probabilities[best] == probabilities.max() else UNSURE
        return Judgement(value=value, rule=rule, confidence=float(probabilities[best]), evidence=shown)

    def _condition(self, article: Article, reading: Reading) -> Judgement[tuple[Evidence, ...]]:
        threshold = self._calibration["condition"]["threshold"]
        logits = reading.condition
        chosen = [
            n for n, f in enumerate(reading.encoded.features) if f % ROLES == CONTENT and float(logits[n]) >= threshold
        ]
        text = article.text.content
        spans = [_whole_words(text, a, b) for a, b in spans_of(reading.encoded, _closed(chosen))]
        cited = tuple(
            article.text.cite(a, b)
            for a, b in spans
            if len(re.findall(r"\w+", text[a:b])) >= CONDITION_WORDS
            and not EVEN.search(text, max(0, a - len("even ")), a + len("even "))
        )
        sure = [float(1 / (1 + np.exp(-logits[n]))) for n in chosen]
        if not cited:
            content = [float(x) for x, f in zip(logits, reading.encoded.features, strict=False) if f % ROLES == CONTENT]
            most = max(content, default=-9.0)
            return Judgement(value=(), rule="no condition is set", confidence=float(1 / (1 + np.exp(min(most, 9.0)))))
        return Judgement(
            value=cited, rule="condition of the main clause", confidence=float(np.mean(sure)), evidence=cited
        )


def calibrated(scores: AnyFloats, settings: Mapping[str, Any]) -> Floats:
    """Turn a head's scores into probabilities: by a last layer where one was refitted, else by a temperature."""
    raw = scores.astype(np.float64)
    scaled = np.array(settings["layer"]) @ raw if "layer" in settings else raw / settings["temperature"]
    result: Floats = softmax(scaled + np.array(settings["bias"])).astype(np.float64)
    return result


def stance_confidence(issue: float, stance: float, settings: Mapping[str, Any]) -> float:
    """Compute the probability that a stance is right from that of its issue and that of the stance on this issue.

    On a wrong issue the stance is right less often, by a factor that was fitted (`wrong_issue`).
    """
    return stance * (issue + (1 - issue) * float(settings["wrong_issue"]))


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


def _clipped(spans: Sequence[tuple[int, int]], to: tuple[int, int]) -> list[tuple[int, int]]:
    """Cut spans to a range."""
    cut = ((max(a, to[0]), min(b, to[1])) for a, b in spans)
    return [(a, b) for a, b in cut if a < b]


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


def _evidence_of(article: Article, encoded: Encoded, shares: AnyFloats, best: int) -> tuple[Evidence, ...]:
    """Cite the words of cue and content that speak most for a class, against the mean of all classes of its head."""
    weight = shares[:, best] - shares.mean(1)
    totals: dict[tuple[int, int], float] = {}
    text = article.text.content
    for n, added in enumerate(weight):
        a, b = encoded.spans[n]
        if encoded.features[n] % ROLES in (CUE, CONTENT) and b > a and text[a].isalnum():
            word = _whole_words(text, a, b)
            totals[word] = totals.get(word, 0.0) + float(added)
    best_words = sorted((w for w in totals if totals[w] > 0), key=lambda w: (-round(totals[w], 4), w))[:WORDS_SHOWN]
    return tuple(article.text.cite(a, b) for a, b in best_words)


def relevance_of(reading: Reading, issues: int) -> Floats:
    """Compute the log odds of speaking to each issue: the mean beside its proposition and, if read, its negation.

    `reading` is beside the propositions of this many issues, then beside the negations of the first of them.
    """
    odds = np.array([p["relevance"].scores[ON] - p["relevance"].scores[OFF] for p in reading.propositions], dtype=float)
    result, negated = odds[:issues], odds[issues:]
    result[: len(negated)] = (result[: len(negated)] + negated) / 2
    return result


def stances_of(reading: Reading, issues: int) -> Floats:
    """Join the stance scores beside each issue's proposition and, if read, its negation, [issues, stances]."""
    scores = np.array([p["stance"].scores for p in reading.propositions], dtype=float)
    result, negated = scores[:issues], scores[issues:]
    result[: len(negated)] = symmetric(result[: len(negated)], negated)
    return result


def _reason(shown: Sequence[Evidence]) -> str:
    """Name the words that moved a verdict."""
    return "model: " + (", ".join(f"“{one.quote}”" for one in shown) or "the statement as a whole")
