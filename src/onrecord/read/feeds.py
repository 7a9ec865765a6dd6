"""Lists of feeds (OPML, YAML), and what a feed or sitemap lists: RSS and Atom by feedparser, JSON Feed, sitemaps."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from onrecord.core.statement import PartialDate
from onrecord.errors import SourceError
from onrecord.read.fetch import is_address, unzipped
from onrecord.read.given import parse_date

MOST_ENTRIES = 2_000  # of one feed or sitemap: the newest ones of an archive-sized sitemap


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed or sitemap to watch; `outlet` overrides what its pages say of themselves."""

    url: str
    outlet: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that a feed lists; `stamp` changes where the feed says that the page did."""

    url: str
    title: str | None = None
    published: PartialDate | None = None
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed or sitemap lists: pages, and the sitemaps of a sitemap index."""

    entries: tuple[Entry, ...]
    sitemaps: tuple[str, ...] = ()


def feeds_in(path: Path) -> list[Feed]:
    """The feeds of an OPML file, or of a YAML list of addresses or of `url:` and `outlet:`; SourceError for others."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(str(path), f"cannot be read ({' '.join(str(error).split())})") from error
    if re.search(r"<opml\b", text[:2000], re.I):
        found = [
            Feed(html.unescape(match[1]), html.unescape(title[1]) if title else None)
            for outline in re.findall(r"<outline\b[^>]*>", text, re.I)
            if (match := re.search(r"""\bxmlUrl\s*=\s*["']([^"']+)""", outline, re.I))
            for title in [re.search(r"""\b(?:title|text)\s*=\s*"([^"]*)""", outline, re.I)]
        ]
    else:
        found = list(_yaml(text, path))
    wrong = next((feed for feed in found if not is_address(feed.url)), None)
    if wrong is not None or not found:
        reason = "no feed in it" if wrong is None else f"{wrong.url[:80]!r} is no web address"
        raise SourceError(str(path), f"{reason}; give OPML, or a YAML list of addresses")
    return list({feed.url: feed for feed in found}.values())


def _yaml(text: str, path: Path) -> Iterator[Feed]:
    import yaml

    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SourceError(str(path), f"neither OPML nor YAML ({' '.join(str(error).split())[:120]})") from error
    items = value.get("feeds") if isinstance(value, dict) else value
    for item in items if isinstance(items, list) else []:
        if isinstance(item, str):
            yield Feed(item)
        elif isinstance(item, dict) and isinstance(item.get("url"), str):
            yield Feed(item["url"], item.get("outlet"))
        else:
            raise SourceError(str(path), f"{str(item)[:60]!r} is neither an address nor has a `url`")


def listing(data: bytes, url: str) -> Listing:
    """What the bytes of a feed or sitemap list, addresses made absolute; SourceError where they are none."""
    if data.startswith(b"\x1f\x8b"):  # sitemaps are often packed, whatever their server says of it
        data = unzipped(data, url)
    head = data[:3000].lstrip()
    if head.startswith(b"{"):
        found = _json_feed(data, url)
    elif re.search(rb"<(?:urlset|sitemapindex)\b", head):
        found = _sitemap(data)
    else:
        found = _feed(data, url)
    entries: dict[str, Entry] = {}
    for entry in found.entries:
        address = urljoin(url, entry.url.strip())
        if is_address(address):
            entries.setdefault(address, Entry(address, entry.title, entry.published, entry.stamp))
    return Listing(tuple(entries.values())[:MOST_ENTRIES], tuple(urljoin(url, one) for one in found.sitemaps))


def _feed(data: bytes, url: str) -> Listing:
    try:
        import feedparser
    except ImportError as error:
        raise SourceError(url, "feeds need feedparser; pip install 'onrecord[watch]'") from error
    parsed: Any = feedparser.parse(data)  # never raises: broken XML is read as far as it goes, a wrong charset guessed
    if not parsed.get("version") and not parsed.entries:
        raise SourceError(url, "no feed or sitemap (RSS, Atom, JSON Feed); check the address")
    return Listing(tuple(_entry(item) for item in parsed.entries if item.get("link")))


def _entry(item: Any) -> Entry:
    def own(key: str) -> Any:
        return dict.get(item, key)  # feedparser's own `get` takes one key for another, with a warning

    when = own("published_parsed") or own("updated_parsed")
    published = PartialDate(f"{when.tm_year:04}-{when.tm_mon:02}-{when.tm_mday:02}") if when else None
    return Entry(item["link"], own("title"), published, str(own("updated") or own("published") or ""))


def _json_feed(data: bytes, url: str) -> Listing:
    try:
        value = json.loads(data)
        items = value["items"]
        made = [
            Entry(
                item.get("url") or item["external_url"],
                item.get("title"),
                parse_date(str(item.get("date_published") or "")),
                str(item.get("date_modified") or item.get("date_published") or ""),
            )
            for item in items
            if item.get("url") or item.get("external_url")
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SourceError(url, "JSON, but no JSON Feed; check the address") from error
    return Listing(tuple(made))


def _sitemap(data: bytes) -> Listing:
    """By pattern, not by a parser of XML: sitemaps are flat, often damaged, and may hold traps for parsers."""
    text = data.decode("utf-8", "replace")
    pages: list[Entry] = []
    for block in re.findall(r"<url>(.*?)(?:</url>|(?=<url>)|\Z)", text, re.S):
        place = _element("loc", block)
        if place:
            changed = _element("lastmod", block) or ""
            shown = _element("news:publication_date", block)
            pages.append(Entry(place, _element("news:title", block), parse_date(shown or ""), changed))
    newest = sorted(pages, key=lambda entry: entry.stamp, reverse=True)
    maps = [place for block in re.findall(r"<sitemap>(.*?)</sitemap>", text, re.S) if (place := _element("loc", block))]
    return Listing(tuple(newest), tuple(maps))


def _element(name: str, block: str) -> str | None:
    match = re.search(rf"<{name}>\s*(?:<!\[CDATA\[)?\s*(.*?)\s*(?:\]\]>)?\s*</{name}>", block, re.S)
    return html.unescape(match[1]) if match else None
