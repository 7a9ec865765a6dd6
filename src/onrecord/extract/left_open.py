"""Find what a speaker did not rule out or left open, by its form, where the tagger found no statement.

"She told the Tribune that a mission was unlikely, but did not rule out that members go alone" holds two statements. The
second has a negated verb that says little by itself, so that the tagger takes it for content of the first, or for
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from onrecord.extract.assemble import Range, RawAttribution
from onrecord.extract.reporting_clause import BY_FORM, CONFIDENCE, OPENER, names_somebody, sentence_around
from onrecord.lexicon import compiled

NOT = r"(?:{denying-auxiliary} (?:also )?(?:not|never)|(?:{denying-auxiliary}|wo)n['’]t)"
CUE = (
    rf"\b(?P<cue>(?:{NOT}(?: yet| quite| explicitly)? |(?:without|while not|not|stop(?:s|ped)? short of) )"
    r"(?:rul(?:e|ed|ing) out|exclud(?:e|ed|ing))|{keeps-open} (?:the door )?open"
    r"(?= (?:{complementizer}|if|who|the (?:{possibility}|question)|to)\b))"
    r"(?: (?:the )?{possibility}(?: (?:of|that)\b)?)? "
    r"(?P<content>[^.;!?\n]{3,240})"
)
SOURCE = rf"(?P<source>(?:{OPENER})[^.;:!?,\"“”\n]{{0,80}}?(?:, [^.;:!?,\"“”\n]{{3,60}},)?) (?:also |however, )?$"
JOINED = r"(?:,|—|–)? ?(?:{conjunction}|though|although)?(?: {third-person-subject})? ?(?:also |still )?$"
TAIL = re.compile(r"(?<![\s,\"”’»])[\s,\"”’»]+$")


def left_open(text: str, found: Sequence[RawAttribution]) -> list[RawAttribution]:
    """Return the attributions, with those added that a speaker left open; contents that ran over them are cut."""
    items = list(found)
    for match in compiled(CUE).finditer(text):
        if any(a < match.end("cue") and match.start() < b for item in items for a, b in item.cue):
            continue
        low, _ = sentence_around(text, match.start(), match.end("cue"))
        holder = _speaker(text, items, low, match.start())
        source = compiled(SOURCE).fullmatch(text, low, match.start())
        if source is not None and names_somebody(source["source"].split(",")[0]):
            spans: tuple[Range, ...] = (source.span("source"),)
        elif holder is not None and compiled(JOINED).search(text, low, match.start()):
            spans = items[holder].source
            items[holder] = _cut(text, items[holder], match.start())
        else:
            continue
        end = match.end("content") - len((TAIL.search(match["content"]) or [""])[0])
        if any(a < end and match.start("cue") < b for item in items for a, b in item.content):
            continue
        items.append(
            RawAttribution(
                source=spans,
                cue=(match.span("cue"),),
                content=((match.start("content"), end),),
                rule=f"{BY_FORM}: left open",
                confidence=CONFIDENCE,
            )
        )
    return items


def _speaker(text: str, items: Sequence[RawAttribution], low: int, position: int) -> int | None:
    """Return the index of the last attribution of the sentence whose source and cue stand before a position."""
    fits = [
        (item.cue[-1][1], n)
        for n, item in enumerate(items)
        if item.source and item.cue and all(low <= a and b <= position for a, b in (*item.source, *item.cue))
    ]
    return max(fits)[1] if fits else None


def _cut(text: str, item: RawAttribution, position: int) -> RawAttribution:
    """Cut the content of an attribution where the next one of its speaker is joined to it."""
    content = []
    for start, end in item.content:
        if start >= position:
            continue
        if end > position:
            joint = compiled(JOINED).search(text, start, position)
            end = joint.start() if joint is not None and joint.start() > start else position
        content.append((start, end))
    return replace(item, content=tuple(content)) if content else item
