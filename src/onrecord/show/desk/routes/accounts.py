"""Log people in and out, and manage passwords, tokens and people."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.errors import LedgerError
from onrecord.record import Role
from onrecord.show.desk.advice import explained
from onrecord.show.desk.passwords import digest, hash_password, new_secret, verify_password
from onrecord.show.desk.request_context import COOKIE, Desk, RequestContext, html, page, read_form
from onrecord.show.desk.security import csrf_fits, csrf_token, same_origin

LOGIN_COOKIE = "onrecord_login"  # the cookie that the login form's token belongs to


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/login", login, methods=["GET", "POST"]),
        Route("/logout", page(logout), methods=["POST"]),
        Route("/account", page(account)),
        Route("/account/password", page(password), methods=["POST"]),
        Route("/account/tokens", page(token), methods=["POST"]),
        Route("/account/tokens/drop", page(drop), methods=["POST"]),
        Route("/users", page(users, Role.ADMIN)),
        Route("/users", page(user_added, Role.ADMIN), methods=["POST"]),
        Route("/users/change", page(user_changed, Role.ADMIN), methods=["POST"]),
    ]


async def login(request: Request) -> Response:
    """Serve `/login`: every login makes a new session, whatever cookie came with the request."""
    desk: Desk = request.app.state.desk
    if desk.settings.coder is not None:
        return RedirectResponse("/", 303)
    if request.method == "GET":
        return _login_form(desk, request, 200, None)
    if not same_origin(request.headers):
        raise HTTPException(403, "sent from another site")
    form = await read_form(request, desk.settings)
    given = {name: str(form.get(name) or "") for name in ("name", "password", "csrf", "then")}
    if not csrf_fits(desk.secret, request.cookies.get(LOGIN_COOKIE, ""), given["csrf"]):
        return _login_form(desk, request, 403, "The form was too old. Please try again.", given["then"])
    who, place = given["name"].casefold()[:200], request.client.host if request.client else ""
    wait = desk.brake.wait(who, place)
    if wait > 0:
        answer = _login_form(desk, request, 429, f"Too many failed tries. Wait {int(wait) + 1} seconds.", given["then"])
        answer.headers["retry-after"] = str(int(wait) + 1)
        return answer
    secret = await run_in_threadpool(_enter, desk, given["name"], given["password"])
    if secret is None:
        desk.brake.refused(who, place)
        return _login_form(desk, request, 401, "Name or password are not right.", given["then"])
    desk.brake.entered(who, place)
    answer = RedirectResponse(_local(given["then"]), 303)
    answer.set_cookie(COOKIE, secret, max_age=int(desk.settings.session.total_seconds()), httponly=True,
                      samesite="strict", secure=desk.settings.secure, path="/")  # fmt: skip
    answer.delete_cookie(LOGIN_COOKIE, path="/login")
    return answer


def logout(ctx: RequestContext) -> Response:
    """End this session."""
    ctx.desk.accounts.close_session(ctx.session)
    answer = RedirectResponse("/login" if ctx.desk.settings.coder is None else "/", 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def account(ctx: RequestContext, fresh: str | None = None, problem: str | None = None) -> Response:
    """Serve `/account`: one's password and tokens."""
    own = ctx.desk.accounts.user(ctx.user.name) is not None
    tokens = ctx.desk.accounts.tokens(ctx.user.name) if own else []
    return ctx.render(
        "account.html", 200 if problem is None else 422, now=ctx.now, tokens=tokens, fresh=fresh,
        problem=problem, own=own,
    )  # fmt: skip


def password(ctx: RequestContext) -> Response:
    """Change one's password; all sessions end with it, this one too."""
    known = ctx.desk.accounts.user(ctx.user.name)
    if known is None or not verify_password(known.password, ctx.field("old")):
        return account(ctx, problem="The old password is not right.")
    try:
        ctx.desk.accounts.change(ctx.user.name, password=hash_password(ctx.field("new")))
    except LedgerError as error:
        return account(ctx, problem=explained(error))
    return RedirectResponse("/login", 303)


