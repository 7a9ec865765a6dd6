"""Decide what counts as new: since a chosen day, or what was added since somebody's last visit."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException

from onrecord.errors import LedgerBusy, LedgerReadOnly
from onrecord.show.desk.pages import STALE_DAYS
from onrecord.show.desk.request_context import RequestContext
from onrecord.show.desk.snapshot import Snapshot

VISIT_GAP = timedelta(minutes=30)  # views of the first page further apart than this are two visits
WRITE_INTERVAL = timedelta(minutes=1)  # how often the time of a view is stored
VISIT = "visit"
_SETTING = "visits"


@dataclass(frozen=True, slots=True)
class Since:
    """Define when changes count: after `day`, or added after the statement of the number `added`."""

    day: date | None = None
    added: int | None = None
    visit: datetime | None = None

    @property
    def args(self) -> dict[str, Any]:
        """Return the values of an address that requests the same."""
        return {"added": self.added} if self.added is not None else {"after": self.day}

    def of(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return the statements since then."""
        if self.added is not None:
            return table.filter(pl.col("number") > self.added)
        return table if self.day is None else table.filter(pl.col("date") > self.day)

    def moves(self, found: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
        """Return the changes of position of which the later end is from since then."""
        if self.added is not None:
            return found.filter(pl.col("to_id").is_in(self.of(table)["id"].to_list()))
        return found if self.day is None else found.filter(pl.col("to_date") > self.day)


def asked(ctx: RequestContext) -> Since:
    """Return what an address asks for by `after` (a day) or `added` (a number); HTTP 400 if it is invalid."""
    if ctx.arg("added") is not None:
        return Since(added=ctx.number("added", 0, high=999_999_999))
    return Since(day=day_given(ctx, "after"))


def first_page(ctx: RequestContext, now: Snapshot) -> tuple[Since, Since | None]:
    """Return since when the first page shows changes, and since the last visit where there was one.

    Without a day in the address it is the last visit, where anything was added since, else a month before the newest
    statement.
    """
    last = last_visit(ctx)
    fresh = last is not None and last.added is not None and _newest(now) > last.added
    if last is not None and (ctx.arg("after") == VISIT or (ctx.arg("after") is None and fresh)):
        return last, last
    if ctx.arg("after") != VISIT and (day := day_given(ctx, "after")) is not None:
        return Since(day=day), last
    newest: Any = now.table["date"].max()
    return Since(day=newest - timedelta(days=STALE_DAYS) if newest else None), last


def last_visit(ctx: RequestContext) -> Since | None:
    """Return the visit before this one, and note this one; None at the first."""
    accounts, now = ctx.desk.accounts, datetime.fromisoformat(ctx.desk.ledger.now())
    held = json.loads(accounts.setting(ctx.user.name, _SETTING) or "{}")
    number = _newest(ctx.now)
    before, last = held.get("before"), held.get("last")
    if last is not None and now - datetime.fromisoformat(last["at"]) > VISIT_GAP:
        before = last
    if (
        last is None
        or before is last
        or now - datetime.fromisoformat(last["at"]) > WRITE_INTERVAL
        or last["number"] != number
    ):
        made = {"before": before, "last": {"at": now.isoformat(), "number": number}}
        with suppress(LedgerBusy, LedgerReadOnly):
            accounts.set(ctx.user.name, _SETTING, json.dumps(made))
    return None if before is None else Since(added=before["number"], visit=datetime.fromisoformat(before["at"]))


def day_given(ctx: RequestContext, name: str) -> date | None:
    """Return a day of the address; HTTP 400 if it is invalid."""
    given = ctx.arg(name)
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise HTTPException(400, f"{name} is a date of the form YYYY-MM-DD") from error


def _newest(now: Snapshot) -> int:
    newest: Any = now.whole.table["number"].max()
    return int(newest or 0)
