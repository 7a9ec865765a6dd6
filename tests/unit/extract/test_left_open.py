"""What a speaker did not rule out is a statement of its own."""

from __future__ import annotations

import pytest

from onrecord.extract.assemble import RawAttribution
from onrecord.extract.left_open import left_open


def _words(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    return " ".join(text[a:b] for a, b in spans)


@pytest.mark.parametrize(
    ("text", "source", "cue", "content"),
    [
        ("She did not rule out that members go alone.", "She", "did not rule out", "that members go alone"),
        (
            "The envoy, Ann Lee, left open whether she would run.",
            "The envoy, Ann Lee,",
            "left open",
            "whether she would run",
        ),
        ("Bo Dahl has not ruled out the possibility of a strike.", "Bo Dahl", "has not ruled out", "a strike"),
    ],
)
def test_a_sentence_by_itself_is_found(text: str, source: str, cue: str, content: str) -> None:
    """With a pronoun, an apposition, a name as its subject."""
    (found,) = left_open(text, [])
    assert (_words(text, found.source), _words(text, found.cue), _words(text, found.content)) == (source, cue, content)


def test_it_is_cut_from_the_content_before_it() -> None:
    """ "... was unlikely, but did not rule out ...": two statements of one speaker."""
    text = "Ann Lee told the Herald that a force was unlikely, but did not rule out some states going alone."
    whole = RawAttribution(source=((0, 7),), cue=((8, 23),), content=((24, len(text) - 1),))
    first, second = left_open(text, [whole])
    assert _words(text, first.content) == "that a force was unlikely"
    assert (_words(text, second.source), _words(text, second.content)) == ("Ann Lee", "some states going alone")


def test_what_is_known_or_means_something_else_is_left() -> None:
    """A cue found already, and a door that was left open."""
    text = "She did not rule out a strike."
    known = RawAttribution(source=((0, 3),), cue=((4, 20),), content=((21, 29),))
    assert left_open(text, [known]) == [known]
    assert left_open("The door was left open to the rain.", []) == []
