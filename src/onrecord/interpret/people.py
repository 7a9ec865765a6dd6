"""Who speaks: sources to canonical speakers with their affiliation, within one article.

Never guesses from far away: a pronoun goes to the most salient fitting entity shortly before, a description to the
one entity that has the role; what fits nothing is unnamed and keeps its own words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from onrecord.core.span import Evidence
from onrecord.core.statement import Attribution, Judgement
from onrecord.interpret.cast import Cast, Entity
from onrecord.interpret.context import Context
from onrecord.interpret.descriptions import RELATIVE, Describer, Speaker
from onrecord.interpret.homes import home_of
from onrecord.interpret.names import NAMED_AS, OUTLET_HEADS, Kind, Run
from onrecord.interpret.offices import ORGAN_NAMES, Phrase, body_before, body_called, roles_in, told_side
from onrecord.interpret.pronouns import Heard, Salience
from onrecord.text.tokens import Word

HE, SHE, IT, THEY = (
    {"he", "him", "his", "himself"},
    {"she", "her", "hers", "herself"},
    {"it", "its", "itself"},
    {"they", "them", "their", "theirs"},
)
SELF = {"i", "we", "my", "our", "me", "us"}
WHO = {"who", "whom", "whose", "which", "that"}
PRONOUNS = HE | SHE | IT | THEY | SELF | WHO
TRAILING = {"himself", "herself", "itself", "themselves", "also", "both", "'s"}
PERSONS = frozenset((Kind.PERSON,))
BODIES = frozenset((Kind.STATE, Kind.BODY, Kind.OUTLET))
# Words that may stand before a body's name as its head noun phrase: "the opposition party X", "the agency X".
PLAIN = frozenset(
    "the a an so-called even both neighbouring mighty state private public local national own governing "
    "ruling opposition same once".split()
)
NOBODY = Speaker(None, None, None, "no source is given", 0.5)


class Resolver:
    """Resolves the sources of one article in text order; it remembers who spoke last."""

    def __init__(self, context: Context, cast: Cast) -> None:
        self._context = context
        self._cast = cast
        self._salience = Salience(context, cast)
        self._spoken: list[tuple[int, Speaker]] = []
        self._nested: set[int] = set()  # places of speakers that somebody else reports
        self._describer = Describer(context, cast, self._owner, self._spoken)

    def resolve(self, attribution: Attribution, outer: Speaker | None) -> Speaker:
        """The speaker of an attribution; `outer` is the one of the attribution around it."""
        if not attribution.source:
            speaker = self._absent(attribution)
        else:
            start, end = attribution.source[0].span.start, attribution.source[0].span.end
            speaker = self._source(start, end, outer)
        if speaker.name is not None and attribution.source:
            self._spoken.append((attribution.source[0].span.start, speaker))
            if attribution.outer is not None or _in_passing(attribution):
                self._nested.add(attribution.source[0].span.start)
        return speaker

    @staticmethod
    def settled(speaker: Speaker) -> Speaker:
        """The speaker with the affiliation that a later part of the article told."""
        if speaker.affiliation is None and speaker.entity is not None and speaker.entity.affiliation is not None:
            return replace(speaker, affiliation=speaker.entity.affiliation)
        return speaker

    def _absent(self, attribution: Attribution) -> Speaker:
        start = attribution.content[0].span.start
        line, _ = self._context.paragraph_at(start)
        if self._spoken and self._spoken[-1][0] >= line and attribution.cue:
            last = self._spoken[-1][1]
            return Speaker(
                last.name, last.affiliation, last.entity, "no source: the last speaker of the paragraph", 0.45
            )
        return NOBODY

    def _source(self, start: int, end: int, outer: Speaker | None) -> Speaker:
        tokens = self._cast.words_in(start, end)
        lowers = [t.lower for t in tokens if t.is_word or t.lower == "'s"]
        if not lowers:
            return NOBODY
        if lowers[0] in SELF:
            own = self._first_person(lowers, start, outer)
            if own is not None:
                return own
        if lowers[0] in PRONOUNS and all(w in TRAILING for w in lowers[1:]):
            return self._pronoun(lowers[0], start)
        named = self._named(tokens, start, end)
        if named is not None:
            return named
        if lowers[0] in HE | SHE | IT | THEY | {"whose"}:
            return self._describer.possessed(tokens, start, end)
        return self._describer.described(tokens, start, end) or self._describer.unnamed(tokens, start, end)

    def _first_person(self, lowers: Sequence[str], start: int, outer: Speaker | None) -> Speaker | None:
        """'I' and 'we' of somebody quoted mean the speaker, of the article itself its outlet."""
        if len(lowers) > 1 and lowers[0] in ("my", "our"):
            return None
        if outer is not None:
            return Speaker(outer.name, outer.affiliation, outer.entity, "first person inside a quotation", 0.85)
        if not self._context.in_quotation(start) and self._cast.outlet:
            name = self._cast.outlet
            known = self._cast.named(name)
            return Speaker(name, known.side if known else name, known, "first person of the article: its outlet", 0.6)
        last = self._spoken[-1][1] if self._spoken else None
        return (
            None
            if last is None
            else Speaker(last.name, last.affiliation, last.entity, "first person: the last speaker", 0.6)
        )

    # ------------------------------------------------------------ names

    def _named(self, tokens: Sequence[Word], start: int, end: int) -> Speaker | None:
        relative = RELATIVE.search(self._context.text[start:end])
        if relative is not None and self._cast.in_span(start, start + relative.start()):
            end = start + relative.start()  # "the White Stair, where the president has his desk"
            tokens = [t for t in tokens if t.start < end]
        inside = self._cast.in_span(start, end)
        if len(inside) > 1:
            both = self._coordinated(inside)
            if both is not None:
                return both
        for run, entity in inside:
            if entity.kind is not Kind.PERSON or (run.owned and run.end + 2 < end) or self._is_complement(run, tokens):
                continue
            if entity.affiliation is None:
                entity.affiliation = self._borrowed(tokens, entity, run)
            return Speaker(entity.name, entity.affiliation, entity, "named in the source", 0.95, self._cite(run))
        for run, entity in inside:
            if (run.owned and run.end + 2 < end) or not self._heads(run, tokens):
                continue
            if entity.kind in BODIES:
                return self._body(run, entity, start, end)
            if entity.kind is Kind.PLACE:
                return Speaker(
                    entity.name,
                    entity.affiliation or entity.name,
                    entity,
                    "a name of unknown kind",
                    0.55,
                    self._cite(run),
                )
        return None

    def _body(self, run: Run, entity: Entity, start: int, end: int) -> Speaker:
        rule = "a capital or seat for its government" if run.text != entity.name else "a body or state by its name"
        side = entity.side
        last = entity.name.split()[-1].casefold()
        if entity.kind is Kind.BODY and last in ORGAN_NAMES and side == entity.name:
            # "the Foreign Ministry" is its state's, whichever the words or the paragraph tell
            side = (
                told_side(self._cast, Phrase(start - 25 if start >= 25 else 0, end, entity, True))
                or home_of(self._cast, [run.start])
                or side
            )
        return Speaker(entity.name, side, entity, rule, 0.9, self._cite(run))

    def _coordinated(self, inside: Sequence[tuple[Run, Entity]]) -> Speaker | None:
        """'Caldria and Ushmar', 'the Union and the Guild': two who speak as one."""
        (first, one), (second, two) = inside[0], inside[1]
        between = self._context.text[first.end : second.start]
        if (
            one is two
            or first.owned
            or second.owned
            or not re.fullmatch(r",? and (?:the )?", between)
            or {one.kind, two.kind} & {Kind.PLACE}
        ):
            return None
        if (one.kind is Kind.PERSON) is not (two.kind is Kind.PERSON):
            return None
        side = one.side if one.side == two.side else None
        return Speaker(
            f"{one.name} and {two.name}",
            side,
            None,
            "two named together",
            0.8,
            (*self._cite(first), *self._cite(second)),
        )

    def _is_complement(self, run: Run, tokens: Sequence[Word]) -> bool:
        """Whether a name only tells of whom: 'spokesman for Ann Lee', 'a confidant of Foreign Minister Ann Lee'."""
        before = [t for t in tokens if t.end <= run.start]
        while before:
            width = next(
                (
                    w
                    for w in (4, 3, 2, 1)
                    if len(before) >= w and " ".join(t.lower.rstrip(".") for t in before[-w:]) in self._cast.roles
                ),
                0,
            )
            if not width:
                if before[-1].lower in ("former", "deputy", "the", "acting") or (
                    before[-1].is_name and len(before) > 1 and self._is_title_word(before[-1])
                ):
                    width = 1
                else:
                    break
            before = before[:-width]
        return bool(before) and before[-1].lower in ("for", "to", "of", "by", "with", "opposite")

    def _is_title_word(self, word: Word) -> bool:
        """Whether a capitalised word before a name is part of its title and no name of its own."""
        known = self._cast.gazetteer.get(word.text)
        return known.how == "adjective" if known is not None else not self._cast.in_span(word.start, word.end + 1)

    def _heads(self, run: Run, tokens: Sequence[Word]) -> bool:
        """Whether a run is the head of the noun phrase: only articles, adjectives and kinds of body before it."""
        owner = next(
            (r for r, _ in self._cast.in_span(tokens[0].start, run.start) if r.owned and run.start - r.end <= 3), None
        )
        before = [t for t in tokens if t.end <= run.start and t.is_word and (owner is None or t.start < owner.start)]
        after = [t for t in tokens if t.start >= run.end]
        tail = WHO | {"and", "itself", "also", "as", "which", "in", "on", "of", "'s", "where"}
        if (
            after
            and (after[0].is_word or after[0].lower == "'s")
            and after[0].lower not in tail
            and after[0].text[0].islower()
        ):
            return False  # "the Front executive", "League MPs"
        if (before and before[-1].lower in NAMED_AS) or (
            before and before[-1].lower in ("agency", "club", "portal", "site", "network")
        ):
            return not any(w.lower in ("of", "for", "at", "in", "from", "to") for w in before)
        return all(
            w.lower in PLAIN
            or w.lower in OUTLET_HEADS
            or w.lower in NAMED_AS
            or w.lower.endswith(("-run", "-backed", "-based", "-owned"))
            for w in before
        )

    def _borrowed(self, tokens: Sequence[Word], entity: Entity, run: Run) -> str | None:
        """'its vice-president, Clara Winfield', 'his Lubian colleague': the side of what the possessive means."""
        head = [t for t in tokens if t.end <= run.start]
        if head and head[0].lower in ("its", "his", "her", "their", "whose"):
            owner = (
                self._antecedent(head[0].start)
                if head[0].lower == "whose"
                else self._pronoun(head[0].lower, head[0].start, skip=entity)
            )
            if owner.name is not None:
                return owner.affiliation or (
                    owner.name if owner.entity is not None and owner.entity.kind is not Kind.PERSON else None
                )
        office = [r for r in roles_in(head, self._cast) if self._cast.roles[r] == "state"]
        return home_of(self._cast, [run.start], entity) if office else None

    # ------------------------------------------------------------ pronouns

    def _owner(self, word: str, position: int) -> Speaker:
        """What a possessive pronoun means."""
        return self._antecedent(position) if word == "whose" else self._pronoun(word, position)

    def _pronoun(self, word: str, position: int, skip: Entity | None = None) -> Speaker:
        if word in WHO:
            return self._antecedent(position)
        if word == "its":
            office = skip is not None and any(self._cast.roles.get(r) == "state" for r in skip.roles)
            holder = body_before(self._cast, position, office=office)
            if holder is not None:
                return Speaker(holder.name, holder.side, holder, "pronoun: the body or state named before", 0.75)
        gender = "m" if word in HE else "f" if word in SHE else None
        if word in THEY:
            several = self._several(position)
            if several is not None:
                return several
        unnamed = self._unnamed_before(word, position)
        heard = [Heard(at, s.entity, at in self._nested) for at, s in self._spoken]
        guess = self._salience.best(PERSONS if gender else BODIES, gender, position, heard, skip)
        if unnamed is not None and (guess is None or guess.score < 4.0):
            return unnamed
        if guess is None:
            return Speaker(None, None, None, "pronoun without a fitting name before it", 0.3)
        entity = guess.entity
        if gender and entity.gender is None and not entity.leaning:
            entity.leaning = 1 if gender == "f" else -1
        rule = "pronoun: the last speaker that fits" if guess.spoke_last else "pronoun: the one named last that fits"
        confidence = 0.88 if guess.lead > 1.0 else 0.7 if guess.lead > 0.3 else 0.55
        return Speaker(entity.name, entity.side, entity, rule, confidence)

    def _several(self, position: int) -> Speaker | None:
        """'they' after speakers in the plural, or a body that spoke last."""
        line = self._context.paragraph_at(max(0, self._context.paragraph_at(position)[0] - 2))[0]
        for at, speaker in reversed(self._spoken):
            if line <= at < position and (speaker.entity is None or speaker.entity.kind is not Kind.PERSON):
                return Speaker(speaker.name, speaker.affiliation, speaker.entity, "pronoun: the last speakers", 0.65)
        return None

    def _unnamed_before(self, word: str, position: int) -> Speaker | None:
        """The unnamed person who spoke last in the same paragraph, or the sentence before."""
        if not self._spoken or word in THEY:
            return None
        at, last = self._spoken[-1]
        if last.entity is not None or last.name is None or at < self._context.paragraph_at(position)[0]:
            return None
        head = re.split(r" (?:of|in|at|from|to|for|with|who)\b", last.name)[0].split()[-1].casefold()
        person = head in self._cast.roles
        if (word in HE | SHE and person) or (word in IT and not person and not head.endswith("s")):
            return Speaker(last.name, last.affiliation, None, "pronoun: the last unnamed speaker", 0.6)
        return None

    def _antecedent(self, position: int) -> Speaker:
        """The entity named right before 'who' or 'which'; of 'X's bloc, which' the noun phrase."""
        word = self._context.text[position : position + 5].casefold()
        nearest = [
            (run, e)
            for run, e in self._cast.in_span(position - 70, position)
            if not run.owned or run.end > position - 4
        ]
        touching = [
            (r, e) for r, e in nearest if not re.search(r"\w", self._context.text[r.end : position].replace("'s", ""))
        ]
        if not touching and word.startswith("who"):
            touching = [(r, e) for r, e in nearest if e.kind is Kind.PERSON][-1:]
        if not touching and word.startswith("which"):
            noun = next((w for w in reversed(self._cast.words_before(position, 3)) if w.is_word), None)
            body = body_called(self._cast, noun.lower, position) if noun is not None else None
            if body is not None:
                return Speaker(body.name, body.side, body, "relative pronoun: the body before it", 0.75)
            plain = self._describer.phrase_before(position)
            if plain is not None:
                return plain
        touching = touching or nearest[-1:]
        if touching:
            run, entity = touching[-1]
            return Speaker(
                entity.name, entity.side, entity, "relative pronoun: the name before it", 0.85, self._cite(run)
            )
        return Speaker(None, None, None, "relative pronoun without a name before it", 0.3)

    def _cite(self, run: Run) -> tuple[Evidence, ...]:
        return (self._context.article.text.cite(run.start, run.end),)


def _in_passing(attribution: Attribution) -> bool:
    """Whether a source is only named on the way: "which", "the League's claim", "a plan put forward by"."""
    source = attribution.source[-1].quote.casefold()
    return (
        source in WHO
        or source.endswith(("'s", "’s"))
        or (bool(attribution.cue) and attribution.cue[-1].quote.casefold().endswith((" by", " of")))
    )


def judged(speaker: Speaker) -> tuple[Judgement[str | None], Judgement[str | None]]:
    """The speaker and affiliation judgements."""
    who = Judgement(value=speaker.name, rule=speaker.rule, confidence=speaker.confidence, evidence=speaker.evidence)
    rule = "of the speaker" if speaker.affiliation else "the article does not tell"
    return who, Judgement(value=speaker.affiliation, rule=rule, confidence=min(0.85, speaker.confidence))
