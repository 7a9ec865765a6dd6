"""States, regions and seats that a text explains itself: how unknown, historic or invented ones come to be known."""

from __future__ import annotations

import re
from collections.abc import Iterable

from onrecord.interpret.names import COMMON, MONTHS_DAYS, Gazetteer, Kind, kind_of

NAME = r"([A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2})"
ADJECTIVE = re.compile(r"(?:an|ian|ean|i|ese|ish|ic|er|n|ch|sh|iot|ite)s?$")
_PORTFOLIO = (
    r"(?:(?:[Ff]oreign|[Dd]efen[cs]e|[Pp]rime|[Ii]nterior|[Ff]inance|[Ee]nergy|[Tt]rade|[Dd]eputy|[Ss]pecial|"
    r"[Cc]hief|[a-z]{4,12}) ){0,2}"
)
_OFFICE = (
    r"(?:[Pp]resident|[Pp]remier|[Cc]hancellor|[Mm]inister|[Kk]ing|[Qq]ueen|[Ee]mir|[Ee]nvoy|[Aa]mbassador|"
    r"[Gg]overnment|[Aa]rmy|[Pp]arliament|[Nn]avy|[Mm]inistry)"
)
# "the president of X", "minister of trade of X"
OFFICE_OF = re.compile(
    r"\b(?:[Pp]resident|[Pp]rime [Mm]inister|[Pp]remier|[Cc]hancellor|[Ff]oreign [Mm]inister|[Kk]ing|[Qq]ueen|"
    r"[Ee]mir|[Gg]overnment|[Aa]rmy|[Pp]arliament|"
    r"[Aa]mbassador|[Ee]nvoy|[Cc]apital|minist(?:er|ry) of [\w ]{3,20}|"
    r"[Mm]inister(?= of [A-Z]))(?: [A-Z][\w.’'-]+){0,3} of ([A-Z][\w’'-]+)\b(?! [A-Z])"
)
# "X's foreign minister"
OFFICE_OWNED = re.compile(rf"\b([A-Z][\w-]+)['’]s {_PORTFOLIO}{_OFFICE}\b")
# "the Xian foreign minister"
OFFICE_CALLED = re.compile(
    r"\b([A-Z]\w+(?:an|i|ese|ish|ic|n|er)) (?:[Ff]oreign |[Pp]rime |[Dd]efen[cs]e |\w+ )?"
    r"(?:[Pp]resident|[Mm]inister|[Pp]arliament|[Gg]overnment|[Aa]rmy|[Aa]mbassador|[Ee]nvoy|[Ss]enate|forces|troops|capital)\b"
)
# "X is the neighbouring state", "X, a large exporter", "the province X", "host X"
CALLED_STATE = re.compile(
    rf"\b(?:(?:state|country|kingdom|republic|province|region|island|host|emitter|exporter|neighbour|"
    rf"neighbor)(?: of)? {NAME}"
    rf"|{NAME}(?:,| is)(?: an?| the) (?:\w+ ){{0,2}}(?:state|country|kingdom|republic|province|region|exporter|"
    rf"emitter|neighbour)\b)"
)


def states_of(text: str, gazetteer: Gazetteer, tokens: frozenset[str]) -> None:
    """Add to the gazetteer the states, capitals, seats and adjectives that the text itself explains.

    Read are "X (capital Y)", "X (seat Y)", "Y, capital of X", "Y, the Xian capital", "Y, X's capital", "X's foreign
    minister", and adjectives that share the stem of a state so found. `tokens` are the capitalised words of the text.
    """
    _seats(text, gazetteer)
    _capitals(text, gazetteer)
    _by_office(text, gazetteer)
    _adjectives(text, gazetteer, tokens)


