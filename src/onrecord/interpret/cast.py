"""The cast of one article: the persons, states, bodies and outlets that it names, and which words name whom.

Built once from the article's text, the codebook's description and the bundled vocabularies; no rule names an actor.
What the words around a name tell of it (roles, affiliation, gender) is worked out in `offices`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from onrecord.interpret.context import DATELINE
from onrecord.interpret.names import (
    BODY_HEADS,
    COMMON,
    NAMED_AS,
    Gazetteer,
    Kind,
    Run,
    kind_of,
    plain_name,
    real_names,
    runs,
)
from onrecord.interpret.states import states_of
from onrecord.text.tokens import START, Word, between, words

LOCATIVE = frozenset("in at near outside around across through via inside".split())
INITIAL = re.compile(r"(?:[A-Z]\.-?)+$|[A-Z]$")


@dataclass(slots=True, eq=False)
class Entity:
    """Somebody or something that may speak."""

    name: str
    kind: Kind
    affiliation: str | None = None
    roles: list[str] = field(default_factory=list)
    gender: str | None = None  # m or f, where a title tells
    leaning: int = 0  # of pronouns that can mean nobody else: positive for she, negative for he
    mentions: list[int] = field(default_factory=list)

    @property
    def side(self) -> str | None:
        """For whom it speaks: a body or state for itself, where nothing else is told."""
        return self.affiliation or (None if self.kind is Kind.PERSON else self.name)

    def may_be(self, gender: str | None) -> bool:
        """Whether nothing that is known speaks against a gender."""
        if gender is None or self.gender == gender:
            return True
        return self.gender is None and not (
            (self.leaning > 0 and gender == "m") or (self.leaning < 0 and gender == "f")
        )


@dataclass(slots=True)
class Cast:
    """All entities of an article with the runs of words that name them, in text order."""

    text: str
    tokens: Sequence[Word]
    gazetteer: Gazetteer
    roles: Mapping[str, str]
    outlet: str | None = None
    home: str | None = None  # the state of the dateline
    entities: list[Entity] = field(default_factory=list)
    by_run: list[tuple[Run, Entity]] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def index(self) -> None:
        """Sort what was found; to be called when `by_run` is complete."""
        self.by_run.sort(key=lambda item: item[0].start)
        self._starts = [run.start for run, _ in self.by_run]

    def named(self, name: str) -> Entity | None:
        """The entity of this canonical name."""
        return next((e for e in self.entities if e.name == name), None)

    def in_span(self, start: int, end: int) -> list[tuple[Run, Entity]]:
        """The entities named inside a span, in text order."""
        found = self.by_run[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        return [(run, entity) for run, entity in found if run.end <= end]

    def words_in(self, start: int, end: int) -> Sequence[Word]:
        """The article's words that begin in `[start, end)`."""
        return between(self.tokens, start, end)

    def words_before(self, position: int, count: int) -> Sequence[Word]:
        """Up to `count` words that begin before a position."""
        stop = bisect_left(self.tokens, position, key=START)
        return self.tokens[max(0, stop - count) : stop]

    def last_before(self, position: int, kinds: frozenset[Kind]) -> tuple[Run, Entity] | None:
        """The entity of one of these kinds that is named last before a position."""
        for i in range(bisect_right(self._starts, position) - 1, -1, -1):
            if self.by_run[i][1].kind in kinds and self.by_run[i][0].end <= position:
                return self.by_run[i]
        return None

    def body(self, name: str) -> Entity | None:
        """The body or outlet that a short form means: 'the Pact' of 'the Harbour Pact', or its initials."""
        parts = set(name.casefold().split())
        best: Entity | None = None
        for entity in self.entities:
            if entity.kind not in (Kind.BODY, Kind.OUTLET) or entity.name == name:
                continue
            if parts < set(entity.name.casefold().split()) or (
                name.isupper() and initials(entity.name) == name.replace(".", "")
            ):
                best = entity if best is None or len(entity.name) > len(best.name) else best
        return best

    def holders(self) -> list[Entity]:
        """The persons that have a role."""
        return [e for e in self.entities if e.kind is Kind.PERSON and e.roles]


