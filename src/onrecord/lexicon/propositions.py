"""Check propositions: one affirmative sentence with a finite verb, about one thing, in measured length.

A heuristic over word forms (lemminflect), made to be quiet about good propositions rather than to find every bad one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from onrecord.lexicon.bundled_tables import word_class

LONG = 30  # words


def proposition_warnings(proposition: str) -> Iterator[str]:
    """Yield what the author of a proposition should look at."""
    words = re.findall(r"[\w'’-]+", proposition)
    lower = [word.lower().replace("’", "'") for word in words]
    if proposition.rstrip().endswith("?"):
        yield "is a question; write a sentence that can be supported or opposed"
    elif not has_finite_verb(lower):
        yield "is a noun phrase; write a full sentence with a verb (X should do Y; X did Y)"
    elif not proposition.rstrip().endswith((".", ".”", '."')):
        yield "should be one full sentence and end with a full stop"
    negations = [word for word in lower if word in word_class("negation") or word.endswith("n't")]
    if negations:
        yield f"is negative ({negations[0]!r}); turn it round, so that opposing it is not a double negation"
    if joined := second_claim(proposition, lower):
        yield f"makes two claims (“{joined}”); make an issue of each"
    if len(words) > LONG:
        yield f"has {len(words)} words; say it in fewer than {LONG}"


def has_finite_verb(words: list[str]) -> bool:
    """Tell whether lower-case words hold a modal, an auxiliary, or another finite verb after the first word."""
    before_nouns = word_class("before-noun")
    if any(word in _finite() or word.endswith("n't") for word in words):
        return True
    for before, word in pairwise(words):
        if before not in before_nouns and _tags(word) & {"VBD", "VBZ"}:
            return True
    return any(
        before.endswith("s") and "VBP" in _tags(word) and ("NN" not in _tags(word) or after in before_nouns)
        for before, word, after in zip(words, words[1:], words[2:], strict=False)
    )


def second_claim(proposition: str, words: list[str]) -> str | None:
    """Find the words of a second claim: a second sentence or clause, or a second verb after "and", "or" or "but"."""
    sentences = [one for one in re.split(r"[.;!?](?:\s+|$)", proposition) if one.strip()]
    if len(sentences) > 1:
        return " ".join(sentences[1].split()[:4])
    modals = word_class("modal")
    begun = next((n for n, word in enumerate(words) if word in _finite()), None)
    for n, word in enumerate(words):
        if word not in word_class("coordinator") or begun is None or n < begun:
            continue
        rest = [one for one in words[n + 1 :] if one not in word_class("adverb")]
        if not rest:
            continue
        follows = rest[1] if len(rest) > 1 else ""
        verb = rest[0] in modals or (
            "VB" in _tags(rest[0]) and bool(follows) and follows not in word_class("before-object")
        )
        subject = len(rest) > 1 and rest[1] in _finite()
        if verb or subject or rest[0] in word_class("auxiliary"):
            return " ".join(words[n : n + 4])
    return None


def _finite() -> frozenset[str]:
    """Return the words that are finite verbs by themselves."""
    return word_class("modal") | word_class("auxiliary")


@lru_cache(maxsize=4_096)
def _tags(word: str) -> frozenset[str]:
    """Return the possible Penn tags of a form, by lemminflect's tables: VB, VBD, VBZ, VBP, NN …"""
    import lemminflect

    found: set[str] = set()
    for part, lemmas in lemminflect.getAllLemmas(word).items():
        for lemma in lemmas:
            for tag, forms in lemminflect.getAllInflections(lemma, upos=part).items():
                if word in forms:
                    found.add(tag)
    return frozenset(found)
