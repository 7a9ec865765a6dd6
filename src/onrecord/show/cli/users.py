"""Run `onrecord user`: who may log in to the desk."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from onrecord.show.cli.errors import say
from onrecord.show.cli.options import ListingOptions, Store, flat
from onrecord.show.cli.queries import listing

Name = Annotated[str, typer.Argument(help="The person's name.")]


class UserRole(StrEnum):
    """List the roles of desk users."""

    READER = "reader"
    CODER = "coder"
    ADMIN = "admin"


def build() -> typer.Typer:
    """Build the group of commands."""
    group = typer.Typer(help="Manage who may log in to the desk.", no_args_is_help=True, rich_markup_mode=None)
    group.command("add")(add)
    group.command("list")(list_)
    group.command("password")(password)
    group.command("close")(close)
    return group


@flat
def add(
    name: Name,
    store: Store,
    role: Annotated[UserRole, typer.Option(help="Readers view, coders judge, admins manage users.")] = UserRole.CODER,
) -> None:
    """Add a person; the password is asked for, or read from the standard input."""
    from onrecord.record import Accounts, Ledger, Role
    from onrecord.show.desk.passwords import hash_password

    hashed = hash_password(_ask())
    with Ledger(store.ledger) as ledger:
        Accounts(ledger).add(name, Role(role.value), hashed)
    say(f"{name} may log in as {role.value}")


@flat
def list_(store: Store, to: ListingOptions) -> None:
    """List the people."""
    from onrecord.record import Accounts, Ledger

    with Ledger(store.ledger, create=False) as ledger:
        rows = [{"name": u.name, "role": str(u.role), "active": u.active, "created": u.created}
                for u in Accounts(ledger).users()]  # fmt: skip
    listing(rows, to, ("name", "role", "active", "created"))


@flat
def password(name: Name, store: Store) -> None:
    """Set a person's password; sessions end with the old one."""
    from onrecord.record import Accounts, Ledger
    from onrecord.show.desk.passwords import hash_password

    hashed = hash_password(_ask())
    with Ledger(store.ledger, create=False) as ledger:
        Accounts(ledger).change(name, password=hashed)
    say(f"{name} has a new password")


@flat
def close(name: Name, store: Store) -> None:
    """Deactivate a user; keep their judgements."""
    from onrecord.record import Accounts, Ledger

    with Ledger(store.ledger, create=False) as ledger:
        Accounts(ledger).change(name, active=False)
    say(f"{name} may not log in any more")


def _ask() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
