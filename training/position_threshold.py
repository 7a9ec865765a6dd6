"""Find the confidence at which nine in ten shown positions are right, on development articles read end to end.

    python -m training.position_threshold --data ../shared/data --labels training/labels

A position is one speaker on one issue in one article: `+`, `-` or balanced. It is right where the labels have the same
position for that speaker (the same name, or one that contains it) and issue, be it the one that a statement is filed
under or another that it speaks to. `core.columns.MIN_CONFIDENCE` is set from
this.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from onrecord.core.columns import position_confidence
from onrecord.core.span import Text
from onrecord.core.statement import Article
from onrecord.extract import load_extractor
from onrecord.interpreter import load_interpreter
from onrecord.lexicon.codebook import codebook_from_dict
from onrecord.text.names import compatible
from training.classifier.calibrate import load_articles
from training.classifier.data import is_development, load_texts, load_titles

SIDES = {"support": 1, "oppose": -1, "mixed": 0, "noncommittal": 0}
Row = tuple[str, str, str, float]  # speaker, issue, stance, confidence
Cell = tuple[str, str]  # speaker, issue


def positions(rows: Iterable[Row], least: float = 0.0) -> dict[Cell, int]:
    """Add statements at or above a confidence up to positions: 1, -1 or 0."""
    totals: dict[Cell, int] = defaultdict(int)
    for speaker, issue, stance, confidence in rows:
        if confidence >= least and stance in SIDES:
            totals[speaker, issue] += SIDES[stance]
    return {cell: (total > 0) - (total < 0) for cell, total in totals.items()}


def outcomes(gold: Mapping[Cell, int], found: Mapping[Cell, int]) -> Iterator[int | None]:
    """Yield for each found position the position of its gold cell, None where there is none; one cell pairs once."""
    left = dict(gold)
    for (speaker, issue), _ in found.items():
        same = [c for c in left if c[1] == issue and compatible(c[0], speaker)]
        best = next((c for c in same if c[0] == speaker), same[0] if same else None)
        yield left.pop(best) if best is not None else None


def read(
    articles: Iterable[Mapping[str, Any]], texts: Mapping[str, str], titles: Mapping[str, str]
) -> Iterator[tuple[list[Row], list[Row]]]:
    """Yield the labelled and the found statements of each article."""
    extractor = load_extractor()
    for a in articles:
        raw = {k: {n: issue[n] for n in ("label", "proposition", "terms")} for k, issue in a["issues"].items()}
        interpreter = load_interpreter(codebook_from_dict({"issues": raw}, a["id"]))
        article = Article(text=Text(texts[a["id"]]), name=a["id"], title=titles.get(a["id"]) or None)
        made = interpreter.statements(article, extractor.attributions(article.text))
        gold = [
            (s["speaker"], issue, stance, 1.0)
            for s in a["statements"]
            for issue, stance in {**s["also"], s["issue"]: s["stance"]}.items()
            if issue and s["speaker"]
        ]
        yield (
            gold,
            [
                (s.speaker.value, s.issue.value, s.stance.value.value, position_confidence(s))
                for s in made
                if s.speaker.value and s.issue.value
            ],
        )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    options = parser.parse_args()
    articles = [a for a in load_articles(options.labels)[0] if is_development(a["id"])]
    both = list(read(articles, load_texts(options.data), load_titles(options.data)))
    print("threshold  shown  right %  of all %  flipped %")
    for least in [n / 20 for n in range(20)]:
        shown = right = wanted = flipped = sided = 0
        for gold_rows, rows in both:
            gold, found = positions(gold_rows), positions(rows, least)
            wanted += len(gold)
            for position, truth in zip(found.values(), outcomes(gold, found), strict=True):
                shown += 1
                right += position == truth
                if position and truth:
                    sided += 1
                    flipped += position != truth
        if shown:
            print(
                f"{least:9.2f}  {shown:5d}  {100 * right / shown:7.1f}  {100 * right / wanted:8.1f}"
                f"  {100 * flipped / max(1, sided):9.1f}"
            )


if __name__ == "__main__":
    main()
