"""Spans as they are trimmed."""

from __future__ import annotations

import pytest

from onrecord.core.span import Text
from onrecord.extract.assemble import RawAttribution, assemble


@pytest.mark.parametrize(
    "content", ["''It will rain,'", "'It will rain,''", "''It will rain,''", " ''It will rain,'' "]
)
def test_a_doubled_mark_is_never_cut_in_two(content: str) -> None:
    """A content that the tagger ends between two single marks has both of them."""
    text = "She said: ''It will rain,'' and left."
    start = text.index(content)
    raw = RawAttribution(cue=((4, 8),), content=((start, start + len(content)),))
    (made,) = assemble(Text(text), [raw])
    assert [piece.quote for piece in made.content] == ["''It will rain,''"]
