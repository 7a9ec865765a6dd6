"""Parse lists of feeds (OPML, YAML) and the feeds themselves: RSS and Atom by feedparser, JSON Feed, sitemaps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from onrecord.core.statement import PartialDate
from onrecord.errors import SourceError
from onrecord.read.boundary import one_line
from onrecord.read.http import gunzip_bytes, is_address, without_password
from onrecord.read.metadata import parse_date

_LISTS = "give OPML, or a YAML list of addresses"
MAX_ADDRESS = 4_000  # of an address
MAX_ENTRIES = 2_000  # of one feed or sitemap: the newest ones of an archive-sized sitemap


@dataclass(frozen=True, slots=True)
class Feed:
    """Describe a feed or sitemap to watch; `outlet` overrides the outlet that its pages state."""

    url: str
    outlet: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Describe a page that a feed lists; `stamp` changes when the feed reports a change of the page."""

    url: str
    title: str | None = None
    published: PartialDate | None = None
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Hold the contents of a feed or sitemap: pages, and the sitemaps of a sitemap index."""

    entries: tuple[Entry, ...]
    sitemaps: tuple[str, ...] = ()


def load_feeds(path: Path) -> list[Feed]:
    """Load feeds from an OPML file, or from a YAML list of addresses or of `url:` and `outlet:`.

    Raises:
        SourceError: the file is neither.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(str(path), f"cannot be read ({one_line(error)}); {_LISTS}") from error
    found = list(_opml(text, path) if re.search(r"<opml\b", text[:2000], re.I) else _yaml(text, path))
    wrong = next((feed for feed in found if not is_address(feed.url)), None)
    if wrong is not None or not found:
        reason = "no feed in it" if wrong is None else f"{without_password(wrong.url)[:80]!r} is not a web address"
        raise SourceError(str(path), f"{reason}; {_LISTS}")
    return list({feed.url: feed for feed in found}.values())


def _opml(text: str, path: Path) -> Iterator[Feed]:
    root = _tree(text.encode("utf-8", "replace"))
    if root is None:
        raise SourceError(str(path), "an unreadable OPML file; export it again, or give a YAML list of addresses")
    for outline in root.iter():
        names = {str(name).lower(): value for name, value in outline.attrib.items()}
        if names.get("xmlurl"):
            yield Feed(names["xmlurl"].strip(), names.get("title") or names.get("text") or None)


def _tree(data: bytes) -> Any:
    """Parse an XML document as far as possible, without entities or network access; None if that fails."""
    from lxml import etree

    try:
        return etree.fromstring(
            data,
            etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False),
        )
    except (etree.XMLSyntaxError, ValueError):
        return None


def _yaml(text: str, path: Path) -> Iterator[Feed]:
    import yaml

    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise SourceError(str(path), f"neither OPML nor YAML ({one_line(error)[:120]}); {_LISTS}") from error
    items = value.get("feeds") if isinstance(value, dict) else value
    for number, item in enumerate(items if isinstance(items, list) else [], 1):
        if isinstance(item, str):
            yield Feed(item)
        elif isinstance(item, dict) and isinstance(item.get("url"), str):
            yield Feed(item["url"], item.get("outlet"))
        else:
            raise SourceError(str(path), f"entry {number} is neither an address nor has a `url`; {_LISTS}")


def parse_listing(data: bytes, url: str) -> Listing:
    """Parse the bytes of a feed or sitemap; addresses become absolute.

    Raises:
        SourceError: the bytes are neither.
    """
    if data.startswith(b"\x1f\x8b"):  # sitemaps are often packed, whatever their server says of it
        data = gunzip_bytes(data, url)
    head = data[:3000].lstrip()
    if head.startswith(b"{"):
        found = _json_feed(data, url)
    elif re.search(rb"<(?:urlset|sitemapindex)\b", head):
        found = _sitemap(data)
    else:
        found = _feed(data, url)
    entries: dict[str, Entry] = {}
    for entry in found.entries:
        address = _absolute(url, entry.url)
        if address is not None:
            entries.setdefault(address, Entry(address, entry.title, entry.published, entry.stamp[:200]))
    maps = (address for one in found.sitemaps if (address := _absolute(url, one)) is not None)
    return Listing(tuple(entries.values())[:MAX_ENTRIES], tuple(maps))


def _absolute(base: str, link: str) -> str | None:
    """Resolve a link to an absolute web address; None if it is invalid or too long."""
    try:
        address = without_password(urljoin(base, link.strip()))
        urlsplit(address).port  # noqa: B018 - reading it checks it
        address.encode("utf-8")
    except ValueError:
        return None
    return address if is_address(address) and len(address) <= MAX_ADDRESS and address.isprintable() else None


def _feed(data: bytes, url: str) -> Listing:
    try:
        import feedparser
    except ImportError as error:
        raise SourceError(url, "feeds need feedparser; pip install 'onrecord[watch]'") from error
    # Broken XML is parsed as far as possible, and a wrong charset is replaced by a guess.
    parsed: Any = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version") and not parsed.entries:
        raise SourceError(url, "not a feed or sitemap (RSS, Atom, JSON Feed); check the address")
    links = [item for item in parsed.entries if isinstance(dict.get(item, "link"), str)]
    return Listing(tuple(_entry(item) for item in links))


def _entry(item: Any) -> Entry:
    def value_of(key: str) -> Any:
        return dict.get(item, key)  # feedparser's own `get` takes one key for another, with a warning

    when = value_of("published_parsed") or value_of("updated_parsed")
    published = parse_date(f"{when.tm_year:04}-{when.tm_mon:02}-{when.tm_mday:02}") if when else None
    return Entry(item["link"], value_of("title"), published, str(value_of("updated") or value_of("published") or ""))


def _json_feed(data: bytes, url: str) -> Listing:
    try:
        items = json.loads(data)["items"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(url, "JSON, but not a JSON Feed; check the address") from error
    if not isinstance(items, list):
        raise SourceError(url, "JSON, but not a JSON Feed; check the address")
    return Listing(tuple(_json_entry(item) for item in items if isinstance(item, dict)))


def _json_entry(item: dict[str, Any]) -> Entry:
    """Parse an entry of a JSON Feed; values that are no text count as missing."""

    def text(*keys: str) -> str:
        return next((value for key in keys if isinstance(value := item.get(key), str) and value), "")

    published = parse_date(text("date_published"))
    return Entry(text("url", "external_url"), text("title") or None, published, text("date_modified", "date_published"))


def _sitemap(data: bytes) -> Listing:
    root = _tree(data)
    pages: list[Entry] = []
    maps: list[str] = []
    for element in root.iter() if root is not None else ():
        kind = _local(element)
        if kind not in ("url", "sitemap"):
            continue
        texts: dict[str, str] = {}
        for child in element:
            texts.setdefault(_local(child), (child.text or "").strip())
            if _local(child) == "news":
                texts |= {f"news {_local(one)}": (one.text or "").strip() for one in child}
        if texts.get("loc") and kind == "sitemap":
            maps.append(texts["loc"])
        elif texts.get("loc"):
            published = parse_date(texts.get("news publication_date", ""))
            pages.append(Entry(texts["loc"], texts.get("news title") or None, published, texts.get("lastmod", "")))
    newest = sorted(pages, key=lambda entry: entry.stamp, reverse=True)
    return Listing(tuple(newest), tuple(maps))


def _local(element: Any) -> str:
    """Return an element's name without namespace or prefix; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""
