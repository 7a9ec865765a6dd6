"""Datelines and headers give metadata and stay in the text; dates are told only where they mean one day."""

from __future__ import annotations

import pytest

from onrecord.core.statement import PartialDate
from onrecord.read import MetadataDefaults, parse_date
from onrecord.read.plain import read_plain, stated_metadata


@pytest.mark.parametrize(
    ("text", "outlet", "date"),
    [
        ("PORT ANSEL, March 3 (Continental Wire) - Orr said", "Continental Wire", None),
        ("PORT ANSEL, March 3, 2026 (Continental Wire) - Orr said", "Continental Wire", "2026-03-03"),
        ("RUZHEN, Korvath, Sept. 12 (CW) — Domin said", "CW", None),
        ("\n\nRUZHEN (Courier) -- Domin said", "Courier", None),
        ("Ruzhen (Courier) - Domin said", None, None),
        ("RUZHEN — Domin (Courier) said", None, None),
        ("Orr said on March 3, 2026 (a Monday) - and", None, None),
    ],
)
def test_datelines(text: str, outlet: str | None, date: str | None) -> None:
    """A dateline gives outlet and date where it has the wires' form."""
    found = stated_metadata(text)
    assert found.outlet == outlet
    assert found.published == (None if date is None else PartialDate(date))


def test_headers_give_metadata_and_stay_in_the_text() -> None:
    """Headers give metadata and stay in the text."""
    text = (
        "Title: Orr: no\r\nOutlet: The Courier\r\nDate: 3 March 2026\r\nURL: https://a.example/\r\n\r\nHe said so.\r\n"
    )
    article = read_plain(text, "a", "a", MetadataDefaults())
    assert article.text.content == text
    assert (article.title, article.outlet, article.url) == ("Orr: no", "The Courier", "https://a.example/")
    assert article.published == PartialDate("2026-03-03")


@pytest.mark.parametrize("text", ["Title: x\nHe said so.", "Orr: He said so.\n\nMore", "Note: this.\n\n"])
def test_what_is_no_block_of_headers_gives_nothing(text: str) -> None:
    """Text that only resembles headers gives no metadata."""
    assert stated_metadata(text) == MetadataDefaults()


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2026-03-03", "2026-03-03"),
        ("2026-03", "2026-03"),
        ("2026", "2026"),
        ("2026-03-03T10:00:00+01:00", "2026-03-03"),
        ("2026-03-03 10:00", "2026-03-03"),
        ("Tue, 03 Mar 2026 10:00:00 GMT", "2026-03-03"),
        ("Tuesday, March 3, 2026", "2026-03-03"),
        ("03/04/2026", None),
        ("2026-13-01", None),
        ("2026-02-30", None),
        ("soon", None),
        ("", None),
        ("Marvel 3, 2026", None),
    ],
)
def test_dates(value: str, date: str | None) -> None:
    """Dates are parsed in the forms that sources print, and ambiguous ones are not."""
    assert parse_date(value) == (None if date is None else PartialDate(date))
