"""Who speaks: sources to canonical speakers with their affiliation, within one article.

Never guesses from far away: a pronoun goes to the last fitting speaker or person named shortly before, a description to
the one entity that has the role; what fits nothing is unnamed and keeps its own words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.interpret.cast import Cast, Entity, body_before
from onrecord.interpret.context import Context
from onrecord.interpret.names import BODY_HEADS, OUTLET_HEADS, Kind, Run
from onrecord.interpret.words import Word, words
from onrecord.model import Attribution, Judgement
from onrecord.span import Evidence

HE, SHE, IT, THEY = {"he", "him", "his", "himself"}, {"she", "her", "hers", "herself"}, {"it", "its", "itself"}, {"they", "them", "their", "theirs"}
SELF = {"i", "we", "my", "our", "me", "us"}
WHO = {"who", "whom", "whose", "which", "that"}
PRONOUNS = HE | SHE | IT | THEY | SELF | WHO
RELATIVE = re.compile(r",?\s+(?:who|which|that|whose|whom|where)\b.*", re.S)
STATE_WORDS = {"government", "country", "cabinet", "state", "nation", "administration", "regime"}
ORGANS = STATE_WORDS | set(
    "army parliament senate ministry office court police presidency palace forces navy embassy delegation side negotiators military officials".split()
)
NUMBER = re.compile(r"^(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|many|some|both|\d+)$")


@dataclass(frozen=True, slots=True)
class Speaker:
    """A resolved source; `entity` is None for the unnamed."""

    name: str | None
    affiliation: str | None
    entity: Entity | None
    rule: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()


NOBODY = Speaker(None, None, None, "no source is given", 0.5)


class Resolver:
    """Resolves the sources of one article in text order; it remembers who spoke last."""

    def __init__(self, context: Context, cast: Cast) -> None:
        self._context = context
        self._cast = cast
        self._spoken: list[tuple[int, Speaker]] = []

    def resolve(self, attribution: Attribution, outer: Speaker | None) -> Speaker:
        """The speaker of an attribution; `outer` is the one of the attribution around it."""
        if not attribution.source:
            speaker = self._absent(attribution)
        else:
            text = " ".join(e.quote for e in attribution.source)
            start, end = attribution.source[0].span.start, attribution.source[-1].span.end
            speaker = self._source(text, start, end, attribution, outer)
        if speaker.name is not None and attribution.outer is None:
            self._spoken.append((attribution.source[0].span.start if attribution.source else attribution.content[0].span.start, speaker))
        return speaker

    def _absent(self, attribution: Attribution) -> Speaker:
        start = attribution.content[0].span.start
        line, _ = self._context.paragraph_at(start)
        if self._spoken and self._spoken[-1][0] >= line and attribution.cue:
            last = self._spoken[-1][1]
            return Speaker(last.name, last.affiliation, last.entity, "no source: the last speaker of the paragraph", 0.45)
        return NOBODY

    def _source(self, text: str, start: int, end: int, attribution: Attribution, outer: Speaker | None) -> Speaker:
        tokens = words(self._context.text, start, end)
        lowers = [t.lower for t in tokens if t.is_word]
        if not lowers:
            return NOBODY
        if lowers[0] in SELF and outer is not None:
            return Speaker(outer.name, outer.affiliation, outer.entity, "first person inside a quotation", 0.85)
        if lowers[0] in PRONOUNS and len(lowers) <= 2 and (len(lowers) == 1 or lowers[1] in ("himself", "herself", "itself", "also")):
            return self._pronoun(lowers[0], start)
        named = self._named(tokens, start, end)
        if named is not None:
            return named
        if lowers[0] in HE | SHE | IT | THEY | {"whose"}:
            return self._possessed(tokens, start, end)
        described = self._described(tokens, start)
        return described or self._unnamed(text, tokens, start, end)

    # ------------------------------------------------------------ names

    def _named(self, tokens: Sequence[Word], start: int, end: int) -> Speaker | None:
        inside = self._cast.in_span(start, end)
        people = [(r, e) for r, e in inside if e.kind is Kind.PERSON and not r.owned and not self._is_complement(r, tokens)]
        if people:
            _, entity = people[0]
            affiliation = entity.affiliation or self._borrowed(tokens, entity)
            return Speaker(entity.name, affiliation, entity, "named in the source", 0.95, self._cite(people[0][0]))
        for run, entity in inside:
            head = self._head_of(run, tokens)
            if run.owned or not head:
                continue
            if entity.kind is Kind.STATE or entity.kind in (Kind.BODY, Kind.OUTLET):
                rule = "a capital or seat for its government" if run.text != entity.name else "a body or state by its name"
                affiliation = entity.affiliation or entity.name
                return Speaker(entity.name, affiliation, entity, rule, 0.9, self._cite(run))
            if entity.kind is Kind.PLACE:
                return Speaker(entity.name, entity.affiliation, entity, "a name of unknown kind", 0.6, self._cite(run))
        return None

    def _is_complement(self, run: Run, tokens: Sequence[Word]) -> bool:
        """Whether a name only tells of whom: 'spokesman for Ann Lee', 'aide to Ann Lee'."""
        before = [t for t in tokens if t.end <= run.start]
        if any(self._cast.gazetteer.get(t.text) for t in before[-3:]):
            return False
        while before and (before[-1].lower in self._cast.roles or before[-1].lower.rstrip(".") in self._cast.roles):
            before.pop()
        return bool(before) and before[-1].lower in ("for", "to", "of", "by", "with")

    def _head_of(self, run: Run, tokens: Sequence[Word]) -> bool:
        """Whether a run is the head of the noun phrase: nothing but articles, adjectives and kinds of outlet before it."""
        before = [t.lower for t in tokens if t.end <= run.start and t.is_word]
        after = [t for t in tokens if t.start >= run.end]
        if after and after[0].is_word and after[0].lower not in WHO | {"and", "itself", "also", "as", "which", "in", "on", "of"} and after[0].text[0].islower():
            return False  # "the Front executive", "League MPs"
        plain = {"the", "a", "an", "channel", "newspaper", "agency", "paper", "broadcaster", "daily", "website", "company", "state", "station", "radio", "so-called", "even", "both", "neighbouring", "mighty"}
        return all(word in plain or word in OUTLET_HEADS or word.endswith("-run") or word.endswith("-backed") for word in before)

    def _borrowed(self, tokens: Sequence[Word], entity: Entity) -> str | None:
        """'its vice-president, Clara Winfield': the affiliation of what the possessive means."""
        if tokens and tokens[0].lower in ("its", "his", "her", "their", "whose"):
            owner = self._pronoun(tokens[0].lower, tokens[0].start, skip=entity)
            if owner.name is not None and not entity.affiliation:
                entity.affiliation = owner.affiliation or (owner.name if owner.entity and owner.entity.kind is not Kind.PERSON else None)
        return entity.affiliation

    # ------------------------------------------------------------ pronouns

    def _pronoun(self, word: str, position: int, skip: Entity | None = None) -> Speaker:
        if word in WHO:
            return self._antecedent(position)
        if word == "its":
            holder = body_before(self._cast, self._context.text, position)
            if holder is not None:
                return Speaker(holder.name, _own_affiliation(holder), holder, "pronoun: the body or state named before", 0.75)
        wanted = {Kind.PERSON} if word in HE | SHE else {Kind.STATE, Kind.BODY, Kind.OUTLET, Kind.PLACE}
        gender = "m" if word in HE else "f" if word in SHE else None
        line = self._context.paragraph_at(position)[0]
        previous = self._context.paragraph_at(max(0, line - 2))[0]
        for at_, speaker in reversed(self._spoken):
            if at_ >= position or at_ < previous:
                continue
            entity = speaker.entity
            if entity is skip and skip is not None:
                continue
            if word in THEY and (entity is None or entity.kind is not Kind.PERSON):
                return Speaker(speaker.name, speaker.affiliation, entity, "pronoun: the last speakers", 0.65)
            if entity is None:
                if word in HE | SHE and speaker.rule.startswith("unnamed") and not (speaker.name or "").endswith("s"):
                    return Speaker(speaker.name, speaker.affiliation, None, "pronoun: the last unnamed speaker", 0.6)
                continue
            if entity.kind in wanted and (gender is None or entity.gender in (None, gender)):
                closer = self._closer_mention(wanted, gender, at_, position, skip, entity)
                chosen = closer or entity
                if gender and chosen.gender is None:
                    chosen.gender = gender
                rule = "pronoun: the person named last" if closer else "pronoun: the last speaker that fits"
                return Speaker(chosen.name, _own_affiliation(chosen), chosen, rule, 0.7 if closer else 0.85)
        mentioned = self._closer_mention(wanted, gender, previous - 1, position, skip, None)
        if mentioned is not None:
            return Speaker(mentioned.name, _own_affiliation(mentioned), mentioned, "pronoun: the one named last", 0.6)
        return Speaker(None, None, None, "pronoun without a fitting name before it", 0.3)

    def _closer_mention(self, wanted: set[Kind], gender: str | None, after: int, before: int, skip: Entity | None, current: Entity | None) -> Entity | None:
        """A fitting entity that starts a sentence, or is the only one, between the last speaker and the pronoun."""
        sentence = self._context.sentence_at(before)[0]
        best: Entity | None = None
        for run, entity in self._cast.by_run:
            if not after < run.start < before or entity is skip or entity is current or entity.kind not in wanted or run.owned:
                continue
            if gender is not None and entity.gender not in (None, gender):
                continue
            opens = run.start - self._context.sentence_at(run.start)[0] < 40 and run.start < sentence
            if current is None or opens:
                best = entity
        return best

    def _antecedent(self, position: int) -> Speaker:
        """The entity named right before 'who' or 'which'."""
        nearest = [(run, e) for run, e in self._cast.by_run if position - 60 < run.end <= position]
        if nearest:
            run, entity = nearest[-1]
            return Speaker(entity.name, _own_affiliation(entity), entity, "relative pronoun: the name before it", 0.85, self._cite(run))
        return Speaker(None, None, None, "relative pronoun without a name before it", 0.3)

    def _possessed(self, tokens: Sequence[Word], start: int, end: int) -> Speaker:
        """'her office', 'its government', 'his party', 'whose party'."""
        owner = self._pronoun(tokens[0].lower, start) if tokens[0].lower != "whose" else self._antecedent(start)
        rest = [t for t in tokens[1:] if t.is_word]
        tail = RELATIVE.sub("", self._context.text[rest[0].start : end]).strip() if rest else ""
        head = rest[-1].lower if rest else ""
        if owner.name is None:
            return Speaker(" ".join(t.text for t in tokens), None, None, "unnamed, of somebody unknown", 0.3)
        if head in STATE_WORDS and owner.affiliation:
            return Speaker(owner.affiliation, owner.affiliation, self._cast.named(owner.affiliation), "somebody's government or country", 0.85)
        if not rest or (len(rest) == 1 and rest[0].lower in PRONOUNS):
            return owner
        if head in ("party", "movement", "union", "organisation", "organization", "group", "company", "agency", "alliance") and owner.affiliation:
            return Speaker(owner.affiliation, owner.affiliation, self._cast.named(owner.affiliation), "somebody's own body", 0.8)
        matched = self._role_holder([t.lower for t in rest], owner.affiliation, start)
        if matched is not None:
            return matched
        affiliation = owner.affiliation or (owner.name if owner.entity and owner.entity.kind is not Kind.PERSON else None)
        is_person = owner.entity is None or owner.entity.kind is Kind.PERSON
        name = f"{owner.name}'s {tail}" if is_person else f"{tail} of the {owner.name}" if owner.entity and owner.entity.kind is Kind.BODY else f"{tail} of {owner.name}"
        return Speaker(name, affiliation, None, "unnamed, of somebody named", 0.7)

    # ------------------------------------------------------------ descriptions

    def _described(self, tokens: Sequence[Word], start: int) -> Speaker | None:
        """'the minister', 'the alliance's chief', 'the Labour Front boss': the one person that has the role."""
        lowers = [t.lower for t in tokens if t.is_word]
        if lowers[0] in ("a", "an", "one", "another", "some", "several", "any", "no") or NUMBER.match(lowers[0]):
            return None
        inside = self._cast.in_span(tokens[0].start, tokens[-1].end)
        body = next((e.affiliation or e.name for _, e in inside if e.kind is not Kind.PERSON), None)
        adjective = next((k.name for t in tokens if (k := self._cast.gazetteer.get(t.text)) and k.how == "adjective"), None)
        cut = next((i for i, w in enumerate(lowers) if w in WHO), len(lowers))
        held = self._role_holder(lowers[:cut], body or adjective, start)
        if held is not None:
            return held
        if lowers[0] == "the" and len(lowers) == 2:
            return self._repeated(lowers[1], start)
        return None

    def _role_holder(self, lowers: Sequence[str], body: str | None, position: int) -> Speaker | None:
        heads = [w for w in lowers if w in self._cast.roles and self._cast.roles[w] != "plain"]
        if not heads:
            return None
        fitting: list[tuple[int, Entity]] = []
        for entity in self._cast.entities:
            if entity.kind is not Kind.PERSON or not entity.roles:
                continue
            before = [m for m in entity.mentions if m < position]
            same_body = body is None or entity.affiliation == body or (entity.affiliation is None)
            own = {w for role in entity.roles for w in role.split()}
            if same_body and set(heads[-1:]) & own | (_tops(own) & _tops(set(heads)) if body else set()):
                fitting.append((max(before, default=-1), entity))
        seen = [item for item in fitting if item[0] >= 0] or (fitting if body else [])
        if not seen:
            return None
        _, entity = max(seen, key=lambda item: item[0])
        rule = "description: the one who holds the role"
        return Speaker(entity.name, entity.affiliation or body, entity, rule, 0.8 if len(seen) == 1 else 0.6)

    def _repeated(self, head: str, position: int) -> Speaker | None:
        """'the official' after 'an official in the water ministry': the same unnamed source; 'the bank', 'the paper'."""
        for at_, speaker in reversed(self._spoken):
            if at_ < position and speaker.entity is None and speaker.name and head in speaker.name.casefold().split():
                return Speaker(speaker.name, speaker.affiliation, None, "unnamed: the same description again", 0.75)
        named = [e for e in self._cast.entities if e.kind in (Kind.BODY, Kind.OUTLET) and head in e.name.casefold().split() and min(e.mentions, default=position) < position]
        if not named and head in ("newspaper", "paper", "broadcaster", "channel", "agency", "alliance", "bloc", "union", "party"):
            kind = Kind.OUTLET if head in OUTLET_HEADS else Kind.BODY
            named = [e for e in self._cast.entities if e.kind is kind and any(position - 500 < m < position for m in e.mentions)]
        if named and (head in BODY_HEADS or head in OUTLET_HEADS or head == "newspaper"):
            entity = max(named, key=lambda e: max((m for m in e.mentions if m < position), default=-1))
            return Speaker(entity.name, _own_affiliation(entity), entity, "description: the body named before", 0.75)
        return None

    def _unnamed(self, text: str, tokens: Sequence[Word], start: int, end: int) -> Speaker:
        """The words of the noun phrase without article and relative clause; its body or state where it names one."""
        plain = RELATIVE.sub("", self._context.text[start:end])
        plain = re.split(r",|\s[-–—]\s|\s\(", plain)[0]
        plain = re.sub(r"^(?:the|a|an|one(?! of))\s+", "", " ".join(plain.split()), flags=re.I).strip("\"“”'’‘ ")
        inside = self._cast.in_span(start, end)
        bodies = [e for _, e in inside if e.kind in (Kind.BODY, Kind.OUTLET, Kind.STATE)]
        adjective = next((k.name for t in tokens if (k := self._cast.gazetteer.get(t.text)) and k.kind is Kind.STATE and k.how == "adjective"), None)
        lowers = {t.lower for t in tokens} | {t.lower[:-1] for t in tokens if t.lower.endswith("s")}
        people = [e for _, e in inside if e.kind is Kind.PERSON]
        speaks = bool(lowers & (ORGANS | set(self._cast.roles)))
        affiliation = None
        if people and people[0].affiliation:
            affiliation = people[0].affiliation
        elif bodies and (speaks or bodies[0].kind is not Kind.STATE):
            affiliation = bodies[0].affiliation or bodies[0].name
        elif adjective and speaks:
            affiliation = adjective
        head = plain.split()[-1].casefold() if plain else ""
        if adjective and head in STATE_WORDS and len(plain.split()) == 2:
            return Speaker(adjective, adjective, self._cast.named(adjective), "a state's government", 0.9)
        if bodies and head in STATE_WORDS and bodies[0].kind is Kind.STATE:
            return Speaker(bodies[0].name, bodies[0].name, bodies[0], "a state's government", 0.85)
        if affiliation is None and head in BODY_HEADS | {"union"}:
            affiliation = plain
        return Speaker(plain or None, affiliation, None, "unnamed: as printed without its article", 0.75)

    def _cite(self, run: Run) -> tuple[Evidence, ...]:
        return (self._context.article.text.cite(run.start, run.end),)


def _own_affiliation(entity: Entity) -> str | None:
    return entity.affiliation or (None if entity.kind is Kind.PERSON else entity.name)


def _tops(roles: set[str]) -> set[str]:
    """The roles of one who heads a body count as the same: chief, boss, leader, head, president, chair."""
    return {"top"} if roles & {"chief", "boss", "leader", "head", "chair", "chairman", "chairwoman", "director", "president", "secretary-general", "premier"} else set()


def judged(speaker: Speaker) -> tuple[Judgement[str | None], Judgement[str | None]]:
    """The speaker and affiliation judgements."""
    who = Judgement(value=speaker.name, rule=speaker.rule, confidence=speaker.confidence, evidence=speaker.evidence)
    rule = "of the speaker" if speaker.affiliation else "the article does not tell"
    return who, Judgement(value=speaker.affiliation, rule=rule, confidence=min(0.85, speaker.confidence))
