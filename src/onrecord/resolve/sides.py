"""Hold the side that a speaker speaks for, the words of parties, and the rules of affiliations in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from onrecord.lexicon import rows


@cache
def parties() -> tuple[dict[str, str], dict[str, str]]:
    """Load party words and party codes."""
    words: dict[str, str] = {}
    codes: dict[str, str] = {}
    for row in rows("resolve/parties.tsv"):
        (codes if row["how"] == "code" else words)[row["word"]] = row["name"]
    return words, codes


@dataclass(frozen=True, slots=True)
class Side:
    """Hold a body or state that somebody speaks for, the reason, its probability, and the tokens that state it."""

    name: str
    rule: str
    weight: float
    first: int
    last: int


REASONS = (
    (re.compile(r"(body|outlet|state|place|organ) owner in (\w+)"), "{0} as owner in the {1}"),
    (re.compile(r"(body|outlet|state|place|organ) before in (\w+)"), "{0} before the role in the {1}"),
    (re.compile(r"(body|outlet|state|place|organ) - in (\w+)"), "{0} in the {1}"),
    (re.compile(r"(body|outlet|state|place|organ) (\w+) in (\w+)"), '{0} after "{1}" in the {2}'),
    (
        re.compile(r"(?:aide|other) of (?:somebody|one word|a candidate|a person), .*"),
        "the side of the person named beside the role",
    ),
    (re.compile(r"adjective in (\w+)"), "a state's adjective in the {0}"),
    (re.compile(r"known member, .*"), "the party that a politician is known for"),
    (re.compile(r"known politician, .*"), "the state that a politician is known for"),
    (re.compile(r"known governor or mayor"), "the place that somebody is known to govern"),
    (re.compile(r"known for (body|outlet), .*"), "the {0} that somebody is known to lead or work for"),
    (re.compile(r"home \d, .*"), "a state that the article names most, for an office"),
    (re.compile(r"named (?:last|before), .*"), "the state named nearest to an office"),
    (re.compile(r"most named place .*"), "the place that the article names most, for an office"),
    (re.compile(r"party (?:role|words) in (\w+)"), "a party in the {0}"),
    (re.compile(r"long name in (\w+)"), "a name in the {0}"),
    (re.compile(r"short for a body in (\w+)"), "the body that a name in the {0} is short for"),
    (re.compile(r"\w+ named (?:last|most), (?:aide|executive) without one"), "the body named, for a role without one"),
    (re.compile(r"unlisted name in (\w+)"), "a name before the role in the {0}"),
    (re.compile(r"(its|their) in (\w+)"), 'whom "{0}" means in the {1}'),
    (re.compile(r"body without a name in (\w+)"), "a body without a name in the {0}"),
)
PLACES = {"place": "phrase after the name", "source": "source", "title": "title", "apposition": "apposition"}


def reason(rule: str) -> str:
    """Describe the rule of an affiliation in words."""
    plain = rule.removesuffix(" later")
    for pattern, words in REASONS:
        match = pattern.fullmatch(plain)
        if match is not None:
            return words.format(*(PLACES.get(part, part) for part in match.groups()))
    return plain
