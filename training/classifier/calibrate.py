"""Fit what turns the exported classifier's scores into probabilities, on labelled articles that it was not trained on.

    python -m training.classifier.calibrate MODEL --data ../shared/data --labels training/labels

Few parameters: weights of the narrowing, of the choice of issue (a conditional logit, McFadden 1974), of what a
speaker's statements lend each other, a temperature per head, and a threshold for conditions. Every article is also read
under the codebook of another one, to which it does not speak. Figures are cross-fitted over two halves of the articles.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from onrecord.classify.candidates import CandidateIndex
from onrecord.classify.choice import issue_features, issue_probabilities, least_risk
from onrecord.classify.classifier import relevance_of, stance_confidence, stances_of, surroundings
from onrecord.classify.inputs import CONTENT, ROLES, Passage, quoted_mask
from onrecord.classify.model import ClassifierModel, Reading
from onrecord.classify.negation import negate
from onrecord.lexicon.codebook import codebook_from_dict
from onrecord.text.sentences import sentences
from onrecord.text.tokens import words
from onrecord.text.vectors import bundled_vectors
from training.classifier.data import codings, is_development, load_texts, load_titles

MOST, MARGIN = 4, 3.0
NEGATED = 1  # so many of the issues that are read, the nearest first, are read beside their negations, too
# The cost of the opposite side, where any other error of stance costs 1. On the development articles 2 takes three
# sides fewer in a hundred wrongly than 1 and loses no F1 of sides; 3 takes a tenth wrongly and loses 4.
FLIPPED = 2.0
BIAS_PENALTY = 1.0  # on the squared biases of classes, against the sum of the statements' losses
UNRELATED = 0.1  # weight of a statement under a codebook that it does not speak to
Array = npt.NDArray[Any]


@dataclass(slots=True)
class Reads:
    """An article under a codebook: labels, the narrowing's features, and once read, what the network said."""

    id: str
    statements: list[dict[str, Any]]
    gold: list[int | None]
    features: list[Array]
    propositions: list[str]
    readings: list[Reading]
    numbers: list[list[int]]
    title: str
    candidate: Array
    relevance: Array


