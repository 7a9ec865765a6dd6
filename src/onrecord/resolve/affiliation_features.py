"""Describe the possible affiliations of somebody, "none" included, by features for the model that chooses."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

FIRST = "first phrase"  # not a rule: counts what the first phrase proposes
NONE = "none"
COUNTED = ("near", "sentence", "article", "race", "others", "own", "meant")  # words of a party, by where they stand
KINDS = (
    ("setting", re.compile(r"(?:home|named|most named|place named) |.*, (?:aide|executive) without one")),
    ("sentence", re.compile(r"\w+ in (?:first|other) sentence, ")),
    ("party words", re.compile(r"party words near")),
    ("meant", re.compile(r".*, meant in ")),
    ("known", re.compile(r"known ")),
    ("served", re.compile(r"(?:aide|other) of |(?:its|their) in |serves |one word, ")),
)
KNOWN = "known"
TOLD = "told"  # by a phrase that describes the person
PHRASE = re.compile(r"(?:body|outlet|state|place|organ) \S+ in (\w+?)( later)?")
Features = dict[str, float]


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

    def add(self, rule: str, first: int, last: int) -> None:
        """Note that a rule proposes it because of tokens `[first, last)`."""
        self.rules[rule] += 1
        self.spans.setdefault(rule, (first, last))

    @property
    def kinds(self) -> set[str]:
        """Return the kinds of the rules that propose it."""
        return {kind_of(rule) for rule in self.rules if rule != FIRST}


def kind_of(rule: str) -> str:
    """Return the kind of a rule: what the article tells, serves, means, or merely names nearby."""
    return next((kind for kind, pattern in KINDS if pattern.match(rule)), TOLD)


def choices(
    options: Sequence[AffiliationOption], flags: Set[str], parties: Mapping[str, Mapping[str, int]], *, named: bool
) -> list[tuple[AffiliationOption | None, Features]]:
    """Return "none" and each option with their features.

    `flags` are the roles of the speaker, `parties` counts the words of each party, `named` tells persons with a name
    from sources without one.
    """
    flags = flags or {"plain"}
    told = [o for o in options if TOLD in o.kinds]
    known = {option.type: option.name for option in options if KNOWN in option.kinds}
    return [
        (None, _of_none(options, flags, named=named)),
        *(
            (option, _of_option(option, flags, parties, told) | _beside_known(option, flags, known))
            for option in options
        ),
    ]


def _beside_known(option: AffiliationOption, flags: Set[str], known: Mapping[str, str]) -> Features:
    """Describe how an option relates to the party and the state that a politician is known for."""
    features: Features = {}
    kind = option.type
    for one, name in known.items():
        features[f"{kind} beside known {one}"] = 1.0
        if one == kind:
            features[f"{kind} {'is' if name == option.name else 'is not'} the known one"] = 1.0
            if name == option.name:
                features |= {f"known {kind} for {flag}": 1.0 for flag in flags}
                features |= {f"known {kind}, {other}": 1.0 for other in option.kinds}
    return features


def _of_none(options: Sequence[AffiliationOption], flags: Set[str], *, named: bool) -> Features:
    features = {NONE: 1.0, f"{NONE}, {'named' if named else 'unnamed'}": 1.0}
    features |= {f"{NONE} for {flag}": 1.0 for flag in flags}
    features |= {f"{NONE} beside {kind}": 1.0 for option in options for kind in option.kinds}
    if not options:
        features[f"{NONE} without options"] = 1.0
    return features


def _of_option(
    option: AffiliationOption,
    flags: Set[str],
    parties: Mapping[str, Mapping[str, int]],
    told: Sequence[AffiliationOption],
) -> Features:
    kind, kinds = option.type, option.kinds
    features = {f"type {kind}": 1.0}
    for rule in option.rules:
        features[f"rule {rule}"] = 1.0
        phrase = PHRASE.fullmatch(rule)
        if phrase is not None:
            features[f"{kind} in {phrase[1]}"] = 1.0
            if phrase[2]:
                features["later"] = 1.0
    features |= {f"{kind} {one}": 1.0 for one in kinds}
    features |= {f"{kind} for {flag}": 1.0 for flag in flags}
    if told and TOLD not in kinds:
        features["not told beside told"] = features[f"{kind} not told beside told"] = 1.0
    if TOLD in kinds:
        features["times told"] = math.log1p(sum(n for rule, n in option.rules.items() if kind_of(rule) == TOLD))
        if len(told) > 1:
            features["told beside told"] = 1.0
        if option.rules[FIRST]:
            features["told in the first phrase"] = 1.0
    if kind == "party":
        mine = parties.get(option.name, {})
        others = [counts for party, counts in parties.items() if party != option.name]
        for name in COUNTED:
            here, there = mine.get(name, 0), sum(counts.get(name, 0) for counts in others)
            features[f"party {name}"] = math.log1p(here)
            features[f"party {name} share"] = (here - there) / (here + there + 1)
    return features
