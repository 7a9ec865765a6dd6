"""Settle which names are of persons, bodies or places, for all mentions of an article together."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence

from onrecord.lexicon import word_class
from onrecord.resolve.name_context import Item, NameContext
from onrecord.resolve.names import KINDS
from onrecord.resolve.vocabulary import Vocabulary

SHORTEST_SLIP = 5  # letters of a surname that may be misspelled


def key_of(text: str) -> str:
    """Fold a name for comparison: composition, accents and case aside."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).replace(".", "").split())


def is_slip(key: str, surname: str) -> bool:
    """Tell whether a word is a surname with one letter left out, added, changed or two exchanged: "Mauer", "Maurer"."""
    if min(len(key), len(surname)) < SHORTEST_SLIP or key == f"{surname}s":
        return False
    same = next((n for n, (a, b) in enumerate(zip(key, surname, strict=False)) if a != b), min(len(key), len(surname)))
    one, other = key[same:], surname[same:]
    exchanged = one[:2] == other[:2][::-1] and one[2:] == other[2:]
    return same > 0 and (exchanged or other == one[1:] or one == other[1:] or one[1:] == other[1:])


class NameKinds:
    """Settle the kinds of one article's names."""

    def __init__(self, vocabulary: Vocabulary, context: NameContext) -> None:
        self._vocabulary, self._context = vocabulary, context

    def settle(self, items: Sequence[Item]) -> None:
        """Assign one kind to all mentions of one name; a part of a person's full name refers to that person."""
        votes: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(KINDS))
        words = self._vocabulary.words
        held: set[str] = set()
        for item in items:
            total = votes[key_of(item.text)]
            parts = key_of(item.text).split()
            for k, weight in enumerate(item.weights):
                total[k] += weight
            if (
                self._context.titled(item)
                or self._context.in_office(item)
                or self._context.apposed(item)
                or self._context.roled(item)
            ):
                total[KINDS.index("person")] += 1.0
                held.add(key_of(item.text))
            if (
                2 <= len(parts) <= 4
                and parts[0] in self._vocabulary.genders
                and not {parts[-1]} & (words["body-head"] | words["thing-head"] | words["outlet-head"])
            ):
                total[KINDS.index("person")] += 0.5
        self._personal(items, votes)
        surnames = Counter(
            key_of(item.text).split()[-1]
            for item in items
            if item.last - item.first > 1
            and KINDS[max(range(len(KINDS)), key=lambda k: votes[key_of(item.text)][k])] == "person"
        )
        actors, initials = self._vocabulary.actors, self._initials(items)
        for item in items:
            key = key_of(item.text)
            total = votes[key]
            kind = KINDS[max(range(len(KINDS)), key=lambda k: total[k])]
            actor = actors.get(item.text.casefold()) or actors.get(key)
            single = item.last - item.first == 1
            titled = self._context.titled(item)
            if (self._context.called(item) or (item.text.isupper() and key in initials)) and key not in surnames:
                kind = "organisation"
            elif single and key in surnames and not (actor is not None and self._context.placed(item)):
                kind = "person"
            elif (
                actor is not None and actor.how != "adjective" and not (kind == "person" and self._context.titled(item))
            ):
                kind = "place" if actor.kind == "state" else "organisation"
            elif single and actor is not None and actor.kind == "state":  # "his British trip" titles nobody
                kind = "group" if kind == "person" else kind
            elif single and (titled or key in held or self._misspelled(item, surnames)):
                kind = "person"
            if kind in ("person", "other") and not single:
                headed = key.split()[-1] in self._vocabulary.words["strong-head"]
                kind = "organisation" if headed or self._context.led(item) else kind
            item.kind = kind

    def _initials(self, items: Sequence[Item]) -> set[str]:
        """Return the initials of the bodies that the article names: "ons" for the Office for Nuclear Safety."""
        found: set[str] = set()
        for item in items:
            parts = key_of(item.text).split()
            if item.kind == "organisation" and len(parts) > 2:
                large = [p for p in parts if p not in word_class("no-initial")]
                found |= {"".join(p[0] for p in some) for some in (parts, large) if len(some) > 2}
        return found

    def _misspelled(self, item: Item, surnames: Counter[str]) -> bool:
        """Tell whether a name that the article prints once is a surname with a slip: "Magwneya" for "Magwenya"."""
        key = key_of(item.text)
        return not item.text.isupper() and sum(is_slip(key, surname) for surname in surnames) == 1

    def _personal(self, items: Sequence[Item], votes: dict[str, list[float]]) -> None:
        """Turn names that behave as persons' do into persons: a first name, or shortened to the last word."""
        words = self._vocabulary.words
        heads = words["body-head"] | words["thing-head"] | words["outlet-head"]
        alone = {key_of(item.text) for item in items if item.last - item.first == 1}
        person, place = KINDS.index("person"), KINDS.index("place")
        for key, total in votes.items():
            parts = key.split()
            if not 2 <= len(parts) <= 4 or set(parts) & heads or key in self._vocabulary.actors:
                continue
            share = total[person] / (sum(total) or 1.0)
            shortened = (
                parts[-1] in alone and parts[0] not in alone and total[place] < 0.5 * sum(total) and len(parts[-1]) > 2
            )
            surname = votes.get(parts[-1], [0.0])
            clear = shortened and len(surname) > 1 and surname[person] > 0.5 * sum(surname)
            if (parts[0] in self._vocabulary.genders and share > 0.1) or (shortened and share > 0.05) or clear:
                total[person] = sum(total) + 1.0
