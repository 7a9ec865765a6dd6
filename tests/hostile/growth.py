"""How the time of a function grows with its input: an estimate of the exponent that outliers do not move."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations
from statistics import median
from types import FrameType

MOST = 1.3
# Below, an input costs so little that nothing can be said of its growth, and nothing needs to be.
SIGNIFICANT_SECONDS = 0.004
POINTS = 4


def exponent(run: Callable[[int], object], *, start: int, most: int, enough: float, limit: float = 60.0) -> float:
    """Time `run` on doubling sizes and give the exponent of its growth, by the Theil-Sen estimator.

    Sizes double from `start` until a run takes `enough` seconds of processor time, or to `most`. The last `POINTS`
    significant times count; 0 where there are fewer than three.

    Raises:
        TimeoutError: one run took more than `limit` seconds, and twice as many as its size before would allow.
    """
    found: list[tuple[float, float]] = []
    size = start
    while size <= most:
        with at_most(limit):
            seconds = min(_timed(run, size) for _ in range(2 if not found or found[-1][1] < 0.1 else 1))
        found.append((math.log(size), seconds))
        if seconds >= enough:
            break
        size *= 2
    points = [(size, math.log(seconds)) for size, seconds in found if seconds >= SIGNIFICANT_SECONDS][-POINTS:]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2)]
    return median(slopes) if len(points) >= 3 else 0.0


def _timed(run: Callable[[int], object], size: int) -> float:
    begin = time.process_time()
    run(size)
    return time.process_time() - begin


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TimeoutError where the block takes longer; regular expressions heed the signal."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
