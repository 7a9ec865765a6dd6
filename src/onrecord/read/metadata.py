"""What the user gives about a source, dates as sources write them, and the bounds that hold for all sources."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from onrecord.core.span import Text
from onrecord.core.statement import Article, PartialDate
from onrecord.errors import CodecError, EmptySource, SourceTooLarge

# The longest text one article can have, in bytes of UTF-8; the same bound holds for the file or page around it. The
# longest novel in print has about 3 million: what is above is a dump of many articles, and is read as JSON Lines.
MAX_BYTES = 10_000_000

Notes = Callable[[str], None]
"""Receives one line for whatever a reader should know and that costs nothing, as an encoding that was guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataDefaults:
    """What the user states of a source: metadata and encoding, which override what the source says, and permissions.

    `allow_private` lets addresses of the local network be fetched; `any_language` lets other text than English be read.
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
    """What one file, archive member or web page holds, unread.

    `name` becomes its article's, `where` stands in messages; `suffix` tells the kind, and is None where the content
    must. `address` and `charset` are those of a page from the web, the second as its server states it.
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
        raise EmptySource(where, "no text in it; check that the right file was given")
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
    """The error of a text above the bound."""
    size = f"{most // 1_000_000} MB" if most >= 1_000_000 else f"{most // 1_000} kB"
    return SourceTooLarge(
        where, f"more than {size} of text in one article; split it, or give its articles as JSON Lines"
    )


def readable(name: str) -> str:
    """A file's name as text that can be printed: bytes that are no UTF-8 become U+FFFD, line ends a space."""
    return re.sub(r"[\r\n]+", " ", re.sub("[\ud800-\udfff]", "\ufffd", name))


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_WORDED = re.compile(
    r"(?:[a-z]{3,9}\.?,? +)?"
    rf"(?:(?P<month>{_MONTH})\.? +(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? +"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?: +of)? +(?P<month2>{_MONTH})\.?,? +)"
    r"(?P<year>\d{4})\b",
    re.IGNORECASE,
)
_ISO = re.compile(r"(\d{4}(?:-\d{2}){0,2})(?:[T ].*)?$", re.DOTALL)
_YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?:[T ].*)?$", re.DOTALL)
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[T, ].*)?$", re.DOTALL)


def parse_date(value: str) -> PartialDate | None:
    """A date as sources print it; None for others, and for one that means two days to two readers (`03/04/2026`)."""
    readings = date_readings(value)
    return readings[0] if len(readings) == 1 else None


def date_readings(value: str) -> tuple[PartialDate, ...]:
    """The days that a printed date may mean, the reading with the day first before the one with the month first.

    ISO 8601, maybe partial or with a time, `2026/03/04`, the month in words (`4 March 2026`, `March 4th, 2026`), and
    `13/03/2026`. With dots, the day is first (`03.04.2026`), as no English-speaking country writes the month so.
    """
    value = value.strip()[:100]
    iso = _ISO.match(value)
    if iso:
        return _date(iso[1])
    worded = _WORDED.match(value)
    if worded:
        name = (worded["month"] or worded["month2"])[:3].casefold()
        return _date(worded["year"], _MONTHS.index(name) + 1, int(worded["day"] or worded["day2"]))
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
    """A note on a printed date that is left out, with its readings where it has two."""
    readings = date_readings(value)
    if len(readings) == 2:
        return f"{where}: its date {value[:40]!r} may be {readings[0]} or {readings[1]}; left out, give --date"
    return f"{where}: its date {value[:40]!r} is no date like 2026-03-31; left out, give --date"
