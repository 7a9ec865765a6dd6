"""Split a text for display at every boundary of a marked span or word.

Offsets are code points and stay on this side: the browser gets pieces and numbers of words, and sends numbers of
words back. Joined, the pieces are the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from onrecord.core.statement import Statement
from onrecord.errors import SpanError

PARTS = ("content", "source", "cue", "condition")
# A word, a run of blanks, or a single other character, so that a quotation mark can be left out of a selection.
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mark:
    """Describe a span of one part of one statement."""

    start: int
    end: int
    part: str
    statement: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold some characters with all marks that cover them; `depth` counts the contents, `words` numbers their first
    word.
    """

    text: str
    parts: tuple[str, ...]
    statements: tuple[str, ...]
    depth: int
    word: int | None = None


def marks(statements: Iterable[Statement]) -> list[Mark]:
    """Return all spans of the statements' source, cue, content and condition."""
    made = []
    for statement in statements:
        for part, pieces in (
            ("content", statement.content), ("source", statement.source), ("cue", statement.cue),
            ("condition", statement.condition.value),
        ):  # fmt: skip
            made += [Mark(piece.span.start, piece.span.end, part, statement.id) for piece in pieces]
    return made


def split(text: str, found: Sequence[Mark], *, words: bool = False) -> Iterator[Piece]:
    """Split a text into pieces in order; with `words` each word is a numbered piece.

    SpanError if a mark lies outside the text.
    """
    if any(not 0 <= mark.start < mark.end <= len(text) for mark in found):
        raise SpanError("a mark lies outside its text")
    spans = _words(text) if words else []
    starts = {start: number for number, (start, _) in enumerate(spans)}
    cuts = sorted({0, len(text), *(m.start for m in found), *(m.end for m in found), *starts})
    opening: dict[int, list[Mark]] = {}
    for mark in found:
        opening.setdefault(mark.start, []).append(mark)
    active: list[Mark] = []
    number: int | None = None
    for start, end in pairwise(cuts):
        active = [mark for mark in active if mark.end > start] + opening.get(start, [])
        inner = sorted(active, key=lambda mark: (mark.end - mark.start, mark.start, mark.statement))
        number = starts.get(start, number)
        yield Piece(
            text=text[start:end],
            parts=tuple(part for part in PARTS if any(mark.part == part for mark in active)),
            statements=tuple(dict.fromkeys(mark.statement for mark in inner)),
            depth=len({mark.statement for mark in active if mark.part == "content"}),
            word=number if words else None,
        )


def span_of_words(text: str, first: int, last: int) -> tuple[int, int]:
    """Return the code points from word `first` to word `last` inclusive, in either order, without outer blanks.

    SpanError if there are no such words, or only blanks.
    """
    spans = _words(text)
    low, high = min(first, last), max(first, last)
    if low < 0 or high >= len(spans):
        raise SpanError(f"words {first} to {last} are not in a text of {len(spans)} words")
    start, end = spans[low][0], spans[high][1]
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        raise SpanError("only blanks were selected")
    return start, end


def words_of_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the numbers of the first and the last word that a span touches."""
    touched = [number for number, (low, high) in enumerate(_words(text)) if low < end and start < high]
    return touched[0], touched[-1]


def _words(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _WORD.finditer(text)]