def initials(name: str) -> str:
    """The initials of a name's capitalised words: 'WTO' of 'World Trade Organization'."""
    return "".join(p[0] for p in re.split(r"[\s-]+", name) if p[:1].isupper())


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known before an article's names are read: prose that explains names, and the article's outlet."""

    hints: str = ""
    outlet: str | None = None


def build_cast(
    text: str, tokens: list[Word], openers: set[int], setting: Setting, base: Gazetteer, roles: Mapping[str, str]
) -> Cast:
    """The names of a text, each with whom it means; call `offices.describe` next."""
    gazetteer = Gazetteer(base.base, dict(base.known))
    capitalised = frozenset(w.text for w in tokens if w.is_name)
    hint_words = words(setting.hints)
    states_of(setting.hints, gazetteer, capitalised | frozenset(w.text for w in hint_words if w.is_name))
    states_of(text, gazetteer, capitalised)
    for i, word in enumerate(hint_words[:-1]):  # "the company Litora"
        if word.lower in NAMED_AS and hint_words[i + 1].is_name:
            gazetteer.add(hint_words[i + 1].text, hint_words[i + 1].text, NAMED_AS[word.lower], "name")
    lowercase = frozenset(w.text for w in tokens if w.text[:1].islower())
    cast = Cast(text, tokens, gazetteer, roles, setting.outlet)
    line = DATELINE.match(text)
    after = line.end() if line else 0
    home = gazetteer.get(line["place"].title()) if line else None
    cast.home = home.name if home is not None and home.kind is Kind.STATE else None
    starts = openers | {after}
    all_runs = real_names(runs([w for w in tokens if w.start >= after], lowercase, starts, roles), starts, gazetteer)
    hinted = [plain_name(run) for run in runs(hint_words, frozenset(), set(), roles)]
    alone = {run.text for run in all_runs if len(run.parts) <= 3} | {name for name in hinted if " " not in name}
    found = [part for run in all_runs for part in split_run(run, gazetteer, alone, text, roles)]
    _enter_all(cast, found, text)
    for name in dict.fromkeys(hinted):  # bodies that the codebook's description gives in full
        if (
            kind_of(name, gazetteer) in (Kind.BODY, Kind.OUTLET)
            and cast.named(name) is None
            and name.split()[-1] in capitalised
        ):
            cast.entities.append(Entity(name, Kind.BODY))
    _link_short_forms(cast)
    cast.index()
    for run, entity in cast.by_run:
        entity.mentions.append(run.start)
    return cast


# ---------------------------------------------------------------- runs


def split_run(run: Run, gazetteer: Gazetteer, alone: set[str], text: str, roles: Mapping[str, str]) -> list[Run]:
    """A run, cut in two where a state, body or adjective stands before a person's name: 'of Ardesh Yeva Harun'.

    Two names run together where a translation leaves out the commas ("the head of the League S. Holt").
    """
    if gazetteer.get(run.text) is not None or len(run.parts) == 1:
        return [run]
    width = (
        _state_width(run, gazetteer)
        or _body_width(run, alone, gazetteer, text[max(0, run.start - 4) : run.start].endswith(" of "))
        or _known_body_width(run, alone, _after_office(text[max(0, run.start - 40) : run.start], roles))
    )
    if not width or len(run.parts) == width:
        return [run]
    rest = run.parts[width:]
    head = run.text[: run.text.index(rest[0], sum(len(p) for p in run.parts[:width]))].rstrip()
    begin = run.start + run.text.index(rest[0], len(head))
    first = gazetteer.get(" ".join(run.parts[:width]))
    if (
        first is not None
        and first.kind is Kind.STATE
        and (first.how != "adjective" or len(run.parts) > 2)
        and kind_of(run.text, gazetteer) is not None
    ):
        return [run]  # "Dhoun University", "Korvath One"
    return [
        Run(head, run.start, run.start + len(head), False, run.parts[:width]),
        Run(run.text[begin - run.start :], begin, run.end, run.owned, rest),
    ]


def _state_width(run: Run, gazetteer: Gazetteer) -> int:
    for width in (3, 2, 1):
        known = gazetteer.get(" ".join(run.parts[:width])) if len(run.parts) > width else None
        if known is not None and known.kind is Kind.STATE:
            return width
    return 0


def _body_width(run: Run, alone: set[str], gazetteer: Gazetteer, after_of: bool) -> int:
    """How many parts name a body that stands before a person's name without a comma."""
    if run.parts[0] in alone and len(run.parts) == 3 and not any(p.casefold() in BODY_HEADS for p in run.parts[1:]):
        return 1  # "of the company Dzhurgaz Temir Aldash", where the company is also named alone
    for width in range(len(run.parts) - 2, 0, -1):
        rest = run.parts[width:]
        if run.parts[width - 1].casefold() not in BODY_HEADS or any(p.casefold() in BODY_HEADS for p in rest):
            continue
        if len(rest) == 2 and (INITIAL.match(rest[0]) or (width == 1 and after_of)):
            return width
    for width in range(len(run.parts) - 2, 2, -1):  # "the speaker of National Assembly of Lubia Ann Lee"
        known = gazetteer.get(run.parts[width - 1])
        if (
            run.parts[width - 2] == "of"
            and known is not None
            and known.kind is Kind.STATE
            and len(run.parts) - width == 2
        ):
            return width
    return 0


