"""Refit a classifier's calibration and the last layers of its heads on what people judged in one ledger.

Every field is a log-linear model of its alternatives, score = features · parameters, whose parameters start at the
shipped calibration and are drawn to it by a Gaussian prior, so that few judgements change little:

- stance, act, commitment: a linear layer over the head's class scores, so that a class can be told by the scores of all
  (matrix scaling; Guo et al. 2017, On calibration of modern neural networks),
- issue: the weights of the evidence for each issue and for "none" (`choice.issue_features`),
- speaker: a slope and an intercept of the log odds (Platt 1999, Probabilistic outputs for support vector machines).

What a refit is worth is measured on articles that it has not seen. A field stays as shipped where its log loss does not
fall there by more than the standard error of the fall, which takes the judgements of one article as one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onrecord.classify.choice import ISSUE_FEATURES, NONE_FEATURES
from onrecord.errors import CodecError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
FOLDS = 5
MIN_JUDGEMENTS = 30  # judgements without which a field is not refitted
SCALE_SPREAD, MIXED_SPREAD, BIAS_SPREAD, WEIGHT_SPREAD = 0.25, 0.1, 0.75, 0.5  # standard deviations of the prior
BINS = 10
MOST_STEPS, TOLERANCE = 100, 1e-10
HEADS = ("stance", "act", "commitment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptation:
    """Hold a calibration refitted for one ledger.

    `base` is the version of the models whose scores it is for, `calibration` replaces entries of the classifier's,
    `confidence` has slope and intercept by field, `figures` what was measured on held-out judgements by field.
    """

    name: str
    base: str
    calibration: Mapping[str, Mapping[str, Any]]
    confidence: Mapping[str, Sequence[float]]
    figures: Mapping[str, Mapping[str, float]]

    @property
    def id(self) -> str:
        """Return eight hex digits that change with any parameter."""
        parts = json.dumps([self.base, self.calibration, self.confidence], sort_keys=True)
        return hashlib.sha256(parts.encode()).hexdigest()[:8]

    @property
    def fields(self) -> list[str]:
        """Return the fields that were refitted."""
        return [*self.calibration, *self.confidence]

    def to_json(self) -> str:
        """Encode as JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, record: str) -> Adaptation:
        """Decode a record; CodecError if it is damaged."""
        try:
            return cls(**json.loads(record))
        except (ValueError, TypeError) as error:
            raise CodecError(f"an adaptation's record is damaged: {error!r}") from error

    def sure(self, field: str, confidence: float) -> float:
        """Return a confidence of a field as it was refitted."""
        if field not in self.confidence:
            return confidence
        slope, intercept = self.confidence[field]
        return float(1 / (1 + np.exp(-(slope * log_odds(confidence) + intercept))))


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Hold the judged values of a field: features [n, alternatives, parameters], the alternatives, and the right one.

    `groups` names the article of each; `start` and `spread` are the prior's means and standard deviations.
    """

    features: Floats
    allowed: Bools
    gold: npt.NDArray[np.int64]
    groups: Sequence[str]
    start: Floats
    spread: Floats

    def take(self, rows: Bools) -> Examples:
        """Return some of the examples."""
        groups = [group for group, wanted in zip(self.groups, rows, strict=True) if wanted]
        return Examples(self.features[rows], self.allowed[rows], self.gold[rows], groups, self.start, self.spread)

    def probabilities(self, parameters: Floats) -> Floats:
        """Compute the probability of each alternative, [n, alternatives]."""
        scores = np.where(self.allowed, self.features @ parameters, -np.inf)
        raised = np.exp(scores - scores.max(1, keepdims=True))
        result: Floats = raised / raised.sum(1, keepdims=True)
        return result


def of_classes(
    scores: Floats, gold: Sequence[int], groups: Sequence[str], temperature: float, bias: Sequence[float]
) -> Examples:
    """Make examples of a head's scores [n, classes]; temperature and bias are the shipped ones."""
    count, classes = scores.shape
    square = classes * classes
    features = np.zeros((count, classes, square + classes))
    for k in range(classes):
        features[:, k, k * classes : (k + 1) * classes], features[:, k, square + k] = scores, 1.0
    own = np.eye(classes, dtype=bool).ravel()
    start = np.concatenate([own / temperature, np.array(bias)])
    spread = np.concatenate([np.where(own, SCALE_SPREAD, MIXED_SPREAD) / temperature, np.full(classes, BIAS_SPREAD)])
    return Examples(features, np.ones((count, classes), dtype=bool), np.array(gold), groups, start, spread)


def of_issues(
    issues: Floats, none: Floats, read: Bools, gold: Sequence[int], groups: Sequence[str], start: Floats
) -> Examples:  # fmt: skip
    """Make examples of the evidence for each issue and for none (`choice.issue_features`); `gold` counts none last."""
    count, number = read.shape
    features = np.zeros((count, number + 1, len(ISSUE_FEATURES) + len(NONE_FEATURES)))
    features[:, :number, : len(ISSUE_FEATURES)] = issues
    features[:, number, len(ISSUE_FEATURES) :] = none
    allowed = np.concatenate([read, np.ones((count, 1), dtype=bool)], axis=1)
    return Examples(features, allowed, np.array(gold), groups, start, np.full(len(start), WEIGHT_SPREAD))


