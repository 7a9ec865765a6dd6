"""Worker processes: they read what one process reads, and whatever happens to one costs its article alone."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from onrecord.errors import ModelError, RunnerError
from onrecord.pipeline import AlreadyRead, Failure, Result, deserialize, run
from onrecord.record import Ledger
from onrecord.runners import Bounds, in_workers
from tests.machine import scaled
from tests.made import ROOT, TEXT
from tests.runners import poison

BOUNDS = Bounds(seconds=scaled(8.0), megabytes=700)


def lines(folder: Path, *extras: str) -> str:
    """JSON Lines with an article for each extra word."""
    path = folder / "articles.jsonl"
    rows = [json.dumps({"id": f"a{n}", "text": f"{TEXT} {n} {extra}"}) for n, extra in enumerate(extras)]
    path.write_text("\n".join(rows), encoding="utf-8")
    return str(path)


def read(source: str, ledger: Ledger | None = None, **options: Any) -> list[Any]:
    """Read a source in workers."""
    return list(deserialize(in_workers([source], poison.build, ledger, bounds=BOUNDS, **options)))


def rows(ledger: Ledger) -> list[tuple[str, str]]:
    """Return the ledger's rows in order."""
    return [(s.id, s.article.name) for s in ledger.statements()]


def test_the_rows_are_those_of_one_process(tmp_path: Path) -> None:
    """Same items in the same order, same rows in the same order."""
    source = lines(tmp_path, *([""] * 40))
    with Ledger(tmp_path / "one.db") as one, Ledger(tmp_path / "two.db") as two:
        expected = [type(item) for item in run([source], poison.build(), one)]
        items = read(source, two, workers=2)
        assert [type(item) for item in items] == expected
        assert rows(one) == rows(two)
        assert two.verify().ok


@pytest.mark.parametrize(
    ("poisoned", "reason"),
    [
        ("CRASH", "ended by SIGSEGV"),
        ("ABORT", "gave up, as with more than 700 MB; split it"),
        ("EXIT", "ended with status 7"),
        ("HANG-IN-C", "more than "),
        ("GREED", "more than 700 MB"),
        ("RAISE", "KeyError"),
    ],
)
def test_a_poisoned_article_is_set_aside_alone(tmp_path: Path, poisoned: str, reason: str) -> None:
    """An article that crashes, hangs or exhausts its worker is skipped with the reason; the others are read."""
    source = lines(tmp_path, "", "", poisoned, "", poisoned, "")
    with Ledger(tmp_path / "l.db") as ledger:
        items = read(source, ledger, workers=2)
        assert [type(item) for item in items] == [Result, Result, Failure, Result, Failure, Result]
        assert items[2].source == "a2"
        assert reason in items[2].reason
        assert "\n" not in items[2].reason
        assert [name for _, name in rows(ledger)] == ["a0", "a1", "a3", "a5"]


def test_a_stopped_worker_is_ended_by_the_driver(tmp_path: Path) -> None:
    """No alarm reaches a process that is stopped; the driver's clock does."""
    items = read(lines(tmp_path, "", "STOP", ""), workers=1)
    assert [type(item) for item in items] == [Result, Failure, Result]


def test_a_worker_killed_once_loses_nothing(tmp_path: Path) -> None:
    """Somebody kills a worker in the middle of an article: it is read once more, and counted once."""
    source = lines(tmp_path, "", f"ONCE {tmp_path / 'mark'} ", "")
    with Ledger(tmp_path / "l.db") as ledger:
        assert [type(item) for item in read(source, ledger, workers=2)] == [Result] * 3
        assert len(rows(ledger)) == 3


