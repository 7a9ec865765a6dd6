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
    made = []
    for term in search.parse(query):
        words = r"\W+".join(map(re.escape, term.words.split()))
        made.append(re.compile(rf"(?<!\w){words}" + (r"\w*" if term.prefix else rf"{_ENDING}(?!\w)"), re.IGNORECASE))
    return made


def places(text: str, wanted: Sequence[re.Pattern[str]]) -> list[tuple[int, int]]:
    """Return where a text matches, in order; empty where it lacks one of the patterns."""
    plain = text if text.isascii() else text.translate(_PLAIN)
    found = [[match.span() for match in pattern.finditer(plain)] for pattern in wanted]
    return sorted(span for spans in found for span in spans) if all(found) else []


def articles_with(ledger: Ledger, query: str) -> pl.DataFrame:
    """Return the articles whose texts match, the newest first (columns `SCHEMA`)."""
    wanted, rows = patterns(query), []
    if wanted:
        a = articles.c
        chosen = select(a.id, a.name, a.title, a.outlet, a.published, texts.c.content).join(
            texts, texts.c.id == a.text_id
        )
        with ledger.reading() as connection:
            for *about, content in connection.execution_options(yield_per=_FETCH).execute(chosen):
                if found := places(content.decode("utf-8", "surrogatepass"), wanted):
                    rows.append((*about, len(found)))
    made = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return made.sort("published", "article", descending=[True, False], nulls_last=True)
