"""Write W3C Web Annotations (JSON-LD): one annotation per statement, in an AnnotationCollection of one page.

Each piece of the content is a target, with a TextPositionSelector in code points and a TextQuoteSelector with prefix
and suffix, as the Web Annotation Data Model (W3C, 2017) has them. The bodies are a readable text, tags, and the whole
record of the statement as a JSON literal, from which it is read back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from onrecord import __version__
from onrecord.core.codec import statement_from_dict, statement_to_dict
from onrecord.core.span import Evidence
from onrecord.core.statement import Article, Statement
from onrecord.errors import CodecError, ExchangeError

CONTEXT: list[Any] = [
    "http://www.w3.org/ns/anno.jsonld",
    {
        "onrecord": "urn:onrecord:ns:",
        "record": {"@id": "onrecord:record", "@type": "@json"},
        "Statement": "onrecord:Statement",
    },
]
GENERATOR = {"id": "urn:onrecord:software", "type": "Software", "name": f"OnRecord {__version__}"}
TAGS = ("speaker", "affiliation", "issue", "stance", "act", "commitment")
AROUND = 32


def collection(
    results: Iterable[tuple[Article, Sequence[Statement]]],
    *,
    label: str = "Statements",
    created: str | None = None,
    coders: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Make the annotations of all statements.

    `created` is the time of the ledger's last batch, `coders` names the people who entered or accepted statements.
    """
    by = coders or {}
    items = [_annotation(article, one, by.get(one.id)) for article, statements in results for one in statements]
    items = [{**item, "created": created} if created else item for item in items]
    return {
        "@context": CONTEXT,
        "id": "urn:onrecord:statements",
        "type": "AnnotationCollection",
        "label": label,
        "generator": GENERATOR,
        **({"created": created} if created else {}),
        "total": len(items),
        "first": {
            "id": "urn:onrecord:statements:1",
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": items,
        },
    }


def write(
    results: Iterable[tuple[Article, Sequence[Statement]]],
    *,
    created: str | None = None,
    coders: Mapping[str, str] | None = None,
) -> str:
    """Encode the collection as JSON-LD."""
    return json.dumps(collection(results, created=created, coders=coders), ensure_ascii=False, indent=1) + "\n"


def read(text: str, articles: Iterable[Article]) -> Iterator[Statement]:
    """Read the statements of a collection about these articles.

    Raises:
        ExchangeError: a selector does not fit its text.
    """
    known = {article.text.id: article for article in articles}
    try:
        items = json.loads(text)["first"]["items"]
        for item in items:
            record = next(body["record"] for body in item["body"] if body["type"] == "Statement")
            article = known.get(record["text_id"])
            if article is None:
                raise ExchangeError(f"{item['id']}: about a text that is not among the articles")
            statement = statement_from_dict(record, article)
            if [target["selector"] for target in item["target"]] != [_selectors(article, p) for p in statement.content]:
                raise ExchangeError(f"{item['id']}: its selectors do not fit its text")
            yield statement
    except RecursionError as error:
        raise ExchangeError("not a collection of annotations: nested too deeply; export it again") from error
    except (ValueError, KeyError, TypeError, StopIteration, CodecError) as error:
        raise ExchangeError(f"not a collection of annotations of statements: {error!r}") from error


def _annotation(article: Article, statement: Statement, coder: str | None) -> dict[str, Any]:
    record = statement_to_dict(statement)
    tags = [f"{name}: {record[name]}" for name in TAGS if record[name] is not None]
    summary = f"{record['speaker'] or 'somebody'} ({record['act']}, {record['stance']}, {record['commitment']})"
    bodies: list[Mapping[str, Any]] = [
        {
            "type": "TextualBody",
            "purpose": "describing",
            "format": "text/plain",
            "language": "en",
            "value": summary,
        },
        *[{"type": "TextualBody", "purpose": "tagging", "format": "text/plain", "value": tag} for tag in tags],
        {"type": "Statement", "purpose": "classifying", "record": record},
    ]
    source = article.url or f"urn:sha256:{article.text.id}"
    return {
        "id": f"urn:onrecord:statement:{statement.id}",
        "type": "Annotation",
        "motivation": "classifying",
        "generator": GENERATOR,
        "creator": {"type": "Person", "name": coder} if coder else GENERATOR,
        "body": bodies,
        "target": [{"source": source, "selector": _selectors(article, piece)} for piece in statement.content],
    }


def _selectors(article: Article, piece: Evidence) -> list[dict[str, Any]]:
    start, end = piece.span.start, piece.span.end
    content = article.text.content
    return [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {
            "type": "TextQuoteSelector",
            "exact": piece.quote,
            "prefix": content[max(0, start - AROUND) : start],
            "suffix": content[end : end + AROUND],
        },
    ]
