"""What the words around a name tell: roles, gender, and for whom a person or an unnamed source speaks.

An office names its state or body ("the Lubian envoy", "chair of the Atoll Group"), by a possessive ("its chairman"),
by a lower-case body ("the coalition's spokeswoman") or not at all ("Foreign Minister Ann Lee"): then `homes` looks
for it in the sentences around.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.interpret.cast import Cast, Entity
from onrecord.interpret.names import NAMED_AS, OUTLET_HEADS, Kind, Run
from onrecord.text.tokens import Word

# "who leads the League", "heads", "chairs"
LEADS = re.compile(
    r"^,? ?who (?:now |currently |also )?(?:leads|led|heads|headed|chairs|chaired|runs|represents|speaks for|"
    r"commands|directs|founded|presides)\b"
)
STATE_WORDS = frozenset("government country cabinet state nation administration regime homeland".split())
ORGANS = STATE_WORDS | frozenset(
    "army parliament senate ministry police gendarmerie presidency palace forces navy embassy delegation "
    "negotiators military assembly treasury "
    "kremlin chancellery ministries troops soldiers coastguard lawmakers mps senators ministers gendarme "
    "gendarmes president premier pm minister "
    "generals officials authorities".split()
)
# Nouns by which a body that has been named is spoken of again.
BODY_NOUNS = frozenset(
    "coalition union league party bank company firm group alliance bloc commission committee council "
    "movement association agency court guild "
    "brotherhood front pact chamber club federation organisation organization institute railway railways "
    "university church trust fund board "
    "newspaper paper channel broadcaster station daily society network authority body mission office "
    "opposition centre center".split()
)
VAGUE = frozenset("official officials authorities negotiator negotiators minister ministers ministry".split())
STOPS = frozenset('. ; : ! ? ( ) " “ ” „ « » — –'.split())
BREAKS = frozenset(
    "said says told tells that and but while as who which when where whom because if whether called urged "
    "asked accused met with by against between "
    "added warned thanked phoned is was has had were are will would".split()
)
POSSESSIVES = frozenset("his her its their whose our my".split())
APART = frozenset(("close", "near", "familiar", "opposite", "outside", "against"))
APARTNESS = frozenset("of for by with to against from about on in".split())
STANDS_ALONE = frozenset(
    "union association club council commission court tribunal chamber company bank league society "
    "committee movement federation guild".split()
)
DETERMINERS = frozenset("the a an its his her their this".split())
IN = frozenset("in near outside inside around across".split())
ORGAN_NAMES = frozenset(
    "ministry parliament senate army navy police cabinet government treasury chancellery presidency "
    "embassy assembly gendarmerie".split()
)
OF_BODIES = frozenset(
    (
        "commissioner",
        "high representative",
        "secretary-general",
        "secretary general",
        "director-general",
        "presiding judge",
        "ambassador",
    )
)
MALE = frozenset(
    "mr sir king prince spokesman chairman lord husband father son brother uncle businessman congressman "
    "fisherman".split()
)
FEMALE = frozenset(
    "mrs ms miss queen princess spokeswoman chairwoman dame lady wife mother daughter sister mum "
    "businesswoman congresswoman headmistress".split()
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase at `[start, end)`; `skip` is the person it is about."""

    start: int
    end: int
    skip: Entity | None = None
    office: bool = False  # its head is an office of a state


def describe(cast: Cast) -> None:
    """Fill in roles, gender and affiliation of the persons of a cast."""
    lean(cast)
    for run, entity in cast.by_run:
        if entity.kind is Kind.PERSON:
            _around(cast, run, entity)


# ---------------------------------------------------------------- the words around a mention


def _around(cast: Cast, run: Run, entity: Entity) -> None:
    before = _title(cast, run)
    if before:
        _take(cast, entity, before)
    after = _apposition(cast, run)
    if after:
        _take(cast, entity, after)


