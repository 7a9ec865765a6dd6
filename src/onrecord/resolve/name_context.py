"""Tell what the words around a name say about its kind: titles, offices, nouns for bodies, prepositions."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.resolve.document import Document, Token
from onrecord.resolve.vocabulary import Vocabulary

LONGEST_ACRONYM = 5


@dataclass(slots=True)
class Item:
    """Hold a name with the decisions about it."""

    first: int
    last: int
    start: int
    end: int
    text: str
    kind: str
    weights: list[float]


class NameContext:
    """Read the words around the names of one article."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self._document, self._vocabulary = document, vocabulary
        words = vocabulary.words
        self._titles = words["male"] | words["female"] | words["personal-title"]
        self._texts = {token.text for token in document.tokens}
        self._no_names = words["not-a-name"] | words["calendar"] | self._titles

    def item(self, first: int, last: int, kind: str, weights: list[float]) -> Item:
        """Make a name of the tokens `[first, last)`."""
        start, end = self._document.tokens[first].start, self._document.tokens[last - 1].end
        return Item(first, last, start, end, " ".join(self._document.text[start:end].split()), kind, weights)

    def placed(self, item: Item) -> bool:
        """Tell whether a preposition of place stands before the name: "in Georgia"."""
        before = self._document.tokens[item.first - 1] if item.first else None
        return before is not None and before.lower in self._vocabulary.words["place-preposition"]

    def called(self, item: Item) -> bool:
        """Tell whether a noun right before the name marks it as a body: "the newspaper Dawn"."""
        before = self._document.tokens[item.first - 1] if item.first else None
        return (
            before is not None
            and before.text in self._vocabulary.words["naming-noun"]
            and before.sentence == self._document.tokens[item.first].sentence
        )

    def in_office(self, item: Item) -> bool:
        """Tell whether one capitalised word follows an office: "Pope Francis", "President Obama"."""
        before = self._document.tokens[item.first - 1] if item.first else None
        single = item.last - item.first == 1 and item.text.casefold() not in self._vocabulary.actors
        return (
            single
            and before is not None
            and before.capital
            and before.sentence == self._document.tokens[item.first].sentence
            and self._vocabulary.is_role(before.lower.rstrip("."))
            and self._document.tokens[item.first].start - before.end == 1
        )

    def roled(self, item: Item) -> bool:
        """Tell whether two or three words follow a role noun that is no part of a name: "analyst Priya Nair"."""
        tokens, words = self._document.tokens, self._vocabulary.words
        before = tokens[item.first - 1] if item.first else None
        if before is None or before.capital or before.sentence != tokens[item.first].sentence:
            return False
        inside = tokens[item.first : item.last]
        heads = words["body-head"] | words["thing-head"] | words["outlet-head"] | words["inside-name"]
        plain = all(t.text.istitle() for t in inside) and not {t.lower for t in inside} & heads
        return 2 <= len(inside) <= 3 and plain and before.text in self._vocabulary.roles

    def led(self, item: Item) -> bool:
        """Tell whether a name is what a body's officer leads: "director of Keep the Promise"."""
        tokens, roles = self._document.tokens, self._vocabulary.roles
        n = item.first - 1 - (tokens[item.first - 1].lower == "the" if item.first else 0)
        if (
            n < 1
            or tokens[n].lower not in self._vocabulary.words["after-head"]
            or tokens[n - 1].sentence != tokens[item.first].sentence
        ):
            return False
        after = tokens[item.last].text if item.last < len(tokens) else ""
        given = tokens[item.first].lower in self._vocabulary.genders
        return roles.get(tokens[n - 1].lower) == "body" and not given and after not in ("'s", "’s")

    def apposed(self, item: Item) -> bool:
        """Tell whether a role in apposition follows one word: "Nefzi, a chemistry professor"."""
        tokens, end = self._document.tokens, item.last
        after = tokens[end : end + 7]
        opens = (
            item.last - item.first == 1 and len(after) > 2 and after[0].text == "," and after[1].lower in ("a", "an")
        )
        if not opens or item.text.casefold() in self._vocabulary.actors:
            return False
        if item.text.isupper() and len(item.text) <= LONGEST_ACRONYM:
            return False
        plain = [t.lower for t in after[2:]]
        stop = next((n for n, t in enumerate(after[2:]) if not t.word), len(plain))
        return any(self._vocabulary.is_role(word) for word in plain[:stop])

    def titled(self, item: Item) -> bool:
        """Tell whether a person's title stands before the name: "Mr. Paris", "Sen. Georgia"."""
        before = self._document.tokens[item.first - 1] if item.first else None
        return (
            before is not None
            and before.sentence == self._document.tokens[item.first].sentence
            and before.lower.rstrip(".") in self._titles
        )

    def is_place_body(self, n: int) -> bool:
        """Tell whether a word right after a place makes a body of it: "Cleveland Police", "Missouri Senate"."""
        token, before = self._document.tokens[n], self._document.tokens[n - 1]
        adjacent = token.sentence == before.sentence and token.start - before.end == 1
        state = self._vocabulary.actors.get(before.lower)
        return (
            adjacent
            and token.capital
            and not token.text.isupper()
            and token.lower in self._vocabulary.words["place-body"]
            and not (state is not None and state.kind == "state")
        )

    def is_portfolio(self, first: int, last: int) -> bool:
        """Tell whether it is the field of an office, not a body: "Secretary of State", "Defense Secretary"."""
        tokens = self._document.tokens
        if tokens[first].lower not in self._vocabulary.words["portfolio"]:
            return False
        before = {tokens[i].lower for i in range(max(0, first - 3), first)}
        after = tokens[last].lower if last < len(tokens) else ""
        offices = self._vocabulary.words["portfolio-office"]
        return bool((before & offices and "of" in before) or after in offices)

    def is_no_part(self, n: int) -> bool:
        """Tell whether a capitalised word before a name is none of it: "Most", "Verdan-backed", "super PAC"."""
        token = self._document.tokens[n]
        led = token.lower.rpartition("-")[2] if "-" in token.text else ""
        before = self._document.tokens[n - 1].lower if n else ""
        quantity = token.lower in self._vocabulary.words["indefinite"]
        return quantity or led.endswith("ed") or led == "led" or (token.text == "PAC" and before == "super")

    def is_common(self, lower: str) -> bool:
        """Tell whether a word is also printed in lower case, or is a plural noun that opens a sentence."""
        return lower in self._texts or (lower.endswith("s") and lower not in self._vocabulary.genders)

    def is_nameable(self, token: Token) -> bool:
        """Tell whether a capitalised word may belong to the name after it."""
        low = token.lower.rstrip(".")
        known = bool({token.lower, low} & self._no_names) or self._vocabulary.is_role(low)
        known = known and token.text != "Jan"  # a first name; the month is "Jan." or "January"
        return token.capital and token.word and not known and token.lower.casefold() not in self._vocabulary.actors

    def after_state(self, first: int, last: int) -> int:
        """Return the start of a person's name that merged with a state's: "United States Hamdullah Mohib"."""
        for width in (3, 2, 1):
            words = " ".join(t.lower for t in self._document.tokens[first : first + width])
            actor = self._vocabulary.actors.get(words)
            if last - first - width >= 2 and actor is not None and actor.kind == "state":
                return first + width
        return first

    def with_particles(self, first: int) -> int:
        """Return the start of a name that the tagger cut at its particles: "Ursula van der Meer"."""
        tokens, particles = self._document.tokens, self._vocabulary.words["particle"]
        begin = first
        sentence = tokens[first].sentence
        while begin > 0 and tokens[begin - 1].text in particles and tokens[begin - 1].sentence == sentence:
            begin -= 1
        if begin == first and tokens[first].text not in particles:
            return first
        before = tokens[begin - 1] if begin else None
        return begin - 1 if before is not None and before.sentence == sentence and self.is_nameable(before) else first

    def is_free_head(self, n: int, taken: set[int]) -> bool:
        """Tell whether a token is the head of a body and in no name: "Union" after "Fishermen's"."""
        tokens = self._document.tokens
        here = n < len(tokens) and n not in taken and tokens[n].sentence == tokens[n - 1].sentence
        return here and tokens[n].capital and tokens[n].lower in self._vocabulary.words["body-head"]
