"""Share code of the query commands: the view of a ledger, archive or DNA database, and the answer."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord.core.columns import MIN_CONFIDENCE
from onrecord.errors import TableError
from onrecord.show.cli.errors import say
from onrecord.show.cli.ledgers import existing, query
from onrecord.show.cli.options import AnswerOptions, FilterOptions, ListingOptions, QueryFormat, Store
from onrecord.show.cli.output import counted, write_json, write_rows

if TYPE_CHECKING:
    import polars as pl

    from onrecord.exchange.dna import Database
    from onrecord.exchange.formats import Content
    from onrecord.record import Query
    from onrecord.view import StatementSource, View

CodebookFile = Annotated[
    Path | None,
    typer.Option("--codebook", metavar="FILE", help="Words that point to issues (YAML).  [default: the ledger's last]"),
]


def is_dna(store: Store) -> bool:
    """Tell whether the ledger is a database of Discourse Network Analyzer, which is queried directly."""
    return "://" not in store.ledger and store.ledger.lower().endswith(".dna")


def open_dna(store: Store) -> Database:
    """Open the DNA database that the ledger flag names."""
    from onrecord.exchange.dna import read

    return read(store.ledger)


@contextmanager
def source_of(store: Store) -> Iterator[StatementSource]:
    """Open the ledger, archive or DNA database for reading."""
    if is_dna(store):
        yield open_dna(store)
        return
    with existing(store) as opened:
        yield opened


@contextmanager
def viewing(
    store: Store, filters: FilterOptions, *, min_confidence: float = MIN_CONFIDENCE, limit: int | None = None
) -> Iterator[View]:
    """Open the view of the statements that fit the filters; `min_confidence` is the threshold where none is given."""
    from onrecord.view import current

    threshold = min_confidence if filters.min_confidence is None else filters.min_confidence
    with source_of(store) as source:
        asked = query(filters, limit=limit)
        check_values(source, asked)
        yield current(source, asked, min_confidence=threshold)


def ask(store: Store, filters: FilterOptions, *, min_confidence: float = MIN_CONFIDENCE) -> View:
    """Return the view of the statements that fit the filters, whose table can be used when the store is closed."""
    with viewing(store, filters, min_confidence=min_confidence) as view:
        return view


def check_values(source: StatementSource, query: Query) -> None:
    """Raise TableError if no statement is about an issue, or by a speaker, that a query asks for."""
    if wanted := query.values("issue"):
        codebook = source.codebook()
        known = {*source.issues(), *([] if codebook is None else [issue.id for issue in codebook.issues])}
        for value in wanted:
            if value not in known:
                raise TableError(f"no issue {value!r}; {suggestion(value, known)}")
    if wanted := query.values("speaker"):
        import polars as pl

        from onrecord.analyse.actors import decided
        from onrecord.record.query import Query as Ask
        from onrecord.record.query import narrow

        heard = source.speakers()
        names = decided(heard, source.decisions())
        known = {*heard["speaker"].to_list(), *(speaker for speaker, _ in names.shown.values())}
        spoken = pl.DataFrame({"speaker": sorted(known)}, schema={"speaker": pl.String})
        for value in wanted:
            if narrow(spoken, Ask(speaker=value)).is_empty():
                raise TableError(f"no speaker {value!r}; {suggestion(value, known)}")


def suggestion(value: str, known: set[str]) -> str:
    """Suggest the value that an unknown one was probably meant to be."""
    if not known:
        return "the ledger has none"
    folded = {name.casefold(): name for name in sorted(known)}
    for name in sorted(known):
        folded.setdefault(name.split()[-1].casefold() if name.split() else name, name)
    near = difflib.get_close_matches(value.casefold(), list(folded), n=3, cutoff=0.5)
    found = list(dict.fromkeys(folded[key] for key in near))
    if found:
        return "did you mean " + " or ".join(repr(name) for name in found) + "?"
    return "known are " + ", ".join(sorted(known)[:8]) + (" …" if len(known) > 8 else "")


def say_unsure(view: View) -> None:
    """Say how many positions are not shown because they are too unsure."""
    if view.unsure:
        say(
            f"{counted(view.unsure, 'unsure position')} left out (confidence below {view.min_confidence:g}); "
            "--min-confidence 0 shows all"
        )


def terms(store: Store, codebook: Path | None) -> dict[str, list[str]]:
    """Return the words that point to each issue, of the codebook given or else of the ledger's last one."""
    from onrecord.lexicon import load_codebook

    if codebook is not None:
        found = load_codebook(codebook)
    elif is_dna(store):
        return {}
    else:
        with existing(store) as ledger:
            last = ledger.codebook()
        if last is None:
            say("no codebook: a condition is known as an issue only where it has the words of the issue's id")
            return {}
        found = last
    return {issue.id: [*issue.terms, issue.label] for issue in found.issues}


