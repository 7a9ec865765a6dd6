"""When it was said: only what the text gives."""

from __future__ import annotations

import pytest

from .saying_made import read


def when(marked: str, **given: str) -> list[str | None]:
    """Return the speech times of a marked text."""
    return [None if s.when.value is None else str(s.when.value) for s in read(marked, **given)]


TIMES = [
    ("[1s Ann Lee] [1c said] on Tuesday [1q that it rains].", "2026-03-03"),
    ("On Thursday, [1s Ann Lee] [1c said] [1q it rains].", "2026-03-05"),
    ("[1s Ann Lee] [1c said] last month [1q that it rains].", "2026-02"),
    ("Two days ago [1s Ann Lee] [1c said] [1q that it rains].", "2026-03-03"),
    ("A fortnight ago [1s Ann Lee] [1c said] [1q that it rains].", "2026-02-19"),
    ("A couple of days ago [1s Ann Lee] [1c said] [1q that it rains].", "2026-03-03"),
    ("At the end of January, [1s Ann Lee] [1c said] [1q that it rains].", "2026-01"),
    ("[1s Ann Lee] [1c said] on Monday of the week before last [1q that it rains].", "2026-02-16"),
    ("[1s The abbot, who has led the house since 1999,] [1c denied] [1q that it rains].", None),
    ("[1s Ann Lee] [1c said] the night before last [1q that it rains].", "2026-03-03"),
    ("In a February interview [1s Ann Lee] [1c said] [1q that it rains].", "2026-02"),
    ("In late 2024 [1s Ann Lee] [1c said] [1q that it rains].", "2024"),
    ("In April [1s Ann Lee] [1c said] [1q that it rains].", "2025-04"),
    ("[1s Ann Lee] [1c said] [1q it would rain on Tuesday].", None),
    ("[1s The envoys, who met on Monday,] [1c offered] [1q a truce].", "2026-03-02"),
]


@pytest.mark.parametrize(("text", "date"), TIMES)
def test_a_time_beside_the_cue(text: str, date: str | None) -> None:
    """Weekdays are the last ones, months the last such month; a time inside the content is not the saying's."""
    assert when(text) == [date]


def test_an_occasion_goes_on_for_its_speaker() -> None:
    """The next statement of the same speaker has the time."""
    text = "[1s Ann Lee] [1c said] on Tuesday [1q that it rains]. [2s Lee] [2c added] [2q that it pours]."
    assert when(text) == ["2026-03-03", "2026-03-03"]


def test_an_occasion_that_names_its_speakers_dates_them() -> None:
    """A dated sentence without a saying places those whom it names, but not what one of them has said before."""
    occasion = "Ann Lee and Bo Dahl clashed over rail on Tuesday. "
    spoken = "“[1q Trains are late],” [1s Lee] [1c said]. “[2q They are not],” [2s Dahl] [2c said]."
    assert when(occasion + spoken) == ["2026-03-03", "2026-03-03"]
    assert when(occasion + "[1s Dahl] [1c has said] [1q that trains run on time].") == [None]


def test_an_occasion_told_in_indirect_speech_goes_on() -> None:
    """A day that the content of "pledged" swallows is the occasion's; one inside quotation marks is not."""
    pledged = "[1s Ann Lee] [1c pledged] [1q rail before a crowd on Tuesday]. “[2q It is late],” [2s Lee] [2c said]."
    quoted = "“[1q It was late on Tuesday],” [1s Ann Lee] [1c said]. “[2q We shall fix that],” [2s she] [2c added]."
    assert when(pledged) == ["2026-03-03", "2026-03-03"]
    assert when(quoted) == [None, None]


def test_the_time_of_another_content_is_not_taken() -> None:
    """'… killed in January, and backed' is not when she backed it."""
    text = "[1s Ann Lee] [1c conceded] [1q that many were killed in January], and [2s she] [2c backed] [2q a truce]."
    assert when(text) == [None, None]


def test_live_reports_have_their_day() -> None:
    """All that a live report tells at first hand was said on its day."""
    assert when("[1s Ann Lee] [1c says] [1q it rains].", title="Live: the storm") == ["2026-03-05"]


def test_a_printed_interview_has_the_day_it_was_printed() -> None:
    """But only for the one who was interviewed."""
    text = (
        "[1s Ann Lee] [1c said] [1q it rains] in an interview with this newspaper. "
        "[2s She] [2c laughed] [2q that it pours]. [3s Bo Dahl] [3c said] [3q no]."
    )
    assert when(text) == ["2026-03-05", "2026-03-05", None]


def test_without_a_date_of_the_article_weekdays_stay_unknown() -> None:
    """A year alone places no Tuesday."""
    assert when("[1s Ann Lee] [1c said] on Tuesday [1q that it rains].", published="2026") == [None]
