"""Express which statements to find, as conditions on the ledger's SQL and on statement tables."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Column, ColumnElement, and_, or_, select

from onrecord.core.statement import PartialDate
from onrecord.record import search
from onrecord.record.rows import key
from onrecord.record.rows import storable as clean
from onrecord.record.schema import articles, statements

Values = str | Sequence[str] | None
NAMED = ("speaker", "affiliation", "outlet")
EXACT = ("issue", "stance", "act")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Select the statements that meet all given conditions; without conditions the whole current view.

    `speaker`, `affiliation` and `outlet` match where the name holds these words in a row, whatever their case and
    accents ("lavrov" finds "Sergei Lavrov"); `issue`, `stance` and `act` match exactly. Each of these takes one value
    or several, of which one must match. `article` is an article's id or name. `since` and `until` are inclusive and
    compare the first day of the statement's date (when it was said, else when it was published); a statement without
    any date meets neither; both may be given as text. `text` is searched in quotation, speaker and title (see
    `search`). `history` adds the statements that later readings or corrections retired.
    """

    speaker: Values = None
    affiliation: Values = None
    issue: Values = None
    stance: Values = None
    act: Values = None
    outlet: Values = None
    since: PartialDate | str | None = None
    until: PartialDate | str | None = None
    text: str | None = None
    article: str | None = None
    limit: int | None = None
    offset: int = 0
    history: bool = False

    def __post_init__(self) -> None:
        for name in (*NAMED, *EXACT):
            value = getattr(self, name)
            if not isinstance(value, str):
                object.__setattr__(self, name, tuple(value) or None if value is not None else None)
        for name in ("since", "until"):
            value = getattr(self, name)
            if isinstance(value, str):
                object.__setattr__(self, name, PartialDate(value))

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values that are asked for in a field, none where any will do."""
        given = getattr(self, name)
        return (given,) if isinstance(given, str) else tuple(given or ())


def condition(query: Query, dialect: str) -> ColumnElement[bool]:
    """Return the condition on the ledger's table `statements`; limit and offset are left to the caller."""
    s = statements.c
    parts: list[ColumnElement[bool]] = []
    if not query.history:
        parts.append(s.superseded.is_(None))
    else:
        parts.append(s.record != "")  # redacted
    for name in ("speaker", "affiliation"):
        if names := query.values(name):
            parts.append(_named(s[f"{name}_key"], names))
    for name in EXACT:
        if values := query.values(name):
            parts.append(s[name].in_([clean(value) for value in values]))
    if query.since is not None:
        parts.append(s.day >= _first_day(query.since).isoformat())
    if query.until is not None:
        parts.append(and_(s.day <= last_day(query.until), s.day != ""))
    if outlets := query.values("outlet"):
        named = select(articles.c.number).where(or_(*(_holds(articles.c.outlet_key, name) for name in outlets)))
        parts.append(s.article.in_(named))
    if query.article is not None:
        wanted = or_(articles.c.id == clean(query.article), articles.c.name == clean(query.article))
        parts.append(s.article.in_(select(articles.c.number).where(wanted)))
    if query.text is not None and query.text.strip():
        parts.append(search.matches(query.text, dialect))
    return and_(*parts) if parts else s.number.is_not(None)


def expressions(query: Query) -> Iterator[pl.Expr]:
    """Yield the conditions on a statement table that has the columns `speaker_key`, `affiliation_key`, `outlet_key`.

    As in the ledger, but that `text` is looked for as printed, without word stems; limit, offset and history are left
    to the caller.
    """
    for name in NAMED:
        if names := query.values(name):
            padded = " " + pl.col(f"{name}_key") + " "
            yield pl.any_horizontal(padded.str.contains(f" {key(one)} ", literal=True) for one in names)
    for name in EXACT:
        if values := query.values(name):
            yield pl.col(name).is_in(list(values))
    if query.since is not None:
        yield pl.col("date") >= _first_day(query.since)
    if query.until is not None:
        yield pl.col("date") <= date.fromisoformat(last_day(query.until))
    if query.article is not None:
        yield (pl.col("article") == query.article) | (pl.col("article_name") == query.article)
    if query.text is not None and query.text.strip():
        yield _words(query.text)


def narrow(table: pl.DataFrame, query: Query) -> pl.DataFrame:
    """Return the rows of a statement table that fit a query, within its limit and offset."""
    keyed = table.with_columns(
        keys(table[name]).alias(f"{name}_key") for name in NAMED if query.values(name) and name in table.columns
    )
    conditions = list(expressions(query))
    found = keyed.filter(conditions).select(table.columns) if conditions else table
    return found if query.limit is None and not query.offset else found.slice(query.offset, query.limit)


def keys(names: pl.Series) -> pl.Series:
    """Return names as they are compared (see `rows.key`)."""
    known = {name: key(name) for name in names.drop_nulls().unique().to_list()}
    return names.replace_strict(known, default=None, return_dtype=pl.String) if known else names


def last_day(date: PartialDate | str) -> str:
    """Return the latest day that a partial date may mean, in ISO form."""
    iso = str(date)
    if len(iso) == 4:
        return f"{iso}-12-31"
    if len(iso) == 7:
        year, month = map(int, iso.split("-"))
        return f"{iso}-{calendar.monthrange(year, month)[1]:02d}"
    return iso


def _first_day(given: PartialDate | str) -> date:
    return (given if isinstance(given, PartialDate) else PartialDate(given)).first_day()


def _words(text: str) -> pl.Expr:
    """Search for all words in quotation, speaker or title, case-insensitively and without the ledger's word stems."""
    words = pl.concat_str("quote", "speaker", "title", separator=" ", ignore_nulls=True).str.to_lowercase()
    plain = (
        " " + words.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.replace_all(r"[^\p{L}\p{N}]+", " ") + " "
    )
    terms = search.parse(text)
    if not terms:
        return pl.lit(value=False)
    needles = [f" {term.words.lower()}" + ("" if term.prefix else " ") for term in terms]
    return pl.all_horizontal(plain.str.contains(needle, literal=True) for needle in needles)


def _named(column: Column[Any], names: Sequence[str]) -> ColumnElement[bool]:
    # Filter by the distinct names, which are few and indexed; the rows are many.
    return column.in_(select(column).distinct().where(or_(*(_holds(column, name) for name in names))))


def _holds(column: Column[Any], name: str) -> ColumnElement[bool]:
    # Blanks around both, so that whole words match.
    padded: ColumnElement[str] = " " + column + " "
    return padded.contains(f" {key(name)} ", autoescape=True)
