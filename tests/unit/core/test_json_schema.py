"""The JSON Schemas describe the records that the program writes and the files that it reads."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest
import yaml
from tests.made import article, statement

from onrecord.core.codec import article_to_dict, statement_to_dict
from onrecord.core.json_schema import article_schema, statement_schema
from onrecord.lexicon.codebook_schema import codebook_schema

jsonschema = pytest.importorskip("jsonschema")


def errors(schema: dict[str, Any], value: object) -> list[str]:
    """Return the schema errors of a value."""
    checker = jsonschema.Draft202012Validator(schema)
    return [error.message for error in checker.iter_errors(value)]


@pytest.mark.parametrize("schema", [statement_schema(), article_schema(), codebook_schema()])
def test_schemas_are_valid_schemas(schema: dict[str, Any]) -> None:
    """Each schema follows the dialect that it names."""
    jsonschema.Draft202012Validator.check_schema(schema)


def test_a_written_statement_is_valid() -> None:
    """A record of the codec has no error, and one with a value outside the closed lists has one."""
    record = json.loads(json.dumps(statement_to_dict(statement())))
    assert errors(statement_schema(), record) == []
    assert errors(statement_schema(), {**record, "stance": "perhaps"})
    assert errors(statement_schema(), {**record, "content": []})
    broken = {**record, "judgements": {**record["judgements"], "act": {"value": "sing", "rule": "", "confidence": 2}}}
    assert len(errors(statement_schema(), broken)) >= 2


def test_a_written_article_is_valid() -> None:
    """An article that is written as a JSON line is one that the schema of input takes."""
    assert errors(article_schema(), json.loads(json.dumps(article_to_dict(article())))) == []
    assert errors(article_schema(), {"title": "No text"})


@pytest.mark.parametrize(
    "name", ["data/sample/straits.yaml", "data/sample/sund.yaml", "lexicon/codebook-template.yaml"]
)
def test_bundled_codebooks_are_valid(name: str) -> None:
    """Every codebook that comes with the program follows the schema."""
    text = (resources.files("onrecord") / name).read_text(encoding="utf-8")
    assert errors(codebook_schema(), yaml.safe_load(text)) == []
    assert errors(codebook_schema(), {"issues": {"a b": {"label": "x"}}})
