"""Assemble the program from its commands."""

from __future__ import annotations

from typing import Annotated

import typer

from onrecord.show.cli import (
    adapting,
    assistant,
    changes,
    codebook,
    compare,
    demo,
    explain,
    exports,
    forget,
    imports,
    learning,
    matrix,
    network,
    people,
    read,
    report,
    scenarios,
    serve,
    setup,
    statements,
    users,
    verify,
    watch,
)
from onrecord.show.cli.errors import CommandGroup
from onrecord.show.cli.options import flat

HELP = """Read the news and keep a verifiable ledger of who said what, on whose word, and where each party stands.

Read articles into a ledger (`read`), ask it (`statements`, `matrix`), and see the words that each answer rests on
(`explain`). `demo` shows all of it on a small sample.
"""


def build() -> typer.Typer:
    """Build the program."""
    app = typer.Typer(
        name="onrecord",
        cls=CommandGroup,
        help=HELP,
        add_completion=True,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(flat(_program))
    app.command("init")(setup.init)
    app.command("read")(read.read)
    app.command("watch")(watch.watch)
    app.command("statements")(statements.statements)
    app.command("matrix")(matrix.matrix)
    app.command("timeline")(changes.timeline)
    app.command("changes")(changes.changes)
    app.command("conflicts")(changes.conflicts)
    app.command("drift")(changes.drift)
    app.command("redlines")(changes.redlines)
    app.command("conditions")(scenarios.conditions)
    app.command("common-ground")(scenarios.common_ground)
    app.command("scenario")(scenarios.scenario)
    app.command("network")(network.network)
    app.command("report")(report.report)
    app.command("import")(imports.import_)
    app.command("export")(exports.export)
    app.command("explain")(explain.explain)
    app.command("verify")(verify.verify)
    app.command("forget")(forget.forget)
    app.command("info")(setup.info)
    app.command("demo")(demo.demo)
    app.command("schema")(setup.schema)
    app.command("compare")(compare.compare)
    app.command("adapt")(adapting.adapt)
    app.command("evaluate")(learning.evaluate)
    app.command("train")(learning.train)
    app.command("serve")(serve.serve)
    app.command("mcp")(assistant.mcp)
    app.add_typer(codebook.build(), name="codebook")
    app.add_typer(users.build(), name="user")
    app.add_typer(people.build(), name="people")
    return app


def run() -> None:
    """Run the program on the command line's arguments."""
    build()(prog_name="onrecord")


def _version(context: typer.Context, parameter: typer.CallbackParam, value: bool) -> None:
    """Print the version once both flags are known, as either may come first."""
    if context.resilient_parsing:
        return
    asked = context.meta.setdefault("onrecord.version", {})
    asked[parameter.name] = value
    if len(asked) < 2 or not any(asked.values()):
        return
    from onrecord import __version__

    typer.echo(f"onrecord {__version__}")
    if asked["models"]:
        from onrecord.models.bundle import bundled

        for folder, manifest in bundled():
            typer.echo("\n".join(manifest.lines(folder.name)))
    raise typer.Exit


def _program(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Show the version.")
    ] = False,
    models: Annotated[
        bool,
        typer.Option(
            "--models",
            is_eager=True,
            callback=_version,
            help="With the version, show the models: what they were trained on, held out from, and measured at.",
        ),
    ] = False,
) -> None:
    """Define the flags before any command."""
