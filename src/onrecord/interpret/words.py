"""Words, sentences and inflected forms: all that the interpreter's rules need of grammar, at string speed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

from onrecord.lexicon import inflections as inflections

WORD = re.compile(r"\w+(?:['’\-.]\w+)*\.?(?<=[A-Z]\.)|\w+(?:['’\-]\w+)*|[^\w\s]")
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen col lt sgt capt sen rep gov st jr sr no vs etc jan feb mar apr jun jul aug sep sept "
    "oct nov dec u.s u.k u.n e.u a.m p.m inc ltd co corp".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a mark at `[start, end)`; `lower` is casefolded, with straight apostrophes."""

    text: str
    lower: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it is more than punctuation."""
        return self.text[0].isalnum()

    @property
    def is_name(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[:1].isupper()


START = attrgetter("start")
SHORT = 2_000  # characters: a clause is asked for several times, an article once
REMEMBERED = 4_096  # words whose stem or vector is kept: those of some articles, not of all that was ever read


def words(text: str, start: int = 0, end: int | None = None) -> list[Word]:
    """The words and marks of `text[start:end]`, offsets into the whole text; a possessive 's is a word of its own."""
    if start == 0 and end is None and len(text) <= SHORT:
        return list(_remembered(text))
    return _words(text, start, len(text) if end is None else end)


@lru_cache(maxsize=1024)
def _remembered(text: str) -> tuple[Word, ...]:
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
    """Those of the words of a text, in its order, that begin in `[start, end)`."""
    return found[bisect_left(found, start, key=START) : bisect_left(found, end, key=START)]


def sentences(text: str) -> list[tuple[int, int]]:
    """Sentences as (start, end), by full stops before a capital and by line ends; abbreviations do not end one."""
    bounds: list[tuple[int, int]] = []
    for block in re.finditer(r"[^\r\n]+", text):
        start = block.start()
        for stop in re.finditer(r"[.!?…]+[\"'”’»)]*\s+(?=[\"'“‘„«(—–-]*\s?[A-Z0-9ÁÉÍÓÚÄÖÜÅØÆČŠŽĐİŞ])", block.group()):
            head = block.group()[: stop.start()]
            last = re.search(r"([\w.]+)$", head)
            word = last.group(1).casefold() if last else ""
            if stop.group().startswith(".") and (word in ABBREVIATIONS or (len(word) == 1 and head[-1:].isupper())):
                continue
            bounds.append((start, block.start() + stop.end()))
            start = block.start() + stop.end()
        if text[start : block.end()].strip():
            bounds.append((start, block.end()))
    return bounds


def at(bounds: list[tuple[int, int]], position: int) -> int:
    """The index of the bound that holds `position`, or of the last one before it (0 where none is)."""
    return max(0, bisect_right(bounds, (position, 1 << 60)) - 1)


@lru_cache(maxsize=REMEMBERED)
def stem(word: str) -> str:
    """A rough stem that joins inflections and near derivations: withdraw/withdrawal, guarantee/guarantees."""
    lower = word.casefold()
    for ending in (
        "ations",
        "ation",
        "ments",
        "ment",
        "ings",
        "ing",
        "als",
        "al",
        "ions",
        "ion",
        "ies",
        "ers",
        "er",
        "ed",
        "es",
        "s",
        "e",
        "y",
    ):
        if lower.endswith(ending) and len(lower) - len(ending) >= 4:
            root = lower[: -len(ending)]
            return root[:-1] if len(root) > 4 and root[-1] == root[-2] and root[-1] not in "ls" else root
    return lower
