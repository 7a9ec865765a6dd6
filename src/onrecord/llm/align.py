"""Find words that a language model copied in the text they come from.

Only what varies in copying may differ: curly and straight marks, dashes, ellipses and white space are the same. Every
letter and digit must be there, in order and case; there is no fuzzy match. What is found is cut out of the text anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from onrecord.core.span import Evidence, Text

_PLAIN = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'",
        "–": "-", "—": "-", "‐": "-", "‑": "-", "\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    }
)  # fmt: skip
_TRIMMED = " \"'.,;:"


class Aligner:
    """Prepare a text for finding copied words in it."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._plain, self._places = _folded(text.content)

    def find(self, words: str, *, near: int = 0, start: int = 0, end: int | None = None) -> Evidence | None:
        """Return the evidence of copied words, the occurrence nearest to `near`; None if the text has none.

        Args:
            words: what was copied.
            near: an offset into the text.
            start: where to begin looking, in the text.
            end: where to stop; the end of the text where it is None.
        """
        wanted, _ = _folded(words)
        for candidate in (wanted, wanted.strip(_TRIMMED)):
            if not any(c.isalnum() for c in candidate):
                continue
            found = self._occurrences(candidate, start, len(self._text) if end is None else end)
            if found:
                first, last = min(found, key=lambda span: (abs(span[0] - near), span[0]))
                return self._text.cite(first, last)
        return None

    def find_all(self, pieces: Sequence[str], *, start: int = 0, end: int | None = None) -> tuple[Evidence, ...] | None:
        """Return the evidence of several pieces in text order; None if one of them is not in the text."""
        found: list[Evidence] = []
        near = start
        for piece in pieces:
            one = self.find(piece, near=near, start=start, end=end)
            if one is None:
                return None
            found.append(one)
            near = one.span.end
        ordered = sorted(set(found), key=lambda one: one.span)
        if any(a.span.overlaps(b.span) for a, b in pairwise(ordered)):
            return None
        return tuple(ordered)

    def _occurrences(self, wanted: str, start: int, end: int) -> list[tuple[int, int]]:
        found = []
        at = self._plain.find(wanted)
        while at >= 0:
            first, last = self._places[at], self._places[at + len(wanted) - 1] + 1
            if first >= start and last <= end and self._whole(at, at + len(wanted)):
                found.append((first, last))
            at = self._plain.find(wanted, at + 1)
        return found

    def _whole(self, start: int, end: int) -> bool:
        """Tell whether no word is cut at either end."""
        left = start > 0 and self._plain[start - 1].isalnum() and self._plain[start].isalnum()
        right = end < len(self._plain) and self._plain[end - 1].isalnum() and self._plain[end].isalnum()
        return not left and not right


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the text with plain marks and single blanks, and each character's position in the original."""
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = "..." if char == "…" else " " if char.isspace() else char.translate(_PLAIN)
        for one in plain:
            if one == " " and folded and folded[-1] == " ":
                continue
            folded.append(one)
            places.append(place)
    joined = "".join(folded)
    left = len(joined) - len(joined.lstrip(" "))
    right = len(joined.rstrip(" "))
    return (joined, places) if left == 0 and right == len(joined) else (joined[left:right], places[left:right])
