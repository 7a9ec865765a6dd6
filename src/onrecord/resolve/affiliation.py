"""Resolve affiliations: the state, body, party, campaign, outlet or place that a speaker speaks for, or none.

Each comes with the words that state it.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from onrecord.lexicon import compiled, word_class
from onrecord.resolve.affiliation_features import COUNTED, FIRST, AffiliationOption, Features, choices
from onrecord.resolve.entities import Entities, Entity, Mention
from onrecord.resolve.phrases import Phrase, PhraseReader
from onrecord.resolve.proposals import Proposals
from onrecord.resolve.public_figures import PublicFigure, known_figure
from onrecord.resolve.sides import Side
from onrecord.resolve.vocabulary import data_file

NEAR = 5  # tokens
MUCH_NAMED, SHARE = 4, 0.4  # mentions, and their share of those of the person named most
RIVALS = ("Democratic Party", "Republican Party")
EXPLICIT = (
    r"^(?:body|outlet|state|organ|party) (?:{after-head}|owner|before|role|in brackets)\b|^adjective in"
    r"|^unlisted name in (?:title|apposition)|^serves a campaign|^body without"
)


@cache
def model() -> dict[str, float]:
    """Load the fitted weights of features."""
    stored: dict[str, float] = json.loads(data_file("affiliation.json"))
    return stored


class Affiliations(Proposals):
    """Resolve the affiliations of an article's entities."""

    def __init__(self, entities: Entities, phrases: PhraseReader, year: int | None = None) -> None:
        super().__init__(entities, phrases)
        self.year = year
        self._known: dict[Entity, Side | None] = {}
        self._open: set[Entity] = set()
        self._described: dict[Entity, list[Phrase]] = defaultdict(list)
        self._around: dict[Entity, list[Phrase]] = {}
        self._described_tokens: dict[int, set[Entity]] | None = None
        self._meant_tokens: dict[int, Entity] | None = None
        races = self._words["candidate"] | self._words["race"] | self._words["race-words"]
        self._race_sentences = {t.sentence for t in self._tokens if t.lower in races}

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
        """Return the most probable option, None where "none" is."""
        weights = model()
        scored = [
            (sum(weights.get(name, 0.0) * value for name, value in features.items()), option)
            for option, features in self.options(phrases, entity)
        ]
        score, option = max(scored, key=lambda item: (item[0], item[1] is None or -item[1].first))
        if option is None:
            return None
        probability = 1 / sum(math.exp(other - score) for other, _ in scored)
        rules = [name for name, _ in option.rules.most_common() if name != FIRST]
        rule = next((name for name in rules if compiled(EXPLICIT).search(name)), rules[0])
        return Side(option.name, rule, probability, *option.spans[rule])

    # ------------------------------------------------------------ bodies

    def _of_body(self, entity: Entity) -> Side | None:
        first = entity.mentions[0].first if entity.mentions else 0
        last = entity.mentions[0].last if entity.mentions else 0
        party = self.party_words.get(entity.name.casefold())
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
    ) -> list[tuple[AffiliationOption | None, Features]]:
        """Return "none" and the options that phrases and the article propose, each with features."""
        found: dict[str, AffiliationOption] = {}
        flags: set[str] = set()
        parties: dict[str, dict[str, int]] = {}

        def propose(name: str, kind: str, rule: str, first: int, last: int) -> AffiliationOption:
            option = found.setdefault(name, AffiliationOption(name, kind, first, last))
            option.add(rule, first, last)
            return option

        for n, phrase in enumerate(phrases):
            flags |= self._flags(phrase)
            for proposed in self._proposed(phrase, entity):
                option = propose(*proposed)
                if n == 0:
                    option.rules[FIRST] += 1
        if entity is not None:
            for proposed in self._nearby(entity):
                propose(*proposed)
            flags |= self._standing(entity)
            parties = self._party_counts(entity)
            for party, counts in parties.items():
                propose(party, "party", "party words near", counts["at"], counts["at"] + 1)
                if counts["meant"]:  # "the Republican candidate"
                    flags.add("candidate")
                    propose(party, "party", "party of the one meant", counts["at"], counts["at"] + 1)
            known = known_figure(entity.name)
            if known is not None:
                flags.add("known figure")
                if known.state is not None:
                    flags |= {"known politician", known.standing(self.year)}
                for proposed in self._of_figure(known, entity, parties):
                    propose(*proposed)
        return choices(list(found.values()), flags, parties, named=entity is not None)

    def _of_figure(
        self, known: PublicFigure, entity: Entity, parties: Mapping[str, Mapping[str, int]]
    ) -> Iterable[tuple[str, str, str, int, int]]:
        """Return the party, the state, the place governed and the body of somebody whom readers know.

        Each rests on its words in the article where there are any, otherwise on the name.
        """
        name = (entity.mentions[0].first, entity.mentions[0].last)
        standing = known.standing(self.year)
        if known.party is not None:
            counts = parties.get(known.party, {})
            at = (counts["at"], counts["at"] + 1) if counts.get("article") else name
            told = "named" if counts.get("article") else "not named"
            yield known.party, "party", f"known member, {standing}, party {told}", *at
        if known.state is not None:
            where = "home" if known.state == self._entities.home else "abroad"
            yield known.state, "state", f"known politician, {standing}, {where}", *name
        for place in known.places(self.year, ("governor", "mayor")):
            yield place, "place", "known governor or mayor", *name
        body = known.serves(self.year)
        if body is not None:
            actor = self._phrases.vocabulary.actors.get(body.casefold())
            kind = "outlet" if actor is not None and actor.kind == "outlet" else "body"
            printed = next((m for m in self._bodies_named if m.entity.name == body), None)
            at = (printed.first, printed.last) if printed is not None else name
            yield body, kind, f"known for {kind}, {'not named' if printed is None else 'named'}", *at

    def _nearby(self, entity: Entity) -> Iterable[tuple[str, str, str, int, int]]:
        """Return the bodies and outlets that are named in a sentence with a person."""
        first = next((m for m in entity.mentions if m.full), entity.mentions[0])
        sentences = {self._tokens[m.first].sentence: m for m in reversed(entity.mentions)}
        for body in self._bodies_named:
            here = self._tokens[body.first].sentence
            m = sentences.get(here)
            if m is None:
                continue
            side = self._of_body(body.entity)
            if side is None or side.name in self.party_words.values() or self._relays(body):
                continue
            kind = "outlet" if body.entity.kind == "outlet" else "body"
            where = "first" if here == self._tokens[first.first].sentence else "other"
            m = first if where == "first" else m
            gap = body.first - m.last if body.first >= m.last else m.first - body.last
            yield (
                side.name,
                kind,
                f"{kind} in {where} sentence, {'near' if gap <= NEAR else 'far'}",
                body.first,
                body.last,
            )

    def _relays(self, body: Mention) -> bool:
        """Tell whether an outlet reports on others or was told: "the Courier reported", "Lee told the Courier"."""
        tokens, first = self._tokens, body.first
        after = tokens[body.last].lower if body.last < len(tokens) else ""
        if after in word_class("reports") and body.entity.kind == "outlet":
            return True
        first -= first > 0 and tokens[first - 1].lower == "the"
        return first > 0 and tokens[first - 1].lower in word_class("tells")

    def _runs(self, entity: Entity) -> bool:
        """Tell whether somebody is said to run for office."""
        return "runs" in self._standing(entity) or any("candidate" in self._flags(p) for p in self.phrases_of(entity))

    def _tells_of_race(self) -> bool:
        """Tell whether the article speaks of an election or of candidates."""
        return bool(self._race_sentences)

    def _standing(self, entity: Entity) -> set[str]:
        """Return how a person stands in an article: whether one runs for office, is named much or in races."""
        flags = set()
        races = 0
        for m in entity.mentions:
            here = self._tokens[m.first].sentence
            after = [t for t in self._tokens[m.last : m.last + 2] if t.sentence == here]
            owned = after[:1] and after[0].text in ("'s", "’s", "'", "’")
            noun = after[1:2] if owned else after[:1]
            if noun and noun[0].lower in self._words["candidate-has"]:
                flags.add("runs")
            races += here in self._race_sentences
        if races >= 2 and races * 3 >= len(entity.mentions):
            flags.add("race")
        most = max((len(e.mentions) for e in self._entities.everything if e.kind == "person"), default=0)
        if len(entity.mentions) >= max(MUCH_NAMED, most * SHARE):
            flags.add("much named")
        return flags

    def _party_counts(self, entity: Entity) -> dict[str, dict[str, int]]:
        """Count for each party how often its words are near the person, in the same sentence, and in the article.

        Words that describe somebody else ("Republican Ted Orr") are counted apart.
        """
        made: dict[str, dict[str, int]] = {}
        sentences = {self._tokens[m.first].sentence for m in entity.mentions}
        described = self._described_at()
        for i, party in self._party_at:
            counts = made.setdefault(party, {**dict.fromkeys(COUNTED, 0), "at": i})
            counts["article"] += 1
            counts["meant"] += self._meant_at().get(i) is entity
            if self._tokens[i].sentence in sentences:
                if i in described and entity not in described[i]:
                    counts["others"] += 1
                    continue
                counts["own"] += i in described
                if not counts["sentence"]:
                    counts["at"] = i
                counts["sentence"] += 1
                after = {t.lower for t in self._tokens[i + 1 : i + 4]}
                counts["race"] += bool(after & (self._words["candidate"] | self._words["race"]))
                counts["near"] += any(abs(i - m.first) <= NEAR or abs(i - m.last) <= NEAR for m in entity.mentions)
        if set(made) and set(made) < set(RIVALS):
            absent = next(p for p in RIVALS if p not in made)
            made[absent] = {**dict.fromkeys(COUNTED, 0), "at": entity.mentions[0].first}
        return made

    def _described_at(self) -> dict[int, set[Entity]]:
        """Return for each token of a describing phrase whom it describes."""
        if self._described_tokens is None:
            self._described_tokens = defaultdict(set)
            for m in self._entities.mentions:
                if m.entity.kind == "person":
                    for phrase in self._phrases.around(m):
                        for i in range(phrase.first, phrase.last):
                            self._described_tokens[i].add(m.entity)
        return self._described_tokens

    def _meant_at(self) -> dict[int, Entity]:
        """Return whom "the Republican candidate" means, without a name beside it: the first of the sentence before."""
        if self._meant_tokens is None:
            self._meant_tokens = {}
            described, roles = self._described_at(), self._words["candidate"] | self._words["legislator"]
            first_of: dict[int, Mention] = {}
            for m in self._entities.mentions:
                if m.entity.kind == "person":
                    first_of.setdefault(self._tokens[m.first].sentence, m)
            for i, _ in self._party_at:
                here = self._tokens[i].sentence
                after = {t.lower for t in self._tokens[i + 1 : i + 4] if t.sentence == here}
                if i in described or not i or self._tokens[i - 1].lower != "the" or not after & roles:
                    continue
                if here in first_of and first_of[here].first < i:
                    continue
                before = next((first_of[n] for n in (here - 1, here - 2) if n in first_of), None)
                if before is not None:
                    self._meant_tokens[i] = before.entity
        return self._meant_tokens
