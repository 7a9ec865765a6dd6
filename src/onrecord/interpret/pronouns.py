"""Whom a pronoun means: the most salient fitting entity before it.

Salience is a small sum (after Lappin & Leass 1994): how near the last mention is, whether it was a subject, whether
it spoke last, whether its gender is known to fit. The weights were set by hand on dispatches written for the project.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from onrecord.interpret.cast import Cast, Entity
from onrecord.interpret.context import Context
from onrecord.interpret.names import Kind, Run
from onrecord.lexicon import rows

NEAREST = {0: 3.0, 1: 2.2, 2: 1.2, 3: 0.7}  # by sentences back; further away: FAR
FAR = 0.2
REACH = 900  # code points back that are looked at
LAST_SPEAKER, EARLIER_SPEAKER = 1.6, 0.5
SUBJECT, COMPLEMENT, OWNER, IN_QUOTE = 1.0, -0.8, -0.4, -0.9
GENDER_KNOWN, GENDER_LEANS, GENDER_BY_CENSUS, GENDER_BY_ENDING = 1.5, 1.0, 1.0, 0.5
SAME_PARAGRAPH = 0.6
COMPLEMENTS = frozenset("of for by with to against from about".split())


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody who spoke at a place; `entity` is None for an unnamed source."""

    at: int
    entity: Entity | None
    nested: bool = False  # reported by somebody else: it does not hold the floor


@dataclass(frozen=True, slots=True)
class Guess:
    """The best candidate with its score and the lead over the next one."""

    entity: Entity
    score: float
    lead: float
    spoke_last: bool


class Salience:
    """Ranks the entities of one article at a position."""

    def __init__(self, context: Context, cast: Cast) -> None:
        self._context = context
        self._cast = cast
        self._starts = [a for a, _ in context.sentences]

    def best(
        self, kinds: frozenset[Kind], gender: str | None, position: int, heard: Sequence[Heard], skip: Entity | None
    ) -> Guess | None:
        """The most salient entity of these kinds before a position; None where none is near."""
        scores: dict[int, tuple[float, int, Entity]] = {}
        last = next(
            (
                h
                for h in reversed(heard)
                if h.at < position and not h.nested and h.entity is not None and h.entity.kind in kinds
            ),
            None,
        )
        for run, entity in self._cast.in_span(position - REACH, position):
            if entity.kind in kinds and entity is not skip and entity.may_be(gender):
                self._keep(scores, entity, self._mention(run, position), run.start)
        for item in heard:
            if (
                item.entity is not None
                and position - REACH < item.at < position
                and item.entity.kind in kinds
                and item.entity is not skip
                and item.entity.may_be(gender)
            ):
                bonus = IN_QUOTE if item.nested else SUBJECT + (LAST_SPEAKER if item is last else EARLIER_SPEAKER)
                self._keep(scores, item.entity, self._distance(item.at, position) + bonus, item.at)
        if not scores:
            return None
        ranked = sorted(
            ((s + _gender(e, gender), at, e) for s, at, e in scores.values()), key=lambda x: (x[0], x[1]), reverse=True
        )
        lead = ranked[0][0] - ranked[1][0] if len(ranked) > 1 else 3.0
        return Guess(ranked[0][2], ranked[0][0], lead, last is not None and last.entity is ranked[0][2])

    @staticmethod
    def _keep(scores: dict[int, tuple[float, int, Entity]], entity: Entity, score: float, at: int) -> None:
        old = scores.get(id(entity))
        if old is None or score > old[0]:
            scores[id(entity)] = (score, at, entity)

    def _distance(self, at: int, position: int) -> float:
        apart = bisect_right(self._starts, position) - bisect_right(self._starts, at)
        same = "\n" not in self._context.text[at:position]
        return NEAREST.get(apart, FAR) + (SAME_PARAGRAPH if same else 0.0)

    def _mention(self, run: Run, position: int) -> float:
        score = self._distance(run.start, position)
        sentence = self._starts[max(0, bisect_right(self._starts, run.start) - 1)] if self._starts else 0
        first = self._cast.in_span(sentence, run.start)
        if not any(e.kind is Kind.PERSON for _, e in first) and run.start - sentence < 60:
            score += SUBJECT
        before = self._cast.words_before(run.start, 3)
        if before and (
            before[-1].lower in COMPLEMENTS or (before[-1].lower in self._cast.roles and before[0].lower in COMPLEMENTS)
        ):
            score += COMPLEMENT
        if run.owned:
            score += OWNER
        if self._context.in_quotation(run.start) and not self._context.in_quotation(position):
            score += IN_QUOTE
        return score


def _gender(entity: Entity, gender: str | None) -> float:
    if gender is None:
        return 0.0
    if entity.gender == gender:
        return GENDER_KNOWN
    if entity.leaning:
        return GENDER_LEANS
    first = entity.name.split()[0].casefold() if entity.name else ""
    usual = first_names().get(first)
    if usual is not None:
        return GENDER_BY_CENSUS if usual == gender else -GENDER_BY_CENSUS
    return GENDER_BY_ENDING if likely_female(first) is (gender == "f") else 0.0


@cache
def first_names() -> dict[str, str]:
    """The first names of `data/first-names.tsv`, lower case, as m or f."""
    return {name: row["gender"] for row in rows("first-names.tsv") for name in row["names"].split()}


def likely_female(first: str) -> bool:
    """A weak sign: most first names that end in -a or -ie are women's; it only breaks ties."""
    return first.endswith(("a", "ie", "elle", "ette", "een", "ild", "rid", "lyn", "eth"))
