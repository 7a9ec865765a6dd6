"""Link attributions: find for each one the attribution that reports it.

An attribution is reported by the smallest other one whose content holds it, with two exceptions: what is only
presupposed inside a content, in the article's own words, is the article's own ("rejected the League's call for
observers": the speaker does not report the call), and two attributions of one content are distinguished by their cues
("the paper writes, citing two diplomats": the paper reports the diplomats).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from onrecord.extract.span_index import SpanIndex
from onrecord.lexicon import compiled, word_class, words_pattern
from onrecord.text.quotes import quoted_regions

Range = tuple[int, int]
# CITED matches cues of a cited source, CITES those of a citing source.
CITED = r"^(?:{before-citing} )?{cites-source}\b|\b(?:from|as saying)$"
CITES = r"^(?:as |and )?(?:{be} )?{relayed} by\b|^according to\b"
SAME = 0.8  # least Jaccard overlap of two contents that count as one
LEAD_IN = 24  # a presupposed noun phrase opens the content, give or take an article and an adjective
CLOSE = 3  # and ends with it, give or take marks


class AttributionSpans(Protocol):
    """Define what nesting needs of an attribution."""

    @property
    def source(self) -> tuple[Range, ...]:
        """Return the spans of the source."""
        ...

    @property
    def cue(self) -> tuple[Range, ...]:
        """Return the spans of the cue."""
        ...

    @property
    def content(self) -> tuple[Range, ...]:
        """Return the spans of the content."""
        ...

    @property
    def extent(self) -> int:
        """Code points of the content."""
        ...


def containers_of(items: Sequence[AttributionSpans], outers: Sequence[int | None]) -> list[int | None]:
    """Return, for each attribution without a reporter, the index of the one whose content holds it; never a cycle."""
    around = list(outers)
    nobody = [False] * len(items)
    contents = _contents(items)
    for i, outer in enumerate(outers):
        if outer is None:
            holder = _container(i, items, contents, nobody)
            if holder is not None and not _within(around, holder, i):
                around[i] = holder
    return [j if outer is None else None for j, outer in zip(around, outers, strict=True)]


def enclosing_attributions(text: str, items: Sequence[AttributionSpans]) -> list[int | None]:
    """Return the index of each attribution's enclosing one, or None; never a cycle."""
    cited = [bool(compiled(CITED, re.I).search(_words(text, item.cue))) for item in items]
    contents = _contents(items)
    found = [_container(i, items, contents, cited) for i in range(len(items))]
    quoted = SpanIndex((region, None) for region in quoted_regions(text)) if any(j is not None for j in found) else None
    for i, j in enumerate(found):
        spoken = quoted is not None and quoted.overlaps(*(items[i].cue or items[i].content)[0])
        while j is not None and not spoken and _presupposed(text, items[i], items[j]):
            j = found[j]
        found[i] = j
    for i in range(len(items)):
        reporter = _reporter(text, i, items, contents, cited)
        if reporter is not None and not _within(found, reporter, i):
            found[i] = reporter
    return found


def _words(text: str, spans: Sequence[Range]) -> str:
    return " ".join(" ".join(text[a:b] for a, b in spans).split())


def _contents(items: Sequence[AttributionSpans]) -> SpanIndex[int]:
    """Index the contents, each with the number of its attribution."""
    return SpanIndex((span, i) for i, item in enumerate(items) for span in item.content)


def _container(
    i: int, items: Sequence[AttributionSpans], contents: SpanIndex[int], cited: Sequence[bool]
) -> int | None:
    """Find the smallest other attribution whose content holds cue and content of item `i`; among equals the cited
    one.
    """
    inner = items[i]
    needed = inner.content + (inner.cue or inner.source)
    best: tuple[int, bool, int] | None = None
    for _, j in contents.overlapping(*needed[0]):
        item = items[j]
        if j == i or item.extent < inner.extent or (item.extent == inner.extent and j > i):
            continue
        if all(any(a <= start and end <= b for a, b in item.content) for start, end in needed):
            key = (item.extent, not cited[j], j)
            best = min(best, key) if best else key
    return None if best is None else best[2]


def _presupposed(text: str, inner: AttributionSpans, outer: AttributionSpans) -> bool:
    """Tell whether `outer` presupposes `inner`: in a relative clause, or as the noun phrase that its content is.

    Not where it is only the subject of a clause that the outer speaker says ("said the League's call for observers had
    failed").
    """
    source, cue = _words(text, inner.source).casefold(), _words(text, inner.cue).casefold()
    relatives = word_class("reporter-relative")
    if source in relatives:
        return True
    if not inner.cue or not inner.source:
        return False
    at = inner.cue[0][0]
    # "a plea by the mayor": the source follows; in "the mayor warned of floods" the cue is a verb.
    agent = cue.rsplit(" ", 1)[-1] in word_class("before-agent") and inner.source[0][0] >= at
    before = re.search(r"(?<![\w,])([\w,]+)\s*$", text[max(0, at - 12) : at])
    if agent and before is not None and (before[1] in relatives or before[1].endswith(",") or before[1] == "long"):
        return True
    noun = (agent and not words_pattern("before-verb").match(cue)) or (
        re.search(r"['’]s?$", source) is not None and 0 <= at - inner.source[-1][1] <= 2
    )
    first, last = min(inner.source[0][0], at), max(end for _, end in (*inner.source, *inner.cue, *inner.content))
    return noun and any(0 <= first - start <= LEAD_IN and end - last <= CLOSE for start, end in outer.content)


def _reporter(
    text: str, i: int, items: Sequence[AttributionSpans], contents: SpanIndex[int], cited: Sequence[bool]
) -> int | None:
    """Find the attribution of the same content that reports item `i`: item `i` is cited, or the other one cites."""
    item, cites = items[i], compiled(CITES, re.I)
    for j in sorted({j for span in item.content for _, j in contents.overlapping(*span)}):
        other = items[j]
        if (
            j == i
            or not _same(item, other)
            or not item.cue
            or not other.cue
            or "\n" in text[_first(item, other) : _last(item, other)]
        ):
            continue
        if (cited[i] and not cited[j]) or (
            cites.search(_words(text, other.cue)) and not cites.search(_words(text, item.cue))
        ):
            return j
    return None


def _same(one: AttributionSpans, other: AttributionSpans) -> bool:
    shared = sum(max(0, min(b, d) - max(a, c)) for a, b in one.content for c, d in other.content)
    return shared > 0 and shared / (one.extent + other.extent - shared) >= SAME


def _first(one: AttributionSpans, other: AttributionSpans) -> int:
    return min(one.cue[0][0], other.cue[0][0])


def _last(one: AttributionSpans, other: AttributionSpans) -> int:
    return max(one.cue[-1][1], other.cue[-1][1])


def _within(found: Sequence[int | None], start: int, target: int) -> bool:
    """Tell whether `target` is among the attributions around `start`."""
    link: int | None = start
    seen = set()
    while link is not None and link not in seen:
        if link == target:
            return True
        seen.add(link)
        link = found[link]
    return False
