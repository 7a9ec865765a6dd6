"""How slow this machine is just now, so that time limits in tests hold on a busy one too."""

from __future__ import annotations

import time

# What the loop below takes on a free core of 2020 (a 3 GHz x86 server).
NOMINAL_SECONDS = 0.045
MOST = 40.0


def slowness() -> float:
    """Give the wall time of a fixed piece of work as a multiple of a free core's; at least 1, at most `MOST`.

    The slowest of three tries counts, as the load may come in turns.
    """

    def once() -> float:
        begin = time.perf_counter()
        total = 0
        for number in range(700_000):
            total += number & 7
        return time.perf_counter() - begin

    return min(MOST, max(1.0, max(once() for _ in range(3)) / NOMINAL_SECONDS))


def scaled(seconds: float) -> float:
    """Give a time limit of a free machine as one of this machine."""
    return seconds * slowness()
