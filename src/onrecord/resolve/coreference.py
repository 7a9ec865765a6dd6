"""Resolve pronouns and descriptions by linear models over name-free features of the preceding candidates.

The features follow Lappin & Leass (1994) and Soon, Ng & Lim (2001): distance, subjecthood, gender, frequency, and who
spoke last. The weights are fitted by `training/fit_coreference.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from onrecord.lexicon import word_class
from onrecord.resolve.entities import Entities, Entity
from onrecord.resolve.vocabulary import data_file

FEATURES = (
    "same sentence", "one back", "two back", "three back", "further back", "same paragraph", "paragraph back",
    "opens sentence", "in quotation", "spoke last", "spoke last, near", "spoke before", "gender fits", "gender unknown",
    "gender differs", "log mentions", "share of mentions", "most recent", "second", "outer speaker",
    "outer speaker, own words", "unnamed", "after of", "owner", "opens paragraph", "not named", "addressed",
    "role fits", "noun fits", "side fits", "side differs",
)  # fmt: skip
REACH = 14  # sentences
ABSTAIN = {"pronoun": 0.6, "description": 0.55}  # least probability of nobody to abstain


@dataclass(frozen=True, slots=True)
class Pronoun:
    """Describe a pronoun or description as a source: position, gender, and who reports it (`quoted`: in marks).

    `fits` gives, for a description, how a candidate matches it: (role, noun, side agrees, side differs).
    """

    position: int
    gender: str | None
    outer: Entity | None = None
    quoted: bool = False
    fits: Callable[[Entity], tuple[bool, bool, bool, bool]] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold an entity that a pronoun may refer to, with its features."""

    entity: Entity
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SpeakerTurn:
    """Hold an earlier speaker; `position` is that of the cue or source."""

    position: int
    entity: Entity
    nested: bool = False


def candidates(entities: Entities, pronoun: Pronoun, spoken: list[SpeakerTurn]) -> list[Candidate]:
    """Return the persons before a pronoun, and the unnamed speakers, with features."""
    document = entities.document
    here = document.sentence_of(pronoun.position)
    paragraph = document.paragraph_of(pronoun.position)
    before: dict[Entity, list[int]] = {}
    known: dict[Entity, None] = {}
    for n, mention in enumerate(entities.mentions):
        if mention.start >= pronoun.position:
            break
        if mention.entity.kind == "person":
            before.setdefault(mention.entity, []).append(n)
            known[mention.entity] = None
    floor = [s for s in spoken if s.position < pronoun.position and not s.nested]
    latest: dict[Entity, int] = {}
    for s in floor:
        latest[s.entity] = max(s.position, latest.get(s.entity, -1))
        if s.entity.kind in ("unnamed", "person"):
            known.setdefault(s.entity)
    recent = []
    for entity in known:
        at = entities.mentions[before[entity][-1]].start if entity in before else -1
        said = latest.get(entity, -1)
        if here - document.sentence_of(max(at, said)) <= REACH:
            recent.append((max(at, said), at, said, entity))
    recent.sort(key=lambda item: -item[0])
    total = sum(len(before.get(e, ())) for *_, e in recent) or 1
    return [
        Candidate(
            entity,
            _features(
                entities, pronoun, floor, entity, (rank, at, said, total), before.get(entity, []), (here, paragraph)
            ),
        )
        for rank, (_, at, said, entity) in enumerate(recent)
    ]


def _features(
    entities: Entities,
    pronoun: Pronoun,
    floor: list[SpeakerTurn],
    entity: Entity,
    ranks: tuple[int, int, int, int],
    named: list[int],
    place: tuple[int, int],
) -> tuple[float, ...]:
    document = entities.document
    rank, at, said, total = ranks
    here, paragraph = place
    latest = max(at, said)
    back = here - document.sentence_of(latest)
    paragraphs = paragraph - document.paragraph_of(latest)
    opens = after_of = owner = opens_paragraph = False
    if named and at >= said - 60:
        mention = entities.mentions[named[-1]]
        tokens = document.tokens
        previous = [
            m
            for m in entities.mentions[max(0, named[-1] - 4) : named[-1]]
            if m.entity.kind == "person" and tokens[m.first].sentence == tokens[mention.first].sentence
        ]
        opens = not previous
        after_of = mention.first > 0 and tokens[mention.first - 1].lower in word_class("object-preposition")
        owner = mention.last < len(tokens) and tokens[mention.last].text in ("'s", "’s")
        opens_paragraph = opens and (
            mention.first < 4 or tokens[max(0, mention.first - 4)].paragraph != tokens[mention.first].paragraph
        )
    speakers = [s.entity for s in floor]
    last = speakers[-1] if speakers else None
    lately = bool(floor) and here - document.sentence_of(floor[-1].position) <= 2
    values = (
        back == 0, back == 1, back == 2, back == 3, back > 3, paragraphs == 0, paragraphs == 1, opens,
        document.in_quotation(latest), last is entity, last is entity and lately, entity in speakers[-4:-1],
        pronoun.gender is not None and entity.gender == pronoun.gender,
        entity.gender is None,
        entity.gender is not None and pronoun.gender is not None and entity.gender != pronoun.gender,
        math.log1p(len(named)), len(named) / total, rank == 0, rank == 1,
        pronoun.outer is entity, pronoun.outer is entity and pronoun.quoted, entity.kind == "unnamed",
        after_of, owner, opens_paragraph, not named,
        pronoun.outer is not None and pronoun.outer is not entity and pronoun.quoted,
        *(pronoun.fits(entity) if pronoun.fits is not None else (False, False, False, False)),
    )  # fmt: skip
    return tuple(float(v) for v in values)


@cache
def weights(kind: str) -> tuple[tuple[float, ...], float]:
    """Return the fitted weights for a pronoun or a description, and the bias of no candidate."""
    stored = json.loads(data_file("coreference.json"))[kind]
    return tuple(stored["weights"].get(name, 0.0) for name in FEATURES), float(stored["nobody"])


def best(found: list[Candidate], kind: str = "pronoun") -> tuple[Entity | None, float]:
    """Return the most probable candidate and its probability; None if no candidate is more probable."""
    scale, nobody = weights(kind)
    if not found:
        return None, 1.0
    scores = [sum(w * f for w, f in zip(scale, c.features, strict=True)) for c in found]
    top = max(*scores, nobody)
    total = sum(math.exp(s - top) for s in scores) + math.exp(nobody - top)
    place = max(range(len(found)), key=lambda n: scores[n])
    nobody_is = math.exp(nobody - top) / total
    if nobody_is > ABSTAIN[kind]:
        return None, nobody_is
    return found[place].entity, math.exp(scores[place] - top) / total
