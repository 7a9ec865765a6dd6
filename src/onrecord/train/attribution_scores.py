"""Score attributions against gold: how much of who said what is found.

As is usual for PolNeAR (Newell, Margolin and Ruths, LREC 2018; Pareti 2015), predicted and gold attributions of an
article are paired one to one so that their contents overlap the most, counted in letters and digits; marks and spaces
never matter.  *exact*: the contents are equal; *overlap*: their intersection over union is 0.5 or more; *relation*:
overlap, and the source shares an informative word with the gold one, where that has a source.  *spans* are exact
contiguous spans per role within a paragraph, as sequence taggers are measured (Wang et al., CofeNet, COLING 2022).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Range = tuple[int, int]
Spans = Sequence[Range]
ROLES = ("source", "cue", "content")
KINDS = ("direct", "indirect", "mixed")
LEAST_IOU = 0.5
_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_DOUBLE = '"“”„‟«»〝〞＂'
_OPENING = _DOUBLE + "'‘‛`"
# Words that do not identify a source.
_EMPTY = (
    "a an the this that these those some any all each every no both either neither many most few several of in on at "
    "by for from to with without about as than into over under between among after before during and or but nor if so "
    "not also too is are was were be been being am has have had do does did will would can could may might must shall "
    "should s t mr mrs ms dr"
)


@dataclass(frozen=True, slots=True)
class SpokenSpans:
    """Hold one attribution's spans in code points."""

    source: Spans
    cue: Spans
    content: Spans


@dataclass(slots=True)
class HitCount:
    """Count hits among predicted and gold items."""

    hits: int = 0
    predicted: int = 0
    wanted: int = 0

    @property
    def f1(self) -> float:
        """Return F1 in percent, 0 where there is no hit."""
        return 200 * self.hits / (self.predicted + self.wanted) if self.hits else 0.0


@dataclass(slots=True)
class AttributionScores:
    """Sum counts over articles, by metric and kind of content, with exact spans by role."""

    counts: dict[tuple[str, str], HitCount] = field(default_factory=dict)

    def count(self, metric: str, kind: str = "all") -> HitCount:
        """Return the count to read or to add to."""
        return self.counts.setdefault((metric, kind), HitCount())

    def figures(self) -> dict[str, float]:
        """Return the figures of the model card, in percent."""
        result = {f"{kind} {metric}".removeprefix("all "): count.f1 for (metric, kind), count in self.counts.items()}
        return dict(sorted((name, round(value, 2)) for name, value in result.items()))


def measure(articles: Iterable[tuple[str, Sequence[SpokenSpans], Sequence[SpokenSpans]]]) -> AttributionScores:
    """Score (text, gold, predicted) of each article."""
    scores = AttributionScores()
    for text, gold, predicted in articles:
        _add_pairs(scores, text, gold, predicted)
        for role in ROLES:
            wanted = _pieces(text, gold, role)
            found = _pieces(text, predicted, role)
            count = scores.count(f"{role} spans")
            count.hits += len(wanted & found)
            count.predicted += len(found)
            count.wanted += len(wanted)
    return scores


def _add_pairs(
    scores: AttributionScores, text: str, gold: Sequence[SpokenSpans], predicted: Sequence[SpokenSpans]
) -> None:
    wanted = [_letters(text, item.content) for item in gold]
    found = [_letters(text, item.content) for item in predicted]
    partner = dict(pair(wanted, found))
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    kinds = [_kind(text, item.content) for item in predicted]
    for g, item in enumerate(gold):
        kind, hits = _kind(text, item.content), dict.fromkeys(("exact", "overlap", "relation"), False)
        p = partner.get(g)
        if p is not None:
            iou = len(wanted[g] & found[p]) / len(wanted[g] | found[p])
            hits["exact"], hits["overlap"] = iou == 1.0, iou >= LEAST_IOU
            hits["relation"] = hits["overlap"] and _same_source(text, words, item.source, predicted[p].source)
            if hits["overlap"]:
                kinds[p] = kind
        for metric, hit in hits.items():
            for name in ("all", kind):
                scores.count(metric, name).hits += hit
                scores.count(metric, name).wanted += 1
    for kind in kinds:
        for metric in ("exact", "overlap", "relation"):
            for name in ("all", kind):
                scores.count(metric, name).predicted += 1


