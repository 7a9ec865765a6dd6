"""Audit the machine by a random sample that people judge, with intervals per field and issue."""

from __future__ import annotations

import random
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.analyse.intercoder import wilson
from onrecord.core.statement import plain
from onrecord.record import ReviewVerdict, Role
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.snapshot import Snapshot

FIELDS = ("speaker", "affiliation", "act", "issue", "stance", "commitment")
MOST = 500
MIN_JUDGED = 10  # judged statements of an issue without which no share is shown


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [Route("/audit", page(audit, Role.CODER)), Route("/audit", page(drawn, Role.CODER), methods=["POST"])]


def audit(ctx: RequestContext) -> Response:
    """Serve `/audit`: the results of the sample so far."""
    now = ctx.now
    sample = ctx.desk.prepared.sample()
    return ctx.render("audit.html", now=now, sample=len(sample), found=quality(ctx, now), labels=now.labels())


def drawn(ctx: RequestContext) -> Response:
    """Draw further statements at random from those that machines read and nobody has judged."""
    size = ctx.field("size", "50")
    if not size.isdecimal() or not 1 <= int(size[:6]) <= MOST:
        raise HTTPException(400, f"A sample has 1 to {MOST} statements.")
    now = ctx.now
    known = set(ctx.desk.prepared.sample())
    left = sorted(set(now.table.filter(now.table["coder"].is_null())["id"].to_list()) - known)
    chosen = random.Random(f"{now.batch} {len(known)}").sample(left, min(int(size), len(left)))
    ctx.desk.prepared.draw(chosen, coder=ctx.user.name)
    return RedirectResponse(ctx.address("/review", order="sample"), 303)


def quality(ctx: RequestContext, now: Snapshot) -> dict[str, Any]:
    """Return how many of the sample's judged statements are right as statements and in each field, and by issue."""
    sample = ctx.desk.prepared.sample()
    return now.once(("quality", len(sample)), lambda: _quality(ctx, sample))


def _quality(ctx: RequestContext, sample: list[str]) -> dict[str, Any]:
    wanted = set(sample)
    judged = [
        one for one in ctx.desk.reviews.latest(1_000_000, standing=True)
        if one.statement in wanted and one.verdict is not ReviewVerdict.ADD
    ]  # fmt: skip
    right = {name: [0, 0] for name in ("statement", *FIELDS)}
    issues: dict[str, list[int]] = {}
    for one in judged:
        real = one.verdict is not ReviewVerdict.REJECT
        right["statement"][0] += real
        right["statement"][1] += 1
        if not real or one.statement is None or one.result is None:
            continue
        old, new = ctx.desk.ledger.get(one.statement), ctx.desk.ledger.get(one.result)
        same = {name: plain(getattr(old, name).value) == plain(getattr(new, name).value) for name in FIELDS}
        for name in FIELDS:
            right[name][0] += same[name]
            right[name][1] += 1
        if old.issue.value:
            count = issues.setdefault(old.issue.value, [0, 0])
            count[0] += same["issue"] and same["stance"]
            count[1] += 1
    return {
        "fields": [_line(name, *counts) for name, counts in right.items() if counts[1]],
        "issues": sorted((_line(name, *counts) for name, counts in issues.items()), key=lambda row: row["share"]),
        "judged": len(judged),
        "few": MIN_JUDGED,
    }


def _line(name: str, right: int, total: int) -> dict[str, Any]:
    low, high = wilson(right, total)
    return {"name": name, "right": right, "total": total, "share": right / total, "low": low, "high": high}
