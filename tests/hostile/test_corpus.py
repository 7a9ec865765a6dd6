"""Each hostile file stands between two good articles: both are read, nothing takes long, nothing else is lost.

A sample by default; all files with ONRECORD_HOSTILE=all (`make hostile`).
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from onrecord.pipeline import Failure, Pipeline, Result, deserialize, load, run
from onrecord.record import Ledger
from onrecord.runners import Bounds, in_workers, worker
from tests.hostile.corpus import SAID, corpus
from tests.machine import scaled
from tests.made import ROOT
from tests.unit.show.cli.conftest import small_pipeline

ALL = os.environ.get("ONRECORD_HOSTILE") == "all"
FILES = list(corpus())
SAMPLE = FILES if ALL else FILES[::12]
SECONDS = 10.0
ADVICE = re.compile(r"; |left out, ")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
MEGABYTES = 1_000
PARTS = 8 if ALL else 1  # folders that the real command reads, one after the other


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A good article, a hostile file, a good article, and so on; good ones all differ."""
    folder = tmp_path_factory.mktemp("hostile")
    found = []
    for number, (name, data) in enumerate(SAMPLE):
        good = folder / f"good-{number:04}.txt"
        good.write_text(f"{SAID}It is good article {number}.", encoding="utf-8")
        hostile = folder / f"bad-{name}"
        hostile.write_bytes(data)
        found += [good, hostile]
    last = folder / "good-last.txt"
    last.write_text(f"{SAID}It is the last good article.", encoding="utf-8")
    return [*found, last]


def good(sources: list[Path]) -> list[str]:
    """Return the names of the readable sources."""
    return [path.name for path in sources if path.name.startswith("good")]


def check(failures: list[Failure]) -> None:
    """No failure is one of the program, and each says what to do."""
    wrong = ("internal error", "its worker", "it took more than", "needs more than")
    assert [one for one in failures if any(words in one.reason for words in wrong)] == []
    assert [one for one in failures if not one.ignored and not ADVICE.search(one.reason)] == []


def test_there_are_enough_hostile_files() -> None:
    """Claim: the corpus has at least 400 files, no two with the same name."""
    assert len(FILES) >= 400
    assert len({name for name, _ in FILES}) == len(FILES)


@pytest.mark.parametrize("workers", [1, 2] if ALL else [1])
def test_every_good_article_is_read_beside_hostile_files(sources: list[Path], tmp_path: Path, workers: int) -> None:
    """Claim: with the real models and a codebook in worker processes, as `onrecord read` has them, no good article is
    lost, and no source takes its worker more than ten seconds of processor time or a gigabyte.
    """
    from tests.web.conftest import CODEBOOK

    bounds = Bounds(seconds=scaled(60), megabytes=2_000)
    build = functools.partial(load_and_time, CODEBOOK, tmp_path)
    items = list(deserialize(in_workers([str(path) for path in sources], build, workers=workers, bounds=bounds)))
    read = [item.article.name for item in items if isinstance(item, Result)]
    failures = [item for item in items if isinstance(item, Failure)]
    costs = costs_of_sources(tmp_path)
    lost = [name for name in good(sources) if name not in read]
    slow = {name: seconds for name, seconds in costs if seconds > SECONDS}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    tell(f"{workers} workers", len(sources) // 2, len(lost), max(seconds for _, seconds in costs), peak, failures)
    assert lost == []
    assert [name for name in read if name.startswith("good-")] == good(sources)
    assert len({name for name, _ in costs}) >= len(sources) * 9 // 10  # others fail before a worker has them
    assert slow == {}
    assert peak < MEGABYTES
    check(failures)


def load_and_time(codebook: object, folder: Path) -> Pipeline:
    """Load the pipeline in a worker, and let the worker note what each task costs it in a file of its own.

    The time is the processor's, in the worker alone: it does not count what other workers do meanwhile. A core that
    shares its circuits with a busy one is slower all the same.
    """
    handle = worker._handle
    file = folder / f"{os.getpid()}.costs"

    def timed(task: worker.Task, *others: Any) -> bool:
        before = time.process_time()
        try:
            return handle(task, *others)
        finally:
            with file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps([worker.task_name(task), time.process_time() - before]) + "\n")

    worker._handle = timed
    return load(codebook)  # type: ignore[arg-type]


def costs_of_sources(folder: Path) -> list[tuple[str, float]]:
    """Return the name and the processor seconds of each task of the workers."""
    lines = [line for file in folder.glob("*.costs") for line in file.read_text(encoding="utf-8").splitlines()]
    return [(name, seconds) for name, seconds in map(json.loads, lines)]


