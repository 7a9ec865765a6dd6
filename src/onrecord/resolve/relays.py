"""Find the outlet that relays a statement where its sentence says so beside it: "…, as quoted by the Courier"."""

from __future__ import annotations

import re

from onrecord.core.statement import Attribution
from onrecord.lexicon import compiled
from onrecord.resolve.entities import Entities, Mention

OUTLETS = ("outlet", "organisation")
BY = r"\b(?:as|{be}) {relayed} (?:by|in)(?: the)? $"  # "as reported by the Courier"
IN = r"\bin an?(?: \w+)? $"  # "in a Courier article"
ITSELF = r"^(?:['’]s)? {news-piece}\b"


def relay_of(entities: Entities, attribution: Attribution) -> Mention | None:
    """Return the mention of the outlet that relays a statement, None if its sentence names none."""
    document, text = entities.document, entities.document.text
    spans = [(e.span.start, e.span.end) for e in (*attribution.source, *attribution.cue, *attribution.content)]
    first, last = min(a for a, _ in spans), max(b for _, b in spans)
    inside = [(e.span.start, e.span.end) for e in (*attribution.source, *attribution.content)]
    if document.in_quotation(spans[0][0]):
        return None
    opens = document.sentences[document.sentence_of(first)][0]
    closes = document.sentences[document.sentence_of(last - 1)][1]
    if compiled(r"\b(?:{relayed}|{news-piece})\b").search(text, opens, closes) is None:
        return None
    for mention in entities.inside(opens, closes):
        if mention.entity.kind not in OUTLETS:
            continue
        if any(a < mention.end and mention.start < b for a, b in inside):
            continue
        lead = text[opens : mention.start]
        piece = mention.start >= last and compiled(IN, re.I).search(lead) is not None
        if compiled(BY, re.I).search(lead) or (piece and compiled(ITSELF).search(text[mention.end : closes])):
            return mention
    return None
