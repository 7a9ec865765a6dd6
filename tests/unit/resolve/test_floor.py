"""Whom a pronoun means by who holds the floor, who is asked, and who is named right after it."""

from __future__ import annotations

import pytest

from .saying_made import who


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            "Robert Lee ran.\n\n[1s Thomas Dahl] [1c rejected] [1q [2s Robert Lee's] [2c charge] [2q it leaked]].\n\n"
            '[3q "It did not,"] [3s he] [3c said].',
            "Thomas Dahl",
        ),
        (
            'Maria Lee leads Maria Lee Works. Maria Lee won. [1q "It leaks,"] [1s Anna Dahl] [1c said].\n\n'
            'Asked about a vote in which Maria Lee faces Ann Birk, [2s she] [2c replied]: [2q "No."]',
            "Anna Dahl",
        ),
        (
            "Robert Lee left. Thomas Dahl stayed.\n\nAsked whether Robert Lee, who had called it a leak, would stay, "
            'Thomas Dahl laughed.\n\n[1q "Never,"] [1s he] [1c said].',
            "Thomas Dahl",
        ),
        ("Robert Lee left. Despite [1s his] [1c dislike] [1q for the dam], Thomas Dahl stayed.", "Thomas Dahl"),
        ("Actress Anna Dahl met Maria Lee. Lee was late. [1s The actress] [1c said] [1q no].", "Anna Dahl"),
    ],
)
def test_who_holds_the_floor_speaks(text: str, speaker: str) -> None:
    """Not who is presupposed in somebody's words, nor whom a question names; "actress" is one."""
    assert who(text)[-1][0] == speaker