def issues_of(article: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """Collect an article's codebook; the shared issues were considered for every narrow coding of PolNeAR."""
    narrow = article["corpus"] == "polnear-train" and not article.get("broad")
    return {**article["issues"], **(shared if narrow else {})}


def load_articles(labels: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Load the labelled articles, each under the last codebook that it was coded with, and the shared issues."""
    shared = json.loads((labels / "shared" / "issues.json").read_text(encoding="utf-8"))
    paths = [p for p in sorted(labels.glob("*.json")) if not p.name.endswith(".second.json")]
    return [[*codings(json.loads(p.read_text(encoding="utf-8")))][-1] for p in paths], shared


def prepare(article: dict[str, Any], issues: dict[str, Any], text: str, title: str, related: bool = True) -> Reads:
    """Collect an article's statements with the narrowing's evidence for a codebook."""
    raw = {name: {k: issue[k] for k in ("label", "proposition", "terms")} for name, issue in issues.items()}
    index = CandidateIndex(codebook_from_dict({"issues": raw}, article["id"]), bundled_vectors())
    tokens, bounds, heading = words(text), sentences(text), words(title)
    order = list(issues)
    statements = [s for s in article["statements"] if not s.get("none")]
    features = [index.features(surroundings(text, passage_of(s), tokens, bounds, heading)) for s in statements]
    gold = [order.index(s["issue"]) if related and s["issue"] else None for s in statements]
    propositions = [issues[name]["proposition"] for name in order]
    return Reads(article["id"], statements, gold, features, propositions, [], [], title, np.empty(0), np.empty(0))


def passage_of(statement: dict[str, Any]) -> Passage:
    """Make the passage of a labelled statement."""
    return Passage(*([(a, b) for a, b in statement[part]] for part in ("source", "cue", "content")))


def fit_narrowing(reads: Sequence[Reads]) -> Array:
    """Fit the narrowing's weights by the likelihood of the gold issue among all of the codebook."""
    pairs = [(torch.from_numpy(f), g) for r in reads for f, g in zip(r.features, r.gold, strict=True) if g is not None]
    weights = torch.zeros(pairs[0][0].shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = torch.stack([-torch.log_softmax(f @ weights, 0)[g] for f, g in pairs]).mean() + 1e-3 * (weights**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return np.round(weights.detach().numpy(), 3)


def read(model: ClassifierModel, reads: Reads, text: str, narrowing: Array) -> None:
    """Read every statement beside its nearest issues, as the product does, and beside the gold one."""
    quoted = quoted_mask(text)
    reads.candidate = np.stack([f @ narrowing for f in reads.features]).astype(float)
    reads.relevance = np.full(reads.candidate.shape, np.nan)
    for row, (s, scores, gold) in enumerate(zip(reads.statements, reads.candidate, reads.gold, strict=True)):
        order = sorted(range(len(scores)), key=lambda n: (-float(scores[n]), n))[:MOST]
        near = [n for n in order if scores[n] >= scores[order[0]] - MARGIN]
        asked = near + ([gold] if gold is not None and gold not in near else [])
        pairs = [reads.propositions[n] for n in asked] + [negate(reads.propositions[n]) for n in asked[:NEGATED]]
        reading = model.read(model.statement(text, passage_of(s), quoted), s["speaker"], reads.title, pairs)
        reads.readings.append(reading)
        reads.numbers.append(asked)
        reads.relevance[row, near] = relevance_of(reading, len(asked))[: len(near)]


def fit_choice(reads: Sequence[Reads], unrelated: Sequence[Reads]) -> dict[str, list[float]]:
    """Fit the conditional logit over the issues that were read and "none"."""
    rows = []
    for r in (*reads, *unrelated):
        of_issues, of_none = issue_features(r.candidate, r.relevance)
        share = UNRELATED if r in unrelated else 1.0
        for x, z, known, gold in zip(of_issues, of_none, ~np.isnan(r.relevance), r.gold, strict=True):
            near = np.flatnonzero(known)
            if gold is None or gold in near:
                place = len(near) if gold is None else int(np.flatnonzero(near == gold)[0])
                rows.append((torch.from_numpy(x[near]), torch.from_numpy(z), place, share))
    of = torch.zeros(rows[0][0].shape[1], dtype=torch.float64, requires_grad=True)
    none = torch.zeros(rows[0][1].shape[0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([of, none], max_iter=300)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        parts = [-w * torch.log_softmax(torch.cat([x @ of, (z @ none)[None]]), 0)[n] for x, z, n, w in rows]
        loss = torch.stack(parts).mean() + 1e-3 * ((of**2).sum() + (none**2).sum())
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return {"issue": [round(float(v), 4) for v in of.detach()], "none": [round(float(v), 4) for v in none.detach()]}


def chosen(r: Reads, weights: dict[str, list[float]]) -> list[tuple[int | None, float]]:
    """Choose the issue of each statement as the product does, with its probability."""
    shares = issue_probabilities(r.candidate, r.relevance, weights)
    best = shares.argmax(1)
    return [(None if n == shares.shape[1] - 1 else int(n), float(row[n])) for n, row in zip(best, shares, strict=True)]


def head(reads: Sequence[Reads], name: str) -> list[Array]:
    """Collect a head's scores for every statement (for stance: beside the gold issue; zeros where there is none)."""
    found: list[Array] = []
    for r in reads:
        if name != "stance":
            found += [reading.statement[name].scores for reading in r.readings]
            continue
        for reading, numbers, gold in zip(r.readings, r.numbers, r.gold, strict=True):
            beside = None if gold is None else numbers.index(gold)
            found.append(np.zeros(5) if beside is None else stances_of(reading, len(numbers))[beside])
    return found


def labelled(reads: Sequence[Reads], name: str, classes: Sequence[str]) -> list[int | None]:
    """Collect a head's labels, None where a stance has no issue."""
    return [
        classes.index(s[name]) if name != "stance" or g is not None else None
        for r in reads
        for s, g in zip(r.statements, r.gold, strict=True)
    ]


def log_softmax(scores: Array) -> Array:
    """Compute log probabilities over the last axis."""
    shifted = scores - scores.max(-1, keepdims=True)
    result: Array = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return result


def fit_scaling(name: str, scores: Sequence[Array], labels: Sequence[int | None]) -> tuple[float, list[float]]:
    """Fit a temperature and a bias per class by the labels' likelihood (vector scaling, Guo et al. 2017).

    Support and oppose have the same bias, so that turning the proposition still turns the side.
    """
    known = [(s, n) for s, n in zip(scores, labels, strict=True) if n is not None]
    x, y = torch.tensor(np.array([s for s, _ in known])).double(), torch.tensor([n for _, n in known])
    warm = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    free = torch.ones(x.shape[1], dtype=torch.float64)
    if name == "stance":
        free[:2] = 0
    optimizer = torch.optim.LBFGS([warm, bias], max_iter=200)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        scaled = x / warm.exp() + bias * free
        loss = torch.nn.functional.cross_entropy(scaled, y) + BIAS_PENALTY * (bias**2).sum() / len(y)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return round(float(warm.detach().exp()), 3), [round(float(b), 3) for b in (bias * free).detach()]


def calibration_error(sure: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Compute the expected calibration error over bins of equal size (Naeini et al. 2015)."""
    p, hit = np.array(sure), np.array(right, dtype=float)
    parts = np.array_split(np.argsort(p, kind="stable"), bins)
    return round(float(sum(abs(p[n].mean() - hit[n].mean()) * len(n) for n in parts if len(n)) / len(p)), 3)


def percent(hits: Sequence[bool]) -> float:
    """Compute a share in percent."""
    return round(100 * float(np.mean(hits)), 1)


def fit_condition(reads: Sequence[Reads]) -> tuple[float, float]:
    """Choose the threshold on a piece's logit with the best F1 of there being a condition at all."""
    truth, most = [], []
    for r in reads:
        for s, reading in zip(r.statements, r.readings, strict=True):
            pairs = zip(reading.condition, reading.encoded.features, strict=False)
            truth.append(bool(s["condition"]))
            most.append(max((float(v) for v, f in pairs if f % ROLES == CONTENT), default=-9.0))
    gold, best = np.array(truth), (0.0, 0.0)
    for threshold in np.arange(-1.0, 3.01, 0.1):
        found = np.array(most) >= threshold
        f1 = 2 * int((found & gold).sum()) / max(1, int(found.sum() + gold.sum()))
        best = max(best, (round(f1, 4), round(float(threshold), 2)))
    return best[1], round(100 * best[0], 1)


def measure_issue(halves: list[list[Reads]], others: list[list[Reads]], figures: dict[str, float]) -> None:
    """Measure the choice of issue, cross-fitted."""
    sure, right, forced = [], [], []
    for side in (0, 1):
        weights = fit_choice(halves[side], others[side])
        for r in halves[1 - side]:
            for (issue, probability), gold in zip(chosen(r, weights), r.gold, strict=True):
                sure.append(probability)
                right.append(issue == gold)
        forced += [issue is not None for r in others[1 - side] for issue, _ in chosen(r, weights)]
    figures["issue"] = percent(right)
    figures["issue calibration error"] = calibration_error(sure, right)
    figures["unrelated statements given an issue"] = percent(forced)


def measure_head(halves: list[list[Reads]], name: str, classes: Sequence[str], figures: dict[str, float]) -> None:
    """Measure a head beside gold issues, its temperature cross-fitted."""
    sure, right, sides, taken = [], [], [], []
    for fitted, tested in (halves, halves[::-1]):
        temperature, bias = fit_scaling(name, head(fitted, name), labelled(fitted, name, classes))
        for scores, label in zip(head(tested, name), labelled(tested, name, classes), strict=True):
            if label is not None:
                shares = np.exp(log_softmax(scores / temperature + np.array(bias)))
                best = least_risk(shares, FLIPPED if name == "stance" else 1.0)
                sure.append(float(shares[best]))
                right.append(best == label)
                if name == "stance" and label < 2:
                    sides.append(int(scores[1] > scores[0]) == label)
                    taken += [best == label] if best < 2 else []
    figures[name] = percent(right)
    figures[f"{name} calibration error"] = calibration_error(sure, right)
    if name == "stance":
        figures["side"] = percent(sides)
        figures["side where one is taken"] = percent(taken)
        figures["sided statements where one is taken"] = round(100 * len(taken) / len(sides), 1)
        order = np.argsort([-p for p in sure], kind="stable")
        for share in (0.25, 0.5):
            figures[f"stance of the surest {share:.0%}"] = percent([right[n] for n in order[: int(share * len(order))]])


def beside_chosen(
    reads: Sequence[Reads], weights: dict[str, list[float]], stance: dict[str, Any], classes: Sequence[str]
) -> list[tuple[float, float, bool]]:
    """Judge stances beside the issues that are chosen: probabilities of issue and stance, and whether it is right."""
    found = []
    for r in reads:
        rows = zip(chosen(r, weights), r.readings, r.numbers, r.statements, r.gold, strict=True)
        for (issue, sure), reading, numbers, s, gold in rows:
            if gold is not None and issue is not None:
                scores = stances_of(reading, len(numbers))[numbers.index(issue)]
                shares = np.exp(log_softmax(scores / stance["temperature"] + np.array(stance["bias"])))
                best = least_risk(shares, FLIPPED)
                found.append((sure, float(shares[best]), classes[best] == s["stance"]))
    return found


def fit_wrong_issue(judged: Sequence[tuple[float, float, bool]]) -> float:
    """Fit by likelihood the factor by which a stance is right less often where its issue is wrong."""
    right = np.array([hit for *_, hit in judged])

    def loss(factor: float) -> float:
        sure = np.array([stance_confidence(p, q, {"wrong_issue": factor}) for p, q, _ in judged])
        return float(-np.log(np.where(right, sure, 1 - sure)).mean())

    return min((round(float(n), 2) for n in np.arange(0.0, 1.01, 0.05)), key=loss)


def measure_chosen(
    halves: list[list[Reads]], weights: dict[str, list[float]], stance: dict[str, Any], classes: Sequence[str]
) -> dict[str, float]:
    """Measure the stance beside the chosen issue, the factor for wrong issues cross-fitted."""
    sure, right = [], []
    for fitted, tested in (halves, halves[::-1]):
        factor = fit_wrong_issue(beside_chosen(fitted, weights, stance, classes))
        for p, q, hit in beside_chosen(tested, weights, stance, classes):
            sure.append(stance_confidence(p, q, {"wrong_issue": factor}))
            right.append(hit)
    return {
        "stance beside the chosen issue": percent(right),
        "its calibration error": calibration_error(sure, right),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    options = parser.parse_args(argv)
    model = ClassifierModel(options.model)
    texts, titles = load_texts(options.data), load_titles(options.data)
    articles, shared_issues = load_articles(options.labels)

    def prepared(article: dict[str, Any], issues: dict[str, Any], related: bool = True) -> Reads:
        return prepare(article, issues, texts[article["id"]], titles.get(article["id"], ""), related)

    narrowing = fit_narrowing(
        [prepared(a, issues_of(a, shared_issues)) for a in articles if not is_development(a["id"])]
    )
    held = [a for a in articles if is_development(a["id"])]
    foreign = [a for a in articles if a["corpus"] == "wikinews" and not is_development(a["id"])]
    reads = [prepared(a, issues_of(a, shared_issues)) for a in held]
    unrelated = [prepared(a, foreign[n % len(foreign)]["issues"], related=False) for n, a in enumerate(held)]
    for r in (*reads, *unrelated):
        read(model, r, texts[r.id], narrowing)
    sides = [hashlib.sha256(a["id"].encode()).digest()[1] % 2 for a in held]
    halves = [[r for r, side in zip(reads, sides, strict=True) if side == n] for n in (0, 1)]
    others = [[r for r, side in zip(unrelated, sides, strict=True) if side == n] for n in (0, 1)]
    figures: dict[str, float] = {}
    measure_issue(halves, others, figures)
    weights = fit_choice(reads, unrelated)
    calibration: dict[str, Any] = {"issue": weights}
    classes = model.classes["stance"]
    for name in ("stance", "act", "commitment"):
        measure_head(halves, name, model.classes[name], figures)
        temperature, bias = fit_scaling(name, head(reads, name), labelled(reads, name, model.classes[name]))
        calibration[name] = {"temperature": temperature, "bias": bias}
    calibration["stance"] |= {"flipped": FLIPPED}
    stance = calibration["stance"]
    figures |= measure_chosen(halves, weights, stance, classes)
    stance["wrong_issue"] = fit_wrong_issue(beside_chosen(reads, weights, stance, classes))
    threshold, figures["condition found F1"] = fit_condition(reads)
    calibration["condition"] = {"threshold": threshold}
    path = options.model / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    narrow = [float(v) for v in narrowing]
    config["candidates"] = {"weights": narrow, "most": MOST, "margin": MARGIN, "negated": NEGATED}
    config["calibration"] = calibration
    config["development"] = {"articles": len(held), "statements": sum(len(r.statements) for r in reads), **figures}
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({"calibration": calibration, **config["development"]}, indent=1))


if __name__ == "__main__":
    main()
