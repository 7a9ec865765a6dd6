"""Fit what turns the exported classifier's scores into probabilities, on labelled articles that it was not trained on.

    python -m training.classifier.calibrate MODEL --data ../shared/data --labels training/labels

Few parameters: weights of the narrowing, three of the choice of issue, a temperature per head, a threshold for
conditions. The expected calibration error is cross-fitted over two halves of the articles.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from onrecord.classify.candidates import CandidateIndex
from onrecord.classify.classifier import surroundings
from onrecord.classify.inputs import CONTENT, ROLES, Passage, quoted_mask
from onrecord.classify.model import ClassifierModel, Reading
from onrecord.lexicon.codebook import codebook_from_dict
from onrecord.models.vectors import bundled_vectors
from onrecord.text.sentences import sentences
from onrecord.text.tokens import words
from training.classifier.data import load_texts, load_titles
from training.classifier.fit import is_development

MOST, MARGIN = 4, 3.0
Array = np.ndarray


@dataclass(slots=True)
class Row:
    """A labelled statement with its evidence for each issue and, once read, its scores beside the nearest issues."""

    article: str
    features: Array
    gold: int | None
    also: set[int]
    label: dict[str, Any]
    passage: Passage
    text: str
    propositions: list[str]
    near: list[int]
    reading: Reading = field(init=False)


def rows_of(labels: Path, data: Path) -> list[Row]:
    """Collect the labelled statements with the narrowing's evidence."""
    texts, titles, vectors = load_texts(data), load_titles(data), bundled_vectors()
    rows = []
    for path in sorted(labels.glob("*.json")):
        if path.name.endswith(".second.json"):
            continue
        article = json.loads(path.read_text(encoding="utf-8"))
        text, issues = texts[article["id"]], article["issues"]
        raw = {name: {k: issue[k] for k in ("label", "proposition", "terms")} for name, issue in issues.items()}
        index = CandidateIndex(codebook_from_dict({"issues": raw}, article["id"]), vectors)
        tokens, bounds, title = words(text), sentences(text), words(titles.get(article["id"], ""))
        order = list(issues)
        for s in article["statements"]:
            passage = Passage(*(tuple(map(tuple, s[part])) for part in ("source", "cue", "content")))
            features = index.features(surroundings(text, passage, tokens, bounds, title))
            gold = order.index(s["issue"]) if s["issue"] else None
            also = {order.index(k) for k in s["also"]}
            propositions = [issues[k]["proposition"] for k in order]
            rows.append(Row(article["id"], features, gold, also, s, passage, text, propositions, []))
    return rows


