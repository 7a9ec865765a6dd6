"""Extract the article of an HTML page by trafilatura, whose text becomes the article's text."""

from __future__ import annotations

import re

from onrecord.core.statement import Article
from onrecord.errors import EmptySource, NoArticle, SourceError
from onrecord.read.boundary import one_line
from onrecord.read.embedded_posts import mark_posts
from onrecord.read.encodings import byte_order_mark, decode
from onrecord.read.metadata import MetadataDefaults, Notes, make_article, parse_date, unclear_date
from onrecord.read.page_dates import resolve_page_date

# Less than this is a menu, a cookie wall or an error page.
MIN_WORDS = 25
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*(?:\s|$)")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)

_BLANKS = re.compile(r"\s*")
_LONG_TAG = re.compile(r"<(/?[a-zA-Z][\w:-]{0,99}+)[^<>]{10000,}+>?")
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def looks_like_page(head: str) -> bool:
    """Tell whether text that begins like this is HTML, whatever the file name."""
    at = _after_blanks(head, 0)
    if head.startswith("<?xml", at):
        end = head.find(">", at)
        if end < 0:
            return False
        at = _after_blanks(head, end + 1)
    while head.startswith("<!--", at):
        end = head.find("-->", at + 4)
        if end < 0:
            return False
        at = _after_blanks(head, end + 3)
    return _PAGE.match(head, at) is not None


def _after_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return at if match is None else match.end()


def decode_page(data: bytes, where: str, *, encoding: str | None, notes: Notes) -> str:
    """Decode a page's bytes: by the encoding given, else by the page's own if it fits, else like any text."""
    declared = _CHARSET.search(data[:4096])
    if encoding is None and byte_order_mark(data) is None and declared is not None and b"\x00" not in data:
        name = declared[1].decode("ascii")
        try:
            # The web reads Latin-1 as windows-1252 (WHATWG encoding standard).
            return data.decode("windows-1252" if name.casefold() in {"iso-8859-1", "latin1", "ascii"} else name)
        except (LookupError, UnicodeError):
            notes(f"{where}: the page says it is {name}, and is not")
    return decode(data, where, encoding=encoding, notes=notes)


def read_page(
    markup: str,
    name: str,
    where: str,
    defaults: MetadataDefaults,
    *,
    address: str | None = None,
    notes: Notes = lambda line: None,
) -> Article:
    """Extract the article of a page, with the page's metadata.

    Raises:
        NoArticle: the page has none.
    """
    if not markup.strip():
        raise EmptySource(where, "it has no text; check that the right file was given")
    # Parsers compare each attribute of a tag with all others; a tag this long holds a picture, or is a trap.
    markup = _LONG_TAG.sub(r"<\1>", markup)
    try:
        from trafilatura import bare_extraction, load_html  # heavy
    except ImportError as error:  # lxml_html_clean is easily lost, as old versions of pip do not follow lxml's extra
        raise SourceError(where, f"pages need trafilatura ({one_line(error)}); pip install lxml_html_clean") from error
    tree = load_html(markup)
    if tree is None:
        raise NoArticle(where, "a page without a recognizable article; copy its text into a .txt file")
    mark_posts(tree)
    document = bare_extraction(
        tree,
        url=address,
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        # The first day of publication, and only from the page's own statements: no guess from any date in the text.
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    content = "" if document is None or isinstance(document, dict) else document.text or ""
    if document is None or isinstance(document, dict) or not _is_article(content):
        raise NoArticle(where, "a page without a recognizable article; copy its text into a .txt file")
    published = parse_date(document.date or "")
    if published is not None and defaults.published is None:
        published, doubt = resolve_page_date(published, markup)
        if doubt is not None:
            notes(unclear_date(where, doubt))
    found = MetadataDefaults(
        title=_clean(document.title),
        outlet=_clean(document.sitename),
        published=published,
        url=_clean(document.url) or address,
    )
    return make_article(_without_title(content, found.title), name, where, found, defaults)


def _is_article(content: str) -> bool:
    return len(content.split()) >= MIN_WORDS and _SENTENCE_END.search(content) is not None


def _without_title(content: str, title: str | None) -> str:
    """Remove the headline that trafilatura repeats as the body's first line."""
    first, _, rest = content.partition("\n")
    return rest.lstrip("\n") if title and first.split() == title.split() and rest.strip() else content


def _clean(value: str | None) -> str | None:
    return " ".join(value.split()).removeprefix("@") or None if value else None
