"""A garbled report of a negotiation, read from end to end with a codebook."""

from __future__ import annotations

import pytest

from onrecord import load
from onrecord.core.span import Text
from onrecord.core.statement import Article, Statement
from onrecord.lexicon.codebook import codebook_from_dict

TEXT = """\
Brandt: role of the Alliance "unlikely"

The Secretary General of the Northern Alliance, Orsolya Brandt, told the Vestra Tribune that participation of the \
Alliance in a peacekeeping force in Tarsia is unlikely. She did not rule out that individual members could go by \
themselves. Brandt called talk about security guarantees too early before there is peace. Tarsia's accession to the \
Alliance, she said, is irreversible and does not depend on the peace agreement.

Despite the recent statement of US President Harold Crane denying that American soldiers will be sent, the Tribune \
writes that the planning goes on.

Ardenian Foreign Minister Pavel Sorin said that Ardenia is categorically against the deployment of foreign troops in \
Tarsia. He demanded that the Alliance abandon its intention.

Deputy head of the Ardenian State Council Igor Melnik warned that this would lead to a war.
"""
BOOK = {
    "issues": {
        "force": {
            "label": "Peacekeeping force",
            "proposition": "Foreign troops should be deployed in Tarsia.",
            "terms": ["peacekeeping force", "troops", "soldiers", "deployment", "contingent"],
        },
        "accession": {
            "label": "Accession",
            "proposition": "Tarsia should join the Alliance.",
            "terms": ["accession", "membership", "join"],
        },
        "guarantees": {
            "label": "Guarantees",
            "proposition": "Tarsia should get security guarantees.",
            "terms": ["security guarantees", "guarantees"],
        },
    }
}


@pytest.fixture(scope="module")
def statements() -> list[Statement]:
    """Read the report."""
    pipeline = load(codebook_from_dict(BOOK, "talks"))
    return pipeline.read_article(Article(text=Text(TEXT), name="report")).statements


def _on(statements: list[Statement], speaker: str, issue: str) -> set[str]:
    """Collect the stances of a speaker on an issue."""
    return {s.stance.value.value for s in statements if s.speaker.value == speaker and s.issue.value == issue}


def test_opponents_of_the_force_oppose_it(statements: list[Statement]) -> None:
    """The minister who is against the deployment opposes it, and nobody has him support it."""
    assert _on(statements, "Pavel Sorin", "force") == {"oppose"}


def test_nobody_is_put_on_the_opposite_side(statements: list[Statement]) -> None:
    """Who finds the force unlikely does not support it, and who calls the accession irreversible does not oppose it."""
    assert "support" not in _on(statements, "Orsolya Brandt", "force")
    assert "oppose" not in _on(statements, "Orsolya Brandt", "accession")
    assert "support" not in _on(statements, "Orsolya Brandt", "guarantees")


def test_what_is_unlikely_is_probably_not(statements: list[Statement]) -> None:
    """A role that is called unlikely has the commitment of a probable negation."""
    unlikely = [s for s in statements if "in a peacekeeping force" in s.quote]
    assert [(s.speaker.value, s.commitment.value.value) for s in unlikely] == [("Orsolya Brandt", "PR-")]


def test_the_denial_is_the_presidents(statements: list[Statement]) -> None:
    """A statement inside a "despite" phrase belongs to the one who made it, not to the paper."""
    denials = [s for s in statements if "American soldiers" in s.quote]
    assert [s.speaker.value for s in denials] == ["Harold Crane"]
    assert denials[0].act.value.value in ("deny", "reject")


def test_who_is_told_to_abandon_a_plan_has_not_spoken(statements: list[Statement]) -> None:
    """A demand on the Alliance is the minister's; the Alliance says nothing by it."""
    demands = [s for s in statements if "abandon" in s.quote]
    assert [(s.speaker.value, s.act.value.value) for s in demands] == [("Pavel Sorin", "demand")]


def test_sides_carry_their_state(statements: list[Statement]) -> None:
    """The deputy head of a state's council speaks for that state, against what was said before."""
    warned = [s for s in statements if "Igor Melnik" in str(s.speaker.value)]
    assert [(s.affiliation.value, s.issue.value, s.stance.value.value) for s in warned] == [
        ("Ardenia", "force", "oppose")
    ]
