"""Resolve which speakers of a ledger are the same person, state, body or outlet.

The registry is built on request from the statement table and people's decisions; it changes no statement. Speakers are
joined by name, affiliation and short forms ("Rutte", "M. Rutte" → "Mark Rutte"). What the evidence leaves open stays
open and is shown: one name with two affiliations is two actors, a short form that fits two stays alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from onrecord.core.statement import ActorKind, Decision, Ruling
from onrecord.lexicon import rows, word_class


@dataclass(frozen=True, slots=True)
class TitlePeriod:
    """Hold a title that an actor was given, with its first and last day (ISO, None if no date is known)."""

    title: str
    first: str | None
    last: str | None
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredActor:
    """Describe one speaker across articles. `open` says in words what the evidence does not settle."""

    name: str
    kind: ActorKind
    affiliation: str | None
    aliases: tuple[str, ...]
    roles: tuple[TitlePeriod, ...]
    statements: int
    articles: int
    first: str | None
    last: str | None
    open: tuple[str, ...] = ()
    hidden: bool = False


FACTS = ("speaker", "affiliation", "source", "date", "article", "outlet")
"""The columns of a statement table from which the registry is built."""

Key = tuple[str, str | None]  # a speaker as printed, and its affiliation
_PINS = (Ruling.PIN, Ruling.UNPIN)
_OF_PARTIES = (*_PINS, Ruling.CAMP)


@dataclass(slots=True)
class _Group:
    """Group the speakers taken for one actor."""

    name: str
    keys: list[Key]
    notes: list[str] = field(default_factory=list)
    kind: ActorKind | None = None
    party: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """Hold people's decisions on speakers: the display name by name as read, and the hidden ones.

    `pinned` are the parties that come first, `camps` has the camp of each party that is in one.
    """

    shown: Mapping[Key, Key] = field(default_factory=dict)
    hidden: frozenset[Key] = frozenset()
    pinned: tuple[str, ...] = ()
    camps: Mapping[str, str] = field(default_factory=dict)

    @property
    def renamed(self) -> dict[str, str]:
        """Return the names as read that have another display name."""
        return {read: shown for (read, _), (shown, _) in self.shown.items() if read != shown}

    def shown_as(self, speaker: str | None, affiliation: str | None) -> Key | None:
        """Return how a speaker with an affiliation is shown; None if that is as read."""
        return None if speaker is None else self.shown.get((speaker, affiliation))

    def apply(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return a statement table with speakers and affiliations as people decided, without those that are hidden."""
        if not self.shown and not self.hidden:
            return table
        rows = [(*read, *shown, False) for read, shown in self.shown.items() if read not in self.hidden]
        rows += [(*key, *key, True) for key in self.hidden]
        texts = ("speaker", "affiliation", "_speaker", "_affiliation")
        schema = {**dict.fromkeys(texts, pl.String), "_gone": pl.Boolean}
        known = pl.DataFrame(rows, schema=schema, orient="row")
        joined = table.select("speaker", "affiliation").join(
            known, on=["speaker", "affiliation"], how="left", nulls_equal=True, maintain_order="left"
        )
        shown = joined.select(pl.coalesce(f"_{name}", name).alias(name) for name in ("speaker", "affiliation"))
        named = table.with_columns(shown["speaker"], shown["affiliation"])
        return named.filter(~joined["_gone"].fill_null(value=False)) if self.hidden else named


@dataclass(frozen=True, slots=True)
class Registry:
    """Hold the actors of a ledger, by name, and map speakers to actors."""

    actors: tuple[RegisteredActor, ...]
    _of: Mapping[Key, int]

    def of(self, speaker: str, affiliation: str | None = None) -> RegisteredActor | None:
        """Return the actor that a speaker is; None if the table had no such speaker."""
        at = self._of.get((speaker, affiliation))
        return None if at is None else self.actors[at]


def build_registry(table: pl.DataFrame, decisions: Sequence[Decision] = ()) -> Registry:
    """Build the registry of a statement table (columns speaker, affiliation, source, date, article, outlet)."""
    spoken = table.filter(pl.col("speaker").is_not_null())
    heard = spoken.group_by("speaker", "affiliation").len().iter_rows()
    counts: Counter[Key] = Counter({(speaker, side): n for speaker, side, n in heard})
    outlets = {_plain(name) for name in table["outlet"].drop_nulls().unique().to_list()}
    apart = _splits(decisions)
    groups = _by_name(counts)
    groups = _short_forms(groups, apart)
    groups = _decided(groups, decisions, apart)
    _note_namesakes(groups)
    states = {row["name"] for row in rows("actors.tsv") if row["kind"] == "state"}
    roles = {row["role"] for row in rows("roles.tsv")}
    by_key = {key: i for i, group in enumerate(groups) for key in group.keys}
    facts = _facts(spoken, by_key, roles)
    made = [_actor(group, counts, facts.get(i, _Facts()), outlets, states) for i, group in enumerate(groups)]
    order = sorted(range(len(made)), key=lambda i: (-made[i].statements, made[i].name, made[i].affiliation or ""))
    place = {old: new for new, old in enumerate(order)}
    return Registry(tuple(made[i] for i in order), {key: place[i] for key, i in by_key.items()})


