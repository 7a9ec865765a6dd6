"""How fast an archive goes into a ledger: `onrecord import archive/ --ledger …`, into PostgreSQL and into SQLite.

Run as `python bench/loading.py [--statements N] [--postgres URL]`. The archive is made of the sample corpus: what was
read in it, over and over, each time with another address. Without `--postgres` a server is started in a temporary
folder and stopped at the end (its `fsync` is off, as the disk is not what is measured). It is loaded twice: the second
time has to add nothing. Processor time of this program and of the server stand beside the clock's.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from importlib import resources
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "stores"))


def make(folder: Path, number: int) -> None:
    """An archive with so many statements, in files of some 20,000."""
    from onrecord import load_codebook
    from onrecord.pipeline import load
    from onrecord.read import read_articles
    from onrecord.record import Archive

    sample = Path(str(resources.files("onrecord").joinpath("data/sample")))
    book = load_codebook(sample / "straits.yaml")
    pipeline = load(book)
    results = [pipeline.read_article(article) for article in read_articles(sample / "straits.jsonl")]
    waiting, made, turn = [], 0, 0
    with Archive(folder) as archive:
        while made < number:
            for result in results:
                about = replace(result.article, url=f"https://example.org/{result.article.name}/{turn}")
                # Another address is another article, so the ids of its statements change with it.
                found = [replace(one, article=about, nested_in=None) for one in result.statements]
                waiting.append((about, found))
                made += len(found)
            turn += 1
            if sum(len(found) for _, found in waiting) > 20_000 or made >= number:
                archive.add(waiting, codebook=book, reader="bench")
                waiting.clear()


def load(name: str, folder: Path, url: str, server: psutil.Process | None) -> None:
    """Load the archive twice; prints the figures of the first time, and how long it takes to see that all is there."""
    from onrecord.record import Archive, Ledger

    def spent() -> float:
        return sum(sum(child.cpu_times()[:2]) for child in server.children()) if server is not None else 0.0

    with Archive(folder, create=False, read_only=True) as archive, Ledger(url) as ledger:
        theirs, mine, begin = spent(), time.process_time(), time.perf_counter()
        articles, statements = ledger.load(archive)
        total = time.perf_counter() - begin
        print(
            f"{name:<12}{statements / total:8.0f} statements/s ({statements} of {articles} articles in {total:.1f} s; "
            f"processor time {time.process_time() - mine:.1f} s here, {spent() - theirs:.1f} s the server; "
            f"load {os.getloadavg()[0]:.1f})"
        )
        begin = time.perf_counter()
        assert ledger.load(archive) == (0, 0), "loading again added something"
        print(f"{'':<12}again: nothing added, {time.perf_counter() - begin:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--statements", type=int, default=80_000)
    parser.add_argument("--postgres", default="", metavar="URL", help="an empty database")
    parser.add_argument("--only", default="", help="postgresql or sqlite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onrecord-load-") as name, ExitStack() as stack:
        folder = Path(name)
        make(folder / "archive", options.statements)
        if options.only != "sqlite":
            url, process = options.postgres, None
            if not url:
                from postgres_server import server

                place = stack.enter_context(server())
                process = psutil.Process(int((Path(place) / "data" / "postmaster.pid").read_text().split()[0]))
                url = f"postgresql://postgres@/postgres?host={place}"
            load("PostgreSQL", folder / "archive", url, process)
        if options.only != "postgresql":
            load("SQLite", folder / "archive", str(folder / "l.db"), None)


if __name__ == "__main__":
    main()
