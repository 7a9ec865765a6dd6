"""Run `onrecord demo`: everything on the bundled sample."""

from __future__ import annotations

import math
import tempfile
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from onrecord.core.statement import Stance, Statement
from onrecord.show.cli.errors import say
from onrecord.show.cli.explain import write_statement
from onrecord.show.cli.matrix import write_matrix
from onrecord.show.cli.options import OutputFormat, OutputOption, flat
from onrecord.show.cli.output import counted, write_line

TOP = 12
LEAST = 0.65  # of a position that the demo shows: more of them than by default, which is said
ARTICLES, CODEBOOK = "straits.jsonl", "straits.yaml"


@flat
def demo(
    output: OutputOption,
    ledger: Annotated[
        str | None, typer.Option(metavar="PATH", help="Keep the ledger here.  [default: a temporary one]")
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Only copy the sample articles and codebooks to this folder."),
    ] = None,
) -> None:
    """Read a bundled sample and show the position matrix and one statement with its evidence.

    The sample consists of articles about an invented dispute. JSON Lines and CSV give the matrix alone.
    """
    if write is not None:
        _copy_sample(write)
        return
    from onrecord.analyse.positions import matrix
    from onrecord.lexicon import load_codebook
    from onrecord.read import MetadataDefaults
    from onrecord.record import Ledger, Query
    from onrecord.show.cli.reading import ReadingTally, read_all
    from onrecord.view import current

    with ExitStack() as stack:
        folder = stack.enter_context(resources.as_file(resources.files("onrecord") / "data" / "sample"))
        place = ledger or str(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onrecord-"))) / "demo.db")
        codebook = load_codebook(folder / CODEBOOK)
        book = stack.enter_context(Ledger(place))
        tally = ReadingTally(None)
        read_all([str(folder / ARTICLES)], tally, codebook, book, MetadataDefaults())
        found = matrix(current(book, min_confidence=LEAST).utterances)
        statements = list(book.statements(Query()))
        if output.format is OutputFormat.TABLE:
            sums = f"{counted(len(statements), 'statement')} in {counted(tally.articles, 'article')}"
            write_line(f"{sums}. Where each party stands (latest; positions at {LEAST:g} or more):\n")
        write_matrix(found, output.format, top=TOP if output.format is OutputFormat.TABLE else None)
        if output.format is OutputFormat.TABLE and statements:
            write_line("\nOne statement with its evidence:\n")
            write_statement(_most_illustrative(statements))
        tally.end(f"saved in {ledger}" if ledger else "give --ledger PATH to keep them")


def _copy_sample(folder: Path) -> None:
    """Copy the sample files to a folder; files that are there already stay as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    sample = resources.files("onrecord") / "data" / "sample"
    for source in sorted(sample.iterdir(), key=lambda one: one.name):
        target = folder / source.name
        if target.exists():
            say(f"{target}: exists, not overwritten")
            continue
        target.write_bytes(source.read_bytes())
        write_line(str(target))


def _most_illustrative(statements: list[Statement]) -> Statement:
    """Choose the most instructive statement: a confident position, preferably through a chain or under a condition."""

    def worth(one: Statement) -> tuple[bool, float, str]:
        sure = math.prod(judgement.confidence for _, judgement in one.judgements())
        more = 1.0 + bool(one.condition.value) + bool(one.chain.value)
        takes_side = one.speaker.value is not None and one.stance.value in (Stance.SUPPORT, Stance.OPPOSE)
        return takes_side, sure * more, one.id

    return max(statements, key=worth)
