"""Run `onrecord train` and `onrecord evaluate`: train a tagger, and measure one."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.errors import ModelError
from onrecord.extract import bundled_model
from onrecord.show.cli import llm_options as llm
from onrecord.show.cli.errors import FAILED, say, say_error
from onrecord.show.cli.llm_options import LLMOptions
from onrecord.show.cli.options import OutputFormat, OutputOption, flat
from onrecord.show.cli.output import write_json, write_line, write_rows

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook
    from onrecord.pipeline import Pipeline
    from onrecord.train.evaluate import Evaluation

MISSING = "training needs PyTorch and more: pip install 'onrecord[train]'"


class RecipeSize(StrEnum):
    """List the training recipes."""

    SMALL = "small"
    BASE = "base"


class Precision(StrEnum):
    """List the precisions of matrix products in training."""

    BF16 = "bf16"
    F32 = "f32"


@flat
def train(
    output: OutputOption,
    train: Annotated[Path, typer.Option(help="Articles with attributions, JSON Lines.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="Folder for the weights and the finished model (OUT/model).")],
    dev: Annotated[
        Path | None, typer.Option(help="Articles to report figures on at the end.", exists=True, dir_okay=False)
    ] = None,
    size: Annotated[
        RecipeSize, typer.Option(help="Training recipe; small is that of the bundled model.")
    ] = RecipeSize.SMALL,
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
            help="Teacher for knowledge distillation: OUT of a larger model's training.", exists=True, file_okay=False
        ),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(
            help="A trained model whose decoding settings are used; no article is held out.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Random seed.")] = None,
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
    output: OutputOption,
    larger: LLMOptions,
    gold: Annotated[
        Path, typer.Argument(help="Articles with attributions, JSON Lines, or a folder of gold cases.", exists=True)
    ],
    model: Annotated[
        Path | None, typer.Option(help="Folder of a tagger.", show_default="the small one that comes with the package")
    ] = None,
    statements: Annotated[
        bool, typer.Option("--statements", help="Score whole statements with every field, of a folder of gold cases.")
    ] = False,
    codebooks: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the codebooks that the cases name.",
            show_default="GOLD/codebooks",
            exists=True,
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Score a reader against gold: a tagger's attributions, or whole statements, also those of a larger model (--llm).

    Attributions: F1 by metric in percent, and words a second. Statements: F1 of statements, cells and conditions, and
    for each field the percentage of statements in both that have the right value.
    """
    if larger.llm is None and not statements:
        _report(model or bundled_model(), gold, output.format)
        return
    if not gold.is_dir():
        raise typer.BadParameter("statements are scored on a folder of gold cases")
    from onrecord.train.evaluate import evaluate_statements

    def pipeline(codebook: Codebook) -> Pipeline:
        from onrecord.pipeline import load

        return llm.load(larger, codebook) or load(codebook, model)

    result = evaluate_statements(gold, codebooks or gold / "codebooks", pipeline)
    for name, reason in result.failed:
        say_error(f"{name}: {reason}")
    _write(result, output.format, "percent")
    if result.failed:
        raise typer.Exit(FAILED)


def _report(model: Path, gold: Path, form: OutputFormat) -> None:
    from onrecord.train.evaluate import evaluate as run

    _write(run(model, gold), form, "f1")


def _write(result: Evaluation, form: OutputFormat, unit: str) -> None:
    if form is OutputFormat.JSONL:
        write_json({"articles": result.articles, "words_per_second": result.speed, unit: result.figures})
        return
    write_rows([{"figure": name, unit: value} for name, value in result.figures.items()], ("figure", unit), form)
    if form is OutputFormat.TABLE:
        write_line(f"{result.articles} articles, {result.words} words, {result.speed} words/s")
