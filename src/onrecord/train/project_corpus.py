"""Convert the project's dispatches to training examples, with their inner levels.

A corpus of outermost attributions in one country's news teaches neither what its annotators left out nor what a
content looks like that is read alone.  A few annotated dispatches, shown often in a last stage, teach both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from onrecord.core.statement import Attribution
from onrecord.extract.tagger import bare
from onrecord.train.examples import LabelledText, batches, example, read_labelled, stack
from onrecord.train.gold import gold_attributions, load_cases

MAX_SHORT_WORDS = 120  # words; a longer text is an article
BATCH_TEXTS = 24  # short texts in a batch
WITH_REPORT = 0.6  # of the short texts shown, which are mostly without one
ARTICLES = 0.6  # of the batches of the project corpus, articles; the others are contents


def read_project_corpus(
    folder: Path, keep_out: tuple[str, ...], tokenizer: Tokenizer, rates: dict[str, float]
) -> list[LabelledText]:
    """Read the cases of a folder and each of their contents as a separate text; ``keep_out``: prefixes of ids to
    exclude.
    """
    articles = [item for case in load_cases(folder) if not case["id"].startswith(keep_out) for item in _texts(case)]
    return [labelled for labelled in read_labelled(articles, tokenizer, rates)[0] if len(labelled.pieces) > 4]


def _texts(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    text, attributions = case["text"], gold_attributions(case)
    yield {"text": text, "attributions": [_spans(a, 0) for a in attributions if a.outer is None]}
    for outer in attributions:
        inner = [a for a in attributions if a.outer is outer]
        for evidence in outer.content:
            start, end = bare(text, evidence.span.start, evidence.span.end)
            if len(text[start:end].split()) < 5:
                continue
            yield {
                "text": text[start:end],
                "attributions": [_spans(a, start) for a in inner if _lies_in(a, start, end)],
            }


def _spans(attribution: Attribution, start: int) -> dict[str, list[tuple[int, int]]]:
    return {
        role: [(e.span.start - start, e.span.end - start) for e in getattr(attribution, role)]
        for role in ("source", "cue", "content")
    }


def _lies_in(attribution: Attribution, start: int, end: int) -> bool:
    pieces = (*attribution.source, *attribution.cue, *attribution.content)
    return all(start <= e.span.start and e.span.end <= end for e in pieces)


def mixed(
    corpus: Iterator[dict[str, npt.NDArray[Any]]],
    texts: list[LabelledText],
    share: float,
    reading: tuple[int, int, tuple[int, int]],
    rng: np.random.Generator,
) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """Yield batches endlessly, ``share`` of them from the project (not marked ``corpus``), the others from the
    corpus in
    order; ``reading``: window size, windows a batch, marks.
    """
    size, _, marks = reading
    articles = [labelled for labelled in texts if len(labelled.pieces) > MAX_SHORT_WORDS]
    contents = [labelled for labelled in texts if len(labelled.pieces) <= MAX_SHORT_WORDS]
    reporting = [labelled for labelled in contents if labelled.anchors]
    plain = [labelled for labelled in contents if not labelled.anchors]

    def short() -> dict[str, npt.NDArray[Any]]:
        groups = [reporting if rng.random() < WITH_REPORT else plain for _ in range(BATCH_TEXTS)]
        chosen = [group[int(rng.integers(len(group)))] for group in groups]
        return stack([example(one, 0, len(one.pieces), size, marks, True) for one in chosen])

    whole = endless(articles, reading, lambda _: rng)
    while True:
        at = rng.random()
        if at >= share:
            yield next(corpus) | {"corpus": np.array(True)}
        else:
            yield (next(whole) if at < share * ARTICLES else short()) | {"corpus": np.array(False)}


def endless(
    data: list[LabelledText], reading: tuple[int, int, tuple[int, int]], cut: Callable[[int], np.random.Generator]
) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """Yield epoch after epoch of batches; ``cut`` returns the generator that chooses the windows of each."""
    for epoch in count():
        yield from batches(data, *reading, cut(epoch))
