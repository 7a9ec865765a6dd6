"""The reader: a small encoder that reads a statement beside a proposition, and says how likely each act, commitment
and stance is.

It sees what words alone do not tell ("a bridge that nobody can afford to cross is a wall"): source, cue and content in
their places, some words before them, and the issue's proposition. One run of the network reads one statement, so that
no other statement can change an answer. Made by `training/fit_reader.py`; runs on ONNX Runtime.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from onrecord.core.span import encodable
from onrecord.errors import ModelError
from onrecord.models.embeddings import read_table
from onrecord.models.session import open_graph

Range = tuple[int, int]
Floats = npt.NDArray[np.float32]
SPECIAL, PROPOSITION, CONTEXT, SOURCE, CUE, CONTENT = range(6)
ROLES = 6
LEFT_CHARACTERS, LEFT = 100, 12  # what stands before: characters looked at, pieces kept
LONGEST = 64  # pieces of the statement itself
CUE_ROOM = 24  # of these, at most for source and cue, where the content is long
LONGEST_PROPOSITION = 28
OPENERS, CLOSERS = "“„«", "”»"


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a statement stands in a text, in code points."""

    source: Sequence[Range]
    cue: Sequence[Range]
    content: Sequence[Range]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Word pieces with what each is: role + ROLES * (1 inside quotation marks)."""

    ids: list[int]
    features: list[int]


@dataclass(frozen=True, slots=True)
class Likely:
    """Log chances of each act, commitment and stance, in the order of the reader's `classes`."""

    act: Floats
    commitment: Floats
    stance: Floats


def quoted(text: str) -> npt.NDArray[np.bool_]:
    """For each character whether it stands inside quotation marks; a paragraph closes what it opened."""
    inside = np.zeros(len(text), dtype=bool)
    begin = 0
    for paragraph in text.split("\n"):
        opened: int | None = None
        for n, character in enumerate(paragraph):
            if character in OPENERS or (character == '"' and opened is None):
                opened = n if opened is None else opened
            elif opened is not None and (character in CLOSERS or character == '"'):
                inside[begin + opened : begin + n] = True
                opened = None
        if opened is not None:
            inside[begin + opened : begin + len(paragraph)] = True
        begin += len(paragraph) + 1
    return inside


def statement_pieces(tokenizer: Tokenizer, text: str, passage: Passage, inside: npt.NDArray[np.bool_]) -> Pieces:
    """The statement and some words before it; `inside` is `quoted(text)`."""
    spans = [*passage.source, *passage.cue, *passage.content]
    low, high = min(a for a, _ in spans), max(b for _, b in spans)
    start = max(0, low - LEFT_CHARACTERS)
    role = np.full(high - start, CONTEXT, dtype=np.int64)
    for kind, ranges in ((CONTENT, passage.content), (CUE, passage.cue), (SOURCE, passage.source)):
        for a, b in ranges:
            role[a - start : b - start] = kind
    encoding = tokenizer.encode(encodable(text[start:high]), add_special_tokens=False)
    at = [begin for begin, _ in encoding.offsets]
    before = [n for n, place in enumerate(at) if start + place < low][-LEFT:]
    body = _fitting([n for n, place in enumerate(at) if start + place >= low], [int(role[place]) for place in at])
    kept = before + body
    features = [int(role[at[n]]) + ROLES * int(inside[start + at[n]]) for n in kept]
    return Pieces([encoding.ids[n] for n in kept], features)


def _fitting(body: list[int], roles: list[int]) -> list[int]:
    """At most LONGEST of the statement's pieces: what is neither source, cue nor content goes first."""
    if len(body) <= LONGEST:
        return body
    kept = [n for n in body if roles[n] != CONTEXT]
    if len(kept) <= LONGEST:
        return kept
    report = [n for n in kept if roles[n] != CONTENT][:CUE_ROOM]
    return sorted(report + [n for n in kept if roles[n] == CONTENT][: LONGEST - len(report)])


def assemble(statement: Pieces, proposition: list[int], marks: tuple[int, int]) -> Pieces:
    """What the network reads: [CLS] proposition [SEP] statement [SEP]; `marks` are the ids of these two."""
    first, last = marks
    proposition = proposition[:LONGEST_PROPOSITION]
    ids = [first, *proposition, last, *statement.ids, last]
    return Pieces(ids, [SPECIAL, *[PROPOSITION] * len(proposition), SPECIAL, *statement.features, SPECIAL])


class Reader:
    """A folder with model.onnx, tokenizer.json, pieces.npz and config.json, loaded."""

    def __init__(self, path: Path) -> None:
        """Load; ModelError where a file is missing or damaged."""
        try:
            config = json.loads((path / "config.json").read_text(encoding="utf-8"))
            self.classes = {name: tuple(values) for name, values in config["classes"].items()}
            self.tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
            self.weights = {name: (float(a), float(b)) for name, (a, b) in config["weights"].items()}
            self._table = read_table(path / "pieces.npz")
            self._session = open_graph((path / "model.onnx").read_bytes())
            first, last = (self.tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))
            if first is None or last is None:
                raise ModelError("the tokenizer does not know [CLS] and [SEP]")
            self._marks = (first, last)
        except Exception as error:
            raise ModelError(f"{path}: no usable reader ({error}); reinstall the package") from error
        self._propositions = lru_cache(maxsize=256)(self._proposition)

    def read(self, text: str, passage: Passage, proposition: str | None, inside: npt.NDArray[np.bool_]) -> Likely:
        """How a statement is to be taken; without a proposition the stance means nothing."""
        statement = statement_pieces(self.tokenizer, text, passage, inside)
        return self._run(assemble(statement, list(self._propositions(proposition or "")), self._marks))

    def blend(self, name: str, classes: Sequence[str], scores: Floats, likely: Likely) -> Floats:
        """Another model's scores of `classes` together with the reader's, both weighted as was fitted."""
        own = dict(zip(self.classes[name], getattr(likely, name).tolist(), strict=True))
        theirs, mine = self.weights[name]
        result: Floats = theirs * scores + mine * np.array([own[c] for c in classes], dtype=np.float32)
        return result

    def _proposition(self, proposition: str) -> tuple[int, ...]:
        return tuple(self.tokenizer.encode(proposition, add_special_tokens=False).ids)

    def _run(self, pieces: Pieces) -> Likely:
        features = np.array([pieces.features], dtype=np.int64)
        roles = features[0] % ROLES
        pooled = np.zeros((1, 3, features.shape[1]), dtype=np.float32)
        pooled[0, 0, 0] = 1
        for row, role in ((1, CONTENT), (2, CUE)):
            here = roles == role
            pooled[0, row, here] = 1 / max(1, int(here.sum()))
        inputs = {"embedded": self._table.rows(pieces.ids)[None], "feature": features, "pooled": pooled}
        scores = self._session.run(None, inputs)[0][0]
        parts, at = [], 0
        for name in ("act", "commitment", "stance"):
            values = scores[at : at + len(self.classes[name])]
            at += len(values)
            parts.append(values - (values.max() + np.log(np.exp(values - values.max()).sum())))
        return Likely(*(np.asarray(part, dtype=np.float32) for part in parts))


def bundled_reader() -> Reader | None:
    """The reader that the package brings, a new one each time; None where it is missing (while it is being made)."""
    path = Path(str(resources.files("onrecord").joinpath("data", "reader")))
    return Reader(path) if path.is_dir() else None
