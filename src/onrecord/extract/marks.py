"""Quotation marks to quoted regions, for every convention that news text mixes.

Straight ("), curly (“ ”), low („ “), guillemets (« ») and doubled single marks ('' and ``, as PolNeAR's texts have
them) open and close regions; single marks only where they cannot be apostrophes. A region never crosses a blank
line. A paragraph that leaves its quotation open counts to its end where the next one opens with a mark (the press's
way of quoting several paragraphs); elsewhere an odd mark is passed over and costs nothing but itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MARK = re.compile(r"''|``|[\"“”„‟«»〝〞＂‘’‚'`]")
PARAGRAPH = re.compile(r"[^\n]*(?:\n(?![ \t\r\xa0]*\n)[^\n]*)*")
OPENS = frozenset("“„‟«〝")
CLOSES = frozenset("”»〞")
SINGLE = frozenset("‘’‚'`")


def paragraphs(text: str) -> list[tuple[int, int]]:
    """The paragraphs as (start, end), cut at every line end that news text breaks at; blank ones are left out."""
    return [(m.start(), m.end()) for m in re.finditer(r"[^\r\n]+", text) if m.group().strip()]


def quoted_regions(text: str) -> list[tuple[int, int]]:
    """The quoted regions as (start, end), marks included, in text order and without overlap."""
    regions: list[tuple[int, int]] = []
    blocks = paragraphs(text)
    for number, (start, end) in enumerate(blocks):
        following = text[slice(*blocks[number + 1])].lstrip() if number + 1 < len(blocks) else ""
        regions.extend(_in_paragraph(text, start, end, continued=bool(following) and _can_open(following, 0)))
    return regions


def _can_open(text: str, at: int) -> bool:
    """Whether a mark stands at `at` that may open a quotation there."""
    mark = MARK.match(text, at)
    if mark is None or mark.group() in CLOSES:
        return False
    after = text[mark.end() : mark.end() + 1]
    return bool(after) and not after.isspace()


def _in_paragraph(text: str, start: int, end: int, *, continued: bool) -> Iterator[tuple[int, int]]:
    opened: tuple[int, str] | None = None
    for mark in MARK.finditer(text, start, end):
        sign = mark.group()
        before = text[mark.start() - 1] if mark.start() > start else " "
        after = text[mark.end()] if mark.end() < end else " "
        if sign in SINGLE:
            if opened is None and _opens_single(sign, before, after, text, mark.end(), end):
                opened = (mark.start(), "'")
            elif opened is not None and opened[1] == "'" and sign in "’'" and not after.isalnum():
                yield opened[0], mark.end()
                opened = None
            continue
        if opened is not None and opened[1] == '"' and _closes(sign, before, after):
            yield opened[0], mark.end()
            opened = None
        elif (opened is None or opened[1] == "'") and _opens(sign, before, after):
            opened = (mark.start(), '"')
    if opened is not None and opened[1] == '"' and continued:
        yield opened[0], end


def _opens(sign: str, before: str, after: str) -> bool:
    if sign in CLOSES:
        return False
    if sign in OPENS or sign == "``":
        return True
    # A straight mark opens where something follows it at once; after a letter or digit it closes (5'11").
    return not after.isspace() and not before.isalnum()


def _closes(sign: str, before: str, after: str) -> bool:
    if sign in CLOSES or sign == "“":  # “ closes what „ opened
        return True
    if sign in OPENS or sign == "``":
        return False
    return not (before.isspace() and not after.isspace())


def _opens_single(sign: str, before: str, after: str, text: str, at: int, end: int) -> bool:
    """Whether a single mark opens a quotation: at a word's start, with a closing one later that is no apostrophe."""
    if before.isalnum() or after.isspace() or not (before.isspace() or before in "([—–-:"):
        return False
    if sign == "’":
        return False
    # 'em and '90s are elisions; a real quotation closes after a word, before a space or punctuation.
    closing = re.compile(r"[\w.,!?…][’'](?![\w])").search(text, at, end)
    return closing is not None and not re.match(r"(?:\d0s|em\b|tis\b|til\b|cause\b|n\b)", text[at:end])


def covered(regions: list[tuple[int, int]], start: int, end: int, text: str) -> float:
    """The share of the letters and digits of `[start, end)` that stand inside quoted regions, in [0, 1]."""
    total = sum(1 for i in range(start, end) if text[i].isalnum())
    inside = sum(
        1 for a, b in regions if a < end and b > start for i in range(max(a, start), min(b, end)) if text[i].isalnum()
    )
    return inside / total if total else 0.0
