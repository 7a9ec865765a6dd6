"""How runners scale: words/s of serial, processes and Ray on the same input in one run, what each adds, and memory.

Run as `python bench/scale.py [--words N] [--short N] [--workers N] [--only RUNNER]`. The input is made of the sample
corpus: its dispatches over and over, each with a number so that no two are the same article (`--words`, in words), and
single sentences of it (`--short`, in articles). Every runner writes to an archive of its own, and the tables must be
equal.

"Read" leaves out the start (processes and models; of Ray, Ray alone, as its results come in large pieces). Beside the
clock stands the processor time of the driver and of its workers, which other programs on the machine change less; the
load is printed for the same reason.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import psutil

RAY_STARTED: list[float] = []  # how long Ray itself took to start


@dataclass
class Watcher:
    """Samples resident memory and processor time of this process and all below it, twice a second."""

    start: float = field(default_factory=time.monotonic)
    memory: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    spent: dict[int, float] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Watcher:
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self.thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self.over.wait(0.5):
            for process in [me, *me.children(recursive=True)]:
                try:
                    used = process.memory_info().rss / 2**20
                    times = process.cpu_times()
                    command = " ".join(process.cmdline())
                except psutil.Error:
                    continue
                self.spent[process.pid] = times.user + times.system
                if process.pid == me.pid or "spawn_main" in command:
                    self.memory.setdefault(process.pid, []).append((time.monotonic() - self.start, used))

    def workers(self) -> list[list[float]]:
        """Each worker's memory over time, in MB, from when it has loaded its models."""
        found = [[used for _, used in series] for pid, series in self.memory.items() if pid != os.getpid()]
        return [[used for used in series if used > 100] for series in found if max(series) > 100]

    def driver(self) -> list[float]:
        """This process's memory over time, in MB."""
        return [used for _, used in self.memory.get(os.getpid(), [])]


def source(folder: Path, words: int, short: int) -> tuple[Path, int, int]:
    """JSON Lines with so many words, and so many single sentences; the path, the words and the articles."""
    sample = resources.files("onrecord").joinpath("data/sample/straits.jsonl")
    records = [json.loads(line) for line in sample.read_text(encoding="utf-8").splitlines() if line.strip()]
    sentences = [s for record in records for s in re.split(r"(?<=[.!?”])\s+", record["text"]) if len(s.split()) > 8]
    path, made, articles = folder / f"input-{words}-{short}.jsonl", 0, 0
    with path.open("w", encoding="utf-8") as out:
        for number, record in enumerate(itertools.cycle(records)):
            if made >= words:
                break
            text = f"{record['text']}\n\nDispatch {number}."
            out.write(json.dumps(record | {"id": f"{record['id']}-{number}", "text": text}) + "\n")
            made += len(text.split())
            articles += 1
        for number, sentence in zip(range(short), itertools.cycle(sentences), strict=False):
            text = f"{sentence} Dispatch {number}."
            out.write(json.dumps({"id": f"short-{number}", "published": "2026-03-01", "text": text}) + "\n")
            made += len(text.split())
            articles += 1
    return path, made, articles