def memory() -> float:
    """The most resident memory that a running worker process had, in megabytes."""
    found = [0.0]
    for child in psutil.Process().children():
        with contextlib.suppress(OSError):  # ended meanwhile
            status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
            found += [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")]
    return max(found)


def tell(way: str, inputs: int, lost: int, longest: float, peak: float, failures: list[Failure]) -> None:
    """Print the figures of a run, which `pytest -s` shows."""
    cut = [one for one in failures if "it took more than" in one.reason or "needs more than" in one.reason]
    cost = f"longest {longest:.1f} s of processor time, " if longest else ""
    print(
        f"{way}: {inputs} hostile inputs, {lost} good articles lost, {cost}peak {peak:.0f} MB, {len(failures)}"
        f" reported, {len(cut)} of them for their cost"
    )


def test_in_one_process_nothing_stops_the_rest(sources: list[Path]) -> None:
    """Claim: `onrecord.run`, which has no worker, loses no good article either."""
    items = list(run([str(path) for path in sources], small_pipeline()))  # type: ignore[arg-type]
    names = [item.article.name for item in items if isinstance(item, Result)]
    assert [name for name in names if name.startswith("good-")] == good(sources)
    check([item for item in items if isinstance(item, Failure)])


@pytest.mark.parametrize("part", range(PARTS))
def test_the_command_shows_no_traceback_and_no_control_character(
    sources: list[Path], tmp_path: Path, part: int
) -> None:
    """Claim: what the real command prints of a folder of hostile files is lines, and its status is 1."""
    folder = tmp_path / "files"
    folder.mkdir()
    size = 2 * -(-len(SAMPLE) // PARTS)  # each hostile file with the good one before it
    chosen = sources[part * size : (part + 1) * size]
    for path in chosen:
        (folder / path.name).symlink_to(path)
    command = [sys.executable, "-m", "onrecord", "read", str(folder), "--ledger", "l.db", "--format", "jsonl"]
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    done = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": paths},
        timeout=scaled(100 + 2 * len(chosen)),
        check=False,
    )
    said = done.stderr.decode()
    assert done.returncode == 1
    assert "Traceback" not in said
    assert "internal error" not in said
    assert "an error of the program" not in said
    assert CONTROL.findall(said) == []
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(isinstance(record, dict) for record in records)
    with Ledger(tmp_path / "l.db") as ledger:
        names = {article.name for article in ledger.articles()}
    assert set(good(chosen)) - names == set()
    lines = len(said.splitlines())
    print(f"part {part + 1}: {len(chosen) // 2} hostile files, {len(records)} statements, {lines} lines")


def test_the_desk_reads_the_good_uploads(sources: list[Path], tmp_path: Path) -> None:
    """Claim: uploaded together, hostile files cost the good ones nothing, and each is named with what to do."""
    pytest.importorskip("starlette", reason="the extra `desk` is not installed")
    from starlette.testclient import TestClient

    from onrecord.show.desk.app import create_app
    from onrecord.show.desk.settings import Limits, Settings
    from tests.web.conftest import token

    limits = Limits(article_seconds=scaled(60))
    app = create_app(Settings(ledger=str(tmp_path / "l.db"), coder="Ada", hosts=("testserver",), limits=limits))
    chosen = sources if ALL else sources[:41]
    said: list[Failure] = []
    slowest = peak = 0.0
    with TestClient(app) as client:
        for start in range(0, len(chosen), 150):
            part = chosen[start : start + 150]
            files = [("files", (path.name, path.read_bytes())) for path in part]
            sent = client.post(
                "/add", data={"csrf": token(client.get("/add").text)}, files=files, follow_redirects=False
            )
            assert sent.status_code == 303
            job = app.state.desk.jobs.get(int(sent.headers["location"].rpartition("/")[2]))
            until = time.monotonic() + scaled(120 + 5 * len(part))
            while not job.over and time.monotonic() < until:
                begin = time.monotonic()
                assert client.get("/health").status_code == 200
                slowest = max(slowest, time.monotonic() - begin)
                peak = max(peak, memory())
                time.sleep(0.5)
            assert job.state == "done"
            said += [
                Failure(event["source"], event["reason"]) for event in list(job.events) if event["kind"] == "failure"
            ]
        names = {article.name for article in app.state.desk.ledger.articles()}
    lost = set(good(chosen)) - names
    tell(f"desk, health within {slowest:.1f} s", len(chosen) // 2, len(lost), 0, peak, said)
    assert lost == set()
    assert peak < MEGABYTES
    check(said)
