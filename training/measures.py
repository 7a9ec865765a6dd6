"""Measure what the floors of `tests/quality` hold: figures in percent, and the hash of the data they are measured on.

Statements are measured on dispatches written for this project; which of them a component was trained on is in
`training/split.json`. Attributions and the shared cases are measured on corpora that are not part of the repository,
where they are present (`ONRECORD_SHARED`).
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl

from onrecord.analyse import tables
from onrecord.analyse.preconditions import conditions
from onrecord.analyse.refusals import redlines
from onrecord.analyse.retellings import clusters
from onrecord.core.span import Text
from onrecord.extract import Extractor, load_extractor
from onrecord.lexicon import load_codebook
from onrecord.text.vectors import bundled_vectors
from onrecord.train.gold import Case, load_cases, outermost, predict
from onrecord.train.statement_scores import score
from training.split import CORPUS, data_digest, dispute, disputes_of

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("ONRECORD_SHARED", ROOT.parent / "shared"))
JUDGEMENTS = ROOT / "training" / "judgements"
Figures = dict[str, float]


class DataMissing(Exception):
    """The data of a measure are not on this machine."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A set of figures: how the data's hash is computed, and how the figures are."""

    digest: Callable[[], str]
    figures: Callable[[], Figures]


def measures() -> dict[str, Measure]:
    """List all measures by the name of their floors."""
    corpus = {
        "own dispatches": ("own dispatches", False),
        "own dispatches, gold spans": ("own dispatches", True),
        "later dispatches": ("later dispatches", False),
        "tagger held out": ("tagger held out", False),
        "development": ("development", False),
        "development, gold spans": ("development", True),
    }
    made = {
        name: Measure(partial(_corpus_digest, part), partial(_statements, part, gold_spans=gold))
        for name, (part, gold) in corpus.items()
    }
    made["polnear dev"] = Measure(lambda: _files([_shared("data", "polnear", "dev.jsonl")]), _polnear)
    made["shared cases"] = Measure(lambda: _files(_shared_cases()), _cases)
    for name, wikinews in (("real news, Wikinews", True), ("real news, PolNeAR", False)):
        made[name] = Measure(lambda: _files(_real_news()), partial(_real, wikinews=wikinews))
    made["retellings"] = Measure(lambda: _files([JUDGEMENTS / "retold.tsv"]), _retellings)
    made["red lines"] = Measure(lambda: _judged("redlines.txt"), _red_lines)
    made["conditions"] = Measure(lambda: _judged("conditions.txt"), _conditions)
    return made


# ---------------------------------------------------------------- data


def _files(paths: Iterable[Path]) -> str:
    seen = hashlib.sha256()
    for path in sorted(paths):
        seen.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()


def _corpus_digest(floor_set: str) -> str:
    return data_digest(disputes_of(floor_set))


def _judged(name: str) -> str:
    """Compute the hash of judgements and of the dispatches that they are about."""
    return hashlib.sha256(f"{_files([JUDGEMENTS / name])} {_corpus_digest('own dispatches')}".encode()).hexdigest()


def _shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        raise DataMissing(f"the corpora are not here ({'/'.join(parts)}); set ONRECORD_SHARED to the folder with them")
    return path


def _shared_cases() -> list[Path]:
    folder = _shared("cases")
    return [*folder.glob("*.json"), *(folder / "codebooks").iterdir()]


