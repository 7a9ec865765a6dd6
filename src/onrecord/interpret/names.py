"""Names in a text: runs of capitalised words, and what kind of thing each names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from onrecord.interpret.words import Word, words
from onrecord.lexicon import rows


class Kind(StrEnum):
    """What a name names."""

    PERSON = "person"
    STATE = "state"
    BODY = "body"
    OUTLET = "outlet"
    PLACE = "place"


# Heads of names of bodies and of outlets; written for this project.
BODY_HEADS = frozenset(
    "academy accord administration admiralty affairs agency alliance army assembly association authority bank bar bloc board brigade bureau "
    "cabinet campaign centre center chamber church club coalition college command commission committee community company confederation "
    "congress consortium cooperative corporation corps council court department directorate duma executive federation firm fleet "
    "force forces forum foundation front fund government group guard guild headquarters house initiative inspectorate institute institution "
    "junta league legion list lobby ministry mission movement navy network office organisation organization pact palace parliament partnership party "
    "platform police presidency secretariat senate service society staff supreme syndicate synod team treasury tribunal trust union university utility "
    "railways rail energy gas oil mines mining minerals airlines industries holdings partners power chancellery citadel citizens democrats "
    "republicans socialists liberals conservatives greens labour watch observatory registry consulate embassy mandate regiment militia rebels".split()
)
OUTLET_HEADS = frozenset(
    "agency bell broadcaster broadcasting bulletin channel chronicle courier daily dispatch echo examiner express gazette globe guardian "
    "herald independent inquirer journal ledger mail messenger mirror monitor morning news newspaper newswire observer online paper "
    "post press radio record reporter review standard star sun telegraph times today tribune tv television voice weekly wire world "
    "argus sentinel register digest advertiser magazine portal podcast fm broadcast novosti presse zeitung kurier tidende".split()
)
LINKS = frozenset("of the for and de del della di da van von der den al el bin ibn ben la le du des y & on in".split())
PARTICLES = frozenset("de del della di da van von der den al el bin ibn ben la le du des y".split())
# Words that open sentences with a capital and are no names.
COMMON = frozenset(
    "the a an this that these those it its he she they we i you his her their our my your who what when where why how which if unless "
    "until while after before once as since because although though but and or nor so yet not no nobody nothing none neither either both "
    "all any some many most several few each every other another such one two three four five six seven eight nine ten eleven twelve "
    "in on at by for from to with without about against among between into over under during through according asked speaking "
    "meanwhile however still then there here now today yesterday earlier later even only also just instead despite besides moreover "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december "
    "mr mrs ms dr yes is are was were will would can could should must may might do does did has have had let perhaps maybe never nor "
    "first second last next more less much little whether would should whoever whatever would-be would n't under-way "
    "would nobody everyone everybody somebody someone anyone anybody nothing everything its theirs of up out down off again asked citing quoting".split()
)
MONTHS_DAYS = frozenset(
    "jan feb mar apr jun jul aug sep sept oct nov dec christmas easter ramadan monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december".split()
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a vocabulary, a codebook or the article itself says of an alias."""

    name: str
    kind: Kind
    how: str  # name, capital, adjective, seat, organ


@dataclass(slots=True)
class Gazetteer:
    """Aliases of states, bodies and outlets, as printed (case matters: 'Turkey' is a state, 'turkey' none)."""

    known: dict[str, Known] = field(default_factory=dict)

    def add(self, alias: str, name: str, kind: Kind, how: str) -> None:
        """Add an alias; what was there first stays."""
        self.known.setdefault(alias, Known(name, kind, how))

    def get(self, alias: str) -> Known | None:
        """What is known of an alias."""
        return self.known.get(alias)


def bundled_gazetteer() -> Gazetteer:
    """The rows of `data/actors.tsv`."""
    made = Gazetteer()
    for row in rows("actors.tsv"):
        made.add(row["alias"], row["name"], Kind(row["kind"]), row["how"])
    return made


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
            step = _continues(tokens, j, roles)
            if step == 0:
                break
            j += step
        body = tokens[i:j]
        owned = j < len(tokens) and tokens[j].lower == "'s"
        text = re.sub(r"s ([’']) (?=[A-Z])", r"s\1 ", " ".join(w.text for w in body))
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
        if part[-1].lower in PORTFOLIOS and all(w.is_name or w.lower in ("and", "of") for w in part) and not {w.lower for w in part} & BODY_HEADS:
            return width
    return 0


# Nouns before a name that say what it names: "the newspaper X", "the company Y".
NAMED_AS = {
    **dict.fromkeys("newspaper agency channel daily broadcaster radio paper weekly website portal magazine station journal".split(), Kind.OUTLET),
    **dict.fromkeys("company firm bank party union group movement organisation organization alliance bloc association federation concern charity".split(), Kind.BODY),
}  # fmt: skip
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
    if word.text == '"' and j + 2 < len(tokens) and any(t.text == '"' for t in tokens[j + 1 : j + 5]):
        # a nickname inside a name: Paul "The Hammer" Ostrow
        close = next(k for k in range(j + 1, j + 5) if tokens[k].text == '"')
        return close - j + 1 if close + 1 < len(tokens) and tokens[close + 1].is_name and tokens[j + 1].is_name else 0
    if word.text in "'’" and tokens[j - 1].lower.endswith("s") and tokens[j - 1].end == word.start and j + 1 < len(tokens):
        return 2 if tokens[j + 1].is_name and tokens[j + 1].lower in BODY_HEADS else 0  # "Roofers' Union"
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


