"""Which actors may be one, and why."""

from __future__ import annotations

import pytest
from tests.unit.analyse.made import registered

from onrecord.analyse.actors import RegisteredActor
from onrecord.analyse.merge_suggestions import MAX_NAMESAKES, suggestions


def found(*actors: RegisteredActor) -> list[tuple[str, str, str]]:
    """Return the suggested pairs with their reasons."""
    return [(one.name.name, one.other.name, one.reason) for one in suggestions(actors)]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Mark Rutte", "Rutte", "one name is part of the other"),
        ("Mark Rutte", "M. Rutte", "the same initial and family name “Rutte”"),
        ("Central Election Commission", "C.E.C.", "“C.E.C.” are the initials of “Central Election Commission”"),
        ("Volodymyr Zelensky", "Volodymir Zelensky", "spelled almost alike"),
        ("Anna Petrov", "Anna Petrova", "spelled almost alike"),
    ],
)
def test_each_reason(one: str, other: str, reason: str) -> None:
    """A pair is suggested with its reason, the actor with more statements first."""
    assert found(registered(other, 1), registered(one, 5)) == [(one, other, reason)]
    assert found(registered(one, 1), registered(other, 5)) == [(other, one, reason)]


def test_affiliations_are_part_of_the_reason() -> None:
    """The same name under two affiliations is a pair; a shared affiliation is named."""
    assert found(registered("Ann Lee", 2, "Wire"), registered("Ann Lee", 1, "Post")) == [
        ("Ann Lee", "Ann Lee", "the same name under two affiliations")
    ]
    assert found(registered("Ann Lee", 2, "Wire"), registered("Lee", 1, "Wire")) == [
        ("Ann Lee", "Lee", "one name is part of the other, and both speak for Wire")
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mark Rutte", "Jan Rutte"), ("Division 12", "Division 13"), ("Petrov", "Pavlov"), ("Lee", "Le"),
        ("Ann Lee", "Bo Rask"), ("the United Front", "the People"),
    ],
)  # fmt: skip
def test_others_are_no_pair(one: str, other: str) -> None:
    """Other given names, other numbers and short or unlike spellings are not suggested."""
    assert found(registered(one, 5), registered(other, 1)) == []


def test_pairs_apart_hidden_ones_and_common_family_names_are_left_out() -> None:
    """What people separated or hid is not suggested, nor the pairs of a family name that too many share."""
    pair = [registered("Mark Rutte", 5), registered("Rutte", 1)]
    assert len(suggestions(pair)) == 1
    assert suggestions(pair, [frozenset({"MARK RUTTE", "rutte"})]) == []
    assert suggestions([pair[0], registered("Rutte", 1, hidden=True)]) == []
    many = [registered(f"{letter} Kim", 1) for letter in "BCDEFGHIJKLMN"[:MAX_NAMESAKES]]
    assert len(suggestions([*many[:-1], registered("Kim", 9)])) == MAX_NAMESAKES - 1
    assert suggestions([*many, registered("Kim", 9)]) == []


def test_the_most_heard_come_first() -> None:
    """Pairs are ordered by the statements of the smaller actor, then of the greater."""
    actors = [registered("Mark Rutte", 9), registered("Rutte", 1), registered("Ann Lee", 4), registered("Lee", 3)]
    assert [one.other.name for one in suggestions(actors)] == ["Lee", "Rutte"]
