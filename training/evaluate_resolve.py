"""Score speakers, affiliations, chains and times on label files, with the spans as labelled.

    evaluate_resolve.py LABELS DATA SCORER [--part development|training|all] [--errors FIELD] [--only ID]

SCORER is the scoring script whose name normalisation is used.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from onrecord.core.span import Text
from onrecord.core.statement import Article, Attribution, PartialDate
from onrecord.extract.assemble import RawAttribution, assemble
from training.label_files import Case, read_cases

ROWS = ("speaker", "speaker lenient", "affiliation", "chain", "chain, nested", "when", "when, dated")


def load_scorer(path: Path) -> Any:
    """Load the scoring script as a module."""
    spec = importlib.util.spec_from_file_location("scorer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def attributions_of(case: Case) -> tuple[Article, list[tuple[dict[str, Any], Attribution]], list[Attribution]]:
    """Make the attributions of a case from its labelled spans, each with its label."""
    text = Text(case.text)
    published = PartialDate(case.published) if case.published else None
    article = Article(text=text, name=case.id, title=case.title, outlet=case.outlet, published=published)
    found, labels = [], {}
    for statement in case.statements:
        if not statement["content"]:
            continue
        item = RawAttribution(
            source=tuple(sorted(statement["source"])),
            cue=tuple(sorted(statement["cue"])),
            content=tuple(sorted(statement["content"])),
        )
        found.append(item)
        labels[_start(item.cue), _start(item.content)] = statement
    made = assemble(text, found)
    pairs = []
    for attribution in made:
        cue, content = (part[0].span.start if part else -1 for part in (attribution.cue, attribution.content))
        found_label = labels.get((cue, content))
        if found_label is not None:
            pairs.append((found_label, attribution))
    return article, pairs, made


def _start(spans: tuple[tuple[int, int], ...]) -> int:
    return spans[0][0] if spans else -1


def compare(scorer: Any, gold: dict[str, Any], pred: dict[str, Any]) -> dict[str, bool]:
    """Which rows are right for one statement."""
    chain = [*map(scorer.name_tokens, gold["chain"])] == [*map(scorer.name_tokens, pred["chain"])]
    when = gold["when"] == pred["when"]
    right = {
        "speaker": scorer.same_name(gold["speaker"], pred["speaker"]),
        "speaker lenient": scorer.near_name(gold["speaker"], pred["speaker"]),
        "affiliation": scorer.same_name(gold["affiliation"], pred["affiliation"]),
        "chain": chain,
        "when": when,
    }
    if gold["chain"]:
        right["chain, nested"] = chain
    if gold["when"]:
        right["when, dated"] = when
    return right


def readers(old: bool) -> Any:
    """The function from an article and attributions to values."""
    if old:
        from onrecord.interpreter import load_interpreter

        interpreter = load_interpreter()

        def values(article: Article, attributions: list[Attribution]) -> list[dict[str, Any]]:
            found = interpreter.statements(article, attributions)
            return [
                {
                    "speaker": s.speaker.value,
                    "affiliation": s.affiliation.value,
                    "chain": list(s.chain.value),
                    "when": str(s.when.value) if s.when.value else None,
                    "why": (s.speaker.rule, s.affiliation.rule, s.when.rule),
                    "confidence": (s.speaker.confidence, s.affiliation.confidence),
                }
                for s in found
            ]

        return values
    from onrecord.resolve import load_resolver

    resolver = load_resolver()

    def resolved(article: Article, attributions: list[Attribution]) -> list[dict[str, Any]]:
        return [
            {
                "speaker": r.speaker.value,
                "affiliation": r.affiliation.value,
                "chain": list(r.chain.value),
                "when": str(r.when.value) if r.when.value else None,
                "why": (r.speaker.rule, r.affiliation.rule, r.when.rule),
                "confidence": (r.speaker.confidence, r.affiliation.confidence),
            }
            for r in resolver.resolve(article, attributions)
        ]

    return resolved


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("scorer", type=Path)
    parser.add_argument("--part", choices=("development", "training", "all"), default="development")
    parser.add_argument("--errors", action="append", default=[])
    parser.add_argument("--only", default="")
    parser.add_argument("--old", action="store_true")
    options = parser.parse_args()
    scorer = load_scorer(options.scorer)
    read = readers(options.old)
    right: dict[str, Counter[str]] = defaultdict(Counter)
    total: dict[str, Counter[str]] = defaultdict(Counter)
    began, words = 0.0, 0
    for case in read_cases(options.labels, options.data):
        if options.part != "all" and case.development != (options.part == "development"):
            continue
        if options.only and options.only not in case.id:
            continue
        article, pairs, made = attributions_of(case)
        start = time.perf_counter()
        answers = dict(zip(map(id, made), read(article, made), strict=True))
        began += time.perf_counter() - start
        words += len(case.text.split())
        for gold, attribution in pairs:
            pred = answers[id(attribution)]
            for row, good in compare(scorer, gold, pred).items():
                for name in (case.part, "all"):
                    total[name][row] += 1
                    right[name][row] += good
                if not good and row in options.errors:
                    kind = row.split()[0].strip(",")
                    source = " / ".join(e.quote for e in attribution.source)
                    cue = " / ".join(e.quote for e in attribution.cue)
                    print(
                        f"{case.id[:28]:28} {row}: {gold[kind]!r} read as {pred[kind]!r} | {source} | {cue} | "
                        f"speaker {gold['speaker']!r}/{pred['speaker']!r} | {pred['why']}"
                    )
    for row in ROWS:
        shares = [
            f"{100 * right[g][row] / total[g][row]:6.1f} ({total[g][row]})" if total[g][row] else "-"
            for g in ("all", "polnear", "whole")
        ]
        print(f"{row:18}", *shares)
    print(f"{words / max(began, 1e-9):.0f} words/s")


if __name__ == "__main__":
    main()
