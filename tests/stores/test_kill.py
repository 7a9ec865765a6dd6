"""Claim: killed at any moment, a writer loses at most the batch it was writing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from ledger_samples import reading

from onrecord.record import Ledger

WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from ledger_samples import reading
from onrecord.record import Ledger
with Ledger(sys.argv[2]) as ledger:
    start = len(ledger.batches()) * 8
    print("ready", flush=True)
    for first in range(start, start + 80_000, 8):
        batch = ledger.add([reading(n) for n in range(first, first + 8)])
        print(batch.number, batch.digest, flush=True)
"""


def test_a_killed_writer_loses_at_most_the_unfinished_batch(url):
    """A writer killed at any moment loses at most its unfinished batch, and the ledger stays valid."""
    dice = random.Random(7)
    kept = 0
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(Path(__file__).parent), url],
            stdout=subprocess.PIPE, text=True, env=dict(os.environ),
        )  # fmt: skip
        with child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            # Anywhere in the making of a batch, in its transaction or in the commit.
            time.sleep(0.1 + dice.random() * 0.2)
            child.send_signal(signal.SIGKILL)
            said = [line.split() for line in child.stdout.read().splitlines()]
        # The last line may be half written.
        reported = [(int(line[0]), line[1]) for line in said if len(line) == 2 and len(line[1]) == 64]
        with Ledger(url) as ledger:
            report = ledger.verify()
            assert report.ok, report.findings
            there = {batch.number: batch.digest for batch in ledger.batches()}
            for number, digest in reported:
                assert there[number] == digest
            last = reported[-1][0] if reported else kept
            assert last <= report.batches <= last + 1
            assert report.statements == 16 * report.batches
            kept = report.batches
    assert kept > 5
    # Whoever starts again with everything adds only what is missing.
    with Ledger(url) as ledger:
        again = ledger.add([reading(n) for n in range((kept + 1) * 8)])
        assert (again.articles, again.statements) == (8, 16)
        assert ledger.verify().ok
