"""Run `onrecord read`: sources in, statements out, and into the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from onrecord.show.cli import llm_options as llm
from onrecord.show.cli.errors import is_quiet
from onrecord.show.cli.ledgers import adaptation_for, for_reading, given_codebook, last_codebook
from onrecord.show.cli.llm_options import LLMOptions
from onrecord.show.cli.options import Metadata, OutputOption, ReadingOptions, RunnerOptions, Store, flat


@flat
def read(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Files (text, HTML, JSON Lines, PDF, Word, WARC, zip, press exports), folders, -, or web addresses.",
        ),
    ],
    metadata: Metadata,
    reading: ReadingOptions,
    running: RunnerOptions,
    store: Store,
    output: OutputOption,
    larger: LLMOptions,
    adapted: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Read with this adaptation (`onrecord adapt`), or as shipped.  [default: what the ledger uses]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Read articles: find every statement, print it, and add it to the ledger.

    Sources that cannot be read are reported and skipped; the exit status is then 1. Reading the same article twice adds
    nothing: articles already in the ledger are skipped, so that a run that was stopped resumes where it was. With
    `--format jsonl` one statement a line is printed, in text order; with `--quiet` none, only the totals.
    """
    from onrecord.read import MetadataDefaults
    from onrecord.show.cli.reading import FailureReport, ReadingSettings, ReadingTally, read_all

    given = MetadataDefaults(
        title=metadata.title,
        outlet=metadata.outlet,
        published=metadata.date,
        url=metadata.url,
        encoding=metadata.encoding,
        allow_private=running.allow_private,
        any_language=running.any_language,
    )
    if reading.classifier is not None:
        from onrecord.core import plugins

        plugins.load(plugins.CLASSIFIERS, reading.classifier)  # a wrong name is said before anything is read
    codebook = given_codebook(reading.codebook)
    with for_reading(store, reading) as ledger, FailureReport.to(running.report) as report:
        tally = ReadingTally(None if is_quiet() else output.format, report)
        codebook = codebook or last_codebook(store, ledger)
        pipeline = llm.load(larger, codebook)
        if pipeline is not None:
            llm.announce(larger, sources, given, pipeline)
        adaptation = (
            adaptation_for(ledger, adapted, reading.model) if pipeline is None and reading.classifier is None else None
        )
        read_all(
            sources,
            tally,
            codebook,
            ledger,
            given,
            ReadingSettings(reading.model, running, pipeline, adaptation, reading.classifier),
        )
        if pipeline is not None:
            llm.report(llm.model_of(pipeline).tally)
    tally.end("not saved" if reading.no_save else f"saved in {store.ledger}")