def _title(cast: Cast, run: Run) -> Sequence[Word]:
    """The words of a title right before a name, or before its comma: 'its envoy', 'Caldria's prime minister, '."""
    tokens = [w for w in cast.words_before(run.start, 16) if "\n" not in cast.text[w.start : run.start]]
    apposed = len(tokens) > 1 and tokens[-1].text == ","
    if apposed:
        tokens.pop()
    begin = len(tokens)
    while begin > 0:
        word = tokens[begin - 1]
        joins = word.lower == "and" and begin < len(tokens) and tokens[begin].is_name  # "Water and Energy Minister"
        if word.text in STOPS or word.text == "," or (word.lower in BREAKS and not joins):
            break
        begin -= 1
        if word.lower in POSSESSIVES:
            break
    kept = tokens[begin:]
    last = max((i for i, w in enumerate(kept) if w.lower.rstrip(".") in cast.roles), default=-1)
    owner = bool(kept) and (kept[-1].lower == "'s" or kept[-1].lower in POSSESSIVES)
    if last < 0:
        return (
            kept
            if kept and not apposed and (owner or any(w.lower in NAMED_AS or w.lower in BODY_NOUNS for w in kept))
            else []
        )
    rest = [w.lower for w in kept[last + 1 :]]
    if rest and rest[0] not in ("of", "for", "at", "in", "on", "from", "to") and not owner:
        return []
    # what stands before a preposition or an article is another phrase: "the proposal of Prime Minister Ann Lee"
    first = next((i + 1 for i in range(last - 1, -1, -1) if kept[i].lower in APARTNESS or kept[i].lower == "the"), 0)
    return kept[first:]


def _apposition(cast: Cast, run: Run) -> Sequence[Word]:
    """What tells of a person after the name: ', the envoy of X', ' of the Pact', ' (Order Party)', ', who leads X'."""
    after = cast.text[run.end : run.end + 160].split("\n")[0]
    match = re.match(r"(?:, | \()([^.;:\"“”()]{3,130}?)(?=[,.;:\"“”()]|$| (?:said|says|told|tells)\b)", after)
    if (
        match is not None
        and (LEADS.match(after) or _opens_apposition(cast, match[1]))
        and not re.match(r" (?:said|says|told|tells)\b", after[match.end() :])
    ):
        return cast.words_in(run.end + match.start(1), run.end + match.end(1))
    match = re.match(r"(?: (?:of|from|for) (?:the |its |his |her )?|, whose )(?:[a-z]+ ){0,2}", after)
    if match is not None:
        named = cast.in_span(run.end, run.end + match.end() + 60)
        if (
            named
            and named[0][0].start <= run.end + match.end()
            and (match[0][0] == " " or named[0][1].kind is Kind.BODY)
        ):
            return cast.words_in(run.end + 1, named[0][0].end)
    return []


def _opens_apposition(cast: Cast, phrase: str) -> bool:
    first = phrase.split()[0].casefold()
    lowers = [re.sub(r"['’]s$", "", w.casefold()) for w in phrase.split()]
    if phrase.startswith("who "):
        return False
    if first in ("the", "a", "an", "its", "his", "her", "their", "whose", "former", "once", "now"):
        return any(w in cast.roles or w in MALE | FEMALE or w in ("man", "woman", "lady", "leader") for w in lowers)
    return any(w in cast.roles for w in lowers[:6]) or (
        phrase[:1].isupper() and len(lowers) <= 4 and not any(w in ("and",) for w in lowers)
    )


def _take(cast: Cast, entity: Entity, words: Sequence[Word]) -> None:
    titles = roles_in(words, cast)
    entity.roles += [t for t in titles if t not in entity.roles]
    lowers = {t.lower.rstrip(".") for t in words}
    if lowers & MALE:
        entity.gender = entity.gender or "m"
    elif lowers & FEMALE:
        entity.gender = entity.gender or "f"
    if entity.affiliation is None:
        office = any(cast.roles.get(t) == "state" for t in titles)
        entity.affiliation = told_side(cast, Phrase(words[0].start, words[-1].end, entity, office))


