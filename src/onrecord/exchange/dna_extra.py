"""Store DNA's variables that a ledger has no field for, in the `extra` of articles and statements.

An article's `extra` has the document's time of day, author, section and type. A statement's has the DNA statements that
it stands for (two coders may have coded the same words alike), with their numbers, coders and further variables; the
view (`onrecord.view`) makes rows and columns of them again. Ledgers of earlier versions have the first in the article's
address and the second in the rule of the stance.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from onrecord.core.columns import DNA_DOCUMENT, RESERVED
from onrecord.core.statement import Article, Statement, extra_json

RULE = "dna"
ADDRESS = "dna:document/"


def address(document: Mapping[str, Any]) -> str:
    """Return the address of a row of DOCUMENTS."""
    return f"{ADDRESS}{document['ID']}"


def of_document(document: Mapping[str, Any]) -> str | None:
    """Encode the time, and the author, section and type that are not empty, of a row of DOCUMENTS."""
    said = datetime.fromtimestamp(document["Date"], UTC)
    known = {name: document[name.title()] for name in DNA_DOCUMENT if document[name.title()]}
    return extra_json({"time": f"{said:%Y-%m-%dT%H:%M:%S}", **known})


def document_values(article: Article) -> dict[str, str]:
    """Return the time, author, section and type of an article that came out of a DNA database."""
    if article.extra is not None:
        return {name: str(value) for name, value in json.loads(article.extra).items()}
    if article.url is None or not article.url.startswith(ADDRESS):
        return {}
    return dict(parse_qsl(article.url.partition("?")[2]))


def moment(article: Article) -> datetime | None:
    """Return the document's date and time (UTC), where the article came out of a DNA database."""
    said = document_values(article).get("time")
    return None if said is None else datetime.fromisoformat(said).replace(tzinfo=UTC)


def of_statement(row: Mapping[str, Any], variables: Iterable[str], qualifier: str | None) -> str | None:
    """Encode a row of DNA's statement table; `qualifier` is its variable of the sides if that is no boolean."""
    values = {name: row[name] for name in ("number", "coder", *variables) if row.get(name) not in (None, "")}
    record: dict[str, Any] = {"statements": [values]}
    return extra_json(record if qualifier is None else {"qualifier": qualifier, **record})


def merged(statements: Iterable[Statement]) -> list[Statement]:
    """Return each statement once, standing for all of the DNA statements that say the same of the same words."""
    found: dict[str, Statement] = {}
    for statement in statements:
        known = found.get(statement.id)
        if known is not None:
            record = _record(known)
            record["statements"] += _record(statement)["statements"]
            statement = replace(known, extra=extra_json(record))
        found[statement.id] = statement
    return list(found.values())


def times(statement: Statement) -> int:
    """Return how many DNA statements it stands for; 1 where it came from elsewhere."""
    return max(1, len(_record(statement).get("statements", ())))


def variables(statement: Statement) -> list[dict[str, Any]]:
    """Return the further variables of each of the DNA statements that a statement stands for."""
    held = _record(statement).get("statements") or [{}]
    return [{name: value for name, value in one.items() if name not in RESERVED} for one in held]


def _record(statement: Statement) -> dict[str, Any]:
    given = statement.extra
    if given is None and statement.stance.rule.startswith(RULE + " {"):
        given = statement.stance.rule.removeprefix(RULE + " ")
    record: dict[str, Any] = {} if given is None else json.loads(given)
    return record
