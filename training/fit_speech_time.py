"""Fit which time of an article dates a statement, on label files, and write it as `speech_time.json`.

Two models, the second over the answers of the first for the statements around.

fit_speech_time.py LABELS DATA SCORER OUT [--all]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer

from onrecord.resolve.document import Document
from onrecord.resolve.resolver import dateline_end, load_resolver
from onrecord.resolve.speech_time import Model, SpeechTimeResolver, answer
from onrecord.resolve.times import Times
from training.evaluate_resolve import attributions_of, load_scorer
from training.fit_coreference import Example, fit
from training.label_files import read_cases

FOLDS = 5
STRONGER = 2.0  # the second model has features that say the same thing
Labelled = tuple[SpeechTimeResolver, list[str | bool | None], bool]  # a label of False: none; the development part
Row = tuple[list[dict[str, float]], list[bool], bool]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("labels", "data", "scorer", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--all", action="store_true", help="fit on the development articles too")
    parser.add_argument("--strength", type=float, default=2.0)
    options = parser.parse_args()
    load_scorer(options.scorer)
    resolver = load_resolver()
    daters: list[tuple[SpeechTimeResolver, list[str | bool | None], bool]] = []
    for case in read_cases(options.labels, options.data):
        article, pairs, attributions = attributions_of(case)
        speakers, _ = resolver.speakers(article, attributions)
        times = Times(Document(case.text), article.published, dateline_end(case.text))
        place = {id(a): n for n, a in enumerate(attributions)}
        labels: list[str | bool | None] = [False] * len(attributions)
        for gold, attribution in pairs:
            labels[place[id(attribution)]] = gold["when"]
        daters.append((SpeechTimeResolver(times, attributions, [s.name for s in speakers]), labels, case.development))
    first, second = learn(daters, options)
    stored = {name: {"weights": model[0], "nobody": model[1]} for name, model in (("first", first), ("second", second))}
    (options.out / "speech_time.json").write_text(json.dumps(stored, indent=0) + "\n", encoding="utf-8")


def learn(daters: Sequence[Labelled], options: argparse.Namespace) -> tuple[Model, Model]:
    """Fit both models; the second learns from answers that the first gives to articles it was not fitted on."""
    used = [one for one in daters if options.all or not one[2]]
    first = learn_one([e for one in used for e in rows(one, first=True)], options.strength)
    report(first, daters, "first", first_look=True)
    for fold in range(FOLDS):
        others = [one for n, one in enumerate(used) if n % FOLDS != fold]
        model = learn_one([e for one in others for e in rows(one, first=True)], options.strength)
        for one in used[fold::FOLDS]:
            one[0].look(model)
    for dater, _, development in daters:
        if development and not options.all:
            dater.look(first)
    second = learn_one([e for one in used for e in rows(one, first=False)], STRONGER * options.strength)
    report(second, daters, "second", first_look=False)
    return first, second


def rows(one: Labelled, *, first: bool) -> list[Row]:
    """The statements of an article that have options and a label: features, which are right."""
    dater, labels, _ = one
    made = []
    for n, label in enumerate(labels):
        found = dater.every_option()[n] if first else dater.second_look(n)
        if label is not False and found:
            made.append(([o.features for o in found], [o.value.iso == label for o in found], label is None))
    return made


def learn_one(found: Sequence[Row], strength: float) -> Model:
    """Fit a softmax; a dated statement whose date is not among the options teaches nothing."""
    vectors = DictVectorizer(sparse=False)
    vectors.fit([f for features, *_ in found for f in features])
    training: list[Example] = [
        (vectors.transform(features), np.array(right), False) for features, right, none in found if none or any(right)
    ]
    weights, nobody = fit(training, strength)
    named = {name: round(float(w), 3) for name, w in zip(vectors.get_feature_names_out(), weights, strict=True)}
    return named, round(nobody, 3)


def report(model: Model, daters: Sequence[Labelled], name: str, *, first_look: bool) -> None:
    """Print how often a model is right, on the training and on the development articles."""
    for part in (False, True):
        good = total = 0
        for one in daters:
            dater, labels, development = one
            for n, label in enumerate(labels):
                if label is False or development != part:
                    continue
                found = dater.every_option()[n] if first_look else dater.second_look(n)
                dates, none = answer(found, model)
                best = max(dates, key=lambda iso: dates[iso], default=None)
                good += label == (best if best is not None and dates[best] >= none else None)
                total += 1
        print(name, "development" if part else "training", f"{total}: right {good / max(1, total):.3f}")


if __name__ == "__main__":
    main()
