"""Trim a source that the tagger ran over its bounds: to whom a relative clause has for its subject, without time words.

Of "a levy that Ann Lee" before "called too high", "the minister on Tuesday" and "by the Echo" the source is Ann Lee,
the minister, and the Echo.
"""

from __future__ import annotations

import re
from dataclasses import replace

from onrecord.extract.assemble import RawAttribution
from onrecord.lexicon import compiled

SUBJECT = (
    r".{3,}?,? (?:that|which|who|whom) "
    r"(?P<source>I|we|{third-person-subject}|(?:[Tt]he )?[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,4}(?: [a-z]+s)?)"
)
TRAILING = re.compile(
    r"(?P<source>[^,]{1,200}?)"
    r"(?: on [A-Z][a-z]+day| today| yesterday| last night| this week| as well| (?:him|her|it)self"
    r"| themselves),?"
)
LEADING = re.compile(r"by (?P<source>.+)", re.DOTALL)
MODIFIED = re.compile(r"\b(?:\w+ed|\w+ing|who|that|which)\b")  # "a poll released on Friday": the time belongs to it


def trimmed_source(text: str, item: RawAttribution) -> RawAttribution:
    """Return the attribution with its source trimmed."""
    if len(item.source) != 1 or not item.cue:
        return item
    start, end = item.source[0]
    for pattern in (LEADING, compiled(SUBJECT, re.DOTALL), TRAILING):
        match = pattern.fullmatch(text, start, end)
        if match is not None and not (pattern is TRAILING and MODIFIED.search(match["source"])):
            start, end = match.span("source")
    return item if (start, end) == item.source[0] else replace(item, source=((start, end),))
