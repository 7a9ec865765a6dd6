"""Run the trained tagger: text to raw attributions through ONNX Runtime, without PyTorch.

One text is read in overlapping windows, one run of the network each, on one thread.  A run never holds two windows,
so the answer for a text is the same bytes whatever else is read in the same call, and memory depends on the longest
window alone, not on the article.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from onrecord.errors import ModelError
from onrecord.extract.assemble import RawAttribution
from onrecord.extract.decode import DecodedAttribution, DecoderSettings, LinkBias, ScoredWindow, decode
from onrecord.extract.word_pieces import TokenizedText, split_into_pieces, windows
from onrecord.models.embeddings import read_table
from onrecord.models.session import load_tokenizer, open_session

Range = tuple[int, int]
Unread = tuple[TokenizedText, list[ScoredWindow]]
RULE = "tagger"
FORMAT = 2  # of model folders; 1 had the vectors of word pieces inside the graph
_LEADING = ("that ", "whether ", "if ")
_SINGLE = "'‘’`"
_DOUBLE = '"“”„«»'
_MARKS = f"{_SINGLE}{_DOUBLE} \n\t"


class Tagger:
    """Load a model folder (model.onnx, pieces.npz, tokenizer.json, config.json) and tag texts."""

    def __init__(self, path: Path) -> None:
        """Load the folder; ModelError if a file is missing or damaged."""
        try:
            config = json.loads((path / "config.json").read_text(encoding="utf-8"))
            self._tokenizer = load_tokenizer(path / "tokenizer.json")
            self._configure(config)
            self._table = read_table(path / "pieces.npz")
            self._session = open_session(path / "model.onnx")
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, ModelError) as error:
            raise ModelError(f"{path}: no usable tagger ({error}); reinstall, or name a folder with --model") from error

    def _configure(self, config: dict[str, Any]) -> None:
        if config["format"] != FORMAT:
            raise ModelError(f"model format {config['format']} is not known to this version")
        self._size, self._context, self._link = int(config["size"]), int(config["context"]), int(config["link"])
        known = {field.name for field in fields(DecoderSettings)}
        self.settings = DecoderSettings(**{key: value for key, value in config["settings"].items() if key in known})
        content, source = (
            LinkBias(*(np.array(config["links"][name][part], dtype=np.float32) for part in LinkBias.PARTS))
            for name in ("content", "source")
        )
        self._biases = (content, source)
        names = config.get("marks", ("[CLS]", "[SEP]"))
        marks = [number for name in names if (number := self._tokenizer.token_to_id(name)) is not None]
        if len(marks) != 2:
            raise ModelError(f"the tokenizer does not know {names}")
        self._first_mark, self._last_mark = marks

    def attributions(self, text: str) -> list[RawAttribution]:
        """Return the outermost attributions of a text, in the order of their cues; spans are code points of
        ``text``.
        """
        return self.decode(self.scores(text), self.settings)

    def scores(self, text: str) -> Unread:
        """Return the network's scores for a text, before decoding."""
        pieces = split_into_pieces(self._tokenizer, text)
        return pieces, [self._run(pieces, *window) for window in windows(pieces, self._size, self._context)]

    def decode(self, unread: Unread, settings: DecoderSettings) -> list[RawAttribution]:
        """Decode scores to the best valid reading."""
        pieces, parts = unread
        return [_found(pieces, reading) for reading in decode(pieces, parts, self._biases, settings)]

    def inner(self, text: str, content: Range) -> list[RawAttribution]:
        """Return the attributions inside one content, found by reading it as a separate text."""
        start, end = bare(text, *content)
        if end - start < 8:
            return []
        part = text[start:end]
        sentence = part[0].upper() + part[1:] if len(part[0].upper()) == 1 else part
        if sentence[-1].isalnum():
            sentence += "."  # the network knows whole sentences
        found = (moved(item, start, end) for item in self.attributions(sentence))
        return [replace(item, rule=f"{RULE}-inner") for item in found]

    def _run(self, pieces: TokenizedText, begin: int, core: int, end: int) -> ScoredWindow:
        """Run the network over one window."""
        low, high = int(pieces.first[begin]), int(pieces.first[end])
        ids = np.empty(high - low + 2, dtype=np.intp)
        ids[0], ids[1:-1], ids[-1] = self._first_mark, pieces.ids[low:high], self._last_mark
        feature = np.zeros((1, len(ids)), dtype=np.int64)
        feature[0, 1:-1] = pieces.feature[pieces.word[low:high]] + 1
        first = (pieces.first[begin:end] - low + 1).astype(np.int64)
        inputs = {"embedded": self._table.rows(ids)[None], "feature": feature, "first": first}
        scores = self._session.run(None, inputs)[0]
        ends = [scores[:, 12 + n * self._link : 12 + (n + 1) * self._link] for n in range(4)]
        return ScoredWindow(begin, core, end, scores[:, :12], *ends)


def _found(pieces: TokenizedText, reading: DecodedAttribution) -> RawAttribution:
    def spans(words: list[Range]) -> tuple[Range, ...]:
        return tuple((int(pieces.start[start]), int(pieces.end[end - 1])) for start, end in words)

    return RawAttribution(
        source=spans(reading.source),
        cue=spans([reading.cue]),
        content=spans(reading.content),
        rule=RULE,
        confidence=round(reading.score, 4),
        signals=reading.signals,
    )


def bare(text: str, start: int, end: int) -> Range:
    """Strip a content of its quotation marks and leading conjunction, so that it reads as a sentence."""
    whole = start
    while start < end and text[start] in _MARKS:
        start += 1
    for word in _LEADING:
        if text[start:end].lower().startswith(word):
            start += len(word)
            break
    while start < end and text[start] in _MARKS:
        start += 1
    while end > start and text[end - 1] in _MARKS:
        closes = sum(sign in _DOUBLE for sign in text[start:end]) % 2 == 1
        if not text[end - 1].isspace() and not (closes or any(sign in _SINGLE for sign in text[whole:start])):
            break
        end -= 1
    return start, end


def moved(found: RawAttribution, by: int, limit: int) -> RawAttribution:
    """Move all spans; what comes to stand before the text or behind `limit` is cut off."""

    def shift(spans: tuple[Range, ...]) -> tuple[Range, ...]:
        placed = ((max(start + by, 0), min(end + by, limit)) for start, end in spans)
        return tuple((start, end) for start, end in placed if start < end)

    return replace(
        found,
        source=shift(found.source),
        cue=shift(found.cue),
        content=shift(found.content),
    )