def pair(wanted: Sequence[set[int]], found: Sequence[set[int]]) -> list[tuple[int, int]]:
    """Pair items one to one for the greatest total overlap; only overlapping ones (exact, by augmenting paths)."""
    gain: dict[tuple[int, int], float] = {}
    for g, mine in enumerate(wanted):
        for p, theirs in enumerate(found):
            if shared := len(mine & theirs):
                gain[g, p] = shared + 1e-3 * shared / len(mine | theirs)  # ties go to the closer pair
    taken: dict[int, int] = {}  # found -> wanted
    while path := _best_path(gain, taken, len(wanted)):
        for g, p in path:
            taken[p] = g
    return sorted((g, p) for p, g in taken.items())


def _best_path(gain: Mapping[tuple[int, int], float], taken: Mapping[int, int], count: int) -> list[tuple[int, int]]:
    """Find the chain of new pairs that adds most to the total, [] where none adds anything (Bellman-Ford)."""
    busy = set(taken.values())
    best: dict[int, tuple[float, list[tuple[int, int]]]] = {g: (0.0, []) for g in range(count) if g not in busy}
    final: tuple[float, list[tuple[int, int]]] = (0.0, [])
    moved = set(best)
    while moved:
        now, moved = moved, set()
        for (g, p), value in gain.items():
            if g not in now or taken.get(p) == g:
                continue
            total, path = best[g][0] + value, [*best[g][1], (g, p)]
            owner = taken.get(p)
            if owner is None:
                if total > final[0] + 1e-9:
                    final = (total, path)
            else:
                total -= gain[owner, p]
                if owner not in best or total > best[owner][0] + 1e-9:
                    best[owner] = (total, path)
                    moved.add(owner)
    return final[1]


def _letters(text: str, spans: Spans) -> set[int]:
    covered = {i for start, end in spans for i in range(start, end)}
    return {i for i in covered if text[i].isalnum()} or {i for i in covered if not text[i].isspace()}


def _same_source(text: str, words: Sequence[Range], wanted: Spans, found: Spans) -> bool:
    mine = {word for word in words if any(word[0] < end and start < word[1] for start, end in wanted)}
    theirs = {word for word in words if any(word[0] < end and start < word[1] for start, end in found)}
    empty = frozenset(_EMPTY.split())
    informative = {word for word in mine if text[word[0] : word[1]].lower() not in empty} or mine
    return not mine or bool(informative & theirs)


def _kind(text: str, spans: Spans) -> str:
    """Classify content: direct if it starts at or right after a mark, mixed if it holds a double mark, else
    indirect.
    """
    spans = sorted(spans)
    words = "".join(text[start:end] for start, end in spans).strip()
    before = text[spans[0][0] - 1 : spans[0][0]] if spans and spans[0][0] else ""
    if words and (words[0] in _OPENING or words.startswith("''") or (before and before in _OPENING)):
        return "direct"
    return "mixed" if any(mark in words for mark in _DOUBLE) or "``" in words or "''" in words else "indirect"


def _pieces(text: str, items: Sequence[SpokenSpans], role: str) -> set[Range]:
    """Return contiguous spans from first to last letter, split at paragraph ends."""
    result = set()
    for item in items:
        for start, end in getattr(item, role):
            for line in re.finditer(r"[^\n]+", text[start:end]):
                letters = [i for i in range(start + line.start(), start + line.end()) if text[i].isalnum()]
                if letters:
                    result.add((letters[0], letters[-1]))
    return result
