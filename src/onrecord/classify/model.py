"""Run the classifier: one pass of the network reads one statement beside a few propositions.

A pass depends on nothing but its own pieces, so no other statement changes an answer. Scores are sums over the
statement's pieces; `Verdict.shares` are the summands, which say which words moved a verdict.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from onrecord.classify.inputs import Encoded, Passage, Pieces, assemble, attention_mask, encode_statement
from onrecord.core.span import encodable
from onrecord.errors import ModelError
from onrecord.models.embeddings import read_table
from onrecord.models.session import open_graph

Floats = npt.NDArray[np.float32]
FORMAT = 2
CACHE_SIZE = 256  # results of the network: a text that repeats itself asks for the same ones


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """Hold the scores of one head's classes, and `shares` [pieces, classes]: each piece's contribution to them."""

    scores: Floats
    shares: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Hold the result of one pass: verdicts on the statement and on each proposition; `condition` has a logit per
    piece.
    """

    encoded: Encoded
    statement: dict[str, Verdict]
    propositions: list[dict[str, Verdict]]
    condition: Floats


class ClassifierModel:
    """Load a folder with model.onnx, pieces.npz, tokenizer.json and config.json."""

    def __init__(self, path: Path) -> None:
        """Load the folder; raise ModelError if a file is missing or damaged."""
        try:
            self.config = json.loads((path / "config.json").read_text(encoding="utf-8"))
            if self.config["format"] != FORMAT:
                raise ModelError(f"format {self.config['format']}, but this version reads format {FORMAT}")
            self.classes = {name: tuple(values) for name, values in self.config["classes"].items()}
            self._tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
            self._table = read_table(path / "pieces.npz")
            self._session = open_graph((path / "model.onnx").read_bytes())
            first, last = (self._tokenizer.token_to_id(name) for name in self.config["marks"])
            if first is None or last is None:
                raise ModelError("the tokenizer lacks the marks that config.json names")
            self._marks = (first, last)
        except (OSError, ValueError, KeyError, TypeError, ModelError) as error:
            raise ModelError(f"{path}: no usable classifier ({error}); reinstall the package") from error
        self._short = lru_cache(maxsize=1024)(self._encode)
        self._answers = lru_cache(maxsize=CACHE_SIZE)(self._run)

    def statement(self, text: str, passage: Passage, quoted: npt.NDArray[np.bool_]) -> Pieces:
        """Encode a statement in its context, to be read beside any number of propositions."""
        return encode_statement(self._tokenizer, text, passage, quoted)

    def read(self, statement: Pieces, speaker: str | None, title: str | None, propositions: Sequence[str]) -> Reading:
        """Read a statement of an article with this title beside propositions."""
        who, heading = (self._short(name) if name else () for name in (speaker, title))
        encoded = assemble(statement, who, heading, [self._short(p) for p in propositions], self._marks)
        parts = (encoded.ids, encoded.features, encoded.positions, encoded.blocks, encoded.heads)
        weights, values, asked, answers, own, condition = self._answers(*map(tuple, parts))
        found = {}
        at = 0
        for n, name in enumerate(self.config["heads"]["statement"]):
            columns = slice(at, at + len(self.classes[name]))
            shares = weights[:, n : n + 1] * values[:, columns]
            found[name] = Verdict(shares.sum(0), shares)
            at = columns.stop
        beside: list[dict[str, Verdict]] = []
        for row in range(len(propositions)):
            verdicts, at = {}, 0
            for name in self.config["heads"]["proposition"]:
                columns = slice(at, at + len(self.classes[name]))
                shares = asked[row][:, None] * answers[:, columns]
                verdicts[name] = Verdict(shares.sum(0) + own[row, columns], shares)
                at = columns.stop
            beside.append(verdicts)
        return Reading(encoded, found, beside, condition)

    def _run(
        self,
        ids: tuple[int, ...],
        features: tuple[int, ...],
        positions: tuple[int, ...],
        blocks: tuple[int, ...],
        heads: tuple[int, ...],
    ) -> list[Floats]:
        """Run the network on the parts of an `Encoded`; what it returns is remembered, so nobody may write to it."""
        block = np.array(blocks, dtype=np.int64)
        inputs = {
            "embedded": self._table.rows(list(ids))[None],
            "feature": np.array([features], dtype=np.int64),
            "position": np.array(positions, dtype=np.int64),
            "hidden": np.where(attention_mask(block), 0.0, -1e4).astype(np.float32)[None, None],
            "statement": np.arange(int((block == 0).sum()), dtype=np.int64),
            "heads": np.array(heads or [0], dtype=np.int64),  # the graph takes no empty list
        }
        found: list[Floats] = self._session.run(None, inputs)
        for array in found:
            array.flags.writeable = False
        return found

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(encodable(text), add_special_tokens=False).ids)


def softmax(scores: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    """Turn scores into probabilities."""
    raised = np.exp(scores - scores.max())
    result: npt.NDArray[np.floating[Any]] = raised / raised.sum()
    return result


@lru_cache(maxsize=2)
def load_classifier(path: Path | None = None) -> ClassifierModel:
    """Load a classifier, the one that the package brings by default; loaded once, as it takes seconds and memory."""
    return ClassifierModel(path or Path(str(resources.files("onrecord").joinpath("data", "classifier"))))


def spans_of(encoded: Encoded, chosen: Sequence[int]) -> list[tuple[int, int]]:
    """Join neighbouring pieces of the text into spans."""
    spans: list[list[int]] = []
    last = -2
    for n in sorted(chosen):
        begin, end = encoded.spans[n]
        if begin < 0:
            continue
        if n == last + 1 and spans:
            spans[-1][1] = end
        else:
            spans.append([begin, end])
        last = n
    return [(a, b) for a, b in spans]
