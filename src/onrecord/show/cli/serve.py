"""Run `onrecord serve`: the desk, a ledger in the browser."""

from __future__ import annotations

import getpass
import socket
import sys
from typing import Annotated

import typer

from onrecord.errors import LedgerError, OnRecordError
from onrecord.show.cli.errors import say
from onrecord.show.cli.options import Store, flat

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@flat
def serve(
    store: Store,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port to listen on; 0 takes a free one.")] = 8765,
    users: Annotated[bool, typer.Option("--users", help="Ask for a login (see `onrecord user`).")] = False,
    coder: Annotated[
        str | None, typer.Option(metavar="NAME", help="Your name on judgements, without login.  [default: your login]")
    ] = None,
    host_name: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Additional host name of the desk; may be repeated.")
    ] = None,
    https: Annotated[
        bool, typer.Option("--https", help="The desk is behind an HTTPS proxy: send cookies over HTTPS only.")
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also fetch private and local addresses for its users.")
    ] = False,
) -> None:
    """Open the desk: a web page on the ledger, to look, correct and code.

    On 127.0.0.1 it is yours alone and needs no login. On any other address people log in.
    """
    import uvicorn

    from onrecord.show.desk.app import create_app
    from onrecord.show.desk.settings import Settings

    if host not in LOOPBACK and not users:
        raise LedgerError(f"on {host} others can reach the desk; add --users, and people with `onrecord user add`")
    single = None if users else (coder or _login())
    names = (
        "127.0.0.1",
        "localhost",
        "[::1]",
        *(() if host in (*LOOPBACK, "0.0.0.0", "::") else (host,)),
        *(host_name or ()),
    )
    app = create_app(Settings(ledger=store.ledger, coder=single, hosts=names, secure=https, private=allow_private))
    if users and not any(user.active for user in app.state.desk.accounts.users()):
        raise LedgerError(
            f"nobody can log in yet; add somebody: onrecord user add NAME --role admin --ledger {store.ledger}"
        )
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", server_header=False, proxy_headers=False,
                            timeout_graceful_shutdown=3)  # fmt: skip
    listening = _listening(host, port)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    say(f"the desk on {store.ledger}: http://{shown}:{listening.getsockname()[1]}/ (Ctrl-C ends it)")
    # A page asks Polars some sixty small questions, and after each waits for Python's lock, behind threads that keep it
    # for this long: with the standard 5 ms the slower pages took twice the time under eight clients (bench/desk.py).
    sys.setswitchinterval(0.0005)
    uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    """Listen on an address.

    Raises:
        OnRecordError: it cannot be had: another program has it, or this user may not.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OnRecordError(f"{host}:{port}: {reason}; give another --port, or another --host") from error


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "me"
