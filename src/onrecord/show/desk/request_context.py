"""Represent one request to a page: who asks, with which values, and how to answer.

`page` wraps a plain function of a `RequestContext` into an endpoint: it finds out who asks, sends strangers to the
login, refuses roles that are too low and forms without their token, and runs the function in a thread, as ledgers
block.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from onrecord.core.columns import MIN_CONFIDENCE
from onrecord.record import Accounts, DeskWork, Ledger, Reviews, Role, User
from onrecord.show.desk.concurrency import ConcurrencyLimit
from onrecord.show.desk.filters import Filters
from onrecord.show.desk.jobs import Background, Jobs
from onrecord.show.desk.live_view import LiveView
from onrecord.show.desk.passwords import LoginThrottle, digest
from onrecord.show.desk.security import csrf_fits, csrf_token, same_origin
from onrecord.show.desk.settings import Settings
from onrecord.show.desk.snapshot import Snapshot

if TYPE_CHECKING:
    from jinja2 import Environment

T = TypeVar("T")
R = TypeVar("R")
COOKIE = "onrecord_session"
LOCAL = "local"  # the session of the one person of a desk without login
_UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(slots=True)
class Desk:
    """Hold what the pages share."""

    settings: Settings
    ledger: Ledger
    accounts: Accounts
    reviews: Reviews
    prepared: DeskWork
    live_view: LiveView
    pages: Environment
    jobs: Jobs
    brake: LoginThrottle
    concurrency: ConcurrencyLimit
    refit: Background = field(default_factory=Background)
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def work(self, function: Callable[[T], R], value: T) -> R:
        """Call a function when a slot is free."""
        with self.concurrency.slot():
            return function(value)

    async def who(self, request: Request) -> tuple[User | None, str]:
        """Run `find`, in a worker thread if it queries the ledger."""
        return self.find(request) if self.settings.coder is not None else await run_in_threadpool(self.find, request)

    def find(self, request: Request) -> tuple[User | None, str]:
        """Return the user of a request with the key of their session; None if there is none."""
        if self.settings.coder is not None:
            return User(name=self.settings.coder, role=Role.ADMIN), LOCAL
        held = request.cookies.get(COOKIE)
        if not held:
            return None, ""
        key = digest(held)
        return self.accounts.session(key), key


@dataclass(slots=True)
class RequestContext:
    """Hold a request with its user."""

    desk: Desk
    request: Request
    user: User
    session: str
    form: FormData = field(default_factory=FormData)

    @property
    def args(self) -> dict[str, str | list[str]]:
        """Return the nonempty values of the address; a list where a name has several."""
        made: dict[str, str | list[str]] = {}
        for name in dict.fromkeys(self.request.query_params.keys()):
            values = list(filter(None, self.request.query_params.getlist(name)))
            if values:
                made[name] = values if len(values) > 1 else values[0]
        return made

    def arg(self, name: str) -> str | None:
        """Return a value of the address, None if it is missing or empty."""
        return self.request.query_params.get(name) or None

    @property
    def now(self) -> Snapshot:
        """Return the ledger's current view, under the threshold of the address."""
        return self.desk.live_view.now(self.min_confidence)

    @property
    def filters(self) -> Filters:
        """Return the filters of the address."""
        return Filters.of(self.request.query_params)

    def view(self, *, ignore: tuple[str, ...] = ()) -> Snapshot:
        """Return the current view of the statements that fit the address's filters but for those to `ignore`."""
        return self.now.narrow(self.filters.without(*ignore))

    @property
    def travelling(self) -> list[tuple[str, str]]:
        """Return the values that links to other pages carry along: filters and the threshold."""
        given = self.arg("min_confidence")
        return [*self.filters.pairs(), *([("min_confidence", given)] if given else [])]

    def without(self, name: str, value: str | None = None) -> str:
        """Return this page's address without a filter, or without one of its values."""
        values = [v for v in self.request.query_params.getlist(name) if value is not None and v != value]
        return self.here(first=None, **{name: values or None})

    def hidden(self, *besides: str) -> list[tuple[str, str]]:
        """Return the values of the address that a form on this page sends along, but for those that it asks for."""
        return [(n, v) for n, v in self.request.query_params.multi_items() if v and n not in besides and n != "first"]

    @property
    def min_confidence(self) -> float:
        """Return the least confidence of a position that is shown, from the address; HTTP 400 if it is invalid."""
        given = self.arg("min_confidence")
        if given is None:
            return MIN_CONFIDENCE
        if not re.fullmatch(r"0(\.\d{1,2})?|1(\.0{1,2})?|\.\d{1,2}", given):
            raise HTTPException(400, "min_confidence is a number from 0 to 1 with at most two decimals")
        return float(given)

    def place(self, name: str) -> int:
        """Return a number in the address of a page; HTTP 404 if it is invalid."""
        given = str(self.request.path_params[name])
        if not re.fullmatch(r"[0-9]{1,9}", given):
            raise HTTPException(404, "no such page; check the address")
        return int(given)

    def number(self, name: str, default: int, *, low: int = 0, high: int = 1_000_000) -> int:
        """Return a whole number of the address within bounds; HTTP 400 if it is invalid."""
        given = self.arg(name)
        if given is None:
            return default
        if not re.fullmatch(r"-?[0-9]{1,9}", given) or not low <= int(given) <= high:
            raise HTTPException(400, f"{name} is a whole number from {low} to {high}")
        return int(given)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """Return a choice from a closed list in the address; HTTP 400 if it is not in it."""
        given = self.arg(name) or default
        if given not in allowed:
            raise HTTPException(400, f"{name} is one of {', '.join(allowed)}")
        return given

    def field(self, name: str, default: str = "") -> str:
        """Return a text of the form."""
        value = self.form.get(name, default)
        return value if isinstance(value, str) else default

    def files(self, name: str) -> list[UploadFile]:
        """Return the files of the form under a name."""
        return [item for item in self.form.getlist(name) if isinstance(item, UploadFile) and item.filename]

    @property
    def csrf(self) -> str:
        """Return the token that this session's forms carry."""
        return csrf_token(self.desk.secret, self.session)

    @property
    def partial(self) -> bool:
        """Tell whether htmx asks for the inner part alone (not for a page restored from history)."""
        headers = self.request.headers
        return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"

    def render(self, template: str, status: int = 200, **values: Any) -> Response:
        """Answer with the page of a template."""
        made = html(self.desk.pages, template, status, ctx=self, **values)
        if self.travelling:
            made.body = carried(bytes(made.body).decode(), self.travelling, self.request.url.path).encode()
            made.headers["content-length"] = str(len(made.body))
        return made

    def address(self, path: str, **values: object) -> str:
        """Return a shareable address."""
        return address(path, **values)

    def here(self, **values: object) -> str:
        """Return this page's address with some values changed; None removes one."""
        return address(self.request.url.path, **{**self.args, **values})