def answer(frame: pl.DataFrame, to: AnswerOptions, *, shown: Sequence[str], nothing: str) -> None:
    """Write a result: the columns `shown` as a table, or all of it in another format; say so where it is empty."""
    if frame.is_empty():
        say(nothing)
    elif to.limit is not None and frame.height > to.limit:
        say(f"the first {to.limit} of {frame.height}; --limit shows more")
        frame = frame.head(to.limit)
    form = to.chosen()
    if form is QueryFormat.TABLE:
        with to.opened():
            if not frame.is_empty():
                write_rows(frame.iter_rows(named=True), list(shown), form)
        return
    from onrecord.exchange.formats import Content

    made = frame.select(shown) if is_markdown(to) else frame
    deliver(Content.TABLE, None if form is None else form.value, made, to.output)


def is_markdown(to: ListingOptions) -> bool:
    """Tell whether an answer is a Markdown table, which has the columns of a table on the screen."""
    form, suffix = to.chosen(), "" if to.output is None else to.output.suffix.lower()
    return form is QueryFormat.MARKDOWN or (form is None and suffix in (".md", ".markdown"))


def listing(rows: Sequence[Mapping[str, Any]], to: ListingOptions, columns: Sequence[str]) -> None:
    """Write rows that are no statements, such as speakers or findings."""
    form = to.chosen()
    if form is QueryFormat.TABLE:
        with to.opened():
            write_rows(rows, columns, form)
        return
    import polars as pl

    from onrecord.exchange.formats import Content

    frame = pl.DataFrame({name: [row[name] for row in rows] for name in columns}, strict=False)
    frame = frame.with_columns(pl.col(pl.Null).cast(pl.String))
    deliver(Content.TABLE, None if form is None else form.value, frame, to.output)


def record(value: Mapping[str, Any], to: ListingOptions) -> bool:
    """Write one record as JSON where that is asked for, else return False."""
    form, suffix = to.chosen(), "" if to.output is None else to.output.suffix.lower()
    lines = form is QueryFormat.JSONL or (form is None and suffix == ".jsonl")
    if not lines and form is not QueryFormat.JSON and not (form is None and suffix == ".json"):
        return False
    with to.opened():
        write_json(value, indent=None if lines else 1)
    return True


def deliver(content: Content, form: str | None, value: object, path: Path | None) -> None:
    """Write content in a format to a file or, for none or `-`, to the standard output.

    Without a format the file's ending decides.
    """
    from onrecord.exchange import formats

    to_file = path is not None and str(path) != "-"
    if form is not None:
        chosen = formats.by_name(content, form)
    else:
        chosen = formats.for_path(content, path) if to_file and path is not None else formats.formats(content)[0]
    if to_file and path is not None:
        chosen.write(path, value)
        return
    put(chosen.encode(value))


def put(data: bytes) -> None:
    """Write bytes to the standard output."""
    if hasattr(sys.stdout, "buffer"):
        sys.stdout.buffer.write(data)
    else:
        sys.stdout.write(data.decode("utf-8", "replace"))
    sys.stdout.flush()


def pairs(values: Sequence[str], what: str) -> list[tuple[str, str]]:
    """Split `NAME=VALUE` flags; TableError if the sign is missing."""
    found = []
    for value in values:
        name, sign, rest = value.partition("=")
        if not sign or not name.strip():
            raise TableError(f"{value!r} is no {what}")
        found.append((name.strip(), rest))
    return found
