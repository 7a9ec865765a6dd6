"""The cast of one article: persons, states, bodies and outlets, with their roles and for whom they speak.

Built once from the article's text, the codebook's description and the bundled vocabularies; no rule names an actor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from onrecord.interpret.names import (
    BODY_HEADS,
    OUTLET_HEADS,
    Gazetteer,
    Kind,
    Known,
    Run,
    NAMED_AS,
    kind_of,
    plain_name,
    real_names,
    runs,
    states_of,
)
from onrecord.interpret.words import Word, words

# "who leads the League", "heads", "chairs"
LEADS = re.compile(r"\bwho (?:leads|heads|chairs|runs|represents|speaks for|commands|directs|founded)\b")
# "PORT ANSEL, March 3 (Continental Wire) - "
DATELINE = re.compile(r"^[^\n]{0,20}?(?P<place>[A-Z][A-Z’' .-]{2,30}),? [^\n]{0,60}? ?[-–—]{1,2} ")
# words that may stand between a role and the body it belongs to
OWNERSHIP = re.compile(r"^(?:of|for|at|in|from|with)$")


@dataclass(slots=True, eq=False)
class Entity:
    """Somebody or something that may speak."""

    name: str
    kind: Kind
    affiliation: str | None = None
    roles: list[str] = field(default_factory=list)
    gender: str | None = None
    mentions: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Cast:
    """All entities of an article; `entity_at` finds the one named at a place."""

    gazetteer: Gazetteer
    roles: Mapping[str, str]
    entities: list[Entity] = field(default_factory=list)
    by_run: list[tuple[Run, Entity]] = field(default_factory=list)

    def named(self, name: str) -> Entity | None:
        """The entity of this canonical name."""
        return next((e for e in self.entities if e.name == name), None)

    def in_span(self, start: int, end: int) -> list[tuple[Run, Entity]]:
        """The entities named inside a span, in text order."""
        return [(run, entity) for run, entity in self.by_run if start <= run.start and run.end <= end]

    def body(self, name: str) -> Entity | None:
        """The body or outlet that a short form means: 'the Pact' of 'the Harbour Pact', or an acronym."""
        parts = set(name.casefold().split())
        best: Entity | None = None
        for entity in self.entities:
            if entity.kind in (Kind.BODY, Kind.OUTLET) and parts < set(entity.name.casefold().split()):
                best = entity if best is None or len(entity.name) > len(best.name) else best
        return best


def build_cast(text: str, tokens: list[Word], openers: set[int], hints: str, base: Gazetteer, roles: Mapping[str, str]) -> Cast:
    """The cast of a text; `hints` is other prose that explains names, such as a codebook's description."""
    gazetteer = Gazetteer(dict(base.known))
    states_of(hints, gazetteer)
    states_of(text, gazetteer)
    lowercase = frozenset(w.text for w in tokens if w.text[:1].islower())
    cast = Cast(gazetteer, roles)
    line = DATELINE.match(text)
    after = line.end() if line else 0
    all_runs = real_names(runs([w for w in tokens if w.start >= after], lowercase, openers | {after}, roles), openers | {after}, gazetteer)
    alone = {run.text for run in all_runs if len(run.parts) == 1}
    found = [part for run in all_runs for part in split_run(run, gazetteer, alone)]
    hinted = [r for r in runs(words(hints), frozenset(), set(), roles)]
    for run in found:
        _enter(cast, run, text)
    for run in hinted:  # bodies that the codebook's description gives in full
        name = plain_name(run)
        if kind_of(name, gazetteer) in (Kind.BODY, Kind.OUTLET) and cast.named(name) is None and _head_is_used(name, text):
            cast.entities.append(Entity(name, Kind.BODY))
    _link_short_forms(cast)
    for run, entity in cast.by_run:
        entity.mentions.append(run.start)
        if entity.kind is Kind.PERSON:
            _describe(cast, run, entity, text)
    _officials(cast, text, gazetteer, line["place"].title() if line else "")
    return cast


