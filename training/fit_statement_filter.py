"""Fit the statement filter to a tagger: which candidates are statements, by articles labelled by hand.

    python -m training.fit_statement_filter DATA [--labels FOLDER] [--model FOLDER] [--out FILE]

DATA holds the texts (`polnear/train.jsonl`, `wikinews/articles.jsonl`, `gum/*.conllu`), the labels only offsets. A
candidate is positive where it is aligned with a labelled statement (IoU of contents at least 0.3). Attributions that
only PolNeAR counts, whose scope is wider than the guide's, are left out. Weights are those of a penalised logistic
regression; calibration and thresholds come from cross-fitting by article, so that no article judges itself: Platt's
line on the articles labelled whole, the threshold of outer candidates the mean of those that are best for them, for
PolNeAR's own statements and for PolNeAR's articles by the guide. Development articles, and dispatches that the tagger
was not trained on, are held out and measured once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_array

from onrecord.extract import FILTER, bundled_model, load_tagger_extractor
from onrecord.extract.assemble import normalize
from onrecord.extract.reporting_clause import BY_FORM
from onrecord.extract.statement_features import Features, describe
from onrecord.extract.statement_filter import FORMAT, StatementFilter
from onrecord.extract.verbless import RULE as VERBLESS
from onrecord.train.statement_scores import pair_up
from training.classifier.data import is_development, load_texts
from training.split import dispute, load_split

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
LEAST = 4  # candidates that must show a feature
PENALTY = 5.0  # half the weight of a squared weight, against the sum of log losses
POLNEAR, UNLISTED = 0.5, 0.3  # weights of a PolNeAR candidate, and of an inner one that nobody may have looked for
INVENTED = 0.15  # weight of a candidate of an invented dispatch
DISPATCHES, REAL = "dispatches", frozenset(("wikinews", "gum"))
FOLDS = 6
WHOLE, LISTED, GUIDE = "labelled whole", "PolNeAR", "PolNeAR by the guide"  # views: which statements count
FREE = 0.01  # of F1: what keeping more nested reports may cost
THRESHOLDS = np.arange(0.1, 0.8, 0.025)


@dataclass(slots=True)
class Candidate:
    """A candidate with what the labels say of it."""

    article: str
    whole: bool | None  # whether its article is labelled whole; None for an invented one
    features: Features
    statement: bool  # by the guide
    listed: bool  # among the statements that its article's figure counts
    weight: float


def read_labels(folder: Path, texts: Mapping[str, str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Read the first reading of each article, with its text; ValueError where the text is another one."""
    for path in sorted(folder.glob("*.json")):
        if path.name.endswith(".second.json"):
            continue
        article = json.loads(path.read_text(encoding="utf-8"))
        text = texts[article["id"]]
        if hashlib.sha256(text.encode()).hexdigest() != article["sha256"]:
            raise ValueError(f"{article['id']}: the text is not the one that was labelled")
        yield article, text


