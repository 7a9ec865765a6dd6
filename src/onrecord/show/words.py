"""Words and short forms that the desk and briefings share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from onrecord.core.statement import FIRM_ACTS

WORDS = {
    "support": "supports", "oppose": "opposes", "mixed": "mixed", "noncommittal": "no clear position",
    "none": "takes no side",
}  # fmt: skip

FIRMNESS = {"CT": "firm", "PR": "likely", "PS": "tentative"}
"""Commitment by its strength alone: beside a side, its sign would be read as the side ("certainly not" as a no)."""


def json_value(value: object) -> str:
    """Encode a date for `json.dumps`, which calls it for what is no JSON.

    Raises:
        TypeError: the value is no date.
    """
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON")


def day(value: object) -> str:
    """Format a date; a dash where there is none."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)[:10] if value else "—"


def short(text: str | None, length: int = 160) -> str:
    """Shorten a text, cut between words."""
    line = " ".join((text or "").split())
    if len(line) <= length:
        return line
    cut = line[:length].rpartition(" ")[0]
    return (cut if len(cut) > length // 2 else line[:length]) + " …"


def percent(value: float | None) -> str:
    """Format a share or a confidence as whole percent."""
    return "—" if value is None else f"{round(100 * value)}%"


def plural(number: int, word: str) -> str:
    """Format a number with its noun: `1 statement`, `1,200 statements`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def firm(commitment: str, act: str = "state") -> str:
    """Say how firm a position is, in a word that fits either side; nothing where no commitment is stated."""
    if commitment == "Uu":
        return "firm" if act in FIRM_ACTS else ""
    return FIRMNESS[commitment[:2]]


def moved(move: Any) -> str:
    """Say in words what a change of position was: `from opposes to supports, 44 days later`."""
    days = "" if move["days"] is None else f", {plural(int(move['days']), 'day')} later"
    return f"from “{WORDS[move['from_stance']]}” to “{WORDS[move['to_stance']]}”{days}"
