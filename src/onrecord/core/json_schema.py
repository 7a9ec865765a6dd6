"""Build JSON Schemas (draft 2020-12) of the records that the program writes and of the articles that it reads.

They are built from the closed lists of `core.statement`, so that a value which is added there is valid here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from onrecord.core.codec import SCHEMA
from onrecord.core.statement import FIELDS, Act, Commitment, Form, Stance

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DATE: Schema = {"type": ["string", "null"], "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}
NAME: Schema = {"type": ["string", "null"]}
SPANS: Schema = {
    "type": "array",
    "items": {"type": "array", "prefixItems": [{"type": "integer", "minimum": 0}, {"type": "integer", "minimum": 1}],
              "minItems": 2, "maxItems": 2},
    "description": "Half-open [start, end) offsets into the article's text, in Unicode code points.",
}  # fmt: skip


def closed(values: type[StrEnum]) -> Schema:
    """Return the schema of a closed list."""
    return {"type": "string", "enum": [value.value for value in values]}


VALUES: dict[str, Schema] = {
    "form": closed(Form),
    "speaker": NAME,
    "affiliation": NAME,
    "chain": {"type": "array", "items": {"type": "string"}},
    "venue": NAME,
    "act": closed(Act),
    "issue": NAME,
    "stance": closed(Stance),
    "commitment": closed(Commitment),
    "condition": SPANS,
    "when": DATE,
}
"""The schema of each interpreted field's value, in the order of `FIELDS`."""


def statement_schema() -> Schema:
    """Return the schema of one statement, a line of `onrecord read --format jsonl`."""
    judgement = {
        "type": "object",
        "properties": {
            "rule": {"type": "string"},
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "evidence": SPANS,
        },
        "required": ["value", "rule", "confidence", "evidence"],
    }
    judged = {name: {"allOf": [judgement, {"properties": {"value": VALUES[name]}}]} for name in FIELDS}
    properties: dict[str, Schema] = {
        "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "article": {"type": "string"},
        "text_id": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "content": {**SPANS, "minItems": 1},
        "cue": SPANS,
        "source": SPANS,
        "quote": {"type": "string"},
        **VALUES,
        "nested_in": {"type": ["string", "null"], "pattern": "^[0-9a-f]{32}$"},
        "judgements": {"type": "object", "properties": judged, "required": list(FIELDS)},
        "schema": {"const": SCHEMA},
    }
    optional: dict[str, Schema] = {
        "probability": {"type": "number", "minimum": 0, "maximum": 1, "description": "That it is a statement at all."},
        "extra": {"type": "object", "description": "Variables of another program."},
    }
    return {
        "$schema": DIALECT,
        "$id": f"urn:onrecord:schema:statement:{SCHEMA}",
        "title": "Statement",
        "description": "One attribution with everything that was read from it (docs/fields.md).",
        "type": "object",
        "properties": {**properties, **optional},
        "required": list(properties),
    }


def article_schema() -> Schema:
    """Return the schema of one article, a line of the JSON Lines that `onrecord read` takes."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:onrecord:schema:article:{SCHEMA}",
        "title": "Article",
        "description": "An article to read; only its text is required.",
        "type": "object",
        "properties": {
            "id": {"type": "string", "description": "What the source calls it."},
            "title": NAME,
            "publisher": NAME,
            "published": DATE,
            "url": NAME,
            "text": {"type": "string", "minLength": 1},
        },
        "required": ["text"],
    }
