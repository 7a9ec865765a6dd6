"""Find states, capitals and adjectives that a text explains itself: unknown, historic or invented ones."""

from __future__ import annotations

import re
from collections.abc import Mapping

from onrecord.lexicon import word_class
from onrecord.resolve.vocabulary import Actor

NAME = r"([A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2})"
ADJECTIVE = re.compile(r"(?:an|ian|ean|i|ese|ish|ic|er|n|ch|sh|iot|ite)s?$")
PORTFOLIO = (
    r"(?:(?:[Ff]oreign|[Dd]efen[cs]e|[Pp]rime|[Ii]nterior|[Ff]inance|[Ee]nergy|[Tt]rade|[Dd]eputy|[Ss]pecial|"
    r"[Cc]hief|[a-z]{4,12}) ){0,2}"
)
OFFICE = (
    r"(?:[Pp]resident|[Pp]remier|[Cc]hancellor|[Mm]inister|[Kk]ing|[Qq]ueen|[Ee]mir|[Ee]nvoy|[Aa]mbassador|"
    r"[Gg]overnment|[Aa]rmy|[Pp]arliament|[Nn]avy|[Mm]inistry)"
)
OFFICE_OF = re.compile(
    r"\b(?:[Pp]resident|[Pp]rime [Mm]inister|[Pp]remier|[Cc]hancellor|[Ff]oreign [Mm]inister|[Kk]ing|[Qq]ueen|"
    r"[Ee]mir|[Gg]overnment|[Aa]rmy|[Pp]arliament|[Aa]mbassador|[Ee]nvoy|[Cc]apital|minist(?:er|ry) of [\w ]{3,20}|"
    r"[Mm]inister(?= of [A-Z]))(?: [A-Z][\w.’'-]+){0,3} of ([A-Z][\w’'-]+)\b(?! [A-Z])"
)
OFFICE_OWNED = re.compile(rf"\b([A-Z][\w-]+)['’]s {PORTFOLIO}{OFFICE}\b")
OFFICE_CALLED = re.compile(
    r"\b([A-Z]\w+(?:an|i|ese|ish|ic|n|er)) (?:[Ff]oreign |[Pp]rime |[Dd]efen[cs]e |\w+ )?"
    r"(?:[Pp]resident|[Mm]inister|[Pp]arliament|[Gg]overnment|[Aa]rmy|[Aa]mbassador|[Ee]nvoy|[Ss]enate|"
    r"[Ss]tate [Cc]ouncil|forces|troops|capital)\b"
)
CALLED_STATE = re.compile(
    r"\b(?:(?:state|country|kingdom|republic|province|region|island|host|emitter|exporter|neighbour|neighbor)"
    rf"(?: of)? {NAME}|{NAME}(?:,| is)(?: an?| the) (?:\w+ ){{0,2}}(?:state|country|kingdom|republic|province|"
    r"region|exporter|emitter|neighbour)\b)"
)
CAPITALS = (
    (re.compile(rf"\b{NAME} \((?:whose )?capital (?:is )?{NAME}"), (1, 2)),
    (re.compile(rf"\b{NAME},(?: an?| the) [a-z ]{{4,30}} \(capital {NAME}"), (1, 2)),
    (re.compile(rf"\b{NAME},? (?:the |its )?capital (?:city )?of {NAME}"), (2, 1)),
    (re.compile(rf"\b{NAME},? {NAME}(?:'s|’s) capital"), (2, 1)),
)
SEAT = re.compile(rf"\b{NAME} \((?:whose )?(?:seat|headquarters|based in|seat in) (?:is )?(?:in )?{NAME}")


def states_in(text: str, known: Mapping[str, Actor], bodies: frozenset[str]) -> dict[str, Actor]:
    """Return the states that the text itself explains, with capitals and adjectives; `bodies` are heads of bodies'
    names.
    """
    found: dict[str, Actor] = {}
    common = word_class("no-state")

    def add(alias: str, state: str, how: str) -> None:
        key = alias.casefold()
        if key not in known and key not in common and not set(key.split()) & bodies:
            found.setdefault(key, Actor(state, "state", how))

    for pattern, (state, capital) in CAPITALS:
        for match in pattern.finditer(text):
            add(match[state], match[state], "name")
            add(match[capital], match[state], "capital")
    for match in SEAT.finditer(text):
        found.setdefault(match[2].casefold(), Actor(match[1], "body", "seat"))
    names = [m[1] for m in OFFICE_OF.finditer(text)] + [m[1] or m[2] for m in CALLED_STATE.finditer(text)]
    for match in OFFICE_OWNED.finditer(text):
        # what has a first name is a person, who may have a minister too
        if not re.search(rf"\b(?:[A-Z][\w-]+|[A-Z]\.) {re.escape(match[1])}\b", text):
            names.append(match[1])
    for name in names:
        add(name, name, "name")
    _adjectives(text, known, found)
    return found


def _adjectives(text: str, known: Mapping[str, Actor], found: dict[str, Actor]) -> None:
    tokens = sorted(set(re.findall(r"\b[A-Z][\w-]{3,}", text)))
    for adjective in sorted(set(OFFICE_CALLED.findall(text))):
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
        if ADJECTIVE.search(token) and token.casefold() not in known and token.casefold() not in found:
            for state in states:
                if token != state and _same_stem(token, state):
                    found[token.casefold()] = Actor(state, "state", "adjective")


def _same_stem(adjective: str, state: str) -> bool:
    """Tell whether "Dalmerian" may be of "Dalmeria": the state less its last vowels begins the adjective."""
    root = state.casefold().rstrip("aeiouy")
    return len(root) >= 3 and adjective.casefold().startswith(root) and 0 < len(adjective) - len(root) <= 5
