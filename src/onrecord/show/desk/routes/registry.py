"""Manage the registry of actors: identities, display names, and which parties come first.

The decisions are the same as those of `onrecord people`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.analyse.actors import FACTS, RegisteredActor, build_registry
from onrecord.analyse.merge_suggestions import Suggestion, suggestions
from onrecord.core.statement import ActorKind, Decision, Ruling
from onrecord.errors import OnRecordError
from onrecord.record import Role
from onrecord.show.desk.advice import ADVICE, joined
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.snapshot import Snapshot

if TYPE_CHECKING:
    from onrecord.analyse.increments import Increment

Found = tuple[tuple[RegisteredActor, ...], list[Suggestion]]  # the actors, and those who may be one
SUGGESTED = 12
LATEST = 15
OPPOSITE = {
    Ruling.MERGE: Ruling.SPLIT, Ruling.ALIAS: Ruling.SPLIT, Ruling.HIDE: Ruling.SHOW, Ruling.SHOW: Ruling.HIDE,
    Ruling.PIN: Ruling.UNPIN,
}  # fmt: skip


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/registry", page(registry, Role.CODER)),
        Route("/registry", page(decided, Role.CODER), methods=["POST"]),
    ]


def registry(ctx: RequestContext, problem: str | None = None) -> Response:
    """Serve `/registry`: the actors, possible duplicates, and the parties that come first."""
    now = ctx.now
    actors, proposed = _registry(ctx, now)
    wanted = (ctx.arg("q") or "").casefold()
    found = actors_found(ctx)
    alike = [one for one in proposed if not wanted or wanted in f"{one.name.name} {one.other.name}".casefold()]
    decisions = ctx.desk.ledger.decisions()
    first, limit = ctx.number("first", 0), ctx.desk.settings.limits.page
    names = [actor.name for actor in actors]
    return ctx.render(
        "registry.html", 200 if problem is None else 422, now=now, rows=found[first : first + limit],
        total=len(found), first=first, limit=limit, wanted=ctx.arg("q") or "", problem=problem,
        proposed=alike[:SUGGESTED], alike=len(alike), decisions=len(decisions),
        shown_names=set(now.counts("speaker")["speaker"]),
        kinds=list(ActorKind), pinned=now.names.pinned, camps=now.names.camps, label=lambda actor: label(actor, names),
        latest=decisions[: -LATEST - 1 : -1], opposite=OPPOSITE,
        parties=[name for name, _ in now.offered()["affiliation"]], done=ctx.arg("done"),
    )  # fmt: skip


def actors_found(ctx: RequestContext) -> list[RegisteredActor]:
    """Return the actors whose name, alias or affiliation has the words that are looked for."""
    wanted = (ctx.arg("q") or "").casefold()
    actors, _ = _registry(ctx, ctx.now)
    return [a for a in actors if wanted in f"{a.name} {a.affiliation or ''} {' '.join(a.aliases)}".casefold()]


def decided(ctx: RequestContext) -> Response:
    """Store a decision, which every view applies from now on."""
    name, others = ctx.field("name").strip(), [value for value in _values(ctx, "other") if value]
    chosen = _values(ctx, "chosen")
    try:
        ruling = Ruling(ctx.field("ruling"))
        if ruling is Ruling.MERGE and chosen:
            name, *others = [name, *(one for one in chosen if one != name)] if name else chosen
        if not name:
            return registry(ctx, "Choose the actors first.")
        if ruling is Ruling.MERGE and not others:
            return registry(ctx, "Choose at least two actors to merge.")
        unknown = [] if ruling in (Ruling.PIN, Ruling.UNPIN, Ruling.CAMP) else _unknown(ctx.now, ctx, name)
        if unknown:
            return registry(ctx, f"No speaker named {unknown[0]!r} in this ledger.")
        reason = " ".join(ctx.field("reason").split())[:300]
        made = Decision(ruling=ruling, name=name, others=tuple(others), coder=ctx.user.name, reason=reason)
    except ValueError as error:
        return registry(ctx, joined(str(error), ADVICE[OnRecordError]))
    ctx.desk.ledger.decide(made)
    back = ctx.field("back")
    if back.startswith("/") and not back.startswith(("//", "/\\")):
        return RedirectResponse(back, 303)
    return RedirectResponse(ctx.address("/registry", q=ctx.field("q"), done=str(ruling)), 303)


def label(actor: RegisteredActor, names: list[str]) -> str:
    """Return how a decision names an actor: by the affiliation too where two have one name."""
    if names.count(actor.name) < 2 or not actor.affiliation:
        return actor.name
    return f"{actor.name} ({actor.affiliation})"


def _registry(ctx: RequestContext, now: Snapshot) -> Found:
    """Return the actors, and pairs that may be one; recomputed when a speaker, a source or a decision is new."""
    read = now.read().select(FACTS)

    def make() -> Found:
        decisions = ctx.desk.ledger.decisions()
        made = build_registry(read, decisions)
        apart = [
            frozenset((one.name, other)) for one in decisions if one.ruling is Ruling.SPLIT for other in one.others
        ]
        return made.actors, suggestions(made.actors, apart)

    def renew(held: Found, since: list[Increment]) -> Found:
        return held if all(change.keeps(FACTS) for change in since) else make()

    return now.renewed("registry", make, renew, heavy=True)


def _values(ctx: RequestContext, name: str) -> list[str]:
    return [value.strip()[:300] for value in ctx.form.getlist(name) if isinstance(value, str) and value.strip()]


def _unknown(now: Snapshot, ctx: RequestContext, name: str) -> list[str]:
    actors: tuple[RegisteredActor, ...]
    actors, _ = _registry(ctx, now)
    known: set[Any] = {form.casefold() for a in actors for form in (a.name, f"{a.name} ({a.affiliation})", *a.aliases)}
    return [] if name.casefold() in known else [name]
