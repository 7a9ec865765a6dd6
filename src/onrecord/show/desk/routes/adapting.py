"""Refit calibrations on this ledger's judgements, show their figures, and choose the one in use."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.errors import OnRecordError
from onrecord.record import Adaptations, Ledger, Role
from onrecord.record.desk.adaptations import SHIPPED, StoredAdaptation, check_name
from onrecord.show.desk.advice import explained
from onrecord.show.desk.jobs import models
from onrecord.show.desk.request_context import RequestContext, page


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/adapt", page(adaptations, Role.CODER)),
        Route("/adapt", page(changed, Role.ADMIN), methods=["POST"]),
    ]


def adaptations(ctx: RequestContext, problem: str = "") -> Response:
    """Serve `/adapt`: the adaptations with their figures on held-out judgements, and which one is in use."""
    from onrecord.train.adapt import LEAST

    stored = Adaptations(ctx.desk.ledger)
    judged = sum(1 for one in ctx.now.judged.values() if one.statement is not None)
    return ctx.render(
        "adapt.html", 422 if problem else 200, now=ctx.now, adaptations=stored.all()[::-1],
        used=stored.used, least=LEAST, judged=judged, busy=ctx.desk.refit.busy,
        problem=problem or ctx.desk.refit.problem, models=models(), shipped=SHIPPED,
    )  # fmt: skip


def adapted(ctx: RequestContext) -> list[StoredAdaptation]:
    """Return the adaptations, the newest first."""
    return Adaptations(ctx.desk.ledger).all()[::-1]


def changed(ctx: RequestContext) -> Response:
    """Refit under a new name in the background, or choose the one that reads from now on."""
    stored = Adaptations(ctx.desk.ledger)
    try:
        if use := ctx.field("use"):
            stored.use(use)
        elif name := ctx.field("name").strip():
            check_name(name)
            if name in {one.adaptation.name for one in stored.all()}:
                raise OnRecordError(f"There is an adaptation {name!r} already; give another name.")
            ledger, coder = ctx.desk.ledger, ctx.user.name
            ctx.desk.refit.start(lambda: _refit(ledger, name, coder))
        else:
            raise HTTPException(400, "Give a name.")
    except OnRecordError as error:
        return adaptations(ctx, explained(error))
    return RedirectResponse("/adapt", 303)


def _refit(ledger: Ledger, name: str, coder: str) -> None:
    from onrecord.train.adapt import adapt

    made = adapt(ledger, name)
    if not made.fields:
        raise OnRecordError("No field gains on held-out judgements; nothing was saved.")
    Adaptations(ledger).keep(made, coder=coder)
