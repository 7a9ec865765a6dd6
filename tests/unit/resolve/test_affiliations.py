"""Whom speakers speak for: bodies, states and parties that an article tells in ways of its own."""

from __future__ import annotations

import pytest
from tests.unit.resolve.saying_made import who


def side(text: str) -> str | None:
    """The affiliation of the only statement of a text."""
    ((_, found),) = who(text, published="2015-03-05")
    return found


@pytest.mark.parametrize(
    ("source", "joint"),
    [
        ("Senator Ann Lee (R-Texas) and Senator Bo Dahl (D-Ohio)", None),
        ("French President Jean Roux and German Chancellor Eva Kranz", "France and Germany"),
        ("The Guild of Potters and the Weavers Union", "Guild of Potters and Weavers Union"),
    ],
)
def test_persons_of_two_parties_have_no_joint_affiliation(source: str, joint: str | None) -> None:
    """States and bodies that speak together are joined; persons who differ in party have none in common."""
    assert side(f"[1s {source}] [1c said] [1q it would rain].") == joint


@pytest.mark.parametrize("name", ["Nurses for Peace", "Democrats for Rivers"])
def test_a_name_goes_on_after_a_preposition(name: str) -> None:
    """A body joined to a role is named to its end, also where its first word is that of a party."""
    assert side(f"[1s Ann Lee, director of {name},] [1c said] [1q it would rain].") == name


@pytest.mark.parametrize("title", ["Press Secretary", "National Security Adviser"])
def test_a_title_is_no_part_of_the_body_before_it(title: str) -> None:
    """The words of a title after the seat of a state leave the state."""
    assert side(f"[1s White House {title} Ann Lee] [1c said] [1q it would rain].") == "United States"


def test_a_role_without_a_body_is_of_the_body_named_before() -> None:
    """A spokeswoman without a body speaks for the one that the article tells of."""
    assert side("The Harbor Trust met. [1s Ann Lee, a spokeswoman,] [1c said] [1q it would rain].") == "Harbor Trust"


def test_a_short_name_is_of_the_body_named_in_full() -> None:
    """The first words of a body's name, read as a place, are that body."""
    text = "The ships of Orrin River Networks lay still. [1s A spokesman for Orrin River] [1c said] [1q it rained]."
    assert side(text) == "Orrin River Networks"


def test_police_and_soldiers_speak_for_their_state() -> None:
    """A state's adjective before a member of its forces gives the state."""
    assert side("[1s An Iraqi policeman] [1c said] [1q it would rain].") == "Iraq"


@pytest.mark.parametrize(("verb", "campaign"), [("mocked economics", None), ("economic", "Orr campaign")])
def test_a_title_does_not_reach_over_a_verb(verb: str, campaign: str | None) -> None:
    """Who did something to an adviser is not whom the adviser serves; a name right before the role is."""
    assert side(f"Bill Orr is running. Bill Orr {verb} adviser Bo Dahl. [1s Dahl] [1c said] [1q no].") == campaign


@pytest.mark.parametrize(
    "text",
    [
        "The Courier reported that [1s Minister Bo Dahl] [1c denied] [1q the charge].",
        "[1s Ann Lee] [1c told] the Port Courier [1q it would rain].",
        "[1s Bo Dahl's lawyer, Tone Vik,] [1c said] [1q it would rain].",
    ],
)
def test_whom_a_speaker_merely_stands_beside_is_no_affiliation(text: str) -> None:
    """An outlet that reports or is told, and a client outside any election."""
    assert side(text) is None


def test_a_body_with_a_preposition_before_the_role_is_read_whole() -> None:
    """The governor of the Bank of England does not speak for England."""
    assert side("[1s Bank of England governor Ruth Pell] [1c said] [1q it would rain].") == "United Kingdom"


def test_an_abbreviation_after_or_is_the_same_body() -> None:
    """'The Harbour Safety Board, or HSB,' is one speaker, and HSB the body of its inspector."""
    text = (
        "[1s The Harbour Safety Board, or HSB,] [1c said] [1q yes]. "
        "[2s HSB inspector Ann Lee] [2c said] [2q it would rain]."
    )
    assert who(text) == [("HSB", "HSB"), ("Ann Lee", "HSB")]
