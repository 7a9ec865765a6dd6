"""Parse quotation marks into quoted regions, for every convention that news text mixes.

Double marks: straight ("), curly (“ ”), low („ “), guillemets both ways (« » and » «), the same mark twice (” ”),
and doubled single marks ('' and ``). Single marks open a region only where they cannot be apostrophes. What lies inside
a region belongs to it, nested quotations included. A region never crosses the end of its paragraph (a line that is
broken inside a quotation ends none): one that a
directional mark (“ „ «) opens and nothing closes ends with the paragraph; one that a straight mark opens does so only
where the next paragraph opens with a mark (the press's way of quoting several paragraphs), else the mark is ignored. A
single mark needs the same single mark there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from onrecord.lexicon import compiled

Range = tuple[int, int]
MARK = re.compile(r"''|``|[\"“”„‟«»〝〞＂‘’‚'`]")
STRAIGHT = frozenset({'"', "''", "＂"})
SINGLE = frozenset("‘'`‚")
DIRECTIONAL = frozenset({"“", "„", "‟", "«", "〝", "``"})
# The marks that close what a mark opens; texts mix curly and straight ones.
_ANY = frozenset({'"', "''", "＂", "”", "〞"})
CLOSERS = {
    **dict.fromkeys([*STRAIGHT, "“", "``", "‟", "〝"], _ANY | {"“"}),
    "„": _ANY | {"“"},
    "”": _ANY,
    "«": frozenset({"»"}),
    "»": frozenset({"«", "»"}),
    "‘": frozenset("’'"),
    "'": frozenset("'’"),
    "`": frozenset("'’"),
    "‚": frozenset("‘’"),
}
# A line that was broken because it was too long: after a word or comma, before a small letter.
BROKEN = re.compile(r"[\w,;]\r?\n[a-z]")
MOST_BROKEN = 8  # lines over which a quotation in broken lines may go
ELISION = r"(?:\d0s|{elided})\b"  # after an apostrophe at a word's start


@dataclass(frozen=True, slots=True)
class QuotationMark:
    """Hold a quotation mark at `[start, end)`, with the characters around it (blanks at the paragraph's ends)."""

    sign: str
    start: int
    end: int
    before: str
    after: str

    @property
    def at_word_start(self) -> bool:
        """Tell whether it touches what follows and not what precedes, as an opening mark does."""
        return not self.after.isspace() and (self.before.isspace() or self.before in "([{—–-:/")

    @property
    def at_word_end(self) -> bool:
        """Tell whether it touches what precedes and no letter or digit follows, as a closing mark does."""
        return not self.before.isspace() and not self.after.isalnum()


def paragraphs(text: str) -> list[Range]:
    """Split a text into paragraphs, as (start, end), at every line end; blank ones are left out."""
    return [(m.start(), m.end()) for m in re.finditer(r"[^\r\n]+", text) if m.group().strip()]


def quoted_regions(text: str) -> list[Range]:
    """Find the quoted regions, as (start, end) with their marks, in text order and without overlap."""
    regions: list[Range] = []
    blocks = _whole_paragraphs(text)
    for number, (start, end) in enumerate(blocks):
        following = text[slice(*blocks[number + 1])].lstrip() if number + 1 < len(blocks) else ""
        regions.extend(_in_paragraph(text, start, end, continued=_opening(following)))
    return regions


def _whole_paragraphs(text: str) -> list[Range]:
    """Split a text into paragraphs, with broken lines joined where that closes the quotations in them."""
    blocks: list[Range] = []
    lines = paragraphs(text)
    first = 0
    while first < len(lines):
        last = number = first
        while number + 1 < len(lines) and number - last < MOST_BROKEN and _is_broken(text, lines, number):
            number += 1
            found = list(_in_paragraph(text, lines[first][0], lines[number][1], continued=""))
            across = any(a < lines[last][1] < b for a, b in found)
            if across and all(MARK.fullmatch(text[b - 1]) for _, b in found):
                last = number
        blocks.append((lines[first][0], lines[last][1]))
        first = last + 1
    return blocks


def _is_broken(text: str, lines: list[Range], number: int) -> bool:
    """Tell whether a line was broken because it was too long, and goes on in the next one."""
    end, start = lines[number][1], lines[number + 1][0]
    return start - end <= 2 and BROKEN.fullmatch(text, end - 1, start + 1) is not None


def _opening(paragraph: str) -> str:
    """Return the mark that a paragraph opens with; empty where it opens with none."""
    match = MARK.match(paragraph)
    if match is None or match.end() == len(paragraph) or paragraph[match.end()].isspace():
        return ""
    return "" if match.group() in SINGLE and compiled(ELISION).match(paragraph, match.end()) else match.group()


def _marks(text: str, start: int, end: int) -> list[QuotationMark]:
    return [
        QuotationMark(
            m.group(), m.start(), m.end(),
            text[m.start() - 1] if m.start() > start else " ",
            text[m.end()] if m.end() < end else " ",
        )
        for m in MARK.finditer(text, start, end)
    ]  # fmt: skip


def _in_paragraph(text: str, start: int, end: int, *, continued: str) -> Iterator[Range]:
    marks = _marks(text, start, end)
    unclosed: set[str] = set()  # signs that nothing closes from here on
    at = 0
    while at < len(marks):
        mark = marks[at]
        at += 1
        if not _opens(mark, text):
            continue
        closing = None if mark.sign in unclosed else _closing(marks, at, mark, text)
        if closing is not None:
            yield mark.start, marks[closing].end
            at = closing + 1
            continue
        unclosed.add(mark.sign)
        if mark.sign in DIRECTIONAL or (continued and (mark.sign not in SINGLE or mark.sign == continued)):
            yield mark.start, end
            return


def _opens(mark: QuotationMark, text: str) -> bool:
    """Tell whether a mark opens a quotation where none is open."""
    if mark.sign in DIRECTIONAL:
        # “ after a word closes a quotation whose opening mark is lost („ or a typist's “).
        return mark.sign != "“" or not mark.at_word_end or mark.before in "([{—–-:"
    if mark.sign in SINGLE:
        return mark.at_word_start and not compiled(ELISION).match(text, mark.end)
    if mark.sign in STRAIGHT:
        return not mark.after.isspace() and not mark.before.isalnum()  # 5'11" has a letter or digit before
    return mark.sign in "”»" and mark.at_word_start  # ”…” and »…«


def _closing(marks: list[QuotationMark], at: int, opening: QuotationMark, text: str) -> int | None:
    """Find the index of the mark that closes a quotation, among the marks from index `at` on."""
    closers = CLOSERS[opening.sign]
    fallback: int | None = None
    for number in range(at, len(marks)):
        mark = marks[number]
        if mark.sign not in closers:
            if opening.sign in SINGLE and mark.sign == opening.sign and mark.at_word_start and fallback is not None:
                return fallback
            continue
        if opening.sign in SINGLE:
            if not mark.at_word_end:
                continue
            if _is_possessive(mark, text):
                fallback = number if fallback is None else fallback
                continue
            if fallback is not None and mark.before not in ".,!?…;":
                return fallback
            return number
        if _closes(mark, opening):
            return number
    return fallback


def _closes(mark: QuotationMark, opening: QuotationMark) -> bool:
    if mark.sign in STRAIGHT:
        return not mark.at_word_start
    if mark.sign == "“":
        return opening.sign == "„" or mark.at_word_end
    return True


def _is_possessive(mark: QuotationMark, text: str) -> bool:
    """Tell whether a single mark may be the apostrophe of a plural possessive: "the ministers’ plan".

    It is, where the quotation is closed after a punctuation mark further on and no other is opened before.
    """
    return mark.before.isalpha() and mark.after == " " and text[mark.end + 1 : mark.end + 2].isalpha()