# What a body's name follows where a person's comes next: "the chairman of Ploughland Party Matei Cordun".
_ROLE_OF = re.compile(r"\b([\w-]+) of (?:the |company |portal |party )?$")


def _after_office(before: str, roles: Mapping[str, str]) -> bool:
    """Whether words end in an office of what comes next: "the chairman of", "members of the party"."""
    match = _ROLE_OF.search(before)
    return match is not None and (match[1].casefold() in roles or match[1].casefold().removesuffix("s") in roles)


def _known_body_width(run: Run, alone: set[str], office: bool) -> int:
    """How many parts name a body before the name of a person: "the Council of the Families Irma Dolz".

    Taken so where the text also names the person, or the body, otherwise; or where an `office` of it comes before.
    """
    for width in range(len(run.parts) - 2, 1, -1):
        body, rest = run.parts[:width], run.parts[width:]
        lowers = [p.casefold() for p in body]
        headed = lowers[-1] in BODY_HEADS or (lowers[0] in BODY_HEADS and lowers[1] in ("of", "for"))
        person = len(rest) <= 3 and all(p[:1].isupper() and p.casefold() not in BODY_HEADS for p in rest)
        if not person or not body[-1][:1].isupper():
            continue
        named = rest[-1] in alone or " ".join(rest) in alone
        if (headed and (named or office)) or (named and office and " ".join(body) in alone):
            return width
    return 0


# ---------------------------------------------------------------- entities


def _enter_all(cast: Cast, found: Sequence[Run], text: str) -> None:
    kinds: dict[str, Kind] = {}
    for run in found:
        name = plain_name(run)
        if cast.gazetteer.get(name) is None and kinds.get(name) in (None, Kind.PLACE):
            kinds[name] = _kind_here(cast, run, name, text)
    by_name: dict[str, Entity] = {}
    for run in found:
        name = plain_name(run)
        known = cast.gazetteer.get(name)
        if known is not None and known.how == "adjective":
            continue
        if known is not None:
            canonical = name if known.how == "organ" else known.name
            made = Entity(canonical, known.kind, known.name)
        else:
            canonical, kind = name, kinds[name]
            made = Entity(name, kind, _whole(cast, name) if kind in (Kind.BODY, Kind.OUTLET) else None)
        entity = by_name.setdefault(canonical, made)
        if entity is made:
            cast.entities.append(entity)
        cast.by_run.append((run, entity))


# Bodies that speak for themselves, also where a state or a larger body is in their name: "the Bank of Lubia".
OF_THEIR_OWN = frozenset(
    "bank university church academy institute institution club union guild party front movement association federation "
    "league brotherhood society foundation observatory".split()
)


def _whole(cast: Cast, name: str) -> str:
    """For whom a body speaks: 'the Council of the Harbour Pact' for the Pact where that is known, else for itself."""
    parts = re.split(r" of (?:the )?", name, maxsplit=1)
    if len(parts) == 2 and parts[0].split()[-1].casefold() in BODY_HEADS - OF_THEIR_OWN:
        known = cast.gazetteer.get(parts[1])
        if known is not None and known.kind in (Kind.STATE, Kind.BODY):
            return known.name
        # a part of a whole: the whole has a head of its own, and the text names it alone too
        if parts[1].split()[-1].casefold() in BODY_HEADS and re.search(
            rf"(?<!of )(?<!of the )\b{re.escape(parts[1])}\b", cast.text
        ):
            return parts[1]
    return name


