"""Records: the JSON Lines contract that others program against."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.made import article, statement

from onrecord.core.codec import (
    SCHEMA,
    article_from_dict,
    article_to_dict,
    statement_from_dict,
    statement_to_dict,
)
from onrecord.core.statement import extra_json
from onrecord.errors import CodecError

KEYS = (
    "id article text_id content cue source quote form speaker affiliation chain venue act issue stance commitment "
    "condition when nested_in judgements schema"
).split()


def test_a_record_has_the_keys_of_the_contract_in_their_order() -> None:
    """Exactly the documented keys, so that a program can rely on them."""
    assert list(statement_to_dict(statement())) == KEYS
    assert statement_to_dict(statement())["schema"] == 1


def test_a_record_survives_the_way_through_json() -> None:
    """Writing, parsing and reading back gives an equal statement with the same id."""
    one = statement()
    again = statement_from_dict(json.loads(json.dumps(statement_to_dict(one))), one.article)
    assert again == one
    assert again.id == one.id


def test_a_judgement_says_why() -> None:
    """Each interpreted field comes with value, rule, confidence and evidence."""
    record = statement_to_dict(statement())
    for name, judged in record["judgements"].items():
        assert judged["value"] == record[name]
        assert set(judged) == {"value", "rule", "confidence", "evidence"}


@pytest.mark.parametrize(
    ("key", "value"),
    [("schema", SCHEMA + 1), ("text_id", "0" * 64), ("id", "0" * 32), ("content", [[0, 10_000]]), ("cue", "said")],
)
def test_a_changed_record_is_refused(key: str, value: object) -> None:
    """A record of another schema or text, with another id or spans outside the text, raises CodecError."""
    one = statement()
    with pytest.raises(CodecError):
        statement_from_dict(statement_to_dict(one) | {key: value}, one.article)


def test_an_unknown_value_is_refused() -> None:
    """A stance that is not in the closed list raises CodecError."""
    record = statement_to_dict(statement())
    record["judgements"]["stance"]["value"] = "enthusiastic"
    with pytest.raises(CodecError):
        statement_from_dict(record, article())


def test_an_article_survives_the_way_through_json() -> None:
    """An article's record is a JSON line that `onrecord read` takes back."""
    one = article()
    assert article_from_dict(json.loads(json.dumps(article_to_dict(one)))) == one


def test_what_another_program_knows_survives() -> None:
    """Foreign variables of an article and of a statement are in their records, and come back from them."""
    one = replace(article(), extra=extra_json({"section": "Politics"}))
    again = article_from_dict(json.loads(json.dumps(article_to_dict(one))))
    assert again.extra == one.extra is not None
    coded = replace(statement(), extra=extra_json({"coder": "Ada"}))
    record = json.loads(json.dumps(statement_to_dict(coded)))
    assert statement_from_dict(record, coded.article).extra == coded.extra is not None


def test_an_article_without_text_is_refused() -> None:
    """A record that lacks its text raises CodecError."""
    with pytest.raises(CodecError):
        article_from_dict({"id": "x"})