def decided(heard: pl.DataFrame, decisions: Sequence[Decision]) -> Names:
    """Resolve people's decisions to speakers with their affiliation and how they are shown; others are left out.

    `heard` counts the statements of each speaker and affiliation (columns speaker, affiliation, len). Short forms come
    along with the speaker that a decision names, as in `build_registry`, and an unknown affiliation is filled in.
    """
    first, grouped = pinned(decisions), camps(decisions)
    names = {name for one in decisions for name in _named(one)}
    wanted = {_plain(form) for name in names for form in (name, re.sub(r" \([^()]*\)$", "", name))}
    if not wanted:
        return Names(_in_camps({}, heard, grouped), frozenset(), first, grouped)
    last = {
        name.split()[-1] for name in wanted if name
    }  # by the rules only names with the same last word can be the same actor
    counts = Counter({(who, side): n for who, side, n in heard.iter_rows() if _plain(who).split()[-1:] and
                      _plain(who).split()[-1] in last})  # fmt: skip
    apart = _splits(decisions)
    found: dict[Key, Key] = {}
    hidden: set[Key] = set()
    for group in _decided(_short_forms(_by_name(counts), apart), decisions, apart):
        if wanted.isdisjoint({_plain(group.name), *(_plain(name) for name, _ in group.keys)}):
            continue
        sides = Counter({side: counts[(name, side)] for name, side in group.keys if side is not None})
        most = min(sides, key=lambda s: (-sides[s], s)) if sides else None
        hidden.update(group.keys if group.hidden else ())
        for name, side in group.keys:
            shown = (group.name, group.party or side or most)
            if (name, side) != shown:
                found[name, side] = shown
    return Names(_in_camps(found, heard, grouped), frozenset(hidden), first, grouped)


def camps(decisions: Iterable[Decision]) -> dict[str, str]:
    """Return the camp of each party that people put into one."""
    made: dict[str, str] = {}
    for decision in decisions:
        if decision.ruling is Ruling.CAMP:
            made.pop(decision.name, None)
            if _plain(decision.name) != _plain(decision.others[0]):
                made[decision.name] = decision.others[0]
    return made


def _in_camps(found: dict[Key, Key], heard: pl.DataFrame, grouped: Mapping[str, str]) -> dict[Key, Key]:
    """Return the display names with camps as affiliations; a speaker without an affiliation is its own party."""
    named = {_plain(party): camp for party, camp in grouped.items()}
    for who, side, _ in heard.iter_rows() if named else ():
        shown = found.get((who, side), (who, side))
        if camp := named.get(_plain(shown[1] or shown[0])):
            found[who, side] = (shown[0], camp)
    return found


def pinned(decisions: Iterable[Decision]) -> tuple[str, ...]:
    """Return the parties that people want to see first, in their order."""
    order: list[str] = []
    for decision in decisions:
        if decision.ruling in _PINS and decision.name in order:
            order.remove(decision.name)
        if decision.ruling is Ruling.PIN:
            order.insert(int(decision.others[0]) - 1 if decision.others else len(order), decision.name)
    return tuple(order)


def _named(decision: Decision) -> tuple[str, ...]:
    """Return the speakers that a decision names, without those that a split separates from them."""
    if decision.ruling is Ruling.SPLIT or decision.ruling in _OF_PARTIES:
        return ()
    names = (Ruling.MERGE, Ruling.RENAME, Ruling.ALIAS)
    return (decision.name, *decision.others) if decision.ruling in names else (decision.name,)


# ---------------------------------------------------------------- joining


def _plain(name: str) -> str:
    return re.sub(r"^(?:the|a|an) ", "", " ".join(name.casefold().replace("’", "'").split()))


def _splits(decisions: Iterable[Decision]) -> set[frozenset[str]]:
    """Return the pairs of names that are separate actors after all decisions."""
    apart: set[frozenset[str]] = set()
    for decision in decisions:
        pairs = {frozenset((_plain(decision.name), _plain(other))) for other in decision.others}
        if decision.ruling is Ruling.SPLIT:
            apart |= pairs
        elif decision.ruling in (Ruling.MERGE, Ruling.ALIAS):
            apart -= pairs
    return apart


