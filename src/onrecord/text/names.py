"""Compare names: the one notion of "same name".

`fold` takes off what spelling varies in (case, accents, composed or decomposed letters, punctuation), `normalize` also
leading articles and titles, so that "the Foreign Minister Aron Keld" and "Aron KELD" are one name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from onrecord.lexicon import rows, word_class

# Letters with a stroke or ligature, which Unicode does not decompose.
PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th"}
)
WORD = re.compile(r"\w+")
POSSESSIVE = re.compile(r"['’]s\b|(?<=s)['’](?!\w)", re.IGNORECASE)


def fold(name: str) -> str:
    """Fold a name to its words without case, accents and punctuation, with one blank between them; may be empty."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


@lru_cache(maxsize=4_096)
def name_words(name: str | None) -> tuple[str, ...]:
    """Split a name into its folded words, without leading articles and titles.

    A title is taken off only before a word with a capital: "official close to the talks" is a description.
    """
    printed = WORD.findall(POSSESSIVE.sub("", unicodedata.normalize("NFKC", name or "")))
    words = [fold(word).translate(PLAIN_LETTERS) for word in printed]
    start = 0
    while start < len(words) - 1:
        if words[start] in word_class("article"):
            start += 1
            continue
        office = start + (words[start] in word_class("before-title"))
        end = office + _title_length(tuple(words[office:]))
        # "president of Rome" is the name
        if end == office or words[end] in word_class("after-office") or printed[end][0].islower():
            break
        start = end
    return tuple(word for word in words[start:] if word)


def normalize(name: str | None) -> str:
    """Normalize a name for comparison: `name_words`, joined by blanks."""
    return " ".join(name_words(name))


def same_name(one: str | None, other: str | None) -> bool:
    """Tell whether two names are equal after normalization; two missing names are equal."""
    return name_words(one) == name_words(other)


def compatible(one: str | None, other: str | None) -> bool:
    """Tell whether the words of one name include those of the other: "Rutte" and "Mark Rutte"."""
    first, second = set(name_words(one)), set(name_words(other))
    return (first <= second or second <= first) if first and second else first == second


def _title_length(words: tuple[str, ...]) -> int:
    """Count the words of the longest title at the beginning that does not take all of them; 0 for none."""
    longest = min(max(map(len, _titles())), len(words) - 1)
    return next((n for n in range(longest, 0, -1) if words[:n] in _titles()), 0)


@cache
def _titles() -> frozenset[tuple[str, ...]]:
    """Load the offices of `data/roles.tsv` and the forms of address of `data/honorifics.tsv`, folded."""
    offices = [row["role"] for row in rows("roles.tsv") if row["kind"] != "plain"]
    titles = {tuple(fold(title).split()) for title in [*offices, *(row["word"] for row in rows("honorifics.tsv"))]}
    return frozenset(title for title in titles if title[-1] not in word_class("after-office"))
