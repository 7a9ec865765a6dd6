"""The reader: what it is shown of a statement, and answers that depend on the statement alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from onrecord.errors import ModelError
from onrecord.interpret import reader
from onrecord.interpret.reader import Passage, Reader, bundled_reader, quoted, statement_pieces

TEXT = 'Talks went on. The mayor of Orm said: "We will never close the mill," and left. He slept.'


def span(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


@pytest.fixture(scope="module")
def bundled() -> Reader:
    """The reader that the package brings."""
    found = bundled_reader()
    assert found is not None
    return found


MILL = Passage([span("The mayor of Orm")], [span("said")], [span("We will never close the mill,")])
CLOSE = "The mill should be closed."


def test_marks_are_followed_through_a_paragraph() -> None:
    """Inside from the opening mark up to the closing one; a mark that is never closed ends with its paragraph."""
    text = 'a "bc" d "e\nf “g” h'
    inside = [c for c, on in zip(text, quoted(text), strict=True) if on]
    assert "".join(inside) == '"bc"e“g'
    assert not quoted("").size


def test_each_piece_knows_what_it_is(bundled: Reader) -> None:
    """Source, cue and content are told apart, words before the statement are context, words after it are not there."""
    pieces = statement_pieces(bundled.tokenizer, TEXT, MILL, quoted(TEXT))
    words = [bundled.tokenizer.id_to_token(i) for i in pieces.ids]
    role = {word: feature % reader.ROLES for word, feature in zip(words, pieces.features, strict=True)}
    marked = {word: feature >= reader.ROLES for word, feature in zip(words, pieces.features, strict=True)}
    assert (role["talks"], role["mayor"], role["said"], role["never"]) == (
        reader.CONTEXT, reader.SOURCE, reader.CUE, reader.CONTENT,
    )  # fmt: skip
    assert (marked["mayor"], marked["never"]) == (False, True)
    assert "slept" not in words
    assert "left" not in words


def test_a_long_content_is_cut_and_keeps_its_report(bundled: Reader) -> None:
    """However long the content, the network reads a bounded number of pieces, source and cue among them."""
    text = "The mayor said " + "that it would rain and " * 300 + "stop."
    start = text.index("that it")
    passage = Passage([(0, 9)], [(10, 14)], [(start, len(text) - 1)])
    pieces = statement_pieces(bundled.tokenizer, text, passage, quoted(text))
    assert len(pieces.ids) <= reader.LEFT + reader.LONGEST
    assert {reader.SOURCE, reader.CUE, reader.CONTENT} <= {f % reader.ROLES for f in pieces.features}


def test_an_answer_depends_on_the_statement_alone(bundled: Reader) -> None:
    """The same bytes, whatever was read in between."""
    first = bundled.read(TEXT, MILL, CLOSE, quoted(TEXT))
    bundled.read(TEXT, Passage([], [], [span("Talks went on")]), None, quoted(TEXT))
    again = bundled.read(TEXT, MILL, CLOSE, quoted(TEXT))
    for name in ("act", "commitment", "stance"):
        one, other = getattr(first, name), getattr(again, name)
        assert one.tobytes() == other.tobytes()
        assert float(np.exp(one).sum()) == pytest.approx(1.0, abs=1e-4)


def test_a_broken_folder_is_named(tmp_path: Path) -> None:
    """A folder without a reader is an error that says which folder."""
    with pytest.raises(ModelError, match=str(tmp_path)):
        Reader(tmp_path)
