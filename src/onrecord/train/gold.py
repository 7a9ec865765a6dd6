"""Load gold cases, and predict on them with the pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from onrecord.core.codec import statement_to_dict
from onrecord.core.span import Text
from onrecord.core.statement import Article, Attribution, PartialDate
from onrecord.errors import CodecError
from onrecord.extract import Extractor
from onrecord.extract.assemble import RawAttribution, assemble
from onrecord.interpreter import load_interpreter
from onrecord.lexicon import load_codebook

Case = dict[str, Any]


def load_cases(folder: Path) -> list[Case]:
    """Load the cases of a folder, by file name.

    Raises:
        CodecError: a case is broken or there is none.
    """
    cases = []
    for path in sorted(folder.glob("*.json")):
        try:
            case = json.loads(path.read_text(encoding="utf-8"))
            cases.append({key: case[key] for key in ("id", "text", "published", "codebook", "statements")})
        except (ValueError, KeyError, TypeError) as error:
            raise CodecError(f"{path}: not a gold case: {error!r}") from error
    if not cases:
        raise CodecError(f"{folder}: no gold cases (*.json) there")
    return cases


def gold_attributions(case: Case) -> list[Attribution]:
    """Return the attributions of a case as a perfect extractor would find them."""

    def spans(raw: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
        return tuple((start, end) for start, end in raw)

    found = [
        RawAttribution(source=spans(s["source"]), cue=spans(s["cue"]), content=spans(s["content"]))
        for s in case["statements"]
    ]
    return assemble(Text(case["text"]), found)


def outermost(attributions: Sequence[Attribution]) -> list[dict[str, list[list[int]]]]:
    """Return the spans of the attributions that are outermost, as a corpus of outermost ones has them."""
    roles = ("source", "cue", "content")
    return [
        {role: [[e.span.start, e.span.end] for e in getattr(a, role)] for role in roles}
        for a in attributions
        if a.outer is None and a.inside is None
    ]


def predict(cases: Sequence[Case], codebooks: Path, extractor: Extractor | None) -> Iterator[tuple[str, list[Case]]]:
    """Yield (case id, statement records) for each case; without an extractor gold attributions are interpreted."""
    interpreters: dict[str, Any] = {}
    for case in cases:
        name = case["codebook"]
        if name not in interpreters:
            interpreters[name] = load_interpreter(load_codebook(codebooks / name))
        article = Article(text=Text(case["text"]), name=case["id"], published=PartialDate(case["published"]))
        found = gold_attributions(case) if extractor is None else extractor.attributions(article.text)
        yield case["id"], [statement_to_dict(s) for s in interpreters[name].statements(article, found)]