def token(ctx: RequestContext) -> Response:
    """Make an API token; its secret is shown this once."""
    if ctx.desk.accounts.user(ctx.user.name) is None:
        raise HTTPException(400, "tokens belong to people with an account; this desk has no login")
    days = ctx.field("days", "90")
    if not (days.isascii() and days.isdecimal() and len(days) <= 4 and 1 <= int(days) <= 3_650):
        return account(ctx, problem="A token lasts 1 to 3650 days.")
    secret = new_secret("onr_")
    label = " ".join(ctx.field("label").split()) or "token"
    ctx.desk.accounts.add_token(digest(secret), ctx.user.name, label, timedelta(days=int(days)))
    return account(ctx, fresh=secret)


def drop(ctx: RequestContext) -> Response:
    """End a token."""
    ctx.desk.accounts.drop_token(ctx.field("id"), ctx.user.name)
    return RedirectResponse("/account", 303)


def users(ctx: RequestContext, problem: str | None = None) -> Response:
    """Serve `/users`: all people, for admins."""
    return ctx.render(
        "users.html", 200 if problem is None else 422, now=ctx.now, people=ctx.desk.accounts.users(),
        roles=list(Role), problem=problem,
    )  # fmt: skip


def user_added(ctx: RequestContext) -> Response:
    """Add a person."""
    try:
        role = _role(ctx)
        ctx.desk.accounts.add(ctx.field("name"), role, hash_password(ctx.field("password")))
    except LedgerError as error:
        return users(ctx, explained(error))
    return RedirectResponse("/users", 303)


def user_changed(ctx: RequestContext) -> Response:
    """Change role, reset password, or deactivate."""
    name, what = ctx.field("name"), ctx.field("what")
    try:
        if what == "role":
            ctx.desk.accounts.change(name, role=_role(ctx))
        elif what in ("close", "open"):
            ctx.desk.accounts.change(name, active=what == "open")
        elif what == "password":
            ctx.desk.accounts.change(name, password=hash_password(ctx.field("password")))
        else:
            raise HTTPException(400, "what is to be changed?")
    except LedgerError as error:
        return users(ctx, explained(error))
    return RedirectResponse("/users", 303)


def _role(ctx: RequestContext) -> Role:
    try:
        return Role(ctx.field("role"))
    except ValueError as error:
        raise LedgerError(f"a role is one of {', '.join(Role)}") from error


def _enter(desk: Desk, name: str, password: str) -> str | None:
    """Open a session and return its secret, None if name or password are wrong."""
    known = desk.accounts.user(name) if name.isprintable() else None
    hashed = known.password if known is not None and known.active else None
    if not verify_password(hashed, password) or known is None:
        return None
    secret = new_secret()
    desk.accounts.open_session(digest(secret), known.name, desk.settings.session)
    return secret


def _login_form(
    desk: Desk, request: Request, status: int, problem: str | None, then: str | None = None
) -> Response:  # fmt: skip
    before = request.cookies.get(LOGIN_COOKIE) or new_secret()
    then = _local(then or request.query_params.get("then", "/"))
    answer = html(desk.pages, "login.html", status, csrf=csrf_token(desk.secret, before), problem=problem, then=then)
    secure = desk.settings.secure
    answer.set_cookie(
        LOGIN_COOKIE, before, max_age=3_600, httponly=True, samesite="strict", secure=secure, path="/login"
    )
    return answer


def _local(address: str) -> str:
    """Return the address if it is one of this desk, else the first page: no redirect leads to another site."""
    # Browsers drop tabs and line ends, so that `/<tab>/evil` would be another host.
    parts = urlsplit(address) if address.isprintable() else urlsplit("x:")
    inside = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if inside and "\\" not in address else "/"
