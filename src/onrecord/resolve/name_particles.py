"""Join names that the tagger cut at their particles: "Anders ter Horst", and "Ter Horst" further on."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.resolve.document import Document
from onrecord.resolve.name_context import Item, NameContext
from onrecord.resolve.names import KINDS
from onrecord.resolve.vocabulary import Vocabulary

MOST_PARTICLES = 3  # in a row: "de la", "op den"
SURE = [0.9 if kind == "person" else 0.02 for kind in KINDS]


class NameParticles:
    """Join the names of one article."""

    def __init__(self, document: Document, vocabulary: Vocabulary, context: NameContext) -> None:
        self._document, self._vocabulary, self._context = document, vocabulary, context
        words = vocabulary.words
        self._particles = words["particle"]
        self._heads = words["body-head"] | words["thing-head"] | words["outlet-head"]

    def join(self, items: list[Item], sources: Sequence[tuple[int, int]]) -> None:
        """Make one person of a full name with particles that a source opens with, and of its surname elsewhere."""
        tokens = self._document.tokens
        for start, end in sources:
            first, stop = self._document.index(start), self._document.index(max(start, end - 1)) + 1
            while first < stop and self._opens_title(tokens[first].lower.rstrip(".")):
                first += 1
            last = self._end(first, stop)
            if last is not None and not any(self._is_whole(item, first, last) for item in items):
                self._put(items, first, last)
        tails = set()
        for item in items:
            at = self._particle(item)
            if item.kind == "person" and at:
                tails.add(tuple(t.lower for t in tokens[at : item.last]))
        for n, token in enumerate(tokens):
            for tail in tails if token.text[:1].isupper() else ():
                if tuple(t.lower for t in tokens[n : n + len(tail)]) == tail:
                    self._put(items, n, n + len(tail))

    def _is_whole(self, item: Item, first: int, last: int) -> bool:
        """Tell whether a name that begins inside `[first, last)` has all of the particles: after an unknown title."""
        begins = item.first > first and self._document.tokens[item.first - 1].text not in self._particles
        return begins and item.last == last and self._particle(item) > 0

    def _opens_title(self, low: str) -> bool:
        words = self._vocabulary.words
        return self._vocabulary.is_role(low) or low in words["title-word"] | words["field-of-office"]

    def _particle(self, item: Item) -> int:
        """Return the first particle inside a name, after its first word; 0 if none."""
        tokens = self._document.tokens
        return next((n for n in range(item.first + 1, item.last) if tokens[n].text in self._particles), 0)

    def _end(self, first: int, stop: int) -> int | None:
        """Return the end of a full name with particles at `first`, None where there is none."""
        tokens, n, joined = self._document.tokens, first, False
        while n < stop and tokens[n].capital and tokens[n].lower not in self._heads:
            if n == first and not self._context.is_nameable(tokens[n]):
                return None
            n += 1
            begin = n
            while n < stop and n - begin < MOST_PARTICLES and tokens[n].text in self._particles:
                n += 1
            if n > begin and (n == stop or not tokens[n].capital):
                return None
            joined = joined or n > begin
        closed = n == stop or tokens[n].text in (",", "(")
        return n if joined and closed else None

    def _put(self, items: list[Item], first: int, last: int) -> None:
        """Put a person in place of the names inside `[first, last)`, unless one goes beyond."""
        inside = [item for item in items if item.first < last and item.last > first]
        if all(first <= item.first and item.last <= last for item in inside):
            items[:] = [item for item in items if item not in inside]
            items.append(self._context.item(first, last, "person", list(SURE)))
