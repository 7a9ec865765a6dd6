"""Assign articles to coders, each article to one, and show everybody's progress."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.record import Role
from onrecord.show.desk.request_context import RequestContext, page


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [Route("/work", page(work, Role.CODER)), Route("/work", page(assigned, Role.ADMIN), methods=["POST"])]


def work(ctx: RequestContext) -> Response:
    """Serve `/work`: the coders with their articles, and how much of them is judged."""
    now = ctx.now
    given = ctx.desk.prepared.assigned()
    by_article = _by_article(ctx)
    free = [key for key in by_article if key not in given]
    return ctx.render("work.html", now=now, rows=progress(ctx), free=len(free), articles=len(by_article))


def progress(ctx: RequestContext) -> list[tuple[str, int, int, int, int]]:
    """Return each coder with articles, their statements, those of them that are judged, and all that they judged."""
    now, given, by_article = ctx.now, ctx.desk.prepared.assigned(), _by_article(ctx)
    rows = []
    for name in coders(ctx):
        mine = [by_article[key] for key, who in given.items() if who == name and key in by_article]
        judged = sum(1 for one in now.judged.values() if one.coder == name)
        rows.append((name, len(mine), sum(r["n"] for r in mine), sum(r["done"] for r in mine), judged))
    return rows


def _by_article(ctx: RequestContext) -> dict[str, dict[str, Any]]:
    """Count what machines read in each article, and what of it is judged."""
    now = ctx.now
    done = pl.col("id").is_in(list(now.judged))

    def count() -> dict[str, dict[str, Any]]:
        machine = now.table.select("id", "article", "coder").filter(pl.col("coder").is_null() | done)
        counts = machine.group_by("article").agg(pl.len().alias("n"), done.sum().alias("done"))
        return {row["article"]: row for row in counts.to_dicts()}

    return now.once("work", count)


def assigned(ctx: RequestContext) -> Response:
    """Distribute unassigned articles in turn, or take all of a coder's articles back."""
    known = coders(ctx)
    chosen = [name for name in ctx.form.getlist("coder") if isinstance(name, str) and name in known]
    given = ctx.desk.prepared.assigned()
    if ctx.field("do") == "free":
        ctx.desk.prepared.assign({key: None for key, who in given.items() if who in chosen}, by=ctx.user.name)
        return RedirectResponse("/work", 303)
    size = ctx.field("size", "20")
    if not chosen or not size.isdecimal() or not 1 <= int(size[:6]) <= 10_000:
        raise HTTPException(400, "Choose coders, and how many articles to deal out.")
    order = ctx.now.table.sort("date", "number", nulls_last=True)["article"].unique(maintain_order=True).to_list()
    free = [key for key in order if key not in given][: int(size)]
    ctx.desk.prepared.assign(dict(zip(free, cycle(chosen), strict=False)), by=ctx.user.name)
    return RedirectResponse("/work", 303)


def coders(ctx: RequestContext) -> list[str]:
    """Return who may code on this desk."""
    if ctx.desk.settings.coder is not None:
        return [ctx.desk.settings.coder]
    return [user.name for user in ctx.desk.accounts.users() if user.active and user.role.may(Role.CODER)]
