"""What plural pronouns mean where nobody has spoken: the plural noun phrase that opens the sentence."""

from __future__ import annotations

import pytest

from .saying_made import who


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("As miners gathered at the gate, [1s they] [1c demanded] [1q a pay rise].", "miners"),
        (
            "Union leaders in the North left. [1s They] [1c demanded] [1q a rise].",
            "Union leaders in the North",
        ),
        (
            "Anna Lee and Maria Stone met, where [1s they] [1c praised] [1q the dam].",
            "Anna Lee and Maria Stone",
        ),
        ("Fiji and Tonga met, where [1s they] [1c praised] [1q the dam].", "Fiji and Tonga"),
        ("The lead was largest among [1s those] [1c who called] [1q the dam safe].", "those"),
    ],
)
def test_they_are_the_plural_subject(text: str, speaker: str) -> None:
    """A group, or two who are named together."""
    assert who(text)[0][0] == speaker


@pytest.mark.parametrize(
    "text",
    ["Sometimes [1s they] [1c said] [1q it leaked].", "It fell on Ann Lee. [1s They] [1c said] [1q it leaked]."],
)
def test_they_stay_open_without_one(text: str) -> None:
    """An adverb is nobody, nor is one person several."""
    assert who(text)[0][0] is None


def test_the_two_are_those_who_spoke_together() -> None:
    """'The two lawmakers' and 'the two' are the joint speakers just before, whoever else was named since."""
    text = (
        "[1s Chairman Bob Good and Chairman Trey Lind] [1c asked] [1q for more]. Karl Moss stayed away. "
        "[2s The two lawmakers] [2c argued] [2q that it was lawful]. [3s The two] [3c said] [3q it was bad]."
    )
    assert [name for name, _ in who(text)] == ["Bob Good and Trey Lind"] * 3


def test_a_long_name_is_taken_whole() -> None:
    """Of 'director of Women for Peace' the body is the whole name, not its first word."""
    text = "[1s Lena Orr, director of Women for Peace,] [1c said] [1q the talks had failed]."
    assert who(text) == [("Lena Orr", "Women for Peace")]
