"""Parse the filters of an address to conditions on the statement table, the same on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from onrecord.analyse.actors import Names
from onrecord.analyse.tables import day, last_day
from onrecord.core.statement import Act, Stance
from onrecord.errors import TableError
from onrecord.show.desk.advice import explained

SEVERAL = ("issue", "stance", "act", "speaker", "affiliation", "outlet")
"""The filters that take several values, of which one must match."""

SINGLE = ("since", "until", "told", "checked")
ALL = (*SEVERAL, *SINGLE)
UNKNOWN = "(unknown)"
TOLD = {"own": "own words", "relayed": "on somebody else's word"}
CHECKED = {"yes": "checked by a person", "no": "not checked yet"}
MOST_VALUES = 50
_CLOSED = {"stance": set(map(str, Stance)), "act": set(map(str, Act)), "told": set(TOLD), "checked": set(CHECKED)}


@dataclass(frozen=True, slots=True)
class Filters:
    """Hold conditions that must all hold; an empty field is no condition."""

    issue: tuple[str, ...] = ()
    stance: tuple[str, ...] = ()
    act: tuple[str, ...] = ()
    speaker: tuple[str, ...] = ()
    affiliation: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    told: str | None = None
    checked: str | None = None

    @classmethod
    def of(cls, query: QueryParams) -> Filters:
        """Read the filters of an address; HTTP 400 if a date or a value of a closed list is invalid."""
        several: dict[str, Any] = {name: tuple(dict.fromkeys(filter(None, query.getlist(name)))) for name in SEVERAL}
        single: dict[str, Any] = {name: query.get(name) or None for name in SINGLE}
        for name, values in several.items():
            if len(values) > MOST_VALUES:
                raise HTTPException(400, f"Give at most {MOST_VALUES} values for {name}.")
        for name, allowed in _CLOSED.items():
            given = several.get(name) or tuple(filter(None, (single.get(name),)))
            if wrong := [value for value in given if value not in allowed]:
                raise HTTPException(400, f"{name} is one of {', '.join(sorted(allowed))}, not {wrong[0][:40]!r}")
        try:
            for name in ("since", "until"):
                if value := single[name]:
                    day(value)
        except TableError as error:
            raise HTTPException(400, explained(error)) from error
        return cls(**several, **single)

    def __bool__(self) -> bool:
        return self != _NOTHING

    def pairs(self) -> list[tuple[str, str]]:
        """Return the filters as names and values of an address."""
        made = [(name, value) for name in SEVERAL for value in getattr(self, name)]
        return made + [(name, value) for name in SINGLE if (value := getattr(self, name))]

    def without(self, *names: str) -> Filters:
        """Return the filters without those of some fields."""
        empty: dict[str, Any] = {name: () if name in SEVERAL else None for name in names}
        return replace(self, **empty)

    def expressions(self, names: Names) -> list[pl.Expr]:
        """Return the conditions; a speaker who was renamed is found under the old name too."""
        made = []
        for name in SEVERAL:
            values: Sequence[str] = getattr(self, name)
            if values:
                called = names.renamed if name == "speaker" else {}
                wanted = [called.get(value, value) for value in values if value != UNKNOWN]
                fits = pl.col(name).is_in(wanted).fill_null(value=False)
                made.append(fits | pl.col(name).is_null() if UNKNOWN in values else fits)
        if self.since:
            made.append(pl.col("date") >= day(self.since))
        if self.until:
            made.append(pl.col("date") <= last_day(self.until))
        if self.told:
            relayed = pl.col("chain").list.len().fill_null(0) > 0
            made.append(relayed if self.told == "relayed" else ~relayed)
        if self.checked:
            made.append(pl.col("human_checked") if self.checked == "yes" else ~pl.col("human_checked"))
        return made


_NOTHING = Filters()
