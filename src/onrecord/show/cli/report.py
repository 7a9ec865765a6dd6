"""Run `onrecord report`: a briefing to read, print or send."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from onrecord.errors import TableError
from onrecord.show.cli.errors import say
from onrecord.show.cli.matrix import ActorLevel
from onrecord.show.cli.options import FilterOptions, Store, flat
from onrecord.show.cli.output import counted
from onrecord.show.cli.queries import put, suggestion, viewing


class ReportFormat(StrEnum):
    """List the formats of a briefing."""

    MARKDOWN = "markdown"
    HTML = "html"
    DOCX = "docx"


ENDINGS = {".md": ReportFormat.MARKDOWN, ".html": ReportFormat.HTML, ".htm": ReportFormat.HTML,
           ".docx": ReportFormat.DOCX}  # fmt: skip


@flat
def report(
    filters: FilterOptions,
    store: Store,
    by: Annotated[
        ActorLevel, typer.Option(help="Whose positions: of speakers, or of the bodies and states they speak for.")
    ] = (ActorLevel.AFFILIATION),
    actor: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this speaker, body or state, by its exact name.")
    ] = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option("--format", help="The format.  [default: by the ending of --output, else markdown]"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write; - is the standard output.")
    ] = None,
) -> None:
    """Write a briefing: positions in their words, shifts, red lines and conditions, issue by issue.

    The HTML is one file that asks nothing of any server. The desk makes the same briefing from its page.
    """
    from onrecord.show import briefing

    to_file = output is not None and str(output) != "-"
    chosen = form or (ENDINGS.get(output.suffix.lower()) if to_file and output is not None else None)
    if chosen is None and to_file and output is not None and output.suffix:
        raise TableError(f"{output}: no format has this ending; give .md, .html, .docx, or --format")
    with viewing(store, filters) as view:
        now = briefing.material(view, by.value)
        if actor is not None and actor not in now.parties:
            raise TableError(f"no position of {actor!r}; {suggestion(actor, set(now.parties))}")
        made = briefing.briefing(now, on=filters.issue or [], who=actor, by=by.value)
    if chosen is ReportFormat.DOCX:
        data = briefing.docx(made)
    else:
        text = briefing.html(made) if chosen is ReportFormat.HTML else briefing.markdown(made)
        data = text.encode("utf-8", "replace")
    if to_file and output is not None:
        output.write_bytes(data)
        say(f"{output}: {counted(len(made.sections), 'issue')}")
    else:
        put(data)
    if not any(section.groups for section in made.sections):
        say("nobody takes a position that is sure enough; --min-confidence 0 shows all")
