"""Build the table that every command, page and file shows: a store's statements with people's decisions applied.

Everything that shows or exports statements reads them here, so that the command line, the desk, its API and the files
give the same answer. A store (a ledger, an archive, a DNA database) gives the statements as they were read. The view

- renames speakers as people decided (`onrecord people`) and drops hidden ones,
- counts statements that a person entered, corrected or accepted as certain (column `human_checked`),
- marks the statements whose position is certain enough to be shown (column `asserted`): those whose confidence, the
  product of the probabilities of statement, speaker, issue and stance, is at least the threshold,
- and marks, on request, the reports of one utterance (column `cluster`), so that they count once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from onrecord.analyse.actors import Names, decided
from onrecord.analyse.increments import Increment, splice
from onrecord.analyse.retellings import clusters, names_alike, reprints
from onrecord.core.columns import DNA, DNA_DOCUMENT, MIN_CONFIDENCE, NAMES
from onrecord.core.statement import Article, Decision, Statement, extra_json
from onrecord.record.desk.values import Values
from onrecord.record.query import Query, narrow

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook
    from onrecord.record import Batch, Ledger

COMPARED = 20_000
"""Up to this many statements are compared by meaning to find reports of one utterance; of more, reprints are found."""

FOLLOWED = 2_000
"""Up to this many replaced rows are a small change, after which results are updated in parts."""

STEPS = 256
"""So many small changes at least are held for what was computed before them."""

Touched = tuple[str, str]  # a field of statements, and a value of it

_EPSILON = 1e-9
_LEDGER = ("number", "coder", "extra", "article_extra")
_EVERYTHING = Query()


class StatementSource(Protocol):
    """Provide statements as they were read."""

    @property
    def name(self) -> str:
        """Return the store's name for messages."""

    def table(self, query: Query = ..., *, more: Sequence[str] = ...) -> pl.DataFrame:
        """Return the statements of a query as a table, with further columns where the store has them."""

    def statements(self, query: Query = ...) -> Iterator[Statement]:
        """Yield the statements of a query."""

    def speakers(self) -> pl.DataFrame:
        """Count the statements of each speaker and affiliation (columns speaker, affiliation, len)."""

    def decisions(self) -> list[Decision]:
        """Return people's decisions on who is who, oldest first."""

    def issues(self) -> list[str]:
        """Return the issues that statements are about, in code point order."""

    def codebook(self) -> Codebook | None:
        """Return the codebook that was used last."""

    def created(self) -> str | None:
        """Return the time of the last batch, None if the store has no batches."""

    def values(self) -> Values:
        """Return the variables of its codebooks, and their values as people coded them."""


@dataclass(frozen=True, repr=False)
class View:
    """Hold the statements of a query, with people's decisions and corrections applied.

    `table` has the columns of every statement table, `human_checked` and `asserted`, those of a DNA database where the
    statements came out of one, and those of the variables that people coded (`values`). `coders` names the person who
    entered or accepted a statement, by its id, `created` is the time of the last batch, where the store has batches.
    `chosen` yields the statements of the table, where it holds fewer than the query finds.
    """

    table: pl.DataFrame
    min_confidence: float = MIN_CONFIDENCE
    names: Names = field(default_factory=Names)
    source: StatementSource | None = None
    query: Query = _EVERYTHING
    coders: Mapping[str, str] = field(default_factory=dict)
    created: str | None = None
    values: Values = field(default_factory=Values)
    chosen: Callable[[], Iterator[Statement]] | None = None

    def __repr__(self) -> str:
        sure = int(self.table["asserted"].sum())
        of = "" if self.source is None else f" of {self.source.name}"
        return f"View({self.table.height} statements{of}, {sure} at {self.min_confidence:g} or more)"

    def _repr_html_(self) -> str:
        shown = ("date", "speaker", "affiliation", "act", "issue", "stance", "commitment", "confidence", "quote")
        return self.table.select(shown)._repr_html_()

    @cached_property
    def utterances(self) -> pl.DataFrame:
        """Return the table with the reports of one utterance marked (column `cluster`)."""
        return mark_utterances(self.table)

    @property
    def unsure(self) -> int:
        """Count the statements whose position is not certain enough to be shown."""
        return self.table.filter(~pl.col("asserted"), pl.col("issue").is_not_null(), pl.col("stance") != "none").height

    def statements(self, *, as_read: bool = False) -> Iterator[Statement]:
        """Yield the statements of the table, with speakers as people decided unless they are wanted as read.

        A statement keeps the id under which the store knows it.
        """
        if self.source is None:
            return
        resolved = bool(self.names.shown or self.names.hidden)
        wanted = {key: place for place, key in enumerate(self.table["id"].to_list())}
        asked = _unresolved(self.query) if resolved else self.query
        for statement in self.chosen() if self.chosen is not None else self.source.statements(asked):
            if resolved and statement.id not in wanted:
                continue
            found = statement if as_read else _shown(statement, self.names)
            coded = self.values.coded.get(statement.id)
            yield found if coded is None else _with_values(found, coded)

    def results(self, *, as_read: bool = False) -> Iterator[tuple[Article, list[Statement]]]:
        """Yield the articles that have statements in the table, with these in text order."""
        grouped: dict[str, tuple[Article, list[Statement]]] = {}
        for statement in self.statements(as_read=as_read):
            grouped.setdefault(statement.article.id, (statement.article, []))[1].append(statement)
        for article, found in grouped.values():
            yield article, sorted(found, key=lambda one: (one.content[0].span.start, one.id))


