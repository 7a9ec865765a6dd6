"""Define Text, Span and Evidence; the only module that slices source text.

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
    """Replace lone surrogates, which JSON escapes can bring in and language libraries reject, by U+FFFD.

    Every offset stays as it is.
    """
    return SURROGATES.sub("\ufffd", text)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Describe a half-open range of code points, never empty."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise SpanError(f"span [{self.start}, {self.end}) is empty, reversed or negative")

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two spans share a code point."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Tell whether `other` lies entirely inside this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold a span with its words. `Text.cite` alone makes it, so that `content[start:end] == quote` is always true."""

    text_id: str
    span: Span
    quote: str


@dataclass(frozen=True, slots=True)
class Text:
    """Hold a source text, unchanged; `id` is the SHA-256 of its UTF-8 bytes, in hex."""

    content: str
    id: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        # Lone surrogates can come in through JSON escapes; they must not cost an article.
        digest = hashlib.sha256(self.content.encode("utf-8", "surrogatepass")).hexdigest()
        object.__setattr__(self, "id", digest)

    def __len__(self) -> int:
        return len(self.content)

    def cite(self, start: int, end: int) -> Evidence:
        """Cite the words at `[start, end)`.

        Raises:
            SpanError: the span is not inside the text.
        """
        span = Span(start, end)
        if end > len(self.content):
            raise SpanError(f"span [{start}, {end}) ends after the text's {len(self.content)} code points")
        return Evidence(text_id=self.id, span=span, quote=self.content[start:end])

    def cite_all(self, spans: Iterable[tuple[int, int]]) -> tuple[Evidence, ...]:
        """Cite several `(start, end)` pairs, in text order."""
        return tuple(self.cite(start, end) for start, end in sorted(spans))

    def holds(self, evidence: Evidence) -> bool:
        """Tell whether the evidence is of this text and its words are found at its span."""
        span = evidence.span
        return evidence.text_id == self.id and self.content[span.start : span.end] == evidence.quote
