"""Respect the layout of a text in its attributions: lists, paragraph ends, and teasers.

A list after a colon is attributed as a whole: each item is a content of the speaker who announced it. A source does
not cross the end of a paragraph. Teasers between paragraphs ("Read more: …") are not said in the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from onrecord.extract.assemble import Range, RawAttribution
from onrecord.extract.reporting_clause import BY_FORM
from onrecord.extract.span_index import SpanIndex
from onrecord.extract.verbless import RULE as VERBLESS
from onrecord.lexicon import rows
from onrecord.text.sentences import LINE

_BULLET = re.compile(r"[ \t]{0,8}(?:[•●▪‣◦*·–—-]|\(?(?:\d{1,2}|[a-z])[.)])[ \t\u00a0]{1,8}(?=\S)")
_BREAK = re.compile(r"\r?\n(?:[ \t\u00a0]*\r?\n)*")
_LINKED = re.compile(r"[;,]? (?:and|or)$")  # the end of the last item but one
# A line that is shorter, with a capital letter after it, ends a paragraph; a wrapped one is as long as its page.
_WRAPPED = 40


@dataclass(frozen=True, slots=True)
class Layout:
    """Hold a view of a text, of the same length, with its lists on one line, and the positions of their items."""

    content: str
    items: tuple[Range, ...]
    teasers: tuple[Range, ...]


def layout_of(text: str) -> Layout:
    """Analyse the layout of a text; lists announced by a line that ends with a colon are put on that line."""
    lines = [(match.start(), match.end()) for match in LINE.finditer(text) if match[0].strip()]
    bullets = [_BULLET.match(text, start, end) for start, end in lines]
    shown: list[str] = []
    items: list[Range] = []
    done = number = 0
    while number < len(lines):
        if number == 0 or bullets[number] is None or not text[: lines[number - 1][1]][-200:].rstrip().endswith(":"):
            number += 1
            continue
        first = number
        while number < len(lines) and (bullet := bullets[number]) is not None:
            end = bullet.end() + len(text[bullet.end() : lines[number][1]].rstrip())
            if number == first:
                shown.append(text[done : lines[number - 1][1]])
                shown.append(" " * (bullet.end() - lines[number - 1][1]))
            else:
                shown.append(";" + " " * (bullet.end() - done - 1))
            words = _LINKED.sub("", text[bullet.end() : end]).rstrip(";, ")
            shown.append(words.ljust(end - bullet.end()))
            items.append((bullet.end(), bullet.end() + len(words)))
            done = end
            number += 1
    shown.append(text[done:])
    return Layout("".join(shown), tuple(items), tuple(line for line in lines if _is_teaser(text, line)))


def laid_out(found: Iterable[RawAttribution], text: str, layout: Layout) -> list[RawAttribution]:
    """Apply the layout to attributions: none in a teaser, no source across paragraphs, one for each list item."""
    made: list[RawAttribution] = []
    for item in found:
        if any(_touches(cue, layout.teasers) for cue in item.cue) or (
            item.content and all(_touches(piece, layout.teasers) for piece in item.content)
        ):
            continue
        made += _by_items(replace(item, source=_in_paragraph(item, text)), layout.items)
    return made + _after_speaker(made, text, layout.items)


def _after_speaker(found: Sequence[RawAttribution], text: str, items: Sequence[Range]) -> list[RawAttribution]:
    """Find what a list says that nothing found covers and whose announcement ends with a speaker: “…”, said Lee:"""
    said = SpanIndex((span, None) for item in found for span in item.content)
    last = {max(b for _, b in (*item.source, *item.cue)): item for item in found if item.source and item.cue}
    more: list[RawAttribution] = []
    speaker: RawAttribution | None = None
    for number, (start, end) in enumerate(items):
        announced = len(text[:start].rstrip("\r\n \t\u00a0•●▪‣◦*·–—-(1a.)"))
        if text[announced - 1 : announced] == ":":
            speaker = last.get(announced - 1) or last.get(announced)
        elif number and "\n\n" in text[items[number - 1][1] : start].replace("\r", ""):
            speaker = None
        if speaker is not None and not said.overlaps(start, end):
            more.append(replace(speaker, content=((start, end),), rule=f"{BY_FORM}: list", signals=None))
    return more


def _touches(span: Range, lines: Sequence[Range]) -> bool:
    return any(start <= span[0] < end for start, end in lines)


def _by_items(item: RawAttribution, items: Sequence[Range]) -> list[RawAttribution]:
    """Split an attribution into one per list item that its content covers; unchanged where that is one or none."""
    for piece in item.content:
        said = [(start, end) for start, end in items if start < piece[1] and piece[0] < end]
        if len(said) > 1:
            return [replace(item, content=((max(start, piece[0]), min(end, piece[1])),)) for start, end in said]
    return [item]


def _in_paragraph(item: RawAttribution, text: str) -> tuple[Range, ...]:
    """Restrict a source to the paragraph of its end next to the cue; an interview names it in its introduction."""
    if not item.source or not item.cue or item.rule.startswith(VERBLESS):
        return item.source
    cue = min(start for start, _ in item.cue)
    spans: list[Range] = []
    for start, end in item.source:
        breaks = [match for match in _BREAK.finditer(text, start, end) if _ends_paragraph(text, match)]
        if breaks and end <= cue:
            start = breaks[-1].end()
        elif breaks and start >= cue:
            end = breaks[0].start()
        spans.append((start, end))
    return tuple(spans)


def _ends_paragraph(text: str, match: re.Match[str]) -> bool:
    if match[0].count("\n") > 1:
        return True
    line = text.rfind("\n", max(0, match.start() - _WRAPPED), match.start())
    short = line >= 0 or match.start() < _WRAPPED
    return short and text[match.end() : match.end() + 1].isupper()


@lru_cache(maxsize=1)
def _teasers() -> re.Pattern[str]:
    known = sorted((row["opening"] for row in rows("teasers.tsv")), key=len, reverse=True)
    words = "|".join(re.escape(one).replace("\\ ", "[ \u00a0]").replace("'", "['’]") for one in known)
    what = r"(?: (?:to|for) (?:our|the) [\w ]{2,40}(?=[:|]))?"  # "Listen to our podcast: …"
    return re.compile(rf"[\W_]{{0,4}}(?:{words}){what}[ \u00a0]{{0,3}}(?:[:|>»→–—-]|$)", re.IGNORECASE)


def _is_teaser(text: str, line: Range) -> bool:
    return _teasers().match(text[line[0] : min(line[1], line[0] + 80)]) is not None
