"""Red lines: what a party refuses or demands absolutely, how often it said so and how recently.

A statement is absolute where its act is to reject, demand or warn, or it denies with certainty (CT-), it takes a
side without a condition, it is not hedged (probable or possible), and either its words are absolute ("never", "under
no circumstances", "non-negotiable", "red line" ...) or it is a flat refusal or demand (reject or demand with CT or Uu).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import polars as pl

from onrecord.analyse.drift import clusters
from onrecord.analyse.positions import NEEDED, positions
from onrecord.analyse.tables import check, last_day, until

REDLINES: dict[str, Any] = {
    "actor": pl.String, "issue": pl.String, "kind": pl.String, "explicit": pl.Boolean, "count": pl.Int64,
    "reports": pl.Int64, "first": pl.Date, "last": pl.Date, "days_since": pl.Int64, "outlets": pl.List(pl.String),
    "quote": pl.String, "confidence": pl.Float64, "softened": pl.Boolean, "ids": pl.List(pl.String),
}  # fmt: skip
ABSOLUTE = re.compile(
    r"\b(never|under no circumstances?|in no (?:case|event)|red lines?|non-?negotiable|"
    r"not (?:up for|open to|subject to) (?:discussion|negotiation|debate)|out of the question|"
    r"categorically|unconditional(?:ly)?|absolutely|no (?:way|exceptions?|compromise|alternative)|"
    r"not an inch|not a single|by no means|at any (?:price|cost)|"
    r"(?:will not|cannot) (?:accept|allow|tolerate|agree)|unacceptable|inadmissible|"
    r"must (?:not|never)|ruled? out|without (?:any )?(?:exception|preconditions?))\b",
    re.IGNORECASE,
)
FIRM = ("CT+", "CT-", "Uu")


def redlines(
    table: pl.DataFrame, *, by: str = "speaker", as_of: str | date | None = None, window: str | int | None = None
) -> pl.DataFrame:
    """A row per actor, issue and kind (`refusal` or `demand`), columns of `REDLINES`, the most recent first.

    `reports` counts statements, `count` utterances: one that ten outlets tell counts once. `explicit`: the words are
    absolute, not just the act. `days_since` counts from `as_of` or the table's last date; `quote` is the newest
    statement's. `softened`: the actor has since said something less than absolute on the issue.
    """
    rows = until(check(table, (*NEEDED, "quote", "cue", "article", "chain")), as_of, window)
    stated = positions(rows, by)
    if stated.is_empty():
        return pl.DataFrame(schema=REDLINES)
    words = pl.concat_str("cue", "quote", separator=" ", ignore_nulls=True)
    explicit = words.map_elements(lambda text: ABSOLUTE.search(text) is not None, return_dtype=pl.Boolean)
    flat = pl.col("act").is_in(("reject", "demand"))
    denied = (pl.col("commitment") == "CT-") & pl.col("act").is_in(("state", "promise", "warn", "deny"))
    stated = clusters(stated).with_columns(
        explicit.alias("explicit"),
        pl.when((pl.col("act") == "demand") | (pl.col("stance") == "support"))
        .then(pl.lit("demand")).otherwise(pl.lit("refusal")).alias("kind"),
    )  # fmt: skip
    free = (pl.col("condition").list.len() == 0).fill_null(value=True)
    sided = pl.col("stance").is_in(("support", "oppose")) & pl.col("commitment").is_in(FIRM)
    absolute = (
        free & sided & (flat | (pl.col("explicit") & (denied | pl.col("act").is_in(("warn", "promise", "state")))))
    )
    lines = stated.filter(absolute)
    end = pl.lit(rows["date"].max() if as_of is None else last_day(as_of), dtype=pl.Date)
    newest = stated.group_by("actor", "issue", maintain_order=True).agg(pl.col("id").last().alias("newest"))
    found = lines.group_by("actor", "issue", "kind", maintain_order=True).agg(
        pl.col("explicit").any(),
        pl.col("cluster").n_unique().alias("count"),
        pl.len().alias("reports"),
        pl.col("date").min().alias("first"),
        pl.col("date").max().alias("last"),
        pl.col("outlet").drop_nulls().unique().sort().alias("outlets"),
        pl.col("quote").last(),
        pl.col("confidence").max(),
        pl.col("id").alias("ids"),
    )
    found = found.join(newest, on=["actor", "issue"], how="left").with_columns(
        (end - pl.col("last")).dt.total_days().alias("days_since"),
        (~pl.col("ids").list.contains(pl.col("newest"))).alias("softened"),
    )
    return found.select(pl.col(name).cast(kind) for name, kind in REDLINES.items()).sort(
        ["last", "count", "actor", "issue"], descending=[True, True, False, False], nulls_last=True
    )
