"""Split text into words and punctuation marks, with offsets into the text; stem words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

from onrecord.lexicon import word_class

WORD = re.compile(r"\w+(?:['’\-.]\w+)*\.?(?<=[A-Z]\.)|\w+(?:['’\-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Word:
    """Hold a word or mark at `[start, end)`; `lower` is casefolded, with straight apostrophes."""

    text: str
    lower: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Tell whether it is more than punctuation."""
        return self.text[0].isalnum()


START = attrgetter("start")
MAX_CACHED_LENGTH = 2_000  # characters: a clause is asked for several times, an article once
CACHE_SIZE = 4_096  # words whose stem or vector is kept: those of some articles, not of all that was ever read
LONGEST_WORD = 100  # characters; the tokenizers of the models know no longer word either


def words(text: str, start: int = 0, end: int | None = None) -> list[Word]:
    """Split `text[start:end]` into words and marks, with offsets into the text; a possessive 's is a word."""
    if start == 0 and end is None and len(text) <= MAX_CACHED_LENGTH:
        return list(_cached_words(text))
    return _words(text, start, len(text) if end is None else end)


@lru_cache(maxsize=1024)
def _cached_words(text: str) -> tuple[Word, ...]:
    return tuple(_words(text, 0, len(text)))


def _words(text: str, start: int, end: int) -> list[Word]:
    made: list[Word] = []
    for match in WORD.finditer(text, start, end):
        token, at = match.group(), match.start()
        if len(token) > 2 and token[-1] == "s" and token[-2] in "'’":
            cut = len(token) - 2
            made.append(Word(token[:cut], token[:cut].casefold().replace("’", "'"), at, at + cut))
            made.append(Word(token[cut:], "'s", at + cut, match.end()))
        else:
            made.append(Word(token, token.casefold().replace("’", "'"), at, match.end()))
    return made


def between(found: Sequence[Word], start: int, end: int) -> Sequence[Word]:
    """Return the words that begin in `[start, end)`; `found` is in text order."""
    return found[bisect_left(found, start, key=START) : bisect_left(found, end, key=START)]


def stem(word: str) -> str:
    """Stem a word, so that inflections and near derivations agree: withdraw/withdrawal, guarantee/guarantees.

    Of a word of more than `LONGEST_WORD` characters the beginning is taken.
    """
    return _stem(word[:LONGEST_WORD])


@lru_cache(maxsize=CACHE_SIZE)
def _stem(word: str) -> str:
    lower = word.casefold()
    for ending in sorted(word_class("suffix"), key=len, reverse=True):
        if lower.endswith(ending) and len(lower) - len(ending) >= 4:
            root = lower[: -len(ending)]
            return root[:-1] if len(root) > 4 and root[-1] == root[-2] and root[-1] not in "ls" else root
    return lower
