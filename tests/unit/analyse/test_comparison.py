"""Two readings of one text compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.made import article, statement

from onrecord.analyse.comparison import compare, match
from onrecord.core.statement import Judgement, Stance, Statement

ON = article()


def at(start: int, end: int, **values: Any) -> Statement:
    """A statement with its content at a place of the text and some other judged values."""
    judged = {name: Judgement(value=value, rule="", confidence=1.0) for name, value in values.items()}
    empty = Judgement(value=(), rule="", confidence=1.0)
    return replace(statement(ON), content=ON.text.cite_all([(start, end)]), condition=empty, **judged)


def test_statements_match_where_half_of_their_contents_is_common() -> None:
    """Half of all characters that the two cover suffices; the best pair comes first and each statement once."""
    assert match([at(0, 10)], [at(5, 10)]) == [(at(0, 10), at(5, 10))]
    assert match([at(0, 10)], [at(6, 10)]) == []
    assert match([at(0, 10), at(2, 10)], [at(2, 10)]) == [(at(2, 10), at(2, 10))]
    first, second = [at(0, 10), at(20, 30)], [at(0, 9), at(21, 30)]
    assert match(first, second) == list(zip(first, second, strict=True))


def test_agreement_by_field() -> None:
    """Names agree in any letter case; a stance is compared where the issue is the same."""
    first = [at(0, 10, speaker="Ann Lee"), at(20, 30, issue="toll"), at(40, 50)]
    second = [at(0, 10, speaker="ANN LEE", stance=Stance.SUPPORT), at(20, 30, stance=Stance.SUPPORT)]
    found = compare(first, second)
    assert (found.articles, found.first, found.second, found.matched) == (1, 3, 2, 2)
    assert found.f1 == pytest.approx(0.8)
    assert (found.fields["speaker"].pairs, found.fields["speaker"].agree) == (2, 2)
    assert (found.fields["issue"].agree, found.fields["issue"].share) == (1, 0.5)
    assert (found.fields["stance"].pairs, found.fields["stance"].agree) == (1, 0)
    assert found.fields["act"].alpha is None, "all values are the same"
    assert found.fields["issue"].alpha == pytest.approx(0.0)


def test_only_shared_articles_count() -> None:
    """Articles that one reading lacks leave the comparison; without any there are no shares."""
    other = statement(article("Other. " + ON.text.content))
    found = compare([at(0, 10), other], [at(0, 10)])
    assert (found.articles, found.first, found.matched) == (1, 1, 1)
    nothing = compare([other], [at(0, 10)])
    assert (nothing.articles, nothing.f1, nothing.fields["act"].share) == (0, None, None)