def real_names(found: list[Run], openers: set[int], gazetteer: Gazetteer) -> list[Run]:
    """The runs without single words that only open sentences: their capital proves nothing."""
    inside = {run.text for run in found if run.start not in openers} | {p for run in found for p in run.parts if len(run.parts) > 1}
    return [
        run
        for run in found
        if len(run.parts) > 1 or run.start not in openers or run.text in inside or gazetteer.get(run.text) is not None or run.text.isupper()
    ]


def plain_name(run: Run) -> str:
    """The name without a nickname in quotation marks."""
    return " ".join(re.sub(r'"[^"]*"', " ", run.text).split())


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
    if name.isupper() and 2 <= len(name) <= 6:
        return Kind.BODY
    return None


ADJECTIVE = re.compile(r"(?:an|ian|ean|i|ese|ish|ic|er|n|ch|sh|iot|ite)s?$")


def states_of(text: str, gazetteer: Gazetteer) -> None:
    """Add to the gazetteer the states, capitals and adjectives that the text itself explains.

    Read are "X (capital Y)", "Y, capital of X", "Y, the Xian capital", "Y, X's capital" and adjectives that share the
    stem of a state so found. This is how unknown, historic or invented states come to be known.
    """
    name = r"([A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2})"
    pairs: list[tuple[str, str]] = []
    for place, body in re.findall(rf"\b{name},? (?:which is )?(?:the seat of the|where the) {name}\b(?: has its seat| sits| meets)?", text):
        full = re.search(rf"\bthe ([A-Z][\w-]+ (?:[A-Z][\w-]+ )?{re.escape(body)})\b", text)
        gazetteer.add(place, full[1] if full else body, Kind.BODY, "seat")
    for body, place in re.findall(rf"\b{name} \((?:whose )?(?:seat|headquarters|based in|seat in|seat at) (?:is )?(?:in )?{name}", text):
        gazetteer.add(place, body, Kind.BODY, "seat")
    for match in re.finditer(rf"\b{name} \((?:whose )?capital (?:is )?{name}", text):
        pairs.append((match[1], match[2]))
    for match in re.finditer(rf"\b{name},? (?:the |its )?capital (?:city )?of {name}", text):
        pairs.append((match[2], match[1]))
    for match in re.finditer(rf"\b{name},? {name}(?:'s|’s) capital", text):
        pairs.append((match[2], match[1]))
    for state, capital in pairs:
        gazetteer.add(state, state, Kind.STATE, "name")
        gazetteer.add(capital, state, Kind.STATE, "capital")
    office = r"(?:[Pp]resident|[Pp]rime [Mm]inister|[Pp]remier|[Cc]hancellor|[Ff]oreign [Mm]inister|[Kk]ing|[Qq]ueen|[Ee]mir|[Gg]overnment|[Aa]rmy|[Pp]arliament|[Aa]mbassador|[Ee]nvoy|minister of [\w ]{3,20}|[Mm]inister(?= of [A-Z]))"
    for match in re.finditer(rf"\b{office}(?: [A-Z][\w.’'-]+){{0,3}} of ([A-Z][\w’'-]+)\b(?! [A-Z])", text):
        if kind_of(match[1], gazetteer) is None:
            gazetteer.add(match[1], match[1], Kind.STATE, "name")
    capitals = re.findall(rf"\b{name},? (?:which is )?the {name} capital", text)
    capitals += [(b, a) for a, b in re.findall(rf"\bthe {name} capital,? (?:of )?{name}", text)]
    titled = re.findall(
        r"\b([A-Z]\w+(?:an|i|ese|ish|ic|n|er)) (?:[Ff]oreign |[Pp]rime |[Dd]efen[cs]e |\w+ )?"
        r"(?:[Pp]resident|[Mm]inister|[Pp]arliament|[Gg]overnment|[Aa]rmy|[Aa]mbassador|[Ee]nvoy|[Ss]enate|forces|troops|capital)\b",
        text,
    )
    tokens = {w.text for w in words(text) if w.is_name}
    for adjective in {a for _, a in capitals} | set(titled):
        state = state_of_adjective(adjective, tokens, gazetteer)
        if state is not None:
            gazetteer.add(state, state, Kind.STATE, "name")
            gazetteer.add(adjective, state, Kind.STATE, "adjective")
    for capital, adjective in capitals:
        known = gazetteer.get(adjective)
        if known is not None:
            gazetteer.add(capital, known.name, Kind.STATE, "capital")
    for state in [k.name for k in gazetteer.known.values() if k.kind is Kind.STATE and k.how == "name"]:
        for token in tokens:
            if token != state and ADJECTIVE.search(token) and _same_stem(token, state):
                gazetteer.add(token, state, Kind.STATE, "adjective")


def state_of_adjective(adjective: str, tokens: Iterable[str], gazetteer: Gazetteer) -> str | None:
    """The state that an adjective belongs to: known, or another capitalised word of the text with its stem."""
    known = gazetteer.get(adjective)
    if known is not None:
        return known.name
    candidates = [t for t in tokens if t != adjective and _same_stem(adjective, t) and not t.startswith(adjective)]
    return min(candidates, key=lambda t: (len(t), t)) if candidates else None


def _same_stem(adjective: str, state: str) -> bool:
    """Whether 'Dalmerian' may be of 'Dalmeria': the state less its last vowels begins the adjective."""
    root = re.sub(r"[aeiouy]+$", "", state.casefold())
    return len(root) >= 4 and adjective.casefold().startswith(root) and 0 < len(adjective) - len(root) <= 5