def current(source: StatementSource, query: Query = _EVERYTHING, *, min_confidence: float = MIN_CONFIDENCE) -> View:
    """Return the view of the statements that fit a query.

    Speakers are looked for under the names that people decided on as well as under those that were read.
    """
    decisions = source.decisions()
    names = decided(source.speakers(), decisions) if decisions else Names()
    asked = _unresolved(query) if names.shown or names.hidden else query
    table = source.table(asked, more=_LEDGER)
    if asked is not query:
        table = _resolved(table, names, query)
    coders = dict(table.select("id", "coder").drop_nulls().iter_rows()) if _by_person(table) else {}
    values = source.values()
    made = valued(expanded(mark(judge(table), min_confidence)), values)
    return View(made, min_confidence, names, source, query, coders, source.created(), values)


def valued(table: pl.DataFrame, values: Values) -> pl.DataFrame:
    """Return the table with a column for each variable that people coded, where it has none of that name yet."""
    if not values.coded:
        return table
    coded = [values.coded.get(key, {}) for key in table["id"].to_list()]
    wanted = [name for name in values.kinds if any(name in one for one in coded)]
    made = {name: _column(name, [one.get(name) for one in coded]) for name in wanted}
    held = table.schema
    return table.with_columns(
        pl.coalesce(series.cast(held[name], strict=False), pl.col(name)).alias(name) if name in held else series
        for name, series in made.items()
    )


def _with_values(statement: Statement, coded: Mapping[str, Any]) -> Statement:
    """Return the statement with its variables in `extra`, like those of DNA, under its own id."""
    record = {} if statement.extra is None else json.loads(statement.extra)
    held = record.get("statements") or [{}]
    record["statements"] = [{**one, **coded} for one in held]
    made = replace(statement, extra=extra_json(record))
    for name in ("id", "span_id"):
        object.__setattr__(made, name, getattr(statement, name))
    return made


def _shown(statement: Statement, names: Names) -> Statement:
    """Apply people's decisions to a statement's speaker and affiliation; its id stays."""
    shown = names.shown_as(statement.speaker.value, statement.affiliation.value)
    if shown is None:
        return statement
    speaker, affiliation = replace(statement.speaker, value=shown[0]), replace(statement.affiliation, value=shown[1])
    named = replace(statement, speaker=speaker, affiliation=affiliation)
    for name in ("id", "span_id"):
        object.__setattr__(named, name, getattr(statement, name))
    return named


def judge(table: pl.DataFrame) -> pl.DataFrame:
    """Return a store's table with `human_checked`: whether a person entered or accepted it, which makes it certain."""
    checked = pl.col("coder").is_not_null() if _by_person(table) else pl.lit(value=False)
    table = table.with_columns(checked.alias("human_checked"))
    return table.with_columns(pl.when("human_checked").then(1.0).otherwise(pl.col("confidence")).alias("confidence"))


def _by_person(table: pl.DataFrame) -> bool:
    """Tell whether the column `coder` names people of a ledger rather than coders of a DNA database."""
    return table.schema.get("coder") == pl.String


def mark(table: pl.DataFrame, min_confidence: float = MIN_CONFIDENCE) -> pl.DataFrame:
    """Return a judged table with `asserted`: whether a statement's confidence is at least the threshold."""
    return table.with_columns((pl.col("confidence").fill_null(1.0) >= min_confidence - _EPSILON).alias("asserted"))


