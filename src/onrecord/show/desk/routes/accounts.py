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
from onrecord.show.desk.guard import csrf_fits, csrf_token, same_origin
from onrecord.show.desk.passwords import digest, hash_password, new_secret, verify_password
from onrecord.show.desk.visit import COOKIE, Desk, Visit, html, page, read_form

BEFORE = "onrecord_login"  # the cookie that the login form's token belongs to


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
    if not csrf_fits(desk.secret, request.cookies.get(BEFORE, ""), given["csrf"]):
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
    answer.delete_cookie(BEFORE, path="/login")
    return answer


def logout(visit: Visit) -> Response:
    """End this session."""
    visit.desk.accounts.close_session(visit.session)
    answer = RedirectResponse("/login" if visit.desk.settings.coder is None else "/", 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def account(visit: Visit, fresh: str | None = None, problem: str | None = None) -> Response:
    """Serve `/account`: one's password and tokens."""
    own = visit.desk.accounts.user(visit.user.name) is not None
    tokens = visit.desk.accounts.tokens(visit.user.name) if own else []
    return visit.render(
        "account.html", 200 if problem is None else 422, now=visit.now, tokens=tokens, fresh=fresh,
        problem=problem, own=own,
    )  # fmt: skip


def password(visit: Visit) -> Response:
    """Change one's password; all sessions end with it, this one too."""
    known = visit.desk.accounts.user(visit.user.name)
    if known is None or not verify_password(known.password, visit.field("old")):
        return account(visit, problem="The old password is not right.")
    try:
        visit.desk.accounts.change(visit.user.name, password=hash_password(visit.field("new")))
    except LedgerError as error:
        return account(visit, problem=str(error))
    return RedirectResponse("/login", 303)


def token(visit: Visit) -> Response:
    """Make an API token; its secret is shown this once."""
    if visit.desk.accounts.user(visit.user.name) is None:
        raise HTTPException(400, "tokens belong to people with an account; this desk has no login")
    days = visit.field("days", "90")
    if not (days.isascii() and days.isdecimal() and len(days) <= 4 and 1 <= int(days) <= 3_650):
        return account(visit, problem="A token lasts 1 to 3650 days.")
    secret = new_secret("onr_")
    label = " ".join(visit.field("label").split()) or "token"
    visit.desk.accounts.add_token(digest(secret), visit.user.name, label, timedelta(days=int(days)))
    return account(visit, fresh=secret)


def drop(visit: Visit) -> Response:
    """End a token."""
    visit.desk.accounts.drop_token(visit.field("id"), visit.user.name)
    return RedirectResponse("/account", 303)


def users(visit: Visit, problem: str | None = None) -> Response:
    """Serve `/users`: all people, for admins."""
    return visit.render(
        "users.html", 200 if problem is None else 422, now=visit.now, people=visit.desk.accounts.users(),
        roles=list(Role), problem=problem,
    )  # fmt: skip


def user_added(visit: Visit) -> Response:
    """Add a person."""
    try:
        role = _role(visit)
        visit.desk.accounts.add(visit.field("name"), role, hash_password(visit.field("password")))
    except LedgerError as error:
        return users(visit, str(error))
    return RedirectResponse("/users", 303)


def user_changed(visit: Visit) -> Response:
    """Change role, reset password, or deactivate."""
    name, what = visit.field("name"), visit.field("what")
    try:
        if what == "role":
            visit.desk.accounts.change(name, role=_role(visit))
        elif what in ("close", "open"):
            visit.desk.accounts.change(name, active=what == "open")
        elif what == "password":
            visit.desk.accounts.change(name, password=hash_password(visit.field("password")))
        else:
            raise HTTPException(400, "what is to be changed?")
    except LedgerError as error:
        return users(visit, str(error))
    return RedirectResponse("/users", 303)


def _role(visit: Visit) -> Role:
    try:
        return Role(visit.field("role"))
    except ValueError as error:
        raise LedgerError(f"a role is one of {', '.join(Role)}") from error


def _enter(desk: Desk, name: str, password: str) -> str | None:
    """Open a session and return its secret, None where name or password are wrong."""
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
    before = request.cookies.get(BEFORE) or new_secret()
    then = _local(then or request.query_params.get("then", "/"))
    answer = html(desk.pages, "login.html", status, csrf=csrf_token(desk.secret, before), problem=problem, then=then)
    answer.set_cookie(BEFORE, before, max_age=3_600, httponly=True, samesite="strict", secure=desk.settings.secure,
                      path="/login")  # fmt: skip
    return answer


def _local(address: str) -> str:
    """Return the address if it is one of this desk, else the first page: no redirect leads to another site."""
    # Browsers drop tabs and line ends, so that `/<tab>/evil` would be another host.
    parts = urlsplit(address) if address.isprintable() else urlsplit("x:")
    inside = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if inside and "\\" not in address else "/"
