"""Repair the names that the tagger found: unify bounds and kinds over the article, add missed ones."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from onrecord.lexicon import word_class
from onrecord.resolve.document import Document
from onrecord.resolve.name_bodies import NameBodies
from onrecord.resolve.name_context import Item, NameContext
from onrecord.resolve.name_kinds import NameKinds, key_of
from onrecord.resolve.name_particles import NameParticles
from onrecord.resolve.name_splits import NameSplitter
from onrecord.resolve.names import KINDS, Name
from onrecord.resolve.vocabulary import Vocabulary

HYPHENATED = re.compile(r"[A-Z][a-z]+-[a-z]+")  # "Ki-moon"
INITIAL = re.compile(r"[A-Z]\.")
OPENING_MARKS = ('"', "“", "‘", "'")
MOST_WORDS = 12  # of a name inside a line of capitalised words


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
        self._drop_common(items)
        self._mend_headlines(items)
        self._add_missed(items, sources)
        NameKinds(self._vocabulary, self._context).settle(items)
        self._complete(items)
        return items

    def _drop_common(self, items: list[Item]) -> None:
        """Drop single words that are capitalised only where all are, or a sentence begins: "Hacker", "Son"."""
        tokens, headlines = self._document.tokens, self.headlines()

        def opens(item: Item) -> bool:
            first = tokens[item.first]
            begins = item.first == 0 or tokens[item.first - 1].sentence != first.sentence
            return begins or first.paragraph in headlines

        inside = {item.text for item in items if not opens(item)}
        genders, actors = self._vocabulary.genders, self._vocabulary.actors
        common = self._vocabulary.words["body-noun"]
        items[:] = [item for item in items if not (item.text.isupper() and item.text.casefold() in common)]  # "PAC"
        items[:] = [
            item
            for item in items
            if item.last - item.first > 1
            or item.text.casefold() in genders | actors
            or (
                not self._context.is_no_part(item.first)
                and (item.text in inside or item.text.casefold() not in self._texts or not opens(item))
            )
        ]

    def _item(self, name: Name) -> Item | None:
        tokens = self._document.tokens
        first, last = name.first, name.last
        roles = self._vocabulary
        if name.kind == "person":
            if last - first == 2 and tokens[first].lower in roles.words["monarch"]:
                first += 1  # "King Harald", though King is a first name too
            if last - first > 3 and f"{tokens[first].lower} {tokens[first + 1].lower}" in roles.roles:
                first += 2  # "Crown Prince"
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
        while first < last and (tokens[first].lower in word_class("article") or not tokens[first].word):
            first += 1
        while last - first > 1 and self._context.is_no_part(first):
            first += 1
        while last > first and (tokens[last - 1].text in ("'s", "’s") or not tokens[last - 1].word):
            last -= 1
        if name.kind == "person":
            first = self._context.with_particles(self._context.after_state(first, last))
            while last - first > 1 and tokens[last - 1].lower in word_class("name-suffix"):
                last -= 1
        if first >= last or self._context.is_portfolio(first, last) or self._is_office(first, last):
            return None
        after = tokens[last] if last < len(tokens) else None
        initial = INITIAL.fullmatch(tokens[last - 1].text) is not None and last - first == 1
        if initial and after is not None and after.capital and after.sentence == tokens[first].sentence:
            last += 1  # "R." before "Lee"
        start, end = tokens[first].start, tokens[last - 1].end
        text = self._document.text[start:end]
        if not any(c.isupper() for c in text):
            return None
        scores, kind = name.scores, name.kind
        if last - first == 2 and INITIAL.fullmatch(tokens[first].text) and tokens[first + 1].word:  # "R. Lee"
            kind = "person"
            scores = tuple(max(scores) + 1.0 if k == kind else s for k, s in zip(KINDS, scores, strict=True))
        best = max(scores)
        weights = [2.718 ** max(-20.0, s - best) for s in scores]
        return Item(first, last, start, end, " ".join(text.split()), kind, [w / sum(weights) for w in weights])

    def _is_office(self, first: int, last: int) -> bool:
        """Tell whether it is an office with a state's adjective, which names nobody: "Irish Taoiseach"."""
        tokens = self._document.tokens
        state = self._vocabulary.actors.get(tokens[first].lower)
        office = " ".join(t.lower for t in tokens[first + 1 : last])
        return state is not None and state.how == "adjective" and office in self._vocabulary.roles

    def _mend_headlines(self, items: list[Item]) -> None:
        """Cut names in a line of capitalised words to those that the rest of the article has."""
        headlines = self.headlines()
        elsewhere: dict[str, Item] = {}
        for item in items:
            if self._document.tokens[item.first].paragraph not in headlines:
                elsewhere.setdefault(key_of(item.text), item)
                parts = key_of(item.text).split()
                if len(parts) > 1 and (item.kind == "person" or parts[0] in self._vocabulary.genders):
                    elsewhere.setdefault(parts[-1], item)
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
        self._add_known(items)
        NameParticles(self._document, self._vocabulary, self._context).join(items, sources)
        taken = {i for item in items for i in range(item.first, item.last)}
        self._join_places(items)
        self._widen(items, taken)
        bodies = NameBodies(self._document, self._vocabulary, self._context, self.headlines())
        bodies.mend(items, taken)
        known: dict[str, Item] = {}
        for item in items:
            parts = key_of(item.text).split()
            known.setdefault(" ".join(parts), item)
            if item.kind == "person" and len(parts) > 1:
                known.setdefault(parts[-1], item)
        longest = max((len(key.split()) for key in known), default=0)
        alone = {start for start, end in sources if self._document.text[start:end].istitle()}
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
                    plain = tokens[i].lower not in self._vocabulary.words["not-a-name"] or (
                        tokens[i].start in alone and n == 1
                    )
                    if model is not None and plain:
                        items.append(self._context.item(i, i + n, model.kind, list(model.weights)))
                        taken.update(range(i, i + n))
                        width = n
                        break
            i += width
        self._add_people(items, taken, sources)
        bodies.join_outlets(items, taken)
        for start, end in sources:
            last = min(len(tokens), self._document.index(end) + 1)
            inside = [n for n in range(self._document.index(start), last) if start <= tokens[n].start < end]
            while inside and (
                tokens[inside[0]].lower in word_class("article") | {"both"} or not tokens[inside[0]].word
            ):
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
                if len(inside) == 1 and self._context.is_common(tokens[inside[0]].lower):
                    continue
                kind = "person" if person else "organisation"
                items.append(
                    self._context.item(inside[0], inside[-1] + 1, kind, [0.6 if k == kind else 0.1 for k in KINDS])
                )
                taken.update(inside)
        items.sort(key=lambda item: item.first)

    def _add_people(self, items: list[Item], taken: set[int], sources: Sequence[tuple[int, int]]) -> None:
        """Add two or three capitalised words at the start or the end of a source that are a person's name.

        "Lars Toft of the Guild", "head of the Security Committee Ivo Brant", "Lone" before "Birk".
        """
        tokens = self._document.tokens
        begins = {item.first: item for item in items}
        surnames = {key_of(item.text).split()[-1] for item in items if item.last - item.first > 1}
        for start, end in sources:
            first, last = self._document.index(start), self._document.index(max(start, end - 1)) + 1
            run = first
            while (
                run < last
                and run not in taken
                and self._context.is_nameable(tokens[run])
                and not tokens[run].text.isupper()
            ):
                run += 1
            known = begins.get(run)
            ends = known is not None and known.kind == "person" and known.last == last == run + 1
            if run == first + 1 and known is not None and ends and key_of(known.text) not in surnames:
                known.first, known.start = first, tokens[first].start
                known.text = " ".join(self._document.text[known.start : known.end].split())
                taken.add(first)
                continue
            joined = run < last and (tokens[run].lower in ("of", "from") or tokens[run].text == ",")
            if run - first in (2, 3) and joined:
                items.append(self._context.item(first, run, "person", [0.7 if k == "person" else 0.07 for k in KINDS]))
                taken.update(range(first, run))
                continue
            run = last
            portfolio = self._vocabulary.words["portfolio"]
            while run > first and run - 1 not in taken and self._context.is_nameable(tokens[run - 1]):
                if tokens[run - 1].lower in portfolio:
                    break
                run -= 1
            led = run > first and (self._vocabulary.is_role(tokens[run - 1].lower) or run - 1 in taken)
            field = run > first and tokens[run - 1].lower in portfolio  # "minister of finance"
            led = led or (field and any(self._vocabulary.is_role(t.lower) for t in tokens[first:run]))
            initial = last - run > 1 and INITIAL.fullmatch(tokens[run].text) is not None
            led = led or (initial and any(self._vocabulary.is_role(t.lower) for t in tokens[first:run]))
            if last - run in (2, 3) and led and (initial or not tokens[run].text.isupper()):
                items.append(self._context.item(run, last, "person", [0.7 if k == "person" else 0.07 for k in KINDS]))
                taken.update(range(run, last))

    def _widen(self, items: list[Item], taken: set[int]) -> None:
        """Let a single first name take the capitalised word after it: "Bo" and "Dahl"."""
        tokens, headlines = self._document.tokens, self.headlines()
        for item in items:
            n = item.last
            k = item.first - 1
            kin = k > 1 and tokens[k - 1].text == "," and tokens[k - 2].lower in self._vocabulary.words["kin"]
            if kin and k not in taken and self._context.is_nameable(tokens[k]):  # "her son, Nils Holt"
                item.first, item.start, item.kind = k, tokens[k].start, "person"
                item.weights = [0.8 if kind == "person" else 0.05 for kind in KINDS]
                item.text = " ".join(self._document.text[item.start : item.end].split())
                taken.add(k)
            if item.kind != "person" or n >= len(tokens) or n in taken or tokens[n].paragraph in headlines:
                continue
            initial = HYPHENATED.fullmatch(tokens[n].text) is not None and item.last - item.first == 1
            initial = initial or (item.last - item.first == 2 and INITIAL.fullmatch(tokens[n - 1].text) is not None)
            if item.last - item.first != 1 and not initial:
                continue
            first = key_of(item.text) in self._vocabulary.genders or self._context.titled(item)
            first = first or initial or (item.first > 0 and self._vocabulary.is_role(tokens[item.first - 1].lower))
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

    def _join_places(self, items: list[Item]) -> None:
        """Join two names of places that are one person's: "Paris Jordan, a nurse,"."""
        tokens = self._document.tokens
        begins = {item.first: item for item in items}
        for item in list(items):
            other = begins.get(item.last)
            if other is None or other is item or item.kind != "place" or other.kind != "place" or item not in items:
                continue
            n = other.last
            adjacent = tokens[other.first].start - tokens[item.last - 1].end == 1
            single = item.last - item.first == 1 and n - other.first == 1
            after = [t.lower for t in tokens[n : n + 4]]
            apposed = after[:1] == [","] and after[1:2] and after[1] in word_class("article")
            if adjacent and single and apposed and any(self._vocabulary.is_role(word) for word in after[2:]):
                item.last, item.end, item.kind = n, other.end, "person"
                item.weights = [0.8 if k == "person" else 0.05 for k in KINDS]
                item.text = " ".join(self._document.text[item.start : item.end].split())
                items.remove(other)

    def _add_known(self, items: list[Item]) -> None:
        """Add the names of the gazetteer that have several words and that the tagger cut: "Black Lives Matter".

        Those of two words only where they are states: "San Marino".
        """
        tokens, actors = self._document.tokens, self._vocabulary.actors
        longest = [
            key
            for key, actor in actors.items()
            if key.count(" ") > 1 or (" " in key and (actor.kind, actor.how) == ("state", "name"))
        ]
        begins = {key.split()[0] for key in longest}
        wholes = set(longest)
        for i, token in enumerate(tokens):
            if not token.capital or token.lower not in begins:
                continue
            for width in (5, 4, 3, 2):
                span = tokens[i : i + width]
                if len(span) == width and " ".join(t.lower for t in span) in wholes and span[-1].capital:
                    inside = [item for item in items if item.first < i + width and item.last > i]
                    cut = all(i <= item.first and item.last <= i + width for item in inside)
                    if cut and sum(item.last - item.first for item in inside) < width:
                        items[:] = [item for item in items if item not in inside]
                        kind = "place" if actors[" ".join(t.lower for t in span)].kind == "state" else "organisation"
                        weights = [0.8 if k == kind else 0.05 for k in KINDS]
                        items.append(self._context.item(i, i + width, kind, weights))
                    break

    def headlines(self) -> set[int]:
        """Return the paragraphs that are lines of capitalised words."""
        counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for token in self._document.tokens:
            if token.word and len(token.text) > 3 and token.text[0].isalpha():
                counts[token.paragraph][0] += 1
                counts[token.paragraph][1] += token.capital
        return {p for p, (words, capitals) in counts.items() if words >= 3 and capitals / words > 0.7}

    def _complete(self, items: list[Item]) -> None:
        """Give a person the first name that the tagger left out: "Adel" before "Nefzi"."""
        tokens, headlines = self._document.tokens, self.headlines()
        taken = {i for item in items for i in range(item.first, item.last)}
        people = [item for item in items if item.kind == "person"]
        portfolio = self._vocabulary.words["portfolio"]
        whole = {key_of(item.text).split()[-1] for item in people if item.last - item.first > 1}
        titled = {key_of(item.text) for item in people if self._context.titled(item)}
        for item in people:
            k, width = item.first - 1, item.last - item.first
            if width > 2 or k < 0 or k in taken or tokens[k].paragraph in headlines:
                continue
            before = tokens[k]
            known = key_of(item.text) in whole if width == 1 else tokens[item.first].lower in self._vocabulary.genders
            joined = before.sentence == tokens[item.first].sentence and tokens[item.first].start - before.end == 1
            initial = INITIAL.fullmatch(before.text) is not None
            odd = (before.text.isupper() and not initial) or before.lower in portfolio
            if known or not joined or odd or not self._context.is_nameable(before):
                continue
            opens = k == 0 or tokens[k - 1].sentence != before.sentence or tokens[k - 1].text in OPENING_MARKS
            run = not opens and tokens[k - 1].capital and k - 1 not in taken  # "Prime Minster" before a name
            run = run and tokens[k - 1].lower not in portfolio
            after = [t.lower for t in tokens[item.last : item.last + 2]]
            surname = key_of(item.text) in titled and not before.lower.endswith(("ed", "ing"))
            described = surname or (after[:1] == [","] and after[1:] in (["a"], ["an"], ["the"], ["who"]))
            if before.lower in self._vocabulary.genders or (
                initial or (described if opens else not run and before.lower not in self._texts)
            ):
                item.first, item.start = k, before.start
                item.text = " ".join(self._document.text[item.start : item.end].split())
                taken.add(k)