def _kind_here(cast: Cast, run: Run, name: str, text: str) -> Kind:
    """What a name that no list has names, by the words beside it."""
    before = text[max(0, run.start - 40) : run.start]
    last = re.search(r"([\w-]+)[,.]? $", before)
    word = last[1].casefold() if last else ""
    if word in ("opposition", "governing", "ruling") and "," not in before[-2:]:
        return Kind.BODY
    if word in NAMED_AS and "," not in before[-2:]:
        return NAMED_AS[word]
    kind = kind_of(name, cast.gazetteer)
    if kind is not None:
        return kind
    if word.rstrip(".") in cast.roles:
        return Kind.PERSON
    if len(run.parts) > 1 and word == "the":
        return Kind.BODY  # persons take no article: "Castellane of the Railway Brotherhood"
    if (word in LOCATIVE or (word in ("to", "from", "towards") and len(run.parts) == 1)) and not before.endswith(", "):
        return Kind.PLACE
    return (
        Kind.PERSON
        if 2 <= len(run.parts) <= 4 and run.parts[0].casefold() not in COMMON | {"new", "old", "great", "grand"}
        else Kind.PLACE
    )


def _link_short_forms(cast: Cast) -> None:
    """'Marsk' is Ilona Marsk, 'the Pact' the Harbour Pact, 'L. Feyn' Lukas Feyn; for two of one name see `_nearest`."""
    people = [e for e in cast.entities if e.kind is Kind.PERSON and " " in e.name]
    full_at: list[tuple[int, Entity]] = sorted(
        ((r.start, e) for r, e in cast.by_run if e in people), key=lambda item: item[0]
    )
    relinked: list[tuple[Run, Entity]] = []
    gone: set[int] = set()
    cache: dict[int, Entity | None] = {}
    for run, entity in cast.by_run:
        target: Entity | None = None
        longer = _longer(entity, people) if entity.kind is not Kind.STATE else []
        if longer:
            target = _nearest(run, longer, full_at)
        elif entity.kind in (Kind.PLACE, Kind.BODY, Kind.OUTLET):
            if id(entity) not in cache:
                cache[id(entity)] = cast.body(entity.name)
            target = cache[id(entity)]
        if target is not None and target is not entity:
            gone.add(id(entity))
        relinked.append((run, target or entity))
    kept = {id(e) for _, e in relinked}
    cast.by_run = relinked
    cast.entities = [e for e in cast.entities if id(e) in kept or id(e) not in gone]


def _longer(entity: Entity, people: Sequence[Entity]) -> list[Entity]:
    """The persons whose fuller name a name may be short for."""
    parts = entity.name.split()
    others = [p for p in people if p is not entity]
    if len(parts) == 1:
        surname = [p for p in others if p.name.split()[-1] == parts[0]]
        return surname or [p for p in others if p.name.split()[0] == parts[0]]
    if entity.kind is Kind.PERSON and INITIAL.match(parts[0]):
        return [
            p
            for p in others
            if p.name.split()[-1] == parts[-1] and p.name[0] == parts[0][0] and not INITIAL.match(p.name.split()[0])
        ]
    if entity.kind is Kind.PERSON:  # "Vale Ostrow" of "Henrik Vale Ostrow"
        return [p for p in others if len(p.name) > len(entity.name) and p.name.endswith(" " + entity.name)]
    return []


def _nearest(run: Run, longer: Sequence[Entity], full_at: Sequence[tuple[int, Entity]]) -> Entity:
    """Of several persons of one name the one named in full last before, else the first after."""
    if len(longer) == 1:
        return longer[0]
    before = [e for at, e in full_at if at < run.start and e in longer]
    return before[-1] if before else next((e for _, e in full_at if e in longer), longer[0])


__all__ = ["Cast", "Entity", "Setting", "build_cast"]
