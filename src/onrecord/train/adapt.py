"""Refit the calibration for one ledger on what people judged in it (`onrecord adapt`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from onrecord.classify import StatementClassifier, adaptation
from onrecord.classify.adaptation import HEADS, Adaptation, Examples
from onrecord.classify.choice import issue_features
from onrecord.classify.classifier import IssueDecision, StatementReading, relevance_of
from onrecord.core.statement import Attribution, Statement
from onrecord.errors import OnRecordError
from onrecord.pipeline import reader_version
from onrecord.record import Query, Reviews, ReviewVerdict

if TYPE_CHECKING:
    from onrecord.record import Ledger, Review

BY_HAND = "by hand"  # the rule of what a person entered
LEAST = 100
"""So many judgements are needed at least."""


@dataclass(slots=True)
class _Collected:
    """Hold what is known of the judged statements, by field; each list has an entry a statement."""

    groups: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    gold: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    scores: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, group: str, gold: int, scores: Any) -> None:
        """Add a statement."""
        self.groups[name].append(group)
        self.gold[name].append(gold)
        self.scores[name].append(scores)


def adapt(ledger: Ledger, name: str) -> Adaptation:
    """Refit what gains on held-out judgements; the fields that do not stay as shipped.

    Raises:
        OnRecordError: too little was judged, or nothing gains.
    """
    reviews = Reviews(ledger).latest(1_000_000, standing=True)
    pairs = judged(ledger, reviews)
    if len(pairs) < LEAST:
        raise OnRecordError(f"{len(pairs)} judged statements; an adaptation needs {LEAST} or more, of several articles")
    examples = collect(ledger, pairs)
    made = adaptation.adapted(name, reader_version(), examples)
    if not made.figures:
        raise OnRecordError("too few judgements of any one field, or of too few articles")
    return made


def judged(ledger: Ledger, reviews: Sequence[Review]) -> dict[str, tuple[Statement, Statement]]:
    """Return what a machine read with what people made of it, by the former's id; rejected statements are left out."""
    results: dict[str, str] = {}
    original: dict[str, str] = {}
    for one in sorted(reviews, key=lambda review: review.number):
        if one.verdict is ReviewVerdict.ADD or one.statement is None:
            if one.result is not None:
                original[one.result] = ""  # made by hand, whatever becomes of it
            continue
        first = original.get(one.statement, one.statement)
        results.pop(first, None)
        if one.result is not None and first:
            results[first] = one.result
            original[one.result] = first
    return {first: (ledger.get(first), ledger.get(result)) for first, result in results.items()}


def collect(ledger: Ledger, pairs: Mapping[str, tuple[Statement, Statement]]) -> dict[str, Examples]:
    """Read the judged articles again and set the scores of each field beside what people decided."""
    codebook = ledger.codebook()
    classifier = StatementClassifier(codebook)
    found = _Collected()
    by_article: defaultdict[str, list[tuple[Statement, Statement]]] = defaultdict(list)
    for old, new in pairs.values():
        by_article[old.article.id].append((old, new))
    numbers = {issue.id: n for n, issue in enumerate(codebook.issues)} if codebook else {}
    for key, group in sorted(by_article.items()):
        read_before = _as_read(ledger, key, group)
        attributions = [_attribution(one) for one in read_before]
        speakers = [one.speaker.value for one in read_before]
        passed = classifier.read(read_before[0].article, attributions, speakers)
        decided = classifier.decide(passed)
        places = {one.id: place for place, one in enumerate(read_before)}
        evidence = _evidence(passed, len(numbers)) if numbers else None
        for old, new in group:
            place = places[old.id]
            _heads(found, classifier, key, new, passed[place])
            if old.speaker.value is not None:
                right = old.speaker.value == new.speaker.value
                found.add("speaker", key, int(right), old.speaker.confidence)
            if evidence is not None:
                _issue(found, key, new, numbers, [part[place] for part in evidence])
                _stance(found, classifier, key, new, numbers, decided[place])
    return _examples(found, classifier.model.config["calibration"])


def _as_read(ledger: Ledger, key: str, group: Sequence[tuple[Statement, Statement]]) -> list[Statement]:
    """Return the article's statements as the machine read them, in text order."""
    results = {new.id for _, new in group}
    current = [
        one for one in ledger.statements(Query(article=key)) if one.id not in results and one.form.rule != BY_HAND
    ]
    mine = {one.id: one for one in (*(old for old, _ in group), *current)}
    return sorted(mine.values(), key=lambda one: (one.content[0].span.start, one.id))


def _attribution(of: Statement) -> Attribution:
    return Attribution(source=of.source, cue=of.cue, content=of.content, form=of.form.value)


def _evidence(passed: Sequence[StatementReading], issues: int) -> tuple[Any, Any, Any]:
    """Return the evidence for each issue and for none, and the issues that were read, of an article's statements."""
    relevance = np.full((len(passed), issues), np.nan)
    for row, one in enumerate(passed):
        relevance[row, one.numbers] = relevance_of(one.reading, len(one.numbers))
    of_issues, of_none = issue_features(np.stack([one.scores for one in passed]), relevance)
    return of_issues, of_none, ~np.isnan(relevance)


def _heads(
    found: _Collected, classifier: StatementClassifier, key: str, new: Statement, passed: StatementReading
) -> None:
    for head in ("act", "commitment"):
        gold = classifier.model.classes[head].index(str(getattr(new, head).value))
        found.add(head, key, gold, passed.reading.statement[head].scores)


def _issue(found: _Collected, key: str, new: Statement, numbers: Mapping[str, int], evidence: Sequence[Any]) -> None:
    """Return the issue, where the right one was among those that were read."""
    gold = len(numbers) if new.issue.value is None else numbers.get(new.issue.value)
    if gold is not None and (gold == len(numbers) or evidence[2][gold]):
        found.add("issue", key, gold, evidence)


def _stance(
    found: _Collected, classifier: StatementClassifier, key: str, new: Statement, numbers: Mapping[str, int],
    decided: IssueDecision,
) -> None:  # fmt: skip
    """Return the stance, where the machine found the right issue."""
    if (
        decided.number is not None
        and decided.number == numbers.get(new.issue.value or "")
        and decided.stance is not None
    ):
        found.add("stance", key, classifier.model.classes["stance"].index(str(new.stance.value)), decided.stance)


def _examples(found: _Collected, calibration: Mapping[str, Any]) -> dict[str, Examples]:
    made: dict[str, Examples] = {}
    for name in ("issue", *HEADS, "speaker"):
        scores, gold, groups = found.scores[name], found.gold[name], found.groups[name]
        if not gold:
            continue
        if name == "issue":
            start = np.array([*calibration["issue"]["issue"], *calibration["issue"]["none"]])
            issues, none, read = (np.stack([one[n] for one in scores]) for n in range(3))
            made[name] = adaptation.of_issues(issues, none, read, gold, groups, start)
        elif name == "speaker":
            made[name] = adaptation.of_confidences(scores, [bool(g) for g in gold], groups)
        else:
            stacked = np.stack(scores).astype(np.float64)
            shipped = calibration[name]
            made[name] = adaptation.of_classes(stacked, gold, groups, shipped["temperature"], shipped["bias"])
    return made
