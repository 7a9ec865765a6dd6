"""Split names that the tagger ran together: a role or a body, and the person after it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from onrecord.resolve.document import Document
from onrecord.resolve.names import KINDS, Name
from onrecord.resolve.vocabulary import Vocabulary

INITIAL = re.compile(r"[A-Z]\.?")


def _sure(kind: str) -> tuple[float, ...]:
    """Return the scores of a name whose kind is clear."""
    return tuple(4.0 if k == kind else 0.0 for k in KINDS)


class NameSplitter:
    """Split the names of one article."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self._document, self._vocabulary = document, vocabulary

    def split(self, names: Sequence[Name]) -> Iterator[Name]:
        """Cut a person off the role or the body before: "NASA Administrator Ann Lee", "State Council Aron Keld"."""
        tokens, roles = self._document.tokens, self._vocabulary
        surnames = {
            tokens[n.last - 1].lower
            for n in names
            if n.kind == "person" and n.last - n.first > 1 and not roles.is_role(tokens[n.first].lower)
        }
        single = {tokens[n.first].lower for n in names if n.kind != "place" and n.last - n.first == 1}
        alone = single - roles.actors.keys()
        whole = {
            " ".join(t.lower for t in tokens[n.first : n.last])
            for n in names
            if n.kind == "person" and n.last - n.first in (2, 3)
        }
        for name in names:
            begin = self._known_person(name, whole, alone)
            if begin is not None:
                yield replace(name, last=begin)
                yield replace(name, first=begin, kind="person", scores=_sure("person"))
                continue
            cuts = [
                n
                for n in range(name.first, name.last - 1)
                if tokens[n].lower in roles.roles and tokens[n].lower not in roles.genders and tokens[n].capital
            ]
            after = range(cuts[-1] + 1, name.last) if cuts else range(0)
            personal = (len(after) in (2, 3) and tokens[after[0]].lower in roles.genders) or (
                len(after) == 1 and tokens[after[0]].lower in surnames
            )
            plain = all(tokens[n].capital and tokens[n].word for n in after)
            seat = self._seat(name)
            if seat is not None:
                yield replace(name, last=seat, kind="person", scores=_sure("person"))
                yield replace(name, first=seat, kind="organisation", scores=_sure("organisation"))
                continue
            given = self._given_name(name)
            if given is not None:
                yield replace(name, first=given, kind="person", scores=_sure("person"))
                continue
            begin = None if name.kind == "place" else self._person_after_body(name.first, name.last)
            if begin is not None:
                body = {t.lower for t in tokens[name.first : begin]} & self._vocabulary.words["body-head"]
                kind = "organisation" if body else "place"
                yield replace(name, last=begin, kind=kind, scores=_sure(kind))
                yield replace(name, first=begin, kind="person", scores=_sure("person"))
                continue
            if name.kind == "place" or not (personal and plain):
                yield name
                continue
            if cuts[-1] > name.first and tokens[cuts[-1] - 1].lower not in self._vocabulary.words["inside-name"]:
                yield replace(name, last=cuts[-1], kind="organisation", scores=_sure("organisation"))
            yield replace(name, first=after[0], kind="person", scores=_sure("person"))

    def _known_person(self, name: Name, whole: set[str], alone: set[str]) -> int | None:
        """Return where a person named elsewhere begins in a name of something else: "United States Ann Lee"."""
        tokens, words = self._document.tokens, self._vocabulary.words
        if name.kind == "person":
            return None
        for width in (3, 2):
            begin = name.last - width
            if begin > name.first and " ".join(t.lower for t in tokens[begin : name.last]) in whole:
                return begin
        begin = name.last - 2
        heads = words["body-head"] | words["thing-head"] | words["outlet-head"] | words["inside-name"]
        state = self._vocabulary.actors.get(" ".join(t.lower for t in tokens[name.first : begin]))
        before = [t.lower for t in tokens[max(0, name.first - 3) : name.first]]
        sent = any(self._vocabulary.is_role(word) for word in before) and {"to", "of", "for"} & set(before)
        if (
            sent
            and state is not None
            and state.kind == "state"
            and not {t.lower for t in tokens[begin : name.last]} & heads
        ):
            return begin
        body = {t.lower for t in tokens[name.first : begin]} & words["body-head"]
        plain = not {t.lower for t in tokens[begin : name.last]} & heads
        plain = plain and all(t.capital and t.word for t in tokens[begin : name.last])
        known = tokens[name.last - 1].lower in alone
        return begin if begin - name.first >= 2 and body and plain and known else None

    def _given_name(self, name: Name) -> int | None:
        """Return where a person's name begins after what is none of it: "Fox News' Ann Lee", "Trusting Ann Lee"."""
        tokens, words, genders = self._document.tokens, self._vocabulary.words, self._vocabulary.genders
        for n in range(max(name.first + 1, name.last - 3), name.last - 1):
            if not all(t.capital and t.word for t in tokens[n : name.last]) or tokens[n].lower in words["particle"]:
                continue
            before = tokens[n - 1]
            lead = name.first if n == name.first + 1 else -1
            title = lead >= 0 and before.lower in words["male"] | words["female"] | words["portfolio"]
            if tokens[n].lower not in genders and not (title and name.last - n == 2):
                continue
            if {t.lower for t in tokens[n : name.last]} & (words["body-head"] | words["thing-head"]):
                continue
            opens = lead >= 0 and (lead == 0 or tokens[lead - 1].sentence != before.sentence)
            odd = before.lower not in genders and before.lower not in self._vocabulary.actors
            if name.kind == "place":
                title = title and before.lower in words["portfolio"] and tokens[n - 2].lower == "of"
                opens = False
            if before.text in ("'", "’", "'s", "’s") or title or (opens and odd and not before.text.isupper()):
                return n
        return None

    def _seat(self, name: Name) -> int | None:
        """Return where a state's organ begins after a person's surname: "Obama White House"."""
        tokens = self._document.tokens
        if name.last - name.first != 3:
            return None
        actor = self._vocabulary.actors.get(" ".join(t.lower for t in tokens[name.first + 1 : name.last]))
        lead = tokens[name.first].lower
        organ = actor is not None and actor.how in ("organ", "seat")
        return name.first + 1 if organ and tokens[name.first].capital and lead not in self._vocabulary.actors else None

    def _person_after_body(self, first: int, last: int) -> int | None:
        """Return where a person's name begins after that of the body led: "head of the State Council Aron Keld"."""
        tokens, words = self._document.tokens, self._vocabulary.words
        before = [t.lower for t in tokens[max(0, first - 6) : first] if t.sentence == tokens[first].sentence]
        opened = [n for n in range(first, last) if tokens[n].lower in ("of", "for") and n > first]
        led = before[-1:] == ["of"] or before[-2:] == ["of", "the"] or before[-1:] == ["for"]
        ruled = led and any(self._vocabulary.is_role(word) for word in before)
        ruled = ruled or (bool(opened) and self._vocabulary.is_role(tokens[opened[0] - 1].lower))
        initial = next((n for n in range(first + 1, last - 1) if INITIAL.fullmatch(tokens[n].text)), None)
        if ruled and initial is not None and tokens[initial - 1].text not in words["inside-name"]:
            return initial if tokens[first].lower not in self._vocabulary.genders else None
        begin = last - 2
        heads = words["body-head"] | words["thing-head"] | words["outlet-head"]
        if begin <= first or not all(t.capital and t.word and len(t.text) > 1 for t in tokens[begin:last]):
            return None
        if {t.lower for t in tokens[begin:last]} & heads or tokens[begin - 1].text in words["inside-name"]:
            return None
        body = tokens[begin - 1].lower in words["body-head"]
        place = self._vocabulary.actors.get(tokens[begin - 1].lower)
        given = tokens[begin].lower in self._vocabulary.genders
        lone = begin - first == 1 and tokens[first].lower not in self._vocabulary.genders  # "of Pannora Gábor Telekes"
        ruler = lone and last - first == 3 and any(self._vocabulary.roles.get(word) == "state" for word in before)
        return begin if ruled and (body or ruler or (given and (place is not None or lone))) else None
