"""When two names count as the same: case, articles and leading titles do not matter."""

from __future__ import annotations

import re
import unicodedata

ARTICLES = frozenset({"the", "a", "an"})
TITLES = tuple(
    tuple(phrase.split())
    for phrase in (
        "secretary general|prime minister|foreign minister|defence minister|defense minister|interior minister|"
        "finance minister|"
        "water minister|energy minister|agriculture minister|foreign secretary|special envoy|mr|mrs|ms|miss|dr|prof|"
        "professor|"
        "sir|dame|lord|lady|president|premier|chancellor|minister|secretary|senator|ambassador|envoy|spokesman|spokeswoman|"
        "spokesperson|king|queen|prince|princess|emir|general|gen|colonel|col|admiral|captain|judge|justice|chairman|"
        "chairwoman|director|commissioner|governor|mayor|analyst"
    ).split("|")
)
BEFORE_TITLE = frozenset({"deputy", "vice", "former", "acting", "ex"})
# "president of Rome": here the title is the name
AFTER_OFFICE = frozenset({"of", "for", "in", "at", "from", "to", "and", "with"})


def name_words(name: str | None) -> tuple[str, ...]:
    """The casefolded words of a name without leading articles and titles."""
    folded = unicodedata.normalize("NFKC", name or "").casefold().replace("’", "'")
    words = re.findall(r"\w+", re.sub(r"'s\b|(?<=s)'(?!\w)", "", folded))
    while len(words) > 1:
        if words[0] in ARTICLES:
            words = words[1:]
            continue
        rest = words[1:] if words[0] in BEFORE_TITLE else words
        title = next((t for t in TITLES if tuple(rest[: len(t)]) == t and rest[len(t) :]), None)
        if title is None or rest[len(title)] in AFTER_OFFICE:
            break
        words = rest[len(title) :]
    return tuple(words)


def same(one: str | None, other: str | None) -> bool:
    """Whether two names are equal; nobody equals nobody."""
    return name_words(one) == name_words(other)


def alike(one: str | None, other: str | None) -> bool:
    """Whether the words of one name contain those of the other."""
    first, second = set(name_words(one)), set(name_words(other))
    return (first <= second or second <= first) if first and second else first == second
