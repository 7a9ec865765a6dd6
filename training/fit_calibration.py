"""Fit the probabilities of speakers, affiliations and times on label files, and write them as `calibration.json`.

fit_calibration.py LABELS DATA GUM SCORER OUT [--all]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from onrecord.resolve.calibration import features
from onrecord.resolve.resolver import load_resolver
from training.evaluate_resolve import attributions_of, compare, load_scorer
from training.label_files import read_articles, read_cases

ROWS = {"speaker": "speaker lenient", "affiliation": "affiliation", "when": "when"}
Example = tuple[dict[str, float], bool, bool]


def examples(options: argparse.Namespace) -> dict[str, list[Example]]:
    """(features, right, in the development part) of each value, by field."""
    scorer, resolver = load_scorer(options.scorer), load_resolver()
    made: dict[str, list[Example]] = {field: [] for field in ROWS}
    for case in read_cases(options.labels, read_articles(options.data, options.gum)):
        if case.invented:
            continue
        article, pairs, attributions = attributions_of(case)
        raw = resolver.resolve(article, attributions, calibrated=False)
        found = dict(zip(map(id, attributions), raw, strict=True))
        for gold, attribution in pairs:
            if gold["excluded"]:
                continue
            one = found[id(attribution)]
            when = str(one.when.value) if one.when.value else None
            pred = {"speaker": one.speaker.value, "affiliation": one.affiliation.value, "when": when}
            right = compare(scorer, gold, pred | {"chain": list(one.chain.value)})
            for field, row in ROWS.items():
                judgement = getattr(one, field)
                made[field].append((features(judgement.rule, judgement.confidence), right[row], case.development))
    return made


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("labels", "data", "gum", "scorer", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--all", action="store_true", help="fit on the training articles too")
    options = parser.parse_args()
    stored = {}
    for field, found in examples(options).items():
        vectors = DictVectorizer(sparse=False)
        part = [e for e in found if options.all or not e[2]]
        x, y = vectors.fit_transform([f for f, *_ in part]), np.array([right for _, right, _ in part])
        model = LogisticRegression(C=1.0, max_iter=2000).fit(x, y)
        held = [e for e in found if e[2]]
        p = model.predict_proba(vectors.transform([f for f, *_ in held]))[:, 1]
        good = np.array([right for _, right, _ in held], dtype=float)
        bins = np.clip((p * 10).astype(int), 0, 9)
        error = sum(abs(p[bins == b].mean() - good[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist()))
        print(f"{field}: calibration error on development {error:.3f}, mean {p.mean():.3f}, right {good.mean():.3f}")
        stored[field] = {
            "intercept": round(float(model.intercept_[0]), 4),
            **{n: round(float(w), 4) for n, w in zip(vectors.get_feature_names_out(), model.coef_[0], strict=True)},
        }
    (options.out / "calibration.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
