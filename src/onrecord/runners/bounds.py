"""Limit what one article may cost before it is skipped: wall time, and memory of its worker."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Limit the `seconds` of wall time for one article and the `megabytes` of a worker, including the model.

    A worker whose resident memory is above `level` megabytes after an article is replaced by a fresh one: what
    fragmentation and caches keep does not add up over a long run.
    """

    seconds: float = 60.0
    megabytes: int = 2_000
    level: int = 700


def limit_memory(megabytes: int) -> None:
    """Limit the memory of this process, beyond which MemoryError or a library's own error is raised. Linux only."""
    try:
        import resource
    except ImportError:  # Windows
        return
    # RLIMIT_DATA counts what is written to (since Linux 4.7); RLIMIT_AS would count mapped files and stacks too.
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * MEGABYTE, hard))


def resident(pid: int | None = None) -> int:
    """Return the resident memory of a process in megabytes, this one by default; 0 where it is unknown."""
    try:
        fields = Path(f"/proc/{pid or 'self'}/statm").read_text(encoding="ascii").split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") // MEGABYTE
    except (OSError, ValueError, IndexError):
        return 0


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """End this process by SIGALRM where the block takes longer.

    The signal's default action needs no Python code to run, so it ends a loop inside a C library that holds the
    interpreter's lock too, and does so where the driver is gone.
    """
    if not hasattr(signal, "setitimer"):  # Windows: the driver's own clock is the only one
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
