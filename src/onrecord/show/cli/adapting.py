"""Run `onrecord adapt`: refit the heads' last layers on people's judgements in a ledger."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord.show.cli.errors import say
from onrecord.show.cli.options import OutputOption, Store, flat
from onrecord.show.cli.output import write_rows

if TYPE_CHECKING:
    from onrecord.classify import Adaptation

FIGURES = (
    "field", "judged", "right before", "right after", "log loss before", "log loss after", "calibration error before",
    "calibration error after", "refitted",
)  # fmt: skip


@flat
def adapt(
    store: Store,
    output: OutputOption,
    name: Annotated[
        str | None, typer.Argument(help="What to call the new adaptation, or one to use.  [default: list them]")
    ] = None,
    use: Annotated[
        bool, typer.Option("--use", help="Use it for this ledger from now on; `shipped` is the bundled calibration.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print figures only; save nothing.")] = False,
    coder: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name recorded with it.  [default: your login]", show_default=False),
    ] = None,
) -> None:
    """Refit the last layer of each field on the judgements in a ledger, and keep it under a name.

    Prints the gain on judgements of held-out articles (cross-validation in five folds by article). A field without a
    gain stays as shipped. Needs 100 judged statements or more. What is in the ledger stays as it was
    read; `onrecord read --again` reads it again.
    """
    from onrecord.record import Adaptations, Ledger
    from onrecord.record.desk.adaptations import SHIPPED, check_name
    from onrecord.train import adapt as refit

    with Ledger(store.ledger, create=False) as ledger:
        adaptations = Adaptations(ledger)
        known = {one.adaptation.name: one for one in adaptations.all()}
        if name is None:
            used = adaptations.used
            rows = [
                {"name": one.adaptation.name, "fields": ", ".join(one.adaptation.fields), "coder": one.coder,
                 "created": one.created, "used": used is not None and used.name == one.adaptation.name}
                for one in known.values()
            ]  # fmt: skip
            write_rows(rows, ("name", "fields", "coder", "created", "used"), output.format)
            return
        if name not in known and name != SHIPPED:
            check_name(name)
            made = refit.adapt(ledger, name)
            write_rows(figures(made), FIGURES, output.format)
            if dry_run or not made.fields:
                say("nothing was kept" if made.fields else "no field gains on held-out judgements; nothing was kept")
                return
            adaptations.keep(made, coder=coder or getpass.getuser())
            say(f"kept as {name}; refitted: {', '.join(made.fields)}")
        elif not use:
            raise typer.BadParameter(f"{name} is there already; give another name, or --use")
        if use:
            adaptations.use(name)
            say(f"this ledger is read with {name} from now on")


def figures(made: Adaptation) -> list[dict[str, Any]]:
    """Return the held-out figures, a row a field."""
    return [{"field": field, **values} for field, values in made.figures.items()]
