"""Names in a text: runs of capitalised words, and what kind of thing each names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from onrecord.lexicon import rows
from onrecord.text.tokens import Word


class Kind(StrEnum):
    """What a name names."""

    PERSON = "person"
    STATE = "state"
    BODY = "body"
    OUTLET = "outlet"
    PLACE = "place"


# Heads of names of bodies and of outlets; written for this project.
BODY_HEADS = frozenset(
    "academy accord administration admiralty affairs agency alliance army assembly association authority "
    "bank bar bloc board brigade bureau "
    "cabinet campaign centre center chamber church club coalition college command commission committee "
    "community company confederation "
    "congress consortium cooperative corporation corps council court department directorate duma "
    "executive federation firm fleet "
    "force forces forum foundation front fund government group guard guild headquarters house initiative "
    "inspectorate institute institution "
    "junta league legion list lobby ministry mission movement navy network office organisation "
    "organization pact palace parliament partnership party "
    "platform police presidency secretariat senate service society staff supreme syndicate synod team "
    "treasury tribunal trust union university utility "
    "railways rail energy gas oil mines mining minerals airlines industries holdings partners power "
    "chancellery citadel citizens democrats "
    "caucus commonwealth compact concert conference covenant "
    "brotherhood sisterhood fellowship republicans socialists liberals conservatives greens labour watch "
    "observatory registry consulate embassy mandate regiment militia rebels".split()
)
OUTLET_HEADS = frozenset(
    "agency bell broadcaster broadcasting bulletin channel chronicle courier daily dispatch echo examiner "
    "express gazette globe guardian "
    "herald independent inquirer journal ledger mail messenger mirror monitor morning news newspaper "
    "newswire observer online paper "
    "post press radio record reporter review standard star sun telegraph times today tribune tv "
    "television voice weekly wire world "
    "argus sentinel register digest advertiser magazine portal podcast fm broadcast novosti presse "
    "zeitung kurier tidende".split()
)
# Heads of names of places, things and occasions: these never speak.
THING_HEADS = frozenset(
    "strait straits sea river valley mountain mountains dam bay gulf peninsula island islands port "
    "harbour harbor canal sill delta lake ocean coast street square hall "
    "hotel bridge road line corridor pipeline airport desert cape hill hills wall tower cathedral treaty "
    "act agreement convention charter protocol war summit talks games "
    "festival day week eve year award prize cup championship plan deal ii iii".split()
)
LINKS = frozenset("of the for and de del della di da van von der den al el bin ibn ben la le du des y & on in".split())
PARTICLES = frozenset("de del della di da van von der den al el bin ibn ben la le du des y".split())
# Words that open sentences with a capital and are no names.
COMMON = frozenset(
    "the a an this that these those it its he she they we i you his her their our my your who what when "
    "where why how which if unless "
    "until while after before once as since because although though but and or nor so yet not no nobody "
    "nothing none neither either both "
    "all any some many most several few each every other another such one two three four five six seven "
    "eight nine ten eleven twelve "
    "in on at by for from to with without about against among between into over under during through "
    "according asked speaking "
    "meanwhile however still then there here now today yesterday earlier later even only also just "
    "instead despite besides moreover "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december "
    "mr mrs ms dr yes is are was were will would can could should must may might do does did has have had "
    "let perhaps maybe never nor "
    "poor old young dear big first second last next more less much little whether would should whoever "
    "whatever would-be would n't under-way "
    "would nobody everyone everybody somebody someone anyone anybody nothing everything its theirs of up "
    "out down off again asked citing quoting".split()
)
MONTHS_DAYS = frozenset(
    "jan feb mar apr jun jul aug sep sept oct nov dec christmas easter ramadan monday tuesday wednesday "
    "thursday friday saturday sunday january february march april june july august september october "
    "november december".split()
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a vocabulary, a codebook or the article itself says of an alias."""

    name: str
    kind: Kind
    how: str  # name, capital, adjective, seat, organ


