"""Detect whether a text is English, by the share of frequent words that only English has."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from onrecord.core.statement import Article
from onrecord.errors import SourceError

# English prose has 20 to 35 of the words in 100, headlines may have none; other languages of Europe have 0 to 3.
LEAST_SHARE = 0.07
ENOUGH_WORDS = 80
# A shorter text is another language where it has so many words of those.
LEAST_WORDS = 12
OTHER_SHARE = 0.12
MAX_CHARACTERS = 30_000  # code points from the beginning
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@lru_cache(maxsize=1)
def function_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return function words that only English has, and those that only other languages have."""
    text = resources.files("onrecord").joinpath("data", "english-words.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    english = frozenset(word for line in lines if not line.startswith("!") for word in line.split())
    other = frozenset(word for line in lines if line.startswith("!") for word in line[1:].split())
    return english, other - english


def is_english(text: str) -> bool:
    """Tell whether a text is English; text without evidence, such as a list of names, counts as English.

    A text in a script other than Latin does not.
    """
    words = _WORD.findall(text[:MAX_CHARACTERS])
    letters = sum(map(len, words))
    if letters > 20 and sum(1 for word in words for char in word if char < "\u0250") < letters / 2:
        return False
    if len(words) < LEAST_WORDS:
        return True
    english, other = function_words()
    folded = [word.casefold() for word in words]
    if sum(1 for word in folded if word in english) >= LEAST_SHARE * len(words):
        return True
    return len(words) < ENOUGH_WORDS and sum(1 for word in folded if word in other) < OTHER_SHARE * len(words)


def not_english(article: Article) -> SourceError | None:
    """Build the error for an article that does not seem to be English."""
    if is_english(article.text.content):
        return None
    return SourceError(article.name, "skipped: does not seem to be English; --any-language reads it all the same")