def roles_in(tokens: Sequence[Word], cast: Cast) -> list[str]:
    """The roles among the words, longest first at each place: 'minister of foreign affairs' before 'minister'."""
    lowers = [singular(t.lower.rstrip("."), cast) for t in tokens]
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


def singular(word: str, cast: Cast) -> str:
    """The singular of a role noun: 'officials' is the role 'official'."""
    return word[:-1] if word.endswith("s") and word not in cast.roles and word[:-1] in cast.roles else word


# ---------------------------------------------------------------- for whom


def told_side(cast: Cast, phrase: Phrase) -> str | None:
    """The state or body that a noun phrase names as the one it speaks for; None where it names none."""
    words = cast.words_in(phrase.start, phrase.end)
    if not words:
        return None
    states, bodies, people, adverbial = _named_in(cast, phrase, words)
    roles = [cast.roles.get(r) for r in roles_in(words, cast)]
    serves = any(r in ("aide", "state") for r in roles) or not roles
    if people and serves and people[0].side:
        return people[0].side
    if {w.lower for w in words} & {"provincial", "regional"} and len(cast.gazetteer.regions) == 1:
        return next(iter(cast.gazetteer.regions))
    if phrase.office and states:
        return states[0]
    if bodies:
        return bodies[0]
    if states:
        return states[0]
    owner = _owner(cast, phrase, words)
    if owner is not None:
        return owner
    lower = _lower_body(cast, words, phrase.start)
    if lower is not None:
        return lower
    return adverbial if adverbial and {singular(w.lower, cast) for w in words} & VAGUE else None


def _named_in(
    cast: Cast, phrase: Phrase, words: Sequence[Word]
) -> tuple[list[str], list[str], list[Entity], str | None]:
    """States, bodies and persons named in a phrase, and a place it is only said to be in ('officials in Sten')."""
    states: list[str] = []
    bodies: list[str] = []
    people: list[Entity] = []
    adverbial: str | None = None
    at = {run.start: (run, e) for run, e in cast.in_span(phrase.start, phrase.end)}
    previous = ""
    for word in words:
        known = cast.gazetteer.get(word.text)
        if word.start in at:
            run, entity = at[word.start]
            if entity is phrase.skip:
                continue
            if previous == "to" and entity.kind is Kind.STATE:
                continue  # the envoy to Lubia
            if previous in IN and (entity.kind in (Kind.STATE, Kind.PLACE) or run.text != entity.name):
                adverbial = adverbial or entity.side
            elif previous not in APART and not any(w.lower in APART for w in words if w.start < word.start):
                if entity.kind is Kind.PERSON:
                    people.append(entity)
                elif entity.kind is Kind.STATE:
                    states.append(entity.name)
                elif (
                    entity.kind in (Kind.BODY, Kind.OUTLET)
                    or run.owned
                    or previous in NAMED_AS
                    or previous in ("of", "opposition", "governing", "ruling")
                ):
                    bodies.append(entity.side or entity.name)
        elif known is not None and known.kind is Kind.STATE and known.how == "adjective":
            states.append(known.name)
        if word.is_word and word.lower not in ("the", "a", "an"):
            previous = word.lower
    return states, bodies, people, adverbial


def _owner(cast: Cast, phrase: Phrase, words: Sequence[Word]) -> str | None:
    """What 'its', 'whose' or 'their' in a phrase means: the state or body named before; 'his' is the resolver's."""
    for word in words:
        if word.lower in ("its", "whose", "their"):
            holder = body_before(cast, word.start, office=phrase.office and not set(roles_in(words, cast)) & OF_BODIES)
            return holder.side if holder is not None else None
    return None