@dataclass(slots=True)
class Gazetteer:
    """Aliases of states, bodies and outlets, as printed (case matters: 'Turkey' is a state, 'turkey' none).

    `base` is the bundled vocabulary that all articles share; `known` is what one article adds.
    """

    base: Mapping[str, Known] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    regions: set[str] = field(default_factory=set)  # parts of states that have a government of their own

    def add(self, alias: str, name: str, kind: Kind, how: str) -> None:
        """Add an alias; what was there first stays."""
        if alias not in self.base:
            self.known.setdefault(alias, Known(name, kind, how))

    def get(self, alias: str) -> Known | None:
        """What is known of an alias."""
        return self.known.get(alias) or self.base.get(alias)

    @property
    def own(self) -> list[str]:
        """The names of the states that the article itself explains."""
        return [
            k.name for alias, k in self.known.items() if k.kind is Kind.STATE and k.how == "name" and alias == k.name
        ]


def bundled_gazetteer() -> Gazetteer:
    """The rows of `data/actors.tsv`."""
    made: dict[str, Known] = {}
    for row in rows("actors.tsv"):
        for alias in row["alias"].split(", "):
            made.setdefault(alias, Known(row["name"], Kind(row["kind"]), row["how"]))
    return Gazetteer(base=made)


def bundled_roles() -> dict[str, str]:
    """Role nouns of `data/roles.tsv` with their kind: state, body, aide or plain."""
    return {row["role"]: row["kind"] for row in rows("roles.tsv")}


@dataclass(frozen=True, slots=True)
class Run:
    """A run of capitalised words that may be a name, possessive 's left out."""

    text: str
    start: int
    end: int
    owned: bool  # followed by 's: it owns what comes next
    parts: tuple[str, ...]


def runs(tokens: list[Word], lowercase: frozenset[str], openers: set[int], roles: Mapping[str, str]) -> list[Run]:
    """The capitalised runs among `tokens`.

    `openers` are the positions where sentences start, so that their first word's capital proves nothing: it is left
    out where it is a common word or the article also has it in lower case. Titles are no part of a name.
    """
    found: list[Run] = []
    i = 0
    while i < len(tokens):
        title = _title_width(tokens, i, roles)
        if title or not _starts(tokens[i], lowercase, openers, roles):
            i += title or 1
            continue
        j = i + 1
        while j < len(tokens):
            named = (
                i > 0
                and tokens[i - 1].lower in NAMED_AS
                and tokens[j].lower == "of"
                and j + 1 < len(tokens)
                and tokens[j + 1].is_name
            )
            step = 2 if named else _continues(tokens, j, roles)  # "the association Water of Lamori"
            if step == 0:
                break
            j += step
        body = tokens[i:j]
        owned = j < len(tokens) and tokens[j].lower == "'s"
        text = re.sub(r" ([’']s)(?= )", r"\1", re.sub(r"s ([’']) (?=[A-Z])", r"s\1 ", " ".join(w.text for w in body)))
        found.append(Run(text, body[0].start, body[-1].end, owned, tuple(w.text for w in body)))
        i = j
    return found


def _title_width(tokens: list[Word], i: int, roles: Mapping[str, str]) -> int:
    """How many capitalised words from `i` on are a title before a name: 'Foreign Minister', 'Secretary of State'."""
    if not tokens[i].is_name:
        return 0
    for width in (4, 3, 2):
        part = tokens[i : i + width]
        if len(part) < width or not part[-1].is_name:
            continue
        if " ".join(w.lower for w in part) in roles:
            return width
        # an office with a portfolio that no list has: 'Fisheries Minister', 'Water and Energy Minister'
        if (
            part[-1].lower in PORTFOLIOS
            and all(w.is_name or w.lower in ("and", "of") for w in part)
            and not {w.lower for w in part} & BODY_HEADS
        ):
            return width
    return 0


# Nouns before a name that say what it names: "the newspaper X", "the company Y".
NAMED_AS = {
    **dict.fromkeys(
        "newspaper agency channel daily broadcaster radio paper weekly website portal magazine station journal".split(),
        Kind.OUTLET,
    ),
    **dict.fromkeys(
        "company firm bank party union group movement organisation organization alliance bloc association "
        "federation concern charity campaign foundation cooperative".split(),
        Kind.BODY,
    ),
}
PORTFOLIOS = frozenset("minister secretary commissioner ombudsman envoy".split())


def _starts(word: Word, lowercase: frozenset[str], openers: set[int], roles: Mapping[str, str]) -> bool:
    if not word.is_name or word.lower.rstrip(".") in COMMON | MONTHS_DAYS:
        return False
    if word.start in openers and (word.lower in lowercase or word.lower in roles):
        return False
    return word.lower not in roles


