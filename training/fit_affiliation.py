"""Fit the model of whom somebody speaks for, on label files, and write it as `affiliation.json`.

    fit_affiliation.py LABELS DATA GUM SCORER OUT [--all]

Every option that the rules propose for a speaker is an example: right where it is the labelled affiliation.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from onrecord.resolve.phrases import Phrase
from onrecord.resolve.resolver import load_resolver
from training.evaluate_resolve import attributions_of, load_scorer
from training.label_files import read_articles, read_cases

INVENTED = 0.25  # the weight of invented texts beside real news


def examples(options: argparse.Namespace, scorer: Any) -> list[dict[str, Any]]:
    """The speakers with their options: one group for each speaker and article."""
    resolver = load_resolver()
    made = []
    for case in read_cases(options.labels, read_articles(options.data, options.gum)):
        article, pairs, attributions = attributions_of(case)
        speakers, sources = resolver.speakers(article, attributions)
        of = dict(zip(map(id, attributions), speakers, strict=True))
        sides = sources.sides
        groups: dict[Any, dict[str, Any]] = {}
        for gold, attribution in pairs:
            speaker = of[id(attribution)]
            if gold["excluded"] or not scorer.near_name(gold["speaker"], speaker.name):
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
        made += [group | {"development": case.development, "invented": case.invented} for group in groups.values()]
    return made


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("labels", "data", "gum", "scorer", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--all", action="store_true", help="fit on the development articles too")
    parser.add_argument("--strength", type=float, default=0.3)
    options = parser.parse_args()
    scorer = load_scorer(options.scorer)
    groups = examples(options, scorer)
    training = [g for g in groups if options.all or not g["development"]]
    x, y, w = [], [], []
    for group in training:
        for option, features in group["options"]:
            share = sum(n for gold, n in group["gold"].items() if scorer.same_name(gold, option.name)) / sum(
                group["gold"].values()
            )
            x.append(features)
            y.append(int(share >= 0.5))
            w.append(min(4.0, sum(group["gold"].values())) ** 0.5 * (INVENTED if group["invented"] else 1.0))
    vectors = DictVectorizer()
    model = LogisticRegression(C=options.strength, max_iter=2000).fit(vectors.fit_transform(x), y, sample_weight=w)
    names = vectors.get_feature_names_out()
    weights = {name: round(float(v), 4) for name, v in zip(names, model.coef_[0], strict=True) if abs(v) > 1e-3}
    intercept = round(float(model.intercept_[0]), 4)
    training = [g for g in training if not g["invented"]]
    best = (0.0, 0.5)
    for threshold in np.arange(0.2, 0.8, 0.05):
        right = total = 0
        for group in training:
            chosen_name = choose(group, weights, intercept, threshold)
            right += sum(n for gold, n in group["gold"].items() if scorer.same_name(gold, chosen_name))
            total += sum(group["gold"].values())
        best = max(best, (right / total, float(threshold)))
    threshold = round(best[1], 2)
    for part in (False, True):
        right = total = reach = 0
        for group in groups:
            if group["development"] == part and not group["invented"]:
                final_name = choose(group, weights, intercept, threshold)
                right += sum(n for gold, n in group["gold"].items() if scorer.same_name(gold, final_name))
                reach += sum(
                    n
                    for gold, n in group["gold"].items()
                    if gold is None or any(scorer.same_name(gold, o.name) for o, _ in group["options"])
                )
                total += sum(group["gold"].values())
        print("development" if part else "training", total, f"right {right / total:.3f}, in reach {reach / total:.3f}")
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