def mark_utterances(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with `cluster`: the id of the first report of the same utterance (see `analyse.retellings`).

    Large tables are not compared by meaning: there only reports in the same words are one utterance.
    """
    return clusters(table, meaning=meaning) if table.height <= COMPARED else reprints(table)


def meaning(words: Any) -> Any:
    """Return the unit vector of the mean of some words, for telling whether two statements say the same."""
    from onrecord.text.vectors import bundled_vectors

    return bundled_vectors().mean(words)


def _unresolved(query: Query) -> Query:
    """Return the part of a query that does not depend on speakers' names."""
    return replace(query, speaker=None, affiliation=None, limit=None, offset=0)


def _resolved(table: pl.DataFrame, names: Names, query: Query) -> pl.DataFrame:
    """Apply people's decisions to a table, and narrow it to the speakers and affiliations of a query.

    A query by a name as read finds all statements of the actor, whatever the actor is called now.
    """
    read = table.select("id", pl.col("affiliation").alias("_read"))
    shown = names.apply(table)
    if speakers := query.values("speaker"):
        known = pl.DataFrame({"speaker": [read for read, _ in names.shown]}, schema={"speaker": pl.String})
        asked = set(narrow(known, Query(speaker=speakers))["speaker"].to_list())
        actors = sorted({now for (was, _), (now, _) in names.shown.items() if was in asked})
        found = narrow(shown, Query(speaker=speakers))["id"].to_list()
        shown = shown.filter(pl.col("speaker").is_in(actors) | pl.col("id").is_in(found))
    if affiliations := query.values("affiliation"):
        asked_for = Query(affiliation=affiliations)
        as_read = shown.join(read, on="id", how="left", maintain_order="left").with_columns(affiliation="_read")
        found = [*narrow(shown, asked_for)["id"].to_list(), *narrow(as_read, asked_for)["id"].to_list()]
        shown = shown.filter(pl.col("id").is_in(found))
    return shown if query.limit is None and not query.offset else shown.slice(query.offset, query.limit)


def expanded(table: pl.DataFrame) -> pl.DataFrame:
    """Drop the ledger's internal columns, and expand to one row per DNA statement where there are any.

    One statement of a ledger may represent several of a DNA database, whose coders coded the same words alike.
    """
    held = [name for name in ("extra", "article_extra") if name in table.columns]
    if not held:
        return table
    if table["extra"].is_null().all() and not _from_dna(table):
        return table.drop(name for name in _LEDGER if name in table.columns)
    rows: list[int] = []
    values_of_rows: list[dict[str, Any]] = []
    for place, (extra, article, url, quote, start) in enumerate(
        table.select("extra", "article_extra", "url", "quote", "start").iter_rows()
    ):
        record = {} if extra is None else json.loads(extra)
        of_article = _document(article, url)
        for values in record.get("statements", [{}]):
            document_values: dict[str, Any] = {name: of_article.get(name) for name in ("time", *DNA_DOCUMENT)}
            document_values |= {"stop": start + len(quote), "qualifier": values.get(record.get("qualifier", ""))}
            rows.append(place)
            values_of_rows.append({**values, **document_values})
    names = dict.fromkeys((*DNA, *(name for row in values_of_rows for name in row)))
    plain = table.drop(name for name in _LEDGER if name in table.columns)
    made = plain[rows].with_columns(_column(name, [row.get(name) for row in values_of_rows]) for name in names)
    when = pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False).cast(pl.Datetime("us"))
    made = made.with_columns(pl.coalesce(when, pl.col("date").cast(pl.Datetime("us"))).alias("time"))
    return made.drop("qualifier") if made["qualifier"].is_null().all() else made


def _from_dna(table: pl.DataFrame) -> bool:
    return bool(table["url"].str.starts_with("dna:document/").any())


def _document(extra: str | None, url: str | None) -> dict[str, str]:
    """Return DNA's metadata of a document, from its `extra` or, in older ledgers, from its address."""
    if extra is not None:
        found: dict[str, str] = json.loads(extra)
        return found
    if url is None or not url.startswith("dna:document/"):
        return {}
    from urllib.parse import parse_qsl

    return dict(parse_qsl(url.partition("?")[2]))


