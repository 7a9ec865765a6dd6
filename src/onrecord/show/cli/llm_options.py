"""Define the flags by which `onrecord read` asks a large language model, and summarize such a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.errors import LanguageModelError, SourceError
from onrecord.show.cli.errors import say

if TYPE_CHECKING:
    from onrecord.core.statement import Article
    from onrecord.lexicon import Codebook
    from onrecord.llm.completions import UsageCounts
    from onrecord.llm.llm_reader import LanguageModel
    from onrecord.pipeline import Pipeline
    from onrecord.read import MetadataDefaults

KEY = "ONRECORD_LLM_KEY"
CONFIRM_FROM = 50  # from this many questions on, the user is asked before a run


class LLMTask(StrEnum):
    """List what the large model can read."""

    MEANING = "meaning"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class LLMOptions:
    """Hold the options of reading with a large language model."""

    llm: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Read with this model of an OpenAI-compatible endpoint.  [default: none]"),
    ] = None
    llm_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help=f"The endpoint; its key is in ${KEY}.  [default: Ollama's, http://127.0.0.1:11434/v1]"
        ),
    ] = None
    llm_reads: Annotated[LLMTask, typer.Option(help="What the model reads: meaning only, or everything.")] = (
        LLMTask.MEANING
    )
    llm_answers: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder that caches its answers.")] = None
    llm_calibration: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Calibration of the model, as `onrecord compare` writes it.")
    ] = None
    llm_price: Annotated[
        str | None, typer.Option(metavar="IN:OUT", help="Prices of a million tokens, for the estimate.")
    ] = None
    llm_timeout: Annotated[float, typer.Option(min=1, metavar="SECONDS", help="The longest wait for an answer.")] = (
        120.0
    )
    yes: Annotated[bool, typer.Option("--yes", help="Start a long run of the language model without confirmation.")] = (
        False
    )


def load(options: LLMOptions, codebook: Codebook | None) -> Pipeline | None:
    """Load the pipeline that asks the larger model; None if none is named."""
    if options.llm is None:
        if options.llm_url is not None:
            raise typer.BadParameter("--llm-url needs --llm MODEL")
        return None
    from onrecord.llm import Endpoint, Mode, load_pipeline
    from onrecord.llm.endpoint import LOCAL
    from onrecord.llm.field_confidence import read_confidences

    shares = read_confidences(options.llm_calibration) if options.llm_calibration else None
    if shares is None:
        say("no --llm-calibration: every field counts as one half sure, so positions are unsure")
    endpoint = Endpoint(
        model=options.llm, url=options.llm_url or LOCAL, key=os.environ.get(KEY, ""), seconds=options.llm_timeout
    )
    if not endpoint.local:
        say(f"texts are sent to {endpoint.url}")
    return load_pipeline(
        endpoint, codebook, mode=Mode(options.llm_reads.value), answers=options.llm_answers, confidences=shares
    )


def announce(options: LLMOptions, sources: Sequence[str], given: MetadataDefaults, pipeline: Pipeline) -> None:
    """Say how long a run takes and what it costs, and ask before a long one where somebody can answer.

    Before a long run without kept answers one article is read, to measure the endpoint.
    """
    from onrecord.llm.estimate import estimate, measure

    if not all(Path(source).exists() for source in sources):
        say("no estimate: a source is an address or the standard input")
        return
    articles, model = _articles(sources, given), model_of(pipeline)
    found = estimate(articles, pipeline.codebook, model.answers)
    if found.questions > CONFIRM_FROM and found.seconds is None:
        try:
            size = measure(pipeline, articles[0], model.tally)
        except LanguageModelError as error:
            say(f"no estimate: {error}")
        else:
            found = estimate(articles, pipeline.codebook, model.answers, [size] if size else [])
    say(found.line(_prices(options.llm_price)))
    if (
        found.questions > CONFIRM_FROM
        and not options.yes
        and sys.stdin.isatty()
        and not typer.confirm("Begin?", err=True)
    ):
        raise typer.Abort


def report(tally: UsageCounts) -> None:
    """Say what the model was asked, and what of its answers was refused."""
    counts = tally.counts
    say(
        f"{counts['questions']} questions asked, {counts['kept answers']} answered from kept answers, "
        f"{counts['tokens in']} tokens in, {counts['tokens out']} out, {counts['invalid answers']} invalid answers"
    )
    for reason, number in sorted(tally.refused.items()):
        say(f"refused: {reason} ({number})")


def model_of(pipeline: Pipeline) -> LanguageModel:
    """Return the large model that a pipeline asks."""
    from onrecord.llm.llm_pipeline import MeaningReader
    from onrecord.llm.llm_reader import LanguageModel

    reader = pipeline.interpreter
    model = reader.model if isinstance(reader, MeaningReader) else reader
    if not isinstance(model, LanguageModel):
        raise LanguageModelError("this pipeline has no language model")
    return model


def _articles(sources: Sequence[str], given: MetadataDefaults) -> Sequence[Article]:
    from onrecord.read import read_articles

    found = (article for source in sources for article in read_articles(source, defaults=given))
    return [article for article in found if not isinstance(article, SourceError)]


def _prices(value: str | None) -> tuple[float, float] | None:
    if value is None:
        return None
    try:
        one, other = (float(part) for part in value.split(":"))
    except ValueError as error:
        raise typer.BadParameter(f"{value!r} is not IN:OUT, two prices for a million tokens") from error
    return one, other
