"""Quotation marks: every convention of news text, and the odd ones that must cost nothing."""

from __future__ import annotations

import time

import pytest
from tests.machine import scaled

from onrecord.text.quotes import paragraphs, quoted_regions


def quoted(text: str) -> list[str]:
    """Return the quoted words."""
    return [text[a:b] for a, b in quoted_regions(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('He said "no" and "never".', ['"no"', '"never"']),
        ("He said “no” and left.", ["“no”"]),
        ("Er sagte „nein“ und ging.", ["„nein“"]),
        ("Il a dit «non» puis rien.", ["«non»"]),
        ("He said ''no,'' and left.", ["''no,''"]),
        ("He said ``no,'' and left.", ["``no,''"]),
        ("He said 'no way' to it.", ["'no way'"]),
        ("It's the boys' and Ann's.", []),
        ('A 5\'11" man said "yes".', ['"yes"']),
        ("\"Look at 'him',\" she said.", ["\"Look at 'him',\""]),
        ("„Wir gehen nicht“, and left the hall.", ["„Wir gehen nicht“"]),
        ("„We go”, he said, “not you”.", ["„We go”", "“not you”"]),
        ("‘We don’t want it,’ he said. ‘It’s dead.’", ["‘We don’t want it,’", "‘It’s dead.’"]),
        ("‘The ministers’ plan is dead,’ he said.", ["‘The ministers’ plan is dead,’"]),
        ("‘I heard “no” twice,’ she said.", ["‘I heard “no” twice,’"]),
        ("She wrote that ‘the boys’ would come.", ["‘the boys’"]),
        ("»Wir gehen nicht«, sagte er, »nie«.", ["»Wir gehen nicht«", "»nie«"]),
        ("« Nous partons », a-t-il dit.", ["« Nous partons »"]),
        ("”Vi går inte”, sade han.", ["”Vi går inte”"]),
        ("“No“ he said, “never“.", ["“No“", "“never“"]),
        ('“No" he said, "never”.', ['“No"', '"never”']),
        ("‚Nein‘, sagte er.", ["‚Nein‘"]),
        ('A 5" pipe and "the tap".', ['"the tap"']),
        ("The '90s, rock 'n' roll and the boys' club.", []),
        ("He left.” Then he came.", []),
    ],
)
def test_conventions(text: str, wanted: list[str]) -> None:
    """Each convention's quotations are found whole, and apostrophes and inches are none."""
    assert quoted(text) == wanted


def test_an_odd_straight_mark_is_ignored() -> None:
    """A straight mark that nothing closes opens no quotation; the next paragraph's quotations are found."""
    assert quoted('He said "no and left.\nShe said "yes".') == ['"yes"']


def test_an_unclosed_curly_mark_ends_with_its_paragraph() -> None:
    """What an opening mark opens and nothing closes is quoted to the end of its paragraph, never beyond."""
    assert quoted("He said: “No, and\nshe left. „Ja") == ["“No, and", "„Ja"]


@pytest.mark.parametrize("unit", ['"a ', "“a ", "‘a ", "'a ", "''a ", "a' ", "‘as’ b "])
def test_time_grows_with_the_length_of_the_text(unit: str) -> None:
    """A paragraph of 60,000 unpaired marks is parsed in a moment, not in quadratic time."""
    begun = time.process_time()
    quoted_regions(unit * 60_000)
    assert time.process_time() - begun < scaled(5)


def test_a_quotation_of_several_paragraphs() -> None:
    """A paragraph left open counts to its end where the next one opens with a mark."""
    text = '"First thing.\n\n"Second thing," he said.'
    assert quoted(text) == ['"First thing.', '"Second thing,"']


def test_paragraphs_are_lines_with_words() -> None:
    """Windows line ends and blank lines make no paragraphs of their own."""
    text = "one\r\n\r\ntwo\n \nthree"
    assert [text[a:b] for a, b in paragraphs(text)] == ["one", "two", "three"]


def test_an_apostrophe_before_a_word_does_not_close_a_speech() -> None:
    """A single mark between words is an apostrophe where the quotation is closed later, after a punctuation mark."""
    assert quoted("'The miners' pay is late,' Day said. 'The men' pay too.'") == [
        "'The miners' pay is late,'",
        "'The men' pay too.'",
    ]
    assert quoted("He said 'late' and then 'never'.") == ["'late'", "'never'"]


def test_a_speech_in_single_marks_goes_over_paragraphs() -> None:
    """Each paragraph opens with the mark again, the last closes."""
    assert quoted("Lee said: 'It is shut.\n\n'It was old.'") == ["'It is shut.", "'It was old.'"]


def test_a_broken_line_does_not_end_a_quotation() -> None:
    """A line end after a comma and before a small letter is the page's, not the paragraph's."""
    assert quoted('"It is shut,\nfor now," she said.') == ['"It is shut,\nfor now,"']
    assert quoted('She said: "It\nis shut and\nlost."') == ['"It\nis shut and\nlost."']
    assert quoted('It was "old" and\nshe said "it\nis shut".') == ['"old"', '"it\nis shut"']
