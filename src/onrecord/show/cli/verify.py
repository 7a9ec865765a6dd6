"""Run `onrecord verify`: check that the ledger is as it was written."""

from __future__ import annotations

from dataclasses import asdict

import typer

from onrecord.show.cli.edge import FAILED, say
from onrecord.show.cli.ledgers import existing
from onrecord.show.cli.options import Output, OutputFormat, Store, flat
from onrecord.show.cli.output import counted, write_json, write_line, write_rows


@flat
def verify(store: Store, output: Output) -> None:
    """Check that the ledger is as it was written.

    Every quotation is compared with its text, every batch with its hash and the batch before it. The status is 1
    where anything does not hold. Keep the digest elsewhere: it changes with any byte of the ledger.
    """
    with existing(store) as ledger:
        report = ledger.verify()
    findings = [{"where": finding.where, "what": finding.what} for finding in report.findings]
    if output.format is OutputFormat.JSONL:
        write_json({"ledger": store.ledger, "ok": report.ok} | asdict(report))
    elif output.format is OutputFormat.CSV:
        write_rows(findings, ("where", "what"), OutputFormat.CSV)
    else:
        if findings:
            write_rows(findings, ("where", "what"), OutputFormat.TABLE)
        write_line(
            f"{store.ledger}: {'sound' if report.ok else counted(len(findings), 'fault')}; checked: "
            f"{counted(report.articles, 'article')}, {counted(report.statements, 'statement')}, "
            f"{counted(report.evidence, 'quotation')}, {counted(report.batches, 'batch')}"
        )
        write_line(f"digest {report.digest}")
    for note in report.notes:
        say(note)
    if not report.ok:
        raise typer.Exit(FAILED)
