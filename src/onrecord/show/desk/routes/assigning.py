"""Assign articles to coders, each article to one, and show everybody's progress."""

from __future__ import annotations

from itertools import cycle

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.record import Role
from onrecord.show.desk.visit import Visit, page


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [Route("/work", page(work, Role.CODER)), Route("/work", page(assigned, Role.ADMIN), methods=["POST"])]


def work(visit: Visit) -> Response:
    """Serve `/work`: the coders with their articles, and how much of them is judged."""
    now = visit.now
    given = visit.desk.prepared.assigned()
    machine = now.table.filter(pl.col("coder").is_null() | pl.col("id").is_in(list(now.judged)))
    done = pl.col("id").is_in(list(now.judged)).sum().alias("done")
    counts = machine.group_by("article").agg(pl.len().alias("n"), done)
    by_article = {row["article"]: row for row in counts.to_dicts()}
    rows = []
    for name in coders(visit):
        mine = [by_article[key] for key, who in given.items() if who == name and key in by_article]
        judged = sum(1 for one in now.judged.values() if one.coder == name)
        rows.append((name, len(mine), sum(r["n"] for r in mine), sum(r["done"] for r in mine), judged))
    free = [key for key in by_article if key not in given]
    return visit.render("work.html", now=now, rows=rows, free=len(free), articles=len(by_article))


def assigned(visit: Visit) -> Response:
    """Distribute unassigned articles in turn, or take all of a coder's articles back."""
    known = coders(visit)
    chosen = [name for name in visit.form.getlist("coder") if isinstance(name, str) and name in known]
    given = visit.desk.prepared.assigned()
    if visit.field("do") == "free":
        visit.desk.prepared.assign({key: None for key, who in given.items() if who in chosen}, by=visit.user.name)
        return RedirectResponse("/work", 303)
    size = visit.field("size", "20")
    if not chosen or not size.isdecimal() or not 1 <= int(size[:6]) <= 10_000:
        raise HTTPException(400, "Choose coders, and how many articles to deal out.")
    order = visit.now.table.sort("date", "number", nulls_last=True)["article"].unique(maintain_order=True).to_list()
    free = [key for key in order if key not in given][: int(size)]
    visit.desk.prepared.assign(dict(zip(free, cycle(chosen), strict=False)), by=visit.user.name)
    return RedirectResponse("/work", 303)


def coders(visit: Visit) -> list[str]:
    """Return who may code on this desk."""
    if visit.desk.settings.coder is not None:
        return [visit.desk.settings.coder]
    return [user.name for user in visit.desk.accounts.users() if user.active and user.role.may(Role.CODER)]