def test_a_worker_killed_as_it_starts_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is killed while it starts is started again, and everything is read."""
    monkeypatch.setenv("MARK", str(tmp_path / "mark"))
    items = list(deserialize(in_workers([lines(tmp_path, "", "")], poison.killed_once, workers=2, bounds=BOUNDS)))
    assert [type(item) for item in items] == [Result] * 2
    assert (tmp_path / "mark").exists()


def test_workers_killed_at_random_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """Killing workers at random loses no article and stores none twice."""
    source = lines(tmp_path, *(["SLOW"] * 60))
    over = threading.Event()

    def killer() -> None:
        for _ in range(3):
            if over.wait(0.6):
                return
            for child in psutil.Process().children():
                with contextlib.suppress(psutil.Error):  # gone meanwhile
                    if "spawn_main" in " ".join(child.cmdline()):
                        child.send_signal(signal.SIGKILL)
                        break

    thread = threading.Thread(target=killer)
    with Ledger(tmp_path / "l.db") as ledger:
        thread.start()
        items = read(source, ledger, workers=2)
        over.set()
        thread.join()
        assert [type(item) for item in items] == [Result] * 60
        assert [name for _, name in rows(ledger)] == [f"a{n}" for n in range(60)]
        assert ledger.verify().ok


def test_a_piece_of_many_articles_loses_only_the_poisoned_one(tmp_path: Path) -> None:
    """A `.json` list is opened in the worker; what comes after the article that kills it is read all the same."""
    path = tmp_path / "list.json"
    extras = ["", "CRASH", "", "HANG-IN-C", ""]
    path.write_text(json.dumps([{"id": f"a{n}", "text": f"{TEXT} {n} {extra}"} for n, extra in enumerate(extras)]))
    items = read(str(path), workers=1)
    assert [type(item) for item in items] == [Result, Failure, Result, Failure, Result]
    assert [item.source for item in items if isinstance(item, Failure)] == ["a1", "a3"]


def test_what_the_ledger_has_is_not_read_again(tmp_path: Path) -> None:
    """Cheaply: the poisoned extractor would notice. Another codebook or reader is another reading."""
    with Ledger(tmp_path / "l.db") as ledger:
        read(lines(tmp_path, "", ""), ledger, workers=1)
        items = read(lines(tmp_path, "", "", ""), ledger, workers=1, resume=True)
        assert [type(item) for item in items] == [AlreadyRead, AlreadyRead, Result]
        assert [type(i) for i in run([lines(tmp_path, "")], poison.build(), ledger, resume=True)] == [AlreadyRead]
        assert len(rows(ledger)) == 3


def test_closing_early_keeps_what_was_read_and_leaves_no_process(tmp_path: Path) -> None:
    """Closing the stream early keeps what was yielded and leaves no process behind."""
    with Ledger(tmp_path / "l.db") as ledger:
        source = lines(tmp_path, *(["SLOW"] * 50))
        stream = deserialize(in_workers([source], poison.build, ledger, workers=2, bounds=BOUNDS))
        next(stream)
        next(stream)
        stream.close()
        assert len(rows(ledger)) == 2
    left = [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]
    assert left == []


def test_workers_that_cannot_start_say_why(tmp_path: Path) -> None:
    """Workers whose pipeline cannot load, or that die at the start, end the run with the reason."""
    source = lines(tmp_path, "")
    with pytest.raises(ModelError, match="no usable tagger"):
        list(in_workers([source], poison.broken, workers=2))
    with pytest.raises(RunnerError, match="ended with status 3"):
        list(in_workers([source], poison.dying, workers=1))


DRIVER = """
import sys
from onrecord.record import Ledger
from onrecord.runners import Bounds, in_workers
from onrecord import pipeline
from tests.machine import scaled
from tests.runners import poison

if __name__ == "__main__":
    pipeline.BATCH_SECONDS = 0.3
    limit = int(sys.argv[3])
    if limit:
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    with Ledger(sys.argv[1]) as ledger:
        bounds = Bounds(seconds=scaled(5))
        items = in_workers([sys.argv[2]], poison.build, ledger, workers=2, bounds=bounds, resume=True)
        for item in pipeline.deserialize(items):
            print(type(item).__name__, flush=True)
"""


def drive(tmp_path: Path, source: str, limit: int = 0) -> subprocess.Popen[str]:
    """Start a driver in another process."""
    script = tmp_path / "driver.py"
    script.write_text(DRIVER)
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "l.db"), source, str(limit)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip


def test_a_killed_driver_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Killed twice in the middle, then run to the end: every statement once, and the workers die with their driver."""
    source = lines(tmp_path, *(["SLOW"] * 80))
    for wanted in (15, 20):
        with drive(tmp_path, source) as child:
            assert child.stdout is not None
            done = 0
            while done < wanted:
                line = child.stdout.readline()
                assert line, "the driver has ended"
                done += line == "Result\n"
            workers = [w for w in psutil.Process(child.pid).children() if "spawn_main" in " ".join(w.cmdline())]
            assert len(workers) == 2
            child.send_signal(signal.SIGKILL)
        _, alive = psutil.wait_procs(workers, timeout=scaled(10))
        assert alive == []
    with drive(tmp_path, source) as child:
        out, _ = child.communicate()
    words = out.split()
    assert len(words) == 80
    assert words.count("AlreadyRead") >= 10, "the first two runs wrote batches, which are not read again"
    with Ledger(tmp_path / "l.db") as ledger:
        assert sorted(name for _, name in rows(ledger)) == sorted(f"a{n}" for n in range(80))
        assert ledger.verify().ok


def test_a_full_disk_stops_the_run_and_loses_nothing(tmp_path: Path) -> None:
    """No byte can be added to a file of a certain size: the run ends with one line, and goes on with room."""
    source = lines(tmp_path, *(["x" * 2000] * 300))
    with drive(tmp_path, source, limit=400_000) as child:
        _, said = child.communicate(timeout=scaled(60))
    assert child.returncode == 1
    assert "LedgerError" in said.splitlines()[-1]
    with Ledger(tmp_path / "l.db") as ledger:
        assert ledger.verify().ok
        assert len(rows(ledger)) < 300
    with drive(tmp_path, source) as child:
        child.communicate(timeout=scaled(60))
    assert child.returncode == 0
    with Ledger(tmp_path / "l.db") as ledger:
        assert len(rows(ledger)) == 300
        assert ledger.verify().ok


def test_a_worker_that_the_system_does_not_start_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that is gone no process starts, and the error says so instead of a fault of the program."""
    source = lines(tmp_path, "")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(RunnerError, match=r"does not start .*; check that the current folder is there"):
        list(in_workers([source], poison.build))


def test_models_that_do_not_load_are_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An exception that nobody foresaw, raised while a worker loads its models, is one line and no traceback."""
    with pytest.raises(RunnerError, match=r"the models do not load \(KeyError: .*\); please report it"):
        list(in_workers([lines(tmp_path, "")], poison.unforeseen))
    assert "Traceback" not in capfd.readouterr().err