def _by_name(counts: Counter[Key]) -> list[_Group]:
    """Group speakers by name and affiliation; a name without affiliation joins the only known one."""
    names: dict[str, list[Key]] = {}
    for key in sorted(counts, key=lambda k: (k[0], k[1] or "")):
        names.setdefault(_plain(key[0]), []).append(key)
    groups: list[_Group] = []
    for keys in names.values():
        sides = sorted({_plain(side) for _, side in keys if side is not None})
        made = [
            _Group(keys[0][0], [key for key in keys if key[1] is not None and _plain(key[1]) == side]) for side in sides
        ]
        unknown = [key for key in keys if key[1] is None]
        surname = " " not in keys[0][0] and _plain(keys[0][0]) not in sides  # its fuller forms show whose name it is
        if unknown and len(made) == 1 and is_name(keys[0][0]) and not surname:
            made[0].keys += unknown
        elif unknown:
            made.append(_Group(unknown[0][0], unknown))
        groups += made
    return groups


def is_name(name: str) -> bool:
    """Tell whether a speaker is a name rather than a description: all longer words are capitalised."""
    return (
        bool(name)
        and all(part[:1].isupper() or len(part) <= 3 for part in name.split())
        and not re.search(r"['’]s ", name)
    )


def _short_forms(groups: list[_Group], apart: set[frozenset[str]]) -> list[_Group]:
    """Join surnames, initials and parts of bodies' names to the one fuller name that fits; note where several do."""
    full = [
        group for group in groups if len(group.name.split()) > 1 and is_name(group.name) and " and " not in group.name
    ]
    remaining: list[_Group] = []
    by_last: dict[str, list[_Group]] = {}
    for group in full:
        by_last.setdefault(_plain(group.name).split()[-1], []).append(group)
    for group in sorted(
        groups, key=lambda g: len(g.name.split())
    ):  # surnames first, as the groups that they form may be joined again
        last = _plain(group.name).split()[-1:]
        fitting = [
            other
            for other in (by_last.get(last[0], []) if last else [])
            if other is not group
            and _short_of(group, other)
            and frozenset((_plain(group.name), _plain(other.name))) not in apart
        ]
        fitting = [one for one in fitting if not any(_short_of(one, other) for other in fitting)]
        if len(fitting) == 1:
            fitting[0].keys += group.keys
            continue
        if len(fitting) > 1:
            group.notes.append("may be " + " or ".join(sorted(_label(other) for other in fitting)))
        remaining.append(group)
    return remaining


def _short_of(short: _Group, long: _Group) -> bool:
    if not is_name(short.name) or not _compatible(short.keys[0][1], long.keys[0][1]):
        return False
    if short.keys[0][1] is not None and _plain(short.keys[0][1]) == _plain(short.name):
        return False  # a state or body that speaks for itself is nobody's short form
    one, two = _plain(short.name).split(), _plain(long.name).split()
    if one[-1] != two[-1] or len(one) > len(two) or one == two:
        return False
    if len(one) == 1:
        return True
    return bool(re.fullmatch(r"\w\.?", one[0])) and one[0][0] == two[0][0] and not re.fullmatch(r"\w\.?", two[0])


def _compatible(one: str | None, two: str | None) -> bool:
    return one is None or two is None or _plain(one) == _plain(two)


def _decided(groups: list[_Group], decisions: Iterable[Decision], apart: set[frozenset[str]]) -> list[_Group]:
    """Apply the decisions other than splits in the order they were made."""
    for decision in decisions:
        if decision.ruling is Ruling.SPLIT or decision.ruling in _OF_PARTIES:
            continue
        if decision.ruling not in (Ruling.MERGE, Ruling.ALIAS):
            for group in _called(groups, decision.name):
                _set(group, decision)
            continue
        targets = _called(groups, decision.name)
        others = [name for name in decision.others if frozenset((_plain(decision.name), _plain(name))) not in apart]
        merged = [group for name in others for group in _called(groups, name) if group not in targets[:1]]
        if not targets:
            targets = [_Group(decision.name, [])]
            groups = [*groups, *targets]
        for other in merged:
            targets[0].keys += other.keys
            targets[0].notes = [n for n in targets[0].notes if not n.startswith("may be")]
        groups = [group for group in groups if group.keys and not any(group is other for other in merged)]
    return groups


def _set(group: _Group, decision: Decision) -> None:
    """Apply a decision on one actor alone."""
    if decision.ruling is Ruling.RENAME:
        group.name = decision.others[0]
    elif decision.ruling is Ruling.KIND:
        group.kind = ActorKind(decision.others[0])
    elif decision.ruling is Ruling.PARTY:
        group.party = decision.others[0]
    else:
        group.hidden = decision.ruling is Ruling.HIDE


