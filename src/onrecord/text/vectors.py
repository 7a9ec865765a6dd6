"""Embed phrases by static word-piece vectors: the weighted mean of the pieces' vectors.

`data/vectors/pieces.npz` is distilled from a sentence encoder by `training/static_vectors.py`; numpy reads it.
"""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from onrecord.models.embeddings import EmbeddingTable, table_from_arrays
from onrecord.text.tokens import CACHE_SIZE, LONGEST_WORD, words

Floats = npt.NDArray[np.float32]
MAX_PIECE = 40  # characters of a piece


@dataclass(slots=True)
class PieceVectors:
    """Hold a vocabulary of word pieces with a vector each."""

    index: dict[str, int]
    table: EmbeddingTable
    _remembered: Callable[[str], Floats | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._remembered = lru_cache(maxsize=CACHE_SIZE)(self._word)

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""
        return self.table.width

    def pieces(self, word: str) -> list[int]:
        """Return the vocabulary indices of a word: whole, or its longest pieces from the left (WordPiece); [] if
        unknown.
        """
        if word in self.index:
            return [self.index[word]]
        found: list[int] = []
        at = 0
        while at < len(word):
            for end in range(min(len(word), at + MAX_PIECE), at, -1):
                hit = self.index.get(("##" if at else "") + word[at:end])
                if hit is not None:
                    found.append(hit)
                    at = end
                    break
            else:
                return []
        return found

    def word(self, word: str) -> Floats | None:
        """Return the summed vector of one lower-case word; the latest ones are remembered.

        None if no piece fits, or where the word has more than `LONGEST_WORD` characters: a number of 300,000
        digits would be 100,000 vectors.
        """
        return self._remembered(word) if len(word) <= LONGEST_WORD else None

    def _word(self, word: str) -> Floats | None:
        hits = self.pieces(plain(word))
        return self.table.rows(hits).sum(0) if hits else None

    def mean(self, tokens: Iterable[str]) -> Floats:
        """Return the unit vector of some lower-case words; zeros where none is known."""
        total = np.zeros(self.dimensions, dtype=np.float32)
        for token in tokens:
            vector = self.word(token)
            if vector is not None:
                total += vector
        length = math.sqrt(float(total @ total))
        return total / length if length else total

    def of(self, text: str) -> Floats:
        """Return the unit vector of a text's words."""
        return self.mean(w.lower for w in words(text) if w.is_word)


def plain(word: str) -> str:
    """Spell a word as the vocabulary does: lower case, without accents."""
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if unicodedata.category(c) != "Mn")


@cache
def bundled_vectors() -> PieceVectors:
    """Load the vectors under `data/` once."""
    raw = resources.files("onrecord").joinpath("data", "vectors", "pieces.npz").read_bytes()
    with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
        names = stored["pieces"].tobytes().decode("utf-8").split("\n")
        return PieceVectors({name: i for i, name in enumerate(names)}, table_from_arrays(stored))
