"""Statement tables for the tests of the analyses, from a few words each."""

from __future__ import annotations

from typing import Any

import polars as pl

from onrecord.analyse import tables
from onrecord.analyse.actors import RegisteredActor
from onrecord.core.statement import ActorKind


def statements(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows with defaults: Ann supports the dam, for certain, in the Wire; each in an article of its own."""
    base: dict[str, Any] = {
        "speaker": "Ann", "issue": "dam", "stance": "support", "act": "state", "commitment": "CT+", "outlet": "Wire",
        "cue": "said",
    }  # fmt: skip
    made = []
    for number, row in enumerate(rows):
        own = {"id": f"s{number}", "article": f"a{number}", "article_name": f"a{number}", "quote": f"words {number}"}
        made.append({**base, **own, **row})
    return tables.table_of(made)


def registered(name: str, count: int, affiliation: str | None = None, *, hidden: bool = False) -> RegisteredActor:
    """An actor with some statements."""
    return RegisteredActor(
        name=name, kind=ActorKind.PERSON, affiliation=affiliation, aliases=(), roles=(), statements=count,
        articles=count, first=None, last=None, hidden=hidden,
    )  # fmt: skip
