"""Compute the quotation feature `quotes.v1`, with which the shipped tagger was trained.

A network reads its input as it was in training, so this must not change. It always takes “ for an opening mark, and
does not know single marks; `onrecord.text.quotes` parses quotations for everything else.
"""

from __future__ import annotations

QUOTES = 4  # states: outside, inside, an opening mark, a closing mark
_OPENERS, _CLOSERS, _STRAIGHT = "“„«", "”»", '"'


def quote_state(text: str, word: str, start: int, inside: bool) -> tuple[int, bool]:
    """Follow the quotation over one word: its state (0 to 3, see `QUOTES`), and whether the next word is inside."""
    mark = word if len(word) == 1 else ""
    if text[start : start + 2] in ("''", "``"):
        mark = _STRAIGHT
    if not mark:
        return int(inside), inside
    if mark in _OPENERS:
        return 2, True
    if mark in _CLOSERS:
        return 3, False
    if mark == _STRAIGHT:
        return (3, False) if inside else (2, True)
    return int(inside), inside
