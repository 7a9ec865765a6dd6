"""The reviewed word lists as matchers: signals, hedges, directions and patterns, each loaded once from its table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from onrecord.lexicon import rows
from onrecord.text.inflection import verb_forms

NEGATIONS = frozenset("not n't never no none nobody nothing neither nor cannot without against can't won't".split())


def phrase_pattern(phrase: str) -> str:
    """A table's phrase as a regular expression over words: `a|b` either, `x*` any ending, `_` one word or none."""
    parts: list[str] = []
    for slot in phrase.split():
        if slot == "_":
            parts.append(r"(?:[\w'’-]+\s+)?")
            continue
        choices = "|".join(re.escape(c).replace(r"\*", r"[\w-]*").replace("'", "['’]") for c in slot.split("|"))
        parts.append(rf"(?:{choices})\s+")
    pattern = "".join(parts).removesuffix(r"\s+")
    return (
        pattern.replace(r"(?:n['’]t", r"(?:\w+n['’]t")
        .replace(r"|n['’]t", r"|\w+n['’]t")
        .replace(r"(?:['’]ll)", r"['’]ll")
    )


@dataclass(frozen=True, slots=True)
class Signals:
    """One pattern of lower-case words for each signal, in the order of the table."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """The signals in a text with the (start, end) of their first hit."""
        low = _lowered(text)
        for name, pattern in self.patterns:
            match = pattern.search(low)
            if match is not None:
                yield name, match.start(), match.end()


def _lowered(text: str) -> str:
    """Lower case, letter for letter (searched twice as fast as a text in both cases)."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _grouped(table: str, key: str, value: str) -> Signals:
    groups: dict[str, list[str]] = {}
    for row in rows(table):
        groups.setdefault(row[key], []).append(phrase_pattern(row[value].lower()))
    return Signals(tuple((k, re.compile(rf"(?<![\w’'-])(?:{'|'.join(v)})(?![\w-])")) for k, v in groups.items()))


@cache
def signals() -> Signals:
    """`data/signals.tsv`: what a content does or how it values a thing."""
    return _grouped("signals.tsv", "signal", "phrase")


@cache
def hedges() -> Signals:
    """`data/hedges.tsv`: hedges and modals by the commitment that they give."""
    return _grouped("hedges.tsv", "commitment", "hedge")


@cache
def undoing() -> frozenset[str]:
    """All inflected forms of `data/directions.tsv`: words that undo or hold off a thing."""
    forms: set[str] = set()
    for row in rows("directions.tsv"):
        forms |= verb_forms(row["word"]) if row["pos"] == "verb" else {row["word"], row["word"] + "s"}
    return frozenset(forms)


def direction(lowers: Sequence[str]) -> int:
    """-1 where words undo something or are negated, +1 where neither or both holds."""
    sign = -1 if any(w in undoing() for w in lowers) else 1
    return -sign if any(w in NEGATIONS or w.endswith("n't") for w in lowers) else sign


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    groups: dict[str, list[str]] = {}
    for row in rows("patterns.tsv"):
        groups.setdefault(row["name"], []).append(row["pattern"])
    return {name: re.compile(rf"\b(?:{'|'.join(parts)})", re.I) for name, parts in groups.items()}


def pattern(name: str) -> re.Pattern[str]:
    """All of `data/patterns.tsv` under one name as one regular expression; KeyError for a name it does not have."""
    return _patterns()[name]
