"""JSON Lines: each article as `onrecord read` takes it, followed by its statements as `onrecord read` prints them.

A line with the key `schema` is a statement and belongs to the article before it; `docs/fields.md` has every key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from onrecord.core.codec import article_from_dict, article_to_dict, statement_from_dict, statement_to_dict
from onrecord.core.statement import Article, Statement
from onrecord.errors import CodecError, ExchangeError


def lines(results: Iterable[tuple[Article, Sequence[Statement]]]) -> Iterator[str]:
    """The lines, without their ends."""
    for article, statements in results:
        yield json.dumps(article_to_dict(article), ensure_ascii=False)
        for statement in statements:
            yield json.dumps(statement_to_dict(statement), ensure_ascii=False)


def read(source: Iterable[str]) -> Iterator[tuple[Article, list[Statement]]]:
    """The articles with their statements; ExchangeError with the line's number where one does not fit."""
    article: Article | None = None
    statements: list[Statement] = []
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if isinstance(record, dict) and "schema" in record:
                if article is None:
                    raise CodecError("a statement before any article")
                statements.append(statement_from_dict(record, article))
                continue
            if article is not None:
                yield article, statements
            article, statements = article_from_dict(record), []
        except (CodecError, ValueError, AttributeError) as error:
            raise ExchangeError(f"line {number}: {error}") from error
    if article is not None:
        yield article, statements
