"""Assemble raw spans to attributions: valid spans, the form by the printed quotation marks, the nesting.

Every extractor ends here, so that all follow the same rules.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from onrecord.core.span import Text
from onrecord.core.statement import Attribution, Form
from onrecord.extract.decode import TaggerSignals
from onrecord.extract.nesting import containers_of, enclosing_attributions
from onrecord.text.quotes import quoted_regions

Range = tuple[int, int]
DOUBLED = "''"  # a quotation mark of two characters, of which the tagger's spans may end at the first


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAttribution:
    """Hold the raw spans of one attribution, as (start, end) code points; `rule` names what found it."""

    source: tuple[Range, ...] = ()
    cue: tuple[Range, ...] = ()
    content: tuple[Range, ...] = ()
    rule: str = ""
    confidence: float = 0.5
    signals: TaggerSignals | None = None

    @property
    def first(self) -> int:
        """Return the start of its first span."""
        return min(start for start, _ in self.source + self.cue + self.content)

    @property
    def extent(self) -> int:
        """Return the number of code points in its content."""
        return sum(end - start for start, end in self.content)


def assemble(text: Text, found: Iterable[RawAttribution]) -> list[Attribution]:
    """Assemble attributions in text order; nested ones are linked to their outer one."""
    regions = quoted_regions(text.content)
    items = normalize(text.content, found)
    outers = enclosing_attributions(text.content, items)
    holders = containers_of(items, outers)
    made: dict[int, Attribution] = {}

    def make(i: int) -> Attribution:
        if i not in made:
            outer, holder = outers[i], holders[i]
            made[i] = Attribution(
                source=text.cite_all(items[i].source),
                cue=text.cite_all(items[i].cue),
                content=text.cite_all(items[i].content),
                form=form_of(text.content, items[i].content, regions),
                outer=None if outer is None else make(outer),
                inside=None if holder is None else make(holder),
                rule=items[i].rule,
                confidence=items[i].confidence,
            )
        return made[i]

    return [make(i) for i in range(len(items))]


def normalize(text: str, found: Iterable[RawAttribution]) -> list[RawAttribution]:
    """Trim all spans, leave out doubles and what has no content, and sort by text order."""
    trimmed = (_trim_all(item, text) for item in found)
    unique = {_key(item): item for item in trimmed if item.content}
    return sorted(unique.values(), key=lambda item: (item.first, -item.extent))


def form_of(text: str, content: Sequence[Range], regions: Sequence[Range]) -> Form:
    """Classify content as direct, indirect or mixed by the share of its letters in quotation marks.

    The regions are in text order and do not overlap.

    A quotation that is printed in one piece with the words before it may lose a leading "that" to the outside of
    the marks: that makes it mixed, as the guide says.
    """
    letters = inside = 0
    for start, end in content:
        letters += sum(1 for i in range(start, end) if text[i].isalnum())
        for a, b in regions_between(regions, start, end):
            inside += sum(1 for i in range(max(a, start), min(b, end)) if text[i].isalnum())
    if inside == 0:
        return Form.INDIRECT
    return Form.DIRECT if inside == letters else Form.MIXED


def regions_between(regions: Sequence[Range], start: int, end: int) -> Sequence[Range]:
    """Return the regions that share a character with `[start, end)`; they are in text order and do not overlap."""
    first = bisect_left(regions, (start, start))
    if first > 0 and regions[first - 1][1] > start:
        first -= 1
    return regions[first : bisect_left(regions, (end, end))]


def _key(item: RawAttribution) -> tuple[tuple[Range, ...], tuple[Range, ...]]:
    return item.cue, item.content


def _trim_all(item: RawAttribution, text: str) -> RawAttribution:
    def trim(spans: tuple[Range, ...]) -> tuple[Range, ...]:
        merged: list[Range] = []
        for start, end in sorted(spans):
            while start < end and text[start].isspace():
                start += 1
            while end > start and text[end - 1].isspace():
                end -= 1
            end += text[end - 1 : end + 1] == DOUBLED
            start -= text[start - 1 : start + 1] == DOUBLED
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            elif start < end:
                merged.append((start, end))
        return tuple(merged)

    return replace(item, source=trim(item.source), cue=trim(item.cue), content=trim(item.content))
