"""Load the templates, with the words and signs that they share."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from onrecord import __version__
from onrecord.core.statement import Act, Commitment, Form, Stance
from onrecord.record.text_search import patterns
from onrecord.show.desk.filters import ALL, CHECKED, TOLD
from onrecord.show.desk.request_context import address, part, show
from onrecord.show.words import WORDS, day, firm, json_value, moved, percent, plural, short

SIGNS = {"support": "+", "oppose": "−", "mixed": "±", "noncommittal": "○", "none": "·"}
HOLDS = {**WORDS, "mixed": "is divided on", "noncommittal": "has no clear position on", "none": "takes no side on"}
"""The stances as verbs of a sentence about an actor and an issue."""

COMMITMENTS = {
    "CT+": "certain", "PR+": "probable", "PS+": "possible", "PS-": "possibly not so", "PR-": "probably not so",
    "CT-": "certain that it is not so", "Uu": "not stated",
}  # fmt: skip
CONFIDENCE_STEPS = (0.9, 0.7)  # from here a mark is deep, and middling; below it is pale
STALE_DAYS = 30  # days without a word, after which a position is called old
SECTIONS = (
    ("/", "Overview"), ("/positions", "Positions"), ("/issues", "Issues"), ("/people", "People"),
    ("/conflicts", "Changes"), ("/network", "Network"), ("/search", "Search"), ("/review", "Review"),
    ("/add", "Add"),
)  # fmt: skip


class _Environment(Environment):
    """Look into a dict before its attributes: rows are dicts, and a failed lookup costs most of a page."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def environment(**more: object) -> Environment:
    """Create the template environment; everything is escaped, and a missing name is an error.

    `more` are further names that templates may use.
    """
    made = _Environment(
        loader=ChoiceLoader([PackageLoader(name, "templates") for name in ("onrecord.show.desk", "onrecord.show")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        day=day, short=short, percent=percent, part=part, json=as_json, plural=plural, firm=firm, shade=shade,
        moved=moved, shortday=shortday, age=age,
        minute=minute, runs=runs, sentence=sentence,
    )  # fmt: skip
    made.globals.update(
        signs=SIGNS, words=WORDS, words_of=WORDS, holds=HOLDS, stale=STALE_DAYS, commitments=COMMITMENTS,
        sections=SECTIONS, version=__version__, address=address, filter_names=ALL, filter_clear=dict.fromkeys(ALL),
        filter_words={"told": TOLD, "checked": CHECKED},
        closed={"stance": list(map(str, Stance)), "act": list(map(str, Act)),
                "commitment": list(map(str, Commitment)), "form": list(map(str, Form))},
    )  # fmt: skip
    made.globals.update(more)
    return made


def runs(text: str, query: str) -> list[tuple[str, bool]]:
    """Cut a text where it has the words of a query; the runs that are such words are marked."""
    made, at = [], 0
    for start, end in sorted(match.span() for pattern in patterns(query) for match in pattern.finditer(text)):
        if start >= at:
            made += [(text[at:start], False), (text[start:end], True)]
            at = end
    return [(run, hit) for run, hit in (*made, (text[at:], False)) if run]


def sentence(text: str) -> str:
    """Return a message that begins with a capital letter, unless its first word is the name of a field."""
    first = text.split(" ", 1)[0]
    return text if "_" in first or not first[:1].islower() else text[:1].upper() + text[1:]


def minute(value: datetime) -> str:
    """Format a time to the minute, in UTC."""
    return f"{value:%Y-%m-%d %H:%M} UTC"


def shade(probability: float | None) -> int:
    """Return the shade of a mark: 3 for a sure reading or a person's, 2 for a likely one, 1 for others."""
    value = 1.0 if probability is None else probability
    return 3 if value >= CONFIDENCE_STEPS[0] else 2 if value >= CONFIDENCE_STEPS[1] else 1


def shortday(value: date | None, newest: date | None = None) -> str:
    """Format a date for a small place: `2 Mar`, with the year where it is not that of the newest."""
    if value is None:
        return "undated"
    text = f"{value.day} {value:%b}"
    return text if newest is None or newest.year == value.year else f"{text} {value.year}"


def age(value: date | None, newest: date | None) -> int:
    """Count the days from something said to the newest statement; 0 where either has no date."""
    return 0 if value is None or newest is None else max(0, (newest - value).days)


def as_json(value: Any) -> str:
    """Encode a value for a data attribute; the attribute is escaped like everything else."""
    return show(json.dumps(value, ensure_ascii=False, default=json_value, separators=(",", ":")))
