"""Manage who may use the desk: people with roles, their sessions and API tokens.

Only digests of secrets come here: whoever makes a session or a token hashes it first, and passwords arrive as argon2
hashes. Times are UTC in ISO 8601, to the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, insert, select, update

from onrecord.errors import LedgerError
from onrecord.record import rows
from onrecord.record.desk.schema import sessions, settings, tokens, users

if TYPE_CHECKING:
    from onrecord.record.store import Ledger


class Role(StrEnum):
    """List the roles at the desk; each role has the permissions of those before it."""

    READER = "reader"
    CODER = "coder"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Tell whether this role suffices where `needed` is required."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Hold a person's name and role; `password` is the argon2 hash, not shown in `repr`."""

    name: str
    role: Role
    active: bool = True
    created: str = ""
    password: str | None = None

    def __repr__(self) -> str:
        return f"User({self.name!r}, {self.role}, active={self.active})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """Hold an API token, identified by the digest of its secret."""

    id: str
    name: str
    label: str
    created: str
    expires: str | None


class Accounts:
    """Manage the people of one ledger. Errors are LedgerError."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    # ------------------------------------------------------------ people

    def users(self) -> list[User]:
        """Return all people, by name."""
        with self._ledger.reading() as connection:
            return [_user(row) for row in connection.execute(select(users).order_by(users.c.name)).mappings()]

    def user(self, name: str) -> User | None:
        """Return the person of this name, active or not."""
        with self._ledger.reading() as connection:
            return _find(connection, name)

    def add(self, name: str, role: Role, password: str | None) -> User:
        """Add a person.

        Raises:
            LedgerError: the name is taken, empty, too long or has invisible characters.
        """
        if not name or len(name) > 64 or not name.isprintable() or name != name.strip():
            raise LedgerError("a user's name has 1 to 64 visible characters and no blank around it")
        with self._ledger.writing() as connection:
            if _find(connection, name) is not None:
                raise LedgerError(f"user {name!r} already exists")
            row = {"name": name, "role": str(role), "password": password, "active": 1, "created": self._ledger.now()}
            connection.execute(insert(users), row)
        return User(name=name, role=role, created=str(row["created"]), password=password)

    def change(
        self, name: str, *, role: Role | None = None, password: str | None = None, active: bool | None = None
    ) -> None:
        """Change a person's role, password or state.

        Sessions end with a changed password or role, tokens with a deactivation.

        Raises:
            LedgerError: nobody has this name, or no active admin would be left.
        """
        with self._ledger.writing() as connection:
            if _find(connection, name, lock=True) is None:
                raise LedgerError(f"there is no user {name!r}")
            values = {
                "role": role and str(role),
                "password": password,
                "active": None if active is None else int(active),
            }
            connection.execute(
                update(users).where(users.c.name == name).values({k: v for k, v in values.items() if v is not None})
            )
            active_admins = select(func.count()).where(users.c.role == str(Role.ADMIN), users.c.active == 1)
            if (role or active is not None) and not connection.execute(active_admins).scalar_one():
                raise LedgerError("no admin would be left; make somebody else an admin first")
            connection.execute(delete(sessions).where(sessions.c.name == name))
            if active is False:
                connection.execute(delete(tokens).where(tokens.c.name == name))

    # ------------------------------------------------------------ sessions

    def open_session(self, key: str, name: str, lifetime: timedelta) -> None:
        """Keep a session by the digest of its secret; sessions that are over are thrown away with it."""
        with self._ledger.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires <= self._ledger.now()))
            row = {"id": key, "name": name, "created": self._ledger.now(), "expires": self._ledger.now(lifetime)}
            connection.execute(insert(sessions), row)

    def session(self, key: str) -> User | None:
        """Return the owner of a session; None if it has expired or is unknown, or its owner was deactivated."""
        chosen = (
            select(users)
            .join(sessions, sessions.c.name == users.c.name)
            .where(sessions.c.id == key, sessions.c.expires > self._ledger.now(), users.c.active == 1)
        )
        with self._ledger.reading() as connection:
            row = connection.execute(chosen).mappings().one_or_none()
            return None if row is None else _user(row)

    def close_session(self, key: str) -> None:
        """End one session."""
        with self._ledger.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.id == key))

    # ------------------------------------------------------------ tokens

    def add_token(self, key: str, name: str, label: str, lifetime: timedelta | None = None) -> None:
        """Keep an API token by the digest of its secret; without a lifetime it is good until it is dropped."""
        expires = None if lifetime is None else self._ledger.now(lifetime)
        row = {"id": key, "name": name, "label": label[:80], "created": self._ledger.now(), "expires": expires}
        with self._ledger.writing() as connection:
            connection.execute(insert(tokens), row)

    def token(self, key: str) -> User | None:
        """Return the owner of a token; None if it has expired or is unknown, or its owner was deactivated."""
        alive = (tokens.c.expires.is_(None)) | (tokens.c.expires > self._ledger.now())
        chosen = select(users).join(tokens, tokens.c.name == users.c.name)
        with self._ledger.reading() as connection:
            found = connection.execute(chosen.where(tokens.c.id == key, alive, users.c.active == 1))
            row = found.mappings().one_or_none()
            return None if row is None else _user(row)

    def tokens(self, name: str) -> list[ApiToken]:
        """Return the tokens of a person, oldest first."""
        with self._ledger.reading() as connection:
            chosen = select(tokens).where(tokens.c.name == name).order_by(tokens.c.created, tokens.c.id)
            return [ApiToken(**row) for row in connection.execute(chosen).mappings()]

    def drop_token(self, key: str, name: str) -> None:
        """End one of a person's tokens."""
        with self._ledger.writing() as connection:
            connection.execute(delete(tokens).where(tokens.c.id == key, tokens.c.name == name))

    # ------------------------------------------------------------ settings

    def setting(self, name: str, key: str) -> str | None:
        """Return a setting of a person, or of the whole desk where the name is empty; None if it was never set."""
        c = settings.c
        with self._ledger.reading() as connection:
            chosen = select(c.value).where(c.account == name, c.name == key)
            return connection.execute(chosen).scalar_one_or_none()

    def set(self, name: str, key: str, value: str | None) -> None:
        """Keep a setting of a person, or of the whole desk where the name is empty; None takes it away."""
        name, c = rows.storable(name), settings.c
        with self._ledger.writing() as connection:
            connection.execute(delete(settings).where(c.account == name, c.name == key))
            if value is not None:
                row = {"account": name, "name": key, "value": rows.storable(value), "changed": self._ledger.now()}
                connection.execute(insert(settings), row)


def _find(connection: Connection, name: str, *, lock: bool = False) -> User | None:
    # Changes lock everybody's rows: of two admins who remove each other at once one must stay.
    if lock and connection.dialect.name == "postgresql":
        connection.execute(select(users.c.name).order_by(users.c.name).with_for_update()).all()
    row = connection.execute(select(users).where(users.c.name == name)).mappings().one_or_none()
    return None if row is None else _user(row)


def _user(row: object) -> User:
    values = dict(row)  # type: ignore[call-overload]
    return User(**{**values, "role": Role(values["role"]), "active": bool(values["active"])})
