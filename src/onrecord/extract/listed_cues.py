"""Look a cue up in the table of reporting cues, `data/cues.tsv`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from onrecord.lexicon import Cue, load_cues
from onrecord.text.inflection import verb_forms


@cache
def _by_first_word() -> Mapping[str, Sequence[Cue]]:
    """Sort the listed cues by the forms of their first word."""
    found: dict[str, list[Cue]] = defaultdict(list)
    for cue in load_cues():
        first = cue.phrase[0]
        forms = {"verb": verb_forms(first), "noun": {first, f"{first}s"}}.get(cue.pos, {first})
        for form in forms:
            found[form].append(cue)
    return found


@lru_cache(maxsize=4_096)
def listed_cue(words: tuple[str, ...]) -> Cue | None:
    """Return the listed cue that a cue's words, in lower case, hold in this order: the longest, then the last; None if
    none.
    """
    best: tuple[int, int] | None = None
    found = None
    for at, word in enumerate(words):
        for cue in _by_first_word().get(word, ()):
            rest = iter(words[at + 1 :])
            if all(part in rest for part in cue.phrase[1:]) and (best is None or (len(cue.phrase), at) > best):
                best, found = (len(cue.phrase), at), cue
    return found