def _continues(tokens: list[Word], j: int, roles: Mapping[str, str]) -> int:
    """How many words from `j` on belong to the run (0: none)."""
    word = tokens[j]
    if word.text in '"“' and j + 2 < len(tokens) and any(t.text in '"”' for t in tokens[j + 1 : j + 5]):
        # a nickname inside a name: Paul "The Hammer" Ostrow
        close = next(k for k in range(j + 1, j + 5) if tokens[k].text in '"”')
        return close - j + 1 if close + 1 < len(tokens) and tokens[close + 1].is_name and tokens[j + 1].is_name else 0
    if word.lower == "'s" and _OF_PEOPLE.search(tokens[j - 1].lower) and _one_name(tokens, j + 1, roles):
        return 2  # "the People's Anchor", "the Seamen's Union"; "Caldria's Parliament" are two
    if word.text in "'’" and tokens[j - 1].end == word.start and j + 1 < len(tokens) and tokens[j + 1].is_name:
        owner = tokens[j - 1].lower
        if owner.endswith("s") and tokens[j + 1].lower in BODY_HEADS:
            return 2  # "Roofers' Union"
        return 2 if owner.endswith("ers") and _one_name(tokens, j + 1, roles) else 0  # "Workers' Bench"
    if (
        word.lower in SURNAMES_TOO
        and word.is_name
        and not (j + 1 < len(tokens) and tokens[j + 1].is_name)
        and tokens[j - 1].lower not in BODY_HEADS
    ):
        return 1
    if word.is_name:
        return 0 if word.lower in MONTHS_DAYS or (word.lower in roles and word.lower not in BODY_HEADS) else 1
    if word.lower in LINKS and j + 1 < len(tokens):
        following = tokens[j + 1]
        if following.is_name and following.lower not in roles:
            if word.lower in PARTICLES:
                return 2
            if word.lower in ("of", "for", "and", "&") and tokens[j - 1].lower in BODY_HEADS | OUTLET_HEADS:
                return 2
        if word.lower == "of" and following.lower == "the" and j + 2 < len(tokens) and tokens[j + 2].is_name:
            return 3 if tokens[j - 1].lower in BODY_HEADS | OUTLET_HEADS else 0
    return 0


_OF_PEOPLE = re.compile(r"(?:men|women|children|people|folk)$")


def _one_name(tokens: list[Word], at: int, roles: Mapping[str, str]) -> bool:
    """Whether one capitalised word stands there alone, no title, or the head of a body's name."""
    if at >= len(tokens) or not tokens[at].is_name or tokens[at].lower in roles:
        return False
    return tokens[at].lower in BODY_HEADS or not (at + 1 < len(tokens) and tokens[at + 1].is_name)


# Roles that are surnames as well: "James Baker" is a name, "Baker James" none.
SURNAMES_TOO = frozenset(
    "baker carpenter shepherd hunter pope bishop dean abbot miner sailor pilot singer warden marshal cook "
    "mason skipper page major prior chancellor".split()
)


def real_names(found: list[Run], openers: set[int], gazetteer: Gazetteer) -> list[Run]:
    """The runs without single words that only open sentences: their capital proves nothing."""
    inside = {run.text for run in found if run.start not in openers} | {
        p for run in found for p in run.parts if len(run.parts) > 1
    }
    return [
        run
        for run in found
        if len(run.parts) > 1
        or run.start not in openers
        or run.text in inside
        or gazetteer.get(run.text) is not None
        or run.text.isupper()
    ]


def plain_name(run: Run) -> str:
    """The name without a nickname in quotation marks."""
    return " ".join(re.sub(r'["“][^"”]*["”]', " ", run.text).split())


def kind_of(name: str, gazetteer: Gazetteer) -> Kind | None:
    """What a name names by the gazetteer or by its head; None where it could be a person or a place."""
    known = gazetteer.get(name)
    if known is not None:
        return known.kind
    parts = [p.casefold() for p in name.split()]
    if any(p in OUTLET_HEADS for p in (parts[0], parts[-1])) and not (set(parts) & {"court", "union", "council"}):
        return Kind.OUTLET
    if any(p in BODY_HEADS or (p.endswith("s") and p[:-1] in BODY_HEADS) for p in parts):
        return Kind.BODY
    if parts[-1] in THING_HEADS:
        return Kind.PLACE
    if name.isupper() and 2 <= len(name) <= 6:
        return Kind.BODY
    return None
