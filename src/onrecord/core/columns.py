"""Define the columns of a statement table, shared by the stores, the view, the analyses and the exports.

A column has a name, a kind of value and a getter that takes it from a `Statement`. Polars and SQL types follow from the
kind, so that a column which is added here appears in the ledger, the archive, every table and every export.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from onrecord.core.statement import Judgement, PartialDate, Statement

MIN_CONFIDENCE = 0.85
"""The least confidence of a statement whose position is shown, where a query names no other threshold."""

CONFIDENT = ("speaker", "issue", "stance")
"""The judgements that a position rests on: who takes which side of what."""

SEPARATOR = " … "


class Kind(StrEnum):
    """List the types of column values."""

    TEXT = "text"
    TEXTS = "texts"  # a list of texts
    DATE = "date"
    INTEGER = "integer"
    REAL = "real"


@dataclass(frozen=True, slots=True)
class Column:
    """Describe one column of the statement table.

    `stored` is the column of the ledger's table `statements` that holds it, or of its table `articles` where
    `of_article` is set. `optional` columns may be null.
    """

    name: str
    kind: Kind
    value: Callable[[Statement], Any]
    stored: str
    optional: bool = False
    of_article: bool = False


def position_confidence(statement: Statement) -> float:
    """Return the probability that the position is right: that of the speaker times that of the stance.

    The stance's takes in that of the issue, and is at most the probability that there is a statement at all. A
    statement whose own probability is unknown counts as a statement.
    """
    stance = _rounded(statement.stance)
    if statement.probability is not None:
        stance = min(stance, statement.probability)
    return round(_rounded(statement.speaker) * stance, 6)


def _rounded(judgement: Judgement[Any]) -> float:
    """Round a judgement's confidence as records store it."""
    return round(judgement.confidence, 4)


def _speech_date(statement: Statement) -> PartialDate | None:
    return statement.when.value or statement.article.published


def _iso(date: PartialDate | None) -> str | None:
    return None if date is None else date.iso


def _date(statement: Statement) -> Any:
    spoken = _speech_date(statement)
    return None if spoken is None else spoken.first_day()


def _article(name: str, value: Callable[[Statement], Any], stored: str, *, optional: bool = False) -> Column:
    return Column(name, Kind.TEXT, value, stored, optional, of_article=True)


def _text(name: str, value: Callable[[Statement], Any], *, optional: bool = False, stored: str = "") -> Column:
    return Column(name, Kind.TEXT, value, stored or name, optional)


COLUMNS: tuple[Column, ...] = (
    _text("id", lambda s: s.id),
    _article("article", lambda s: s.article.id, "id"),
    _article("article_name", lambda s: s.article.name, "name"),
    _article("title", lambda s: s.article.title, "title", optional=True),
    _article("outlet", lambda s: s.article.outlet, "outlet", optional=True),
    _article("published", lambda s: _iso(s.article.published), "published", optional=True),
    _article("url", lambda s: s.article.url, "url", optional=True),
    _text("when", lambda s: _iso(s.when.value), optional=True, stored="moment"),
    Column("date", Kind.DATE, _date, "day", optional=True),
    _text("form", lambda s: s.form.value.value),
    _text("speaker", lambda s: s.speaker.value, optional=True),
    _text("affiliation", lambda s: s.affiliation.value, optional=True),
    Column("chain", Kind.TEXTS, lambda s: list(s.chain.value), "chain"),
    _text("venue", lambda s: s.venue.value, optional=True),
    _text("act", lambda s: s.act.value.value),
    _text("issue", lambda s: s.issue.value, optional=True),
    _text("stance", lambda s: s.stance.value.value),
    _text("commitment", lambda s: s.commitment.value.value),
    Column("condition", Kind.TEXTS, lambda s: [piece.quote for piece in s.condition.value], "condition"),
    _text("quote", lambda s: s.quote),
    _text("cue", lambda s: SEPARATOR.join(piece.quote for piece in s.cue)),
    _text("source", lambda s: SEPARATOR.join(piece.quote for piece in s.source)),
    Column("start", Kind.INTEGER, lambda s: s.content[0].span.start, "start"),
    Column("confidence", Kind.REAL, position_confidence, "confidence"),
    _text("nested_in", lambda s: s.nested_in, optional=True),
    Column("probability", Kind.REAL, lambda s: s.probability, "probability", optional=True),
    Column("speaker_confidence", Kind.REAL, lambda s: _rounded(s.speaker), "speaker_confidence", optional=True),
    Column("issue_confidence", Kind.REAL, lambda s: _rounded(s.issue), "issue_confidence", optional=True),
    Column("stance_confidence", Kind.REAL, lambda s: _rounded(s.stance), "stance_confidence", optional=True),
)  # fmt: skip

NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)
BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
OF_STATEMENT: tuple[Column, ...] = tuple(column for column in COLUMNS if not column.of_article)
OF_ARTICLE: tuple[Column, ...] = tuple(column for column in COLUMNS if column.of_article)
# Columns that tables from DNA have besides these, and those of them that describe a document.
DNA_DOCUMENT = ("author", "section", "type")
DNA = ("time", "stop", "number", "coder", *DNA_DOCUMENT, "qualifier")
RESERVED = frozenset((*NAMES, "human_checked", "asserted", "cluster", *DNA))  # with those that a view adds


def row(statement: Statement) -> dict[str, Any]:
    """Return the statement as a row of the statement table."""
    return {column.name: column.value(statement) for column in COLUMNS}


def schema() -> dict[str, Any]:
    """Return the columns with their Polars types, in order."""
    import polars as pl

    types: dict[Kind, Any] = {
        Kind.TEXT: pl.String,
        Kind.TEXTS: pl.List(pl.String),
        Kind.DATE: pl.Date,
        Kind.INTEGER: pl.Int64,
        Kind.REAL: pl.Float64,
    }
    return {column.name: types[column.kind] for column in COLUMNS}
