"""Preparing a text for the tagger: same length, quotations in one style, bylines and credits blanked."""

from __future__ import annotations

import pytest

from onrecord.extract.preparation import credit_lines, prepare, unclosed_marks


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("»No,« said Ann Lee.", "“No,” said Ann Lee."),
        ("„No“, said Ann Lee.", "“No”, said Ann Lee."),
        ("Lee said: 'It's shut.'", "Lee said: “It's shut.”"),
        ('"No," said Lee. “Yes,” said Day.', '"No," said Lee. “Yes,” said Day.'),
        ("''No,'' said Ann Lee.", "''No,'' said Ann Lee."),
        ("“He told me, ‘No,’ and left,” she said.", "“He told me, ‘No,’ and left,” she said."),
        ('"It is shut,\nfor now," she said.', '"It is shut, for now," she said.'),
    ],
)
def test_quotations_are_written_in_one_style(text: str, prepared: str) -> None:
    """Other conventions become curly double marks; what the tagger knows, and marks inside, stay as they are."""
    assert prepare(text) == prepared


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("By Ann Lee, Harbour Editor\n\nThe mill is shut.", ["By Ann Lee, Harbour Editor"]),
        ("By Monday the mill was shut.", []),
        ("Ann Lee at the mill. Photograph: Bo Day/Agency\nIt rains.", ["Photograph: Bo Day/Agency"]),
        ("The mill is shut.\n\nReporting by Bo Day; Editing by Al Orr", ["Reporting by Bo Day; Editing by Al Orr"]),
    ],
)
def test_bylines_and_credits_are_found(text: str, lines: list[str]) -> None:
    """Bylines and credits are lines of their own or end a caption; sentences that begin alike are not."""
    assert [text[a:b] for a, b in credit_lines(text)] == lines
    assert len(prepare(text)) == len(text)


def test_a_mark_that_nothing_closes_is_taken_out() -> None:
    """A quotation that the next one opens inside, or that its paragraph ends, has lost its closing mark."""
    text = 'It was "too late. Lee said she would go. "We go," said Day.\n"No, said Orr.'
    assert unclosed_marks(text) == [text.index('"too'), text.index('"No')]


def test_quotations_over_paragraphs_and_misprinted_marks_are_left() -> None:
    """The press opens each paragraph of a speech again and closes the last; “ after a word is a misprint for ”."""
    assert unclosed_marks('"We go.\n\n"We come back," said Day.') == []
    assert unclosed_marks("He called it “good“ and “bad”.") == []
    assert unclosed_marks("“We go, and we come back. Nobody said it was far.") == []


@pytest.mark.parametrize("clause", ["the miller said", "Ann Lee complained", "said Ann Lee, who bakes"])
def test_a_curly_mark_is_taken_out_where_a_speaker_follows(clause: str) -> None:
    """What is told after the quotation is not in it, though its closing mark is lost."""
    opened = f"“We were not asked, {clause.split(',')[0]}. The town said it had asked."
    assert unclosed_marks(opened) == [0]