def _lower_body(cast: Cast, words: Sequence[Word], position: int) -> str | None:
    """A body that is named by its kind alone: 'the coalition's spokeswoman', 'the bank's chief'."""
    for i, word in enumerate(words):
        printed = _printed_body(words, i)
        if printed is not None:
            return printed
        if (
            word.lower not in BODY_NOUNS
            or word.is_name
            or (i == len(words) - 1 and len(words) > 1 and words[0].lower not in ("the", "its"))
        ):
            continue
        found = body_called(cast, word.lower, position)
        if found is not None:
            return found.side
        if word.lower == "opposition" and i and words[i - 1].lower == "the":
            return "opposition"
    return None


def _printed_body(words: Sequence[Word], at: int) -> str | None:
    """A lower-case body with words of its own, as printed: 'the pitmen's union', 'the electoral commission'."""
    if words[at].lower not in STANDS_ALONE or words[at].is_name or at < 2:
        return None
    first = next((i for i in range(at - 1, -1, -1) if words[i].lower in DETERMINERS), None)
    if first is None or at - first < 2 or any(w.is_name or w.text == "," for w in words[first + 1 : at]):
        return None
    return re.sub(r" (['’])", r"\1", " ".join(w.text for w in words[first + 1 : at + 1]))


def body_called(cast: Cast, noun: str, position: int) -> Entity | None:
    """The body that a kind noun means at a position: the one with the noun in its name that was named last."""
    stem = noun.rstrip("s")
    fitting = [
        e
        for e in cast.entities
        if e.kind in (Kind.BODY, Kind.OUTLET) and any(p.rstrip("s") == stem for p in e.name.casefold().split())
    ]
    if not fitting:
        kind = Kind.OUTLET if noun in OUTLET_HEADS or noun == "newspaper" else NAMED_AS.get(noun)
        if kind is None:
            return None
        fitting = [
            e for e in cast.entities if e.kind is kind and any(position - 700 < m < position for m in e.mentions)
        ]
    before = [(max((m for m in e.mentions if m < position), default=-1), e) for e in fitting]
    return max(before, key=lambda item: item[0])[1] if before else None


def body_before(cast: Cast, position: int, *, office: bool = False) -> Entity | None:
    """What "its" means at a position: the first state or body of its sentence before it, else of the sentence before.

    Where an office of a state follows, states go first.
    """
    start = position
    for _ in range(2):
        stop = start
        start = sentence_start(cast.text, stop - 1)
        inside = [e for run, e in cast.in_span(start, stop) if e.kind in (Kind.STATE, Kind.BODY, Kind.OUTLET)]
        states = [e for e in inside if e.kind is Kind.STATE]
        if inside:
            return states[0] if office and states else inside[0]
    return None


def sentence_start(text: str, position: int) -> int:
    """Where the sentence of a position begins, roughly."""
    return max(text.rfind(mark, 0, max(0, position - 1)) for mark in (". ", "? ", "! ", "\n", '." ', ".” ")) + 1


# ---------------------------------------------------------------- he or she


def lean(cast: Cast) -> None:
    """Let pronouns tell a person's gender where one person alone is named in the two sentences up to them."""
    bounds = [m.start() for m in re.finditer(r"(?<=[.!?]) +(?=[A-Z\"“‘])|\n", cast.text)]
    marks = [0, *bounds]
    people = [(run, e) for run, e in cast.by_run if e.kind is Kind.PERSON]
    s = p = 0
    for word in cast.tokens:
        if word.lower not in ("he", "she", "his", "her", "him", "himself", "herself"):
            continue
        while s + 1 < len(marks) and marks[s + 1] <= word.start:
            s += 1
        begin = marks[max(0, s - 1)]
        while p < len(people) and people[p][0].start < begin:
            p += 1
        near = {id(e): e for _, e in _until(people, p, word.start)}
        if len(near) == 1:
            only = next(iter(near.values()))
            only.leaning += 1 if word.lower in ("she", "her", "herself") else -1


def _until(people: Sequence[tuple[Run, Entity]], start: int, stop: int) -> Sequence[tuple[Run, Entity]]:
    end = start
    while end < len(people) and people[end][0].start < stop:
        end += 1
    return people[start:end]
