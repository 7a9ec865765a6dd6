"""Floors on what the analyses find: retellings, red lines and conditions, against judgements of one reader.

The statements are the gold ones of the project's own dispatches, so that only the analyses are measured. The rules for
red lines were written by somebody who saw these dispatches: on others they will find less.
"""

from __future__ import annotations

import csv
import json
from itertools import combinations
from typing import Any

import polars as pl

from onrecord.analyse import tables
from onrecord.analyse.conditions import conditions
from onrecord.analyse.drift import clusters
from onrecord.analyse.redlines import redlines
from onrecord.interpret.vectors import bundled_vectors
from onrecord.lexicon import load_codebook
from tests.quality.conftest import FIRST, GOLDEN, above

FOLDER = GOLDEN.parent


def rates(found: set[Any], right: set[Any]) -> dict[str, float]:
    both = len(found & right)
    return {"precision": 100 * both / len(found), "recall": 100 * both / len(right)}


def lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def retold(half: str) -> tuple[pl.DataFrame, set[Any]]:
    """A half of the retellings as a table, and the pairs of places that are one utterance."""
    with (FOLDER / "retold.tsv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle, delimiter="\t") if row["half"] == half]
    right = {(a, b) for a, b in combinations(range(len(rows)), 2) if rows[a]["utterance"] == rows[b]["utterance"]}
    names = ("speaker", "outlet", "issue", "act", "quote")
    table = tables.table_of(
        {**{name: row[name] for name in names}, "id": f"{place:03}", "article": f"a{place}", "when": row["date"]}
        for place, row in enumerate(rows)
    )
    return table.with_columns(pl.lit("support").alias("stance"), pl.lit("CT+").alias("commitment")), right


def together(table: pl.DataFrame) -> set[Any]:
    names = table["cluster"].to_list()
    return {(a, b) for a, b in combinations(range(len(names)), 2) if names[a] == names[b]}


def test_retellings_in_other_words(floors: dict[str, dict[str, float]]) -> None:
    """Pairs of reports of one utterance, on the half on which no threshold was set."""
    table, right = retold("b")
    found = together(clusters(table, meaning=bundled_vectors().mean))
    above(rates(found, right), floors["retellings"])
    assert len(together(clusters(table))) < len(found), "word vectors find nothing more"


def gold() -> dict[str, pl.DataFrame]:
    """The gold statements of the first dispatches, which were judged, a table per codebook."""
    made: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(GOLDEN.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if not case["id"].startswith(FIRST):
            continue
        text = case["text"]
        for place, told in enumerate(case["statements"]):
            names = ("speaker", "affiliation", "issue", "stance", "commitment", "act")
            made.setdefault(case["codebook"], []).append({
                **{name: told[name] for name in names}, "id": f"{case['id']}/{place}", "article": case["id"],
                "outlet": case["publisher"], "published": case["published"],
                "quote": " … ".join(text[start:end] for start, end in told["content"]),
                "cue": " ".join(text[start:end] for start, end in told["cue"]),
                "condition": [text[start:end] for start, end in told["condition"] or []],
            })  # fmt: skip
    return {name: tables.table_of(rows) for name, rows in made.items()}


def test_red_lines(floors: dict[str, dict[str, float]]) -> None:
    """Statements that are told as absolute refusals or demands."""
    table = pl.concat(gold().values())
    found = {key for ids in redlines(table)["ids"] for key in ids}
    above(rates(found, {key for line in lines("redlines.txt") for key in line.split()}), floors["red lines"])


def test_conditions(floors: dict[str, dict[str, float]]) -> None:
    """Conditions that are taken for an issue of the codebook; those that stay in their own words are not judged."""
    found = set()
    for name, table in gold().items():
        terms = {issue.id: [*issue.terms, issue.label] for issue in load_codebook(GOLDEN / "codebooks" / name).issues}
        edges = conditions(table, terms=terms).filter(pl.col("before").is_in(list(terms)))
        found |= set(edges.explode("ids").select("before", "after", "ids").rows())
    above(rates(found, {tuple(line.split()) for line in lines("conditions.txt")}), floors["conditions"])
