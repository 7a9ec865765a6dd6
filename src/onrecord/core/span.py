"""Text, Span and Evidence: the only place that slices source text.

Offsets are half-open `[start, end)` and count Unicode code points of the text exactly as it was given,
so a span means the same on every machine and no normalisation can move it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from onrecord.errors import SpanError

SURROGATES = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    """The text with U+FFFD for lone surrogates, which JSON escapes can bring in and no language library takes.

    Every offset stays as it is.
    """
    return SURROGATES.sub("\ufffd", text)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points, never empty."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise SpanError(f"span [{self.start}, {self.end}) is empty, reversed or negative")

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a code point."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span with its words; made by `Text.cite` alone, so `content[start:end] == quote` holds."""

    text_id: str
    span: Span
    quote: str


@dataclass(frozen=True, slots=True)
class Text:
    """A source text, kept exactly as given; `id` is the SHA-256 of its UTF-8 bytes, in hex."""

    content: str
    id: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        # Lone surrogates can come in through JSON escapes; they must not cost an article.
        digest = hashlib.sha256(self.content.encode("utf-8", "surrogatepass")).hexdigest()
        object.__setattr__(self, "id", digest)

    def __len__(self) -> int:
        return len(self.content)

    def cite(self, start: int, end: int) -> Evidence:
        """The evidence at `[start, end)`; SpanError where that is not inside the text."""
        span = Span(start, end)
        if end > len(self.content):
            raise SpanError(f"span [{start}, {end}) ends after the text's {len(self.content)} code points")
        return Evidence(text_id=self.id, span=span, quote=self.content[start:end])

    def cite_all(self, spans: Iterable[tuple[int, int]]) -> tuple[Evidence, ...]:
        """The evidence of several `(start, end)` pairs, in text order."""
        return tuple(self.cite(start, end) for start, end in sorted(spans))

    def holds(self, evidence: Evidence) -> bool:
        """Whether the evidence is of this text and its words stand where it says."""
        span = evidence.span
        return evidence.text_id == self.id and self.content[span.start : span.end] == evidence.quote
