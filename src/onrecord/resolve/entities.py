"""Group an article's names to entities. This is the only module that creates or changes entities."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from onrecord.lexicon import word_class
from onrecord.resolve.document import Document, repaired
from onrecord.resolve.name_context import Item
from onrecord.resolve.name_kinds import is_slip, key_of
from onrecord.resolve.name_repair import NameRepair
from onrecord.resolve.names import Name
from onrecord.resolve.public_figures import known_by_surname
from onrecord.resolve.vocabulary import Vocabulary

MOST_INITIALS = 3
NEAR = 3  # sentences back to whom "his" may mean
INITIAL = re.compile(r"(?:[A-Z]\.)+$|[A-Z]$")
ABBREVIATION = re.compile(r"\(\s*(?:the |or |[\"“])*([A-Z][A-Za-z&.\-]{1,9})[\"”]?\s*\)|, or (?:the )?([A-Z]{2,9})\b")


@dataclass(slots=True, eq=False)
class Entity:
    """Describe a named entity; `kind`: person, organisation, state, outlet, place, group or other."""

    name: str
    kind: str
    owner: str | None = None  # the state or body that it is an organ of
    gender: str | None = None
    mentions: list[Mention] = field(default_factory=list)

    @property
    def first(self) -> int:
        """Return the position of its first mention."""
        return self.mentions[0].start if self.mentions else 0


@dataclass(frozen=True, slots=True, eq=False)
class Mention:
    """Locate a mention of an entity: tokens `[first, last)`, code points `[start, end)`."""

    entity: Entity
    first: int
    last: int
    start: int
    end: int
    full: bool


@dataclass(slots=True)
class Entities:
    """Hold all entities of an article with their mentions in text order."""

    document: Document
    everything: list[Entity]
    mentions: list[Mention]
    home: str | None = None

    def inside(self, start: int, end: int) -> list[Mention]:
        """Return the mentions inside a span."""
        return [m for m in self.mentions if start <= m.start and m.end <= end]

    def persons(self) -> list[Entity]:
        """Return all persons."""
        return [e for e in self.everything if e.kind == "person"]


def build_entities(
    document: Document, names: Sequence[Name], vocabulary: Vocabulary, sources: Sequence[tuple[int, int]] = ()
) -> Entities:
    """Group the names of an article; `sources` are the spans of sources, where capitalised words are names."""
    return _Builder(document, vocabulary).build(names, sources)


class _Builder:
    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self._document, self._vocabulary = document, vocabulary
        self._repair = NameRepair(document, vocabulary)

    def build(self, names: Sequence[Name], sources: Sequence[tuple[int, int]]) -> Entities:
        items = self._repair.items(names, sources)
        for item in items:
            item.text = repaired(item.text)
        entities: list[Entity] = []
        chosen: dict[int, Entity] = {}
        persons = [n for n, item in enumerate(items) if item.kind == "person"]
        self._group_persons(items, persons, entities, chosen)
        rest = [n for n in range(len(items)) if n not in chosen]
        self._group_others(items, rest, entities, chosen)
        mentions = []
        for n, item in enumerate(items):
            entity = chosen[n]
            full = item.last - item.first > 1 or entity.kind != "person"
            mention = Mention(entity, item.first, item.last, item.start, item.end, full)
            entity.mentions.append(mention)
            mentions.append(mention)
        self._genders(mentions)
        made = Entities(self._document, [e for e in entities if e.mentions], mentions)
        made.home = self._home(made)
        return made

    # ------------------------------------------------------------ persons

    def _group_persons(
        self, items: list[Item], persons: list[int], entities: list[Entity], chosen: dict[int, Entity]
    ) -> None:
        full = _FullNames()
        counts: dict[Entity, Counter[str]] = defaultdict(Counter)
        headlines = self._repair.headlines()
        for n in self._tails_last(items, persons):
            item = items[n]
            parts = self._parts(item.text)
            if len(parts) < 2:
                continue
            entity = full.find(parts)
            if entity is None:
                entity = Entity(item.text, "person")
                entities.append(entity)
            full.add(parts, entity)
            chosen[n] = entity
            counts[entity][item.text] += 1 if self._document.tokens[item.first].paragraph in headlines else 3
        for entity in {e: e for e in full.persons.values()}.values():
            name = self._best_name(counts[entity])
            plain = _without_initials(name)
            known = self._vocabulary.holders.values()
            known_as = next((n for n in counts[entity] if n in known and _without_initials(n) == plain), None)
            entity.name = plain if plain in known else known_as or name
        alone: dict[tuple[str, str], Entity] = {}  # by first initial ("" if none) and surname
        for n in persons:
            if n in chosen:
                continue
            key = self._parts(items[n].text)[-1]
            initial = _initial(items[n].text)
            fitting = {e: e for name, e in full.persons.items() if key in _surnames(name)} or {
                e: e for name, e in full.persons.items() if key == name.split()[0] or key in name.split()
            }
            slips = {e: e for name, e in full.persons.items() if is_slip(key, name.split()[-1])}
            fitting = fitting or (slips if len(slips) == 1 else {})
            fitting = {e: e for e in fitting if initial in ("", key_of(e.name)[0])}
            if fitting and not self._is_ruler(items[n]):
                chosen[n] = self._nearest(items, n, list(fitting.values()), chosen)
            else:
                same = next((k for k in alone if k[1] == key and (initial == k[0] or "" in (initial, k[0]))), None)
                if same is None:
                    name = self._full_name(items[n].text, self._offices(items, persons, key))
                    entity = Entity(self._of_realm(items, persons, key) or name, "person")
                    entities.append(entity)
                else:
                    entity = alone.pop(same)
                    initial = initial or same[0]
                    entity.name = items[n].text if initial != same[0] else entity.name
                alone[initial, key] = chosen[n] = entity
                if " " not in entity.name:
                    family = self._family_name(items, n, chosen)
                    entity.name += f" {family}" if family is not None else ""

    def _tails_last(self, items: list[Item], persons: list[int]) -> list[int]:
        """Order names in text order, those last that end a longer one: "Le Pen" after "Marine Le Pen"."""
        keys = {n: " ".join(self._parts(items[n].text)) for n in persons}
        tails = _tails(keys.values())
        return sorted(persons, key=lambda n: keys[n] in tails)

    def _family_name(self, items: list[Item], n: int, chosen: dict[int, Entity]) -> str | None:
        """Return the surname that "his wife, Jane," shares with the person named last before it; None if no kin."""
        tokens, words, first = self._document.tokens, self._vocabulary.words, items[n].first
        begin = first
        while begin > 0 and first - begin < 6 and tokens[begin - 1].sentence == tokens[first].sentence:
            begin -= 1
        before = [t.lower for t in tokens[begin:first]]
        before = before[:-1] if before[-1:] == [","] else before
        owned = {"his", "her", "'s"} & set(before[-4:-1])
        if not owned or before[-1:] == [] or before[-1] not in words["kin"]:
            return None
        other = "f" if "his" in owned else "m" if "her" in owned else "-"
        genders = self._vocabulary.genders
        known = [m for m in range(n) if m in chosen and chosen[m].kind == "person" and " " in chosen[m].name]
        known = [m for m in known if genders.get(key_of(chosen[m].name).split()[0]) != other]
        if not known:
            return None
        here, last = tokens[first].sentence, chosen[known[-1]]
        near = [chosen[m] for m in known if here - tokens[items[m].first].sentence <= NEAR]
        named = Counter(chosen[m] for m in chosen)
        return max(near, key=lambda e: (named[e], e is last)).name.split()[-1] if near else last.name.split()[-1]

    def _offices(self, items: list[Item], persons: list[int], key: str) -> set[str]:
        """Return the words right before the mentions of a surname, one and two: "president" for "President Obama"."""
        tokens = self._document.tokens
        firsts = [items[n].first for n in persons if items[n].first and key_of(items[n].text) == key]
        spans = [(i - width, i) for i in firsts for width in (1, 2) if i >= width]
        return {" ".join(t.lower for t in tokens[a:b]) for a, b in spans if tokens[a].sentence == tokens[b].sentence}

    def _is_ruler(self, item: Item) -> bool:
        """Tell whether a monarch's title stands before a name: "Queen Maud", who is no Maud Lee."""
        return item.first > 0 and self._document.tokens[item.first - 1].lower in self._vocabulary.words["monarch"]

    def _of_realm(self, items: list[Item], persons: list[int], key: str) -> str | None:
        """Return the name of a ruler with the realm, "Harald of Norland", where a mention has it after the title."""
        tokens, actors = self._document.tokens, self._vocabulary.actors
        for n in persons:
            last, ruler = items[n].last, self._is_ruler(items[n]) and key_of(items[n].text) == key
            if ruler and last + 1 < len(tokens) and tokens[last].lower == "of":
                realm = actors.get(tokens[last + 1].lower)
                if realm is not None and realm.kind == "state":
                    return f"{items[n].text} of {tokens[last + 1].text}"
        return None

    def _full_name(self, surname: str, offices: set[str]) -> str:
        """Return the name with a first name that precedes it elsewhere, as in a headline or the title.

        A surname that the article prints after an office alone ("President Obama") gets the first name of its holder.
        """
        title = rf"([A-Z][\w'’-]+) (?:[A-Z]\. )?{re.escape(surname)}\b"
        for match in re.finditer(title, f"{self._document.title}\n{self._document.text}"):
            if match[1].casefold() == "pope" or key_of(match[1]) in self._vocabulary.genders:
                return " ".join(match.group().split())
        held = ((key_of(surname), office) for office in (*sorted(offices), "-"))
        name = surname.title() if surname.isupper() and len(surname) > MOST_INITIALS else surname
        other = any(self._vocabulary.roles.get(office) == "body" for office in offices)  # "Coach Kasich"
        known = None if other or key_of(surname) in self._vocabulary.genders else known_by_surname(surname)
        return next((self._vocabulary.holders[h] for h in held if h in self._vocabulary.holders), known or name)

    def _parts(self, text: str) -> list[str]:
        words = key_of(text).split()
        parts = [*words[:1], *(p for p in words[1:] if p not in word_class("name-suffix"))]  # "K.C." may open a name
        return [p for p in parts if len(p) > 1] or parts

    def _best_name(self, counts: Counter[str]) -> str:
        """Return the form printed most often without middle initials, the first among equals."""
        keys = {name: key_of(name) for name in counts}
        tails = _tails(keys.values())
        whole = [name for name in counts if keys[name] not in tails]
        return max(
            whole, key=lambda name: (not any(INITIAL.match(p) for p in name.split()[1:-1]), counts[name], len(name))
        )

    def _nearest(self, items: list[Item], n: int, fitting: list[Entity], chosen: dict[int, Entity]) -> Entity:
        """Choose among persons with one surname: by title, then the last named with this surname, else the most
        named.
        """
        if len(fitting) == 1:
            return fitting[0]
        title = self._document.tokens[items[n].first - 1].lower.rstrip(".") if items[n].first else ""
        gender = "m" if title == "mr" else "f" if title in word_class("courtesy-title") else None
        if gender is not None:
            of_sex = [e for e in fitting if self._sex(items, chosen, e) == gender]
            fitting = of_sex or [e for e in fitting if self._sex(items, chosen, e) is None] or fitting
        elif title in word_class("of-age"):
            kin = self._vocabulary.words["younger-kin" if title == "younger" else "elder-kin"]
            other = self._vocabulary.words["elder-kin" if title == "younger" else "younger-kin"]
            of_age = [e for e in fitting if self._words_before(items, chosen, e) & kin]
            fitting = of_age or [e for e in fitting if not self._words_before(items, chosen, e) & other] or fitting
        elif title in self._vocabulary.words["personal-title"] or self._vocabulary.is_role(title):
            fitting = [e for e in fitting if title in self._words_before(items, chosen, e)] or fitting
        if len(fitting) == 1:
            return fitting[0]
        named = key_of(items[n].text).split()[-1]  # "Ann" does not make Ann Lee the last one named Lee
        before = [
            m
            for m in range(n)
            if m in chosen and any(chosen[m] is e for e in fitting) and named in key_of(items[m].text).split()
        ]
        if before:
            totals = Counter(chosen[m] for m in chosen if any(chosen[m] is e for e in fitting))
            last = chosen[before[-1]]
            if (
                self._document.tokens[items[n].first].sentence - self._document.tokens[items[before[-1]].first].sentence
                <= 2
            ):
                return last
            return max(fitting, key=lambda e: (totals[e], e is last))
        return fitting[0]

    def _words_before(self, items: list[Item], chosen: dict[int, Entity], entity: Entity) -> set[str]:
        """Return the two words before each full name of a person: "dr", "son"."""
        tokens = self._document.tokens
        words: set[str] = set()
        for m, one in chosen.items():
            first = items[m].first
            if one is entity and items[m].last - first > 1:
                near = tokens[max(0, first - 2) : first]
                words |= {t.lower.rstrip(".") for t in near if t.sentence == tokens[first].sentence}
        return words

    def _sex(self, items: list[Item], chosen: dict[int, Entity], entity: Entity) -> str | None:
        """Return the gender that a first name, a title or kin tells: "her son, Nils Holt"."""
        known = self._vocabulary.genders.get(key_of(entity.name).split()[0])
        words = self._words_before(items, chosen, entity)
        male, female = bool(words & word_class("male-noun")), bool(words & word_class("female-noun"))
        return known or ("m" if male else "f" if female else None)

    # ------------------------------------------------------------ others

    def _group_others(
        self, items: list[Item], rest: list[int], entities: list[Entity], chosen: dict[int, Entity]
    ) -> None:
        actors = self._vocabulary.actors
        by_key: dict[str, Entity] = {}
        short = self._abbreviations(items, rest)
        for n in sorted(rest, key=lambda n: -len(items[n].text.split())):
            item = items[n]
            key = key_of(item.text)
            actor = actors.get(item.text.casefold()) or actors.get(key)
            entity = by_key.get(key)
            if entity is None and key in short:
                entity = by_key.get(short[key])
            if entity is None and (
                (item.kind == "organisation" and actor is None)
                or (actor is not None and actor.kind == "outlet" and " " not in key)
            ):
                entity = self._longer(key, by_key)
            if entity is None:
                entity = self._made(item, actor)
                known = next((e for e in entities if e.name == entity.name and e.kind == entity.kind), None)
                entity = known or entity
                if known is None:
                    entities.append(entity)
            by_key[key] = entity
            chosen[n] = entity
        for abbreviation, whole in short.items():
            entity = by_key.get(whole)
            uses = sum(key_of(items[n].text) == abbreviation for n in rest)
            if entity is not None and uses and actors.get(whole) is None:
                entity.name = next(items[n].text for n in rest if key_of(items[n].text) == abbreviation)

    def _made(self, item: Item, actor: object) -> Entity:
        from onrecord.resolve.vocabulary import Actor

        words = self._vocabulary.words
        if isinstance(actor, Actor):
            if actor.how == "organ":
                return Entity(item.text, "organisation", actor.name)
            if actor.how == "adjective":
                return Entity(item.text, "group", actor.name)
            if actor.how in ("capital", "seat") or (actor.how == "organ" and actor.kind == "state"):
                return Entity(item.text, "place", actor.name)
            kind = {"state": "state", "body": "organisation", "outlet": "outlet"}[actor.kind]
            return Entity(actor.name, kind, actor.name)
        last = item.text.split()[-1].casefold()
        several = len(item.text.split()) > 1
        if last in words["outlet-head"] and (item.kind == "organisation" or (item.kind == "place" and several)):
            return Entity(item.text, "outlet")
        return Entity(item.text, item.kind)

    def _longer(self, key: str, by_key: dict[str, Entity]) -> Entity | None:
        """Return the body that a short form refers to: its initials, or its last words ("the Post")."""
        for other, entity in by_key.items():
            if entity.kind in ("person", "state") or other == key:
                continue
            initials = {
                "".join(p[0] for p in other.split()),
                "".join(p[0] for p in other.split() if p not in word_class("no-initial")),
            }
            parts, whole = key.split(), other.split()
            inner = len(parts) > 1 and (parts[0], parts[-1]) == (whole[0], whole[-1]) and set(parts) < set(whole)
            if other.endswith(" " + key) or (len(key) > 2 and key in initials) or inner:
                return entity
        return None

    def _abbreviations(self, items: list[Item], rest: list[int]) -> dict[str, str]:
        """Return abbreviations that the article prints in brackets after a name: key of the short form to that of the
        name.
        """
        found = {}
        for n in rest:
            match = ABBREVIATION.match(self._document.text[items[n].end : items[n].end + 16].lstrip())
            if match is not None and items[n].kind in ("organisation", "group", "other", "place"):
                printed = match[1] or match[2]
                short, whole = key_of(printed), key_of(items[n].text)
                if (
                    short != whole
                    and any(c.isupper() for c in printed)
                    and short[:1] == "".join(p[0] for p in whole.split())[:1]
                ):
                    found[short] = whole
        return found

    # ------------------------------------------------------------ gender and home

    def _genders(self, mentions: Sequence[Mention]) -> None:
        genders, words, tokens = self._vocabulary.genders, self._vocabulary.words, self._document.tokens
        for mention in mentions:
            entity = mention.entity
            title = tokens[mention.first - 1].lower.rstrip(".") if mention.first else ""
            if entity.kind == "person" and title in words["civil-title"]:
                entity.gender = entity.gender or ("m" if title in words["male"] else "f")
        for mention in mentions:
            entity = mention.entity
            if entity.kind == "person" and entity.gender is None and len(entity.name.split()) > 1:
                entity.gender = genders.get(key_of(entity.name).split()[0])
        for mention in mentions:
            entity = mention.entity
            if entity.kind != "person":
                continue
            before = {
                tokens[i].lower.rstrip(".")
                for i in range(max(0, mention.first - 2), mention.first)
                if tokens[i].sentence == tokens[mention.first].sentence
            }
            if before & words["male-noun"]:
                entity.gender = entity.gender or "m"
            elif before & words["female-noun"]:
                entity.gender = entity.gender or "f"

    def _home(self, entities: Entities) -> str | None:
        """Return the state that the article is mostly about, by mentions of it and its organs."""
        counts: Counter[str] = Counter()
        states = {e.name for e in entities.everything if e.kind == "state"}
        for mention in entities.mentions:
            if mention.entity.kind == "state" or mention.entity.owner in states:
                counts[mention.entity.owner or mention.entity.name] += 1
        marks = sum(t.lower in self._vocabulary.words["american"] for t in self._document.tokens)
        if marks:
            counts["United States"] += marks
        return counts.most_common(1)[0][0] if counts else None


