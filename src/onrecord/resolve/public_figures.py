"""Look up people whom readers of news know: their state and party, the posts they have held and the body they serve."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from onrecord.lexicon import rows
from onrecord.text.names import PLAIN_LETTERS, fold

OPEN_END = 9999  # year
ALWAYS = (0, OPEN_END)
DATED = re.compile(r"(?P<what>.+?)(?: (?P<years>\d{4}(?:-(?:\d{4})?)?))?")
Years = tuple[int, int]  # first and last


@dataclass(frozen=True, slots=True)
class Post:
    """Hold a post: its role ("governor"), what it is of ("Ohio") and when it was held."""

    role: str
    place: str
    years: Years


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """Hold the state and the party of somebody, the posts and the body, None where there is none or more than one.

    `terms` are the first and last years in high office of the state, in order.
    """

    state: str | None
    party: str | None
    terms: tuple[Years, ...]
    posts: tuple[Post, ...]
    body: tuple[str, Years] | None

    def standing(self, year: int | None) -> str:
        """Tell whether one is in high office in a year, was so before, or neither (as where the year is unknown)."""
        if year is None or not self.terms or year < self.terms[0][0]:
            return "no office"
        return "in office" if any(first <= year <= last for first, last in self.terms) else "after office"

    def places(self, year: int | None, roles: tuple[str, ...]) -> list[str]:
        """Return what the posts of some roles are of in a year; none where the year is unknown."""
        return [p.place for p in self.posts if p.role in roles and year is not None and _within(year, p.years)]

    def is_described(self, noun: str, phrase: str, party: str | None, year: int | None) -> bool:
        """Tell whether a description means a post that one holds: "the Ohio governor", "the Republican nominee".

        Args:
            noun: the head of the description, or the post that it is another word for, in lower case.
            phrase: all its words, in lower case.
            party: the party that it names.
            year: the year of the article.
        """
        for post in self.posts:
            if post.role == "nominee":
                contest = post.place == ("vice-presidential" if "vice" in phrase else "presidential")
                held = year is not None and 0 <= post.years[0] - year <= 1
                if noun == "nominee" and contest and held and party in (None, self.party):
                    return True
            elif f" {post.place.casefold()} " in f" {phrase} " and noun in (post.role, "politician", "member"):
                if noun == "politician" and party != self.party:
                    continue
                if post.years == ALWAYS or (year is not None and _within(year, post.years)):
                    return True
        return False

    def serves(self, year: int | None) -> str | None:
        """Return the body that one leads or works for in a year, None where the year is another or unknown."""
        if self.body is None or (self.body[1] != ALWAYS and (year is None or not _within(year, self.body[1]))):
            return None
        return self.body[0]


def known_figure(name: str) -> PublicFigure | None:
    """Return the public figure of a full name, whatever its accents and middle initials; None where unknown."""
    return _figures().get(_key(name))


def known_by_surname(surname: str) -> str | None:
    """Return the full name of the one politician of a surname; none for members of the House and journalists."""
    names = _surnames().get(_key(surname), [])
    if len(names) != 1:
        return None
    figure = _figures()[_key(names[0])]
    local = bool(figure.posts) and all(post.role == "representative" for post in figure.posts)
    return None if figure.state is None or (local and not figure.terms) else names[0]


@cache
def _surnames() -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for row in rows("resolve/public-figures.tsv"):
        found.setdefault(_key(row["name"])[-1:], []).append(row["name"])
    return found


@cache
def _figures() -> dict[tuple[str, ...], PublicFigure]:
    return {_key(row["name"]): _figure(row) for row in rows("resolve/public-figures.tsv")}


def _figure(row: dict[str, str]) -> PublicFigure:
    posts = []
    for post in row["posts"].split("; ") if row["posts"] != "-" else []:
        what, years = _dated(post)
        role, _, place = what.partition(" ")
        posts.append(Post(role, place, years))
    return PublicFigure(
        state=_unless_dash(row["state"]),
        party=_unless_dash(row["party"]),
        terms=tuple(_years(term) for term in row["in-office"].split() if term != "-"),
        posts=tuple(posts),
        body=None if row["body"] == "-" else _dated(row["body"]),
    )


def _key(name: str) -> tuple[str, ...]:
    words = fold(name).translate(PLAIN_LETTERS).split()
    return (*words[:1], *(word for word in words[1:] if len(word) > 1))


def _unless_dash(value: str) -> str | None:
    return None if value == "-" else value


def _dated(value: str) -> tuple[str, Years]:
    match = DATED.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r}: expected words and, last, years")
    return match["what"], _years(match["years"]) if match["years"] else ALWAYS


def _years(term: str) -> Years:
    first, dash, last = term.partition("-")
    return int(first), int(last) if last else OPEN_END if dash else int(first)


def _within(year: int, years: Years) -> bool:
    return years[0] <= year <= years[1]
