"""Short invented inputs of the kinds that users report, and what must come of each.

Each line of `*.jsonl` is a case: `id`, `kind`, `text`, optionally `published` (ISO date) and `issues` (id to
`proposition` and `terms`), `expected` and `forbidden` (lists of patterns), and `seen` (true: its failures were read
while rules were made; false: only counted). A case holds when every expected pattern is met by a statement and no
forbidden one is. In a pattern `quote` are words that the quote contains, `quote_is` all of its words, `speaker_has`
words in the speaker's name; every other key names a field, its value what the field must be (null: none; a list: any
of these).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from onrecord import load
from onrecord.core.codec import statement_to_dict
from onrecord.core.span import Text
from onrecord.core.statement import Article, PartialDate
from onrecord.lexicon.codebook import codebook_from_dict
from onrecord.read.markup import plain_text

FOLDER = Path(__file__).parent


def read_cases(name: str) -> list[dict[str, Any]]:
    """Read the cases of a file of this folder (its name without `.jsonl`)."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def read_statements(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Read a case as the product does; the statements as their dictionaries."""
    issues = case.get("issues")
    book = {"issues": {key: {"label": key, **issue} for key, issue in issues.items()}} if issues else None
    pipeline = load(codebook_from_dict(book, "short") if book else None)
    published = PartialDate(case["published"]) if "published" in case else None
    text = plain_text(case["text"], case["id"], lambda _: None)
    article = Article(text=Text(text), name=case["id"], published=published)
    return [
        {**statement_to_dict(one), "condition": " ".join(part.quote for part in one.condition.value) or None}
        for one in pipeline.read_article(article).statements
    ]


def holds(case: dict[str, Any], statements: list[dict[str, Any]]) -> bool:
    """Tell whether the statements are what must come of the case."""
    met = all(any(_fits(pattern, one) for one in statements) for pattern in case["expected"])
    return met and not any(_fits(pattern, one) for pattern in case.get("forbidden", []) for one in statements)


def _words(text: str | None) -> str:
    """Give the words of a text, without case and punctuation."""
    return " ".join(re.findall(r"\w+", (text or "").lower()))


def _fits(pattern: dict[str, Any], one: dict[str, Any]) -> bool:
    """Tell whether a statement meets every condition of a pattern."""
    for key, want in pattern.items():
        if key == "quote":
            fits = f" {_words(want)} " in f" {_words(one['quote'])} "
        elif key == "quote_is":
            fits = _words(want) == _words(one["quote"])
        elif key == "speaker_has":
            fits = _words(want) in _words(one["speaker"])
        else:
            got = bool(one.get("nested_in")) if key == "nested" else one.get(key)
            fits = got in (want if isinstance(want, list) and key != "chain" else [want])
        if not fits:
            return False
    return True


def main(names: list[str]) -> None:
    """Print the failures among seen cases, and how many of the seen and of the kept ones hold."""
    for name in names:
        counts = {True: [0, 0], False: [0, 0]}
        for case in read_cases(name):
            statements = read_statements(case)
            good = holds(case, statements)
            counts[case["seen"]][0] += good
            counts[case["seen"]][1] += 1
            if case["seen"] and not good:
                print("FAIL", case["id"], case["kind"], "|", case["text"])
                for kind in ("expected", "forbidden"):
                    for pattern in case.get(kind, []):
                        found = any(_fits(pattern, one) for one in statements)
                        print("   ", kind, "met" if found else "not met", json.dumps(pattern))
                for one in statements:
                    shown = ("speaker", "quote", "affiliation", "chain", "when", "issue", "stance", "act", "commitment")
                    print("    ->", {key: one.get(key) for key in shown})
        print(f"{name}: seen {counts[True][0]} of {counts[True][1]}, kept {counts[False][0]} of {counts[False][1]}")