def measure(name: str, words: int, begin_run: Callable[[], Iterator[Any]]) -> dict[str, float]:
    """One run of a runner; prints and returns its figures."""
    from onrecord.pipeline import Packed, Result

    cpu_before = time.process_time()
    articles = 0
    with Watcher() as watcher:
        begin = time.perf_counter()
        first = 0.0
        for item in begin_run():
            assert isinstance(item, Result | Packed), item
            first = first or time.perf_counter() - begin
            articles += 1
        total = time.perf_counter() - begin
        first = RAY_STARTED.pop() if name == "ray" else first
        time.sleep(0.6)
    mine = time.process_time() - cpu_before
    others = sum(spent for pid, spent in watcher.spent.items() if pid != os.getpid())
    print(
        f"{name:<12}{words / (total - first):8.0f} words/s read{words / total:8.0f} words/s in all{first:7.1f} s start"
        f"{mine:8.1f} s driver{others:8.1f} s workers   load {os.getloadavg()[0]:.1f}"
    )
    for who, series in [*(("worker", one) for one in watcher.workers()), ("driver", watcher.driver())]:
        quarter = max(1, len(series) // 4)
        print(
            f"{'':<22}{who} memory: {sum(series[:quarter]) / quarter:.0f} MB in the first quarter, "
            f"{sum(series[-quarter:]) / quarter:.0f} MB in the last, {max(series):.0f} MB at most"
        )
    cpu = mine + others
    return {"rate": words / (total - first), "all": words / total, "driver": mine, "cpu": cpu, "articles": articles}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--words", type=int, default=60_000)
    parser.add_argument("--short", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="serial, processes or ray")
    options = parser.parse_args()

    from onrecord import load_codebook
    from onrecord.pipeline import build_pipeline, reader_version, run
    from onrecord.record import Archive
    from onrecord.runners import in_workers

    book = load_codebook(Path(str(resources.files("onrecord").joinpath("data/sample/straits.yaml"))))
    build = functools.partial(build_pipeline, book)
    with tempfile.TemporaryDirectory(prefix="onrecord-scale-") as name:
        folder = Path(name)
        path, words, articles = source(folder, options.words, options.short)
        print(
            f"{words} words in {articles} articles; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
        )
        found, tables = {}, {}
        for runner in ("serial", "processes", "ray"):
            if options.only and runner != options.only:
                continue
            with Archive(folder / runner) as archive:
                starts: dict[str, Callable[[], Iterator[Any]]] = {
                    "serial": lambda archive=archive: run([str(path)], build(), archive),
                    "processes": lambda archive=archive: in_workers(
                        [str(path)], build, archive, codebook=book, workers=options.workers
                    ),
                    "ray": lambda archive=archive: _ray(path, build, archive, book, options.workers, reader_version()),
                }
                try:
                    found[runner] = measure(runner, words, starts[runner])
                except ImportError as error:
                    print(f"{runner:<22}left out: {error}")
                    continue
                tables[runner] = archive.table()
    first = next(iter(tables.values()))
    assert all(table.equals(first) for table in tables.values()), "the runners' rows differ"
    print(f"the same {first.height} rows from each")
    report(found, options.workers)


def report(found: dict[str, dict[str, float]], workers: int) -> None:
    """What the figures of several runners say of each other."""
    serial, many = found.get("serial"), found.get("processes")
    for name, one in found.items():
        if serial is None or name == "serial":
            continue
        print(
            f"{name} / serial: {one['rate'] / serial['rate']:.2f} times the words/s by the clock, "
            f"{one['all'] / serial['all']:.2f} times with the start; processor time {one['cpu']:.1f} s against "
            f"{serial['cpu']:.1f} s, an overhead of {100 * (one['cpu'] / serial['cpu'] - 1):.0f}%, "
            f"so at most {workers * serial['cpu'] / one['cpu']:.2f} times on {workers} free cores"
        )
    if many is not None:
        each = 1e3 * many["driver"] / many["articles"]
        print(
            f"the driver spends {each:.2f} ms of processor time on an article, a worker "
            f"{1e3 * (many['cpu'] - many['driver']) / many['articles']:.2f} ms: one driver can lead "
            f"{(many['cpu'] - many['driver']) / many['driver']:.0f} workers"
        )


def _ray(path: Path, build: Any, archive: Any, book: Any, workers: int, reader: str) -> Iterator[Any]:
    from onrecord.errors import RunnerError
    from onrecord.runners.on_ray import on_ray, start

    try:
        import ray
    except ImportError as error:
        raise ImportError("Ray is not installed") from error
    import ray.data

    begin = time.perf_counter()
    start(ray, None, workers)
    RAY_STARTED.append(time.perf_counter() - begin)
    try:
        yield from on_ray([str(path)], build, archive, codebook=book, reader=reader, workers=workers)
    except RunnerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