def _called(groups: Iterable[_Group], name: str) -> list[_Group]:
    """Return the groups of a name, or of a label "Name (Affiliation)"."""
    wanted = _plain(name)
    return [g for g in groups if wanted in (_plain(g.name), _plain(_label(g)))]


def _label(group: _Group) -> str:
    side = next((side for _, side in group.keys if side is not None), None)
    return group.name if side is None or side == group.name else f"{group.name} ({side})"


def _note_namesakes(groups: Sequence[_Group]) -> None:
    names: dict[str, list[_Group]] = {}
    for group in groups:
        if is_name(group.name):
            names.setdefault(_plain(group.name), []).append(group)
    for same in names.values():
        if len(same) > 1:
            for group in same:
                others = sorted(_label(other) for other in same if other is not group)
                group.notes.append("same name: " + ", ".join(others))


# ---------------------------------------------------------------- what is known of each


@dataclass(slots=True)
class _Facts:
    articles: int = 0
    first: str | None = None
    last: str | None = None
    roles: dict[str, TitlePeriod] = field(default_factory=dict)


def _facts(spoken: pl.DataFrame, by_key: Mapping[Key, int], roles: set[str]) -> dict[int, _Facts]:
    """Return what the statements of each group say about it."""
    keys = pl.DataFrame(
        [(*key, group) for key, group in by_key.items()],
        schema={"speaker": pl.String, "affiliation": pl.String, "group": pl.Int64}, orient="row",
    )  # fmt: skip
    rows = spoken.select(FACTS).join(keys, on=["speaker", "affiliation"], how="left", nulls_equal=True)
    dates = pl.col("date").min().alias("first"), pl.col("date").max().alias("last")
    facts = {
        row["group"]: _Facts(row["articles"], _iso(row["first"]), _iso(row["last"]))
        for row in rows.group_by("group").agg(pl.col("article").n_unique().alias("articles"), *dates).to_dicts()
    }
    sources = rows.group_by("group", "source").agg(*dates, pl.len().alias("times")).sort("group", "source")
    for group, source, first, last, times in sources.iter_rows():
        for title in _titles(source or "", roles):
            held = facts[group].roles.get(title) or TitlePeriod(title, None, None, 0)
            facts[group].roles[title] = TitlePeriod(
                title,
                min(filter(None, (held.first, _iso(first))), default=None),
                max(filter(None, (held.last, _iso(last))), default=None),
                held.times + times,
            )
    return facts


def _iso(day: object) -> str | None:
    return None if day is None else str(day)


def _titles(source: str, roles: set[str]) -> list[str]:
    """Return the role nouns of a printed source, the longest at each position."""
    words = re.findall(r"[\w-]+", source.casefold())
    found: list[str] = []
    i = 0
    while i < len(words):
        width = next((w for w in (4, 3, 2, 1) if " ".join(words[i : i + w]) in roles and i + w <= len(words)), 0)
        if width:
            found.append(" ".join(words[i : i + width]))
        i += width or 1
    return [title for title in found if title not in word_class("form-of-address")]


def _actor(group: _Group, counts: Counter[Key], facts: _Facts, outlets: set[str], states: set[str]) -> RegisteredActor:
    sides = Counter({side: counts[(name, side)] for name, side in group.keys if side is not None})
    side = group.party or (min(sides, key=lambda s: (-sides[s], s)) if sides else None)
    notes = list(group.notes)
    if group.party is None and len({_plain(s) for s in sides}) > 1:
        notes.append("affiliations: " + ", ".join(sorted(sides)))
    return RegisteredActor(
        name=group.name,
        kind=group.kind or _kind(group.name, side, outlets, states),
        affiliation=side,
        aliases=tuple(sorted({name for name, _ in group.keys if name != group.name})),
        roles=tuple(period for _, period in sorted(facts.roles.items())),
        statements=sum(counts[key] for key in group.keys),
        articles=facts.articles,
        first=facts.first,
        last=facts.last,
        open=tuple(dict.fromkeys(notes)),
        hidden=group.hidden,
    )


def _kind(name: str, side: str | None, outlets: set[str], states: set[str]) -> ActorKind:
    if name in states:
        return ActorKind.STATE
    if _plain(name) in outlets:
        return ActorKind.OUTLET
    if not is_name(name):
        return ActorKind.UNNAMED
    body = side is not None and _plain(side) == _plain(name)
    return ActorKind.BODY if body or re.search(r" (?:of|and) ", name) else ActorKind.PERSON
