"""Resolve affiliations: the state, body, party, campaign, outlet or place that a speaker speaks for, or none.

Each comes with the words that state it.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from onrecord.lexicon import compiled
from onrecord.resolve.entities import Entities, Entity
from onrecord.resolve.phrases import Phrase, PhraseReader
from onrecord.resolve.proposals import Proposals, Side
from onrecord.resolve.vocabulary import data_file

NEAR = 5  # tokens
ALONE = 0.08  # least probability of an option that is the only one that is told outright
EXPLICIT = (
    r"^(?:body|outlet|state|organ|party) (?:{after-head}|owner|before|role|in brackets)\b|^adjective in"
    r"|^unlisted name in (?:title|apposition)|^serves a campaign|^body without"
)


@cache
def model() -> tuple[dict[str, float], float, float]:
    """Load the fitted weights, their intercept and the threshold."""
    stored = json.loads(data_file("affiliation.json"))
    return stored["weights"], stored["intercept"], stored["threshold"]


@dataclass(slots=True)
class AffiliationOption:
    """Describe a possible affiliation: its type, the rules that propose it with counts, and its first position.

    `spans` holds for each rule the tokens that it first rested on.
    """

    name: str
    type: str
    first: int
    last: int
    rules: Counter[str] = field(default_factory=Counter)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def explicit(self) -> bool:
        """Tell whether a phrase states it right beside the role: "of the League", "the League's", "Russian"."""
        return any(compiled(EXPLICIT).search(rule) and not rule.endswith("later") for rule in self.rules)


class Affiliations(Proposals):
    """Resolve the affiliations of an article's entities."""

    def __init__(self, entities: Entities, phrases: PhraseReader) -> None:
        super().__init__(entities, phrases)
        self._known: dict[Entity, Side | None] = {}
        self._open: set[Entity] = set()
        self._described: dict[Entity, list[Phrase]] = defaultdict(list)
        self._around: dict[Entity, list[Phrase]] = {}

    def describe(self, entity: Entity, phrase: Phrase) -> None:
        """Remember a description that was resolved to an entity."""
        self._described[entity].append(phrase)

    def phrases_of(self, entity: Entity) -> list[Phrase]:
        """Return all phrases that describe a person in the article."""
        if entity not in self._around:
            self._around[entity] = [p for m in entity.mentions for p in self._phrases.around(m)]
        return self._around[entity] + self._described[entity]

    def forget(self) -> None:
        """Drop the answers given so far, as new descriptions have come in."""
        self._known.clear()

    def of(self, entity: Entity) -> Side | None:
        """Return the affiliation of an entity; bodies, outlets and states speak for themselves or for their parent."""
        if entity.kind != "person":
            return self._of_body(entity)
        if entity not in self._known:
            if entity in self._open:  # somebody described by way of himself
                return None
            self._open.add(entity)
            self._known[entity] = self.best(self.phrases_of(entity), entity)
            self._open.discard(entity)
        return self._known[entity]

    def of_phrase(self, phrase: Phrase) -> Side | None:
        """Return the affiliation of an unnamed source, by the phrase that it is printed as."""
        return self.best([phrase], None)

    def best(self, phrases: Sequence[Phrase], entity: Entity | None) -> Side | None:
        """Return the most probable option, if it is above the threshold."""
        weights, intercept, threshold = model()
        scored = []
        for option, features in self.options(phrases, entity):
            score = intercept + sum(weights.get(name, 0.0) * value for name, value in features.items())
            scored.append((1 / (1 + math.exp(-score)), option))
        if not scored:
            return None
        probability, option = max(scored, key=lambda item: (item[0], -item[1].first))
        if probability < threshold:
            explicit = [(p, o) for p, o in scored if o.explicit and p >= ALONE]
            if len(explicit) != 1:
                return None
            probability, option = explicit[0]
        rules = [name for name, _ in option.rules.most_common() if name != "first phrase"]
        rule = next((name for name in rules if compiled(EXPLICIT).search(name)), rules[0])
        first, last = option.spans.get(rule, (option.first, option.last))
        return Side(option.name, rule, probability, first, last)

    # ------------------------------------------------------------ bodies

    def _of_body(self, entity: Entity) -> Side | None:
        first = entity.mentions[0].first if entity.mentions else 0
        last = entity.mentions[0].last if entity.mentions else 0
        party = self._party_words.get(entity.name.casefold())
        if entity.kind == "group":
            return Side(party, "members of a party", 0.8, first, last) if party else None
        if entity.kind == "place" and entity.owner is not None:
            return Side(entity.owner, "the seat of a state", 0.7, first, last)
        if entity.kind in ("place", "other"):
            return Side(entity.name, "a place that speaks for itself", 0.4, first, last)
        if entity.owner is not None:
            return Side(entity.owner, "an organ of a state", 0.85, first, last)
        owner = self._state_in_name(entity.name)
        if owner is not None:
            return Side(owner, "an organ of the state in its name", 0.7, first, last)
        return Side(party or entity.name, "a body that speaks as itself", 0.85, first, last)

    def _state_in_name(self, name: str) -> str | None:
        """Return the state of "Russian Foreign Ministry" or "Ministry of Defence of Ukraine"."""
        words = name.casefold().split()
        if not set(words) & self._words["organ"]:
            return None
        actors = self._phrases.vocabulary.actors
        for width in (3, 2, 1):
            for i in range(len(words) - width + 1):
                actor = actors.get(" ".join(words[i : i + width]))
                if actor is not None and actor.kind == "state":
                    return actor.name
        if {"department", "ministry"} & set(words) and self._entities.home is not None and "police" not in words:
            return self._entities.home
        return None

    # ------------------------------------------------------------ options

    def options(
        self, phrases: Sequence[Phrase], entity: Entity | None
    ) -> list[tuple[AffiliationOption, dict[str, float]]]:
        """Return the options that phrases propose, each with features."""
        found: dict[str, AffiliationOption] = {}
        flags: set[str] = set()
        for n, phrase in enumerate(phrases):
            flags |= self._flags(phrase)
            for name, kind, rule, first, last in self._proposed(phrase, entity):
                option = found.setdefault(name, AffiliationOption(name, kind, first, last))
                option.rules[rule] += 1
                option.spans.setdefault(rule, (first, last))
                if n == 0:
                    option.rules["first phrase"] += 1
        near = self._party_counts(entity) if entity is not None else {}
        for party, counts in near.items():
            option = found.setdefault(party, AffiliationOption(party, "party", counts["at"], counts["at"] + 1))
            option.rules["party words near"] += 1
        if entity is not None:
            for m in entity.mentions:
                if (m.last < len(self._tokens) and self._tokens[m.last].lower == "campaign") or (
                    m.last + 1 < len(self._tokens)
                    and self._tokens[m.last].text in ("'s", "’s")
                    and self._tokens[m.last + 1].lower in self._words["of-candidate"]
                ):
                    flags.add("candidate")
        return [(option, self._features(option, flags, near, found)) for option in found.values()]

    def _features(
        self,
        option: AffiliationOption,
        flags: set[str],
        near: dict[str, dict[str, int]],
        found: dict[str, AffiliationOption],
    ) -> dict[str, float]:
        kind = option.type
        features: dict[str, float] = {f"type {kind}": 1.0}
        for rule, count in option.rules.items():
            features[f"rule {rule}"] = 1.0
            features[f"again {rule}"] = float(min(count, 4) - 1)
        for flag in flags or {"plain"}:
            features[f"{kind} for {flag}"] = 1.0
        for other in {o.type for o in found.values() if o is not option}:
            features[f"{kind} beside {other}"] = 1.0
        if kind == "party":
            counts = near.get(option.name, {})
            rivals = [c for p, c in near.items() if p != option.name]
            for name in ("near", "sentence", "article", "race"):
                mine, theirs = counts.get(name, 0), sum(c.get(name, 0) for c in rivals)
                features[f"party {name}"] = math.log1p(mine)
                features[f"party {name} share"] = (mine - theirs) / (mine + theirs + 1)
                features[f"party {name} any"] = float(mine > 0)
            if flags & {"candidate", "legislator"}:
                features["party share, politician"] = features["party sentence share"]
                features["party near share, politician"] = features["party near share"]
        return features

    def _party_counts(self, entity: Entity) -> dict[str, dict[str, int]]:
        """Count for each party how often its words are near the person, in the same sentence, and in the article."""
        made: dict[str, dict[str, int]] = {}
        sentences = {self._tokens[m.first].sentence for m in entity.mentions}
        for i, party in self._party_at:
            counts = made.setdefault(party, {"near": 0, "sentence": 0, "article": 0, "race": 0, "at": i})
            counts["article"] += 1
            if self._tokens[i].sentence in sentences:
                if not counts["sentence"]:
                    counts["at"] = i
                counts["sentence"] += 1
                after = {t.lower for t in self._tokens[i + 1 : i + 4]}
                counts["race"] += bool(after & (self._words["candidate"] | self._words["race"]))
                counts["near"] += any(abs(i - m.first) <= NEAR or abs(i - m.last) <= NEAR for m in entity.mentions)
        return made
