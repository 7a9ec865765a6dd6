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
class Given:
    """Metadata and encoding that the user states; each one given overrides what the source says."""

    title: str | None = None
    outlet: str | None = None
    published: PartialDate | None = None
    url: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one file, archive member or web page holds, unread.

    `name` becomes its article's, `where` stands in messages; `suffix` tells the kind, and is None where the content
    must. `address` and `charset` are those of a page from the web, the second as its server states it.
    """

    data: bytes
    name: str
    where: str
    suffix: str | None
    given: Given = Given()
    address: str | None = None
    charset: str | None = None


def make_article(content: str, name: str, where: str, found: Given, given: Given) -> Article:
    """The article of `content`, `found` metadata overridden by `given`; EmptySource or SourceTooLarge name `where`."""
    if not content.strip():
        raise EmptySource(where, "no text in it; check that the right file was given")
    if len(content) > MAX_BYTES or len(content.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise too_large(where)
    return Article(
        text=Text(content),
        name=name,
        title=given.title or found.title,
        outlet=given.outlet or found.outlet,
        published=given.published or found.published,
        url=given.url or found.url,
    )


def too_large(where: str) -> SourceTooLarge:
    """The error of a text above the bound."""
    return SourceTooLarge(
        where,
        f"more than {MAX_BYTES // 1_000_000} MB of text in one article; split it, or give its articles as JSON Lines",
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
    rf"(?:(?P<month>{_MONTH})\.? +(?P<day>\d{{1,2}}),? +|(?P<day2>\d{{1,2}}) +(?P<month2>{_MONTH})\.?,? +)"
    r"(?P<year>\d{4})\b",
    re.IGNORECASE,
)


def parse_date(value: str) -> PartialDate | None:
    """A date as sources print it: ISO, maybe partial or with a time, or with the month in words; None for others.

    `03/04/2026` is none: it means two days to two readers.
    """
    value = value.strip()
    iso = re.match(r"(\d{4}(?:-\d{2}){0,2})(?:[T ].*)?$", value)
    worded = _WORDED.match(value)
    try:
        if iso:
            return PartialDate(iso.group(1))
        if worded:
            name = (worded["month"] or worded["month2"])[:3].casefold()
            day = int(worded["day"] or worded["day2"])
            return PartialDate(f"{worded['year']}-{_MONTHS.index(name) + 1:02}-{day:02}")
    except CodecError:
        pass
    return None
