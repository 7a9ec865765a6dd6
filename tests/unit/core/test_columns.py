"""The columns of the statement table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from tests.made import statement

from onrecord.core import columns
from onrecord.core.statement import Judgement, PartialDate, describe_article, extra_json, plain
from onrecord.record import schema


def test_a_position_is_as_sure_as_its_parts_together() -> None:
    """The confidence of a position is that of the speaker times that of the stance, which the statement's bounds."""
    made = statement()
    made = replace(
        made,
        probability=0.5,
        speaker=replace(made.speaker, confidence=0.8),
        issue=replace(made.issue, confidence=0.9),
        stance=replace(made.stance, confidence=0.7),
    )
    assert columns.position_confidence(made) == pytest.approx(0.4)
    assert columns.position_confidence(replace(made, probability=None)) == pytest.approx(0.56)
    assert columns.row(made)["confidence"] == pytest.approx(0.4)
    assert columns.row(made)["probability"] == 0.5
    assert columns.row(made)["speaker_confidence"] == 0.8


def test_the_day_of_speech_is_the_articles_where_none_is_named() -> None:
    """`when` is what the text says; `date` falls back to the day of publication."""
    made = statement()
    undated = replace(made, when=Judgement(value=None, rule="", confidence=1.0))
    published = replace(undated, article=replace(made.article, published=PartialDate("2026-03")))
    assert (columns.row(published)["when"], columns.row(published)["date"]) == (None, date(2026, 3, 1))
    unknown = replace(undated, article=replace(made.article, published=None))
    assert (columns.row(unknown)["date"], columns.row(unknown)["published"]) == (None, None)


def test_what_a_statement_may_lack_is_optional_and_nothing_else() -> None:
    """The columns that may be null are those of facts that a text need not give."""
    assert {column.name for column in columns.COLUMNS if column.optional} == {
        "title", "outlet", "published", "url", "when", "date", "speaker", "affiliation", "venue", "issue", "nested_in",
        "probability", "speaker_confidence", "issue_confidence", "stance_confidence",
    }  # fmt: skip
    assert {column.name for column in columns.OF_ARTICLE} == {
        "article", "article_name", "title", "outlet", "published", "url",
    }  # fmt: skip


def test_each_column_names_a_column_of_the_ledger() -> None:
    """`stored` is a column of the ledger's tables; a statement's own is called alike, but for `when`, a word of SQL."""
    assert all(column.stored in schema.articles.c for column in columns.OF_ARTICLE)
    own = [column for column in columns.COLUMNS if column not in columns.OF_ARTICLE]
    assert all(column.stored in schema.statements.c for column in own)
    assert {column.name: column.stored for column in own if column.kind is columns.Kind.TEXT
            and column.stored != column.name} == {"when": "moment"}  # fmt: skip


def test_a_row_has_the_types_of_the_schema() -> None:
    """A row fits a frame of the declared types, and its pieces are joined by an ellipsis."""
    frame = pl.DataFrame([columns.row(statement())], schema=columns.schema(), orient="row")
    assert frame.columns == list(columns.NAMES)
    assert frame["start"].dtype == pl.Int64
    assert columns.SEPARATOR.join(["a", "b"]) == "a … b"


def test_foreign_variables_are_compact_json() -> None:
    """What another program knows is one JSON object without spaces, or nothing."""
    assert extra_json({}) is None
    assert extra_json({"a": "ä", "b": 1}) == '{"a":"ä","b":1}'
    assert plain((PartialDate("2026"), "x")) == ["2026", "x"]


def test_an_article_is_described_by_what_is_known_of_it() -> None:
    """The line has name, title, outlet and date in this order, without what is missing."""
    assert describe_article({"name": "a", "title": "T", "outlet": None, "published": "2026"}) == "a · T · 2026"
    made = statement().article
    assert made.text.content not in repr(made), "a text is too long to show"
