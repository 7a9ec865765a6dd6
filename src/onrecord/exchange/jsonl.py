"""Write JSON Lines: each article as `onrecord read` accepts it, followed by its statements as `onrecord read` prints
them.

A line with the key `schema` is a statement and belongs to the article before it; `docs/fields.md` has every key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from onrecord.analyse.actors import Names
from onrecord.core.codec import article_from_dict, article_to_dict, statement_from_dict, statement_to_dict
from onrecord.core.statement import Article, Statement
from onrecord.errors import CodecError, ExchangeError


def lines(results: Iterable[tuple[Article, Sequence[Statement]]], names: Names | None = None) -> Iterator[str]:
    """Yield the lines, without their ends; with `names`, records say how people decided to call the speaker."""
    for article, statements in results:
        yield json.dumps(article_to_dict(article), ensure_ascii=False)
        for statement in statements:
            yield json.dumps(record(statement, names), ensure_ascii=False)


def record(statement: Statement, names: Names | None = None) -> dict[str, Any]:
    """Return a statement's record as it was read, with the key `known_as` where people call its speaker otherwise."""
    made = statement_to_dict(statement)
    shown = None if names is None else names.shown_as(statement.speaker.value, statement.affiliation.value)
    if shown is not None:
        made["known_as"] = {"speaker": shown[0], "affiliation": shown[1]}
    return made


def read(source: Iterable[str]) -> Iterator[tuple[Article, list[Statement]]]:
    """Yield the articles with their statements.

    Raises:
        ExchangeError: a line does not fit; the message has its number.
    """
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
        except RecursionError as error:
            raise ExchangeError(f"line {number}: nested too deeply; export it again") from error
        except (CodecError, ValueError, AttributeError) as error:
            raise ExchangeError(f"line {number}: {error}") from error
    if article is not None:
        yield article, statements
