"""Select the contents that may hold a nested report, which are read a second time.

Reading every content again would double the work of extraction, and most contents hold no report. Whether one may is
judged by its words: a reporting verb, or a reporting noun with what follows it. Verbs with many other uses (to have, to
put, to stand) count only within a phrase of the lexicon ("put forward").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from onrecord.lexicon import Cue, word_class
from onrecord.text.inflection import verb_forms

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class NestedCueFilter:
    """Tell whether a stretch of text may contain a report."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._words: set[str] = set()
        self._pairs: set[tuple[str, str]] = set()
        self._nouns: set[str] = set()
        for cue in cues:
            first = cue.phrase[0]
            forms = verb_forms(first) if cue.pos == "verb" else {first}
            if cue.pos == "noun":
                self._nouns |= {first, first + "s"}
            elif len(cue.phrase) > 1:
                self._pairs |= {(form, cue.phrase[1]) for form in forms}
            elif first not in word_class("many-uses"):
                self._words |= forms

    def may_contain_report(self, text: str) -> bool:
        """Tell whether the text may contain a report."""
        words = [match.group().casefold() for match in WORD.finditer(text)]
        if not self._words.isdisjoint(words):
            return True
        after_noun = word_class("after-reporting-noun")
        return any(
            pair in self._pairs or (pair[0] in self._nouns and pair[1] in after_noun) for pair in pairwise(words)
        )
