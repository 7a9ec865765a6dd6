"""Find states, capitals and adjectives that a text explains itself: unknown, historic or invented ones."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache

from onrecord.lexicon import compiled, word_class
from onrecord.resolve.vocabulary import Actor

NAME = r"([A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2})"
ADJECTIVE = r"{state-suffix}s?$"
CAPITALS = (
    (re.compile(rf"\b{NAME} \((?:whose )?capital (?:is )?{NAME}"), (1, 2)),
    (re.compile(rf"\b{NAME},(?: an?| the) [a-z ]{{4,30}} \(capital {NAME}"), (1, 2)),
    (re.compile(rf"\b{NAME},? (?:the |its )?capital (?:city )?of {NAME}"), (2, 1)),
    (re.compile(rf"\b{NAME},? {NAME}(?:'s|’s) capital"), (2, 1)),
)
SEAT = re.compile(rf"\b{NAME} \((?:whose )?(?:seat|headquarters|based in|seat in) (?:is )?(?:in )?{NAME}")


@dataclass(frozen=True, slots=True)
class StatePatterns:
    """Hold the patterns that name a state by its offices, or by what it is called."""

    office_of: re.Pattern[str]
    office_owned: re.Pattern[str]
    office_called: re.Pattern[str]
    called_state: re.Pattern[str]


@cache
def patterns() -> StatePatterns:
    """Compile the patterns from the classes of words `state-office`, `state-portfolio` and `country`."""
    office = "{state-office}|{State-office}"
    return StatePatterns(
        office_of=compiled(
            rf"\b(?:{office}|[Pp]rime [Mm]inister|[Ff]oreign [Mm]inister|[Cc]apital|minist(?:er|ry) of [\w ]{{3,20}}|"
            r"[Mm]inister(?= of [A-Z]))(?: [A-Z][\w.’'-]+){0,3} of ([A-Z][\w’'-]+)\b(?! [A-Z])"
        ),
        office_owned=compiled(
            r"\b([A-Z][\w-]+)['’]s (?:(?:{state-portfolio}|{State-portfolio}|[a-z]{4,12}) ){0,2}"
            rf"(?:{office}|[Mm]inister|[Mm]inistry|[Nn]avy)\b"
        ),
        office_called=compiled(
            r"\b([A-Z]\w+{common-state-suffix}) (?:[Ff]oreign |[Pp]rime |[Dd]efen[cs]e |\w+ )?"
            rf"(?:{office}|{{of-a-state}})\b"
        ),
        called_state=compiled(
            rf"(?<!\bof )\b(?:{{country}}(?: of)? {NAME}|{NAME}(?:,| is)(?: an?| the) (?:\w+ ){{0,2}}{{country}}\b)"
        ),
    )


def states_in(
    text: str, known: Mapping[str, Actor], bodies: frozenset[str], given: Container[str] = ()
) -> dict[str, Actor]:
    """Return the states that the text itself explains, with capitals and adjectives.

    `bodies` are heads of bodies' names, `given` first names: "talk show host Ann Lee" is no state.
    """
    found: dict[str, Actor] = {}
    common, found_by = word_class("no-state"), patterns()

    def add(alias: str, state: str, how: str) -> None:
        key = alias.casefold()
        words = key.split()
        person = len(words) > 1 and (words[0] in given or _shortened(text, alias))
        if key not in known and key not in common and not set(words) & bodies and not person:
            found.setdefault(key, Actor(state, "state", how))

    for pattern, (state, capital) in CAPITALS:
        for match in pattern.finditer(text):
            add(match[state], match[state], "name")
            add(match[capital], match[state], "capital")
    for match in SEAT.finditer(text):
        found.setdefault(match[2].casefold(), Actor(match[1], "body", "seat"))
    names = [m[1] for m in found_by.office_of.finditer(text)] + [
        m[1] or m[2] for m in found_by.called_state.finditer(text)
    ]
    for match in found_by.office_owned.finditer(text):
        # what has a first name is a person, who may have a minister too
        if not re.search(rf"\b(?:[A-Z][\w-]+|[A-Z]\.) {re.escape(match[1])}\b", text):
            names.append(match[1])
    for name in names:
        add(name, name, "name")
    _adjectives(text, known, found)
    return found


def _shortened(text: str, name: str) -> bool:
    """Tell whether a name of two words is shortened to the last one, as only persons' names are."""
    first, last = re.escape(name.split()[0]), re.escape(name.split()[-1])
    return re.search(rf"(?<!{first} )(?<!\w){last}\b(?! [A-Z])", text) is not None


def _adjectives(text: str, known: Mapping[str, Actor], found: dict[str, Actor]) -> None:
    tokens = sorted(set(re.findall(r"\b[A-Z][\w-]{3,}", text)))
    for adjective in sorted(set(patterns().office_called.findall(text))):
        if adjective.casefold() in known or adjective.casefold() in word_class("no-state"):
            continue
        named = [t for t in tokens if t != adjective and _same_stem(adjective, t) and not t.startswith(adjective)]
        if named:
            state = min(named, key=lambda t: (len(t), t))
            if state.casefold() not in known:
                found.setdefault(state.casefold(), Actor(state, "state", "name"))
                found.setdefault(adjective.casefold(), Actor(state, "state", "adjective"))
    states = [a.name for a in found.values() if a.how == "name"]
    for token in tokens:
        if compiled(ADJECTIVE).search(token) and token.casefold() not in known and token.casefold() not in found:
            for state in states:
                if token != state and _same_stem(token, state):
                    found[token.casefold()] = Actor(state, "state", "adjective")


def _same_stem(adjective: str, state: str) -> bool:
    """Tell whether "Dalmerian" may be of "Dalmeria": the state less its last vowels begins the adjective."""
    root = state.casefold().rstrip("aeiouy")
    return len(root) >= 3 and adjective.casefold().startswith(root) and 0 < len(adjective) - len(root) <= 5
