"""Quotation marks: every convention of news text, and the odd ones that must cost nothing."""

from __future__ import annotations

import pytest

from onrecord.extract.marks import paragraphs, quoted_regions


def quoted(text: str) -> list[str]:
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
    ],
)
def test_conventions(text: str, wanted: list[str]) -> None:
    """Each convention's quotations are found whole, and apostrophes and inches are none."""
    assert quoted(text) == wanted


def test_an_odd_mark_costs_only_itself() -> None:
    """An opening mark that nothing closes ends with its paragraph; the next paragraph's quotations are found."""
    assert quoted('He said "no and left.\nShe said "yes".') == ['"yes"']


def test_a_quotation_of_several_paragraphs() -> None:
    """A paragraph left open counts to its end where the next one opens with a mark."""
    text = '"First thing.\n\n"Second thing," he said.'
    assert quoted(text) == ['"First thing.', '"Second thing,"']


def test_paragraphs_are_lines_with_words() -> None:
    """Windows line ends and blank lines make no paragraphs of their own."""
    text = "one\r\n\r\ntwo\n \nthree"
    assert [text[a:b] for a, b in paragraphs(text)] == ["one", "two", "three"]