def fit_narrowing(rows: Sequence[Row]) -> Array:
    """Fit the narrowing's weights by the likelihood of the gold issue among all of the codebook."""
    weights = torch.zeros(rows[0].features.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100)
    pairs = [(torch.from_numpy(r.features), r.gold) for r in rows if r.gold is not None]

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = torch.stack([-torch.log_softmax(f @ weights, 0)[g] for f, g in pairs]).mean() + 1e-3 * (weights**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return np.round(weights.detach().numpy(), 3)


def fit_temperature(scores: Sequence[Array], labels: Sequence[int]) -> float:
    """Find the temperature that makes the labels likeliest."""

    def loss(temperature: float) -> float:
        return -sum(float(log_softmax(s / temperature)[n]) for s, n in zip(scores, labels, strict=True))

    return min((round(t, 2) for t in np.arange(0.5, 4.01, 0.05)), key=loss)


def log_softmax(scores: Array) -> Array:
    """Compute log probabilities."""
    shifted = scores - scores.max()
    return shifted - np.log(np.exp(shifted).sum())


def calibration_error(sure: Array, right: Array, bins: int = 10) -> float:
    """Compute the expected calibration error over bins of equal size (Naeini et al. 2015)."""
    order = np.argsort(sure, kind="stable")
    return float(
        sum(
            abs(sure[part].mean() - right[part].mean()) * len(part) for part in np.array_split(order, bins) if len(part)
        )
        / len(sure)
    )


def read_all(model: ClassifierModel, rows: Sequence[Row], narrowing: Array) -> None:
    """Read each statement beside its nearest issues, and beside the gold one."""
    quoted: dict[str, Array] = {}
    for r in rows:
        scores = r.features @ narrowing
        order = sorted(range(len(scores)), key=lambda n: (-float(scores[n]), n))[:MOST]
        r.near = [n for n in order if scores[n] >= scores[order[0]] - MARGIN]
        asked = r.near + ([r.gold] if r.gold is not None and r.gold not in r.near else [])
        if r.article not in quoted:
            quoted[r.article] = quoted_mask(r.text)
        statement = model.statement(r.text, r.passage, quoted[r.article])
        r.reading = model.read(statement, r.label["speaker"], [r.propositions[n] for n in asked])
        r.near = asked if r.gold is None or r.gold in r.near else asked[:-1]


def beside(r: Row, narrowing: Array, left_out: Container[int] = ()) -> tuple[list[int], Array]:
    """Collect the issues that a statement was read beside, with (relevance, candidate score) of each."""
    scores = r.features @ narrowing
    near = [(place, n) for place, n in enumerate(r.near) if n not in left_out]
    table = []
    for place, n in near:
        relevance = r.reading.propositions[place]["relevance"].scores
        table.append((float(relevance[1] - relevance[0]), float(scores[n])))
    return [n for _, n in near], np.array(table, dtype=np.float32).reshape(-1, 2)


def left_out(r: Row) -> set[int]:
    """Choose two in five of a codebook's issues by hash, to see statements for which the codebook has no issue."""
    return {n for n, p in enumerate(r.propositions) if hashlib.sha256(f"{r.article} {p}".encode()).digest()[0] < 102}


def cases(rows: Sequence[Row], narrowing: Array) -> list[tuple[list[int], Array, int | None, set[int]]]:
    """Collect each statement under its codebook, whole and with issues left out: (issues, table, gold, also)."""
    made = []
    for r in rows:
        made.append((*beside(r, narrowing), r.gold, r.also))
        out = left_out(r)
        gold = r.gold if r.gold not in out else min(r.also - out, default=None)
        made.append((*beside(r, narrowing, out), gold, r.also - out))
    return made


def fit_choice(found: Sequence[tuple[list[int], Array, int | None, set[int]]]) -> Array:
    """Fit a conditional logit (McFadden 1974) over issues and "none": weights of relevance, candidate, none."""
    weights = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200)
    data = []
    for issues, table, gold, _ in found:
        if gold is None or gold in issues:
            data.append((torch.from_numpy(table), len(issues) if gold is None else issues.index(gold)))

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        parts = [-torch.log_softmax(torch.cat([t @ weights[:2], weights[2:]]), 0)[n] for t, n in data]
        loss = torch.stack(parts).mean() + 1e-3 * (weights**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return np.round(weights.detach().numpy(), 4)


def choose(issues: Sequence[int], table: Array, weights: Array) -> tuple[int | None, float]:
    """Choose the issue as the product does: (issue or None, its probability)."""
    scores = np.append(table @ weights[:2], weights[2])
    shares = np.exp(log_softmax(scores))
    best = int(shares.argmax())
    return (None if best == len(issues) else issues[best]), float(shares[best])


def head(rows: Sequence[Row], name: str, classes: Sequence[str]) -> tuple[list[Array], list[int]]:
    """Collect the scores and labels of a head."""
    if name == "stance":
        known = [r for r in rows if r.gold is not None]
        found = [
            r.reading.propositions[r.near.index(r.gold) if r.gold in r.near else len(r.near)]["stance"].scores
            for r in known
        ]
    else:
        known = list(rows)
        found = [r.reading.statement[name].scores for r in known]
    return found, [classes.index(r.label[name]) for r in known]


def fit_condition(rows: Sequence[Row]) -> tuple[float, float]:
    """Choose the threshold on a piece's logit with the best F1 of there being a condition at all."""
    truth, most = [], []
    for r in rows:
        own = [
            float(v)
            for v, f in zip(r.reading.condition, r.reading.encoded.features, strict=False)
            if f % ROLES == CONTENT
        ]
        truth.append(bool(r.label["condition"]))
        most.append(max(own, default=-9.0))
    gold, best = np.array(truth), (0.0, 0.0)
    for threshold in np.arange(-1.0, 3.01, 0.1):
        found = np.array(most) >= threshold
        hits = int((found & gold).sum())
        f1 = 2 * hits / max(1, int(found.sum() + gold.sum()))
        best = max(best, (round(f1, 4), round(float(threshold), 2)))
    return best[1], best[0]


def main(argv: Sequence[str] | None = None, report: Callable[[str], None] = print) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    options = parser.parse_args(argv)
    path = options.model / "config.json"
    model = ClassifierModel(options.model)
    rows = rows_of(options.labels, options.data)
    narrowing = fit_narrowing([r for r in rows if not is_development(r.article)])
    held = [r for r in rows if is_development(r.article)]
    read_all(model, held, narrowing)
    halves = [[r for r in held if hashlib.sha256(r.article.encode()).digest()[1] % 2 == side] for side in (0, 1)]
    figures: dict[str, float] = {}
    sure, right, also = [], [], []
    for fitted, tested in (halves, halves[::-1]):
        weights = fit_choice(cases(fitted, narrowing))
        for issues, table, gold, others in cases(tested, narrowing):
            issue, probability = choose(issues, table, weights)
            sure.append(probability)
            right.append(issue == gold)
            also.append(issue == gold or issue in others)
    figures["issue, all codebooks"] = round(100 * float(np.mean(right)), 1)
    figures["issue or another spoken to"] = round(100 * float(np.mean(also)), 1)
    figures["issue calibration error"] = round(calibration_error(np.array(sure), np.array(right, dtype=float)), 3)
    weights = fit_choice(cases(held, narrowing))
    figures["issue"] = round(
        100 * float(np.mean([choose(*beside(r, narrowing), weights)[0] == r.gold for r in held])), 1
    )
    calibration: dict[str, dict[str, float]] = {
        "issue": {"relevance": float(weights[0]), "candidate": float(weights[1]), "none": float(weights[2])}
    }
    for name in ("stance", "act", "commitment"):
        classes = model.classes[name]
        sure, right = [], []
        for fitted, tested in (halves, halves[::-1]):
            temperature = fit_temperature(*head(fitted, name, classes))
            for scores, label in zip(*head(tested, name, classes), strict=True):
                log = log_softmax(scores / temperature)
                sure.append(float(np.exp(log.max())))
                right.append(int(log.argmax()) == label)
        figures[name] = round(100 * float(np.mean(right)), 1)
        figures[f"{name} calibration error"] = round(calibration_error(np.array(sure), np.array(right, dtype=float)), 3)
        calibration[name] = {"temperature": fit_temperature(*head(held, name, classes))}
        if name == "stance":
            found, labels = head(held, name, classes)
            sided = [(int(s[0] < s[1]), n) for s, n in zip(found, labels, strict=True) if n < 2]
            figures["side"] = round(100 * float(np.mean([a == b for a, b in sided])), 1)
            for share in (0.25, 0.5):
                pick = np.argsort([-x for x in sure], kind="stable")[: int(share * len(sure))]
                figures[f"stance of the surest {share:.0%}"] = round(100 * float(np.mean(np.array(right)[pick])), 1)
    threshold, f1 = fit_condition(held)
    calibration["condition"] = {"threshold": threshold}
    figures["condition found F1"] = round(100 * f1, 1)
    config = json.loads(path.read_text(encoding="utf-8"))
    config["candidates"] = {"weights": [float(v) for v in narrowing], "most": MOST, "margin": MARGIN}
    config["calibration"] = calibration
    config["held out"] = figures
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    report(json.dumps({"calibration": calibration, **figures}, indent=1))


if __name__ == "__main__":
    main()
