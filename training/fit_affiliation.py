"""Fit the model of whom somebody speaks for, on label files, and write it as `affiliation.json`.

    fit_affiliation.py LABELS DATA SCORER OUT [--strength C]

Every speaker of an article is an example: a softmax over "none" and the options that the rules propose.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.feature_extraction import DictVectorizer

from onrecord.resolve.affiliation_features import AffiliationOption
from onrecord.resolve.phrases import Phrase
from onrecord.resolve.resolver import load_resolver
from training.evaluate_resolve import attributions_of, load_scorer
from training.label_files import FOLDS, read_cases, read_dispatches

SEEN = 3  # speakers: a feature of fewer has no weight
INVENTED = 0.25  # the weight of invented texts beside real news


def examples(options: argparse.Namespace, scorer: Any) -> list[dict[str, Any]]:
    """The speakers with their options: one group for each speaker and article."""
    resolver = load_resolver()
    made = []
    for case in chain(read_cases(options.labels, options.data), read_dispatches()):
        article, pairs, attributions = attributions_of(case)
        speakers, sources = resolver.speakers(article, attributions)
        of = dict(zip(map(id, attributions), speakers, strict=True))
        sides = sources.sides
        groups: dict[Any, dict[str, Any]] = {}
        for gold, attribution in pairs:
            speaker = of[id(attribution)]
            if not scorer.near_name(gold["speaker"], speaker.name):
                continue
            entity = speaker.entity
            if entity is not None and entity.kind == "person":
                group = groups.setdefault(
                    id(entity), {"options": sides.options(sides.phrases_of(entity), entity), "gold": Counter()}
                )
            elif not speaker.entities and speaker.rule == "unnamed, as printed" and len(attribution.source) == 1:
                first = sources.document.index(attribution.source[0].span.start)
                last = sources.document.index(attribution.source[0].span.end - 1) + 1
                phrase = Phrase(first, sources._core_end(first, last), "source")
                group = groups.setdefault(speaker.name, {"options": sides.options([phrase], None), "gold": Counter()})
            else:
                continue
            group["gold"][gold["affiliation"]] += 1
        made += [
            group | {"fold": -1 if case.invented else case.fold, "invented": case.invented, "part": case.part}
            for group in groups.values()
        ]
    return made


def fit(groups: list[dict[str, Any]], scorer: Any, strength: float) -> dict[str, float]:
    """Fit weights of features by maximum likelihood with an L2 penalty."""
    seen = Counter(name for group in groups for name in {name for _, f in group["options"] for name in f})
    rows: list[dict[str, float]] = []
    starts, shares, weights = [], [], []
    for group in groups:
        total = sum(group["gold"].values())
        share = [_right(group, _name(option), scorer) / total for option, _ in group["options"]]
        if not any(share):  # nobody proposes what is right
            continue
        starts.append(len(rows))
        rows += [{k: v for k, v in features.items() if seen[k] >= SEEN} for _, features in group["options"]]
        shares += share
        weights.append(min(4.0, total) ** 0.5 * (INVENTED if group["invented"] else 1.0))
    vectors = DictVectorizer()
    x = vectors.fit_transform(rows)
    begin = np.array(starts)
    of = np.repeat(np.arange(len(begin)), np.diff([*starts, len(rows)]))
    right, weight = np.array(shares), np.array(weights)

    def loss(parameters: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = x @ parameters
        scores -= np.maximum.reduceat(scores, begin)[of]
        logs = scores - np.log(np.add.reduceat(np.exp(scores), begin))[of]
        wanted = weight[of] * right
        mass = np.add.reduceat(wanted, begin)[of]
        value = -float(wanted @ logs) + 0.5 / strength * float(parameters @ parameters)
        return value, x.T @ (mass * np.exp(logs) - wanted) + parameters / strength

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    names = vectors.get_feature_names_out()
    return {name: round(float(v), 3) for name, v in zip(names, found, strict=True) if abs(v) > 1e-3}


def cross_fit(groups: list[dict[str, Any]], scorer: Any, strength: float) -> dict[int, dict[str, float]]:
    """Fit one model for each fold of real articles, on all others."""
    return {fold: fit([g for g in groups if g["fold"] != fold], scorer, strength) for fold in range(FOLDS)}


def share_right(groups: list[dict[str, Any]], scorer: Any, models: dict[int, dict[str, float]]) -> float:
    """Measure the share of statements that the models of other folds get right."""
    real = [g for g in groups if not g["invented"]]
    total = sum(sum(g["gold"].values()) for g in real)
    return sum(_right(g, choose(g, models[g["fold"]]), scorer) for g in real) / total


def choose(group: dict[str, Any], weights: dict[str, float]) -> str | None:
    """The name of the likeliest option, None where none is."""
    return _name(max(group["options"], key=lambda one: sum(weights.get(k, 0.0) * v for k, v in one[1].items()))[0])


def _name(option: AffiliationOption | None) -> str | None:
    return option.name if option is not None else None


def _right(group: dict[str, Any], name: str | None, scorer: Any) -> int:
    return sum(n for gold, n in group["gold"].items() if scorer.same_name(gold, name))


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("labels", "data", "scorer", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--strength", type=float, default=0.7)
    options = parser.parse_args()
    scorer = load_scorer(options.scorer)
    groups = examples(options, scorer)
    for part in ("polnear", "whole", ""):
        some = [g for g in groups if part in g["part"] or g["invented"]]
        print(part or "all", f"{share_right(some, scorer, cross_fit(groups, scorer, options.strength)):.3f}")
    weights = fit(groups, scorer, options.strength)
    (options.out / "affiliation.json").write_text(
        json.dumps(dict(sorted(weights.items())), indent=0) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
