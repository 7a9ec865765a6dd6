"""Fit the model that finds typed names, and write it as `names.npz` with its manifest.

    fit_names.py OUT --texts FILE.jsonl ... --cache FOLDER [--articles N]

Labels are the names that spaCy's small English model finds in the texts (silver; that model is not shipped).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from onrecord.resolve.document import Document
from onrecord.resolve.names import BUCKETS, LABELS, Features, NameTagger, candidate_spans, legal_steps
from onrecord.resolve.vocabulary import load_vocabulary

SILVER = {
    "PERSON": "person", "ORG": "organisation", "GPE": "place", "LOC": "place", "FAC": "place", "NORP": "group",
    "EVENT": "other", "LAW": "other", "PRODUCT": "other", "WORK_OF_ART": "other", "LANGUAGE": "other",
}  # fmt: skip
LEADING = re.compile(r"(?:the|a|an)\s+", re.I)
TRAILING = re.compile(r"(?:['’]s?|[\s,.;:])+$")
EPOCHS, RATE = 6, 0.03
Name = tuple[int, int, str]


def silver_names(rows: list[dict[str, Any]], cache: Path) -> list[list[Name]]:
    """The names in the texts by spaCy's small model, from the cache where they are there."""
    path = cache / "silver.jsonl"
    known = {}
    if path.exists():
        known = {row["id"]: row["ents"] for row in map(json.loads, path.open(encoding="utf-8"))}
    missing = [row for row in rows if row["id"] not in known]
    if missing:
        import spacy

        parser = spacy.load(spacy.util.get_installed_models()[0], disable=["lemmatizer"])
        with path.open("a", encoding="utf-8") as out:
            for row in missing:
                known[row["id"]] = [(e.start_char, e.end_char, e.label_) for e in parser(row["text"]).ents]
                out.write(json.dumps({"id": row["id"], "ents": known[row["id"]]}) + "\n")
    return [list(_clean(row["text"], known[row["id"]])) for row in rows]


def _clean(text: str, names: list[Any]) -> Iterator[Name]:
    """Names without articles and possessives; none that candidate_spans over a line."""
    for start, end, label in names:
        if label not in SILVER or "\n" in text[start:end].strip():
            continue
        lead = LEADING.match(text, start, end)
        start = lead.end() if lead else start
        end -= len(text[start:end]) - len(TRAILING.sub("", text[start:end]))
        if end > start and any(c.isupper() for c in text[start:end]):
            yield start, end, SILVER[label]


def labelled(document: Document, names: list[Name]) -> list[int]:
    """The label of each token."""
    labels = [0] * len(document.tokens)
    starts, ends = [t.start for t in document.tokens], [t.end for t in document.tokens]
    for start, end, kind in names:
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        for n in range(first, last):
            labels[n] = LABELS.index(("B-" if n == first else "I-") + kind)
    return labels


def rows_of(text: str, names: list[Name]) -> tuple[list[list[int]], list[int]]:
    """The features and labels of the tokens in candidate_spans."""
    vocabulary = load_vocabulary()
    document = Document(text)
    features, labels = Features(document, vocabulary), labelled(document, names)
    x: list[list[int]] = []
    y: list[int] = []
    for span in candidate_spans(document, vocabulary):
        x += features.of_span(span)
        y += labels[span.first : span.last]
    return x, y


def fit(x: list[list[int]], y: list[int]) -> npt.NDArray[np.float32]:
    """Weights [buckets, labels] of a softmax over sums of feature rows."""
    torch.manual_seed(1)
    torch.set_num_threads(1)
    flat = torch.tensor([f for row in x for f in row])
    lengths = torch.tensor([len(row) for row in x])
    starts = torch.cat([torch.zeros(1, dtype=torch.long), lengths.cumsum(0)[:-1]])
    target = torch.tensor(y)
    bag = torch.nn.EmbeddingBag(BUCKETS, len(LABELS), mode="sum", sparse=True)
    torch.nn.init.zeros_(bag.weight)
    optimiser = torch.optim.Adagrad(bag.parameters(), lr=RATE * 3)
    loss = torch.nn.CrossEntropyLoss(label_smoothing=0.02)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(target)).split(256):
            pieces = [flat[starts[r] : starts[r] + lengths[r]] for r in rows.tolist()]
            offsets = torch.cat([torch.zeros(1, dtype=torch.long), lengths[rows].cumsum(0)[:-1]])
            optimiser.zero_grad()
            loss(bag(torch.cat(pieces), offsets), target[rows]).backward()
            optimiser.step()
    return bag.weight.detach().numpy().copy()


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--texts", type=Path, nargs="+", required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=440)
    options = parser.parse_args()
    rows = [json.loads(line) for path in options.texts for line in path.open(encoding="utf-8")]
    rows.sort(key=lambda row: hashlib.sha256(row["id"].encode()).hexdigest())
    if (options.cache / "silver.jsonl").exists():
        known = {json.loads(line)["id"] for line in (options.cache / "silver.jsonl").open(encoding="utf-8")}
        rows.sort(key=lambda row: row["id"] not in known)
    rows = rows[: options.articles]
    names = silver_names(rows, options.cache)
    held = len(rows) // 10
    x: list[list[int]] = []
    y: list[int] = []
    for row, found in zip(rows[held:], names[held:], strict=True):
        more, labels = rows_of(row["text"], found)
        x += more
        y += labels
    weights = fit(x, y)
    scale = np.abs(weights).max() / 127
    whole = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    tagger = NameTagger(whole.astype(np.float32) * scale, legal_steps(), load_vocabulary())
    right = wanted = got = bounds = 0
    for row, found in zip(rows[:held], names[:held], strict=True):
        mine = {(n.start, n.end, n.kind) for n in tagger.names(Document(row["text"]))}
        theirs = set(found)
        right, got, wanted = right + len(mine & theirs), got + len(mine), wanted + len(theirs)
        bounds += len({m[:2] for m in mine} & {t[:2] for t in theirs})
    np.savez_compressed(options.out / "names.npz", weights=whole, scale=np.float32(scale))
    card = {
        "format": 1,
        "labels": LABELS,
        "trained on": f"{len(rows) - held} articles of PolNeAR train and Wikinews; "
        "names by spaCy's small English model",
        "held out": f"{held} of these articles: F1 {right * 2 / (got + wanted):.3f} against the silver names, "
        f"bounds alone {bounds * 2 / (got + wanted):.3f}",
        "data": hashlib.sha256(json.dumps([row["id"] for row in rows]).encode()).hexdigest()[:16],
    }
    print(json.dumps(card), (options.out / "names.npz").stat().st_size)


if __name__ == "__main__":
    main()
