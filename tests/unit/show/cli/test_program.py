"""The program as it is started: status, pipes, signals and the time it takes to answer."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.machine import scaled

PROGRAM = [sys.executable, "-c", "from onrecord.show.cli import main; main()"]


def start(*arguments: str, folder: Path, **options: object) -> subprocess.Popen[bytes]:
    """Start the program."""
    return subprocess.Popen(
        [*PROGRAM, *arguments], cwd=folder, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE, **({"stdout": subprocess.PIPE} | options),  # type: ignore[call-overload]
    )  # fmt: skip


def finish(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    """Wait for the program and return status, output and errors."""
    out, err = process.communicate(timeout=scaled(120))
    assert "Traceback" not in err.decode()
    assert "Exception ignored" not in err.decode()
    return process.returncode, (out or b"").decode(), err.decode()


def call(*arguments: str, folder: Path) -> tuple[int, str, str]:
    """Run the program."""
    return finish(start(*arguments, folder=folder))


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """Write an article."""
    text = "PORT ANSEL, March 3 (Continental Wire) - “We want the ferry back,” Mayor Ida Orr said on Monday.\r\n"
    path = tmp_path / "a.txt"
    path.write_bytes((text * 3).encode())
    return path


def test_read_and_ask_end_to_end(article: Path, tmp_path: Path) -> None:
    """Reading, querying and verifying work from end to end."""
    status, out, err = call("read", "a.txt", "none.txt", "--format", "jsonl", folder=tmp_path)
    assert status == 1
    assert "onrecord: none.txt: no such file" in err
    records = [json.loads(line) for line in out.splitlines()]
    assert records
    text = article.read_bytes().decode()
    for record in records:
        assert " … ".join(text[start:end] for start, end in record["content"]) == record["quote"]
    status, out, _ = call("statements", "--format", "jsonl", "--outlet", "Continental Wire", folder=tmp_path)
    assert status == 0
    assert sorted(out.splitlines()) == sorted(json.dumps(record, ensure_ascii=False) for record in records)
    assert call("verify", folder=tmp_path)[0] == 0


def test_a_reader_that_goes_away_is_no_error(article: Path, tmp_path: Path) -> None:
    """A reader that closes the pipe early is no error."""
    line = json.dumps({"text": "“We want the ferry back,” Mayor Ida Orr said on Monday."})
    (tmp_path / "many.jsonl").write_text("\n".join([line] * 2000))
    process = start("read", "many.jsonl", "--no-save", "--format", "jsonl", folder=tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"{")
    process.stdout.close()
    begun = time.monotonic()
    assert process.stderr is not None
    err = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(timeout=scaled(120)) == 141
    assert time.monotonic() - begun < scaled(20)
    assert err.splitlines() == ["onrecord: no --codebook: issues and stances stay open"]


def test_help_to_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    """Help to a closed pipe prints no error."""
    reader, writer = os.pipe()
    os.close(reader)
    process = start("--help", folder=tmp_path, stdout=writer)
    os.close(writer)
    _, _, err = finish(process)
    assert err == ""


def test_ctrl_c_ends_cleanly_and_keeps_what_was_read(article: Path, tmp_path: Path) -> None:
    """Ctrl-C ends a run cleanly and keeps what was read."""
    process = start("read", "a.txt", "-", "--format", "jsonl", folder=tmp_path, stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"{")
    time.sleep(1.0)  # it now waits for the standard input
    process.send_signal(signal.SIGINT)
    status, _, err = finish(process)
    assert status == 130
    assert "stopped" in err
    status, out, _ = call("statements", "--format", "jsonl", folder=tmp_path)
    assert status == 0
    assert out


def test_ctrl_c_at_once(tmp_path: Path) -> None:
    """Ctrl-C right after the start ends the program."""
    process = start("read", "-", "--no-save", folder=tmp_path, stdin=subprocess.PIPE)
    time.sleep(0.25)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=scaled(60))
    assert process.returncode in {130, -signal.SIGINT}


def test_debug_shows_the_traceback_and_nothing_else_does(tmp_path: Path) -> None:
    """Only `--debug` shows a traceback."""
    status, _, err = call("statements", folder=tmp_path)
    assert (status, len(err.splitlines())) == (1, 1)
    process = start("statements", "--debug", folder=tmp_path)
    _, err_bytes = process.communicate(timeout=scaled(60))
    assert process.returncode == 1
    assert b"Traceback" in err_bytes
    assert b"LedgerError" in err_bytes


def test_the_version(tmp_path: Path) -> None:
    """`--version` prints the version."""
    from onrecord import __version__

    assert call("--version", folder=tmp_path) == (0, f"onrecord {__version__}\n", "")


def test_help_answers_at_once_and_loads_nothing_heavy(tmp_path: Path) -> None:
    """`--help` imports no array, table, model or database library, and takes little longer than Typer alone."""
    code = (
        "import sys; sys.argv = ['onrecord', '--help']\n"
        "from onrecord.show.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'spacy', 'polars', 'numpy', 'sqlalchemy', 'trafilatura', 'yaml', 'rich', 'charset_normalizer'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment, check=True, timeout=scaled(60)
    )
    assert found.stdout.splitlines()[-1] == b"[]"
    help_times, bare_times = [], []
    for _ in range(5):
        begun = time.perf_counter()
        assert call("--help", folder=tmp_path)[0] == 0
        help_times.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import typer"], env=environment, check=True, timeout=scaled(60))
        bare_times.append(time.perf_counter() - begun)
    # Against a program that only imports Typer on the same machine, under the same load.
    assert min(help_times) < 6 * min(bare_times)


def test_on_a_terminal_there_is_colour_and_a_bar_and_all_words(article: Path, tmp_path: Path) -> None:
    """On a terminal output has colour, a progress bar and untruncated words."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "read", "a.txt", "--no-save"], cwd=tmp_path, stdout=slave, stderr=slave,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm-256color", "COLUMNS": "60"},
    )  # fmt: skip
    os.close(slave)
    shown = b""
    try:
        while chunk := os.read(master, 65536):
            shown += chunk
    except OSError:  # how a pseudo-terminal says that it has ended
        pass
    os.close(master)
    assert process.wait(timeout=scaled(60)) == 0
    assert b"reading" in shown
    assert b"\x1b[" in shown
    words = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).split()
    assert "We want the ferry back" in " ".join(words)
