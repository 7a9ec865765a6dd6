"""Check propositions: one affirmative sentence with a finite verb, about one thing, in measured length.

A heuristic over word forms (lemminflect), made to be quiet about good propositions rather than to find every bad one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

LONG = 30  # words

_MODALS = frozenset("should must shall will would can could may might ought needs".split())
_AUXILIARIES = frozenset("is are was were be been has have had do does did".split())
_NEGATIONS = frozenset("not never no none nobody nothing neither nor cannot".split())
_BEFORE_NOUNS = frozenset(
    "the a an this that these those its their his her our any some every all other of in on at for by".split()
)
_ADVERBS = frozenset("then also fully immediately never not only soon".split())
_PREPOSITIONS = frozenset("of in on at for by to from with within into over under against between".split())


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
    negations = [word for word in lower if word in _NEGATIONS or word.endswith("n't")]
    if negations:
        yield f"is negative ({negations[0]!r}); turn it round, so that opposing it is not a double negation"
    if joined := second_claim(proposition, lower):
        yield f"makes two claims (“{joined}”); make an issue of each"
    if len(words) > LONG:
        yield f"has {len(words)} words; say it in fewer than {LONG}"


def has_finite_verb(words: list[str]) -> bool:
    """Tell whether lower-case words hold a modal, an auxiliary, or another finite verb after the first word."""
    if any(word in _MODALS or word in _AUXILIARIES or word.endswith("n't") for word in words):
        return True
    for before, word in pairwise(words):
        if before not in _BEFORE_NOUNS and _tags(word) & {"VBD", "VBZ"}:
            return True
    return any(
        before.endswith("s") and "VBP" in _tags(word) and ("NN" not in _tags(word) or after in _BEFORE_NOUNS)
        for before, word, after in zip(words, words[1:], words[2:], strict=False)
    )


def second_claim(proposition: str, words: list[str]) -> str | None:
    """Find the words of a second claim: a second sentence or clause, or a second verb after "and", "or" or "but"."""
    sentences = [one for one in re.split(r"[.;!?](?:\s+|$)", proposition) if one.strip()]
    if len(sentences) > 1:
        return " ".join(sentences[1].split()[:4])
    begun = next((n for n, word in enumerate(words) if word in _MODALS or word in _AUXILIARIES), None)
    for n, word in enumerate(words):
        if word not in ("and", "or", "but") or begun is None or n < begun:
            continue
        rest = [one for one in words[n + 1 :] if one not in _ADVERBS]
        if not rest:
            continue
        follows = rest[1] if len(rest) > 1 else ""
        verb = rest[0] in _MODALS or ("VB" in _tags(rest[0]) and bool(follows) and follows not in _PREPOSITIONS)
        subject = len(rest) > 1 and rest[1] in _MODALS | _AUXILIARIES
        if verb or subject or (rest[0] in _AUXILIARIES):
            return " ".join(words[n : n + 4])
    return None


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
