"""Search in the texts of articles, in the language of `search`; each text is looked through, as no index has them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import select

from onrecord.record import search
from onrecord.record.schema import articles, texts

if TYPE_CHECKING:
    from onrecord.record.store import Ledger

SCHEMA = {"article": pl.String, "name": pl.String, "title": pl.String, "outlet": pl.String, "published": pl.String,
          "hits": pl.Int64}  # fmt: skip
_FETCH = 500
_ENDING = r"(?:['’]s|s|es|d|ed|ing)?"
# Accented letters as plain ones, character by character, so that places in the text stay what they are.
_PLAIN = {
    code: decomposed[0] for code in range(0xC0, 0x250)
    if (decomposed := unicodedata.normalize("NFKD", chr(code)))[0].isascii()
}  # fmt: skip


def patterns(query: str) -> list[re.Pattern[str]]:
    """Return what a text must match, all of it; none where the query holds no letter or digit."""
    return [re.compile(_expression(term), re.IGNORECASE) for term in search.parse(query)]


def _expression(term: search.Term) -> str:
    """Return the regular expression of a term.

    It begins with the letters of its first word, so that `re` looks for these alone, and only then asks what stands
    before them.
    """
    words = [re.escape(word) for word in term.words.split()]
    words[0] += rf"(?<!\w{words[0]})"
    return r"\W+".join(words) + (r"\w*" if term.prefix else rf"{_ENDING}(?!\w)")


def places(text: str, wanted: Sequence[re.Pattern[str]]) -> list[tuple[int, int]]:
    """Return where a text matches, in order; empty where it lacks one of the patterns."""
    plain = text if text.isascii() else text.translate(_PLAIN)
    found = [[match.span() for match in pattern.finditer(plain)] for pattern in wanted]
    return sorted(span for spans in found for span in spans) if all(found) else []


def _hits(text: str, wanted: Sequence[re.Pattern[str]]) -> int:
    """Count the places of a text that match patterns of lower case; 0 where it lacks one of the patterns.

    Without capital letters `re` looks for the letters of a word as a whole, several times as fast.
    """
    plain = text if text.isascii() else text.translate(_PLAIN)
    lower, total = plain.lower(), 0
    for pattern in wanted:
        found = sum(1 for _ in pattern.finditer(lower))
        if not found:
            return 0
        total += found
    return total


def articles_with(ledger: Ledger, query: str) -> pl.DataFrame:
    """Return the articles whose texts match, the newest first (columns `SCHEMA`)."""
    wanted, rows = [re.compile(_expression(term)) for term in search.parse(query.lower())], []
    if wanted:
        a = articles.c
        chosen = select(a.id, a.name, a.title, a.outlet, a.published, texts.c.content).join(
            texts, texts.c.id == a.text_id
        )
        with ledger.reading() as connection:
            for *about, content in connection.execution_options(yield_per=_FETCH).execute(chosen):
                if found := _hits(content.decode("utf-8", "surrogatepass"), wanted):
                    rows.append((*about, found))
    made = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return made.sort("published", "article", descending=[True, False], nulls_last=True)
