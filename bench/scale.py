"""How runners scale: words/s of serial, processes and Ray on the same input in one run, what each adds, and memory.

Run as `python bench/scale.py [--words N] [--short N] [--workers N] [--only RUNNER] [--curve FILE]`. The input is made
of the sample corpus: its dispatches over and over, each with a number so that no two are the same article (`--words`,
in words), and single sentences of it (`--short`, in articles). Every runner writes to an archive of its own, and the
tables must be equal.

"Read" leaves out the start (processes and models; of Ray, Ray alone, as its results come in large pieces). Beside the
clock stands the processor time of the driver and of its workers, which other programs on the machine change less; the
load is printed for the same reason.

Memory is what a process holds for itself alone; pages of files (libraries, models) are left out, as the system drops
and loads them again at will. A run is flat where the line through its last three quarters does not rise. `--curve`
writes every sample to a file while the run goes on: articles read so far, process, MB for itself, MB with files.
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
from itertools import pairwise
from pathlib import Path
from statistics import linear_regression, mean
from typing import IO, Any

import psutil

RAY_STARTED: list[float] = []  # how long Ray itself took to start


@dataclass
class Watcher:
    """Samples memory and processor time of this process and all below it, twice a second."""

    curve: IO[str] | None = None
    articles: int = 0  # read so far
    memory: dict[int, list[tuple[int, float]]] = field(default_factory=dict)  # of a process: articles so far, MB
    resident: dict[int, float] = field(default_factory=dict)  # the most with files
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
                    memory = process.memory_info()
                    times = process.cpu_times()
                    command = " ".join(process.cmdline())
                except psutil.Error:
                    continue
                self.spent[process.pid] = times.user + times.system
                if process.pid == me.pid or "spawn_main" in command:
                    self._sample(process.pid, memory.rss / 2**20, getattr(memory, "shared", 0) / 2**20)

    def _sample(self, pid: int, resident: float, files: float) -> None:
        self.memory.setdefault(pid, []).append((self.articles, resident - files))
        self.resident[pid] = max(resident, self.resident.get(pid, 0.0))
        if self.curve is not None:
            who = "driver" if pid == os.getpid() else f"worker {pid}"
            print(
                self.articles, who, f"{resident - files:.2f}", f"{resident:.2f}", sep="\t", file=self.curve, flush=True
            )

    def lines(self) -> Iterator[str]:
        """What is to be said of each worker's memory and of this process's."""
        for pid, series in sorted(self.memory.items(), key=lambda one: one[0] == os.getpid()):
            read = [(at, used) for at, used in series if at > 0]
            if len(read) > 4 and (pid == os.getpid() or self.resident[pid] > 100):  # what Ray starts beside is small
                who = "driver" if pid == os.getpid() else "worker"
                yield f"{who} memory: {said(read)}; with files {self.resident[pid]:.0f} MB at most"


def said(series: list[tuple[int, float]]) -> str:
    """First and last quarter, the most, the tenths of a series of memory, and what it gains with an article."""
    used = [mb for _, mb in series]
    quarter, cuts = max(1, len(used) // 4), [n * len(used) // 10 for n in range(11)]
    tenths = ", ".join(f"{mean(used[low:high]):.1f}" for low, high in pairwise(cuts) if low < high)
    later = series[quarter:]
    places = [at for at, _ in later]
    rise = linear_regression(places, used[quarter:]).slope * 2**20 if len(set(places)) > 1 else 0.0
    return (
        f"{mean(used[:quarter]):.1f} MB in the first quarter, {mean(used[-quarter:]):.1f} in the last, "
        f"{max(used):.1f} at most; by tenths {tenths}; {rise:+.0f} bytes an article over the last three quarters"
    )


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


def measure(
    name: str, words: int, begin_run: Callable[[], Iterator[Any]], curve: IO[str] | None = None
) -> dict[str, float]:
    """One run of a runner; prints and returns its figures."""
    from onrecord.pipeline import Result, SerializedResult

    cpu_before = time.process_time()
    with Watcher(curve) as watcher:
        begin = time.perf_counter()
        first = 0.0
        for item in begin_run():
            assert isinstance(item, Result | SerializedResult), item
            first = first or time.perf_counter() - begin
            watcher.articles += 1
        total = time.perf_counter() - begin
        first = RAY_STARTED.pop() if name == "ray" else first
        time.sleep(0.6)
    mine = time.process_time() - cpu_before
    others = sum(spent for pid, spent in watcher.spent.items() if pid != os.getpid())
    print(
        f"{name:<12}{words / (total - first):8.0f} words/s read{words / total:8.0f} words/s in all{first:7.1f} s start"
        f"{mine:8.1f} s driver{others:8.1f} s workers   load {os.getloadavg()[0]:.1f}"
    )
    for line in watcher.lines():
        print(f"{'':<12}{line}")
    cpu = mine + others
    rate = words / (total - first)
    return {"rate": rate, "all": words / total, "driver": mine, "cpu": cpu, "articles": watcher.articles}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--words", type=int, default=60_000)
    parser.add_argument("--short", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="serial, processes or ray")
    parser.add_argument("--curve", type=argparse.FileType("w"), help="a file for every sample of memory")
    options = parser.parse_args()

    from onrecord import load_codebook
    from onrecord.pipeline import load, reader_version, run
    from onrecord.record import Archive
    from onrecord.runners import in_workers

    book = load_codebook(Path(str(resources.files("onrecord").joinpath("data/sample/straits.yaml"))))
    build = functools.partial(load, book)
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
                    found[runner] = measure(runner, words, starts[runner], options.curve)
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
