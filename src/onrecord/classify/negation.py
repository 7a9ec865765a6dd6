"""Negate a proposition: "X should go." and "X should not go." are each other's negation.

The stance is read beside a proposition and its negation, and the two are joined so that turning the proposition turns
the side.
"""

from __future__ import annotations

import re
from functools import cache

from onrecord.lexicon import alternatives

CANNOT = re.compile(r"\bcannot\b", re.IGNORECASE)
DENIED = "It is not true that "


def negate(proposition: str) -> str:
    """Negate a proposition at its first auxiliary, or as a whole where it has none.

    Negating twice gives the proposition back, contractions written out.
    """
    if proposition.startswith(DENIED):
        return proposition.removeprefix(DENIED)
    written = CANNOT.sub("can not", proposition)
    found = _auxiliary().search(written)
    if found is None:
        return DENIED + written
    if found["negation"]:
        return written[: found.end("verb")] + written[found.end("negation") :]
    return written[: found.end("verb")] + " not" + written[found.end("verb") :]


@cache
def _auxiliary() -> re.Pattern[str]:
    return re.compile(rf"\b(?P<verb>{alternatives('negatable')})\b(?P<negation> not\b|n['’]t\b)?", re.IGNORECASE)
