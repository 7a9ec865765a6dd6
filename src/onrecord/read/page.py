"""An HTML page to an article, by trafilatura; the article's text is the one that trafilatura makes of the page."""

from __future__ import annotations

import re

from onrecord.core.statement import Article
from onrecord.errors import EmptySource, NoArticle
from onrecord.read.decode import byte_order_mark, decode
from onrecord.read.given import Given, Notes, make_article, parse_date

# Less than this is a menu, a cookie wall or an error page.
MIN_WORDS = 25
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*(?:\s|$)")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)


def looks_like_page(head: str) -> bool:
    """Whether a text that begins so is HTML, whatever its name."""
    return (
        re.match(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", head, re.I | re.S)
        is not None
    )


def decode_page(data: bytes, where: str, *, encoding: str | None, notes: Notes) -> str:
    """The text of a page's bytes: in the encoding given, else the page's own if it is that, else as for any text."""
    declared = _CHARSET.search(data[:4096])
    if encoding is None and byte_order_mark(data) is None and declared is not None and b"\x00" not in data:
        name = declared[1].decode("ascii")
        try:
            # The web reads Latin-1 as windows-1252 (WHATWG encoding standard).
            return data.decode("windows-1252" if name.casefold() in {"iso-8859-1", "latin1", "ascii"} else name)
        except (LookupError, UnicodeError):
            notes(f"{where}: the page says it is {name}, and is not")
    return decode(data, where, encoding=encoding, notes=notes)


def read_page(markup: str, name: str, where: str, given: Given, *, address: str | None = None) -> Article:
    """The article of a page, with the page's own metadata; NoArticle where it has none."""
    if not markup.strip():
        raise EmptySource(where, "no text in it; check that the right file was given")
    from trafilatura import bare_extraction  # heavy

    document = bare_extraction(
        markup,
        url=address,
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        # The first day of publication, and only from the page's own statements: no guess from any date in the text.
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    content = "" if document is None or isinstance(document, dict) else document.text or ""
    if document is None or isinstance(document, dict) or not _is_article(content):
        raise NoArticle(where, "a page without an article that can be told; copy its text into a .txt file")
    found = Given(
        title=_clean(document.title),
        outlet=_clean(document.sitename),
        published=parse_date(document.date or ""),
        url=_clean(document.url) or address,
    )
    return make_article(_without_title(content, found.title), name, where, found, given)


def _is_article(content: str) -> bool:
    return len(content.split()) >= MIN_WORDS and _SENTENCE_END.search(content) is not None


def _without_title(content: str, title: str | None) -> str:
    """The body without the headline that trafilatura repeats as its first line: it is in the title already."""
    first, _, rest = content.partition("\n")
    return rest.lstrip("\n") if title and first.split() == title.split() and rest.strip() else content


def _clean(value: str | None) -> str | None:
    return " ".join(value.split()).removeprefix("@") or None if value else None
