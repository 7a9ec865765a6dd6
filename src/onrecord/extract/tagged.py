"""Attributions by the trained tagger, level by level.

The tagger finds the outermost attributions, as its training data have them. Inner ones come from looking again inside
each content that has words for a report, until nothing more is found.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from onrecord.extract.assemble import Found, Range, assemble
from onrecord.extract.looks import Looks
from onrecord.model import Attribution
from onrecord.span import Text

# A report inside a report inside a report inside a report: deeper ones are not looked for.
MAX_DEPTH = 4
# A content with fewer words cannot hold a source, a cue and a content of its own.
LEAST_WORDS = 5


class Reader(Protocol):
    """What is needed of a tagger."""

    def attributions(self, text: str) -> list[Found]:
        """The outermost attributions."""
        ...

    def inner(self, text: str, content: Range) -> list[Found]:
        """The outermost attributions inside one content."""
        ...


class TaggerExtractor:
    """All levels of attribution by a tagger."""

    def __init__(self, tagger: Reader, looks: Looks) -> None:
        self._tagger = tagger
        self._looks = looks

    def attributions(self, text: Text) -> list[Attribution]:
        """All attributions of a text, in text order, nested ones with their outer one."""
        found = list(self._tagger.attributions(text.content))
        level = found
        for _ in range(MAX_DEPTH):
            level = [inner for outer in level for inner in self._inside(text.content, outer)]
            found += level
        return assemble(text, found)

    def _inside(self, text: str, outer: Found) -> list[Found]:
        inside: list[Found] = []
        for start, end in outer.content:
            part = text[start:end]
            if len(part.split()) >= LEAST_WORDS and self._looks.worth(part):
                inside += [item for item in self._tagger.inner(text, (start, end)) if _is_inner(item, (start, end))]
        return [replace(item, confidence=item.confidence * outer.confidence) for item in inside]


def _is_inner(item: Found, content: Range) -> bool:
    """Whether it is a report inside the content, not the content once more: it has a source and a cue of its own."""
    return bool(item.source and item.cue) and all(
        content[0] <= a and b <= content[1] for a, b in (*item.source, *item.cue, *item.content)
    )
