"""Load the vocabularies of resolution: names of states and bodies, roles, first names, heads of names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from onrecord.lexicon import rows, word_classes


@dataclass(frozen=True, slots=True)
class Actor:
    """Hold a row of the gazetteer: `kind` is state, body or outlet; `how` is name, capital, adjective, seat or
    organ.
    """

    name: str
    kind: str
    how: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Hold all tables, by casefolded key; `words` are the classes of words."""

    actors: dict[str, Actor]
    roles: dict[str, str]
    genders: dict[str, str]
    words: dict[str, frozenset[str]]
    holders: dict[tuple[str, str], str]  # full names by surname and office

    def with_actors(self, more: dict[str, Actor]) -> Vocabulary:
        """Return the same with further actors, which one article explains."""
        return replace(self, actors=self.actors | more) if more else self

    def is_role(self, word: str) -> bool:
        """Tell whether a lower-case word is a role noun, also in the plural."""
        word = word.removeprefix("ex-")
        return word in self.roles or (word.endswith("s") and word[:-1] in self.roles)


@cache
def load_vocabulary() -> Vocabulary:
    """Load the bundled vocabularies."""
    actors: dict[str, Actor] = {}
    for r in rows("actors.tsv"):
        known = actors.get(r["alias"].casefold())
        if known is None or known.how == "adjective":
            actors[r["alias"].casefold()] = Actor(r["name"], r["kind"], r["how"])
    roles = {r["role"]: r["kind"] for table in ("roles.tsv", "resolve/roles.tsv") for r in rows(table)}
    genders = {name: r["gender"] for r in rows("first-names.tsv") for name in r["names"].split()}
    holders = {(r["surname"], r["office"]): r["name"] for r in rows("resolve/office-holders.tsv")}
    return Vocabulary(actors, roles, genders, word_classes(), holders)


def data_file(name: str) -> bytes:
    """Read a file beside the vocabularies."""
    return resources.files("onrecord").joinpath("data", "resolve", name).read_bytes()
