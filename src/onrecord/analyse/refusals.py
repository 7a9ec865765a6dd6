"""Find red lines: what a party refuses or demands absolutely, how often and how recently.

A statement is absolute where it takes a side without a condition and without a hedge, and

- its words are absolute ("never", "under no circumstances", "over my dead body" ...) and it does more than tell; or
- it refuses: an act of rejecting that is certain not to (CT-: "will not sign"), or whose words refuse ("rules out",
  "would not hear of"). Scorn for a plan ("a tax on bread") and mere opposition are no red line; or
- it demands in words that leave no choice ("must", "insists", "at once"). Asking, urging and wanting are none.

Measured against judgements of every candidate in the project's own dispatches: tests/quality/test_analysis_floors.py.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from onrecord.analyse.positions import NEEDED, positions
from onrecord.analyse.retellings import clusters
from onrecord.analyse.tables import check, last_day, until
from onrecord.lexicon import words_pattern

REDLINES: dict[str, Any] = {
    "actor": pl.String, "issue": pl.String, "kind": pl.String, "explicit": pl.Boolean, "count": pl.Int64,
    "reports": pl.Int64, "first": pl.Date, "last": pl.Date, "days_since": pl.Int64, "outlets": pl.List(pl.String),
    "quote": pl.String, "confidence": pl.Float64, "softened": pl.Boolean, "ids": pl.List(pl.String),
}  # fmt: skip
FIRM = ("CT+", "CT-", "Uu")


def redlines(
    table: pl.DataFrame, *, by: str = "speaker", as_of: str | date | None = None, window: str | int | None = None
) -> pl.DataFrame:
    """Return a row per actor, issue and kind (`refusal` or `demand`; columns of `REDLINES`), most recent first.

    `reports` counts statements, `count` utterances: one that ten outlets tell counts once. `explicit`: the words are
    absolute, not just the act. `days_since` counts from `as_of` or the table's last date; `quote` is the newest
    statement's. `softened`: the actor has since said something less than absolute on the issue.

    Args:
        table: statements, as `view.current(ledger).table` gives them.
        by: who counts as an actor: speaker or affiliation.
        as_of: statements up to the end of this date.
        window: only statements of this time before it: days, or days:90, months:6.

    Raises:
        TableError: a column is missing, or an argument has no such value.
    """
    rows = until(check(table, (*NEEDED, "quote", "cue", "article", "chain")), as_of, window)
    stated = positions(rows, by)
    if stated.is_empty():
        return pl.DataFrame(schema=REDLINES)
    stated = clusters(stated)
    free = (pl.col("condition").list.len() == 0).fill_null(value=True)
    sided = pl.col("stance").is_in(("support", "oppose")) & pl.col("commitment").is_in(FIRM)
    act = pl.col("act")
    candidates = stated.filter(free & sided).with_columns(
        _says("absolute").alias("explicit"),
        pl.when(act == "demand").then(pl.lit("demand"))
        .when((pl.col("stance") == "support") & (act != "reject")).then(pl.lit("demand"))
        .otherwise(pl.lit("refusal")).alias("kind"),
    )  # fmt: skip
    absolute_words = pl.col("explicit") & act.is_in(("reject", "demand", "warn", "promise", "deny"))
    absolute_words |= pl.col("explicit") & (act == "state") & (pl.col("commitment") == "CT-")
    refused = (act == "reject") & ((pl.col("commitment") == "CT-") | _says("refusing"))
    lines = candidates.filter(absolute_words | refused | ((act == "demand") & _says("demanding")))
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


def _says(kind: str) -> pl.Expr:
    """Tell whether a phrase of the class occurs in the words of cue and content."""
    pattern = words_pattern(kind)
    words = pl.concat_str("cue", "quote", separator=" ", ignore_nulls=True)
    return words.str.contains(f"(?i){pattern.pattern}")
