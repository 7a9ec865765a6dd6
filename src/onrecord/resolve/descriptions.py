"""Resolve sources without a name: descriptions of named entities, campaigns, documents, and unnamed sources."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from onrecord.core.statement import Attribution
from onrecord.resolve import coreference
from onrecord.resolve.coreference import Pronoun
from onrecord.resolve.entities import Entity, Mention
from onrecord.resolve.head_names import HeadNames
from onrecord.resolve.phrases import Phrase, text_of
from onrecord.resolve.sides import Side
from onrecord.resolve.speaker import Speaker

ALIKE = {"head of state": "president", "head of government": "prime minister", "premier": "prime minister"}
OFFICES = ("state", "body")
HEAD, TOP, SOON = 2, 4, 4  # paragraphs with headline and lead, of the top; sentences from the lead to who is named
WRITTEN = 12  # sentences back to where "the letter" is first mentioned
AUTHORS = ("person", "organisation", "outlet")
MUCH_NAMED = 3  # mentions of somebody whom "the mogul" may mean, though the article gives no role


class Descriptions(HeadNames):
    """Resolve descriptions."""

    def _campaign(self, first: int, last: int) -> Speaker | None:
        tokens = self.document.tokens
        last = self._core_end(first, last)
        noun = tokens[last - 1].lower
        if noun not in ("campaign", "camp", "team"):
            return None
        for i in range(last - 2, first - 1, -1):
            mention = self.phrases.covering.get(i)
            if mention is not None and mention.entity.kind == "person":
                name = f"{mention.entity.name.split()[-1]} {'camp' if noun == 'camp' else 'campaign'}"
                span = (tokens[first].start, tokens[last - 1].end)
                return Speaker(name, "a campaign", 0.85, (), Side(name, "a campaign", 0.85, i, last), (span,))
        return None

    def _the_campaign(self, position: int, span: tuple[int, int]) -> Speaker | None:
        """Return the campaign that was named last: "the Clinton campaign", or that of a candidate's staff."""
        tokens = self.document.tokens
        for mention in reversed(self.entities.mentions):
            after = tokens[mention.last].lower if mention.last < len(tokens) else ""
            beyond = tokens[mention.last + 1].lower if mention.last + 1 < len(tokens) else ""
            if (
                mention.start < position
                and mention.entity.kind == "person"
                and ("campaign" in (after, beyond) and after in ("campaign", "'s"))
            ):
                name = f"{mention.entity.name.split()[-1]} campaign"
                return Speaker(
                    name,
                    "the campaign named last",
                    0.6,
                    (),
                    Side(name, "a campaign", 0.6, mention.first, mention.last),
                    (span,),
                )
        for said in reversed(self.spoken):
            if said.position < position and said.entity.kind == "person":
                name = f"{said.entity.name.split()[-1]} campaign"
                return Speaker(
                    name, "the campaign of who spoke last", 0.45, (), Side(name, "a campaign", 0.45, 0, 0), (span,)
                )
        return None

    def _author(self, first: int, last: int, attribution: Attribution, outer: Speaker | None) -> Speaker | None:
        """Return the author of a document: "a statement by the council", "the ministry's letter", "Trump tweet"."""
        tokens, words = self.document.tokens, self.phrases.words
        head = self._head_noun(first, last)
        noun = tokens[head].lower
        passive = noun.endswith("ed") or noun in words["passed-on"]
        if head + 2 < last and tokens[head + 1].lower == "by" and self._named_head(head + 2, last):
            made = head > first and noun not in words["passed-on"] - {"released"} and self._is_thing(head - 1)
            if made or not passive:
                return self.phrase(head + 2, last, attribution, outer)
        if noun in words["outlet-part"] and head + 2 < last and tokens[head + 1].lower in ("in", "of"):
            outlet = self._last_name(head + 2, last)
            if outlet is not None and outlet.entity.kind in ("outlet", "organisation") and outlet.first <= head + 4:
                return self.phrase(head + 2, last, attribution, outer)
        if tokens[head].lower not in self.phrases.words["authored"]:
            return None
        for i in range(head + 1, min(last, head + 5)):
            if tokens[i].lower in ("by", "from") and i + 1 < last:
                unknown = {t.lower for t in tokens[i + 1 : i + 4]} & words["anonymous"]  # "a post by an unknown author"
                return None if unknown else self.phrase(i + 1, last, attribution, outer)
        owner = self.phrases.covering.get(head - 1)
        for i in range(head - 1, first, -1):
            if tokens[i].text in ("'s", "’s", "'", "’") and i - 1 in self.phrases.covering:
                owner = self.phrases.covering[i - 1]
        if owner is not None and owner.first >= first:
            return self._named(owner, owner.first, owner.last, (owner.start, owner.end))
        if tokens[first].lower in self.phrases.words["possessive"] and head > first:
            return self._pronoun(tokens[first], attribution, outer)
        if tokens[first].lower not in self.phrases.words["definite"]:
            return None
        known = self.documents.get(noun) or self._writer(noun, first)
        if known is None:
            return None
        span = (tokens[first].start, tokens[last - 1].end)
        return Speaker(known.name, "the author of a document", 0.7, known.entities, known.side, (span,))

    def _writer(self, noun: str, first: int) -> Speaker | None:
        """Return who is named before a document where it is first mentioned: "Lee provided a written statement"."""
        tokens, words = self.document.tokens, self.phrases.words
        for i in range(first - 1, 0, -1):
            if tokens[first].sentence - tokens[i].sentence > WRITTEN:
                return None
            lead = [t.lower for t in tokens[max(0, i - 3) : i]]
            if tokens[i].lower != noun or not words["of-document"] & set(lead):
                continue
            k = i - 1
            while k >= 0 and tokens[k].sentence == tokens[i].sentence and k not in self.phrases.covering:
                k -= 1
            mention = self.phrases.covering.get(k)
            if mention is None or tokens[k].sentence != tokens[i].sentence or mention.entity.kind not in AUTHORS:
                return None
            return self._named(mention, mention.first, mention.last, (mention.start, mention.end))
        return None

    def _is_thing(self, i: int) -> bool:
        """Tell whether a noun is that of a document or an image, not of people or a body."""
        words, noun = self.phrases.words, self.document.tokens[i].lower
        return not self.phrases.is_role(i) and noun not in words["collective"] | words["body-noun"] | words["pronoun"]

    def _last_name(self, first: int, last: int) -> Mention | None:
        """Return the name that a noun phrase ends in, with a title or without: "House leader Ann Lee"."""
        mention = self.phrases.covering.get(self._core_end(first, last) - 1)
        return mention if mention is not None and mention.first >= first else None

    def _named_head(self, first: int, last: int) -> bool:
        """Tell whether a noun phrase ends in the name of a person or a body."""
        mention = self._last_name(first, last)
        return mention is not None and mention.entity.kind in ("person", "organisation", "outlet")

    def _note_document(self, attribution: Attribution, speaker: Speaker) -> None:
        """Remember who wrote what the cue or the source calls a letter, a statement, a report."""
        if not speaker.name:
            return
        authored = self.phrases.words["authored"]
        spans = [(e.span.start, e.span.end) for e in attribution.cue]
        if attribution.source and (speaker.entities or speaker.rule == "a campaign"):
            begin = attribution.source[0].span.start
            end = min([a for a, _ in spans if a > begin], default=begin)
            spans.append((begin, max(end, attribution.source[0].span.end)))  # with "emailed voters" before the cue
        for start, stop in spans:
            for token in self.document.between(start, stop):
                for kind in {token.lower, token.lower.removesuffix("ed"), token.lower.removesuffix("d") + "ment"}:
                    if kind in authored:  # "a letter", "emailed", "stated"
                        self.documents[kind] = speaker
        for piece in attribution.cue[-1:]:  # "said in a statement"
            after = self.document.index(piece.span.end - 1) + 1
            following = self.document.tokens[after : after + 6]
            for token, noun in pairwise(following):
                if token.lower in self.phrases.words["of-document"] and noun.lower in authored:
                    self.documents[noun.lower] = speaker

    def _described(self, first: int, last: int, outer: Speaker | None) -> Speaker | None:
        """Return the entity named elsewhere: "the senator", "the company", "the former president"."""
        tokens, words = self.document.tokens, self.phrases.words
        head = self._head_noun(first, last)
        one = not tokens[head].lower.endswith("s") and tokens[first].paragraph - tokens[0].paragraph < HEAD
        bare = one and tokens[first].lower not in words["determiner"]
        if bare and self.phrases.is_role(head):
            found = self._holder(first, last, head, tokens[first].start, outer)
            if found is not None:
                return found
        if tokens[first].lower not in words["singular-determiner"] or last - first < 2:
            return None
        noun = tokens[head].lower
        position = tokens[first].start
        span = (position, tokens[last - 1].end)
        if tokens[first].lower in words["possessive"]:
            return None
        if noun in ("campaign", "camp"):
            own = head - 1 > first and tokens[head - 1].capital  # "the Save Birk campaign"
            return None if own else self._the_campaign(position, span)
        human = self.phrases.is_role(head) or noun.endswith((*words["person-suffix"], "-old"))
        human = (
            human
            and (not noun.endswith("s") or noun.endswith("ss"))  # "actress"
            and noun not in words["body-noun"] | words["document"] | words["collective"]
        )
        if human and tokens[first].lower in self.phrases.words["definite"]:
            found = self._holder(first, last, head, position, outer)
            if found is not None:
                return found
        if noun in words["body-noun"] and self._core_end(first, last) - first <= 3:
            between = [t.lower for t in tokens[first + 1 : head]]
            body = self._body(noun, between, position)
            if body is not None:
                return Speaker(
                    body.name, "description of a body named before", 0.65, (body,), self.sides.of(body), (span,)
                )
        return self._again(noun, position) if self._core_end(first, last) - first <= 3 else None

    def _holder(self, first: int, last: int, head: int, position: int, outer: Speaker | None) -> Speaker | None:
        """Return the person that a description refers to, by the model for descriptions; None if unknown."""
        stop = self._core_end(first, last)
        wanted = {word for role in self.phrases.roles(first, stop) for word in (role, ALIKE.get(role, role))}
        tokens = self.document.tokens
        noun = tokens[head].lower.removeprefix("ex-")
        former = self._is_former(first, stop)
        side = self.sides.of_phrase(Phrase(first, stop, "source"))

        known = [self._held(e) for e in self.entities.persons()]
        current = any(noun in held and not was for held, was in known)

        def fits(entity: Entity) -> tuple[bool, bool, bool, bool]:
            if entity.kind == "unnamed":
                return False, noun in entity.name.casefold().split(), False, False
            held, was = self._held(entity)
            agrees = former == was or not (former or current)
            own = self.sides.of(entity) if side is not None else None
            same = own is not None and side is not None and own.name == side.name
            return (
                bool(wanted & held) and agrees,
                noun in held and agrees,
                same,
                own is not None and side is not None and not same,
            )

        gender = (
            "f"
            if noun.endswith("woman")
            else "m"
            if noun.endswith("man")
            else "f"
            if noun in self.phrases.words["female"]
            else "m"
            if noun in self.phrases.words["male"]
            else None
        )
        holder = outer.entity if outer is not None else None
        candidates = coreference.candidates(
            self.entities, Pronoun(position, gender, holder, self.document.in_quotation(position), fits), self.spoken
        )
        self.trace[position] = ("description", candidates)
        candidates = [c for c in candidates if not self._has_article(c.entity)]
        entity, probability = coreference.best(candidates, "description")
        office = self.phrases.vocabulary.roles.get(noun) in OFFICES and "same" not in {
            t.lower for t in tokens[first:head]
        }
        if (
            entity is not None
            and office
            and entity.kind == "person"
            and not any(fits(entity)[:3])
            and len(entity.mentions) < MUCH_NAMED
        ):
            entity = None
        between = [t.lower for t in tokens[first:stop]]
        owned = "'s" in between or ("of", "the") in pairwise(between)  # "the program's host"
        if entity is not None and owned and entity.kind == "person":
            role, _, same, differs = fits(entity)
            entity = entity if same or (role and not differs) else None
        if entity is None:
            holders = [
                c.entity
                for c in candidates
                if all(fits(c.entity)[:2]) and not fits(c.entity)[3] and c.entity.kind == "person"
            ]
            if len(holders) == 1:
                entity, probability = holders[0], 0.6
        if entity is None and self.document.sentence_of(position) <= 1:
            entity, probability = next(
                (
                    (m.entity, 0.5)
                    for m in self.entities.mentions
                    if m.start > position
                    and m.entity.kind == "person"
                    and not self._has_article(m.entity)
                    and fits(m.entity)[1]
                ),
                (None, 0.0),
            )
        if entity is None:
            return None
        span = (position, tokens[last - 1].end)
        if entity.kind == "unnamed":
            return Speaker(
                entity.name,
                "the same unnamed source",
                probability,
                (),
                self.unnamed_sides.get(entity.name.casefold()),
                (span,),
            )
        if fits(entity)[0]:
            self.sides.describe(entity, Phrase(first, stop, "source"))
        return Speaker(
            entity.name, "description of somebody named", probability, (entity,), self.sides.of(entity), (span,)
        )

    def _has_article(self, entity: Entity) -> bool:
        """Tell whether what looks like a surname is printed after "the" always, as "the Mirror": it is no person."""
        tokens = self.document.tokens
        return entity.kind == "person" and all(
            m.last - m.first == 1 and m.first > 0 and tokens[m.first - 1].lower == "the" for m in entity.mentions
        )

    def _held(self, entity: Entity) -> tuple[set[str], bool]:
        """Return the roles of somebody with their words, and whether a phrase calls one a former role."""
        phrases = self.sides.phrases_of(entity)
        roles = [r for p in phrases for r in self.phrases.roles(p.first, p.last)]
        return {*roles, *(w for r in roles for w in r.split())}, any(self._is_former(p.first, p.last) for p in phrases)

    def _is_former(self, first: int, last: int) -> bool:
        """Tell whether a phrase describes somebody by a former role: "the former mayor", "ex-mayor"."""
        words = self.phrases.words["former"]
        return any(t.lower in words or t.lower.startswith("ex-") for t in self.document.tokens[first:last])

    def _named_later(self, first: int, last: int) -> Speaker | None:
        """Return who is described at the head of the article and named further on: "Guild chief", then "Ann Lee"."""
        tokens, words = self.document.tokens, self.phrases.words
        head, position = self._head_noun(first, last), tokens[first].start
        noun, here = tokens[head].lower, tokens[first].sentence
        closed = tokens[first].lower in words["possessive"] or noun.endswith("s") or not self.phrases.is_role(head)
        if closed or self.document.paragraph_of(position) > TOP or self.document.in_quotation(position):
            return None
        end = self._core_end(first, last) - 1
        named = end > head and tokens[end].capital and end not in self.phrases.covering
        if named or here > SOON or any(t.lower in words["anonymous"] for t in tokens[head:last]):
            return None
        new = [e for e in self.entities.persons() if e.first > position and not self._has_article(e)]
        held = [e for e in new if any(noun in r.split() for r in self._roles_of(e))]
        near = [
            e
            for e in new
            if self.document.sentence_of(e.first) - here <= SOON
            and any(a <= e.first and e.mentions[0].end <= b for a, b in self.sources)
        ]
        lead = self.document.paragraph_of(position) <= HEAD
        found = held if len(held) == 1 else near[:1] if lead and not held else []
        if not found:
            return None
        span = (position, tokens[last - 1].end)
        return Speaker(
            found[0].name, "description of somebody named", 0.5, (found[0],), self.sides.of(found[0]), (span,)
        )

    def _roles_of(self, entity: Entity) -> set[str]:
        """Return the roles that titles and appositions give to somebody."""
        return {r for p in self.sides.phrases_of(entity) for r in self.phrases.roles(p.first, p.last)}

    def _body(self, noun: str, between: Sequence[str], position: int) -> Entity | None:
        """Return the body that "the company" refers to: one with the noun in its name, else the last that fits.

        A noun that tells what kind of body it is ("the court", "the police union") needs a name with it.
        """
        words = self.phrases.words
        outlets = words["outlet-noun"]
        before = [
            m for m in self.entities.mentions if m.start < position and m.entity.kind in ("organisation", "outlet")
        ]
        for mention in reversed(before):
            parts = mention.entity.name.casefold().split()
            if noun in parts and all(word in parts for word in between):
                return mention.entity
        if noun not in words["any-body"] | outlets or between:
            return None
        kinds = ("outlet",) if noun in outlets else ("organisation",)
        here = self.document.sentence_of(position)
        reach = 12 if noun in outlets else 6
        near = [
            m
            for m in before
            if m.entity.kind in kinds
            and (m.entity.owner in (None, m.entity.name))
            and here - self.document.sentence_of(m.start) <= reach
        ]
        if not near:
            return None
        total = {m.entity: sum(n.entity is m.entity for n in before) for m in near}
        return max(near, key=lambda m: (min(total[m.entity], 4), m.start)).entity

    def _again(self, noun: str, position: int) -> Speaker | None:
        """Return the same unnamed source as before: "the official" after "a senior official"."""
        for said in reversed(self.spoken):
            if (
                said.entity.kind == "unnamed"
                and said.position < position
                and noun in said.entity.name.casefold().split()
            ):
                return Speaker(said.entity.name, "the same unnamed source", 0.6, (), None, ())
        return None

    def _printed_end(self, first: int, last: int) -> int:
        """Return where an unnamed source ends: with all of a list, without a time and "interviewed by …"."""
        tokens, words = self.document.tokens, self.phrases.words
        end = self._list_end(first, last)
        if end < last - 1 and tokens[end - 1].lower in words["indefinite"] | {"those"} and tokens[end].lower == "who":
            return self.phrases.without_time(first, last)  # "27 percent of those who came"
        stop = self.phrases.without_time(first, end)
        for i in range(first + 1, stop - 1):
            passive = tokens[i].lower.endswith("ed") or tokens[i].lower in words["participle"]
            before = tokens[i - 1]
            noun = before.word and before.lower not in words["determiner"] | words["preposition"]
            if passive and noun and tokens[i + 1].lower == "by" and not before.lower.endswith("ly"):
                return i
        return stop

    def _list_end(self, first: int, last: int) -> int:
        """Return the end of a noun phrase; that of "unions, green groups and voters" is after the last of them."""
        tokens = self.document.tokens
        stop = end = self._core_end(first, last)
        several = any(t.lower.endswith("s") for t in tokens[first:stop])
        while several and end < last - 1 and tokens[end].text == ",":
            begin = end + 1
            end = self._core_end(begin, last)
            low = tokens[begin].lower
            apart = self.phrases.words["no-list"] | self.phrases.words["relative"]
            if (
                low in apart
                or low.endswith(("ing", "ed", "ly"))
                or (begin in self.phrases.covering and begin - 2 not in self.phrases.covering)
            ):
                break
            if any(t.lower in ("and", "or") for t in tokens[begin:end]):
                return end
        return stop

    def _printed(self, first: int, last: int) -> str:
        tokens = self.document.tokens
        stop = self._printed_end(first, last)
        while (
            first < stop - 1
            and tokens[first].lower in self.phrases.words["before-description"]
            and not (tokens[first].lower in ("those", "these") and tokens[first + 1].lower.endswith("ed"))
            and not (tokens[first].capital and first in self.phrases.covering)
        ):
            first += 1
        return text_of(self.document, tokens[first:stop])

    def _as_printed(self, first: int, last: int, attribution: Attribution, outer: Speaker | None) -> Speaker:
        tokens = self.document.tokens
        name = self._printed(first, last)
        if tokens[first].lower.rstrip(".") in self.phrases.words["civil-title"] and last - first in (2, 3):
            surname = name.split(maxsplit=1)[-1].strip(". ")
            name = surname.title() if surname.isupper() else surname
        span = (tokens[first].start, tokens[last - 1].end)
        side = self.sides.of_phrase(Phrase(first, self._core_end(first, last), "source"))
        office = self._core_end(first, last) - 1
        owner_of = self.phrases.covering.get(office - 2) if office - 2 >= first else None
        if owner_of is not None and owner_of.entity.kind == "person" and tokens[office].lower == "office":
            name = f"{owner_of.entity.name}{tokens[office - 1].text} office"
        if tokens[first].lower in self.phrases.words["possessive"] and last - first > 1:
            owner = self._pronoun(tokens[first], attribution, outer)
            if owner.name:
                rest = text_of(self.document, tokens[first + 1 : self._core_end(first, last)])
                whose = (
                    owner.name.split()[-1] if owner.entity is not None and owner.entity.kind == "person" else owner.name
                )
                if rest.casefold() == "campaign":
                    return Speaker(
                        f"{whose} campaign",
                        "a campaign",
                        0.6,
                        (),
                        Side(f"{whose} campaign", "a campaign", 0.6, first, last),
                        (span,),
                    )
                return Speaker(f"{whose}'s {rest}", "unnamed, of somebody named", 0.6, (), side or owner.side, (span,))
        third = self.phrases.words["masculine"] | self.phrases.words["feminine"]
        if tokens[first].lower in third and first + 1 < last and tokens[first + 1].lower == "and":
            holder = self._pronoun(tokens[first], attribution, outer)
            if holder.name:
                rest = text_of(self.document, tokens[first + 1 : self._core_end(first, last)])
                return Speaker(f"{holder.name} {rest}", "somebody named and others", 0.6, (), holder.side, (span,))
        for i in range(first + 1, self._core_end(first, last)):  # "two of her aides" speak for her side
            if side is None and tokens[i].lower in self.phrases.words["third-person-possessive"]:
                side = self._pronoun(tokens[i], attribution, outer).side
        if side is None and self._is_lone_body(first, last):
            side = Side(name, "a body that speaks as itself", 0.7, first, last)
        return Speaker(name, "unnamed, as printed", 0.7, (), side, (span,))

    def _is_lone_body(self, first: int, last: int) -> bool:
        """Tell whether an unnamed source is one body: "the dockers' union", "a local newspaper"."""
        words, head = self.phrases.words, self.document.tokens[self._head_noun(first, last)]
        return (
            head.text in (words["any-body"] | words["outlet-noun"] | {"union"}) and self._core_end(first, last) > first
        )