class _FullNames:
    """Hold the full names of an article with their persons; those alike share their first word or their last one."""

    def __init__(self) -> None:
        self.persons: dict[str, Entity] = {}
        self._order: dict[str, int] = {}
        self._by_end: dict[tuple[bool, str], list[str]] = defaultdict(list)

    def add(self, parts: Sequence[str], person: Entity) -> None:
        """Add a name of a person, in place of the one that was known under it."""
        name = " ".join(parts)
        if name not in self._order:
            self._order[name] = len(self._order)
            self._by_end[False, parts[0]].append(name)
            self._by_end[True, parts[-1]].append(name)
        self.persons[name] = person

    def find(self, parts: Sequence[str]) -> Entity | None:
        """Return the first person whose name means the same one, or else ends with this name."""
        alike = sorted({*self._by_end[False, parts[0]], *self._by_end[True, parts[-1]]}, key=self._order.__getitem__)
        tail = " " + " ".join(parts)
        name = next((name for name in alike if same_person(name.split(), parts)), None)
        name = name or next((name for name in alike if name.endswith(tail)), None)
        return None if name is None else self.persons[name]


def _initial(name: str) -> str:
    """Return the first initial of a name without a first name, folded: "r" of "R. Lee", else ""."""
    first = name.split()[0]
    return first[0].casefold() if " " in name and INITIAL.fullmatch(first) else ""


def _without_initials(name: str) -> str:
    """Return a name without middle initials: "George Bush" for "George W. Bush"."""
    return " ".join(p for p in name.split() if not INITIAL.match(p))


def _tails(names: Iterable[str]) -> set[str]:
    """Return what stands after a blank in one of the names, up to its end."""
    return {name[at + 1 :] for name in names for at, sign in enumerate(name) if sign == " "}


def _surnames(name: str) -> tuple[str, ...]:
    """Return what a full name is shortened to: "al-Maliki" and "Maliki", "van der Laan"."""
    last = name.split()[-1]
    bare = last.split("-", 1)[1] if last.startswith(tuple(word_class("arabic-article"))) else last
    return last, bare, " ".join(name.split()[1:])


def same_person(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two full names mean one person: the same surname, and first names equal or one short for the
    other.
    """
    if one[-1] != other[-1]:
        return (set(one) <= set(other) and one[0] == other[0]) or (set(other) <= set(one) and one[0] == other[0])
    a, b = one[0], other[0]
    return a == b or (
        min(len(a), len(b)) >= 3
        and (a.startswith(b[:3]) and (a.startswith(b) or b.startswith(a) or b[:-1] == a[: len(b) - 1]))
    )
