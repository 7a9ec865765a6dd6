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
def word_classes(table: str = "words.tsv") -> dict[str, frozenset[str]]:
    """Load a table of classes of words, by the name of the class; rows of one class are joined."""
    classes: dict[str, frozenset[str]] = {}
    for row in rows(table):
        classes[row["class"]] = classes.get(row["class"], frozenset()) | frozenset(row["words"].split())
    return classes


@cache
def word_class(name: str) -> frozenset[str]:
    """Return the words of a class of `data/words.tsv`."""
    return word_classes()[name]


@cache
def alternatives(name: str) -> str:
    """Join a class to the alternatives of a regular expression: of `data/patterns.tsv`, or of `data/words.tsv`."""
    phrases = [row["pattern"] for row in rows("patterns.tsv") if row["class"] == name]
    return "|".join(phrases or sorted(word_class(name), key=lambda word: (-len(word), word)))


@cache
def words_pattern(name: str) -> re.Pattern[str]:
    """Compile a class of words or phrases to a pattern that finds one of them, in upper or lower case."""
    return re.compile(rf"\b(?:{alternatives(name)})\b", re.IGNORECASE)


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
