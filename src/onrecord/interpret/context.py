"""What is worked out once for an article and shared by all its statements' rules."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from onrecord.core.statement import Article, Attribution
from onrecord.text.sentences import index_at, sentences
from onrecord.text.tokens import Word, words

# Quoted stretches, roughly: only used to tell what stands in somebody's mouth from what the article says itself.
QUOTED = re.compile(r"[\"“«][^\"“”«»\n]{2,}[\"”»]")

# "PORT ANSEL, March 3 (Continental Wire) - "
DATELINE = re.compile(r"^[^\n]{0,20}?(?P<place>[A-Z][A-Z’' .-]{2,30}),? [^\n]{0,60}? ?[-–—]{1,2} ")


@dataclass(slots=True)
class Context:
    """The article's words, sentences and paragraphs; everything in code points of its text."""

    article: Article
    text: str = field(init=False)
    sentences: list[tuple[int, int]] = field(init=False)
    words: list[Word] = field(init=False)
    body: int = field(init=False)  # where the text begins, after its dateline
    _quoted: list[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.article.text.content
        line = DATELINE.match(self.text)
        self.body = line.end() if line else 0
        self.sentences = sentences(self.text)
        self.words = words(self.text)
        self._quoted = [m.span() for m in QUOTED.finditer(self.text)]

    def sentence_at(self, position: int) -> tuple[int, int]:
        """The sentence that holds a position; the whole text where there is none."""
        return self.sentences[index_at(self.sentences, position)] if self.sentences else (0, len(self.text))

    def paragraph_at(self, position: int) -> tuple[int, int]:
        """The line that holds a position."""
        start = self.text.rfind("\n", 0, position) + 1
        end = self.text.find("\n", position)
        return start, len(self.text) if end < 0 else end

    def in_quotation(self, position: int) -> bool:
        """Whether a position stands inside quotation marks."""
        i = bisect_right(self._quoted, (position, 1 << 60)) - 1
        return i >= 0 and self._quoted[i][0] < position < self._quoted[i][1]


def pieces(attribution: Attribution, part: str) -> list[tuple[int, int]]:
    """The (start, end) of a part ("source", "cue" or "content") of an attribution."""
    return [(e.span.start, e.span.end) for e in getattr(attribution, part)]


def joined(attribution: Attribution, part: str) -> str:
    """The words of a part, pieces joined by a space."""
    return " ".join(e.quote for e in getattr(attribution, part))
