"""Run `onrecord verify`: check that the ledger is as it was written."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from onrecord.show.cli.errors import FAILED, say
from onrecord.show.cli.ledgers import existing
from onrecord.show.cli.options import ListingOptions, QueryFormat, Store, flat
from onrecord.show.cli.output import counted, write_line
from onrecord.show.cli.queries import listing, record

if TYPE_CHECKING:
    from onrecord.record import VerificationReport


@flat
def verify(store: Store, to: ListingOptions) -> None:
    """Verify the ledger's integrity.

    Every quotation is compared with its text, every batch with its hash and the batch before it. The status is 1
    where anything does not hold. Articles that `onrecord forget` erased are reported, and are no fault: their hashes
    still hold. Keep the digest elsewhere: it changes with any byte of the ledger.
    """
    with existing(store) as ledger:
        report = ledger.verify()
    findings = [{"where": finding.where, "what": finding.what} for finding in report.findings]
    if not record({"ledger": store.ledger, "ok": report.ok} | asdict(report), to):
        table = to.chosen() is QueryFormat.TABLE
        if findings or not table:
            listing(findings, to, ("where", "what"))
        if table:
            _write_sums(store, report, to)
    for note in report.notes:
        say(note)
    if not report.ok:
        raise typer.Exit(FAILED)


def _write_sums(store: Store, report: VerificationReport, to: ListingOptions) -> None:
    faults = len(report.findings)
    lines = (
        f"{store.ledger}: {'sound' if report.ok else counted(faults, 'fault')}; checked: "
        f"{counted(report.articles, 'article')}, {counted(report.statements, 'statement')}, "
        f"{counted(report.evidence, 'quotation')}, {counted(report.batches, 'batch')}"
        + (f"; redacted: {counted(report.redacted, 'article')}" if report.redacted else ""),
        f"digest {report.digest}",
    )
    with to.opened(append=faults > 0):
        for line in lines:
            write_line(line)