def _tool(name: str) -> ModuleType:
    """Load a scorer of the corpora's folder."""
    spec = importlib.util.spec_from_file_location(name, _shared("tools", f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _extractor() -> Extractor:
    return load_extractor()


def _dispatches(floor_set: str) -> list[Case]:
    chosen = set(disputes_of(floor_set))
    return [case for case in load_cases(CORPUS) if dispute(case["id"]) in chosen]


# ---------------------------------------------------------------- statements and attributions


def _statements(floor_set: str, *, gold_spans: bool) -> Figures:
    """Text to statements; with `gold_spans` the interpretation of gold attributions alone."""
    cases = _dispatches(floor_set)
    return score(cases, dict(predict(cases, CORPUS / "codebooks", None if gold_spans else _extractor()))).rates()


def _real_news() -> list[Path]:
    folder = _shared("gold", "real")
    return [*folder.glob("*.json"), *(folder / "codebooks").iterdir()]


def _cases() -> Figures:
    """Text to statements on the corpora's cases."""
    return _scored(_shared("cases"), load_cases(_shared("cases")))


def _real(*, wikinews: bool) -> Figures:
    """Text to statements and to the matrix on real news annotated by hand, on one half of it."""
    folder = _shared("gold", "real")
    return _scored(folder, [case for case in load_cases(folder) if case["id"].startswith("wn-") == wikinews])


def _scored(folder: Path, cases: list[Case]) -> Figures:
    """Score statements and the matrix that they add up to by the corpora's own scorers."""
    sys.path.insert(0, str(_shared("tools")))
    try:
        scorer, matrix = _tool("score_statements"), _tool("score_matrix")
    finally:
        sys.path.pop(0)
    gold = {key: case for key, case in scorer.load_gold(folder).items() if key in {case["id"] for case in cases}}
    predictions = {
        key: [scorer.whole(record, gold[key]["text"], key) for record in records]
        for key, records in predict(cases, folder / "codebooks", _extractor())
    }
    result, cells = scorer.score(gold, predictions), matrix.score(gold, predictions)
    measured = {name: 100 * row["accuracy"] for name, row in result["fields"].items() if row["accuracy"] is not None}
    for name in ("statements", "cell", "condition tokens", "condition found"):
        measured[name] = 100 * result[name]["f1"]
    measured["position"] = 100 * cells["position"]["f1"]
    for name in ("flipped", "unbacked"):
        measured[f"not {name}"] = 100 * (1 - cells[name])
    return measured


def _polnear() -> Figures:
    """Attributions on the development articles of PolNeAR, by the corpora's own scorer."""
    scorer = _tool("score_attribution")
    gold = scorer.load(_shared("data", "polnear", "dev.jsonl"))
    predicted = {
        key: {"id": key, "attributions": outermost(_extractor().attributions(Text(article["text"])))}
        for key, article in gold.items()
    }
    result = scorer.score(gold, predicted)
    measured = {metric: 100 * result["all"][metric]["f1"] for metric in ("relation", "overlap", "exact")}
    return {**measured, "direct relation": 100 * result["direct"]["relation"]["f1"]}


# ---------------------------------------------------------------- analyses, against judgements of one reader


def _rates(found: set[Any], right: set[Any]) -> Figures:
    both = len(found & right)
    return {"precision": 100 * both / len(found), "recall": 100 * both / len(right)}


def _lines(name: str) -> list[str]:
    text = (JUDGEMENTS / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _retellings() -> Figures:
    """Pairs of reports of one utterance, on the half on which no threshold was set."""
    with (JUDGEMENTS / "retold.tsv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle, delimiter="\t") if row["half"] == "b"]
    right = {(a, b) for a, b in combinations(range(len(rows)), 2) if rows[a]["utterance"] == rows[b]["utterance"]}
    names = ("speaker", "outlet", "issue", "act", "quote")
    table = tables.table_of(
        {**{name: row[name] for name in names}, "id": f"{place:03}", "article": f"a{place}", "when": row["date"]}
        for place, row in enumerate(rows)
    ).with_columns(pl.lit("support").alias("stance"), pl.lit("CT+").alias("commitment"))
    joined = clusters(table, meaning=bundled_vectors().mean)["cluster"].to_list()
    return _rates({(a, b) for a, b in combinations(range(len(joined)), 2) if joined[a] == joined[b]}, right)


def _gold_tables() -> dict[str, pl.DataFrame]:
    """The gold statements of the judged dispatches, a table per codebook."""
    made: dict[str, list[dict[str, Any]]] = {}
    chosen = set(disputes_of("own dispatches"))
    for path in sorted(CORPUS.glob("*.json")):
        if dispute(path.stem) not in chosen:
            continue
        case = json.loads(path.read_text(encoding="utf-8"))
        text = case["text"]
        for place, gold in enumerate(case["statements"]):
            names = ("speaker", "affiliation", "issue", "stance", "commitment", "act")
            made.setdefault(case["codebook"], []).append({
                **{name: gold[name] for name in names}, "id": f"{case['id']}/{place}", "article": case["id"],
                "outlet": case["publisher"], "published": case["published"],
                "quote": " … ".join(text[start:end] for start, end in gold["content"]),
                "cue": " ".join(text[start:end] for start, end in gold["cue"]),
                "condition": [text[start:end] for start, end in gold["condition"] or []],
            })  # fmt: skip
    return {name: tables.table_of(rows) for name, rows in made.items()}


def _red_lines() -> Figures:
    """Statements that are absolute refusals or demands."""
    found = {key for ids in redlines(pl.concat(_gold_tables().values()))["ids"] for key in ids}
    return _rates(found, {key for line in _lines("redlines.txt") for key in line.split()})


def _conditions() -> Figures:
    """Conditions that refer to an issue of the codebook; those that stay in their own words are not judged."""
    found = set()
    for name, table in _gold_tables().items():
        terms = {issue.id: [*issue.terms, issue.label] for issue in load_codebook(CORPUS / "codebooks" / name).issues}
        edges = conditions(table, terms=terms).filter(pl.col("before").is_in(list(terms)))
        found |= set(edges.explode("ids").select("before", "after", "ids").rows())
    return _rates(found, {tuple(line.split()) for line in _lines("conditions.txt")})
