"""What to look for in the ledger, and the SQL condition that it stands for."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, or_, select

from onrecord.core.statement import PartialDate
from onrecord.record import search
from onrecord.record.rows import key
from onrecord.record.rows import storable as clean
from onrecord.record.schema import articles, statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """All conditions that are given must hold; none gives the whole current view.

    `speaker`, `affiliation` and `outlet` match where the name holds these words in a row, whatever their case and
    accents ("lavrov" finds "Sergei Lavrov"); `issue`, `stance` and `act` match exactly. `article` is an article's
    id or name. `since` and `until` are inclusive and compare the first day of the statement's date (when it was
    said, else when it was published); a statement without any date meets neither. `text` is searched in quotation,
    speaker and title (see `search`). `history` adds the statements that later readings or corrections retired.
    """

    speaker: str | None = None
    affiliation: str | None = None
    issue: str | None = None
    stance: str | None = None
    act: str | None = None
    outlet: str | None = None
    since: PartialDate | None = None
    until: PartialDate | None = None
    text: str | None = None
    article: str | None = None
    limit: int | None = None
    offset: int = 0
    history: bool = False


def condition(query: Query, dialect: str) -> ColumnElement[bool]:
    """The condition on `statements`; limit and offset are left to the caller."""
    s = statements.c
    parts: list[ColumnElement[bool]] = []
    if not query.history:
        parts.append(s.superseded.is_(None))
    if query.speaker is not None:
        parts.append(_named(s.speaker_key, query.speaker))
    if query.affiliation is not None:
        parts.append(_named(s.affiliation_key, query.affiliation))
    for column, value in ((s.issue, query.issue), (s.stance, query.stance), (s.act, query.act)):
        if value is not None:
            parts.append(column == clean(value))
    if query.since is not None:
        parts.append(s.day >= query.since.first_day().isoformat())
    if query.until is not None:
        parts.append(and_(s.day <= last_day(query.until), s.day != ""))
    if query.outlet is not None:
        named = select(articles.c.number).where(_holds(articles.c.outlet_key, query.outlet))
        parts.append(s.article.in_(named))
    if query.article is not None:
        wanted = or_(articles.c.id == clean(query.article), articles.c.name == clean(query.article))
        parts.append(s.article.in_(select(articles.c.number).where(wanted)))
    if query.text is not None and query.text.strip():
        parts.append(search.matches(query.text, dialect))
    return and_(*parts) if parts else s.number.is_not(None)


def last_day(date: PartialDate) -> str:
    """The latest day that a partial date may mean, in ISO form."""
    if len(date.iso) == 4:
        return f"{date.iso}-12-31"
    if len(date.iso) == 7:
        year, month = map(int, date.iso.split("-"))
        return f"{date.iso}-{calendar.monthrange(year, month)[1]:02d}"
    return date.iso


def _named(column: Column[Any], name: str) -> ColumnElement[bool]:
    # Through the distinct names: those are few and stand in the index, the rows are many.
    return column.in_(select(column).distinct().where(_holds(column, name)))


def _holds(column: Column[Any], name: str) -> ColumnElement[bool]:
    # Blanks around both, so that whole words match.
    padded: ColumnElement[str] = " " + column + " "
    return padded.contains(f" {key(name)} ", autoescape=True)
