"""Fits the models of act, commitment, stance and issue, and calibrates them: the same input gives the same weights.

    python -m training.fit_meaning CASES [CASES ...] [--write] [--keep-out NAME ...] [--report FILE]
    python -m training.fit_meaning CASES [CASES ...] --reader FOLDER --held NAME [--held NAME ...] [--report FILE]

CASES are folders of gold dispatches with a `codebooks` folder inside, in the format of `training/corpus`. Figures
are cross-validated: each dispute (the part of a case's name before its number) is read by models that never saw it.
The short labelled sayings beside this file are always trained on. Temperatures are fitted on the cross-validated scores
(Guo et al. 2017). The second form measures these models and a reader (`training/fit_reader.py`) on the disputes that
the reader was kept from, fits the weights with which the two are blended, and writes them into the reader's folder.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onrecord.core.span import Text
from onrecord.core.statement import Article, Attribution, PartialDate
from onrecord.extract.assemble import Found, assemble
from onrecord.interpret.context import Context, pieces
from onrecord.interpret.interpreter import Interpreter
from onrecord.interpret.issuechain import IssueModel
from onrecord.interpret.linear import Linear, save, stance_prior
from onrecord.interpret.meaning import GIVEN_ACT, Meaning, Observed, ruled_stance
from onrecord.interpret.reader import Likely, Reader, quoted
from onrecord.interpret.traits import features, stance_features
from onrecord.lexicon import Codebook, Issue, load_codebook, load_cues
from training.optimisation import Matrix, fit_blend, fit_chain, fit_multinomial, fit_temperature
from training.sayings import STANCES, labelled_sayings

FIELDS = ("act", "commitment", "stance")
STRENGTH = {"act": 0.003, "commitment": 0.003, "stance": 0.006}  # of the L2 penalty; chosen by cross-validation
SAYING_WEIGHT = 0.7  # of a short saying, where a statement of a dispatch has 1
Floats = npt.NDArray[np.float64]


@dataclass(slots=True, kw_only=True)
class Example:
    """One labelled saying: features by field, and what the gold says."""

    seen: Mapping[str, float]
    toward: Mapping[str, float] | None
    labels: Mapping[str, str]
    likely: Likely | None = None


@dataclass(slots=True, kw_only=True)
class Dispatch:
    """One gold article: its examples, and the evidence and truth on its issues."""

    dispute: str
    examples: list[Example]
    tables: Floats
    links: Floats
    issues: npt.NDArray[np.intp]


@dataclass(slots=True)
class Report:
    """Cross-validated probabilities of the predicted value, and whether it was right, by field."""

    sure: dict[str, list[float]] = field(default_factory=dict)
    right: dict[str, list[bool]] = field(default_factory=dict)

    def add(self, name: str, sure: Sequence[float], right: Sequence[bool]) -> None:
        """Adds the outcomes of a fold."""
        self.sure.setdefault(name, []).extend(float(s) for s in sure)
        self.right.setdefault(name, []).extend(bool(r) for r in right)


# ---------------------------------------------------------------- what is trained on


def dispatches(folder: Path, reader: Reader | None = None) -> Iterator[Dispatch]:
    """The gold dispatches of a folder, as the models see them; with a reader, what it makes of them too."""
    readers: dict[str, tuple[Codebook, Interpreter]] = {}
    cues = load_cues()
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if case["codebook"] not in readers:
            codebook = load_codebook(folder / "codebooks" / case["codebook"])
            meaning = Meaning(cues, codebook, reader=reader)
            readers[case["codebook"]] = codebook, Interpreter(cues, codebook, meaning)
        yield dispatch(case, *readers[case["codebook"]])


def dispatch(case: Mapping[str, Any], codebook: Codebook, interpreter: Interpreter) -> Dispatch:
    """One gold case with its gold attributions, read up to the models."""
    article, attributions, golds = gold_attributions(case)
    context, observed = interpreter.observe(article, attributions)
    found, links = interpreter.meaning.evidence(context, observed)
    kept = [n for n, gold in enumerate(golds) if gold is not None]
    ids = [issue.id for issue in codebook.issues]
    issues = [codebook.issue((golds[n] or {})["issue"]) if (golds[n] or {})["issue"] else None for n in kept]
    inside = quoted(context.text)
    likely = [
        interpreter.meaning.likely(context, attributions[n], i, inside) for n, i in zip(kept, issues, strict=True)
    ]
    examples = [
        _example(observed[n], golds[n] or {}, codebook, interpreter.meaning, seen)
        for n, seen in zip(kept, likely, strict=True)
    ]
    return Dispatch(
        dispute=case["id"].rsplit("-", 1)[0],
        examples=examples,
        tables=np.stack([found[n].table for n in kept]).astype(np.float64),
        links=np.stack([links[n] for n in kept]).astype(np.float64),
        issues=np.array([ids.index(g["issue"]) if (g := golds[n] or {})["issue"] else len(ids) for n in kept]),
    )


def gold_attributions(case: Mapping[str, Any]) -> tuple[Article, list[Attribution], list[dict[str, Any] | None]]:
    """The article of a case, its attributions, and the gold statement of each."""
    article = Article(
        text=Text(case["text"]),
        name=case["id"],
        title=case["title"],
        outlet=case["publisher"],
        published=PartialDate(case["published"]),
    )
    spans = [{part: tuple(map(tuple, s[part])) for part in ("source", "cue", "content")} for s in case["statements"]]
    attributions = list(
        assemble(article.text, [Found(source=s["source"], cue=s["cue"], content=s["content"]) for s in spans])
    )
    by_place = {(s["content"], s["cue"]): gold for s, gold in zip(spans, case["statements"], strict=True)}
    return (
        article,
        attributions,
        [by_place.get((tuple(pieces(a, "content")), tuple(pieces(a, "cue")))) for a in attributions],
    )


def _example(
    one: Observed, gold: Mapping[str, Any], codebook: Codebook, meaning: Meaning, likely: Likely | None
) -> Example:
    seen = features(one.saying, meaning.vectors)
    issue = codebook.issue(gold["issue"]) if gold["issue"] else None
    labels = {name: gold[name] for name in FIELDS}
    return Example(seen=seen, toward=_toward(one, seen, issue, meaning), labels=labels, likely=likely)


def _toward(one: Observed, seen: Mapping[str, float], issue: Issue | None, meaning: Meaning) -> dict[str, float] | None:
    if issue is None:
        return None
    return stance_features(
        {**seen, f"rule's stance: {ruled_stance(one.saying, issue)}": 1.0}, one.saying, issue, meaning.vectors
    )


def sayings(meaning: Meaning) -> Iterator[Example]:
    """The short labelled sayings of `training/short_examples`."""
    for saying in labelled_sayings():
        issue = Issue(id="it", label="", proposition=saying.proposition, terms=())
        one = _observed(saying.printed(), saying.own, meaning)
        seen = features(one.saying, meaning.vectors)
        gold = {"act": saying.act, "stance": STANCES[saying.stance], "commitment": saying.commitment}
        yield Example(seen=seen, toward=_toward(one, seen, issue, meaning), labels=gold)


def _observed(printed: tuple[str, tuple[int, int], tuple[int, int]], own: bool, meaning: Meaning) -> Observed:
    """A saying as an article would hold it."""
    text, cue, content = printed
    article = Article(text=Text(text), name="saying")
    found = Found(source=((0, 3),), cue=(cue,), content=(content,))
    (attribution,) = assemble(article.text, [found])
    first_person = {"we", "our", "us", "i", "my"}
    return meaning.observe(
        Context(article),
        attribution,
        [attribution],
        lambda _, clause: own or bool(first_person & set(clause.casefold().split()[:12])),
    )


# ---------------------------------------------------------------- fitting


def fit_field(name: str, examples: Sequence[tuple[Example, float]]) -> Linear:
    """The model of one field from (example, weight) pairs."""
    rows, labels, shares = [], [], []
    for example, share in examples:
        row = example.toward if name == "stance" else example.seen
        if row is not None:
            rows.append(row)
            labels.append(example.labels[name])
            shares.append(share)
    classes = tuple(sorted(set(labels)))
    matrix = Matrix.of(rows)
    truth = np.array([classes.index(label) for label in labels])
    weights = fit_multinomial(matrix.fill(rows), truth, len(classes), STRENGTH[name], np.array(shares)).astype(
        np.float32
    )
    return Linear(classes, matrix.index, weights[:-1], weights[-1])


def fit_issues(cases: Sequence[Dispatch]) -> IssueModel:
    """The weights of the issue chain."""
    return IssueModel(*fit_chain([(c.tables, c.links, c.issues) for c in cases]))


def fit_given_act(examples: Sequence[Example]) -> Linear:
    """log P(stance | act) / P(stance), counts smoothed by a pseudo-count and four of the overall shares."""
    stances, acts = tuple(sorted(STANCES.values())), tuple(sorted({e.labels["act"] for e in examples}))
    counts = np.ones((len(acts), len(stances)))
    for example in (e for e in examples if e.toward is not None):
        counts[acts.index(example.labels["act"]), stances.index(example.labels["stance"])] += 1
    overall = 1 + (counts - 1).sum(0)
    overall /= overall.sum()
    counts += 4 * overall
    table = np.log(counts / counts.sum(1, keepdims=True) / overall).astype(np.float32)
    return Linear(stances, {act: n for n, act in enumerate(acts)}, table, np.zeros(len(stances), dtype=np.float32))


def examples_of(cases: Sequence[Dispatch], extra: Sequence[Example]) -> list[tuple[Example, float]]:
    """All examples with their weights."""
    return [(e, 1.0) for c in cases for e in c.examples] + [(e, SAYING_WEIGHT) for e in extra]


def cross_validate(cases: Sequence[Dispatch], extra: Sequence[Example], temperatures: dict[str, float]) -> Report:
    """Each dispute by models that have not seen it; fills in the temperatures."""
    held: dict[str, list[tuple[npt.NDArray[np.float32], int]]] = {name: [] for name in FIELDS}
    report = Report()
    for dispute in sorted({c.dispute for c in cases}):
        others, own = [c for c in cases if c.dispute != dispute], [c for c in cases if c.dispute == dispute]
        chain = fit_issues(others)
        for case in own:
            beliefs = chain.beliefs(list(case.tables), list(case.links))
            report.add("issue", beliefs.max(1).tolist(), (beliefs.argmax(1) == case.issues).tolist())
        models = {name: fit_field(name, examples_of(others, extra)) for name in FIELDS}
        given = fit_given_act([e for c in others for e in c.examples])
        for example in (e for c in own for e in c.examples):
            for name, model in models.items():
                row = example.toward if name == "stance" else example.seen
                if row is not None:
                    label = example.labels[name]
                    scores = model.scores(row)
                    if name == "stance":
                        scores = scores + stance_prior(models["act"], given, models["act"].scores(example.seen))
                    held[name].append((scores, model.classes.index(label) if label in model.classes else -1))
    for name in FIELDS:
        scores, truth = np.stack([s for s, _ in held[name]]), np.array([t for _, t in held[name]])
        temperatures[name] = fit_temperature(scores, truth)
        shares = np.exp((scores - scores.max(1, keepdims=True)) / temperatures[name])
        shares /= shares.sum(1, keepdims=True)
        report.add(name, shares.max(1).tolist(), (shares.argmax(1) == truth).tolist())
    return report


def blend(
    cases: Sequence[Dispatch],
    extra: Sequence[Example],
    held: Sequence[str],
    reader: Reader,
    temperatures: dict[str, float],
) -> Report:
    """Fits how the models of traits and the reader are blended, on disputes that neither has seen.

    Fills in the temperatures of the models of traits, which speak alone where they are sure enough.
    """
    others = [c for c in cases if c.dispute not in held]
    own = [e for c in cases if c.dispute in held for e in c.examples]
    models = {name: fit_field(name, examples_of(others, extra)) for name in FIELDS}
    given = fit_given_act([e for c in others for e in c.examples])
    report = Report()
    for name, model in models.items():
        theirs, mine, truth = [], [], []
        for example in own:
            row = example.toward if name == "stance" else example.seen
            if row is None or example.likely is None:
                continue
            scores = model.scores(row)
            if name == "stance":
                scores = scores + stance_prior(models["act"], given, models["act"].scores(example.seen))
            likely = dict(zip(reader.classes[name], getattr(example.likely, name).tolist(), strict=True))
            theirs.append(scores)
            mine.append([likely[c] for c in model.classes])
            truth.append(model.classes.index(example.labels[name]) if example.labels[name] in model.classes else -1)
        both, gold = (np.stack(theirs).astype(np.float64), np.array(mine)), np.array(truth)
        reader.weights[name] = fit_blend(*both, gold)
        temperatures[name] = fit_temperature(both[0].astype(np.float32), gold)
        shares = np.exp(reader.weights[name][0] * both[0] + reader.weights[name][1] * both[1])
        shares /= shares.sum(1, keepdims=True)
        report.add(name, shares.max(1).tolist(), (shares.argmax(1) == gold).tolist())
        for title, table in (("traits alone", both[0]), ("reader alone", both[1])):
            report.add(f"{name}, {title}", [0.0] * len(gold), (table.argmax(1) == gold).tolist())
    return report


def main(argv: Sequence[str] | None = None) -> int:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="write the models into the package's data folder")
    parser.add_argument("--report", type=Path, help="write the cross-validated outcomes as JSON")
    parser.add_argument("--reader", type=Path, help="a reader to blend with; its weights are written into its folder")
    parser.add_argument("--held", action="append", default=[], help="a dispute that the reader has not seen")
    parser.add_argument("--keep-out", action="append", default=[], help="a dispute that what is written never sees")
    options = parser.parse_args(argv)
    reader = Reader(options.reader) if options.reader else None
    cases = [case for folder in options.cases for case in dispatches(folder, reader)]
    extra = list(sayings(Meaning(load_cues(), reader=None)))
    temperatures: dict[str, float] = {}
    if reader is not None:
        report = blend(cases, extra, options.held, reader, temperatures)
        weigh(options.reader, reader)
    else:
        report = cross_validate(cases, extra, temperatures)
    for name, right in report.right.items():
        share, sure = 100 * float(np.mean(right)), 100 * float(np.mean(report.sure[name]))
        print(f"{name:26} {share:5.1f} % of {len(right)}, mean confidence {sure:5.1f} %")
    if options.report:
        options.report.write_text(json.dumps({"sure": report.sure, "right": report.right}), encoding="utf-8")
    if options.write:
        write([case for case in cases if case.dispute not in options.keep_out], extra, temperatures)
        if reader is not None:
            weigh(data_folder() / "reader", reader)
    return 0


def data_folder() -> Path:
    """Where the package keeps its data."""
    return Path(str(resources.files("onrecord").joinpath("data")))


def weigh(folder: Path, reader: Reader) -> None:
    """Write how a reader is blended with the models of traits into a reader's folder."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["weights"] = {name: reader.weights[name] for name in FIELDS}
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def write(cases: Sequence[Dispatch], extra: Sequence[Example], temperatures: Mapping[str, float]) -> None:
    """Fits all models on everything and writes them into the package's data folder."""
    models = {name: fit_field(name, examples_of(cases, extra)) for name in FIELDS}
    for name, model in models.items():
        model.temperature = temperatures.get(name, 1.0)
    models[GIVEN_ACT] = fit_given_act([e for c in cases for e in c.examples])
    data = data_folder()
    (data / "meaning.npz").write_bytes(save(models))
    (data / "issue-model.json").write_text(fit_issues(cases).to_json(), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
