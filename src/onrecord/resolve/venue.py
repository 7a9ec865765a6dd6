"""Resolve venues: an occasion or medium named beside the cue, or the person addressed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from onrecord.core.statement import Article, Attribution, Judgement
from onrecord.lexicon import compiled, word_class
from onrecord.resolve.document import Document
from onrecord.resolve.vocabulary import load_vocabulary

REACH = 90


@dataclass(frozen=True, slots=True)
class VenuePatterns:
    """Hold the patterns of an occasion, of a medium, and of who was told."""

    occasion: re.Pattern[str]
    medium: re.Pattern[str]
    told: re.Pattern[str]


@cache
def patterns() -> VenuePatterns:
    """Compile the patterns from the phrases of `data/patterns.tsv`."""
    return VenuePatterns(
        occasion=compiled(
            r"\b{before-occasion} (?:{article}|{third-person-possessive})? ?(?P<what>(?:[\w-]+ ){0,2}?{occasion}\b"
            r"(?: {after-occasion} (?:the )?[A-Z][\w’'-]*(?: (?:of |the )?[A-Z][\w’'-]*)*)?)"
        ),
        medium=compiled(r"\b(?:on|via|to) (?P<what>{medium})\b"),
        told=compiled(
            r"^\W*(?:{article} )?(?P<whom>(?:{before-outlet} )?"
            r"(?:(?:St|Ft|Mt)\. )?[A-Z][\w’'-]*(?: (?:of (?:the )?)?[A-Z][\w’'-]*)*|{audience})"
            r"(?P<where> in [A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)?"
        ),
    )


def venue_of(document: Document, article: Article, attribution: Attribution) -> Judgement[str | None]:
    """Return the venue of an attribution."""
    text = article.text
    for start, end in _around(document, attribution):
        for pattern in (patterns().occasion, patterns().medium):
            match = pattern.search(text.content, start, end)
            if match is not None:
                evidence = (text.cite(*match.span("what")),)
                return Judgement(
                    value=" ".join(match["what"].split()),
                    rule="an occasion named beside the cue",
                    confidence=0.7,
                    evidence=evidence,
                )
    cue = attribution.cue[-1] if attribution.cue else None
    if cue is not None and set(cue.quote.casefold().split()) & word_class("tells"):
        following = [e.span.start for e in attribution.content if e.span.start >= cue.span.end]
        stop = min(following, default=cue.span.end + 60)
        match = patterns().told.match(text.content[cue.span.end : stop])
        owner = match is not None and match["whom"].endswith(("'s", "’s"))  # "told St. Mary's parishioners"
        if match is not None and not owner and not _is_person(match["whom"]):
            start, end = cue.span.end + match.start("whom"), cue.span.end + match.end()
            whom, where = match["whom"], match["where"] or ""
            value = (
                f"remarks to {whom.removeprefix('the ')}{where}"
                if whom in word_class("press") | {"the press"}
                else f"{whom}{where}"
            )
            return Judgement(
                value=value, rule="the one who was told", confidence=0.65, evidence=(text.cite(start, end),)
            )
    return Judgement(value=None, rule="the article does not tell", confidence=0.7)


def _is_person(whom: str) -> bool:
    """Tell whether one who was told has a person's title or first name: "Gov. Tom Sall", "Mayor Sall", "Ann Lee"."""
    vocabulary = load_vocabulary()
    first = whom.split()[0].casefold()
    titles = vocabulary.words["civil-title"] | vocabulary.words["personal-title"]
    person = first in titles or first in vocabulary.genders or vocabulary.is_role(first)
    return person and whom not in word_class("addressee")


def _around(document: Document, attribution: Attribution) -> list[tuple[int, int]]:
    """Return the stretches of the cue's sentence that are neither content nor source, nearest first."""
    anchor = attribution.cue or attribution.source
    if not anchor or not document.sentences:
        return []
    place = anchor[0].span.start
    at, end = document.sentences[document.sentence_of(place)]
    spans = []
    for start, stop in sorted((e.span.start, e.span.end) for e in (*attribution.content, *attribution.source)):
        if stop <= at or start >= end:
            continue
        if start > at:
            spans.append((at, start))
        at = max(at, stop)
    if at < end:
        spans.append((at, end))

    def distance(span: tuple[int, int]) -> int:
        return min(abs(span[0] - place), abs(span[1] - place))

    return [span for span in sorted(spans, key=distance) if distance(span) < REACH]
