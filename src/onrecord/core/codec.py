"""Convert statements and articles to and from plain dicts: the JSON Lines contract and its one version number.

`docs/fields.md` describes every key. Reading a record back cites each span anew from the article's text, so a
record whose offsets do not fit its text cannot become a `Statement`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from onrecord.core.span import Evidence, Text
from onrecord.core.statement import (
    FIELDS,
    Act,
    Article,
    Commitment,
    Form,
    Judgement,
    PartialDate,
    Stance,
    Statement,
    extra_json,
    plain,
)
from onrecord.errors import CodecError, SpanError

SCHEMA = 1
T = TypeVar("T")
Record = dict[str, Any]
Spans = list[list[int]]


def statement_to_dict(statement: Statement) -> Record:
    """Convert a statement to a record.

    Args:
        statement: the statement to convert.

    Returns:
        A dict with the keys of the contract, in its order.
    """
    values = {name: plain(judgement.value) for name, judgement in statement.judgements()}
    probability = None if statement.probability is None else round(statement.probability, 4)
    return {
        "id": statement.id,
        "article": statement.article.name,
        "text_id": statement.article.text.id,
        "content": offsets(statement.content),
        "cue": offsets(statement.cue),
        "source": offsets(statement.source),
        "quote": statement.quote,
        **values,
        "nested_in": statement.nested_in,
        "judgements": {name: _judgement_to_dict(judgement) for name, judgement in statement.judgements()},
        **_present(probability=probability, extra=_decoded(statement.extra)),
        "schema": SCHEMA,
    }


def statement_from_dict(record: Mapping[str, Any], article: Article) -> Statement:
    """Build the statement of a record about `article`.

    Raises:
        CodecError: the record does not fit the article or the schema.
    """
    if record.get("schema") != SCHEMA:
        raise CodecError(f"a record of schema {record.get('schema')!r} where {SCHEMA} is expected")
    if record.get("text_id") != article.text.id:
        raise CodecError(f"the record {record.get('id')!r} is about another text than article {article.name!r}")
    try:
        judged: dict[str, Any] = {name: _judgement_from_dict(record, name, article.text) for name in FIELDS}
        statement = Statement(
            article=article,
            source=evidence(record["source"], article.text),
            cue=evidence(record["cue"], article.text),
            content=evidence(record["content"], article.text),
            nested_in=record["nested_in"],
            probability=record.get("probability"),
            extra=extra_json(record.get("extra") or {}),
            **judged,
        )
    except (KeyError, TypeError, ValueError, SpanError) as error:
        raise CodecError(f"the record {record.get('id')!r} does not follow schema {SCHEMA}: {error}") from error
    if statement.id != record["id"]:
        raise CodecError(f"the record {record['id']!r} was changed: its content hashes to {statement.id}")
    return statement


def article_to_dict(article: Article) -> Record:
    """Convert an article to the record of a JSON line, which `onrecord read` accepts as input."""
    return {
        "id": article.name,
        "title": article.title,
        "publisher": article.outlet,
        "published": None if article.published is None else str(article.published),
        "url": article.url,
        "text": article.text.content,
        **_present(extra=_decoded(article.extra)),
    }


def article_from_dict(record: Mapping[str, Any]) -> Article:
    """Build an article from the record of `article_to_dict`.

    Raises:
        CodecError: a key is missing or has the wrong type.
    """
    try:
        published = record.get("published")
        return Article(
            text=Text(record["text"]),
            name=record["id"],
            title=record.get("title"),
            outlet=record.get("publisher"),
            published=None if published is None else PartialDate(published),
            url=record.get("url"),
            extra=extra_json(record.get("extra") or {}),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise CodecError(f"not an article record: {error!r}") from error


def offsets(pieces: tuple[Evidence, ...]) -> Spans:
    """Return the spans of the pieces as lists of [start, end)."""
    return [[piece.span.start, piece.span.end] for piece in pieces]


def evidence(spans: Spans, text: Text) -> tuple[Evidence, ...]:
    """Cite the pieces at lists of [start, end)."""
    return text.cite_all((start, end) for start, end in spans)


def _judgement_to_dict(judgement: Judgement[object]) -> Record:
    return {
        "value": plain(judgement.value),
        "rule": judgement.rule,
        "confidence": round(judgement.confidence, 4),
        "evidence": offsets(judgement.evidence),
    }


def _judgement_from_dict(record: Mapping[str, Any], name: str, text: Text) -> Judgement[Any]:
    raw = record["judgements"][name]
    return Judgement(
        value=_READERS.get(name, _as_is)(raw["value"], text),
        rule=raw["rule"],
        confidence=raw["confidence"],
        evidence=evidence(raw["evidence"], text),
    )


def _present(**values: Any) -> Record:
    """Return the optional keys that have a value, so that older records stay as they are."""
    return {name: value for name, value in values.items() if value is not None}


def _decoded(extra: str | None) -> Any:
    return None if extra is None else json.loads(extra)


def _as_is(value: Any, text: Text) -> Any:
    return value


def _closed(kind: Callable[[str], T]) -> Callable[[Any, Text], T]:
    return lambda value, text: kind(value)


_READERS: dict[str, Callable[[Any, Text], Any]] = {
    "form": _closed(Form),
    "act": _closed(Act),
    "stance": _closed(Stance),
    "commitment": _closed(Commitment),
    "chain": lambda value, text: tuple(value),
    "condition": evidence,
    "when": lambda value, text: None if value is None else PartialDate(value),
}
