"""Build the JSON Schema (draft 2020-12) of a codebook, for editors that complete and check YAML."""

from __future__ import annotations

from typing import Any


def codebook_schema() -> dict[str, Any]:
    """Return the schema of a codebook file."""
    text = {"type": "string", "minLength": 1}
    issue = {
        "type": "object",
        "properties": {
            "label": {**text, "description": "A short name, for column heads."},
            "proposition": {
                **text,
                "description": "One affirmative sentence, of policy or of fact, that can be supported or opposed.",
            },
            "terms": {
                "type": "array",
                "minItems": 1,
                "items": {"type": ["string", "number"]},
                "description": "Words that point to the issue, as they are printed in articles.",
            },
        },
        "required": ["label", "proposition", "terms"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:onrecord:schema:codebook",
        "title": "Codebook",
        "description": "The issues that an analyst follows (docs/codebook.md).",
        "type": "object",
        "properties": {
            "name": text,
            "description": {"type": "string", "description": "What it is about; it may explain capitals and seats."},
            "issues": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": r"^[\w.-]+$"},
                "additionalProperties": issue,
            },
        },
        "required": ["issues"],
    }