def _column(name: str, values: list[Any]) -> pl.Series:
    """Build a column of values of one type; mixed values become text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if kinds == {int} or name in ("stop", "number", "coder"):
        return pl.Series(name, values, dtype=pl.Int64)
    return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)


# ---------------------------------------------------------------- incremental updates


@dataclass(frozen=True, slots=True)
class Step:
    """Hold one small change of a view: the replaced rows, and the values of fields whose statements it touched."""

    serial: int
    change: Increment
    touched: frozenset[Touched]


@dataclass(frozen=True, slots=True)
class ViewState:
    """Hold a ledger's current view at one batch and one decision; `table` is judged but has no threshold applied.

    It has the columns of `Ledger.table` with all of `record.table.MORE`. `serial` counts the states of a follower,
    `steps` are the changes that led from an earlier state to this one.
    """

    batch: Batch | None
    articles: int
    decisions: int
    table: pl.DataFrame
    names: Names
    serial: int = 0
    steps: tuple[Step, ...] = ()

    @property
    def reached(self) -> tuple[int, int]:
        """Return the numbers of the last batch and of the last decision."""
        return 0 if self.batch is None else self.batch.number, self.decisions


class Follower:
    """Hold a ledger's current view and fetch only what changed; safe for use by many threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._cached: ViewState | None = None
        self._read: pl.DataFrame | None = None  # the table as it was read, before people's decisions
        self._clusters: tuple[int, pl.Series] | None = None
        self._lock = threading.Lock()

    def now(self) -> ViewState:
        """Return the view as of the ledger's last batch and last decision."""
        reached = self._ledger.reached()
        cached = self._cached
        if cached is not None and cached.reached == reached:
            return cached
        with self._lock:
            cached = self._cached
            if cached is None or cached.reached[0] < reached[0] or cached.decisions < reached[1]:
                self._cached = cached = self._follow(cached, reached[1])
            return cached

    def read(self) -> pl.DataFrame:
        """Return the statements as they were read, before people's decisions."""
        self.now()
        assert self._read is not None
        return self._read

    def clusters(self, state: ViewState) -> pl.Series:
        """Return the utterance of each row of a state (see `mark_utterances`), updated from then on."""
        held = self._clusters
        if held is not None and held[0] == state.serial:
            return held[1]
        made = mark_utterances(state.table)["cluster"]
        with self._lock:
            if self._clusters is None or self._clusters[0] <= state.serial:
                self._clusters = state.serial, made
        return made

    def _follow(self, cached: ViewState | None, decisions: int) -> ViewState:
        delta = self._ledger.follow(0 if cached is None else cached.reached[0])
        serial = 0 if cached is None else cached.serial + 1
        if cached is None or self._read is None or not cached.reached[0]:
            self._read, change = delta.table, None
        else:
            self._read, change = splice(self._read, delta.gone, delta.table)
        names = decided(_heard(self._read), self._ledger.decisions()) if decisions else Names()
        steps: tuple[Step, ...] = ()
        table = None
        if cached is not None and change is not None and decisions == cached.decisions and names == cached.names:
            if decisions:  # only the rows that came need their names
                table, change = splice(cached.table, delta.gone, judge(names.apply(delta.table)))
            table = judge(self._read) if table is None else table
            touched = self._renewed(cached, table, change, serial) if change.rows.height <= FOLLOWED else None
            if touched is not None:
                before = cached.steps if len(cached.steps) < 2 * STEPS else cached.steps[-STEPS:]
                steps = (*before, Step(serial, change, touched))
        if table is None:
            table = judge(names.apply(self._read))
        return ViewState(delta.batch, delta.articles, decisions, table, names, serial, steps)

    def _renewed(
        self, cached: ViewState, table: pl.DataFrame, change: Increment, serial: int
    ) -> frozenset[Touched] | None:
        """Bring the utterances up to date, and return what a change touched: its rows, and those told with them.

        None if that is not known, as the utterances of the earlier state are not.
        """
        touched = set(touched_by(change.rows))
        held = self._clusters
        whole = table.height <= COMPARED
        if held is None or held[0] != cached.serial or whole != (cached.table.height <= COMPARED):
            self._clusters = None
            return None
        carried = change.carried(held[1], pl.Series("cluster", [None] * change.after.height, dtype=pl.String))
        speakers = names_alike(table, change.values("speaker") - {None}, whole=whole)
        alike = pl.col("speaker").is_in(speakers) | carried.is_null()
        places = table.select(pl.arg_where(alike)).to_series()
        part = table[places]
        marked = clusters(part, meaning=meaning) if whole else reprints(part)
        others = part.filter(marked["cluster"].ne_missing(carried[places]))
        self._clusters = serial, carried.scatter(places, marked["cluster"])
        return frozenset(touched | set(touched_by(others)))


def _heard(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter(pl.col("speaker").is_not_null()).group_by("speaker", "affiliation").len()


def touched_by(rows: pl.DataFrame) -> Iterator[Touched]:
    """Yield the fields with values, one by one, that some rows have."""
    for name in ("speaker", "affiliation", "issue", "article"):
        for value in rows[name].drop_nulls().unique().to_list():
            yield name, value


def columns(view: pl.DataFrame) -> list[str]:
    """Return the columns of a view that an export writes: those of every statement table, and `human_checked`."""
    return [name for name in (*NAMES, "human_checked") if name in view.columns]
