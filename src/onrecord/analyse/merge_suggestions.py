"""Suggest which actors may be one and the same, each with its reason; a person decides.

Compared are names alone: the same name under two affiliations, a name that is part of a longer one, the same family
name, initials of a longer name, and spellings that differ by little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from onrecord.analyse.actors import RegisteredActor, is_name
from onrecord.lexicon import word_class

MAX_NAMESAKES = 12  # with more actors of one family name no pair is suggested: the name is too common
MIN_SIMILARITY = 0.88  # between two spellings with the same first letter
MIN_LETTERS = 6  # shorter names are not compared by spelling


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Describe two actors who may be one; `name` has more statements than `other`."""

    name: RegisteredActor
    other: RegisteredActor
    reason: str


def suggestions(actors: Sequence[RegisteredActor], apart: Iterable[frozenset[str]] = ()) -> list[Suggestion]:
    """Return the pairs that may be one, the most frequent first, without pairs that people declared `apart`."""
    known = [actor for actor in actors if not actor.hidden and is_name(actor.name) and len(actor.name) > 1]
    separate = {frozenset(name.casefold() for name in pair) for pair in apart}
    found: dict[tuple[int, int], str] = {}
    for one, two, reason in _pairs(known):
        low, high = min(one, two), max(one, two)
        names = frozenset((known[low].name.casefold(), known[high].name.casefold()))
        if low != high and names not in separate:
            found.setdefault((low, high), reason)
    made = [Suggestion(*_by_size(known[a], known[b]), reason) for (a, b), reason in found.items()]
    return sorted(made, key=lambda s: (-s.other.statements, -s.name.statements, s.name.name, s.other.name))


def _by_size(one: RegisteredActor, two: RegisteredActor) -> tuple[RegisteredActor, RegisteredActor]:
    return (one, two) if (one.statements, len(one.name)) >= (two.statements, len(two.name)) else (two, one)


def _pairs(actors: Sequence[RegisteredActor]) -> Iterator[tuple[int, int, str]]:
    by_last: dict[str, list[int]] = {}
    by_letter: dict[str, list[int]] = {}
    initials: dict[str, list[int]] = {}
    for place, actor in enumerate(actors):
        words = _words(actor.name)
        if not words:
            continue
        by_last.setdefault(words[-1], []).append(place)
        by_letter.setdefault(words[0][0], []).append(place)
        if len(words) > 2:
            initials.setdefault("".join(word[0] for word in words), []).append(place)
    for last, places in by_last.items():
        if 1 < len(places) <= MAX_NAMESAKES:
            yield from _family(actors, places, last)
    for place, actor in enumerate(actors):
        short = actor.name.replace(".", "")
        if short.isupper() and len(short) > 2:
            for other in initials.get(short.casefold(), []):
                yield place, other, f"“{actor.name}” are the initials of “{actors[other].name}”"
    for places in by_letter.values():
        yield from _spellings(actors, places)


def _family(actors: Sequence[RegisteredActor], places: Sequence[int], last: str) -> Iterator[tuple[int, int, str]]:
    for n, one in enumerate(places):
        for two in places[n + 1 :]:
            a, b = _words(actors[one].name), _words(actors[two].name)
            side = actors[one].affiliation
            same = f"both speak for {side}" if side and side == actors[two].affiliation else ""
            if a == b:
                yield one, two, "the same name under two affiliations"
            elif set(a) <= set(b) or set(b) <= set(a):
                yield one, two, "one name is part of the other" + (f", and {same}" if same else "")
            elif a[0][0] == b[0][0] and min(len(a[0]), len(b[0])) == 1:
                yield one, two, f"the same initial and family name “{last.capitalize()}”"


def _spellings(actors: Sequence[RegisteredActor], places: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    if len(places) > 400:  # in a large ledger the pairs of one letter are too many to compare
        places = places[:400]
    digits = {place: "".join(filter(str.isdigit, actors[place].name)) for place in places}
    for n, one in enumerate(places):
        name = actors[one].name.casefold()
        for two in places[n + 1 :]:
            other = actors[two].name.casefold()
            if digits[one] != digits[two]:  # "Division 12" is not "Division 13"
                continue
            if name == other or min(len(name), len(other)) < MIN_LETTERS or abs(len(name) - len(other)) > 2:
                continue
            matcher = SequenceMatcher(None, name, other, autojunk=False)
            if (
                matcher.real_quick_ratio() >= MIN_SIMILARITY
                and matcher.quick_ratio() >= MIN_SIMILARITY
                and matcher.ratio() >= MIN_SIMILARITY
            ):
                yield one, two, "spelled almost alike"


def _words(name: str) -> list[str]:
    return [
        word.strip(".,'’").casefold()
        for word in name.split()
        if word.casefold() not in word_class("name-link") and word.strip(".,'’")
    ]
