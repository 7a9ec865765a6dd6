"""Protect every page: host names, body size, security headers, errors in one shape."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'",
        "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'",
    )
)  # fmt: skip
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: with it browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class TooLargeError(Exception):
    """Signal a body that exceeds the limit."""


class SecurityMiddleware:
    """Refuse foreign host names and oversized bodies, and add headers to every answer (middleware)."""

    def __init__(self, app: ASGIApp, *, hosts: tuple[str, ...], body: int) -> None:
        self._app = app
        self._hosts = {host.casefold() for host in hosts}
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                out = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    out[name] = value
                if not scope["path"].startswith("/static/"):
                    out.setdefault("cache-control", "no-store")
            await send(message)

        async def plain(text: str, status: int) -> None:
            await PlainTextResponse(text, status_code=status)(scope, receive, answer)

        if "*" not in self._hosts and _host(headers.get("host", "")) not in self._hosts:
            await plain("This desk does not answer to that host name; start it with --host-name NAME.\n", 421)
            return
        declared = headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > self._body:
            await plain("Too large.\n", 413)
            return
        try:
            await self._app(scope, self._bounded(receive), answer)
        except TooLargeError:
            if not started:
                await plain("Too large.\n", 413)

    def _bounded(self, receive: Receive) -> Receive:
        seen = 0

        async def bounded() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self._body:
                    raise TooLargeError
            return message

        return bounded


def _host(header: str) -> str:
    """Return the host name without its port."""
    name = header.casefold()
    return name.rpartition(":")[0] if name.rpartition(":")[2].isdigit() and not name.endswith("]") else name


def same_origin(headers: Headers) -> bool:
    """Tell whether a changing request comes from the desk's own pages, as far as the browser tells."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.casefold() == headers.get("host", "").casefold()


def csrf_token(secret: bytes, session: str) -> str:
    """Compute the token of a session's forms: a keyed hash, so that nothing needs to be stored."""
    return hmac.new(secret, session.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def csrf_fits(secret: bytes, session: str, given: str) -> bool:
    """Tell whether a form's token is the session's."""
    return hmac.compare_digest(csrf_token(secret, session).encode(), given.encode("utf-8", "replace"))
