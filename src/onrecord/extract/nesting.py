"""Link attributions: find for each one the attribution that reports it.

An attribution is reported by the smallest other one whose content holds it, with two exceptions: what is only
presupposed inside a content is the article's own ("rejected the League's call for observers": the speaker does not
report the call), and two attributions of one content are distinguished by their cues ("the paper writes, citing two
diplomats": the paper reports the diplomats).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Protocol

Range = tuple[int, int]
# Cues of the one who is cited, and of the one who cites.
CITED = re.compile(
    r"^(?:while |by |which |who )?(?:citing|quoting|cites?|quotes?|with reference to|referring to|in reference to|"
    r"on the authority of)\b|\b(?:from|as saying)$",
    re.I,
)
CITES = re.compile(r"^(?:as |and )?(?:was |were |is |are |been )?(?:cited|quoted|relayed|carried) by\b", re.I)
RELATIVES = frozenset(("who", "which", "whom", "whose", "that"))
AUXILIARIES = re.compile(
    r"^(?:is|are|was|were|be|been|being|has|have|had|to|will|would|can|could|may|might|must|did|does|do)\b", re.I
)
SAME = 0.8  # least Jaccard overlap of two contents that count as one
LEAD_IN = 24  # a presupposed noun phrase opens the content, give or take an article and an adjective


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


class _Contents:
    """Index the contents of attributions by place, to find those that hold or overlap a range."""

    def __init__(self, items: Sequence[AttributionSpans]) -> None:
        self.extents = [item.extent for item in items]
        self._spans = sorted((a, b, i) for i, item in enumerate(items) for a, b in item.content)
        self._starts = [a for a, _, _ in self._spans]
        self._furthest = list(accumulate((b for _, b, _ in self._spans), max))  # end of a span up to here

    def holding(self, start: int, end: int) -> Iterator[int]:
        """Yield the attributions of which a content span holds `[start, end)`."""
        at = bisect_right(self._starts, start) - 1
        while at >= 0 and self._furthest[at] >= end:
            if self._spans[at][1] >= end:
                yield self._spans[at][2]
            at -= 1

    def overlapping(self, start: int, end: int) -> Iterator[int]:
        """Yield the attributions of which a content span overlaps `[start, end)`."""
        at = bisect_left(self._starts, end) - 1
        while at >= 0 and self._furthest[at] > start:
            if self._spans[at][1] > start:
                yield self._spans[at][2]
            at -= 1


def containers_of(items: Sequence[AttributionSpans], outers: Sequence[int | None]) -> list[int | None]:
    """Return, for each attribution without a reporter, the index of the one whose content holds it; never a cycle."""
    around = list(outers)
    nobody = [False] * len(items)
    contents = _Contents(items)
    for i, outer in enumerate(outers):
        if outer is None:
            holder = _container(i, items, contents, nobody)
            if holder is not None and not _within(around, holder, i):
                around[i] = holder
    return [j if outer is None else None for j, outer in zip(around, outers, strict=True)]


def enclosing_attributions(text: str, items: Sequence[AttributionSpans]) -> list[int | None]:
    """Return the index of each attribution's enclosing one, or None; never a cycle."""
    cited = [bool(CITED.search(_words(text, item.cue))) for item in items]
    cites = [bool(CITES.search(_words(text, item.cue))) for item in items]
    contents = _Contents(items)
    found = [_container(i, items, contents, cited) for i in range(len(items))]
    for i, j in enumerate(found):
        while j is not None and _presupposed(text, items[i], items[j]):
            j = found[j]
        found[i] = j
    for i in range(len(items)):
        reporter = _reporter(text, i, items, contents, cited, cites)
        if reporter is not None and not _within(found, reporter, i):
            found[i] = reporter
    return found


def _words(text: str, spans: Sequence[Range]) -> str:
    return " ".join(" ".join(text[a:b] for a, b in spans).split())


def _container(i: int, items: Sequence[AttributionSpans], contents: _Contents, cited: Sequence[bool]) -> int | None:
    """Find the smallest other attribution whose content holds cue and content of item `i`; among equals the cited
    one.
    """
    inner = items[i]
    needed = inner.content + (inner.cue or inner.source)
    best: tuple[int, bool, int] | None = None
    extent = contents.extents[i]
    for j in contents.holding(*needed[0]):
        own = contents.extents[j]
        if j == i or own < extent or (own == extent and j > i):
            continue
        if all(any(a <= start and end <= b for a, b in items[j].content) for start, end in needed):
            key = (own, not cited[j], j)
            best = min(best, key) if best else key
    return None if best is None else best[2]


def _presupposed(text: str, inner: AttributionSpans, outer: AttributionSpans) -> bool:
    """Tell whether `outer` presupposes `inner`: in a relative clause, or as its content's opening noun phrase."""
    source, cue = _words(text, inner.source).casefold(), _words(text, inner.cue).casefold()
    if source in RELATIVES:
        return True
    if not inner.cue or not inner.source:
        return False
    at = inner.cue[0][0]
    # "a plea by the mayor": the source follows; in "the mayor warned of floods" the cue is a verb.
    agent = cue.rsplit(" ", 1)[-1] in ("by", "of", "from") and inner.source[0][0] >= at
    before = re.search(r"([\w,]+)\s*$", text[max(0, at - 12) : at])
    if agent and before is not None and (before[1] in RELATIVES or before[1].endswith(",") or before[1] == "long"):
        return True
    noun = (agent and not AUXILIARIES.match(cue)) or (
        re.search(r"['’]s?$", source) is not None and 0 <= at - inner.source[-1][1] <= 2
    )
    first = min(inner.source[0][0], at)
    return noun and any(0 <= first - start <= LEAD_IN for start, _ in outer.content)


def _reporter(
    text: str,
    i: int,
    items: Sequence[AttributionSpans],
    contents: _Contents,
    cited: Sequence[bool],
    cites: Sequence[bool],
) -> int | None:
    """Find the attribution of the same content that reports item `i`: item `i` is cited, or the other one cites."""
    item = items[i]
    if not item.cue:
        return None
    for j in sorted({j for span in item.content for j in contents.overlapping(*span)}):
        other = items[j]
        if (
            j != i
            and ((cited[i] and not cited[j]) or (cites[j] and not cites[i]))
            and _same(item, other)
            and other.cue
            and "\n" not in text[_first(item, other) : _last(item, other)]
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
