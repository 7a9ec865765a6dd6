"""Show conflicts, changes and drift side by side, and the network of agreement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

import polars as pl
from starlette.responses import Response
from starlette.routing import Route

from onrecord.show.desk.exports import table_response
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.routes.articles import before_and_after
from onrecord.show.desk.routes.overview import moves
from onrecord.show.desk.since import asked
from onrecord.show.desk.snapshot import BY, Snapshot

if TYPE_CHECKING:
    from onrecord.analyse.increments import Increment

KINDS = ("self", "between", "moved", "drift")
MAX_COMPARED = 20_000  # newest statements compared for drift
MAX_ACTORS = 100  # actors with the most statements; the number of pairs grows with its square
PAGE_ROWS = 20  # pairs or utterances on a page


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/conflicts", page(conflicts)),
        Route("/conflicts.{format}", page(conflicts_table)),
        Route("/compare", page(compare)),
    ]


def conflicts(ctx: RequestContext) -> Response:
    """Serve `/conflicts`."""
    now = ctx.view()
    kind, by = _kind(ctx), ctx.choice("by", BY, "speaker")
    first, limit = ctx.number("first", 0), PAGE_ROWS
    live_view, key = ctx.desk.live_view, ("pairs", kind, by)
    held = live_view.in_background(
        now, key, lambda: _found(now, kind, by, lambda done, of: live_view.note_progress(now, key, done, of))
    )
    rows: list[Any] = []
    total, state = 0, "working" if held is None else ""
    if held is not None:
        found, batch = held
        state = "" if batch == now.batch else str(batch)
        if kind == "moved":
            found = asked(ctx).moves(found, now.table)
        if kind == "drift":
            groups = now.same("utterances", found.select("id", "cluster"), lambda: _clusters(found))
            groups = _told_by(groups, ctx.request.query_params.getlist("pair"))
            rows, total = groups[first : first + limit], len(groups)
        else:
            rows, total = found[first : first + limit].to_dicts(), found.height
    return ctx.render(
        "conflicts.html", now=now, kind=kind, kinds=KINDS, rows=rows, total=total, first=first, limit=limit, by=by,
        labels=now.labels(), difference=difference, compared=MAX_COMPARED, state=state,
        progress=live_view.progress(now, key) if held is None else None,
        after=ctx.arg("after"),
        pair=ctx.request.query_params.getlist("pair"), outlets=now.whole.counts("outlet")["outlet"].to_list(),
    )  # fmt: skip


def conflicts_table(ctx: RequestContext) -> Response:
    """Serve `/conflicts.csv`, `.json`: all pairs of a kind."""
    now = ctx.view()
    kind, by = _kind(ctx), ctx.choice("by", BY, "speaker")
    found = _found(now, kind, by)
    if kind == "moved":
        found = asked(ctx).moves(found, now.table)
    if kind == "drift" and (pair := list(filter(None, ctx.request.query_params.getlist("pair")))):
        chosen = _told_by(_clusters(found), pair)
        shown = [row["id"] for rows in chosen for row in rows]
        found = found.filter(pl.col("id").is_in(shown))
    return table_response(ctx, found, kind)


def _kind(ctx: RequestContext) -> str:
    """Return the kind of the address; `reports` is what the command line calls the retellings of one utterance."""
    given = ctx.choice("kind", (*KINDS, "reports"), "self")
    return "drift" if given == "reports" else given


def _told_by(groups: list[list[dict[str, Any]]], pair: list[str]) -> list[list[dict[str, Any]]]:
    """Return the utterances that each of some outlets reports, with their reports alone."""
    wanted = set(filter(None, pair))
    if not wanted:
        return groups
    chosen = [[row for row in rows if row["outlet"] in wanted] for rows in groups]
    return [rows for rows in chosen if {row["outlet"] for row in rows} == wanted]


def compare(ctx: RequestContext) -> Response:
    """Serve `/compare`: two statements side by side, each with the text around it."""
    now = ctx.now
    found = [ctx.desk.ledger.get(ctx.arg(name) or "") for name in ("a", "b")]
    ends = [(one, now.row(one.id), before_and_after(one)) for one in found]
    return ctx.render("compare.html", now=now, ends=ends, labels=now.labels())


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """Return the words of `new` as (kind, words) runs: `same`, `added`, or `dropped` where `old` had other words."""
    left, right = old.split(), new.split()
    made: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind in ("replace", "delete"):
            made.append(("dropped", " ".join(left[a:b])))
        if kind in ("replace", "insert"):
            made.append(("added", " ".join(right[c:d])))
        if kind == "equal":
            made.append(("same", " ".join(left[a:b])))
    return made


Tell = Callable[[int, int], None]
"""Gets the number of statements that were gone over, and of all."""


def _found(now: Snapshot, kind: str, by: str, tell: Tell | None = None) -> pl.DataFrame:
    from onrecord.analyse.position_changes import conflicts as found
    from onrecord.analyse.position_changes import renewed_conflicts

    if kind == "moved":
        return moves(now, by)
    if kind == "drift":
        return now.renewed("drift", lambda: _retold(now, tell=tell), lambda held, since: _told_again(now, held, since))
    if kind == "between":
        heard = _heard(now, by)
        return now.same(("between", by), heard, lambda: found(heard, kind=kind, by=by))
    return now.renewed(
        ("against themselves", by),
        lambda: _by_issue(now, lambda rows: found(rows, kind=kind, by=by), tell),
        lambda held, since: renewed_conflicts(held, now.table, by, since),
    )


def _by_issue(now: Snapshot, compute: Callable[[pl.DataFrame], pl.DataFrame], tell: Tell | None) -> pl.DataFrame:
    """Return contradictions, those of one issue after the other, in the order of `conflicts`."""
    from onrecord.analyse.position_changes import CONFLICTS, in_order

    parts, done = [pl.DataFrame(schema=CONFLICTS)], 0
    for issue, count in now.counts("issue").iter_rows():
        parts.append(compute(now.table.filter(pl.col("issue") == issue)))
        done += count
        if tell is not None:
            tell(done, now.table.height)
    return in_order(pl.concat(parts))


def _retold(now: Snapshot, speakers: list[str] | None = None, tell: Tell | None = None) -> pl.DataFrame:
    """Return the utterances among the newest statements, of some speakers or of all, as several outlets report them."""
    from onrecord.analyse.retellings import drift
    from onrecord.view import meaning

    newest = now.table.tail(MAX_COMPARED)
    rows = newest if speakers is None else newest.filter(pl.col("speaker").is_in(speakers))
    return drift(rows, meaning=meaning, tell=None if tell is None else lambda done: tell(done, rows.height))


def _told_again(now: Snapshot, held: pl.DataFrame, since: Sequence[Increment]) -> pl.DataFrame:
    """Return the same after some small changes, which may have moved the oldest statement that is compared."""
    from onrecord.analyse.retellings import names_alike

    touched = {name for change in since for name in change.values("speaker")}
    moved, oldest = sum(change.rows.height for change in since), now.table.height - MAX_COMPARED
    if oldest + moved > 0:
        touched |= set(now.table["speaker"][max(0, oldest - moved) : max(0, oldest + moved)])
    names = names_alike(now.table.tail(MAX_COMPARED), touched - {None}, whole=True)
    gone = names_alike(held, touched - {None}, whole=True)
    unchanged = held.filter(~pl.col("speaker").is_in(gone))
    return pl.concat([unchanged, _retold(now, names)]).sort("cluster", "date", "id", nulls_last=True)


def _heard(now: Snapshot, by: str) -> pl.DataFrame:
    """Return the last statements on a side of the HEARD actors with the most of them."""
    from onrecord.analyse.position_changes import FIELDS, latest_sides, renewed_sides

    last = now.renewed(
        ("last sides", by),
        lambda: latest_sides(now.table, by),
        lambda held, since: renewed_sides(held, now.table, by, since),
    )
    most = last.group_by("actor").agg(pl.col("n").sum()).sort(["n", "actor"], descending=[True, False]).head(MAX_ACTORS)
    return last.filter(pl.col("actor").is_in(most["actor"].to_list())).select(FIELDS)


def _clusters(found: pl.DataFrame) -> list[list[dict[str, Any]]]:
    """Group the reports by utterance, those that differ in more than wording first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in found.to_dicts():
        groups.setdefault(row["cluster"], []).append(row)

    def weight(rows: list[dict[str, Any]]) -> int:
        return len({name for row in rows for name in row["differs"] if name != "wording"})

    return sorted(groups.values(), key=lambda rows: (-weight(rows), str(rows[0]["date"]), rows[0]["cluster"]))
