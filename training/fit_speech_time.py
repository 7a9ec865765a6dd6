"""Fit which time of an article dates a statement, on label files, and write it as `speech_time.json`.

fit_speech_time.py LABELS DATA GUM SCORER OUT [--all]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer

from onrecord.resolve.document import Document
from onrecord.resolve.resolver import dateline_end, load_resolver
from onrecord.resolve.speech_time import Dater
from onrecord.resolve.times import Times
from training.evaluate_resolve import attributions_of, load_scorer
from training.fit_coreference import Example, accuracy, fit
from training.label_files import read_articles, read_cases


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("labels", "data", "gum", "scorer", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--all", action="store_true", help="fit on the development articles too")
    parser.add_argument("--strength", type=float, default=0.5)
    options = parser.parse_args()
    load_scorer(options.scorer)
    resolver = load_resolver()
    raw = []
    for case in read_cases(options.labels, read_articles(options.data, options.gum)):
        article, pairs, attributions = attributions_of(case)
        speakers, _ = resolver.speakers(article, attributions)
        dater = Dater(
            Times(Document(case.text), article.published, dateline_end(case.text)),
            attributions,
            [s.name for s in speakers],
        )
        place = {id(a): n for n, a in enumerate(attributions)}
        for gold, attribution in pairs:
            found = dater.options(place[id(attribution)])
            if found and not gold["excluded"]:
                raw.append(
                    (
                        [o.features for o in found],
                        [o.value.iso == gold["when"] for o in found],
                        case.development,
                        gold["when"] is None,
                    )
                )
    weights, nobody = learn(raw, options)
    (options.out / "speech_time.json").write_text(
        json.dumps({"weights": weights, "nobody": nobody}, indent=0) + "\n", encoding="utf-8"
    )


def learn(raw: list[Any], options: argparse.Namespace) -> tuple[dict[str, float], float]:
    """Fit a softmax on raw examples (features, right ones, development, none is right); print how good it is."""
    vectors = DictVectorizer(sparse=False)
    vectors.fit([f for features, *_ in raw for f in features])
    found_examples: list[Example] = [
        (vectors.transform(features), np.array(right), part) for features, right, part, _ in raw
    ]
    # a dated statement whose date is not among the options teaches nothing
    training = [
        e
        for e, (_, right, _, none) in zip(found_examples, raw, strict=True)
        if (options.all or not e[2]) and (none or any(right))
    ]
    weights, nobody = fit(training, options.strength)
    print("training", accuracy([e for e in found_examples if not e[2]], weights, nobody))
    print("development", accuracy([e for e in found_examples if e[2]], weights, nobody))
    named = {name: round(float(w), 3) for name, w in zip(vectors.get_feature_names_out(), weights, strict=True)}
    return named, round(nobody, 3)


if __name__ == "__main__":
    main()
