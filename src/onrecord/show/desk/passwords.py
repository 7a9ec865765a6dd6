"""Hash passwords by argon2id, make secrets of sessions and tokens, and limit guessing."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from onrecord.errors import LedgerError

SHORTEST = 10
MAX_LENGTH = 256  # argon2 takes time in the password's length, too


def hash_password(password: str) -> str:
    """Hash a password by argon2id.

    Raises:
        LedgerError: the password is too short or too long.
    """
    from argon2 import PasswordHasher

    if not SHORTEST <= len(password) <= MAX_LENGTH:
        raise LedgerError(f"a password has {SHORTEST} to {MAX_LENGTH} characters")
    return PasswordHasher().hash(password)


def verify_password(hashed: str | None, password: str) -> bool:
    """Tell whether a password matches its hash; takes as long without a hash, so that names cannot be probed."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    hasher = PasswordHasher()
    try:
        if hashed is None:
            hasher.hash(password[:MAX_LENGTH])
            return False
        return len(password) <= MAX_LENGTH and hasher.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


def new_secret(prefix: str = "") -> str:
    """Make a secret of 256 random bits, for a cookie or a token."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Hash a secret for storage. It has 256 random bits, so a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


ACCOUNT_FACTOR = 20  # an account may fail this many times as often from all addresses together as from one


class LoginThrottle:
    """Count failed logins within a window of seconds, by account and address together, and by account.

    A few failures hold back one account at one address, so that nobody else at the address has to wait. Very many
    failures of an account, from wherever, hold back the addresses from which nobody has entered it yet, so that its
    owner cannot be locked out from elsewhere.
    """

    def __init__(self, tries: int, window: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._tries = tries
        self._window = window
        self._clock = clock
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._entered: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, account: str, address: str) -> float:
        """Return the seconds before an account may be tried from an address, 0 where it is free."""
        pair, name = f"{account} {address}", f"{account} *"
        seconds = self.held(pair)
        if seconds == 0 and pair not in self._entered and self.count(name) >= ACCOUNT_FACTOR * self._tries:
            return self.held(name)
        return seconds

    def refused(self, account: str, address: str) -> None:
        """Note a failed try."""
        self.failed(f"{account} {address}")
        self.failed(f"{account} *")

    def entered(self, account: str, address: str) -> None:
        """Note a log-in: its failures there are forgotten, and the address is known for the account."""
        pair = f"{account} {address}"
        self.passed(pair)
        with self._lock:
            self._entered[pair] = None
            while len(self._entered) > 10_000:
                self._entered.popitem(last=False)

    def held(self, key: str) -> float:
        """Return the seconds to wait, 0 where another try is free."""
        with self._lock:
            recent = self._recent(key)
            return 0.0 if len(recent) < self._tries else max(0.0, recent[-self._tries] + self._window - self._clock())

    def count(self, key: str) -> int:
        """Return the failures of a key within the window."""
        with self._lock:
            return len(self._recent(key))

    def failed(self, key: str) -> None:
        """Note a failure."""
        with self._lock:
            self._failures[key] = [*self._recent(key), self._clock()][-ACCOUNT_FACTOR * self._tries :]
            self._failures.move_to_end(key)
            while len(self._failures) > 10_000:
                self._failures.popitem(last=False)

    def passed(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: str) -> list[float]:
        return [at for at in self._failures.get(key, []) if at > self._clock() - self._window]
