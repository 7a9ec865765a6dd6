"""Offices whose state (or body, for an office of no state) is only implied: the one that their sentences name most.

Weights were set by hand on dispatches written for the project; what no state leads stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.interpret.cast import Cast, Entity
from onrecord.interpret.names import Kind, Run
from onrecord.interpret.offices import OF_BODIES, sentence_start

CLEAR_LEAD = 1.0  # votes; set by hand
LOCAL = frozenset(("mayor", "deputy mayor", "lord mayor", "councillor", "prefect"))


@dataclass(frozen=True, slots=True)
class Vote:
    """What the sentences of an office's mentions name most: a state, or for an office of no state a body."""

    name: str
    score: float
    lead: float


def settle(cast: Cast) -> None:
    """Give the holders of offices that name no state or body the one that their sentences name most, surest first.

    A state that has another holder of the same office is out.
    """
    open_ = [
        e
        for e in cast.holders()
        if e.affiliation is None and any(cast.roles.get(r) in ("state", "body") for r in e.roles)
    ]
    while open_:
        votes = [(vote.lead, -i, e, vote) for i, e in enumerate(open_) if (vote := vote_for(cast, e.mentions, e))]
        if not votes:
            return
        _, _, entity, vote = max(votes, key=lambda item: item[:2])
        entity.affiliation = vote.name
        open_.remove(entity)


def settle_rest(cast: Cast, speakers: Sequence[Entity]) -> None:
    """Give persons who speak and of whom nothing at all is told the state that leads their sentences' vote clearly."""
    for entity in speakers:
        if entity.kind is Kind.PERSON and entity.affiliation is None and not entity.roles:
            vote = vote_for(cast, entity.mentions, entity)
            if vote is not None and vote.lead >= CLEAR_LEAD:
                entity.affiliation = vote.name


def home_of(cast: Cast, mentions: Sequence[int], entity: Entity | None = None) -> str | None:
    """The state of an office that names none; None where no state leads."""
    vote = vote_for(cast, mentions, entity)
    return vote.name if vote is not None else None


def vote_for(cast: Cast, mentions: Sequence[int], entity: Entity | None = None) -> Vote | None:
    """The vote for one office by its mentions.

    A capital that somebody speaks in weighs most, the rest of the paragraph, the dateline and the outlet little.
    """
    kinds = _kinds_of_office(cast, entity)
    if not kinds:
        return None
    votes: dict[str, float] = {}
    for mention in mentions:
        _vote(cast, mention, votes, kinds)
    if Kind.STATE in kinds:
        for state in (cast.home, _outlet_state(cast)):
            if state is not None:
                votes[state] = votes.get(state, 0.0) + 0.8
        own = [name for name in cast.gazetteer.own if name not in cast.gazetteer.regions]
        for name in own[:1]:  # whatever the article or the codebook is about
            votes[name] = votes.get(name, 0.0) + (0.9 if len(own) == 1 else 0.05)
    out: set[str | None] = set()
    if entity is not None:
        unique = {
            r
            for r in entity.roles
            if r.split()[-1] in ("president", "minister", "premier", "chancellor", "king", "queen", "secretary", "pm")
        }
        out = {e.affiliation for e in cast.holders() if e is not entity and e.affiliation and set(e.roles) & unique}
        if unique:
            out |= cast.gazetteer.regions
    ranked = sorted(((v, n) for n, v in votes.items() if n not in out), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return Vote(ranked[0][1], ranked[0][0], ranked[0][0] - (ranked[1][0] if len(ranked) > 1 else 0.0))


def _kinds_of_office(cast: Cast, entity: Entity | None) -> frozenset[Kind]:
    if entity is None:
        return frozenset((Kind.STATE,))
    roles = set(entity.roles)
    if roles & LOCAL:
        return frozenset((Kind.PLACE,))
    if roles & OF_BODIES:
        return frozenset((Kind.STATE, Kind.BODY)) if roles & {"ambassador"} else frozenset((Kind.BODY,))
    if not roles or any(cast.roles.get(r) == "state" for r in roles):
        return frozenset((Kind.STATE,))
    return frozenset()


def _vote(cast: Cast, mention: int, votes: dict[str, float], kinds: frozenset[Kind]) -> None:
    text = cast.text
    start = sentence_start(text, mention)
    stop = min((i for i in (text.find(". ", mention), text.find("\n", mention)) if i >= 0), default=len(text))
    line = text.rfind("\n", 0, mention) + 1
    for a, b, weight in ((start, stop, 2.0), (line, start, 0.7), (stop, stop + 160, 0.4)):
        beside: dict[str, float] = {}
        for run, e in cast.in_span(a, b):
            if e.kind in kinds:
                name = e.side or e.name
                beside[name] = max(beside.get(name, 0.0), _weight(cast, run, e))
        for name, share in beside.items():
            votes[name] = votes.get(name, 0.0) + weight * share / len(beside)


def _weight(cast: Cast, run: Run, entity: Entity) -> float:
    """How much a state's name tells of who speaks: 'said Lubia would pay', 'in Port Lubia', less 'accused Lubia'."""
    before = cast.text[max(0, run.start - 12) : run.start].rstrip().rsplit(" ", 1)[-1].casefold()
    after = re.match(r" (\w+)", cast.text[run.end : run.end + 12])
    if before == "in" and run.text != entity.name:
        return 1.4
    if after is not None and after[1] in (
        "would",
        "will",
        "could",
        "can",
        "may",
        "might",
        "must",
        "should",
        "had",
        "has",
        "was",
        "is",
        "does",
        "did",
    ):
        return 1.5
    if run.owned or before in ("on", "against", "with", "to", "from", "accused", "by", "of"):
        return 0.5
    return 1.0


def _outlet_state(cast: Cast) -> str | None:
    """The state that an outlet's name tells: 'Radio Belgaz' of the state whose capital that is."""
    words = re.findall(r"[\w’'-]+", cast.outlet or "")
    known = [k for n in (2, 1) for i in range(len(words)) if (k := cast.gazetteer.get(" ".join(words[i : i + n])))]
    return next((k.name for k in known if k.kind is Kind.STATE), None)