def _officials(cast: Cast, text: str, gazetteer: Gazetteer, place: str) -> None:
    """Holders of a state's office without a state beside them: the state that their mentions' sentences name most.

    The dateline's state counts a little; a state that has another holder of the same office is out.
    """
    home = gazetteer.get(place)
    for entity in cast.entities:
        if entity.kind is not Kind.PERSON or entity.affiliation is not None or not any(cast.roles.get(r) == "state" for r in entity.roles):
            continue
        votes: dict[str, float] = {}
        for mention in entity.mentions:
            start = max(text.rfind(". ", 0, mention), text.rfind("\n", 0, mention)) + 1
            stop = min((i for i in (text.find(". ", mention), text.find("\n", mention)) if i >= 0), default=len(text))
            line = text.rfind("\n", 0, mention) + 1
            for a, b, weight in ((start, stop, 2.0), (line, start, 0.7), (stop, stop + 160, 0.4)):
                beside = [e.name for _, e in cast.in_span(a, b) if e.kind is Kind.STATE]
                for name in set(beside):
                    votes[name] = votes.get(name, 0.0) + weight / len(set(beside))
        if home is not None and home.kind is Kind.STATE:
            votes[home.name] = votes.get(home.name, 0.0) + 0.8
        taken = {e.affiliation for e in cast.entities if e is not entity and e.affiliation and set(e.roles) & set(entity.roles)}
        ranked = sorted(((v, n) for n, v in votes.items() if n not in taken), reverse=True)
        if ranked and (len(ranked) == 1 or ranked[0][0] > ranked[1][0]):
            entity.affiliation = ranked[0][1]


def split_run(run: Run, gazetteer: Gazetteer, alone: set[str]) -> list[Run]:
    """A run without a state's adjective or name before a person's: 'Dalmerian … Ilona Marsk', 'of Ardesh Yeva Harun'."""
    known = gazetteer.get(run.text)
    if known is not None or len(run.parts) == 1:
        return [run]
    first = gazetteer.get(run.parts[0])
    two = gazetteer.get(" ".join(run.parts[:2]))
    width = 2 if two is not None and two.kind is Kind.STATE else 1 if first is not None and first.kind is Kind.STATE else 0
    if not width and len(run.parts) == 3 and run.parts[0] in alone and kind_of(run.text, gazetteer) is None:
        width = 1  # "of the company Dzhurgaz Temir Aldash", where the company is also named alone
    if not width or len(run.parts) == width:
        return [run]
    head = " ".join(run.parts[:width])
    rest = run.parts[width:]
    begin = run.start + run.text.index(rest[0], len(head))
    if first is not None and (first.how != "adjective" or len(run.parts) > 2) and kind_of(run.text, gazetteer) in (Kind.BODY, Kind.OUTLET):
        return [run]  # "Dhoun University", "Korvath One"
    return [
        Run(head, run.start, run.start + len(head), False, run.parts[:width]),
        Run(" ".join(rest), begin, run.end, run.owned, rest),
    ]


def _enter(cast: Cast, run: Run, text: str) -> None:
    name = plain_name(run)
    known = cast.gazetteer.get(name)
    if known is not None:
        if known.how == "adjective":
            return
        kind = known.kind
        target = cast.named(known.name) if known.how != "organ" else cast.named(name)
        if target is None:
            target = Entity(name if known.how == "organ" else known.name, kind, _own(known, name))
            cast.entities.append(target)
        cast.by_run.append((run, target))
        return
    before = re.search(r"(\w+) $", text[max(0, run.start - 20) : run.start])
    told = NAMED_AS.get(before[1].casefold()) if before else None
    kind = told or kind_of(name, cast.gazetteer) or (Kind.PERSON if _looks_personal(cast, run, text) else Kind.PLACE)
    entity = cast.named(name)
    if entity is None:
        entity = Entity(name, kind, name if kind in (Kind.BODY, Kind.OUTLET) else None)
        cast.entities.append(entity)
    elif entity.kind is Kind.PLACE and kind is Kind.PERSON:
        entity.kind = kind
    cast.by_run.append((run, entity))