def _seats(text: str, gazetteer: Gazetteer) -> None:
    for place, body in re.findall(
        rf"\b{NAME},? (?:which is )?(?:the seat of the|where the) {NAME}\b(?: has its seat| sits| meets)?", text
    ):
        full = re.search(rf"\bthe ([A-Z][\w-]+ (?:[A-Z][\w-]+ )?{re.escape(body)})\b", text)
        gazetteer.add(place, full[1] if full else body, Kind.BODY, "seat")
    name = NAME[:-1] + r"(?: of [A-Z][\w’'-]+)?)"
    for body, place in re.findall(
        rf"\b{name} \((?:whose )?(?:seat|headquarters|based in|seat in|seat at) (?:is )?(?:in )?{NAME}", text
    ):
        kind = (
            Kind.BODY if kind_of(body, gazetteer) is Kind.BODY else Kind.STATE
        )  # a region has a seat where a state has a capital
        gazetteer.add(body, body, kind, "name")
        if kind is Kind.STATE:
            gazetteer.regions.add(body)
        gazetteer.add(place, body, kind, "seat" if kind is Kind.BODY else "capital")
    for state, inside in re.findall(rf"\b{NAME} \(([^()]*)\)", text):
        palace = re.search(rf"seat of (?:its|the) (?:[a-z]+,? )+(?:the )?{NAME}", inside)
        if palace:
            gazetteer.add(palace[1], state, Kind.BODY, "organ")
    for body, place in re.findall(rf"\bthe {name}, (?:an? |the )?[^.()]{{3,60}} \(seat {NAME}\)", text):
        if kind_of(body, gazetteer) is Kind.BODY:
            gazetteer.add(place, body, Kind.BODY, "seat")


def _capitals(text: str, gazetteer: Gazetteer) -> None:
    pairs = re.findall(rf"\b{NAME} \((?:whose )?capital (?:is )?{NAME}", text)
    pairs += re.findall(rf"\b{NAME},(?: an?| the) [a-z ]{{4,30}} \(capital {NAME}", text)
    pairs += [
        (state, capital)
        for capital, state in re.findall(rf"\b{NAME},? (?:the |its )?capital (?:city )?of {NAME}", text)
    ]
    pairs += [(state, capital) for capital, state in re.findall(rf"\b{NAME},? {NAME}(?:'s|’s) capital", text)]
    for state, capital in pairs:
        gazetteer.add(state, state, Kind.STATE, "name")
        gazetteer.add(capital, state, Kind.STATE, "capital")


def _by_office(text: str, gazetteer: Gazetteer) -> None:
    found = [m[1] for m in OFFICE_OF.finditer(text)]
    found += [m[1] or m[2] for m in CALLED_STATE.finditer(text)]
    for match in OFFICE_OWNED.finditer(text):
        # a person has a spokesman and an office, and now and then a minister: what has a first name is no state
        if not re.search(rf"\b(?:[A-Z][\w-]+|[A-Z]\.) {re.escape(match[1])}\b", text):
            found.append(match[1])
    for name in found:
        if kind_of(name, gazetteer) is None and name.casefold() not in COMMON | MONTHS_DAYS:
            gazetteer.add(name, name, Kind.STATE, "name")


def _adjectives(text: str, gazetteer: Gazetteer, tokens: frozenset[str]) -> None:
    capitals = re.findall(rf"\b{NAME},? (?:which is )?the {NAME} capital", text)
    capitals += [(b, a) for a, b in re.findall(rf"\bthe {NAME} capital,? (?:of )?{NAME}", text)]
    for adjective in sorted({a for _, a in capitals} | set(OFFICE_CALLED.findall(text))):
        state = state_of_adjective(adjective, tokens, gazetteer)
        if state is not None:
            gazetteer.add(state, state, Kind.STATE, "name")
            gazetteer.add(adjective, state, Kind.STATE, "adjective")
    for capital, adjective in capitals:
        known = gazetteer.get(adjective)
        if known is not None:
            gazetteer.add(capital, known.name, Kind.STATE, "capital")
    candidates = [token for token in sorted(tokens) if ADJECTIVE.search(token) and gazetteer.get(token) is None]
    for state in gazetteer.own:
        for token in candidates:
            if _same_stem(token, state):
                gazetteer.add(token, state, Kind.STATE, "adjective")


def state_of_adjective(adjective: str, tokens: Iterable[str], gazetteer: Gazetteer) -> str | None:
    """The state that an adjective belongs to: known, or another capitalised word of the text with its stem."""
    known = gazetteer.get(adjective)
    if known is not None:
        return known.name if known.kind is Kind.STATE else None
    candidates = [t for t in tokens if t != adjective and _same_stem(adjective, t) and not t.startswith(adjective)]
    return min(candidates, key=lambda t: (len(t), t)) if candidates else None


def _same_stem(adjective: str, state: str) -> bool:
    """Whether 'Dalmerian' may be of 'Dalmeria': the state less its last vowels begins the adjective."""
    root = re.sub(r"[aeiouy]+$", "", state.casefold())
    return len(root) >= 4 and adjective.casefold().startswith(root) and 0 < len(adjective) - len(root) <= 5
