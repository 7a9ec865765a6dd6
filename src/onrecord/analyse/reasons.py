"""Find the reasons that people give for a position: the clause after a word of cause or purpose in their own words."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import polars as pl

from onrecord import lexicon
from onrecord.analyse.positions import NEEDED, positions
from onrecord.analyse.tables import check

REASONS: dict[str, Any] = {
    "actor": pl.String, "issue": pl.String, "stance": pl.String, "reason": pl.String, "date": pl.Date,
    "outlet": pl.String, "id": pl.String,
}  # fmt: skip
MIN_LETTERS = 10  # letters of a reason: "due to it" is none


def reasons(table: pl.DataFrame, *, by: str = "speaker") -> pl.DataFrame:
    """Return the reasons given with positions, the newest first (columns of `REASONS`).

    A reason is the rest of the sentence from the first cue on ("because the bridge would not bear it"). One that an
    actor repeats is listed once, as said last.
    """
    stated = positions(check(table, (*NEEDED, "quote")), by)
    found = stated.with_columns(pl.col("quote").str.extract(cue(), 1).str.strip_chars(" ,;:").alias("reason"))
    found = found.filter(pl.col("reason").str.len_chars() >= MIN_LETTERS).reverse()
    folded = found.with_columns(pl.col("reason").str.to_lowercase().alias("folded"))
    same = ["actor", "issue", "stance", "folded"]
    return folded.unique(same, keep="first", maintain_order=True).select(REASONS.keys())


@cache
def cue() -> str:
    """Return the pattern of the bundled words of cause and purpose with what follows them in the sentence."""
    words = sorted({row["cue"].casefold() for row in lexicon.rows("reasons.tsv")}, key=lambda word: (-len(word), word))
    return rf"(?i)\b((?:{'|'.join(map(re.escape, words))})\b[^.!?]*)"