def _own(known: Known, name: str) -> str:
    return known.name


def _looks_personal(cast: Cast, run: Run, text: str) -> bool:
    """Two to four words, or one with a title before it; places come after 'in', 'at', 'to', 'near'."""
    before = text[max(0, run.start - 40) : run.start].rstrip()
    last = re.search(r"([\w-]+)[,.]?$", before)
    titled = last is not None and last.group(1).casefold().rstrip(".") in cast.roles
    if titled:
        return True
    if last is not None and last.group(1).casefold() in ("in", "at", "near", "to", "towards", "outside", "from", "around") and not before.endswith(","):
        return False
    return 2 <= len(run.parts) <= 4


def _head_is_used(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name.split()[-1])}\b", text) is not None


def _link_short_forms(cast: Cast) -> None:
    """'Marsk' is Ilona Marsk, 'the Pact' the Harbour Pact, 'L. Feyn' Lukas Feyn where only one of them is there."""
    people = [e for e in cast.entities if e.kind is Kind.PERSON]
    merged: dict[int, Entity] = {}
    for entity in cast.entities:
        parts = entity.name.split()
        target: Entity | None = None
        if len(parts) == 1 and entity.kind in (Kind.PERSON, Kind.PLACE, Kind.BODY, Kind.OUTLET):
            longer = [p for p in people if p is not entity and len(p.name.split()) > 1 and parts[0] in (p.name.split()[-1], p.name.split()[0])]
            surname = [p for p in longer if p.name.split()[-1] == parts[0]]
            target = surname[0] if surname else longer[0] if len(longer) == 1 else None
            if target is None and entity.kind is not Kind.PERSON:
                target = cast.body(entity.name)
        elif entity.kind is Kind.PERSON and len(parts) == 2 and re.fullmatch(r"[A-Z]\.?", parts[0]):
            full = [p for p in people if p is not entity and p.name.split()[-1] == parts[1] and p.name[0] == parts[0][0]]
            target = full[0] if full else None
        elif entity.kind in (Kind.BODY, Kind.OUTLET):
            target = cast.body(entity.name)
        elif entity.kind is Kind.PERSON and len(parts) >= 2:
            # "Ms Marsk" is no problem (titles are cut); "Vale Ostrow" of "Henrik Vale Ostrow" is
            full = [p for p in people if p is not entity and len(p.name) > len(entity.name) and p.name.endswith(" " + entity.name)]
            target = full[0] if full else None
        if target is not None and target is not entity:
            merged[id(entity)] = target
    cast.by_run = [(run, merged.get(id(e), e)) for run, e in cast.by_run]
    cast.entities = [e for e in cast.entities if id(e) not in merged]


def _describe(cast: Cast, run: Run, entity: Entity, text: str) -> None:
    """Roles, gender and affiliation from the words around one mention of a person."""
    start = max(text.rfind("\n", 0, run.start) + 1, run.start - 120)
    before = words(text, start, run.start)
    stop = next((i for i in range(len(before) - 1, -1, -1) if before[i].text in ".;:!?()" or before[i].lower in ("said", "told", "that", "and", "but")), -1)
    before = before[stop + 1 :]
    comma = next((i for i in range(len(before) - 1, -1, -1) if before[i].text in (",", '"', "“", "”")), -1)
    near = before[comma + 1 :] if comma < len(before) - 1 else before[max(0, _previous_comma(before, comma)) : comma]
    end = run.end
    after_match = re.match(r",? ([^.;:\"“”\n]{3,120}?)(?=[,.;:\"“”\n]|$)", text[end : end + 140])
    after = words(text, end + (after_match.start(1) if after_match else 0), end + after_match.end(1)) if after_match else []
    apposed = bool(after) and text[end : end + 1] == "," and (after[0].lower in ("the", "a", "an", "who", "its", "his", "her", "their") or after[0].lower in cast.roles or any(w.lower in cast.roles for w in after[:5]))
    owner = next((t for t in near if t.lower in ("its", "whose")), None)
    if owner is not None and entity.affiliation is None:
        holder = body_before(cast, text, owner.start)
        if holder is not None:
            entity.affiliation = holder.affiliation or holder.name
    direct = bool(after) and text[end : end + 4] in (" of ", " for", " fro") and after[0].lower in ("of", "from", "for")
    titles = _roles_in(near, cast)
    if titles:
        entity.roles += [t for t in titles if t not in entity.roles]
        _gender(entity, near)
        _affiliate(cast, entity, near, titles)
    if apposed:
        titles = _roles_in(after, cast)
        if titles or LEADS.search(text[end : end + 40]):
            entity.roles += [t for t in titles if t not in entity.roles]
            _gender(entity, after)
            _affiliate(cast, entity, after, titles or ["leader"])
    if direct and entity.affiliation is None:
        _affiliate(cast, entity, after, titles)


