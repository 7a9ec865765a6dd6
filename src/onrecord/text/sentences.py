"""Split text into sentences.

A sentence ends with its line, and at a full stop, question mark, exclamation mark or ellipsis (with the quotation
marks and brackets after it) where a capital letter or a digit follows. A full stop after an initial or an abbreviation
ends none: never before a name ("Gen. Lee"), and after one that may stand last ("the U.S.") only where the next word
can only open a sentence (`data/sentences.tsv`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

from onrecord.lexicon import rows

Range = tuple[int, int]
LINE = re.compile(r"[^\r\n]+")
STOP = re.compile(
    r"(?<![.!?…])(?P<stop>[.!?…]+)[\"'”’“‘»«›‹)\]]*\s+(?P<opening>[\"'“‘„«»‹›(\[—–-]{0,4}\s?)(?=(?P<next>\w[\w’']*))"
)
LAST_WORD = re.compile(r"(?:\w+\.)*\w+$")
MAX_WORD = 24  # characters: the longest word that is looked up as an abbreviation


@cache
def _table(kind: str) -> frozenset[str]:
    return frozenset(row["word"] for row in rows("sentences.tsv") if row["kind"] == kind)


def sentences(text: str) -> list[Range]:
    """Split a text into sentences, as (start, end) in text order; blank lines belong to none."""
    bounds: list[Range] = []
    for line in LINE.finditer(text):
        start = line.start()
        for match in STOP.finditer(text, line.start(), line.end()):
            if _ends(text, start, match):
                end = match.start("opening")
                bounds.append((start, end))
                start = end
        if text[start : line.end()].strip():
            bounds.append((start, line.end()))
    return bounds


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Tell whether a sentence ends at a stop that is followed by a word."""
    following = match["next"]
    if not (following[0].isupper() or following[0].isdigit()):
        return False
    if match["stop"] != ".":
        return True
    last = LAST_WORD.search(text, max(start, match.start() - MAX_WORD), match.start())
    word = last.group() if last else ""
    initial = len(word) == 1 and word.isupper()
    lower = word.casefold()
    if lower in _table("before"):
        return False
    if lower in _table("number"):
        return not following[0].isdigit()
    if initial or lower in _table("either") or re.fullmatch(r"(?:\w\.)+\w", word):
        return following.casefold() in _table("opener") and following[0].isupper()
    return True


def index_at(bounds: list[Range], position: int) -> int:
    """Find the index of the sentence at `position`, or of the last one before it (0 where there is none)."""
    return max(0, bisect_right(bounds, (position, 1 << 60)) - 1)


def sentence_around(bounds: list[Range], start: int, end: int) -> Range:
    """Find the sentence, or the run of sentences, that holds `[start, end)`; (start, end) where there is none."""
    if not bounds:
        return start, end
    first, last = bounds[index_at(bounds, start)], bounds[index_at(bounds, max(start, end - 1))]
    return min(first[0], start), max(last[1], end)
