"""Fit the model of whom somebody speaks for, on label files, and write it as `affiliation.json`.

    fit_affiliation.py LABELS DATA SCORER OUT [--strength C]

Every option that the rules propose for a speaker is an example: right where it is the labelled affiliation.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from onrecord.resolve.phrases import Phrase
from onrecord.resolve.resolver import load_resolver
from training.evaluate_resolve import attributions_of, load_scorer
from training.label_files import FOLDS, read_cases, read_dispatches

THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
LOSS = 0.0  # share of right answers that a higher threshold may cost
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
            group | {"fold": -1 if case.invented else case.fold, "invented": case.invented} for group in groups.values()
        ]
    return made


def fit(groups: list[dict[str, Any]], scorer: Any, strength: float) -> tuple[dict[str, float], float]:
    """Fit weights and the intercept."""
    x, y, w = [], [], []
    for group in groups:
        total = sum(group["gold"].values())
        for option, features in group["options"]:
            x.append(features)
            y.append(int(_right(group, option.name, scorer) / total >= 0.5))
            w.append(min(4.0, total) ** 0.5 * (INVENTED if group["invented"] else 1.0))
    vectors = DictVectorizer()
    model = LogisticRegression(C=strength, max_iter=3000).fit(vectors.fit_transform(x), y, sample_weight=w)
    names = vectors.get_feature_names_out()
    weights = {name: round(float(v), 4) for name, v in zip(names, model.coef_[0], strict=True) if abs(v) > 1e-3}
    return weights, round(float(model.intercept_[0]), 4)


def cross_fit(groups: list[dict[str, Any]], scorer: Any, strength: float) -> dict[int, tuple[dict[str, float], float]]:
    """Fit one model for each fold of real articles, on all others."""
    return {fold: fit([g for g in groups if g["fold"] != fold], scorer, strength) for fold in range(FOLDS)}


def shares(
    groups: list[dict[str, Any]], scorer: Any, models: dict[int, tuple[dict[str, float], float]]
) -> dict[float, float]:
    """Measure each threshold: the share of statements that the models of other folds get right."""
    real = [g for g in groups if not g["invented"]]
    total = sum(sum(g["gold"].values()) for g in real)
    return {
        threshold: sum(_right(g, choose(g, *models[g["fold"]], threshold), scorer) for g in real) / total
        for threshold in THRESHOLDS
    }


def _right(group: dict[str, Any], name: str | None, scorer: Any) -> int:
    return sum(n for gold, n in group["gold"].items() if scorer.same_name(gold, name))


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("labels", "data", "scorer", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--strength", type=float, default=2.0)
    options = parser.parse_args()
    scorer = load_scorer(options.scorer)
    groups = examples(options, scorer)
    measured = shares(groups, scorer, cross_fit(groups, scorer, options.strength))
    print("right at each threshold, cross-fitted:", {t: round(share, 3) for t, share in measured.items()})
    threshold = max(t for t, share in measured.items() if share >= max(measured.values()) - LOSS)
    weights, intercept = fit(groups, scorer, options.strength)
    (options.out / "affiliation.json").write_text(
        json.dumps({"weights": dict(sorted(weights.items())), "intercept": intercept, "threshold": threshold}, indent=0)
        + "\n",
        encoding="utf-8",
    )


def choose(group: dict[str, Any], weights: dict[str, float], intercept: float, threshold: float) -> str | None:
    """The name of the likeliest option."""
    scored = [
        (intercept + sum(weights.get(k, 0.0) * v for k, v in f.items()), -o.first, o.name) for o, f in group["options"]
    ]
    if not scored:
        return None
    score, _, name = max(scored)
    return name if 1 / (1 + np.exp(-score)) >= threshold else None


if __name__ == "__main__":
    main()
