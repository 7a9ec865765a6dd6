"""Templates and the few words and signs that they share."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from onrecord import __version__
from onrecord.core.statement import Act, Commitment, Form, Stance
from onrecord.show.desk.visit import address, part, show

SIGNS = {"support": "+", "oppose": "−", "mixed": "±", "noncommittal": "○", "none": "·"}
WORDS = {
    "support": "supports", "oppose": "opposes", "mixed": "mixed", "noncommittal": "holds back", "none": "takes no side",
}  # fmt: skip
COMMITMENTS = {
    "CT+": "certain", "PR+": "probable", "PS+": "possible", "PS-": "possibly not", "PR-": "probably not",
    "CT-": "certainly not", "Uu": "open",
}  # fmt: skip
FIRM_ACTS = ("demand", "reject", "accept", "endorse", "promise")
SECTIONS = (
    ("/", "Overview"), ("/positions", "Positions"), ("/issues", "Issues"), ("/people", "People"),
    ("/conflicts", "Conflicts & drift"), ("/network", "Network"), ("/search", "Search"), ("/review", "Review"),
    ("/add", "Add"),
)  # fmt: skip


class _Environment(Environment):
    """Looks into a dict before it looks at its attributes: rows are dicts, and a failed look costs most of a page."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def environment() -> Environment:
    """The templates with their filters; everything is escaped, and a name that is missing is an error."""
    made = _Environment(
        loader=PackageLoader("onrecord.show.desk", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        day=day, short=short, percent=percent, part=part, json=as_json, plural=plural, strength=strength,
    )  # fmt: skip
    made.globals.update(
        signs=SIGNS, words=WORDS, commitments=COMMITMENTS, sections=SECTIONS, version=__version__, address=address,
        closed={"stance": list(map(str, Stance)), "act": list(map(str, Act)),
                "commitment": list(map(str, Commitment)), "form": list(map(str, Form))},
    )  # fmt: skip
    return made


def day(value: object) -> str:
    """A date as text; a dash where there is none."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)[:10] if value else "—"


def short(text: str | None, length: int = 160) -> str:
    """The beginning of a text, cut between words."""
    line = " ".join((text or "").split())
    if len(line) <= length:
        return line
    cut = line[:length].rpartition(" ")[0]
    return (cut if len(cut) > length // 2 else line[:length]) + " …"


def percent(value: float | None) -> str:
    """A share or a confidence as whole percent."""
    return "—" if value is None else f"{round(100 * value)}%"


def plural(number: int, word: str) -> str:
    """`1 statement`, `1,200 statements`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def strength(commitment: str, act: str = "state") -> int:
    """How firm a commitment is shown: 3 certain (or a firm act that is open), 2 probable or open, 1 possible."""
    if commitment == "Uu":
        return 3 if act in FIRM_ACTS else 2
    return {"CT": 3, "PR": 2, "PS": 1}[commitment[:2]]


def as_json(value: Any) -> str:
    """A value for a data attribute; the attribute is escaped as all else."""
    return show(json.dumps(value, ensure_ascii=False, default=_plain, separators=(",", ":")))


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON")
