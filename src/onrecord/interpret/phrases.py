"""What the form of a noun phrase tells: its head, which roles it can mean, and how it is printed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.text.tokens import Word

TOPS = frozenset(
    "chief boss leader head chair chairman chairwoman chairperson director president secretary-general "
    "chief executive ceo".split()
)
HEADS_OF_GOVERNMENT = frozenset(
    ("prime minister", "premier", "pm", "head of government", "chancellor", "first minister")
)
HEADS_OF_STATE = frozenset(("president", "head of state", "king", "queen", "emir"))


def head_noun(head: Sequence[Word]) -> str:
    """The head of a noun phrase: its last word before a preposition."""
    words = [w.lower for w in head if w.is_word]
    cut = next(
        (i for i, w in enumerate(words) if i and w in ("of", "in", "at", "for", "from", "to", "on", "with", "by")),
        len(words),
    )
    return words[cut - 1] if words else ""


def fits(wanted: str, roles: Sequence[str], same_side: bool) -> bool:
    """Whether a described role can be one of somebody's: 'the minister' fits a foreign minister, no prime minister."""
    for role in roles:
        if (
            role == wanted
            or (role.split()[-1] == wanted and role not in HEADS_OF_GOVERNMENT)
            or role.startswith(wanted + " of")
        ):
            return True
        if {role, wanted} <= HEADS_OF_GOVERNMENT or {role, wanted} <= HEADS_OF_STATE:
            return True
        if wanted.split()[-1] == role and role in (
            "spokesman",
            "spokeswoman",
            "envoy",
            "commissioner",
            "minister",
            "president",
            "general",
        ):
            return True
        if same_side and wanted.split()[-1] in TOPS and role.split()[-1] in TOPS:
            return True
    return False


def without_article(text: str) -> str:
    """A noun phrase as printed, without article and marks around it; a common first word is in lower case."""
    plain = re.sub(r"['’]s$", "", " ".join(text.split()).strip("\"“”'’‘ ,"))
    plain = re.sub(r"^(?:the|a|an|own|our|one(?! of))\s+", "", plain, flags=re.I).strip("\"“”'’‘ ")
    first = plain.split(" ", 1)[0] if plain else ""
    common = first.casefold() in (
        "two",
        "three",
        "four",
        "five",
        "one",
        "some",
        "several",
        "many",
        "all",
        "both",
        "people",
        "officials",
        "diplomats",
        "analysts",
        "members",
        "opposition",
        "sources",
    )
    return plain[0].lower() + plain[1:] if common else plain
