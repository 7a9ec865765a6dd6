"""The bounds of a source: what the tagger took too much of."""

from __future__ import annotations

import pytest

from onrecord.extract.assemble import RawAttribution
from onrecord.extract.source_bounds import trimmed_source


@pytest.mark.parametrize(
    ("found", "source"),
    [
        ("a levy that Ann Lee", "Ann Lee"),
        ("the millers, whom the Brask unions", "the Brask unions"),
        ("the bridge that she", "she"),
        ("the minister on Tuesday", "the minister"),
        ("Mayor Lee last night", "Mayor Lee"),
        ("Lee herself", "Lee"),
        ("by the Echo", "the Echo"),
        ("a poll released on Friday", "a poll released on Friday"),
        ("a miller who lives in Brask", "a miller who lives in Brask"),
        ("the miller who", "the miller who"),
        ("Ann Lee, the mayor", "Ann Lee, the mayor"),
    ],
)
def test_a_source_ends_where_its_noun_phrase_does(found: str, source: str) -> None:
    """Time words and what a relative clause is about are cut off, what describes the source is kept."""
    text = f"{found} said it rains"
    end = len(found)
    item = RawAttribution(source=((0, end),), cue=((end + 1, end + 5),), content=((end + 6, len(text)),))
    ((a, b),) = trimmed_source(text, item).source
    assert text[a:b] == source
