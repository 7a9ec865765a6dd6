"""Describe a candidate attribution for the statement filter: what the network says, its words, and what is around it.

A feature is a name with a number; absent ones are 0. Words are features of their own, so that which of them matter is
learned from labelled articles and not listed here.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from onrecord.core.statement import Form
from onrecord.extract.assemble import Range, RawAttribution, form_of, regions_between
from onrecord.extract.listed_cues import listed_cue
from onrecord.extract.nesting import containers_of, enclosing_attributions
from onrecord.extract.span_index import SpanIndex
from onrecord.lexicon import word_class
from onrecord.text.quotes import quoted_regions

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+|[%:]")
SCALE = 0.3  # of the ends of links, so that the fit's penalty weighs on them as on the words
NEAR = 150  # code points within which candidates crowd each other
BESIDE = 4  # candidates before and after that may be doubles
OPENS = 8  # code points before an inner candidate that opens the content
UNLISTED = "unlisted"  # a cue that is not in the table of cues
# Kind of source, and its class of words.
KINDS = (("first person", "speaker"), ("pronoun", "third-person"), ("relative", "relative-source"))
Features = dict[str, float]


def outers_of(text: str, items: Sequence[RawAttribution]) -> list[int | None]:
    """Return, for each candidate, the index of the one whose content it stands in, or that reports it."""
    reporters = enclosing_attributions(text, items)
    holders = containers_of(items, reporters)
    return [holder if outer is None else outer for outer, holder in zip(reporters, holders, strict=True)]


def describe(text: str, items: Sequence[RawAttribution], outers: Sequence[int | None] | None = None) -> list[Features]:
    """Describe each candidate by itself and by the others; they are normalized and in text order.

    `outers` are those of `outers_of`, where they are known.
    """
    regions = quoted_regions(text)
    outers = outers_of(text, items) if outers is None else outers
    extents = SpanIndex(((item.content[0][0], item.content[-1][1]), n) for n, item in enumerate(items))
    firsts = [item.first for item in items]
    made = []
    for number, item in enumerate(items):
        outer = outers[number]
        features = _of_network(item)
        features.update(_of_words(text, item, regions))
        features.update(_of_order(text, item))
        features.update(_of_lexicon(text, item, regions))
        if outer is not None:
            features.update(_of_nesting(text, item, items[outer], regions))
        features.update(_of_others(number, items, outer))
        features["overlap"] = _overlap(number, items, extents)
        features["neighbours"] = _neighbours(firsts, item.first)
        made.append(features)
    return made


def _of_network(item: RawAttribution) -> Features:
    features = {"bias": 1.0}
    signals = item.signals
    if signals is None:
        return features | {"no signals": 1.0}
    features.update({f"end {n}": SCALE * value for n, value in enumerate(signals.ends.tolist())})
    return features | {
        "anchor": _logit(signals.anchor),
        "content": _logit(signals.content),
        "weakest": _logit(signals.weakest),
        "source": signals.source,
        "no source": signals.no_source,
    }


def _logit(chance: float) -> float:
    chance = min(max(chance, 1e-3), 1 - 1e-3)
    return math.log(chance / (1 - chance))


def lower_words(text: str, spans: Sequence[Range]) -> list[str]:
    """Return the words of some spans in lower case."""
    return [match.group().casefold().replace("’", "'") for a, b in spans for match in WORD.finditer(text, a, b)]


def _of_words(text: str, item: RawAttribution, regions: Sequence[Range]) -> Features:
    source, cue, content = (lower_words(text, spans) for spans in (item.source, item.cue, item.content))
    features: Features = {f"cue:{word}": 1.0 for word in cue}
    features[f"cue length {min(len(cue), 5)}"] = 1.0
    features.update(_of_cue(cue))
    kind = kind_of_source(text, item)
    features[f"source is {kind}"] = 1.0
    if cue:
        features[f"{kind} {'passive' if cue[-1].endswith('ed') or cue[-1] == 'by' else 'active'}"] = 1.0
    features.update({f"source:{word}": 1.0 for word in source})
    features["content length"] = math.log1p(len(content))
    features[f"content parts {min(len(item.content), 3)}"] = 1.0
    features.update({f"content {n}:{word}": 1.0 for n, word in enumerate(content[:2])})
    features[f"form {form_of(text, item.content, regions)}"] = 1.0
    return features


def _of_cue(cue: Sequence[str]) -> Features:
    if not cue:
        return {}
    first, last = cue[0], cue[-1]
    opens = next((name for name in ("auxiliary", "modal") if first in word_class(name)), "to" if first == "to" else "")
    ends = next((ending for ending in ("ed", "ing", "s") if last.endswith(ending)), "other")
    return {f"whole cue:{' '.join(cue)}": 1.0, f"cue ends {ends}": 1.0, f"cue opens {opens or 'other'}": 1.0}


def _of_lexicon(text: str, item: RawAttribution, regions: Sequence[Range]) -> Features:
    """Describe a cue by its row of the table of cues, so that rare cues share what is learned of common ones."""
    opening = f"{_opening(lower_words(text, item.content))} {form_of(text, item.content, regions)}"
    listed, kind = listed_cue(tuple(lower_words(text, item.cue))), kind_of_source(text, item)
    features = {f"opens with {opening}": 1.0}
    if listed is None:
        return features | {
            f"lexicon {UNLISTED}": 1.0,
            f"lexicon {UNLISTED} {kind}": 1.0,
            f"lexicon {UNLISTED} opens with {opening}": 1.0,
        }
    frames = "".join(sorted(listed.frames))
    return features | {
        f"lexicon:{' '.join(listed.phrase)}": 1.0,
        f"lexicon phrase of {min(len(listed.phrase), 2)}": 1.0,
        f"lexicon {listed.pos}": 1.0,
        f"lexicon act {listed.act.value}": 1.0,
        f"lexicon act {listed.act.value} {kind}": 1.0,
        f"lexicon stance {listed.stance}": 1.0,
        f"lexicon event {listed.plover}": 1.0,
        f"lexicon frames {frames}": 1.0,
        f"lexicon frames {frames} opens with {opening}": 1.0,
    }


def _opening(content: Sequence[str]) -> str:
    """Classify a content by its first word."""
    first = content[0] if content else ""
    if first == "to" or first.endswith("ing"):
        return first[-3:]
    known = ("complementizer", "determiner", "subject-pronoun")
    return next((name for name in known if first in word_class(name)), "other")


def kind_of_source(text: str, item: RawAttribution) -> str:
    """Classify a source by its form: none, first person, pronoun, relative, nobody, number, name or noun."""
    words = lower_words(text, item.source)
    if not words:
        return "none"
    first, alone = words[0], len(words) == 1
    for name, known in KINDS:
        if alone and first in word_class(known):
            return name
    if first in word_class("nobody"):
        return "nobody"
    if first[0].isdigit() or "percent" in words or "%" in words:
        return "number"
    printed = " ".join(text[a:b] for a, b in item.source).split()
    return "name" if any(word[:1].isupper() for word in printed[1:]) or (alone and printed[0][0].isupper()) else "noun"


def _of_order(text: str, item: RawAttribution) -> Features:
    parts = [(spans[0], name) for spans, name in ((item.source, "S"), (item.cue, "V"), (item.content, "C")) if spans]
    parts.sort()
    features = {"order " + "".join(name for _, name in parts): 1.0}
    if item.cue:
        at, end = item.cue[0][0], item.cue[-1][1]
        gap = min(
            (len(text[b:at].split()) if b <= at else len(text[end:a].split()) for a, b in item.content), default=0
        )
        features[f"gap {min(gap, 4)}"] = 1.0
    whole = text[item.first : max(b for _, b in (*item.source, *item.cue, *item.content))]
    features["lines"] = float(min(whole.count("\n"), 3))
    return features


def _of_nesting(text: str, item: RawAttribution, outer: RawAttribution, regions: Sequence[Range]) -> Features:
    inner, around = lower_words(text, item.source), lower_words(text, outer.source)
    kind = kind_of_source(text, item)
    form = form_of(text, outer.content, regions)
    quoted = form is not Form.INDIRECT and bool(regions_between(regions, item.first, item.first + 1))
    features = {"inside": 1.0, f"inside {kind}": 1.0, f"inside {'quoted' if quoted else 'unquoted'} {kind}": 1.0}
    if inner and around and (inner[-1] == around[-1] or set(inner) & set(around) - {"the", "of", "a"}):
        features["inside same source"] = 1.0
    features["inside share"] = min(1.0, item.extent / max(1, outer.extent))
    place = "opening" if any(0 <= item.first - start < OPENS for start, _ in outer.content) else "later"
    features |= {
        f"inside {place}": 1.0,
        f"inside {place} {kind}": 1.0,
        f"{kind} inside {kind_of_source(text, outer)}": 1.0,
    }
    cue = lower_words(text, outer.cue)
    if cue:
        features[f"inside cue:{cue[-1]}"] = 1.0
    act, around_act = _act(lower_words(text, item.cue)), _act(cue)
    return features | {
        f"inside {'quoted' if quoted else 'unquoted'} act {act}": 1.0,
        f"inside act {act} {kind}": 1.0,
        f"inside outer act {around_act}": 1.0,
        f"inside outer act {around_act} {kind}": 1.0,
    }


def _act(cue: Sequence[str]) -> str:
    listed = listed_cue(tuple(cue))
    return UNLISTED if listed is None else listed.act.value


def _of_others(number: int, items: Sequence[RawAttribution], outer: int | None) -> Features:
    """Describe what a candidate shares with those beside it, as doubles do."""
    item, features = items[number], Features()
    for n in range(max(0, number - BESIDE), min(len(items), number + BESIDE + 1)):
        other = items[n]
        if n == number:
            continue
        if item.source and item.source == other.source:
            features["shares its source"] = 1.0
        if _holds(item.content, other.cue):
            features["holds a cue"] = 1.0
        if n != outer and _holds(other.content, item.cue):
            features["cue in another content"] = 1.0
    return features


def _holds(spans: Sequence[Range], parts: Sequence[Range]) -> bool:
    return any(a <= start and end <= b for a, b in spans for start, end in parts)


def _neighbours(firsts: Sequence[int], first: int) -> float:
    """Return how many other candidates begin nearby, in thirds, at most 1."""
    return min(3, bisect_right(firsts, first + NEAR) - bisect_left(firsts, first - NEAR) - 1) / 3


def _overlap(number: int, items: Sequence[RawAttribution], extents: SpanIndex[int]) -> float:
    """Return the largest share of content with another candidate (Jaccard)."""
    item, best = items[number], 0.0
    for _, n in extents.overlapping(item.content[0][0], item.content[-1][1]):
        if n == number:
            continue
        other = items[n]
        shared = sum(max(0, min(b, d) - max(a, c)) for a, b in item.content for c, d in other.content)
        best = max(best, shared / (item.extent + other.extent - shared))
    return best
