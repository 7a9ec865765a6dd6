"""Remove character references and tags that feeds and databases leave in text."""

from __future__ import annotations

import html
import re

from onrecord.read.metadata import Notes

_REFERENCE = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_BLOCK = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|blockquote|tr|table)\b[^<>]{0,1000}>", re.I)
_INLINE = re.compile(r"</?(?:a|abbr|b|cite|em|font|i|img|q|s|small|span|strong|sub|sup|td|th|u)\b[^<>]{0,2000}>", re.I)
_UNSEEN = re.compile(r"<(script|style)\b[^<>]{0,1000}>[^<]{0,100000}</\1\s{0,10}>|<!--[^<>]{0,1000}-->", re.I)
_MARKED = re.compile(r"</(?:p|div|li|b|i|a|em|strong|span|h[1-6])\s{0,10}>|<br\s{0,10}/?>", re.I)
_TIMES = 2  # text that was escaped twice is common in feeds


def plain_text(text: str, where: str, notes: Notes) -> str:
    """Replace character references by their characters, and remove tags where the text holds markup."""
    made = text
    if _MARKED.search(made):
        made = _INLINE.sub("", _BLOCK.sub("\n", _UNSEEN.sub("", made)))
        made = re.sub(r"\n{3,}", "\n\n", made).strip()
    for _ in range(_TIMES):
        if _REFERENCE.search(made) is None:
            break
        made = html.unescape(made)
    if made != text:
        notes(f"{where}: HTML in the text; character references and tags are replaced")
    return made
