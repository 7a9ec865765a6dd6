"""Show a progress bar on the standard error if it is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager as Context
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class ProgressBar:
    """Count what is done; `paused` hides the bar while results are printed to the same terminal."""

    def __init__(self, progress: Progress | None = None, task: TaskID | None = None) -> None:
        self._progress = progress
        self._task = task

    def step(self, number: int = 1) -> None:
        """Advance the bar."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task, number)

    def paused(self) -> Context[None]:
        """Return a context in which the terminal is free."""
        return nullcontext() if self._progress is None or not sys.stdout.isatty() else self._off()

    @contextmanager
    def _off(self) -> Iterator[None]:
        assert self._progress is not None
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()


@contextmanager
def bar(label: str, total: Callable[[], int | None]) -> Iterator[ProgressBar]:
    """Show a bar that vanishes at the end; `total`, called only if there is a bar, returns None if it is unknown."""
    if not sys.stderr.isatty():
        yield ProgressBar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        yield ProgressBar(progress, progress.add_task(label, total=total()))
