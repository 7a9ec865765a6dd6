"""Look up politicians whom readers of news know: their state, their party and when they held high office."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from onrecord.lexicon import rows
from onrecord.text.names import PLAIN_LETTERS, fold

OPEN_END = 9999  # year


@dataclass(frozen=True, slots=True)
class Politician:
    """Hold the state and the party of a politician, None where there is none or more than one.

    `terms` are the first and last years in high office, in order.
    """

    state: str | None
    party: str | None
    terms: tuple[tuple[int, int], ...]

    def standing(self, year: int | None) -> str:
        """Tell whether one is in high office in a year, was so before, or neither (as where the year is unknown)."""
        if year is None or not self.terms or year < self.terms[0][0]:
            return "no office"
        return "in office" if any(first <= year <= last for first, last in self.terms) else "after office"


def known_politician(name: str) -> Politician | None:
    """Return the politician of a full name, whatever its accents and middle initials; None where unknown."""
    return _politicians().get(_key(name))


def known_by_surname(surname: str) -> str | None:
    """Return the full name of the one politician of a surname; None where there is none or more than one."""
    names = _surnames().get(_key(surname), [])
    return names[0] if len(names) == 1 else None


@cache
def _surnames() -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for row in rows("resolve/politicians.tsv"):
        found.setdefault(_key(row["name"])[-1:], []).append(row["name"])
    return found


@cache
def _politicians() -> dict[tuple[str, ...], Politician]:
    return {
        _key(row["name"]): Politician(
            state=_unless_dash(row["state"]),
            party=_unless_dash(row["party"]),
            terms=tuple(_years(term) for term in row["in-office"].split() if term != "-"),
        )
        for row in rows("resolve/politicians.tsv")
    }


def _key(name: str) -> tuple[str, ...]:
    words = fold(name).translate(PLAIN_LETTERS).split()
    return (*words[:1], *(word for word in words[1:] if len(word) > 1))


def _unless_dash(value: str) -> str | None:
    return None if value == "-" else value


def _years(term: str) -> tuple[int, int]:
    first, dash, last = term.partition("-")
    return int(first), int(last) if last else OPEN_END if dash else int(first)
