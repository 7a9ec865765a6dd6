"""Fit the probabilities of speakers and affiliations on label files, and write them into `calibration.json`.

    fit_calibration.py LABELS DATA SCORER OUT

Every article is resolved by models of coreference and affiliation that were fitted without its fold, so that the
probabilities are not those of articles the models have seen. Those of times stay.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from onrecord.resolve import affiliation, coreference
from onrecord.resolve.calibration import features
from onrecord.resolve.resolver import load_resolver
from training import fit_affiliation, fit_coreference
from training.evaluate_resolve import attributions_of, compare, load_scorer
from training.label_files import FOLDS, read_cases

T = TypeVar("T")
ROWS = {"speaker": "speaker lenient", "affiliation": "affiliation"}
Example = tuple[dict[str, float], bool, int]


def examples(options: argparse.Namespace) -> dict[str, list[Example]]:
    """(features, right, fold) of each value, by field."""
    scorer, resolver = load_scorer(options.scorer), load_resolver()
    sides = fit_affiliation.cross_fit(fit_affiliation.examples(options, scorer), scorer, options.strength)
    found = fit_coreference.examples(options, scorer)
    people = {kind: fit_coreference.cross_fit(rows, options.shrinkage) for kind, rows in found.items()}
    made: dict[str, list[Example]] = {field: [] for field in ROWS}
    for case in read_cases(options.labels, options.data):
        fold = case.fold
        vars(affiliation)["model"] = partial(_constant, sides[fold])
        vars(coreference)["weights"] = partial(_of_kind, {kind: models[fold] for kind, models in people.items()})
        article, pairs, attributions = attributions_of(case)
        raw = resolver.resolve(article, attributions, calibrated=False)
        by_id = dict(zip(map(id, attributions), raw, strict=True))
        for gold, attribution in pairs:
            one = by_id[id(attribution)]
            pred = {"speaker": one.speaker.value, "affiliation": one.affiliation.value, "when": None}
            right = compare(scorer, gold, pred | {"chain": list(one.chain.value)})
            for field, row in ROWS.items():
                judgement = getattr(one, field)
                made[field].append((features(judgement.rule, judgement.confidence), right[row], fold))
    return made


def _constant(value: T) -> T:
    return value


def _of_kind(models: dict[str, Any], kind: str) -> tuple[tuple[float, ...], float]:
    weights, nobody = models[kind]
    return tuple(weights), float(nobody)


def calibration_error(p: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> float:
    """Compute the expected calibration error over ten bins."""
    bins = np.clip((p * 10).astype(int), 0, 9)
    return float(
        sum(abs(p[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist()))
    )


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("labels", "data", "scorer", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--strength", type=float, default=0.7, help="of the models of affiliation")
    parser.add_argument("--shrinkage", type=float, default=0.3, help="of the models of coreference")
    options = parser.parse_args()
    path = options.out / "calibration.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    for field, found in examples(options).items():
        right = np.array([good for _, good, _ in found], dtype=float)
        p = np.zeros(len(found))
        for fold in range(FOLDS):
            vectors, model = fit([e for e in found if e[2] != fold])
            held = [n for n, e in enumerate(found) if e[2] == fold]
            p[held] = model.predict_proba(vectors.transform([found[n][0] for n in held]))[:, 1]
        print(f"{field}: cross-fitted calibration error {calibration_error(p, right):.3f}, right {right.mean():.3f}")
        vectors, model = fit(found)
        stored[field] = {
            "intercept": round(float(model.intercept_[0]), 4),
            **{n: round(float(w), 4) for n, w in zip(vectors.get_feature_names_out(), model.coef_[0], strict=True)},
        }
    path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def fit(found: list[Example]) -> tuple[DictVectorizer, LogisticRegression]:
    """Fit a logistic model of whether a value is right."""
    vectors = DictVectorizer(sparse=False)
    x = vectors.fit_transform([f for f, *_ in found])
    return vectors, LogisticRegression(C=1.0, max_iter=2000).fit(x, [right for _, right, _ in found])


if __name__ == "__main__":
    main()
