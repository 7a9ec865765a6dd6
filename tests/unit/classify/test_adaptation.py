"""Refitting a calibration: what it finds, what it leaves alone, and on what its figures rest."""

from __future__ import annotations

import numpy as np
import pytest

from onrecord.classify.adaptation import Adaptation, adapted, fit, held_out, of_classes, of_confidences, of_issues
from onrecord.classify.classifier import calibrated
from onrecord.errors import CodecError, ModelError
from onrecord.pipeline import adapted_version


def scored(count, shift, seed=0, groups=40):
    """Scores of three classes, and right ones drawn from them with the last one likelier by `shift`."""
    draw = np.random.default_rng(seed)
    scores = draw.normal(0, 1.5, (count, 3))
    shares = np.exp(scores + np.array([0, 0, shift]))
    shares /= shares.sum(1, keepdims=True)
    gold = [int(draw.choice(3, p=row)) for row in shares]
    return scores, gold, [f"article {n % groups}" for n in range(count)]


def test_a_systematic_error_is_learned_and_counts_on_unseen_articles():
    """Claim: where one class is chosen too seldom, the refit says so, and does better on articles it has not seen."""
    scores, gold, groups = scored(600, shift=2.0)
    made = adapted("one", "base", {"stance": of_classes(scores, gold, groups, 1.0, [0] * 3)})
    bias = made.calibration["stance"]["bias"]
    assert bias[2] - (bias[0] + bias[1]) / 2 == pytest.approx(2.0, abs=0.5)
    figures = made.figures["stance"]
    assert figures["log loss after"] < figures["log loss before"] - 0.1
    assert figures["right after"] > figures["right before"]
    assert figures["calibration error after"] < figures["calibration error before"]


def test_a_class_is_told_by_the_scores_of_the_others():
    """Claim: where a high score of one class speaks for another, the refitted layer says so, and gains by it."""
    draw = np.random.default_rng(4)
    scores = draw.normal(0, 1.5, (800, 3))
    shares = np.exp(scores + np.outer(scores[:, 2], [1.0, 0, 0]))
    gold = [int(draw.choice(3, p=row / row.sum())) for row in shares]
    made = adapted(
        "one", "base", {"stance": of_classes(scores, gold, [f"a{n % 40}" for n in range(800)], 1.0, [0] * 3)}
    )
    layer = made.calibration["stance"]["layer"]
    assert layer[0][2] > layer[1][2] + 0.3
    assert made.figures["stance"]["right after"] > made.figures["stance"]["right before"]
    before, after = (
        calibrated(scores[0], {"temperature": 1.0, "bias": [0, 0, 0], **c}) for c in ({}, made.calibration["stance"])
    )
    assert (after[0] - before[0]) * scores[0, 2] > 0


def test_a_field_that_does_not_gain_stays_as_shipped():
    """Claim: scores that are calibrated already are not refitted, and the figures say so."""
    made = adapted("one", "base", {"stance": of_classes(*scored(80, shift=0.0, seed=1), 1.0, [0] * 3)})
    assert made.fields == []
    assert made.figures["stance"]["refitted"] == 0


def test_the_held_out_figures_are_split_by_article():
    """Claim: what can only be known from the same article gains nothing."""
    draw = np.random.default_rng(2)
    scores = np.repeat(draw.normal(0, 0.1, (10, 3)), 20, axis=0)
    gold = [n // 20 % 3 for n in range(200)]
    figures = held_out(of_classes(scores, gold, [f"a{n // 20}" for n in range(200)], 1.0, [0] * 3))
    assert figures["articles"] == 10
    assert figures["right after"] < 0.5


def test_few_judgements_change_little():
    """Claim: ten judgements that all say the same leave the parameters near the shipped ones."""
    few = of_classes(np.zeros((10, 3)), [2] * 10, ["a"] * 10, 1.1, [0] * 3)
    assert np.abs(fit(few) - few.start).max() < 1.5
    assert adapted("one", "base", {"stance": few}).figures == {}


def test_issues_that_were_not_read_are_never_chosen():
    """Claim: none is learned to be likelier, and an alternative that was not read keeps probability 0."""
    draw = np.random.default_rng(3)
    evidence = draw.normal(0, 1, (120, 2, 5))
    read = np.tile([True, False], (120, 1))
    gold = [2] * 100 + [0] * 20
    start = np.array([1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
    examples = of_issues(evidence, np.tile([1.0, 0.0], (120, 1)), read, gold, [f"a{n % 30}" for n in range(120)], start)
    parameters = fit(examples)
    shares = examples.probabilities(parameters)
    assert (shares[:, 1] == 0).all()
    assert shares[:, 2].mean() > examples.probabilities(start)[:, 2].mean()


def test_confidences_are_scaled():
    """Claim: a field whose values at 0.9 are right half of the time is told with about 0.5."""
    right = [n % 2 == 0 for n in range(200)]
    examples = of_confidences([0.9] * 200, right, [f"a{n % 20}" for n in range(200)])
    made = adapted("one", "base", {"speaker": examples})
    assert made.sure("speaker", 0.9) == pytest.approx(0.5, abs=0.05)
    assert made.sure("affiliation", 0.9) == 0.9


def test_an_adaptation_is_of_one_version_of_the_models():
    """Claim: it comes back from its record as it was, and is refused by other models."""
    made = Adaptation(name="one", base="onrecord 1 data x", calibration={}, confidence={}, figures={})
    assert Adaptation.from_json(made.to_json()) == made
    assert adapted_version(made, "onrecord 1 data x").endswith(f"adapted one {made.id}")
    with pytest.raises(ModelError, match="run `onrecord adapt` again"):
        adapted_version(made, "onrecord 1 data y")
    with pytest.raises(CodecError):
        Adaptation.from_json("{}")
