"""Run `onrecord train` and `onrecord evaluate`: train a tagger, and measure one."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from onrecord.errors import ModelError
from onrecord.extract import bundled_model
from onrecord.show.cli.edge import say
from onrecord.show.cli.options import Output, OutputFormat, flat
from onrecord.show.cli.output import write_json, write_line, write_rows

MISSING = "training needs PyTorch and more: pip install 'onrecord[train]'"


class Size(StrEnum):
    """List the training recipes."""

    SMALL = "small"
    BASE = "base"


class Precision(StrEnum):
    """List the precisions of matrix products in training."""

    BF16 = "bf16"
    F32 = "f32"


@flat
def train(
    output: Output,
    train: Annotated[Path, typer.Option(help="Articles with attributions, JSON Lines.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="Folder for the weights and the finished model (OUT/model).")],
    dev: Annotated[
        Path | None, typer.Option(help="Articles to report figures on at the end.", exists=True, dir_okay=False)
    ] = None,
    size: Annotated[Size, typer.Option(help="Which recipe: small is what the package brings.")] = Size.SMALL,
    start: Annotated[
        Path | None,
        typer.Option(help="Folder of the BERT or MPNet encoder to start from.", show_default="as the recipe says"),
    ] = None,
    own: Annotated[
        Path | None,
        typer.Option(help="Folder of gold cases to mix in.", exists=True, file_okay=False),
    ] = None,
    keep_out: Annotated[list[str] | None, typer.Option(help="Leave out cases whose ids begin so.")] = None,
    teacher: Annotated[
        Path | None,
        typer.Option(
            help="OUT of a larger model's training: learn from its answers too.", exists=True, file_okay=False
        ),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(
            help="A finished model: take its settings of decoding, and hold no article out.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed.")] = None,
    precision: Annotated[
        Precision, typer.Option(help="bf16 is up to three times as fast, or slower: try.")
    ] = Precision.BF16,
    threads: Annotated[int, typer.Option(help="Cores to use; another number gives slightly other weights.", min=1)] = 2,
) -> None:
    """Train a tagger from a corpus and write it as a folder for --model."""
    try:
        from onrecord.train.trainer import TrainingData, encoder_of, recipe_of
        from onrecord.train.trainer import train as run
    except ImportError as error:
        raise ModelError(f"{MISSING} ({error.name} is missing)") from error
    material = TrainingData(train, own, tuple(keep_out or ()), teacher, settings)
    recipe = recipe_of(size.value, seed, halved=precision is Precision.BF16, threads=threads)
    model = run(recipe, start or encoder_of(size.value), material, out, say)
    write_line(f"{model}: finished")
    if dev is not None:
        _report(model, dev, output.format)


@flat
def evaluate(
    output: Output,
    gold: Annotated[
        Path, typer.Argument(help="Articles with attributions, JSON Lines, or a folder of gold cases.", exists=True)
    ],
    model: Annotated[
        Path | None, typer.Option(help="Folder of a tagger.", show_default="the small one that comes with the package")
    ] = None,
) -> None:
    """Measure a tagger's attributions against gold: F1 by metric, and words a second."""
    _report(model or bundled_model(), gold, output.format)


def _report(model: Path, gold: Path, form: OutputFormat) -> None:
    from onrecord.train.evaluate import evaluate as run

    result = run(model, gold)
    if form is OutputFormat.JSONL:
        write_json({"articles": result.articles, "words_per_second": result.speed, "f1": result.figures})
        return
    write_rows([{"figure": name, "f1": value} for name, value in result.figures.items()], ("figure", "f1"), form)
    if form is OutputFormat.TABLE:
        write_line(f"{result.articles} articles, {result.words} words, {result.speed} words/s")
