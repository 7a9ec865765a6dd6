"""Hold the user's metadata about a source, parse dates as sources print them, and set limits for all sources."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from onrecord.core.span import Text
from onrecord.core.statement import Article, PartialDate
from onrecord.errors import CodecError, EmptySource, SourceTooLarge
from onrecord.lexicon import compiled, word_values

# The longest text one article can have, in bytes of UTF-8; the same bound holds for the file or page around it. The
# longest novel in print has about 3 million: what is above is a dump of many articles, and is read as JSON Lines.
MAX_BYTES = 10_000_000

Notes = Callable[[str], None]
"""Receives one line for whatever a reader should know and that costs nothing, as an encoding that was guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataDefaults:
    """Hold the user's metadata, encoding and permissions for a source, which override what the source states.

    `allow_private` permits fetching addresses of the local network; `any_language` permits text that is not English.
    """

    title: str | None = None
    outlet: str | None = None
    published: PartialDate | None = None
    url: str | None = None
    encoding: str | None = None
    allow_private: bool = False
    any_language: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """Hold the unparsed content of one file, archive member or web page.

    `name` becomes its article's name, `where` is shown in messages; `suffix` gives the kind, None if the content
    must. `address` and `charset` are set for web pages, the latter as the server states it.
    """

    data: bytes
    name: str
    where: str
    suffix: str | None
    defaults: MetadataDefaults = MetadataDefaults()
    address: str | None = None
    charset: str | None = None


def make_article(content: str, name: str, where: str, found: MetadataDefaults, defaults: MetadataDefaults) -> Article:
    """Make the article of `content`; `defaults` override the metadata that was found in it.

    Raises:
        EmptySource: there is no text.
        SourceTooLarge: there is more text than one article can have.
    """
    if not content.strip():
        raise EmptySource(where, "it has no text; check that the right file was given")
    if len(content) > MAX_BYTES or len(content.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise too_large(where)
    return Article(
        text=Text(content),
        name=name,
        title=defaults.title or found.title,
        outlet=defaults.outlet or found.outlet,
        published=defaults.published or found.published,
        url=defaults.url or found.url,
    )


def too_large(where: str, most: int = MAX_BYTES) -> SourceTooLarge:
    """Build the error for a text above the limit."""
    size = f"{most // 1_000_000} MB" if most >= 1_000_000 else f"{most // 1_000} kB"
    return SourceTooLarge(
        where, f"more than {size} of text in one article; split it, or give its articles as JSON Lines"
    )


def readable(name: str) -> str:
    """Convert a file name to printable text: bytes that are not UTF-8 become U+FFFD, line ends become spaces."""
    return re.sub(r"[\r\n]+", " ", re.sub("[\ud800-\udfff]", "\ufffd", name))


_WORDED = (
    r"(?:[a-z]{3,9}\.?,? +)?"
    r"(?:(?P<month>{month}|{short-month})\.? +(?P<day>\d{1,2})(?:st|nd|rd|th)?,? +"
    r"|(?P<day2>\d{1,2})(?:st|nd|rd|th)?(?: +of)? +(?P<month2>{month}|{short-month})\.?,? +)"
    r"(?P<year>\d{4})\b"
)
_ISO = re.compile(r"(\d{4}(?:-\d{2}){0,2})(?:[T ].*)?$", re.DOTALL)
_YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?:[T ].*)?$", re.DOTALL)
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[T, ].*)?$", re.DOTALL)


def parse_date(value: str) -> PartialDate | None:
    """Parse a date as sources print it; None for other text and for ambiguous dates (`03/04/2026`)."""
    readings = date_readings(value)
    return readings[0] if len(readings) == 1 else None


def date_readings(value: str) -> tuple[PartialDate, ...]:
    """Return the days that a printed date may mean, the day-first reading before the month-first one.

    ISO 8601, maybe partial or with a time, `2026/03/04`, the month in words (`4 March 2026`, `March 4th, 2026`), and
    `13/03/2026`. With dots, the day is first (`03.04.2026`), as no English-speaking country writes the month so.
    """
    value = value.strip()[:100]
    iso = _ISO.match(value)
    if iso:
        return _date(iso[1])
    worded = compiled(_WORDED, re.IGNORECASE).match(value)
    if worded:
        months = word_values("month") | word_values("short-month")
        month = months[(worded["month"] or worded["month2"]).casefold()]
        return _date(worded["year"], month, int(worded["day"] or worded["day2"]))
    ordered = _YEAR_FIRST.match(value)
    if ordered:
        return _date(ordered[1], int(ordered[3]), int(ordered[4]))
    last = _YEAR_LAST.match(value)
    if last:
        first, second = int(last[1]), int(last[3])
        day_first = _date(last[4], second, first)
        month_first = () if last[2] == "." else _date(last[4], first, second)
        return tuple(dict.fromkeys((*day_first, *month_first)))
    return ()


def _date(year: str, month: int | None = None, day: int | None = None) -> tuple[PartialDate, ...]:
    try:
        return (PartialDate(year if month is None else f"{year}-{month:02}-{day:02}"),)
    except CodecError:
        return ()


def unclear_date(where: str, value: str) -> str:
    """Build a note about a printed date that was ignored, with its readings where it has two."""
    readings = date_readings(value)
    if len(readings) == 2:
        return f"{where}: its date {value[:40]!r} may be {readings[0]} or {readings[1]}; left out, give --date"
    return f"{where}: its date {value[:40]!r} is no date like 2026-03-31; left out, give --date"
