"""Repair the names that the tagger found: unify bounds and kinds over the article, add missed ones."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence

from onrecord.resolve.document import Document, Token
from onrecord.resolve.name_context import Item, NameContext
from onrecord.resolve.name_splits import NameSplitter
from onrecord.resolve.names import KINDS, Name
from onrecord.resolve.vocabulary import Vocabulary

SUFFIXES = frozenset("jr jr. sr sr. ii iii iv qc sc kc phd md".split())
MOST_WORDS = 12  # of a name inside a line of capitalised words


def key_of(text: str) -> str:
    """Fold a name for comparison: composition, accents and case aside."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).replace(".", "").split())


class NameRepair:
    """Repair the names of one article."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self._document, self._vocabulary = document, vocabulary
        self._titles = vocabulary.words["male"] | vocabulary.words["female"]
        self._context = NameContext(document, vocabulary)
        self._texts = {token.text for token in document.tokens}

    def items(self, names: Sequence[Name], sources: Sequence[tuple[int, int]]) -> list[Item]:
        """Return the names to group, in text order; `sources` are spans where capitalised words are names."""
        items = [
            item
            for name in NameSplitter(self._document, self._vocabulary).split(names)
            if (item := self._item(name)) is not None
        ]
        self._mend_headlines(items)
        self._add_missed(items, sources)
        self._settle_kinds(items)
        return items

    def _item(self, name: Name) -> Item | None:
        tokens = self._document.tokens
        first, last = name.first, name.last
        roles = self._vocabulary
        if name.kind == "person":
            while (
                last - first > 1
                and (
                    roles.is_role(tokens[first].lower.rstrip("."))
                    or tokens[first].lower in self._titles
                    or tokens[first].lower in roles.roles
                )
                and tokens[first].lower not in roles.genders
            ):
                first += 1
        if (
            name.kind == "organisation"
            and first > 1
            and tokens[first - 1].text in ("'", "’")
            and tokens[first - 2].capital
            and tokens[first - 2].sentence == tokens[first].sentence
        ):
            first -= 2  # "Miners' League"
        while first < last and (tokens[first].lower in ("the", "a", "an") or not tokens[first].word):
            first += 1
        while last > first and (tokens[last - 1].text in ("'s", "’s") or not tokens[last - 1].word):
            last -= 1
        if name.kind == "person":
            first = self._with_particles(self._after_state(first, last))
            while last - first > 1 and tokens[last - 1].lower in SUFFIXES:
                last -= 1
        if first >= last or self._portfolio(first, last):
            return None
        start, end = tokens[first].start, tokens[last - 1].end
        text = self._document.text[start:end]
        if not any(c.isupper() for c in text):
            return None
        best = max(name.scores)
        weights = [2.718 ** max(-20.0, s - best) for s in name.scores]
        return Item(first, last, start, end, " ".join(text.split()), name.kind, [w / sum(weights) for w in weights])

    def _with_particles(self, first: int) -> int:
        """Return the start of a name that the tagger cut at its particles: "Ursula van der Meer"."""
        tokens, particles = self._document.tokens, self._vocabulary.words["particle"]
        begin = first
        sentence = tokens[first].sentence
        while begin > 0 and tokens[begin - 1].text in particles and tokens[begin - 1].sentence == sentence:
            begin -= 1
        if begin == first and tokens[first].text not in particles:
            return first
        before = tokens[begin - 1] if begin else None
        return begin - 1 if before is not None and before.sentence == sentence and self._nameable(before) else first

    def _nameable(self, token: Token) -> bool:
        """Tell whether a capitalised word may belong to the name after it."""
        words = self._vocabulary.words["not-a-name"] | self._vocabulary.words["calendar"] | self._titles
        known = token.lower in words or self._vocabulary.is_role(token.lower.rstrip("."))
        return token.capital and token.word and not known and token.lower.casefold() not in self._vocabulary.actors

    def _after_state(self, first: int, last: int) -> int:
        """Return the start of a person's name that merged with a state's: "United States Hamdullah Mohib"."""
        for width in (3, 2, 1):
            words = " ".join(t.lower for t in self._document.tokens[first : first + width])
            actor = self._vocabulary.actors.get(words)
            if last - first - width >= 2 and actor is not None and actor.kind == "state":
                return first + width
        return first

    def _portfolio(self, first: int, last: int) -> bool:
        """Tell whether it is the field of an office, not a body: "Secretary of State", "Defense Secretary"."""
        tokens = self._document.tokens
        if tokens[first].lower not in self._vocabulary.words["portfolio"]:
            return False
        before = {tokens[i].lower for i in range(max(0, first - 3), first)}
        after = tokens[last].lower if last < len(tokens) else ""
        offices = {"secretary", "minister", "undersecretary"}
        return bool((before & offices and "of" in before) or after in offices)

    def _mend_headlines(self, items: list[Item]) -> None:
        """Cut names in a line of capitalised words to those that the rest of the article has."""
        headlines = self.headlines()
        elsewhere: dict[str, Item] = {}
        for item in items:
            if self._document.tokens[item.first].paragraph not in headlines:
                elsewhere.setdefault(key_of(item.text), item)
                if item.kind == "person" and item.last - item.first > 1:
                    elsewhere.setdefault(key_of(item.text).split()[-1], item)
        if not elsewhere:
            return
        tokens = self._document.tokens
        for item in items:
            if tokens[item.first].paragraph not in headlines or key_of(item.text) in elsewhere:
                continue
            spans = [(a, b) for a in range(item.first, item.last) for b in range(min(item.last, a + MOST_WORDS), a, -1)]
            for a, b in sorted(spans, key=lambda s: s[0] - s[1]):
                known = elsewhere.get(key_of(" ".join(t.text for t in tokens[a:b])))
                if known is not None:
                    item.first, item.last, item.start, item.end = a, b, tokens[a].start, tokens[b - 1].end
                    item.text, item.kind, item.weights = (
                        " ".join(self._document.text[item.start : item.end].split()),
                        known.kind,
                        known.weights,
                    )
                    break

    def _add_missed(self, items: list[Item], sources: Sequence[tuple[int, int]]) -> None:
        """Add names that were missed: those that the article has elsewhere, and capitalised sources."""
        tokens = self._document.tokens
        taken = {i for item in items for i in range(item.first, item.last)}
        self._widen(items, taken)
        self._join_people(items, taken)
        self._join_bodies(items, taken)
        self._add_bodies(items, taken)
        known: dict[str, Item] = {}
        for item in items:
            parts = key_of(item.text).split()
            known.setdefault(" ".join(parts), item)
            if item.kind == "person" and len(parts) > 1:
                known.setdefault(parts[-1], item)
        longest = max((len(key.split()) for key in known), default=0)
        i = 0
        while i < len(tokens):
            width = 1
            if i not in taken and tokens[i].capital:
                for n in range(min(longest, 6), 0, -1):
                    if (
                        i + n > len(tokens)
                        or any(k in taken for k in range(i, i + n))
                        or tokens[i + n - 1].sentence != tokens[i].sentence
                    ):
                        continue
                    model = known.get(key_of(" ".join(t.text for t in tokens[i : i + n])))
                    if model is not None and tokens[i].lower not in self._vocabulary.words["not-a-name"]:
                        items.append(self._copy(i, i + n, model.kind, list(model.weights)))
                        taken.update(range(i, i + n))
                        width = n
                        break
            i += width
        for start, end in sources:
            last = min(len(tokens), self._document.index(end) + 1)
            inside = [n for n in range(self._document.index(start), last) if start <= tokens[n].start < end]
            while inside and (tokens[inside[0]].lower in ("the", "a", "an", "both") or not tokens[inside[0]].word):
                inside.pop(0)
            while inside and (not tokens[inside[-1]].word or tokens[inside[-1]].lower == "'s"):
                inside.pop()
            words = self._vocabulary.words
            if (
                inside
                and len(inside) <= 4
                and not any(n in taken for n in inside)
                and all(tokens[n].capital and not self._vocabulary.is_role(tokens[n].lower) for n in inside)
                and not (
                    len(inside) == 1
                    and (
                        tokens[inside[0]].lower
                        in words["not-a-name"]
                        | words["pronoun"]
                        | words["collective"]
                        | words["document"]
                        | words["body-noun"]
                    )
                )
                and (
                    len(inside) > 1
                    or tokens[inside[0]].sentence != tokens[max(0, inside[0] - 1)].sentence
                    or tokens[inside[0]].text != tokens[inside[0]].text.lower()
                )
            ):
                first = tokens[inside[0]].lower
                person = first in self._vocabulary.genders or (
                    len(inside) == 1
                    and not tokens[inside[0]].text.isupper()
                    and not any(c.isupper() for c in tokens[inside[0]].text[1:])
                )
                if len(inside) == 1 and self._common(tokens[inside[0]].lower):
                    continue
                kind = "person" if person else "organisation"
                items.append(self._copy(inside[0], inside[-1] + 1, kind, [0.6 if k == kind else 0.1 for k in KINDS]))
                taken.update(inside)
        items.sort(key=lambda item: item.first)

    def _widen(self, items: list[Item], taken: set[int]) -> None:
        """Let a single first name take the capitalised word after it: "Bo" and "Dahl"."""
        tokens = self._document.tokens
        for item in items:
            n = item.last
            if item.kind != "person" or item.last - item.first != 1 or n >= len(tokens) or n in taken:
                continue
            first = key_of(item.text) in self._vocabulary.genders or self._context.titled(item)
            plain = (
                tokens[n].capital
                and tokens[n].word
                and tokens[n].sentence == tokens[n - 1].sentence
                and tokens[n].start - tokens[n - 1].end == 1
            )
            if (
                first
                and plain
                and tokens[n].lower not in self._vocabulary.actors
                and not self._vocabulary.is_role(tokens[n].lower)
            ):
                item.last, item.end = n + 1, tokens[n].end
                item.text = " ".join(self._document.text[item.start : item.end].split())
                taken.add(n)

    def _join_people(self, items: list[Item], taken: set[int]) -> None:
        """Join "Tigray People", "'s" and "Liberation Front", which the tagger cuts at the apostrophe."""
        tokens = self._document.tokens
        begins = {item.first: item for item in items}
        for item in list(items):
            n = item.last
            people = tokens[n - 1].text in self._vocabulary.words["members"]
            other = begins.get(n + 1)
            owned = people and n < len(tokens) and tokens[n].text in ("'s", "’s")
            if owned and other is not None and other.kind != "person" and other in items:
                item.last, item.end, item.kind, item.weights = other.last, other.end, "organisation", other.weights
                item.text = " ".join(self._document.text[item.start : item.end].split())
                taken.update(range(item.first, item.last))
                items.remove(other)

    def _join_bodies(self, items: list[Item], taken: set[int]) -> None:
        """Join "Council" and "League" in "Council of the League", where the tagger has cut a name."""
        tokens, heads = self._document.tokens, self._vocabulary.words["body-head"]
        begins = {item.first: item for item in items}
        ends = {item.last: item for item in items}
        headlines = self.headlines()
        for item in list(items):
            n = item.last
            if (
                item.kind == "place"
                and tokens[n - 1].paragraph not in headlines
                and n < len(tokens)
                and n not in taken
                and self._context.is_place_body(n)
            ):
                item.last, item.end, item.kind = n + 1, tokens[n].end, "organisation"
                item.weights = [0.8 if k == "organisation" else 0.05 for k in KINDS]
                item.text = " ".join(self._document.text[item.start : item.end].split())
                taken.add(n)
                continue
            if item.kind != "organisation" or tokens[n - 1].lower not in heads or item not in items:
                continue
            town = ends.get(item.first)
            adjacent = tokens[item.first].start - tokens[item.first - 1].end == 1 if item.first else False
            if (
                town is not None
                and adjacent
                and town.kind in ("place", "organisation")
                and town.text.casefold() not in self._vocabulary.actors
            ):
                item.first, item.start = town.first, town.start
                item.text = " ".join(self._document.text[item.start : item.end].split())
                items.remove(town)
            elif adjacent and item.first - 1 not in taken and self._nameable(tokens[item.first - 1]):
                item.first -= 1
                item.start = tokens[item.first].start
                item.text = " ".join(self._document.text[item.start : item.end].split())
                taken.add(item.first)
            if n + 1 >= len(tokens) or tokens[n].lower not in ("of", "on", "for"):
                continue
            n += 1 + (tokens[n + 1].lower == "the")
            other = begins.get(n)
            if other is None or other.kind != "organisation" or tokens[n].sentence != tokens[item.first].sentence:
                continue
            item.last, item.end = other.last, other.end
            item.text = " ".join(self._document.text[item.start : item.end].split())
            taken.update(range(item.first, item.last))
            items.remove(other)

    def _add_bodies(self, items: list[Item], taken: set[int]) -> None:
        """Add runs of capitalised words that end in a body's head ("Miners' League"), and names of the gazetteer."""
        tokens, words, actors = self._document.tokens, self._vocabulary.words, self._vocabulary.actors
        i = 0
        while i < len(tokens):
            j = i
            while (
                j < len(tokens)
                and j not in taken
                and j - i < 7
                and tokens[j].sentence == tokens[i].sentence
                and (
                    tokens[j].capital
                    or (
                        j > i
                        and tokens[j].text in ("'", "’", "'s", "’s", "&")
                        and j + 1 < len(tokens)
                        and tokens[j + 1].capital
                    )
                )
            ):
                j += 1
            if j == i:
                i += 1
                continue
            role = self._vocabulary.is_role(tokens[i].lower) and not (
                i + 1 < j and tokens[i + 1].text in ("'", "’", "'s", "’s")
            )
            start = i + (tokens[i].lower in words["not-a-name"] or role)
            heads = [n for n in range(start, j) if tokens[n].lower in words["body-head"] | words["outlet-head"]]
            called = i > 0 and tokens[i - 1].text in words["body-noun"] and tokens[i - 1].sentence == tokens[i].sentence
            if called and not heads and j - i <= 3 and tokens[i].lower not in words["not-a-name"] and start == i:
                items.append(self._copy(i, j, "organisation", [0.7 if k == "organisation" else 0.07 for k in KINDS]))
                taken.update(range(i, j))
                i = j
                continue
            if heads and heads[-1] > start and not all(t.capital for t in tokens[max(0, i - 2) : j + 2] if t.word):
                items.append(
                    self._copy(
                        start, heads[-1] + 1, "organisation", [0.7 if k == "organisation" else 0.07 for k in KINDS]
                    )
                )
                taken.update(range(start, heads[-1] + 1))
            else:
                for n in range(i, j):
                    actor = actors.get(tokens[n].lower.casefold())
                    if (
                        actor is not None
                        and actor.how != "adjective"
                        and tokens[n].lower not in words["not-a-name"]
                        and (len(tokens[n].text) > 2 or (actor.kind == "body" and tokens[n].text.isupper()))
                    ):
                        kind = "place" if actor.kind == "state" else "organisation"
                        items.append(self._copy(n, n + 1, kind, [0.7 if k == kind else 0.07 for k in KINDS]))
                        taken.add(n)
            i = j

    def _common(self, lower: str) -> bool:
        """Tell whether a word is also printed in lower case, or is a plural noun that opens a sentence."""
        return lower in self._texts or (lower.endswith("s") and lower not in self._vocabulary.genders)

    def _copy(self, first: int, last: int, kind: str, weights: list[float]) -> Item:
        start, end = self._document.tokens[first].start, self._document.tokens[last - 1].end
        return Item(first, last, start, end, " ".join(self._document.text[start:end].split()), kind, weights)

    def headlines(self) -> set[int]:
        """Return the paragraphs that are lines of capitalised words."""
        counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for token in self._document.tokens:
            if token.word and len(token.text) > 3 and token.text[0].isalpha():
                counts[token.paragraph][0] += 1
                counts[token.paragraph][1] += token.capital
        return {p for p, (words, capitals) in counts.items() if words >= 3 and capitals / words > 0.7}

    def _settle_kinds(self, items: list[Item]) -> None:
        """Assign one kind to all mentions of one name; a part of a person's full name refers to that person."""
        votes: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(KINDS))
        words = self._vocabulary.words
        for item in items:
            total = votes[key_of(item.text)]
            parts = key_of(item.text).split()
            for k, weight in enumerate(item.weights):
                total[k] += weight
            if self._context.titled(item) or self._context.in_office(item):
                total[KINDS.index("person")] += 1.0
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
        actors = self._vocabulary.actors
        for item in items:
            key = key_of(item.text)
            total = votes[key]
            kind = KINDS[max(range(len(KINDS)), key=lambda k: total[k])]
            actor = actors.get(item.text.casefold()) or actors.get(key)
            single = item.last - item.first == 1
            titled = self._context.titled(item)
            if self._context.called(item) and key not in surnames:
                kind = "organisation"
            elif single and key in surnames and not (actor is not None and self._context.placed(item)):
                kind = "person"
            elif (
                actor is not None and actor.how != "adjective" and not (kind == "person" and self._context.titled(item))
            ):
                kind = "place" if actor.kind == "state" else "organisation"
            elif titled and single:
                kind = "person"
            if kind in ("person", "other") and not single:
                headed = key.split()[-1] in self._vocabulary.words["strong-head"]
                kind = "organisation" if headed or self._context.led(item) else kind
            item.kind = kind

    def _personal(self, items: list[Item], votes: dict[str, list[float]]) -> None:
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
            if (parts[0] in self._vocabulary.genders and share > 0.1) or (shortened and share > 0.05):
                total[person] = sum(total) + 1.0
