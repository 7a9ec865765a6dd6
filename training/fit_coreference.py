"""Fit whom pronouns and descriptions mean, on label files, and write it as `coreference.json`.

    fit_coreference.py LABELS DATA SCORER OUT [--strength S]

An example is a source that is a pronoun or a definite description; its candidates are right where their name is the
labelled speaker's. The model is a softmax over the candidates and nobody.
"""

from __future__ import annotations

import argparse
import json
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from onrecord.resolve.coreference import FEATURES
from onrecord.resolve.resolver import load_resolver
from training.evaluate_resolve import attributions_of, load_scorer
from training.label_files import FOLDS, read_cases, read_dispatches

Example = tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], int]


def examples(options: argparse.Namespace, scorer: Any) -> dict[str, list[Example]]:
    """(features of the candidates, which are right, the fold or -1 of an invented text) by kind."""
    resolver = load_resolver()
    made: dict[str, list[Example]] = {"pronoun": [], "description": []}
    for case in chain(read_cases(options.labels, options.data), read_dispatches()):
        article, pairs, attributions = attributions_of(case)
        _, sources = resolver.speakers(article, attributions)
        for gold, attribution in pairs:
            for piece in attribution.source[:1]:
                traced = sources.trace.get(piece.span.start)
                if traced is None or not traced[1]:
                    continue
                kind, found = traced
                x = np.array([c.features for c in found])
                right = np.array([scorer.near_name(gold["speaker"], c.entity.name) for c in found])
                made[kind].append((x, right, -1 if case.invented else case.fold))
    return made


def fit(found: list[Example], strength: float) -> tuple[npt.NDArray[np.float64], float]:
    """Weights and the bias of nobody, by maximum likelihood with an L2 penalty."""

    def loss(parameters: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights, nobody = parameters[:-1], parameters[-1]
        total = strength * float(weights @ weights)
        gradient = np.append(2 * strength * weights, 0.0)
        for x, right, _ in found:
            scores = np.append(x @ weights, nobody)
            good = np.append(right, not right.any())
            p = np.exp(scores - scores.max())
            p /= p.sum()
            q = np.where(good, p, 0.0)
            share = max(q.sum(), 1e-12)
            total -= float(np.log(share))
            change = p - q / share
            gradient[:-1] += x.T @ change[:-1]
            gradient[-1] += change[-1]
        return total, gradient

    result = minimize(loss, np.zeros(found[0][0].shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 150})
    return result.x[:-1], float(result.x[-1])


def accuracy(found: list[Example], weights: npt.NDArray[np.float64], nobody: float) -> str:
    """How often the choice is right, and how often a chosen person is wrong."""
    good = wrong = 0
    for x, right, _ in found:
        scores = x @ weights
        n = int(scores.argmax())
        if scores[n] < nobody:
            good += not right.any()
        else:
            good += bool(right[n])
            wrong += not right[n]
    return f"{len(found)}: right {good / max(1, len(found)):.3f}, a wrong person {wrong / max(1, len(found)):.3f}"


def cross_fit(found: list[Example], strength: float) -> dict[int, tuple[npt.NDArray[np.float64], float]]:
    """Fit one model for each fold of real articles, on all others."""
    return {fold: fit([e for e in found if e[2] != fold], strength) for fold in range(FOLDS)}


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("labels", "data", "scorer", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--strength", type=float, default=0.3)
    options = parser.parse_args()
    stored = {}
    for kind, found in examples(options, load_scorer(options.scorer)).items():
        for fold, model in cross_fit(found, options.strength).items():
            print(kind, "fold", fold, accuracy([e for e in found if e[2] == fold], *model))
        weights, nobody = fit(found, options.strength)
        named = {name: round(float(w), 3) for name, w in zip(FEATURES, weights, strict=True)}
        stored[kind] = {"weights": named, "nobody": round(nobody, 3)}
        print(named, nobody)
    (options.out / "coreference.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
