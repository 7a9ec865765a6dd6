"""Resolve sources: names, descriptions, pronouns, and unnamed sources as printed."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.core.statement import Attribution
from onrecord.lexicon import compiled, word_class
from onrecord.resolve.coreference import SpeakerTurn
from onrecord.resolve.descriptions import Descriptions
from onrecord.resolve.document import Token
from onrecord.resolve.entities import Entity, Mention
from onrecord.resolve.phrases import Phrase, text_of
from onrecord.resolve.sides import Side
from onrecord.resolve.speaker import Speaker, speak_jointly

JOINTS = frozenset(("and", "&", "or"))
QUANTITY = frozenset(("least", "most"))  # "at least four senators"


class SourceResolver(Descriptions):
    """Resolve the sources of one article, in text order."""

    def resolve(
        self, attribution: Attribution, outer: Speaker | None, previous: tuple[Attribution, Speaker] | None
    ) -> Speaker:
        """Resolve the source of an attribution."""
        spans = [(e.span.start, e.span.end) for e in attribution.source]
        if not spans:
            found = self._without_source(attribution, previous)
        else:
            found = self._spans(attribution, spans, outer)
        at = (attribution.source or attribution.cue or attribution.content)[0].span.start
        nested = attribution.outer is not None or attribution.inside is not None
        for entity in found.entities[:1]:
            self.spoken.append(SpeakerTurn(at, entity, nested))
        if len(found.entities) > 1 and not nested:
            self.joint.append((at, found))
        self._note_document(attribution, found)
        if (
            found.entities == ()
            and found.name
            and len(found.name.split()) <= 8
            and found.name.split()[0].casefold() not in self.phrases.words["preposition"]
        ):
            key = found.name.casefold()
            entity = self.unnamed.setdefault(key, Entity(found.name, "unnamed"))
            self.unnamed_sides.setdefault(key, found.side)
            if not nested:
                self.spoken.append(SpeakerTurn(at, entity))
        return found

    # ------------------------------------------------------------ without a source

    def _without_source(self, attribution: Attribution, previous: tuple[Attribution, Speaker] | None) -> Speaker:
        cue = " ".join(e.quote for e in attribution.cue).casefold()
        passive = compiled(r"\b{be}\b").search(cue) is not None
        if previous is not None and not passive and attribution.outer is previous[0].outer:
            before, speaker = previous
            here, there = attribution.content[0].span.start, before.content[-1].span.end
            quoted = self.document.in_quotation(here)
            near = self.document.paragraph_of(here) - self.document.paragraph_of(max(0, there - 1)) <= 1
            if near and (quoted or self.document.sentence_of(here) - self.document.sentence_of(there - 1) <= 1):
                return Speaker(
                    speaker.name, "the one who spoke before", 0.5, speaker.entities, speaker.side, speaker.spans
                )
        return Speaker(None, "no source", 0.3)

    # ------------------------------------------------------------ noun phrases

    def _spans(self, attribution: Attribution, spans: Sequence[tuple[int, int]], outer: Speaker | None) -> Speaker:
        tokens = [t for start, end in spans for t in self.document.between(start, end)]
        words = [t for t in tokens if t.word]
        if not words:
            return Speaker(None, "no words in the source", 0.3)
        if len(spans) > 1 and words[-1].lower in self.phrases.words["relative"]:
            spans = spans[:-1]
            tokens = [t for start, end in spans for t in self.document.between(start, end)]
        first = self.document.index(tokens[0].start)
        last = self.document.index(tokens[-1].start) + 1
        openers = self.phrases.words["preposition"] | self.phrases.words["before-source"]
        if (
            last - first > 3
            and tokens[0].lower == "it"
            and self.document.tokens[first + 1].lower in ("'s", "is", "was")
        ):
            first += 2  # "It was a friend who"
        while first < last - 1 and (
            not self.document.tokens[first].word
            or (self.document.tokens[first].lower in openers and self.document.tokens[first + 1].lower not in QUANTITY)
        ):
            first += 1
        while (
            last > first + 1
            and not self.document.tokens[last - 1].word
            and self.document.tokens[last - 1].text not in ("'s",)
        ):
            last -= 1
        if len(spans) > 1:
            last = next((self.document.index(e - 1) + 1 for s, e in spans[:1]), last)
        return self.phrase(first, last, attribution, outer)

    def phrase(self, first: int, last: int, attribution: Attribution, outer: Speaker | None) -> Speaker:
        """Resolve the noun phrase of tokens `[first, last)`."""
        tokens = self.document.tokens
        words = [t for t in tokens[first:last] if t.word]
        if not words:
            return Speaker(None, "no words in the source", 0.3)
        last = self._without_tail(first, last)
        begins = self.phrases.covering.get(first)
        first = begins.first if begins is not None and begins.entity.kind == "person" else first
        words = [t for t in tokens[first:last] if t.word]
        if self._is_nobody(first, last):
            return Speaker(None, "nobody", 0.3)
        pronouns = self.phrases.words["pronoun"]
        cores = [t for t in words if t.lower not in self.phrases.words["beside-source"]] or words
        if len(cores) == 1 and cores[0].lower in pronouns and not self._is_name(cores[0]):
            return self._pronoun(cores[0], attribution, outer)
        if self._gives_examples(first, last):
            return self._as_printed(first, last, attribution, outer)
        parts = self._parts(first, last)
        if len(parts) > 1:
            return self._joint(parts, attribution, outer)
        return self._single(first, last, attribution, outer)

    def _without_tail(self, first: int, last: int) -> int:
        """Return the end of a source without a time or an emphasis: "Ann Lee herself", "officials last night"."""
        tokens, beside = self.document.tokens, self.phrases.words["beside-source"]
        last = self.phrases.without_time(first, last)
        if last - first > 2 and [t.lower for t in tokens[last - 2 : last]] == ["as", "well"]:
            last -= 2
        while last - first > 1 and tokens[last - 1].word and tokens[last - 1].lower in beside:
            last -= 1
        return last

    def _is_nobody(self, first: int, last: int) -> bool:
        """Tell whether a source is nobody: "no one at the port", "none of them", "neither Ann Lee nor her aides"."""
        tokens = self.document.tokens
        named = last - first > 1 and not tokens[first + 1].text.islower()  # "No 10"
        return tokens[first].lower in word_class("nobody") and not (named and tokens[first].lower == "no")

    def _gives_examples(self, first: int, last: int) -> bool:
        """Tell whether names are examples of the source: "politicians like Ann Lee", "sites such as Gawker"."""
        tokens = self.document.tokens
        for i in range(first + 1, min(last - 1, first + 6)):
            pair = (tokens[i].lower, tokens[i + 1].lower)
            if (pair[0] == "like" or pair == ("such", "as")) and tokens[i - 1].text.endswith("s"):
                return i - 1 not in self.phrases.covering
        return False

    def _is_name(self, token: Token) -> bool:
        """Tell whether a word such as US, WHO or IT is a name here."""
        return (
            token.text.isupper() and len(token.text) > 1 and self.document.index(token.start) in self.phrases.covering
        ) or (
            token.text.isupper()
            and len(token.text) > 1
            and token.text.casefold() not in self.phrases.words["subject-pronoun"]
        )

    def _parts(self, first: int, last: int) -> list[tuple[int, int]]:
        """Split a source into joint phrases: "A and B" gives two; an apposition belongs to what it follows."""
        tokens, covering = self.document.tokens, self.phrases.covering
        cuts: list[tuple[int, str]] = []
        depth = 0
        for i in range(first, last):
            token = tokens[i]
            mention = covering.get(i)
            if mention is not None and mention.first < i:
                continue
            if token.text in ("(", "["):
                depth += 1
            elif token.text in (")", "]"):
                depth -= 1
            elif depth == 0 and token.lower in self.phrases.words["relative"] and i > first:
                break
            elif self._renames(i):
                continue
            elif depth == 0 and i > first and (token.lower in JOINTS or token.text in (",", ";", "—", "–", "-")):
                cuts.append((i, token.lower))
            elif token.lower == "with" and tokens[i - 1].lower in ("along", "together"):
                cuts += [(i - 1, ","), (i, "and")]
        if not cuts:
            return [(first, last)]
        end = i if i < last - 1 and tokens[i].lower in self.phrases.words["relative"] else last
        pieces: list[tuple[int, int, str]] = []
        start, joint = first, ""
        for i, mark in [*cuts, (end, "")]:
            if i > start:
                pieces.append((start, i, joint))
            joint = mark if i > start else (mark if mark in JOINTS else joint or mark)
            start = i + 1
        return self._joined(pieces, first)

    def _joined(self, pieces: list[tuple[int, int, str]], first: int) -> list[tuple[int, int]]:
        heads = [self._is_head(a, b) for a, b, _ in pieces]
        has_and = any(mark in JOINTS for *_, mark in pieces)
        parts: list[tuple[int, int]] = [pieces[0][:2]]
        if len(pieces) == 3 and heads == [True, False, True] and (pieces[1][2], pieces[2][2]) == ("and", ","):
            (a, _, _), (_, b, _) = pieces[1:]  # "Ann Lee and her deputy, Bob Ray"
            if self.document.tokens[a].lower in self.phrases.words["possessive"]:
                return [pieces[0][:2], (a, b)]
        names = [n for n, head in enumerate(heads) if head]
        if len(pieces) == 2 and not has_and and all(self._is_surname(a, b) for a, b, _ in pieces):
            return [pieces[0][:2], pieces[1][:2]]  # the headline "Lee, Dahl agree"
        if not has_and or len(names) < 2:
            both = has_and and len(pieces) == 2 and self._plain_pair(pieces) and not self._is_title(pieces)
            return [pieces[0][:2], pieces[1][:2]] if both else [(first, pieces[-1][1])]
        if not heads[0] and heads[-1] and len(pieces) == 2 and self._is_title(pieces):
            return [(first, pieces[-1][1])]
        if not heads[0] and heads[1] and pieces[1][2] in (",", "-"):  # "two unions, the A and the B"
            before, after = (self.phrases.covering.get(i) for i in (pieces[0][1] - 1, pieces[1][1] - 1))
            alike = before is not None and after is not None and before.entity.kind == after.entity.kind
            return [(first, pieces[-1][1])] if alike else [pieces[n][:2] for n in names]
        if len(pieces) == 2 and has_and and self._goes_on_as_one(pieces):
            return [(first, pieces[-1][1])]
        apposed = False  # "Ann Lee, member for Upper and Lower Birk"
        for n in range(1, len(pieces)):
            a, b, mark = pieces[n]
            joins = not (apposed and self.document.tokens[a - 2].text != ",") and not self._opens_description(a)
            apposed = (apposed or not heads[n]) and not (joins and heads[n])
            if (mark in JOINTS and heads[n] and heads[0] and joins) or (
                mark == "," and heads[n] and all(heads) and self._bare(a, b)
            ):
                parts.append((a, b))
            else:
                parts[-1] = (parts[-1][0], b)
        return parts

    def _renames(self, i: int) -> bool:
        """Tell whether a comma or "or" introduces an abbreviation of the name before: "the Grain Board, or GB,"."""
        tokens, covering = self.document.tokens, self.phrases.covering
        i -= tokens[i].lower == "or"
        if i < 1 or [t.lower for t in tokens[i : i + 2]] != [",", "or"] or i + 2 not in covering:
            return False
        before = covering.get(i - 1)
        return before is not None and before.entity is covering[i + 2].entity

    def _goes_on_as_one(self, pieces: list[tuple[int, int, str]]) -> bool:
        """Tell whether a body and a name with a role are one speaker: "Echo News and former host Ann Lee has said"."""
        tokens, (_, _, _), (a, b, _) = self.document.tokens, *pieces
        lead, mention = self._head(*pieces[0][:2]), self._head(a, b)
        titled = mention is not None and mention.entity.kind == "person" and self.phrases.has_role(a, mention.first)
        body = lead is not None and lead.entity.kind in ("organisation", "outlet")
        return titled and body and b < len(tokens) and tokens[b].lower in ("has", "is", "was")

    def _is_surname(self, first: int, last: int) -> bool:
        """Tell whether a piece is one word that names a person."""
        mention = self.phrases.covering.get(first)
        return last - first == 1 and mention is not None and mention.entity.kind == "person"

    def _opens_description(self, i: int) -> bool:
        """Tell whether "and a Republican" goes on to describe who is named before."""
        tokens = self.document.tokens
        return tokens[i].lower in ("a", "an") and tokens[i - 2].text == ","

    def _is_title(self, pieces: list[tuple[int, int, str]]) -> bool:
        """Tell whether "A and B Name" is one person with two roles: "former prosecutor and mayor Ann Lee"."""
        (a, b, _), (c, d, _) = pieces
        mention = self._head(c, d)
        roles = self.phrases.has_role(a, b) and not self.document.tokens[b - 1].lower.endswith("s")
        return (
            roles
            and mention is not None
            and mention.entity.kind == "person"
            and mention.first > c
            and self.phrases.is_role(mention.first - 1)
        )

    def _plain_pair(self, pieces: list[tuple[int, int, str]]) -> bool:
        """Tell whether "A and B" are two noun phrases, one of them a name: "the Republican Party and observers"."""
        return (
            any(self._is_head(a, b) for a, b, _ in pieces)
            and all(not self._owns(b) for _, b, _ in pieces[:1])
            and pieces[0][1] - pieces[0][0] <= 6
        )

    def _owns(self, last: int) -> bool:
        return self.document.tokens[last - 1].text in ("'s", "’s")

    def _is_head(self, first: int, last: int) -> bool:
        """Tell whether a piece is a name, with or without a title or an article."""
        mention = self._head(first, last)
        return mention is not None

    def _bare(self, first: int, last: int) -> bool:
        begin = first + (self.document.tokens[first].lower == "the" and last - first > 1)
        mention = self.phrases.covering.get(begin)
        if mention is None or mention.first != begin:
            return False
        return begin == first or (mention.entity.kind == "organisation" and mention.last >= last)

    def _joint(self, parts: Sequence[tuple[int, int]], attribution: Attribution, outer: Speaker | None) -> Speaker:
        found = [
            self.phrase(a, b, attribution, outer)
            if (a, b) != (parts[0][0], parts[-1][1])
            else self._single(a, b, attribution, outer)
            for a, b in parts
        ]
        tokens = self.document.tokens
        third = self.phrases.words["masculine"] | self.phrases.words["feminine"]
        names = [s.name for s in found[:1] if s.name]
        for (a, b), speaker in zip(parts[1:], found[1:], strict=True):  # "Ann Lee and her allies"
            owned = names and tokens[a].lower in third and b - a > 1 and not speaker.entities
            name = text_of(self.document, tokens[a:b]) if owned else speaker.name
            names += [name] if name else []
        entities = tuple(dict.fromkeys(e for s in found for e in s.entities))
        sides = {s.side.name if s.side else None: s.side for s in found}
        side = next(iter(sides.values())) if len(sides) == 1 else None
        named = [s for s in sides.values() if s is not None]
        if len(named) > 1 and len(named) == len(sides) and speak_jointly(found, named, self.phrases.vocabulary.actors):
            side = Side(
                " and ".join(s.name for s in named),
                "several sides",
                min(s.weight for s in named),
                named[0].first,
                named[0].last,
            )
        name = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1] if names else None
        spans = tuple(span for s in found for span in s.spans)
        return Speaker(name, "several speakers", min((s.weight for s in found), default=0.5), entities, side, spans)

    # ------------------------------------------------------------ one noun phrase

    def _single(self, first: int, last: int, attribution: Attribution, outer: Speaker | None) -> Speaker:
        tokens = self.document.tokens
        head = self._head(first, last) or self._titled_head(first, last)
        span = (tokens[first].start, tokens[last - 1].end)
        known = self._known_holder(first, last) if head is None or head.entity.kind == "group" else None
        if known is not None:
            return known
        if head is not None:
            return self._named(head, first, last, span)
        apposed = self._apposed(first, last)
        if apposed is not None:
            whom = apposed.entity
            if whom.kind == "person":
                self.sides.describe(whom, Phrase(first, apposed.first, "apposition"))
            return Speaker(whom.name, "a name in apposition", 0.85, (whom,), self.sides.of(whom), (span,))
        campaign = self._campaign(first, last) or self._author(first, last, attribution, outer)
        if campaign is not None:
            return campaign
        if self._means_two(first, last):
            two = self._last_two(self.document.tokens[first].start)
            if two is not None:
                return two
        described = self._described(first, last, outer)
        if described is None:
            described = self._named_later(first, last)
        if described is not None:
            return described
        return self._as_printed(first, last, attribution, outer)

    def _named(self, head: Mention, first: int, last: int, span: tuple[int, int]) -> Speaker:
        entity = head.entity
        name = entity.name
        if entity.kind == "group":
            noun = self.document.tokens[head.last - 1].lower
            if (
                self.document.tokens[first].lower in ("the", "this")
                and not noun.endswith("s")
                and head.last - first > 1
            ):
                found = self._holder(first, last, head.last - 1, self.document.tokens[first].start, None)
                if found is not None:
                    return found
            return self._group(head, first, last, span)
        side = self.sides.of(entity)
        state = self.phrases.covering.get(head.first - 2) if head.first - 2 >= first else None
        organ = self.document.tokens[head.last - 1].lower in self.phrases.words["organ"]
        if state is not None and state.entity.kind == "state" and organ and self._owns(head.first):
            name = text_of(self.document, self.document.tokens[state.first : head.last])  # "Verda's Justice Ministry"
        if entity.kind == "place" and entity.owner is not None:
            return Speaker(entity.owner, "a state by its seat", 0.7, (entity,), side, (span,))
        if entity.kind == "person" and head.last < last and self.document.tokens[head.last].lower == "campaign":
            return Speaker(
                f"{entity.name.split()[-1]} campaign",
                "a campaign",
                0.85,
                (),
                Side(f"{entity.name.split()[-1]} campaign", "a campaign", 0.8, head.first, head.last + 1),
                (span,),
            )
        return Speaker(
            name,
            "a name" if len(entity.name.split()) > 1 or entity.kind != "person" else "a surname alone",
            0.9,
            (entity,),
            side,
            (span,),
        )

    def _group(self, head: Mention, first: int, last: int, span: tuple[int, int]) -> Speaker:
        printed = self._printed(first, last)
        return Speaker(
            printed,
            "a group",
            0.7,
            (head.entity,) if printed == head.entity.name else (),
            self.sides.of(head.entity),
            (span,),
        )

    def _apposed(self, first: int, last: int) -> Mention | None:
        """Return the name after a description and a comma: "The finance minister, Lou Jiwei,"; also just after the
        source.
        """
        tokens, covering = self.document.tokens, self.phrases.covering
        for i in range(first + 1, last):
            if any(t.lower in self.phrases.words["before-examples"] for t in tokens[i : min(i + 2, last)]):
                break
            if tokens[i].text in (",", "—", "–", ":") and i + 1 in covering and covering[i + 1].first == i + 1:
                mention = covering[i + 1]
                ends = mention.last >= last or tokens[mention.last].text in (",", "—", "–", ")")
                if ends and mention.entity.kind != "place":
                    return mention if mention.entity.kind in ("person", "organisation", "outlet") else None
            if tokens[i].text in (",", "—", "–") and i + 2 < last:
                stop = next((n for n in range(i + 1, last) if tokens[n].text in (",", "—", "–", ")")), last)
                head = self._head(i + 1, stop)
                if (
                    head is not None
                    and head.entity.kind == "person"
                    and head.first > i + 1
                    and self.phrases.has_role(i + 1, head.first)
                ):
                    return head
        if (
            last + 1 < len(tokens)
            and tokens[last].text == ","
            and last + 1 in covering
            and self.phrases.has_role(first, last)
        ):
            mention = covering[last + 1]
            if (
                mention.entity.kind == "person"
                and mention.first == last + 1
                and mention.last < len(tokens)
                and tokens[mention.last].text == ","
            ):
                return mention
        return None
