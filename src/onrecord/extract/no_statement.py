"""Tell what the annotation guide counts as no statement, however much it looks like one.

What nobody says or thinks is nobody's position ("no party supports the toll", "hardly any farmer objects"). What shows
or finds a thing speaks only in a figure of speech ("polls show", "the data suggest"), and what somebody is said not to
have said is the writer's remark ("she never claimed that …"); whether, when or why somebody did not say is a refusal,
which counts.
"""

from __future__ import annotations

from itertools import pairwise

from onrecord.extract.assemble import RawAttribution
from onrecord.extract.statement_features import kind_of_source, lower_words
from onrecord.lexicon import word_class

LONGEST = 6  # words of a cue that is no saying with more to it: "released a video that showed"
WIDEST = 16  # characters before a source that are looked at
EXCEPTING = frozenset(("but", "except"))
NOT_ONE = frozenset((("not", "a"), ("not", "one"), ("not", "all"), ("not", "every")))
NEGATION = frozenset(("never", "not", "without"))


def is_no_statement(text: str, item: RawAttribution) -> bool:
    """Tell whether the guide counts a candidate as no statement."""
    cue, source = lower_words(text, item.cue), lower_words(text, item.source)
    if not cue:
        return False
    if _is_nobody(text, item):
        return True
    if cue[-1] in word_class("shows") and len(cue) <= LONGEST:
        return kind_of_source(text, item) in ("noun", "name")
    if cue[-1] in word_class("hints"):
        return not word_class("evidence").isdisjoint(source)
    if NEGATION.isdisjoint(cue) and not any(word.endswith("n't") for word in cue):
        return False
    opening = lower_words(text, item.content)[:1]
    return not word_class("mentions").isdisjoint(cue) and word_class("asks-what").isdisjoint(opening)


def _is_nobody(text: str, item: RawAttribution) -> bool:
    """Tell whether a source is nobody: not so "the No. 2 Democrat", nor "no senator but Ms Orr".

    The negation may stand before it: "Not a *single deputy* spoke against the toll".
    """
    source = lower_words(text, item.source)
    if not source or not EXCEPTING.isdisjoint(source):
        return False
    at = min(start for start, _ in item.source)
    before = text[max(0, at - WIDEST) : at].casefold().split()[-2:]
    if not NOT_ONE.isdisjoint(pairwise((*before, *source[:2]))):
        return True
    return source[0] in word_class("nobody-in-particular") and not "".join(source[1:2]).isdigit()
