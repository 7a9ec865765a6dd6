"""Inflect English words, with the dictionary and rules of lemminflect."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4_096)
def verb_forms(lemma: str) -> frozenset[str]:
    """Inflect a verb: base, third person, past, participles, in lower case."""
    return _forms(lemma, "VERB")


def _forms(lemma: str, upos: str) -> frozenset[str]:
    from lemminflect import getAllInflections, getAllInflectionsOOV

    found = getAllInflections(lemma, upos=upos) or getAllInflectionsOOV(lemma, upos=upos)
    return frozenset({lemma, *(form for forms in found.values() for form in forms if ("-" in form) == ("-" in lemma))})