def read_dispatches(folder: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Read the invented dispatches that the tagger was trained on; they are labelled whole, inner reports too."""
    known = set(load_split()["components"]["tagger"]["trained_on"])
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if dispute(path.stem) in known:
            yield case | {"corpus": DISPATCHES}, case["text"]


def candidates_of(article: Mapping[str, Any], text: str, extractor: Any) -> list[Candidate]:
    """Find the candidates of a labelled article and align them with its statements."""
    items = normalize(text, extractor.candidates(text))
    whole = article["corpus"] in REAL
    invented = article["corpus"] == DISPATCHES
    gold = article["statements"]
    spans = [{role: getattr(item, role) for role in ("source", "cue", "content")} for item in items]
    aligned = {found: gold[wanted] for wanted, found in pair_up(text, gold, spans)}
    made = []
    for number, (item, features) in enumerate(zip(items, describe(text, items), strict=True)):
        label = aligned.get(number)
        wider = label is not None and bool(label.get("none"))
        if not item.rule.startswith((VERBLESS, BY_FORM)):
            inner = label is None and "inside" in features
            if invented:
                made.append(Candidate(article["id"], None, features, label is not None, False, INVENTED))
                continue
            weight = 1.0 if whole else 0.0 if wider else UNLISTED if inner else POLNEAR
            listed = label is not None and (whole or label["attribution"] is not None)
            made.append(Candidate(article["id"], whole, features, label is not None and not wider, listed, weight))
    return made


@dataclass(frozen=True, slots=True)
class Columns:
    """Features as columns of a table; those seen too rarely are left out."""

    index: Mapping[str, int]

    @classmethod
    def of(cls, rows: Sequence[Features]) -> Columns:
        """Choose the features that enough rows show."""
        counts = Counter(name for row in rows for name in row)
        return cls({name: n for n, name in enumerate(sorted(name for name, count in counts.items() if count >= LEAST))})

    def table(self, rows: Sequence[Features]) -> csr_array:
        """Fill a table, shape (rows, features)."""
        cells = [
            (n, self.index[name], value)
            for n, row in enumerate(rows)
            for name, value in row.items()
            if name in self.index
        ]
        where, column, value = zip(*cells, strict=True)
        return csr_array((value, (where, column)), shape=(len(rows), len(self.index)))


def fit_logistic(table: csr_array, truth: Floats, weights: Floats, penalty: float) -> Floats:
    """Fit a logistic regression with a squared penalty on all weights; returns one weight per column."""

    def loss(beta: Floats) -> tuple[float, Floats]:
        scores = table @ beta
        value = float((weights * (np.logaddexp(0, scores) - truth * scores)).sum() + penalty / 2 * beta @ beta)
        slope = table.T @ (weights * (1 / (1 + np.exp(-scores)) - truth)) + penalty * beta
        return value, slope

    found = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 1000})
    return np.asarray(found.x)


def cross_fit(candidates: Sequence[Candidate]) -> Floats:
    """Score each candidate by a regression that was fitted without its article's fold."""
    fold = np.array([hashlib.sha256(c.article.encode()).digest()[0] % FOLDS for c in candidates])
    scores = np.zeros(len(candidates))
    for number in range(FOLDS):
        kept = [c for c, f in zip(candidates, fold, strict=True) if f != number]
        held = [c.features for c, f in zip(candidates, fold, strict=True) if f == number]
        columns = Columns.of([c.features for c in kept])
        scores[fold == number] = columns.table(held) @ _fit(columns, kept)
    return scores


def _fit(columns: Columns, candidates: Sequence[Candidate]) -> Floats:
    truth = np.array([float(c.statement) for c in candidates])
    weights = np.array([c.weight for c in candidates])
    return fit_logistic(columns.table([c.features for c in candidates]), truth, weights, PENALTY)


@dataclass(slots=True)
class Part:
    """Labelled articles: their candidates, how many statements each view of them counts, and a hash of the labels."""

    candidates: list[Candidate] = field(default_factory=list)
    gold: Counter[str] = field(default_factory=Counter)
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, article: Mapping[str, Any], candidates: Sequence[Candidate]) -> None:
        """Add an article."""
        self.candidates += candidates
        by_guide = sum(bool(s["content"]) and not s.get("none") for s in article["statements"])
        if article["corpus"] in REAL:
            self.gold[WHOLE] += by_guide
        else:
            self.gold[LISTED] += sum(s["attribution"] is not None for s in article["statements"])
            self.gold[GUIDE] += by_guide
        self.digest.update(json.dumps(article, sort_keys=True).encode())


@dataclass(frozen=True, slots=True)
class Judged:
    """Cross-fitted candidates of one kind of article, shapes (candidates,), and how many statements it has."""

    chances: Floats
    listed: Flags
    inner: Flags
    gold: int

    def f1(self, outer: float, inner: float) -> float:
        """Calculate statements F1 at thresholds of outer and inner candidates."""
        kept = self.chances >= np.where(self.inner, inner, outer)
        return float(2 * (self.listed & kept).sum() / (kept.sum() + self.gold))


def calibration_error(chances: Floats, truth: Floats) -> float:
    """Calculate the expected calibration error over ten bins of equal width (Naeini et al. 2015)."""
    place = np.minimum(9, (chances * 10).astype(int))
    return float(sum(abs((chances - truth)[place == n].sum()) for n in range(10)) / len(chances))


def judge(candidates: Sequence[Candidate], chances: Floats, gold: Mapping[str, int]) -> dict[str, Judged]:
    """Sort candidates, each with its chance, by the views."""
    judged = {}
    for view in (WHOLE, LISTED, GUIDE):
        chosen = np.array([c.whole is (view == WHOLE) for c in candidates])
        kept = [c for c in candidates if c.whole is (view == WHOLE)]
        listed = np.array([c.listed if view == LISTED else c.statement for c in kept])
        judged[view] = Judged(chances[chosen], listed, np.array(["inside" in c.features for c in kept]), gold[view])
    return judged