_LINK = re.compile(r'(?P<before>(?:href|hx-get)=")(?P<path>/(?!static/)[^"#?]*)(?P<query>\?[^"#]*)?(?=["#])')


def carried(page: str, values: Sequence[tuple[str, str]], here: str) -> str:
    """Return a page whose links to the desk's own pages carry filters and the threshold along.

    Links to the page itself name the filters that are to stay, so that one can be taken away.
    """

    def with_values(found: re.Match[str]) -> str:
        path, asked = found["path"], found["query"] or ""
        stem = re.sub(r"\.(csv|json|svg|xlsx)$", "", path)
        more = [
            (name, value) for name, value in values
            if not re.search(rf"[?&;]{name}=", asked) and (stem != here or name == "min_confidence")
        ]  # fmt: skip
        if not more:
            return found[0]
        return f"{found['before']}{path}{asked + '&amp;' if asked else '?'}{urlencode(more).replace('&', '&amp;')}"

    return _LINK.sub(with_values, page)


def address(path: str, **values: object) -> str:
    """Return a path with the values that are not None or empty; a list gives its name several values."""
    pairs = [
        (name, str(one))
        for name, value in values.items()
        for one in (value if isinstance(value, list | tuple) else [value])
        if one not in (None, "")
    ]
    return path + ("?" + urlencode(pairs, errors="replace") if pairs else "")


def part(text: str) -> str:
    """Encode a name as one part of a path."""
    return quote(text.encode("utf-8", "replace"), safe="")


def html(pages: Environment, template: str, status: int = 200, **values: Any) -> Response:
    """Render a template; lone surrogates and NUL, which cannot be sent, show as U+FFFD."""
    return Response(show(pages.get_template(template).render(values)), status, media_type="text/html")


def show(text: str) -> str:
    """Replace what cannot be sent or shown (NUL, lone surrogates) by U+FFFD."""
    try:
        text.encode()  # on a page's HTML a hundred times as fast as looking for surrogates
    except UnicodeEncodeError:
        return _UNPRINTABLE.sub("\ufffd", text)
    return text.replace("\x00", "\ufffd")


Page = Callable[[RequestContext], Response]
Endpoint = Callable[[Request], Any]


def page(function: Page, role: Role = Role.READER) -> Endpoint:
    """Make the endpoint of a page for people with at least this role."""

    async def endpoint(request: Request) -> Response:
        desk: Desk = request.app.state.desk
        user, session = await desk.who(request)
        if user is None:
            if request.method != "GET" or "hx-request" in request.headers:
                raise HTTPException(401, "log in first")
            wanted = request.url.path + ("?" + request.url.query if request.url.query else "")
            return RedirectResponse(address("/login", then=wanted), status_code=303)
        ctx = RequestContext(desk, request, user, session)
        if request.method == "POST":
            check_origin(desk, request, session, None)
            ctx.form = await read_form(request, desk.settings)
            check_origin(desk, request, session, ctx)
        if not user.role.may(role):
            raise HTTPException(403, f"this needs the role {role}; ask an admin of this desk")
        try:
            return await run_in_threadpool(desk.work, function, ctx)
        finally:
            await ctx.form.close()

    return endpoint


def check_origin(desk: Desk, request: Request, session: str, ctx: RequestContext | None) -> None:
    """Refuse what comes from another site: by what the browser says before the body is read, then by the token."""
    if ctx is None:
        if not same_origin(request.headers):
            raise HTTPException(403, "sent from another site")
        return
    given = request.headers.get("x-csrf-token") or ctx.field("csrf")
    if not csrf_fits(desk.secret, session, given):
        raise HTTPException(403, "the form is too old; load the page again and repeat")


async def read_form(request: Request, settings: Settings) -> FormData:
    """Return the form of a request, within limits."""
    limits = settings.limits
    try:
        return await request.form(max_files=limits.files, max_fields=200, max_part_size=limits.form_text)
    except (MultiPartException, ClientDisconnect) as error:
        raise HTTPException(400, f"the form cannot be read: {getattr(error, 'message', error)}") from error
    except (UnicodeError, ValueError) as error:
        raise HTTPException(400, "the form cannot be read") from error
