"""Repair the names of bodies that the tagger cut or missed: "Council of the League", "Miners' League"."""

from __future__ import annotations

import re

from onrecord.lexicon import word_class
from onrecord.resolve.document import Document
from onrecord.resolve.name_context import Item, NameContext
from onrecord.resolve.names import KINDS
from onrecord.resolve.vocabulary import Vocabulary

CIRCUIT = re.compile(r" (?:for|of|in) the (?:[\w.]+ ){1,2}(?:Circuit|District)\b(?: of [A-Z]\w+(?: [A-Z]\w+)?)?")
ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")


class NameBodies:
    """Repair the names of one article's bodies; `headlines` are its paragraphs of capitalised words."""

    def __init__(self, document: Document, vocabulary: Vocabulary, context: NameContext, headlines: set[int]) -> None:
        self._document, self._vocabulary, self._context, self._headlines = document, vocabulary, context, headlines

    def mend(self, items: list[Item], taken: set[int]) -> None:
        """Join what belongs together and add what is missing; `taken` are the tokens of names, which grow."""
        self._join_people(items, taken)
        self._join_bodies(items, taken)
        self._add_bodies(items, taken)

    def _join_people(self, items: list[Item], taken: set[int]) -> None:
        """Join "Tigray People", "'s" and "Liberation Front", which the tagger cuts at the apostrophe."""
        tokens = self._document.tokens
        begins = {item.first: item for item in items}
        for item in list(items):
            n = item.last
            people = tokens[n - 1].text in self._vocabulary.words["members"]
            head = n + (tokens[n].text in ("'s", "’s", "'", "’")) if n < len(tokens) else n
            marked = head > n or tokens[n - 1].text.endswith(("'", "’"))
            if (
                (people or tokens[n - 1].text.endswith(("s", "s'", "s’")))
                and marked
                and self._context.is_free_head(head, taken)
            ):
                self._become_body(item, item.first, head + 1, taken)
                continue
            other = begins.get(n + 1)
            owned = people and n < len(tokens) and tokens[n].text in ("'s", "’s")
            if owned and other is not None and other.kind != "person" and other in items:
                item.last, item.end, item.kind, item.weights = other.last, other.end, "organisation", other.weights
                item.text = " ".join(self._document.text[item.start : item.end].split())
                taken.update(range(item.first, item.last))
                items.remove(other)

    def _become_body(self, item: Item, first: int, last: int, taken: set[int]) -> None:
        """Turn a name into that of a body, with other bounds."""
        tokens = self._document.tokens
        item.first, item.last, item.start, item.end = first, last, tokens[first].start, tokens[last - 1].end
        item.text = " ".join(self._document.text[item.start : item.end].split())
        item.kind, item.weights = "organisation", [0.8 if k == "organisation" else 0.05 for k in KINDS]
        taken.update(range(first, last))

    def _join_bodies(self, items: list[Item], taken: set[int]) -> None:
        """Join "Council" and "League" in "Council of the League", where the tagger has cut a name."""
        tokens, heads = self._document.tokens, self._vocabulary.words["body-head"]
        begins = {item.first: item for item in items}
        ends = {item.last: item for item in items}
        headlines = self._headlines
        for item in list(items):
            n = item.last
            lead = item.first - 1
            outlet = lead >= 0 and lead not in taken and tokens[lead].lower in self._vocabulary.words["outlet-lead"]
            if outlet and tokens[lead].capital and tokens[item.first].start - tokens[lead].end == 1:
                self._become_body(item, lead, n, taken)
            free = tokens[n - 1].paragraph not in headlines and n < len(tokens) and n not in taken
            placed = item.kind == "place" or (item.kind == "organisation" and n - item.first == 1)
            if placed and free and self._context.is_place_body(n):
                self._become_body(item, item.first, n + 1, taken)
                continue
            if item.kind != "organisation" or tokens[n - 1].lower not in heads or item not in items:
                continue
            self._take_date(item, taken)
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
            elif adjacent and item.first - 1 not in taken and self._context.is_nameable(tokens[item.first - 1]):
                item.first -= 1
                item.start = tokens[item.first].start
                item.text = " ".join(self._document.text[item.start : item.end].split())
                taken.add(item.first)
            if n + 1 >= len(tokens) or tokens[n].lower not in word_class("before-field"):
                continue
            panel = tokens[n].lower == "on" and tokens[n - 1].lower in ("committee", "commission")
            n += 1 + (tokens[n + 1].lower == "the")
            n += n < len(tokens) and ORDINAL.fullmatch(tokens[n].text) is not None
            other = begins.get(n)
            if other is None or tokens[n].sentence != tokens[item.first].sentence:
                continue
            if other.kind != "organisation" and not panel:
                continue
            item.last, item.end = other.last, other.end
            item.text = " ".join(self._document.text[item.start : item.end].split())
            taken.update(range(item.first, item.last))
            items.remove(other)

    def join_outlets(self, items: list[Item], taken: set[int]) -> None:
        """Join an outlet and the place that it reports from, "Fox 32 Chicago"; and a court and its circuit."""
        tokens, outlets = self._document.tokens, self._vocabulary.words["outlet-head"]
        begins, ends = ({getattr(item, side): item for item in items} for side in ("first", "last"))
        for item in list(items):
            circuit = CIRCUIT.match(self._document.text, item.end) if "Court" in item.text else None
            if circuit is not None:
                last = self._document.index(circuit.end() - 1) + 1
                items[:] = [other for other in items if other is item or not item.last <= other.first < last]
                self._become_body(item, item.first, last, taken)
                continue
            actor, place = self._vocabulary.actors.get(item.text.casefold()), begins.get(item.last)
            channel = item.kind != "person" and tokens[item.last - 1].text.isdigit()
            of_outlet = channel or (actor is not None and actor.kind == "outlet")
            town = place is not None and (place.kind == "place" or (channel and place.kind == "organisation"))
            if of_outlet and place is not None and town and self._adjacent(item.last):
                self._become_body(item, item.first, place.last, taken)
                items.remove(place)
                continue
            seat = ends.get(item.first)
            headed = tokens[item.last - 1].lower in outlets and item.kind != "place"
            if headed and seat is not None and seat.kind == "place" and self._adjacent(item.first) and seat in items:
                self._become_body(item, seat.first, item.last, taken)
                items.remove(seat)

    def _adjacent(self, n: int) -> bool:
        """Tell whether one blank is all that stands between a token and the one before it."""
        tokens = self._document.tokens
        return tokens[n].sentence == tokens[n - 1].sentence and tokens[n].start - tokens[n - 1].end == 1

    def _take_date(self, item: Item, taken: set[int]) -> None:
        """Let a body's name take the date before it: "the January 25 Youth Coalition"."""
        tokens, k = self._document.tokens, item.first - 1
        dated = k > 1 and tokens[k].text.isdigit() and tokens[k - 1].lower in self._vocabulary.words["calendar"]
        if dated and tokens[k - 2].lower == "the" and not {k, k - 1} & taken:
            self._become_body(item, k - 1, item.last, taken)

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
                items.append(
                    self._context.item(i, j, "organisation", [0.7 if k == "organisation" else 0.07 for k in KINDS])
                )
                taken.update(range(i, j))
                i = j
                continue
            if heads and heads[-1] > start and not all(t.capital for t in tokens[max(0, i - 2) : j + 2] if t.word):
                items.append(
                    self._context.item(
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
                        items.append(self._context.item(n, n + 1, kind, [0.7 if k == kind else 0.07 for k in KINDS]))
                        taken.add(n)
            i = j
