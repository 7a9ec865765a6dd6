"""Read on Ray Data, locally or on a cluster: the raw documents are a dataset, a pool of actors reads them.

Results are the same as from any other runner, chunk by chunk. They should go to an archive, as one process writes and
many read. With `resume`, known articles of JSON Lines are not sent; other documents are, as their articles are unknown
before they are parsed, and reading them again adds nothing. Ray retries a document whose actor dies; one that takes
too long is ended by the worker process of its actor, and skipped.
"""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from onrecord.core.statement import Article
from onrecord.errors import RunnerError, SourceError
from onrecord.pipeline import AlreadyRead, BatchWriter, SerializedOutcome, StatementStore, failure_of, write_through
from onrecord.read import MetadataDefaults, raw_documents
from onrecord.runners.bounds import Bounds
from onrecord.runners.worker import Build, Task
from onrecord.runners.worker_pool import IsolatedReader

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook

CHUNK = 2_000  # pieces handed to Ray at a time: what the driver holds, and how far ahead it reads
BATCH = 8  # pieces an actor takes at a time


class _Actor:
    """Lead one worker process; Ray owns the actor, the worker holds the model."""

    def __init__(self, build: Build, bounds: Bounds) -> None:
        self._reader = IsolatedReader(build, bounds)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        outcomes = [self._reader.outcomes(Task(pickle.loads(one))) for one in batch["piece"]]
        return {"number": batch["number"], "outcomes": [pickle.dumps(some) for some in outcomes]}


def on_ray(
    sources: Iterable[str],
    build: Build,
    store: StatementStore | None = None,
    *,
    codebook: Codebook | None = None,
    reader: str = "",
    workers: int = 2,
    address: str | None = None,
    bounds: Bounds = Bounds(),
    defaults: MetadataDefaults | None = None,
    notes: Callable[[str], None] | None = None,
    resume: bool = False,
    reprints: bool = True,
) -> Generator[SerializedOutcome]:
    """Read sources on Ray with `workers` actors; `address` is a cluster's, by default one is started here.

    Results are yielded chunk by chunk in the order of the sources, as rows (see `in_workers`). `reader` names the
    version that `build` makes.
    """
    ray = _ray()
    report = notes or (lambda note: None)
    started = not ray.is_initialized()
    if started:
        start(ray, address, workers)
    writer = BatchWriter(store, codebook, reader, resume=resume, reprints=reprints)
    try:
        yield from write_through(
            _items(ray, sources, build, writer, workers, bounds, defaults or MetadataDefaults(), report), writer
        )
    finally:
        if started:
            ray.shutdown()


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else it tells its makers of every run
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise RunnerError("Ray is missing; pip install 'onrecord[ray]'") from error
    return ray


def start(ray: Any, address: str | None, workers: int) -> None:
    """Start Ray here, or join a cluster, and have it keep its steps to itself."""
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)  # it tells of every step
    try:
        if address is None:
            ray.init(num_cpus=workers + 1, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        else:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        line = " ".join(str(error).split())[:200]
        raise RunnerError(f"no Ray at {address or 'this machine'} ({line}); check --ray-address") from error
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False


def _items(
    ray: Any,
    sources: Iterable[str],
    build: Build,
    writer: BatchWriter,
    workers: int,
    bounds: Bounds,
    defaults: MetadataDefaults,
    notes: Callable[[str], None],
) -> Iterator[SerializedOutcome]:
    chunk: list[Any] = []
    for source in sources:
        for item in raw_documents(source, defaults=defaults, notes=notes):
            known = writer.known(item.id, item.text.id, item.name) if isinstance(item, Article) else None
            chunk.append(item if known is None else known)
            if len(chunk) >= CHUNK:
                yield from _chunk(ray, chunk, build, workers, bounds)
                chunk = []
    yield from _chunk(ray, chunk, build, workers, bounds)


def _chunk(ray: Any, chunk: list[Any], build: Build, workers: int, bounds: Bounds) -> Iterator[SerializedOutcome]:
    done: dict[int, list[SerializedOutcome]] = {}
    rows = []
    for number, item in enumerate(chunk):
        if isinstance(item, SourceError):
            done[number] = [failure_of(item)]
        elif isinstance(item, AlreadyRead):
            done[number] = [item]
        else:
            rows.append({"number": number, "piece": pickle.dumps(item)})
    if rows:
        dataset = ray.data.from_items(rows, override_num_blocks=max(1, min(len(rows) // BATCH, 8 * workers)))
        read = dataset.map_batches(
            _Actor,
            fn_constructor_kwargs={"build": build, "bounds": bounds},
            compute=ray.data.ActorPoolStrategy(size=workers),
            batch_size=BATCH,
            num_cpus=1,
        )
        for row in read.iter_rows():
            done[int(row["number"])] = pickle.loads(row["outcomes"])
    for number in range(len(chunk)):
        yield from done[number]
