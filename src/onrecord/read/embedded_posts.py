"""Mark embedded posts of social networks in a page as quotations of their authors."""

from __future__ import annotations

import re
from typing import Any

_KINDS = re.compile(
    r"\b(?:twitter-(?:tweet|video)|instagram-media|bluesky-embed|mastodon-embed|tiktok-embed|fb-post|fb-xfbml-parse-ignore"
    r"|text-post-media|truthsocial-embed|telegram-post)\b"
)
_AUTHOR = re.compile(r"\s*(?:—|–|&mdash;)\s*(\S.{1,200})", re.DOTALL)
_LINK = re.compile(r"(?: ?(?:pic\.twitter\.com/|pic\.x\.com/|https?://t\.co/)\S{1,100})+$")
_MARKS = '"“”„«»'


def mark_posts(tree: Any) -> None:
    """Put the text of each embedded post in quotation marks, in place, where its author is stated below it.

    What the network shows of a post as `text — Author (@name) date` becomes `“text” — Author (@name) date`.
    """
    for post in tree.iter("blockquote"):
        if not _KINDS.search(post.get("class") or ""):
            continue
        paragraphs = [one for one in post.iter("p") if (one.text_content() or "").strip()]
        if not paragraphs:
            continue
        words = _LINK.sub("", " ".join(" ".join(one.text_content().split()) for one in paragraphs))
        author = _author(post, paragraphs)
        if author is None or words[:1] in _MARKS:
            continue
        for child in list(post):
            post.remove(child)
        post.text = None
        made = post.makeelement("p", {})
        made.text = f"“{words}” — {author}"
        post.append(made)
        post.tag = "div"
        post.attrib.pop("class", None)


def _author(post: Any, paragraphs: list[Any]) -> str | None:
    """Return the line below a post's text that names its author and date."""
    last = paragraphs[-1]
    after = "".join([last.tail or "", *_text_after(last, post)])
    match = _AUTHOR.match(after)
    return " ".join(match[1].split()) if match else None


def _text_after(element: Any, top: Any) -> list[str]:
    """Return the text that follows an element, up to the end of `top`."""
    found: list[str] = []
    while element is not None and element is not top:
        for sibling in element.itersiblings():
            found += [sibling.text_content() or "", sibling.tail or ""]
        element = element.getparent()
    return found
