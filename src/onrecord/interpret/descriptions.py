"""Sources without a name: descriptions of somebody named ('the minister', 'her spokesman'), and the unnamed.

The unnamed keep their words as printed, without article and relative clause; a pronoun or a short name inside them is
spelled out ("two of her aides" → "two of Ann Lee's aides"), so that the cell can be read on its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from onrecord.core.span import Evidence
from onrecord.interpret.cast import Cast, Entity
from onrecord.interpret.context import Context
from onrecord.interpret.homes import home_of
from onrecord.interpret.names import BODY_HEADS, OUTLET_HEADS, Kind
from onrecord.interpret.offices import (
    FEMALE,
    MALE,
    ORGANS,
    STANDS_ALONE,
    STATE_WORDS,
    VAGUE,
    Phrase,
    body_called,
    roles_in,
    singular,
    told_side,
)
from onrecord.interpret.phrases import fits, head_noun, without_article
from onrecord.text.tokens import Word

RELATIVE = re.compile(r",?\s+(?:who|which|that|whose|whom|where)\b.*", re.S)
TAIL = re.compile(r",|\s[-–—]\s|\s\(|\s(?:speaking|meeting|standing|sitting|fresh|asking|citing)\b")
NUMBER = re.compile(r"^(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|many|some|both|\d+)$")
POSSESSIVE = re.compile(r"\b(his|her)\b(?: own)?(?= \w)", re.I)
OBJECTIVE = re.compile(r"\b((?:of|for|to|with|opposite)) (him|her|hers|his|them|theirs)$", re.I)
WHO = frozenset(("who", "whom", "whose", "which", "that"))
OWN_BODY = frozenset("party movement union organisation organization group company agency alliance bloc league".split())
KEEPS_ITS_NAME = frozenset(("office", "ministry", "spokesman", "spokeswoman", "spokesperson"))


@dataclass(frozen=True, slots=True)
class Speaker:
    """A resolved source; `entity` is None for the unnamed."""

    name: str | None
    affiliation: str | None
    entity: Entity | None
    rule: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()


class Describer:
    """Resolves descriptions; `owner` tells what a possessive pronoun means, `spoken` who spoke before."""

    def __init__(
        self, context: Context, cast: Cast, owner: Callable[[str, int], Speaker], spoken: list[tuple[int, Speaker]]
    ) -> None:
        self._context = context
        self._cast = cast
        self._owner = owner
        self._spoken = spoken

    # ------------------------------------------------------------ somebody named

    def described(self, tokens: Sequence[Word], start: int, end: int) -> Speaker | None:
        """'the minister', 'the alliance's chief', 'the same man': the one person that has the role."""
        lowers = [t.lower for t in tokens if t.is_word]
        if lowers[0] in ("a", "an", "one", "another", "some", "several", "any", "no") or NUMBER.match(lowers[0]):
            return None
        cut = next((t.start for t in tokens if t.lower in WHO or t.text == ","), end)
        head = [t for t in tokens if t.start < cut]
        if any(t.lower in ("same", "very") for t in head[:3]):
            again = self._same(lowers, start)
            if again is not None:
                return again
        side = self._side(start, cut, head)
        held = self._role_holder(head, side, start) or self._new_role(head, side, start) or self._man_of(lowers, side)
        if held is not None:
            return held
        words = [t.lower for t in head if t.is_word]
        return self._repeated(words[-1], start) if words and words[0] == "the" and len(words) == 2 else None

    def _side(self, start: int, end: int, head: Sequence[Word]) -> str | None:
        return told_side(self._cast, Phrase(start, end, None, self._is_office(head)))

    def _is_office(self, head: Sequence[Word]) -> bool:
        return any(self._cast.roles.get(r) == "state" for r in roles_in(head, self._cast))

    def _same(self, lowers: Sequence[str], position: int) -> Speaker | None:
        """'the same man', 'the same lady': the last one of this gender that was named."""
        gender = (
            "f"
            if set(lowers) & (FEMALE | {"lady", "woman"})
            else "m"
            if set(lowers) & (MALE | {"man", "gentleman"})
            else None
        )
        if gender is None:
            return None
        before = [
            (run, e)
            for run, e in self._cast.in_span(max(0, position - 900), position)
            if e.kind is Kind.PERSON and e.may_be(gender)
        ]
        spoke = [
            (at, s.entity)
            for at, s in self._spoken
            if s.entity is not None and s.entity.kind is Kind.PERSON and s.entity.may_be(gender)
        ]
        latest = max(
            [(r.start, e.name, e) for r, e in before] + [(at, e.name, e) for at, e in spoke],
            default=None,
            key=lambda x: x[:2],
        )
        return (
            None
            if latest is None
            else Speaker(latest[2].name, latest[2].side, latest[2], "description: the one named last", 0.65)
        )

    def _role_holder(self, head: Sequence[Word], side: str | None, position: int) -> Speaker | None:
        if head_noun(head) in KEEPS_ITS_NAME and not roles_in(head[-1:], self._cast):
            return None
        wanted = [
            r
            for r in roles_in(head, self._cast)
            if self._cast.roles[r] != "plain" and r not in ("member", "official", "senior official")
        ]
        plural = bool(head) and head[-1].lower != singular(head[-1].lower, self._cast)
        if not wanted or plural or (head[-1].lower in KEEPS_ITS_NAME and wanted[-1] not in head[-1].lower):
            return None
        if any(w.lower in ("of", "for") and not self._names_side(head, w) for w in head):
            return None  # "a source close to …", "the mayor of a town": no description of one who is known
        fitting: list[tuple[int, Entity]] = []
        for entity in self._cast.holders():
            if side is not None and entity.affiliation not in (None, side):
                continue
            if fits(wanted[-1], entity.roles, side is not None and entity.affiliation == side):
                before = max((m for m in entity.mentions if m < position), default=-1)
                heard = max((at for at, s in self._spoken if s.entity is entity), default=-1)
                fitting.append((max(before, heard), entity))
        seen = [item for item in fitting if item[0] >= 0] or (fitting if side else [])
        if not seen:
            return None
        _, entity = max(seen, key=lambda item: item[0])
        rule = "description: the one who holds the role"
        return Speaker(entity.name, entity.affiliation or side, entity, rule, 0.8 if len(seen) == 1 else 0.6)

    def _new_role(self, head: Sequence[Word], side: str | None, position: int) -> Speaker | None:
        """'The envoy' after a person of whom no role was told yet: now it is."""
        wanted = [r for r in roles_in(head, self._cast) if self._cast.roles[r] in ("state", "body")]
        if (
            not wanted
            or head[0].lower not in ("the", "this")
            or head[-1].lower != singular(head[-1].lower, self._cast)
            or wanted[-1] in ("member", "official")
        ):
            return None
        longest = 4 if roles_in(head[-1:], self._cast) else 10 if side is not None else 0
        if len([w for w in head if w.is_word]) > longest:
            return None
        last = self._cast.last_before(position, frozenset((Kind.PERSON,)))
        if last is None and side is not None:  # "The League's envoy asked … " and her name in the next sentence
            coming = next(
                ((r, e) for r, e in self._cast.in_span(position, position + 700) if e.kind is Kind.PERSON), None
            )
            if coming is not None and not coming[1].roles and coming[1].affiliation is None:
                coming[1].roles.append(wanted[-1])
                coming[1].affiliation = side
                return Speaker(coming[1].name, side, coming[1], "description: the person named next", 0.5)
        if (
            last is None
            or last[1].roles
            or position - last[0].end > 400
            or (side not in (None, last[1].affiliation) and last[1].affiliation is not None)
        ):
            return None
        entity = last[1]
        entity.roles.append(wanted[-1])
        if entity.affiliation is None:
            entity.affiliation = side or (home_of(self._cast, entity.mentions, entity))
        return Speaker(
            entity.name, entity.affiliation, entity, "description: the person named last, whose role it tells", 0.55
        )

    def _man_of(self, lowers: Sequence[str], side: str | None) -> Speaker | None:
        """'The Bloc's man': the only man of that side."""
        gender = {"man": "m", "woman": "f", "lady": "f"}.get(lowers[-1])
        if gender is None or side is None:
            return None
        own = [e for e in self._cast.entities if e.kind is Kind.PERSON and e.affiliation == side and e.may_be(gender)]
        return (
            Speaker(own[0].name, side, own[0], "description: the only one of that side", 0.6) if len(own) == 1 else None
        )

    def _names_side(self, head: Sequence[Word], preposition: Word) -> bool:
        """Whether what follows 'of' is a name, a portfolio or a role: 'head of the League', 'minister of trade'."""
        after = [w for w in head if w.start > preposition.start]
        return bool(after) and (any(w.is_name for w in after) or after[0].lower not in ("a", "an", "one"))

    def _repeated(self, head: str, position: int) -> Speaker | None:
        """'the official' after 'an official in the water ministry': the same source; 'the bank', 'the paper'."""
        body = (
            body_called(self._cast, head, position)
            if head in BODY_HEADS or head in OUTLET_HEADS or head in OWN_BODY | {"newspaper"}
            else None
        )
        named = max((m for m in body.mentions if m < position), default=-1) if body is not None else -1
        for at, speaker in reversed(self._spoken):
            if named < at < position and speaker.entity is None and head in (speaker.name or "").casefold().split():
                return Speaker(speaker.name, speaker.affiliation, None, "unnamed: the same description again", 0.75)
        if body is not None:
            return Speaker(body.name, body.side, body, "description: the body named before", 0.75)
        return None

    # ------------------------------------------------------------ possessives

    def possessed(self, tokens: Sequence[Word], start: int, end: int) -> Speaker:
        """'her office', 'its government', 'his party', 'whose party'."""
        owner = self._owner(tokens[0].lower, start)
        rest = [t for t in tokens[1:] if t.is_word and t.lower != "own"]
        if not rest:
            return owner
        head = self._plain(rest[0].start, end)
        last = head.split()[-1].casefold() if head else ""
        if owner.name is None:
            return Speaker(" ".join(t.text for t in tokens), None, None, "unnamed, of somebody unknown", 0.3)
        if last in STATE_WORDS and owner.affiliation:
            return Speaker(
                owner.affiliation,
                owner.affiliation,
                self._cast.named(owner.affiliation),
                "somebody's government or country",
                0.85,
            )
        if last in OWN_BODY and owner.affiliation:
            return Speaker(
                owner.affiliation, owner.affiliation, self._cast.named(owner.affiliation), "somebody's own body", 0.8
            )
        inside = [(r, e) for r, e in self._cast.in_span(rest[0].start, end) if e.kind in (Kind.BODY, Kind.OUTLET)]
        if inside:  # "His Carriers' League", "Her junior partner, the Order Party"
            return Speaker(inside[0][1].name, inside[0][1].side, inside[0][1], "a body by its name", 0.8)
        affiliation = owner.affiliation or (
            owner.name if owner.entity and owner.entity.kind is not Kind.PERSON else None
        )
        matched = self._role_holder(rest, affiliation, start) if "of" not in {t.lower for t in rest} else None
        if matched is not None and matched.entity is not owner.entity:
            return matched
        of_person = owner.entity is None or owner.entity.kind is Kind.PERSON
        name = (
            f"{owner.name}'s {head}"
            if of_person
            else f"{head} of the {owner.name}"
            if owner.entity and owner.entity.kind is Kind.BODY
            else f"{head} of {owner.name}"
        )
        return Speaker(name, affiliation, None, "unnamed, of somebody named", 0.7)

    # ------------------------------------------------------------ the unnamed

    def unnamed(self, tokens: Sequence[Word], start: int, end: int) -> Speaker:
        """The words of the noun phrase without article and relative clause, and the body or state it speaks for."""
        cut = self._end(start, end)
        plain, owner = self._spelled_out(start, cut)
        head_words = [t for t in tokens if t.start < cut]
        inside = self._cast.in_span(start, cut)
        owned = next(((r, e) for r, e in inside if r.owned), None)
        last = plain.split()[-1].casefold() if plain else ""
        if re.match(r"colleagues (?:at|of|from) ", plain) and inside and inside[-1][1].kind is Kind.OUTLET:
            return Speaker(inside[-1][1].name, inside[-1][1].side, inside[-1][1], "an outlet by its people", 0.8)
        of_state = next((e for _, e in inside if e.kind is Kind.STATE), None)
        if of_state is not None and re.match(
            rf"(?:\w+ )?(?:government|cabinet|administration|regime|"
            rf"authorities) of (?:the )?{re.escape(of_state.name)}$",
            plain,
            re.I,
        ):
            return Speaker(of_state.name, of_state.name, of_state, "a state's government", 0.85)
        if (
            owned is not None
            and owned[0].end + 3 > cut - len(last) - 2
            and last in OWN_BODY | STATE_WORDS
            and owned[1].side
        ):
            side = owned[1].side
            return Speaker(side, side, self._cast.named(side), "somebody's government or body", 0.8)
        affiliation = self._itself(head_words, plain) or self._side(start, cut, head_words)
        if (
            affiliation is not None
            and last in STATE_WORDS
            and len(plain.split()) == 2
            and self._cast.gazetteer.get(head_words[-2].text if len(head_words) > 1 else "")
        ):
            return Speaker(affiliation, affiliation, self._cast.named(affiliation), "a state's government", 0.9)
        if owner is not None:
            affiliation = owner.affiliation if self._of_their_side(head_words) else None
        elif affiliation is not None and not self._speaks_for(head_words, inside):
            affiliation = None
        if affiliation is None and owner is None:
            affiliation = self._implied(head_words, plain, start)
        return Speaker(plain or None, affiliation, None, "unnamed: as printed without its article", 0.75)

    def _itself(self, head: Sequence[Word], plain: str) -> str | None:
        """A body that is known by its kind speaks for itself: 'the pitmen's union', 'the union of farmers of Lubia'."""
        lowers = [w.lower for w in head if w.is_word and w.lower not in ("the", "a", "an")]
        noun = head_noun(head)
        if (
            noun not in STANDS_ALONE | {"assembly"}
            or any(w.is_name for w in head if w.lower == noun)
            or len(lowers) < 2
        ):
            return None
        if (
            (noun == "assembly" and "of" not in lowers)
            or self._cast.gazetteer.get(head[0].text)
            or roles_in(head[:1], self._cast)
        ):
            return None
        return plain

    def _of_their_side(self, head: Sequence[Word]) -> bool:
        return "mps" not in {t.lower for t in head} and not {"opposite", "familiar", "close"} & {t.lower for t in head}

    def _speaks_for(self, head: Sequence[Word], inside: Sequence[tuple[object, Entity]]) -> bool:
        """Whether the phrase is of one who speaks for a body: an office, an organ, a member; no lawyer, no farmer."""
        roles = [self._cast.roles[r] for r in roles_in(head, self._cast)]
        lowers = {t.lower for t in head}
        if "plain" in roles and not set(roles) - {"plain"}:
            return bool(lowers & {"at"}) or (
                any(e.kind in (Kind.BODY, Kind.OUTLET) and "of" in lowers for _, e in inside) and "in" not in lowers
            )
        return "country" not in lowers

    def _implied(self, head: Sequence[Word], plain: str, start: int) -> str | None:
        """An organ or office of a state that is not told, or a body that is known by its kind alone."""
        lowers = [t.lower for t in head if t.is_word]
        roles = list(roles_in(head, self._cast))
        if (
            not lowers
            or "opposition" in lowers
            or (NUMBER.match(lowers[0]) and len(lowers) > 3 and not set(lowers) & ORGANS)
        ):
            return None
        if (
            set(lowers) & (ORGANS - STATE_WORDS)
            or "cabinet" in lowers
            or ({singular(w, self._cast) for w in lowers} & VAGUE and "close" not in lowers)
        ):
            return home_of(self._cast, [start])
        body = {w for w in lowers if w in BODY_HEADS and w not in ORGANS}
        if (
            body
            and not roles
            and lowers[-1] not in ("sides", "parties")
            and not lowers[0].isdigit()
            and not NUMBER.match(lowers[0])
        ):
            first = next((w for w in lowers if w not in ("the", "a", "an")), "")
            if first in body or lowers[-1] in body or "of" in lowers:
                return plain
        return None

    def _spelled_out(self, start: int, end: int) -> tuple[str, Speaker | None]:
        """The phrase with pronouns and short names of persons inside it replaced by full names; the owner, if any."""
        text = self._context.text
        made, at = [], start
        for run, entity in self._cast.in_span(start, end):
            if entity.kind is Kind.PERSON:
                begin = self._title_start(start, run.start)
                made.append(text[at:begin] + entity.name)
                at = run.end
        made.append(text[at:end])
        plain = without_article("".join(made))
        owner: Speaker | None = None
        for pattern, group in ((POSSESSIVE, 1), (OBJECTIVE, 2)):
            match = pattern.search(plain)
            if match is None:
                continue
            word = {"him": "his", "hers": "her", "them": "their", "theirs": "their"}.get(
                match[group].casefold(), match[group].casefold()
            )
            found = self._owner(word, start)
            if found.name is not None:
                owner = found
                new = f"{found.name}'s" if group == 1 else f"{match[1]} {found.name}"
                plain = plain[: match.start()] + new + plain[match.end() :]
        holder = re.match(
            r"(president|prime minister|premier|chancellor|minister|king|queen)['’]s (\w[\w ]*)$", plain, re.I
        )
        if holder is not None:
            words = [w for w in self._cast.words_in(start, end) if w.lower in holder[1].casefold().split()]
            person = self._role_holder(words, None, start)
            if person is not None and person.name:
                return f"{person.name}'s {holder[2]}", person
        return plain, owner

    def _title_start(self, start: int, run_start: int) -> int:
        """Where the capitalised title before a name begins: 'Prime Minister Ann Lee's office' is 'Ann Lee's office'."""
        words = list(self._cast.words_in(start, run_start))
        begin = run_start
        for word in reversed(words):
            if not word.is_name and word.lower not in self._cast.roles:
                break
            if word.start == start and word.lower not in self._cast.roles and word.lower not in ("prime", "foreign"):
                break
            begin = word.start
        return begin

    def _end(self, start: int, end: int) -> int:
        text = self._context.text[start:end]
        for pattern in (RELATIVE, TAIL):
            match = pattern.search(text)
            if match is not None and match.start() > 0:
                text = text[: match.start()]
        return start + len(text)

    def _plain(self, start: int, end: int) -> str:
        return without_article(self._context.text[start : self._end(start, end)])

    def phrase_before(self, position: int) -> Speaker | None:
        """The noun phrase right before a relative pronoun, from its determiner on: 'the fishers' union, which …'."""
        words = list(self._cast.words_before(position, 7))
        begin = next((i for i in range(len(words) - 1, -1, -1) if words[i].lower in ("the", "a", "an")), None)
        if begin is None or any(w.text in '.;:"”' for w in words[begin:]):
            return None
        last = max(w.end for w in words[begin:] if w.is_word)
        made = self.unnamed(words[begin:], words[begin].start, last)
        return Speaker(made.name, made.affiliation, made.entity, "relative pronoun: the noun phrase before it", 0.6)
