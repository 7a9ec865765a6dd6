"""Resolve sources that are pronouns: third persons by the fitted model, the others by rule."""

from __future__ import annotations

from dataclasses import replace

from onrecord.core.statement import Attribution
from onrecord.lexicon import word_class
from onrecord.resolve import coreference
from onrecord.resolve.coreference import Pronoun
from onrecord.resolve.document import Token
from onrecord.resolve.entities import Entity
from onrecord.resolve.sides import Side
from onrecord.resolve.speaker import Scene, Speaker

LONGEST_APPOSED = 12  # words
LONGEST_SUBJECT = 6
NEAR = 3  # sentences back to the speakers whom "they" may mean
BODY_KINDS = ("organisation", "outlet", "state", "group", "place", "other")


class Pronouns(Scene):
    """Resolve pronouns."""

    def _pronoun(self, token: Token, attribution: Attribution, outer: Speaker | None) -> Speaker:
        words, lower = self.phrases.words, token.lower
        span = (token.start, token.end)
        if lower in words["first-person"]:
            return self._first_person(attribution, outer, span)
        if lower in words["relative"]:
            found = self._antecedent(token, attribution, outer)
            if found is not None:
                return found
        quoted = self.document.in_quotation(token.start)
        holder = outer.entity if outer is not None else None
        if lower in words["masculine"] or lower in words["feminine"]:
            gender = "m" if lower in words["masculine"] else "f"
            pronoun = Pronoun(token.start, gender, holder, quoted)
            found_ones = [
                c
                for c in coreference.candidates(self.entities, pronoun, self.spoken)
                if c.entity.kind != "unnamed" or not self._is_plural(c.entity.name)
            ]
            self.trace[token.start] = ("pronoun", found_ones)
            entity, probability = coreference.best(found_ones)
            subject = (
                self._subject_before(token, attribution, gender)
                or self._asked(token, gender)
                or self._ahead(token, gender)
            )
            if subject is not None and subject is not entity:
                entity, probability = subject, max(probability, 0.5)
            if entity is None:
                return Speaker(None, "a pronoun whose meaning is open", probability, (), None, (span,))
            named = entity.kind != "unnamed"
            side = self.sides.of(entity) if named else self.unnamed_sides.get(entity.name.casefold())
            return Speaker(entity.name, "a pronoun", probability, (entity,) if named else (), side, (span,))
        other = self._other_pronoun(token, span)
        if other.name is None and lower in words["third-person"] and lower in words["plural"]:
            several = self._plural_subject(token, attribution, outer)
            if several is not None and several.name:
                return replace(several, rule="a plural pronoun", weight=0.5, spans=(span,))
        return other

    def _plural_subject(self, token: Token, attribution: Attribution, outer: Speaker | None) -> Speaker | None:
        """Return the plural noun phrase that opens the pronoun's sentence, or the one before: "As unions met, they"."""
        tokens, words = self.document.tokens, self.phrases.words
        here, at = self.document.sentence_of(token.start), self.document.index(token.start)
        quoted = self.document.in_quotation(token.start)
        for sentence in (here, here - 1):
            if sentence < 0:
                return None
            first = self.document.index(self.document.sentences[sentence][0])
            last = at if sentence == here else self.document.index(self.document.sentences[here][0])
            while first < last and (not tokens[first].word or tokens[first].lower in words["opens-adjunct"]):
                first += 1
            end = self._plural_end(first, last)
            if end is not None and end < at and self.document.in_quotation(tokens[first].start) == quoted:
                return self.phrase(first, end, attribution, outer)
        return None

    def _plural_end(self, first: int, last: int) -> int | None:
        """Return the end of the noun phrase at `first`, None unless it is one of several: "Ann Lee and Bo Dahl"."""
        tokens, words, covering = self.document.tokens, self.phrases.words, self.phrases.covering
        closed = words["break"] | words["preposition"] | words["pronoun"] - words["determiner"]
        end = first
        while end < min(last, first + LONGEST_SUBJECT):
            mention = covering.get(end)
            if mention is not None and mention.entity.kind in ("person", "state"):
                other = next(
                    (covering[n] for n in range(mention.last, min(mention.last + 4, last)) if n in covering), None
                )
                joined = other is not None and tokens[mention.last].lower == "and"
                joined = joined and other is not None and other.entity.kind == mention.entity.kind
                return other.last if joined and other is not None else None
            if not tokens[end].word or tokens[end].lower in closed:
                return None
            low, after = tokens[end].lower, tokens[end + 1] if end + 1 < last else None
            many = (low.endswith("s") and not low.endswith("ss") and len(low) > 3) or low in words["collective"]
            inside = after is not None and (after.capital or after.text in ("'s", "’s", "'", "’"))
            if many and not inside:
                break
            end += 1
        else:
            return None
        end += 1
        if end < last and tokens[end].lower in words["preposition"]:  # "leaders in the House and Senate"
            stop = end + 1
            while stop < last and (tokens[stop].capital or tokens[stop].lower in ("the", "and")):
                stop += 1
            end = stop if stop > end + 1 and tokens[stop - 1].capital else end
        return end

    def _other_pronoun(self, token: Token, span: tuple[int, int]) -> Speaker:
        words = self.phrases.words
        here = self.document.sentence_of(token.start)
        if token.lower in words["indefinite"]:
            return Speaker(token.text, "unnamed, as printed", 0.5, (), None, (span,))
        if token.lower in words["plural"]:
            found = self._plural(token, here)
            if found is not None:
                return found
        if token.lower in words["neuter"]:
            bodies = [
                m
                for m in self.entities.mentions
                if m.start < token.start
                and m.entity.kind in ("organisation", "outlet", "state")
                and here - self.document.sentence_of(m.start) <= 2
            ]
            last = next(
                (
                    s
                    for s in reversed(self.spoken)
                    if s.position < token.start
                    and self._is_body(s.entity)
                    and here - self.document.sentence_of(s.position) <= 3
                ),
                None,
            )
            entity = last.entity if last is not None else bodies[-1].entity if bodies else None
            if entity is not None:
                if entity.kind == "unnamed":
                    side = self.unnamed_sides.get(entity.name.casefold())
                    return Speaker(entity.name, "a neuter pronoun", 0.5, (), side, (span,))
                return Speaker(entity.name, "a neuter pronoun", 0.5, (entity,), self.sides.of(entity), (span,))
        if token.lower == "both":
            two = self._last_two(token.start)
            if two is not None:
                return two
        if token.lower in ("both", "those"):
            return Speaker(token.text, "unnamed, as printed", 0.5, (), None, (span,))
        return Speaker(None, "a pronoun whose meaning is open", 0.3, (), None, (span,))

    def _plural(self, token: Token, here: int) -> Speaker | None:
        """Return whom "they" or "their" means: the group, body or several speakers that spoke last."""
        span = (token.start, token.end)
        joint = next((one for one in reversed(self.joint) if one[0] < token.start), None)
        if joint is not None and here - self.document.sentence_of(joint[0]) > NEAR:
            joint = None
        for said in reversed(self.spoken):
            if joint is not None and said.position <= joint[0]:
                break
            name = said.entity.name
            plural = said.entity.kind in ("group", "organisation") or (
                said.entity.kind == "unnamed" and (name.endswith("s") or " and " in name)
            )
            if plural and said.position < token.start and here - self.document.sentence_of(said.position) <= NEAR:
                known = said.entity.kind != "unnamed"
                side = self.sides.of(said.entity) if known else self.unnamed_sides.get(name.casefold())
                return Speaker(name, "a plural pronoun", 0.5, (said.entity,) if known else (), side, (span,))
        if joint is None:
            return None
        both = joint[1]
        return Speaker(both.name, "a plural pronoun", 0.5, both.entities, both.side, (span,))

    def _subject_before(self, token: Token, attribution: Attribution, gender: str) -> Entity | None:
        """Return who opens the sentence before a quotation: "Ann Lee disagreed. "It is late," she said."; else None."""
        start = attribution.content[0].span.start if attribution.content else token.start
        if start > token.start or not self.document.in_quotation(start):
            return None
        sentence = self.document.sentence_of(start)
        if sentence < 1:
            return None
        begin, end = self.document.sentences[sentence - 1]
        asked = self._who_was_asked(begin, end, gender)
        if asked is not None or self.document.paragraph_of(start) != self.document.paragraph_of(begin):
            return asked
        inside = [m for m in self.entities.mentions if begin <= m.start < end and m.entity.kind == "person"]
        if (
            len(inside) != 1
            or self.document.in_quotation(inside[0].start)
            or inside[0].entity.gender not in (None, gender)
        ):
            return None
        first = self.document.index(begin)
        lead = self.document.tokens[first : inside[0].first]
        opens = all(self.phrases.is_role(i) or t.lower == "the" for i, t in enumerate(lead, first))
        return inside[0].entity if opens else None

    def _ahead(self, token: Token, gender: str) -> Entity | None:
        """Return the subject after the adjunct that a pronoun stands in: "Despite his doubts, Bo Dahl agreed."."""
        tokens, at = self.document.tokens, self.document.index(token.start)
        begin, end = self.document.sentences[self.document.sentence_of(token.start)]
        first = self.document.index(begin)
        comma = next((n for n in range(at, len(tokens)) if tokens[n].text == "," or tokens[n].start >= end), at)
        if (
            at - first > 3
            or tokens[first].lower not in word_class("opens-adjunct") | {"despite"}
            or tokens[comma].text != ","
        ):
            return None
        last = comma + 1
        while last < len(tokens) and not tokens[last].word:
            last += 1
        while last < len(tokens) and self.phrases.is_role(last) and last not in self.phrases.covering:
            last += 1
        mention = self.phrases.covering.get(last)
        subject = mention.entity if mention is not None and mention.entity.kind == "person" else None
        return subject if subject is not None and subject.gender in (None, gender) else None

    def _who_was_asked(self, begin: int, end: int, gender: str) -> Entity | None:
        """Return the subject of a sentence that opens with a question: "Asked about Ann Lee, Bo Dahl laughed."."""
        tokens = self.document.tokens
        if tokens[self.document.index(begin)].lower not in word_class("asked"):
            return None
        after = [m for m in self.entities.inside(begin, end) if tokens[m.first - 1].text == ","]
        subject = next((m.entity for m in reversed(after) if m.entity.kind == "person" and tokens[m.last].word), None)
        return subject if subject is not None and subject.gender in (None, gender) else None

    def _asked(self, token: Token, gender: str) -> Entity | None:
        """Return who spoke last before "Asked about Ann Lee, she said": whom the question names is somebody else."""
        here = self.document.sentence_of(token.start)
        start = self.document.sentences[here][0]
        if self.document.tokens[self.document.index(start)].lower not in word_class("asked") or here < 1:
            return None
        before = self.entities.inside(self.document.sentences[here - 1][0], start)
        if any(m.entity.kind == "person" and not self.document.in_quotation(m.start) for m in before):
            return None
        floor = [s.entity for s in self.spoken if s.position < start and not s.nested]
        last = floor[-1] if floor else None
        return last if last is not None and last.kind == "person" and last.gender in (None, gender) else None

    def _is_plural(self, name: str) -> bool:
        """Tell whether an unnamed source is several people: "two officials", "police", "a man and his son"."""
        words = name.casefold().split()
        noun = " ".join(words).split(" of ")[0].split(" in ")[0].split()[-1]
        several = noun.endswith("s") and not noun.endswith("ss")
        return "and" in words or several or noun in self.phrases.words["collective"] | self.phrases.words["numeral"]

    def _is_body(self, entity: Entity) -> bool:
        """Tell whether "it" may refer to an entity: a body, or an unnamed one that a noun for a body describes."""
        words = self.phrases.words
        noun = entity.name.casefold().split(" of ")[0].split()[-1]
        return entity.kind in BODY_KINDS or (
            entity.kind == "unnamed" and noun in words["body-noun"] | words["document"] | words["outlet-noun"]
        )

    def _means_two(self, first: int, last: int) -> bool:
        """Tell whether a source is "both women" or "the two lawmakers"."""
        lowers = [t.lower for t in self.document.tokens[first : self._core_end(first, last)]]
        if lowers[:1] == ["both"]:
            return last - first == 2
        return lowers[:2] in (["the", "two"], ["these", "two"]) and (
            len(lowers) == 2 or (lowers[-1].endswith("s") and self.phrases.is_role(first + len(lowers) - 1))
        )

    def _last_two(self, position: int) -> Speaker | None:
        """Return the two persons that "both" refers to: those who spoke together just before, else those named last."""
        here = self.document.sentence_of(position)
        for at, joint in reversed(self.joint):
            if at < position and len(joint.entities) == 2 and here - self.document.sentence_of(at) <= NEAR:
                return Speaker(joint.name, "the two named last", 0.5, joint.entities, joint.side, ())
        found: list[Entity] = []
        for mention in reversed(self.entities.mentions):
            if mention.start < position and mention.entity.kind == "person" and mention.entity not in found:
                found.append(mention.entity)
            if len(found) == 2:
                sides = [self.sides.of(e) for e in found]
                side = (
                    sides[0]
                    if sides[0] is not None and sides[1] is not None and sides[0].name == sides[1].name
                    else None
                )
                names = [e.name for e in sorted(found, key=lambda e: e.first)]
                return Speaker(" and ".join(names), "the two named last", 0.5, tuple(found), side, ())
        return None

    def _first_person(self, attribution: Attribution, outer: Speaker | None, span: tuple[int, int]) -> Speaker:
        if outer is not None and outer.name:
            return Speaker(outer.name, "the first person in somebody's words", 0.7, outer.entities, outer.side, (span,))
        if self.document.in_quotation(span[0]) and self.spoken:
            entity = self.spoken[-1].entity
            known = entity.kind != "unnamed"
            return Speaker(
                entity.name,
                "the first person in a quotation",
                0.5,
                (entity,) if known else (),
                self.sides.of(entity) if known else None,
                (span,),
            )
        author = self._author_of_article()
        if author is not None and not self.document.in_quotation(span[0]):
            return Speaker(
                author.name, "the article's author, as it names him", 0.6, (author,), self.sides.of(author), (span,)
            )
        if self.outlet and not self.document.in_quotation(span[0]):
            return Speaker(
                self.outlet,
                "the article itself, by its outlet",
                0.5,
                (),
                Side(self.outlet, "an outlet that speaks as itself", 0.5, 0, 0),
                (span,),
            )
        return Speaker(None, "the first person of nobody known", 0.3, (), None, (span,))

    def _author_of_article(self) -> Entity | None:
        """Return the author: "By Ann Lee" at the head, or "Ann Lee is governor of Ohio." at the end."""
        tokens = self.document.tokens
        if not tokens:
            return None
        last = tokens[-1].paragraph
        for mention in self.entities.mentions:
            if mention.entity.kind != "person" or not mention.full:
                continue
            token = tokens[mention.first]
            if token.paragraph <= 2 and mention.first and tokens[mention.first - 1].text in ("By", "BY"):
                return mention.entity
            if token.paragraph < last - 1 or token.paragraph < 3:
                continue
            begin = mention.first
            while begin and tokens[begin - 1].paragraph == token.paragraph:
                begin -= 1
            titled = all(self.phrases.is_role(i) or tokens[i].capital for i in range(begin, mention.first))
            after = mention.last
            if after < len(tokens) and tokens[after].text == ",":
                after = next(
                    (i + 1 for i in range(after + 1, min(after + 16, len(tokens))) if tokens[i].text == ","), after
                )
            serves = after < len(tokens) and tokens[after].lower in self.phrases.words["leading-verb"]
            if mention.first - begin <= 4 and titled and serves:
                return mention.entity
        return None

    def _antecedent(self, token: Token, attribution: Attribution, outer: Speaker | None) -> Speaker | None:
        """Return the antecedent of a relative pronoun: the noun phrase right before it."""
        tokens, covering, words = self.document.tokens, self.phrases.covering, self.phrases.words
        i = self.document.index(token.start)
        k = i - 1
        if k >= 0 and tokens[k].text in (",", "—", "–"):
            k -= 1
        if k < 0 or tokens[k].sentence != tokens[i].sentence:
            return None
        if k in covering and covering[k].entity.kind != "group":
            mention = covering[k]
            ruler = covering.get(mention.first - 2) if tokens[mention.first - 1].lower == "of" else None
            if ruler is not None and ruler.entity.kind == "person" and mention.entity.kind != "person":
                mention = ruler  # "King Harald of Norland, who"
            return self._named(mention, mention.first, mention.last, (mention.start, mention.end))
        begin = k
        while (
            begin > 0
            and k - begin < 8
            and tokens[begin].lower not in self.phrases.words["determiner"]
            and tokens[begin - 1].word
            and tokens[begin - 1].sentence == tokens[k].sentence
        ):
            if tokens[begin - 1].lower in self.phrases.words["break"]:
                break
            begin -= 1
        # "Ann Lee, a senator from Texas, who": the name before the apposition, which may hold an "and"
        opens = next((n for n in range(k, max(0, k - LONGEST_APPOSED), -1) if tokens[n].text == ","), 0)
        joined = {t.lower for t in tokens[opens + 1 : begin]} & words["break"] == {"and"}
        if joined and tokens[opens + 1].lower in word_class("article"):
            begin = opens + 1
        if (
            begin >= 2
            and tokens[begin - 1].text in (",", "—", "–")
            and begin - 2 in covering
            and covering[begin - 2].entity.kind == "person"
        ):
            mention = covering[begin - 2]
            return self._named(mention, mention.first, mention.last, (mention.start, mention.end))
        begin = self._after_verb(begin, k + 1) if token.lower in ("who", "whom") else begin
        return self._single(begin, k + 1, attribution, outer) if k + 1 > begin else None

    def _after_verb(self, first: int, last: int) -> int:
        """Return where the noun phrase before "who" begins: "supporters" in "used for posters by supporters who"."""
        tokens, words = self.document.tokens, self.phrases.words
        for p in range(last - 2, first - 1, -1):
            if tokens[p].lower not in words["preposition"] or p in self.phrases.covering:
                continue
            head = tokens[p - 1].lower if p > first else ""
            many = words["indefinite"] | words["numeral"] | words["collective"] | words["quantity-noun"] | {"number"}
            headed = head in many or head.endswith("s") or (head != "" and self.phrases.is_role(p - 1))
            if not headed or tokens[p].lower == "by":
                return p + 1
        return first