def body_before(cast: Cast, text: str, position: int) -> Entity | None:
    """What "its" means at a position: the first state or body of its sentence before it, else of the sentence before."""
    start = position
    for _ in range(2):
        stop = start
        start = max(text.rfind(". ", 0, max(0, stop - 2)), text.rfind("\n", 0, max(0, stop - 1))) + 1
        inside = [e for run, e in cast.by_run if start <= run.start < stop and e.kind in (Kind.STATE, Kind.BODY, Kind.OUTLET)]
        if inside:
            return inside[0]
    return None


def _previous_comma(tokens: list[Word], before: int) -> int:
    return next((i + 1 for i in range(before - 1, -1, -1) if tokens[i].text in (",", '"', "“", "”")), 0)


def _roles_in(tokens: list[Word], cast: Cast) -> list[str]:
    """The roles among the words, longest first at each place: 'minister of foreign affairs' before 'minister'."""
    lowers = [t.lower.rstrip(".") for t in tokens]
    found: list[str] = []
    i = 0
    while i < len(lowers):
        for width in (4, 3, 2, 1):
            phrase = " ".join(lowers[i : i + width])
            if i + width <= len(lowers) and phrase in cast.roles:
                found.append(phrase)
                i += width - 1
                break
        i += 1
    return found


def _gender(entity: Entity, tokens: list[Word]) -> None:
    lowers = {t.lower.rstrip(".") for t in tokens}
    if lowers & {"mr", "sir", "king", "prince", "spokesman", "chairman", "lord", "husband", "father"}:
        entity.gender = entity.gender or "m"
    elif lowers & {"mrs", "ms", "miss", "queen", "princess", "spokeswoman", "chairwoman", "dame", "lady", "wife"}:
        entity.gender = entity.gender or "f"


def _affiliate(cast: Cast, entity: Entity, tokens: list[Word], titles: list[str]) -> None:
    """The body or state among the words; a state's office gives the state, an aide the one it serves."""
    if entity.affiliation is not None or not tokens:
        return
    inside = cast.in_span(tokens[0].start, tokens[-1].end)
    inside = [(run, e) for run, e in inside if e is not entity]
    adjective = next((k.name for t in tokens if (k := cast.gazetteer.get(t.text)) and k.kind is Kind.STATE and k.how == "adjective"), None)
    bodies = [e for _, e in inside if e.kind in (Kind.BODY, Kind.OUTLET)]
    states = [e.name for _, e in inside if e.kind is Kind.STATE]
    people = [e for _, e in inside if e.kind is Kind.PERSON]
    office = any(cast.roles.get(t) == "state" for t in titles)
    if people and any(cast.roles.get(t) in ("aide", "state") for t in titles) and people[0].affiliation:
        entity.affiliation = people[0].affiliation
    elif office and (adjective or states):
        entity.affiliation = adjective or states[0]
    elif bodies:
        entity.affiliation = bodies[0].affiliation or bodies[0].name
    elif adjective or states:
        entity.affiliation = adjective or states[0]


__all__ = ["BODY_HEADS", "OUTLET_HEADS", "Cast", "Entity", "build_cast", "split_run"]
