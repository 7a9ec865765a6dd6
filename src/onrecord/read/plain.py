"""Read articles from plain text; a dateline or header block gives metadata and stays in the text."""

from __future__ import annotations

import re

from onrecord.core.statement import Article
from onrecord.read.metadata import MetadataDefaults, make_article, parse_date

# "PORT ANSEL, March 3 (Continental Wire) - ": the wire services' dateline. The place is in capitals for a word at
# least, or the parenthesis could be anybody's; the date counts only with its year.
_DATELINE = re.compile(
    r"\s*(?P<place>[A-Z][A-Z’'.-]+[A-Za-z .,’'-]{0,50}?)"
    r"(?:,[ \xa0]+(?P<date>[A-Z][a-z]{2,8}\.?[ \xa0]+\d{1,2}(?:,[ \xa0]+\d{4})?))?"
    r"[ \xa0]+\((?P<outlet>[^()\n]{2,40})\)[ \xa0]*(?:-{1,2}|–|—)[ \xa0]*"
)
_HEADER = re.compile(r"(?P<key>[A-Za-z]+)[ \t]*:[ \t]+(?P<value>\S.*)")
_KEYS = {
    "title": "title", "headline": "title",
    "outlet": "outlet", "publisher": "outlet",
    "date": "date", "published": "date",
    "url": "url", "link": "url",
}  # fmt: skip


def read_plain(content: str, name: str, where: str, defaults: MetadataDefaults) -> Article:
    """Read the article of a plain text, unchanged except for leftover HTML."""
    return make_article(content, name, where, stated_metadata(content), defaults)


def stated_metadata(content: str) -> MetadataDefaults:
    """Parse the metadata of the first lines: `Title: …` headers up to a blank line, else a wire dateline."""
    head = content[:4000]
    headers = _headers(head)
    if headers is not None:
        return headers
    dateline = _DATELINE.match(head)
    if dateline is None:
        return MetadataDefaults()
    date = dateline["date"]
    return MetadataDefaults(
        outlet=dateline["outlet"].strip(), published=None if date is None else parse_date(_spaced(date))
    )


def _headers(head: str) -> MetadataDefaults | None:
    """Return the leading block of known headers, in which every line must be one; None without it."""
    values: dict[str, str] = {}
    for line in re.split(r"\r\n|\r|\n", head.lstrip()):
        if not line.strip():
            break
        match = _HEADER.fullmatch(line.rstrip())
        key = _KEYS.get(match["key"].casefold()) if match else None
        if match is None or key is None:
            return None
        values.setdefault(key, match["value"])
    if not values:
        return None
    return MetadataDefaults(
        title=values.get("title"),
        outlet=values.get("outlet"),
        published=parse_date(values.get("date", "")),
        url=values.get("url"),
    )


def _spaced(value: str) -> str:
    return " ".join(value.split())
