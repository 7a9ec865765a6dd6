"""Where it runs. One engine so far: this process, article after article.

A runner takes what `pipeline.run` takes and yields what it yields, so that the command line does not know which one
is at work and the rows in the ledger are the same whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from onrecord.pipeline import Failure, Result, build_pipeline, run

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook
    from onrecord.read import Given
    from onrecord.record import Ledger


def in_process(
    sources: Iterable[str],
    codebook: Codebook | None = None,
    ledger: Ledger | None = None,
    *,
    model: str | None = None,
    defaults: Given | None = None,
    notes: Callable[[str], None] | None = None,
) -> Iterator[Result | Failure]:
    """Read the sources in order, in this process; the models are loaded at the first article."""
    yield from run(sources, build_pipeline(codebook, model), ledger, defaults=defaults, notes=notes)
