"""Speed of the analyses on one core: `python bench/analyse.py [FOLDER OF DNA DATABASES]`.

Prints, for each database that has a MANIFEST.tsv, the time of all its networks beside the milliseconds that DNA's own
exporter took for them, and the time and memory of a network and a matrix over a million invented statements. Times are
those of the processor, so that other programs on the machine do not count.
"""

from __future__ import annotations

import os

for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import csv  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from datetime import date  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

from onrecord.analyse.encoding import EncodedTable  # noqa: E402
from onrecord.analyse.network_types import Options  # noqa: E402
from onrecord.analyse.networks import events, network  # noqa: E402
from onrecord.analyse.positions import matrix  # noqa: E402
from onrecord.analyse.windows import blocks, series  # noqa: E402
from onrecord.exchange import dna  # noqa: E402

FIELDS = {"organization": "affiliation", "person": "speaker", "concept": "issue", "id(doc)": "article"}
MODES = {"onemode": "one", "twomode": "two", "eventlist": "events"}


def clock(work: Callable[[], object], repeat: int = 3) -> float:
    """The shortest of several runs, in seconds."""
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def options(row: dict[str, str]) -> Options:
    pairs: tuple[tuple[str, str], ...] = ()
    if row["excludeValues"] != "{}":
        field, values = row["excludeValues"].strip("{}").split("=", 1)
        pairs = ((FIELDS[field], values.strip("[]")),)
    inverted = row["invertValues"] == "true"
    return Options(
        mode=MODES[row["networkType"]],
        rows=FIELDS[row["variable1"]],
        columns=FIELDS[row["variable2"]],
        qualifier=None if row["qualifier"] == "null" else row["qualifier"],
        aggregate=row["qualifierAggregation"],
        normalise={"no": "none"}.get(row["normalization"], row["normalization"]),
        duplicates={"acrossrange": "all"}.get(row["duplicates"], row["duplicates"]),
        exclude=() if inverted else pairs,
        only=pairs if inverted else (),
        isolates=row["isolates"] == "true",
    )


def against_dna(folder: Path) -> None:
    """All networks of a manifest, coding the table included once, beside DNA's own milliseconds."""
    database = next(folder.glob("*.dna"))
    with (folder / "MANIFEST.tsv").open(encoding="utf-8", newline="") as handle:
        rows = [(options(row), row) for row in csv.DictReader(handle, delimiter="\t")]
    table = dna.table(dna.read(database))

    def static() -> None:
        coded = EncodedTable(table)
        for settings, row in rows:
            if row["timeWindow"] == "no":
                (events if settings.mode == "events" else network)(coded, settings)

    def windows() -> None:
        coded = EncodedTable(table)
        for settings, row in rows:
            window = f"{row['timeWindow']}:{row['windowSize']}"
            if row["timeWindow"] != "no" and row["kernel"] == "null":
                list(series(coded, settings, window))
            elif row["timeWindow"] != "no":
                list(blocks(coded, settings, window, kernel=row["kernel"]))

    for label, work, chosen in (("networks", static, "no"), ("time-window series", windows, "")):
        theirs = [float(row["ms"]) for _, row in rows if (row["timeWindow"] == "no") == (chosen == "no")]
        ours = clock(work, repeat=10) * 1000
        times = sum(theirs) / ours
        print(
            f"{folder.name}: {len(theirs)} {label}: {ours:.1f} ms, DNA {sum(theirs):.0f} ms, {times:.0f} times as fast"
        )


def invented(size: int) -> pl.DataFrame:
    """Statements of 500 actors on 100 issues in 150,000 articles over four years, without any pattern."""
    draw = np.random.default_rng(1)

    def names(prefix: str, count: int) -> pl.Series:
        pool = pl.Series([f"{prefix}{number:06}" for number in range(count)])
        return pool.gather(pl.Series(draw.integers(0, count, size)))

    article = draw.integers(0, 150_000, size)
    pool = pl.Series([f"{number:032x}" for number in range(150_000)])
    days = 18_000 + (article * 7919 % 1_460).astype(np.int32)
    frame = pl.DataFrame(
        {
            "id": pl.Series([f"{number:032x}" for number in range(size)]),
            "article": pool.gather(pl.Series(article)),
            "speaker": names("speaker", 500),
            "affiliation": names("state", 60),
            "issue": names("issue", 100),
            "outlet": names("outlet", 40),
            "stance": pl.Series(["support", "oppose", "mixed", "noncommittal", "none"]).gather(
                pl.Series(draw.integers(0, 5, size))
            ),
            "commitment": pl.Series(["CT+", "CT-", "PR+", "Uu"]).gather(pl.Series(draw.integers(0, 4, size))),
            "act": pl.Series(["state", "reject", "hope"]).gather(pl.Series(draw.integers(0, 3, size))),
            "confidence": draw.random(size),
            "date": pl.Series(days).cast(pl.Date),
        }
    )
    return frame.with_columns(pl.lit([], dtype=pl.List(pl.String)).alias("condition"))


def large(size: int = 1_000_000) -> None:
    table = invented(size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    settings = Options(rows="speaker", aggregate="subtract", normalise="average", duplicates="document")
    seconds = clock(lambda: network(table, settings), repeat=1)
    print(f"{size:,} statements, one-mode network, duplicates by document: {seconds:.2f} s")
    for rule in ("latest", "majority", "weighted"):
        seconds = clock(lambda rule=rule: matrix(table, rule=rule, as_of=date(2022, 1, 1)), repeat=1)
        print(f"{size:,} statements, matrix ({rule}) at a date: {seconds:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB, of which {before:.0f} MB were there with the invented table")


if __name__ == "__main__":
    shared = Path(os.environ.get("ONRECORD_SHARED", Path(__file__).parents[2] / "shared"))
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else shared / "data" / "dna"
    for manifest in sorted(root.glob("*/MANIFEST.tsv")):
        against_dna(manifest.parent)
    large()
