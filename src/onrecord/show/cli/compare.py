"""Run `onrecord compare`: how far two readings of the same articles agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.show.cli.errors import say
from onrecord.show.cli.ledgers import existing, existing_ledger
from onrecord.show.cli.options import ListingOptions, QueryFormat, Store, flat
from onrecord.show.cli.output import counted, write_line
from onrecord.show.cli.queries import listing

if TYPE_CHECKING:
    from onrecord.core.statement import Statement


@flat
def compare(
    first: Annotated[str, typer.Argument(metavar="LEDGER", help="Reading to measure.")],
    second: Annotated[str, typer.Argument(metavar="REFERENCE", help="Ledger to compare with.")],
    to: ListingOptions,
    judged: Annotated[
        bool, typer.Option("--judged", help="Compare only with statements that a person entered or corrected.")
    ] = False,
    calibration: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the calibration of the first, for `read --llm-calibration`."),
    ] = None,
) -> None:
    """Compare two readings of the same articles, statement by statement and field by field.

    agree is the share of matched statements with the same value, alpha is Krippendorff's. Stances are compared where
    both have the same issue.
    """
    from onrecord.analyse.comparison import compare as run
    from onrecord.llm.field_confidence import confidences, write_confidences

    found = run(_statements(first), _statements(second, judged=judged))
    rows = [
        {"field": name, "pairs": field.pairs, "agree": field.share, "alpha": field.alpha}
        for name, field in found.fields.items()
    ]
    listing(rows, to, ("field", "pairs", "agree", "alpha"))
    if to.chosen() is QueryFormat.TABLE:
        score = "" if found.f1 is None else f", F1 {100 * found.f1:.1f} %"
        sums = f"statements: {found.first} and {found.second}, {found.matched} in both{score}"
        with to.opened(append=True):
            write_line(f"{counted(found.articles, 'article')} in both; {sums}")
    if not found.articles:
        say("the two ledgers have no article in common")
    if calibration is not None:
        write_confidences(calibration, confidences(found))
        say(f"{calibration}: shares of fields with at least 10 judged values")


def _statements(name: str, *, judged: bool = False) -> list[Statement]:
    with existing(Store(ledger=name)) as ledger:
        found = list(ledger.statements())
    if not judged:
        return found
    with existing_ledger(Store(ledger=name)) as ledger:
        return [one for one in found if any(c.new == one.id and c.coder for c in ledger.history(one.id))]