def thresholds(judged: Mapping[str, Judged]) -> tuple[float, float]:
    """Choose thresholds of outer candidates, the mean of those that are best for each view, and of inner ones.

    A reader wants nested reports: their threshold is the lowest that costs little wherever the guide is followed.
    PolNeAR lists none.
    """
    guided = [judged[WHOLE], judged[GUIDE]]
    inner = max(THRESHOLDS, key=lambda t: judged[WHOLE].f1(t, t))
    for _ in range(3):
        best = [-max((view.f1(t, inner), -t) for t in THRESHOLDS)[1] for view in judged.values()]
        outer = float(np.mean(best))
        most = [max(view.f1(outer, t) for t in THRESHOLDS) for view in guided]
        costs = {t: max(m - view.f1(outer, t) for m, view in zip(most, guided, strict=True)) for t in THRESHOLDS}
        least = min(costs.values())
        inner = min(t for t, cost in costs.items() if cost <= max(FREE, least))
    return round(outer, 3), round(float(inner), 3)


def fit(candidates: Sequence[Candidate], gold: Mapping[str, int]) -> dict[str, Any]:
    """Fit weights, calibration and thresholds; `gold` counts the labelled statements of each view."""
    scores = cross_fit(candidates)
    whole = np.array([c.whole is True for c in candidates])
    truth = np.array([c.statement for c in candidates])
    line = csr_array(np.stack([scores, np.ones(len(scores))], axis=1)[whole])
    slope, offset = fit_logistic(line, truth[whole].astype(float), np.ones(int(whole.sum())), 1e-6)
    chances = 1 / (1 + np.exp(-(slope * scores + offset)))
    judged = judge(candidates, chances, gold)
    best = thresholds(judged)
    columns = Columns.of([c.features for c in candidates])
    return {
        "slope": round(float(slope), 4),
        "offset": round(float(offset), 4),
        "threshold": best[0],
        "inner threshold": best[1],
        "cross-fitted": figures(judged, *best),
        "weights": dict(zip(columns.index, (round(float(w), 3) for w in _fit(columns, candidates)), strict=True)),
    }


def figures(judged: Mapping[str, Judged], outer: float, inner: float) -> dict[str, Any]:
    """Measure statements F1 with and without the filter, and the calibration, in each view."""
    made: dict[str, Any] = {}
    for name, view in judged.items():
        made[f"statements F1, {name}"] = round(100 * view.f1(outer, inner), 1)
        made[f"statements F1 without the filter, {name}"] = round(100 * view.f1(0, 0), 1)
    whole = judged[WHOLE]
    made["calibration error, labelled whole"] = round(calibration_error(whole.chances, whole.listed.astype(float)), 3)
    made["reliability"] = reliability([judged[WHOLE], judged[GUIDE]])
    return made


def reliability(views: Sequence[Judged]) -> list[str]:
    """Tabulate the candidates by tenths of probability, against the guide."""
    chances, truth = (np.concatenate([getattr(view, name) for view in views]) for name in ("chances", "listed"))
    tenth = np.minimum(9, (chances * 10).astype(int))
    return [
        f"{here.sum()} candidates, mean probability {chances[here].mean():.3f}, statements {truth[here].mean():.3f}"
        for n in range(10)
        if (here := tenth == n).any()
    ]


def held_out_figures(part: Part, record: Mapping[str, Any]) -> dict[str, Any]:
    """Measure a fitted filter on articles that nothing was fitted on."""
    numbers = (record[name] for name in ("slope", "offset", "threshold", "inner threshold"))
    fitted = StatementFilter(record["weights"], *numbers)
    chances = np.array([fitted.probability(c.features) for c in part.candidates])
    return figures(judge(part.candidates, chances, part.gold), fitted.threshold, fitted.inner_threshold)


def main(argv: Sequence[str] | None = None) -> None:
    """Fit and write a filter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--labels", type=Path, default=Path(__file__).parent / "labels")
    parser.add_argument("--model", type=Path, default=bundled_model())
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(argv)
    extractor = load_tagger_extractor(options.model)
    parts = {held: Part() for held in (False, True)}
    for article, text in read_labels(options.labels, load_texts(options.data)):
        parts[is_development(article["id"])].add(article, candidates_of(article, text, extractor))
    for article, text in read_dispatches(options.labels.parent / "corpus"):
        parts[False].candidates += candidates_of(article, text, extractor)
    candidates = parts[False].candidates
    record = fit(candidates, parts[False].gold)
    record["held out"] = held_out_figures(parts[True], record)
    weights = record.pop("weights")
    manifest = {
        "format": FORMAT,
        "tagger": hashlib.sha256((options.model / "model.onnx").read_bytes()).hexdigest(),
        "trained on": {
            "labels": parts[False].digest.hexdigest(),
            "articles labelled whole": len({c.article for c in candidates if c.whole}),
            "PolNeAR training articles": len({c.article for c in candidates if c.whole is False}),
            "candidates": len(candidates),
        },
    }
    out = options.out or options.model / FILTER
    out.write_text(
        json.dumps(manifest | record | {"weights": weights}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
