"""Find the phrases around a name that describe it: titles before it, appositions after it, and noun phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.lexicon import word_class
from onrecord.resolve.document import Document, Token, repaired
from onrecord.resolve.entities import Mention
from onrecord.resolve.vocabulary import Vocabulary

LONGEST_TITLE, LONGEST_APPOSITION = 12, 22
ENDS = frozenset((",", "(", "—", "–", "-", ";", ":"))
YEAR = re.compile(r"(?:19|20)\d\d")
PARTY_CODE = re.compile(r"([RDI])[-–](?:[A-Z][\w.]*)|^([RDI])$")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Hold tokens `[first, last)` that describe somebody; `how`: title, apposition, code, place ("of X") or source."""

    first: int
    last: int
    how: str


class PhraseReader:
    """Find describing phrases in one article."""

    def __init__(self, document: Document, vocabulary: Vocabulary, mentions: Sequence[Mention]) -> None:
        self.document, self.vocabulary = document, vocabulary
        self.tokens = document.tokens
        self.words = vocabulary.words
        self.covering: dict[int, Mention] = {i: m for m in mentions for i in range(m.first, m.last)}

    def is_role(self, i: int) -> bool:
        """Tell whether a token is a role noun, alone or with the tokens before it."""
        lower = self.tokens[i].lower
        return (
            self.vocabulary.is_role(lower)
            or self.vocabulary.is_role(lower.rstrip("."))
            or lower in self.words["person-noun"]
        )

    def has_role(self, first: int, last: int) -> bool:
        """Tell whether a role noun is among some tokens."""
        return any(self.is_role(i) for i in range(first, last))

    def roles(self, first: int, last: int) -> list[str]:
        """Return the role nouns among some tokens, the longest first at each position, in the singular."""
        found = []
        i = first
        while i < last:
            for width in (4, 3, 2, 1):
                phrase = " ".join(t.lower.removeprefix("ex-") for t in self.tokens[i : i + width])
                if i + width > last:
                    continue
                known = next(
                    (
                        p
                        for p in (phrase, phrase.rstrip("."), phrase[:-1] if phrase.endswith("s") else phrase)
                        if p in self.vocabulary.roles
                    ),
                    None,
                )
                if known is None and width == 1 and phrase in self.words["person-noun"]:
                    known = phrase
                if known is not None:
                    found.append(known)
                    i += width - 1
                    break
            i += 1
        return found

    def core_end(self, first: int, last: int) -> int:
        """Return where a noun phrase ends without relative clause and apposition."""
        for i in range(first + 1, last):
            mention = self.covering.get(i)
            if mention is not None and mention.first < i:
                continue
            if self.tokens[i].lower in self.words["relative"] or self.tokens[i].text in ENDS:
                return i
        return last

    def without_time(self, first: int, last: int) -> int:
        """Return where a noun phrase ends without a time: "posting" in "posting made two days ago"."""
        tokens, words = self.tokens, self.words
        units = word_class("time-unit") | words["part-of-day"]
        while last - first > 1 and last - 1 not in self.covering:
            low, k = tokens[last - 1].lower, last - 1
            if low in units and tokens[k - 1].lower in words["time-unit-lead"]:
                k -= 1
            elif low == "ago":
                k = next((n for n in range(k - 1, first, -1) if tokens[n].lower.rstrip("s") in units), k)
                while k - 1 > first and (tokens[k - 1].text.isdigit() or tokens[k - 1].lower in words["before-amount"]):
                    k -= 1
            elif not (low in words["calendar"] | words["time-adverb"] or YEAR.fullmatch(low)):
                break
            if k == first:
                break
            while k - 1 > first and tokens[k - 1].lower in words["before-time"]:
                k -= 1
            if k - 1 > first and (tokens[k - 1].lower.endswith("ed") or tokens[k - 1].lower in words["participle"]):
                k -= 1
            last = k
        return last

    def head_noun(self, first: int, last: int) -> int:
        """Return the head of a noun phrase: the last token before a preposition, or before where it ends."""
        stop = self.core_end(first, last)
        prepositions = self.words["preposition"]
        return (
            next(
                (i for i in range(first + 1, stop) if self.tokens[i].lower in prepositions and i not in self.covering),
                stop,
            )
            - 1
        )

    # ------------------------------------------------------------ around a name

    def around(self, mention: Mention) -> list[Phrase]:
        """Return the phrases that describe a person at one mention."""
        found = [
            self.title(mention.first),
            self.apposed_before(mention),
            *self.after(mention.last),
            self.predicate(mention.last),
        ]
        return [phrase for phrase in found if phrase is not None]

    def title(self, i: int) -> Phrase | None:
        """Return the words of a title right before a name: "US President", "CNN's", "head of the council"."""
        tokens, words = self.tokens, self.words
        k = i
        while k > 0 and i - k < LONGEST_TITLE and self._joined(k - 1, i):
            token = tokens[k - 1]
            if token.text in ("'s", "’s") or (token.text in ("'", "’") and k > 1 and tokens[k - 2].end == token.start):
                k -= 1
                if k in self.covering or k - 1 in self.covering:
                    k = self.covering[k - 1].first if k - 1 in self.covering else k
                    break
                continue
            joins = token.lower == "and" and k < i and tokens[k].capital and k > 1 and tokens[k - 2].capital
            if joins and not (k - 2 in self.covering and self.covering[k - 2].entity.kind == "person"):
                k -= 1
                continue
            whole = self.covering.get(k - 1)  # "Bank of England"
            if whole is not None and whole.entity.kind == "organisation" and whole.first < k - 1 < whole.last <= i:
                k = whole.first
                continue
            if not token.word or token.lower in words["break"] or token.lower in words["preposition"]:
                break
            if (
                k - 1 in self.covering
                and self.covering[k - 1].entity.kind == "person"
                and (k >= len(tokens) or tokens[k].lower != "campaign")
            ):
                if not self.has_role(k, i):
                    break
                serves = tokens[k].capital or tokens[k].text in ("'s", "’s", "'", "’")
                k = self.covering[k - 1].first if serves or self._modifies_office(k) else k + 1
                break
            k -= 1
            if token.lower in words["determiner"]:
                if token.lower not in words["possessive"]:
                    k += 1
                break
        if 0 < k < i and tokens[k - 1].lower in words["subject-pronoun"] and not self._modifies_office(k):
            k += 1  # the verb of "they sent"
        if k >= i:
            return None
        wider = self._over_preposition(k, i)
        if wider is not None:
            return Phrase(wider, i, "title")
        tells = self.has_role(k, i) or any(tokens[n].text in ("'s", "’s", "'", "’") for n in range(k, i))
        tells = tells or any(
            n in self.covering and self.covering[n].entity.kind in ("organisation", "outlet", "group")
            for n in range(k, i)
        )
        return Phrase(k, i, "title") if tells else None

    def _modifies_office(self, i: int) -> bool:
        """Tell whether a token may stand between a person and the role that serves him: "Orr senior adviser"."""
        office = self.words["title-word"] | self.words["field-of-office"] | self.words["rank"]
        return self.is_role(i) or self.tokens[i].lower in office

    def _joined(self, k: int, i: int) -> bool:
        token, name = self.tokens[k], self.tokens[min(i, len(self.tokens) - 1)]
        return token.sentence == name.sentence and token.paragraph == name.paragraph

    def _over_preposition(self, k: int, i: int) -> int | None:
        """Return the start of "head of the" before "Council" in "head of the Council Ann Lee"."""
        tokens = self.tokens
        p = k - 1
        if p >= 0 and tokens[p].lower in ("the", "a"):
            p -= 1
        if p < 1 or tokens[p].lower not in self.words["after-head"]:
            return None
        field = tokens[p].lower == "of" and all(t.word and not t.capital for t in tokens[k:i])  # "of foreign affairs"
        if not field and not any(n in self.covering for n in range(k, i)):
            return None
        if tokens[p].sentence != tokens[i - 1].sentence:
            return None
        begin = p
        while begin > 0 and p - begin < 7 and tokens[begin - 1].word and self._joined(begin - 1, p):
            low = tokens[begin - 1].lower
            if low in self.words["break"] or low in self.words["determiner"] or low in self.words["preposition"]:
                break
            begin -= 1
        return begin if begin < p and self.is_role(p - 1) else None

    def apposed_before(self, mention: Mention) -> Phrase | None:
        """Return a noun phrase before the name's comma: "the secretary of the Treasury, Jacob Lew,"."""
        tokens, i = self.tokens, mention.first
        if i < 3 or tokens[i - 1].text not in (",", "—", "–") or not self._joined(i - 2, i):
            return None
        k = i - 1
        while k > 0 and i - 1 - k < 14 and self._joined(k - 1, i):
            token = tokens[k - 1]
            if not token.word and token.text not in ("'s", "’s"):
                break
            if token.lower in self.words["break"]:
                break
            k -= 1
        for n in range(k, i - 1):
            opens = tokens[n].lower in self.words["determiner"] or (n == k and (self.is_role(n) or tokens[n].capital))
            if (
                opens
                and self.has_role(n, min(n + 8, i - 1))
                and not any(
                    m in self.covering
                    and self.covering[m].entity.kind == "person"
                    and tokens[self.covering[m].last].text not in ("'s", "’s", "campaign")
                    for m in range(n, i - 1)
                )
            ):
                return Phrase(n, i - 1, "apposition")
        return None

    def after(self, j: int) -> list[Phrase]:
        """Return the phrase after a name: ", a senator from Texas", "(R-Texas)", "of the League"."""
        tokens = self.tokens
        found: list[Phrase] = []
        if j >= len(tokens) or not self._joined(j, j - 1):
            return found
        if tokens[j].lower in word_class("name-suffix") and j + 1 < len(tokens):
            j += 1
        for _ in range(3):
            if j >= len(tokens) or tokens[j].text not in (",", "(", "—", "–", "-"):
                break
            stop = self._segment_end(j + 1)
            if stop <= j + 1:
                break
            if self._is_code(j + 1, stop):
                found.append(Phrase(j + 1, stop, "code"))
            elif not found and self._apposes(j + 1, stop):
                found.append(Phrase(j + 1, stop, "apposition"))
            elif not tokens[j + 1].text.isdigit():
                break
            j = stop + (tokens[stop].text == ")" if stop < len(tokens) else 0)
        if not found and j < len(tokens) and tokens[j].lower in self.words["of-role"] - {"in"}:
            stop = j + 1
            while (
                stop < len(tokens)
                and stop - j < 9
                and tokens[stop].sentence == tokens[j].sentence
                and (tokens[stop].word or tokens[stop].text in ("'", "’"))
                and tokens[stop].lower not in self.words["break"] - {"and"}
            ):
                stop += 1
            if any(n in self.covering for n in range(j + 1, min(j + 6, stop))):
                found.append(Phrase(j, stop, "place"))
        return found

    def predicate(self, j: int) -> Phrase | None:
        """Return what a sentence says that somebody is: "Ann Lee is the governor of Norland"."""
        tokens = self.tokens
        if j + 2 >= len(tokens) or tokens[j].lower not in ("is", "was") or not self._joined(j, j - 1):
            return None
        stop = self._segment_end(j + 1)
        low = tokens[j + 1].lower
        opens = low in ("a", "an", "the") or self.is_role(j + 1)
        opens = opens or (self._modifies_role(j + 1, stop) and low in self.words["role-participle"])
        if not opens or not self.has_role(j + 1, min(j + 9, stop)):
            return None
        if self.document.in_quotation(tokens[j].start):
            return None
        return Phrase(j + 1, stop, "predicate")

    def _segment_end(self, i: int) -> int:
        tokens = self.tokens
        stop = i
        while stop < len(tokens) and stop - i < LONGEST_APPOSITION and tokens[stop].sentence == tokens[i].sentence:
            token = tokens[stop]
            if token.text in (",", ")", ";", ":", "—", "–", '"', "“", "”", "(") or (
                token.lower in self.words["said"] and stop > i
            ):
                break
            if token.text in (".", "!", "?") and stop + 1 < len(tokens) and tokens[stop + 1].sentence != token.sentence:
                break
            stop += 1
        return stop

    def _is_code(self, first: int, last: int) -> bool:
        text = self.document.text[self.tokens[first].start : self.tokens[last - 1].end]
        return len(text) < 24 and bool(PARTY_CODE.match(text))

    def _apposes(self, first: int, last: int) -> bool:
        token = self.tokens[first]
        low = token.lower
        if low in ("who", "whose"):
            return any(
                self.tokens[n].lower in self.words["leading-verb"] for n in range(first, min(first + 5, last))
            ) or self.has_role(first, min(first + 10, last))
        if low in self.words["no-apposition"]:
            return False
        nine = min(first + 9, last)
        if low in self.words["determiner"] or low in self.words["of-time"]:
            return self.has_role(first, nine) or any(
                self.tokens[n].lower in self.words["body-noun"] for n in range(first, nine)
            )
        return self.is_role(first) or (
            (self.has_role(first, nine) and (token.capital or low in self.words["rank"]))
            or self._modifies_role(first, last)
        )

    def _modifies_role(self, first: int, last: int) -> bool:
        """Tell whether plain words lead to a role that is joined to a name: "legal director for the Guild"."""
        closed = self.words["break"] | self.words["preposition"] | self.words["determiner"] | self.words["pronoun"]
        for i in range(first, min(first + 4, last)):
            low = self.tokens[i].lower
            if self.is_role(i) and i > first:
                return i + 1 < last and self.tokens[i + 1].lower in self.words["of-role"]
            plain = self.tokens[i].word and not self.tokens[i].capital and low not in closed
            if not plain or (low.endswith("ing") and low not in self.words["role-participle"]):
                return False
        return False


def text_of(document: Document, tokens: Sequence[Token]) -> str:
    """Return the words of tokens as printed, with single blanks."""
    return repaired(" ".join(document.text[tokens[0].start : tokens[-1].end].split())) if tokens else ""