def of_confidences(confidences: Sequence[float], right: Sequence[bool], groups: Sequence[str]) -> Examples:
    """Make examples of confidences of values that people left as they were or changed."""
    features = np.zeros((len(right), 2, 2))
    features[:, 1, 0], features[:, 1, 1] = [log_odds(c) for c in confidences], 1.0
    start, spread = np.array([1.0, 0.0]), np.array([0.5, 1.0])
    return Examples(features, np.ones((len(right), 2), dtype=bool), np.array(right, dtype=int), groups, start, spread)


def fit(examples: Examples) -> Floats:
    """Fit the parameters of the greatest posterior probability by Newton's method, with steps halved where they fail.

    The loss is convex: a log-linear model's negative log likelihood and a Gaussian prior.
    """
    parameters = examples.start
    value, slope, curve = _loss(examples, parameters)
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(curve, slope)
        if float(slope @ step) < TOLERANCE:
            break
        found = _loss(examples, parameters - step)
        while found[0] > value and np.abs(step).max() > TOLERANCE:
            step = step / 2
            found = _loss(examples, parameters - step)
        parameters, (value, slope, curve) = parameters - step, found
    return parameters


def _loss(examples: Examples, parameters: Floats) -> tuple[float, Floats, Floats]:
    """Compute the loss with its gradient and its Hessian."""
    shares = examples.probabilities(parameters)
    away = (parameters - examples.start) / examples.spread
    right = shares[np.arange(len(examples.gold)), examples.gold]
    value = float(-np.log(np.maximum(right, 1e-300)).sum() + (away**2).sum() / 2)
    expected = np.einsum("nk,nkp->np", shares, examples.features)
    chosen = examples.features[np.arange(len(examples.gold)), examples.gold]
    slope = (expected - chosen).sum(0) + away / examples.spread
    flat = examples.features.reshape(-1, len(parameters))
    curve = (flat * shares.reshape(-1, 1)).T @ flat - expected.T @ expected + np.diag(examples.spread**-2.0)
    return value, slope, curve


def held_out(examples: Examples) -> dict[str, float]:
    """Measure the shipped and the refitted parameters on articles that each fit has not seen (five folds)."""
    fold = np.array([int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS for group in examples.groups])
    before, after = examples.probabilities(examples.start), np.zeros(examples.allowed.shape)
    for number in range(FOLDS):
        unseen = fold == number
        if unseen.any():
            seen = examples.take(~unseen)
            parameters = fit(seen) if len(seen.gold) else examples.start
            after[unseen] = examples.take(unseen).probabilities(parameters)
    made: dict[str, float] = {"judged": len(examples.gold), "articles": len(set(examples.groups))}
    gain: Floats = np.zeros(len(examples.gold))
    for when, shares, sign in (("before", before, 1), ("after", after, -1)):
        right = shares.argmax(1) == examples.gold
        losses = -np.log(np.maximum(shares[np.arange(len(right)), examples.gold], 1e-12))
        gain += sign * losses
        made[f"right {when}"] = round(float(right.mean()), 4)
        made[f"log loss {when}"] = round(float(losses.mean()), 4)
        made[f"calibration error {when}"] = round(calibration_error(shares.max(1), right), 4)
    _, places = np.unique(list(examples.groups), return_inverse=True)
    away = np.bincount(places, weights=gain - gain.mean())
    made["gain"] = round(float(gain.mean()), 4)
    made["gain's error"] = round(float(np.sqrt((away**2).sum())) / len(gain), 4)
    return made


def calibration_error(sure: Floats, right: Bools) -> float:
    """Compute the expected calibration error in ten bins of equal width (Naeini et al. 2015)."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    off = (abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))
    return float(sum(off))


def adapted(name: str, base: str, found: Mapping[str, Examples]) -> Adaptation:
    """Refit the fields that have enough judgements and gain on held-out articles."""
    calibration: dict[str, Any] = {}
    confidence: dict[str, list[float]] = {}
    figures: dict[str, dict[str, float]] = {}
    for field, examples in found.items():
        if len(examples.gold) < MIN_JUDGEMENTS or len(set(examples.groups)) < FOLDS:
            continue
        figures[field] = held_out(examples)
        gains = figures[field]["gain"] > figures[field]["gain's error"]
        figures[field]["refitted"] = int(gains)
        if not gains:
            continue
        parameters = [round(float(p), 4) for p in fit(examples)]
        if field == "issue":
            split = len(ISSUE_FEATURES)
            calibration[field] = {"issue": parameters[:split], "none": parameters[split:]}
        elif field in HEADS:
            classes = examples.allowed.shape[1]
            rows = [parameters[n : n + classes] for n in range(0, classes * classes, classes)]
            calibration[field] = {"layer": rows, "bias": parameters[classes * classes :]}
        else:
            confidence[field] = parameters
    return Adaptation(name=name, base=base, calibration=calibration, confidence=confidence, figures=figures)


def log_odds(probability: float) -> float:
    """Return the log odds of a probability, clipped to what four decimals can express."""
    clipped = min(max(probability, 1e-4), 1 - 1e-4)
    return float(np.log(clipped / (1 - clipped)))
