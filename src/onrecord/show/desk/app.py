"""Assemble the application: its parts, its routes, and errors in one shape."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from onrecord.errors import (
    CodecError,
    LedgerBusy,
    LedgerReadOnly,
    OnRecordError,
    SourceError,
    SpanError,
    StatementNotFound,
    StatementStale,
    TableError,
)
from onrecord.record import Accounts, DeskWork, Ledger, Reviews
from onrecord.show.desk.advice import BY_STATUS, explained, joined
from onrecord.show.desk.concurrency import ConcurrencyLimit
from onrecord.show.desk.jobs import Jobs
from onrecord.show.desk.live_view import LiveView
from onrecord.show.desk.pages import environment
from onrecord.show.desk.passwords import LoginThrottle
from onrecord.show.desk.request_context import Desk, html
from onrecord.show.desk.routes import all_routes
from onrecord.show.desk.routes.tables import table_of
from onrecord.show.desk.security import SecurityMiddleware
from onrecord.show.desk.settings import Settings

_LOG = logging.getLogger("onrecord.desk")
_STATUS: tuple[tuple[type[OnRecordError], int], ...] = (
    (StatementNotFound, 404), (StatementStale, 409), (LedgerBusy, 503), (LedgerReadOnly, 403), (CodecError, 400),
    (TableError, 400), (SpanError, 400), (SourceError, 422),
)  # fmt: skip
_CODES = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    409: "conflict", 413: "too_large", 415: "unsupported_media_type", 422: "unprocessable", 429: "too_many_requests",
    500: "internal", 503: "unavailable",
}  # fmt: skip


def create_app(settings: Settings) -> Starlette:
    """Create a desk on a ledger, which is opened here and closed when the server stops."""
    ledger = Ledger(settings.ledger, cache=settings.limits.pages)
    reviews, prepared = Reviews(ledger), DeskWork(ledger)
    concurrency = ConcurrencyLimit(settings.limits.concurrency)
    desk = Desk(
        settings=settings,
        ledger=ledger,
        accounts=Accounts(ledger),
        reviews=reviews,
        prepared=prepared,
        live_view=LiveView(ledger, reviews, prepared, concurrency),
        concurrency=concurrency,
        pages=environment(table_of=table_of),
        jobs=Jobs(ledger, settings),
        brake=LoginThrottle(settings.limits.login_tries, settings.limits.login_window),
        secret=secrets.token_bytes(32),
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        desk.jobs.close()
        ledger.close()

    static = StaticFiles(directory=Path(__file__).parent / "static", follow_symlink=False)
    app = Starlette(
        routes=[*all_routes(), Mount("/static", static, name="static")],
        middleware=[Middleware(SecurityMiddleware, hosts=settings.hosts, body=settings.limits.body)],
        exception_handlers={HTTPException: _refused, OnRecordError: _failed, 500: _broken},
        lifespan=lifespan,
    )
    app.state.desk = desk
    return app


def status_of(error: OnRecordError) -> int:
    """Return the HTTP status for an error of this package."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 400)


def _refused(request: Request, error: Any) -> Response:
    return _answer(request, error.status_code, str(error.detail), dict(error.headers or {}))


def _failed(request: Request, error: Any) -> Response:
    # Where the ledger is on the server is nothing to tell.
    return _answer(request, status_of(error), explained(error).removeprefix(f"{request.app.state.desk.ledger.name}: "))


def _broken(request: Request, error: Any) -> Response:
    _LOG.error("an internal error at %s", request.url.path, exc_info=error)
    return _answer(request, 500, "an internal error; the server's log has the details")


def _answer(request: Request, status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    if request.url.path.startswith("/api/"):
        body = {"error": {"status": status, "code": _CODES.get(status, "error"), "message": message}}
        return JSONResponse(body, status, headers=headers)
    desk: Desk = request.app.state.desk
    said = joined(message, BY_STATUS.get(status, ""))
    made = html(desk.pages, "error.html", status, code=status, message=said)
    made.headers.update(headers or {})
    return made
