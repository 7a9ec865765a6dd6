"""Load the reviewed vocabularies under `data/`.

Vocabularies are tables of tab-separated values; lines that begin with `#` say what the columns mean, and every row
names its source. Nothing is loaded at import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from onrecord.core.statement import Act, Commitment
from onrecord.errors import LexiconError

WORD_TABLES = ("words.tsv", "resolve/words.tsv")  # classes of words; a class has one name in both


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Describe a reporting cue. `frames` are the kinds of complement that hold its content (see `data/cues.tsv`)."""

    phrase: tuple[str, ...]
    pos: str
    frames: frozenset[str]
    act: Act
    commitment: Commitment | None
    stance: str
    plover: str | None
    source: str


def rows(name: str) -> Iterator[dict[str, str]]:
    """Load the rows of a bundled table.

    Raises:
        LexiconError: a row has too few or too many columns.
    """
    content = resources.files("onrecord").joinpath("data", name).read_text(encoding="utf-8")
    header: list[str] | None = None
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        values = line.split("\t")
        if header is None:
            header = values
            continue
        if len(values) != len(header):
            raise LexiconError(f"{name}:{number}: {len(values)} columns where {len(header)} are named")
        yield dict(zip(header, values, strict=True))


@cache
def word_classes() -> dict[str, frozenset[str]]:
    """Load the classes of words by name.

    Rows of one class are joined; among the words, `@name` stands for those of another class, and `-word` leaves one
    of them out.
    """
    listed: dict[str, list[str]] = {}
    for table in WORD_TABLES:
        for row in rows(table):
            listed.setdefault(row["class"], []).extend(row["words"].split())
    for row in rows("calendar.tsv"):
        listed.setdefault(row["class"], []).append(row["word"])

    def words_of(name: str) -> frozenset[str]:
        words = (words_of(word[1:]) if word[0] == "@" else {word} for word in listed[name] if word[0] != "-")
        return frozenset().union(*words) - {word[1:] for word in listed[name] if word[0] == "-"}

    return {name: words_of(name) for name in listed}


@cache
def word_values(name: str) -> dict[str, int]:
    """Load the words of a class of `data/calendar.tsv` with their values, such as the number of a month."""
    return {row["word"]: int(row["value"]) for row in rows("calendar.tsv") if row["class"] == name}


def word_class(name: str) -> frozenset[str]:
    """Return the words of a class."""
    return word_classes()[name]


@cache
def alternatives(name: str) -> str:
    """Join a class to the alternatives of a regular expression: of `data/patterns.tsv`, or of the words."""
    phrases = [row["pattern"] for row in rows("patterns.tsv") if row["class"] == name]
    return "|".join(phrases or map(re.escape, sorted(word_class(name), key=lambda word: (-len(word), word))))


@cache
def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compile a regular expression in which `{name}` stands for any word or phrase of a class.

    `{Name}` stands for the same words with capital letters.
    """

    def any_of(name: re.Match[str]) -> str:
        words = alternatives(name[1].lower())
        return f"(?:{words if name[1].islower() else re.sub(r'[a-z]+', lambda word: word[0].capitalize(), words)})"

    return re.compile(re.sub(r"\{([A-Za-z][a-z-]+)\}", any_of, pattern), flags)


def words_pattern(name: str) -> re.Pattern[str]:
    """Compile a class of words or phrases to a pattern that finds one of them, in upper or lower case."""
    return compiled(rf"\b{{{name}}}\b", re.IGNORECASE)


def load_cues() -> tuple[Cue, ...]:
    """Load the reporting cues of `data/cues.tsv`."""
    cues = []
    for row in rows("cues.tsv"):
        try:
            cues.append(
                Cue(
                    phrase=tuple(row["cue"].split()),
                    pos=row["pos"],
                    frames=frozenset(row["frames"]),
                    act=Act(row["act"]),
                    commitment=None if row["commitment"] == "=" else Commitment(row["commitment"]),
                    stance=row["stance"],
                    plover=None if row["plover"] == "-" else row["plover"],
                    source=row["source"],
                )
            )
        except (KeyError, ValueError) as error:
            raise LexiconError(f"cues.tsv: {row.get('cue')!r}: {error}") from error
    return tuple(cues)
