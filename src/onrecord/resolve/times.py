"""Find the time phrases of an article and the dates that they give.

Phrases are read by `dateparser` with the article's date as reference, after the annotation guide: a weekday is the last
one up to the article's date, "last week" and "last month" give the month, and the article's own date is not copied in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from onrecord.core.statement import PartialDate
from onrecord.lexicon import compiled, word_class, word_values
from onrecord.resolve.document import Document

MONTH = r"(?:{Month}|{Short-month}\.)"
PHRASE = (
    rf"\b(?:(?P<day>(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?)\b"
    r"(?:,? (?:19|20)\d{2}\b)?)"
    rf"|(?P<month>{MONTH},? (?:of )?(?:19|20)\d{{2}})\b"
    rf"|(?i:{{before-month}}|mid-?|in an?|the {{part-of-month}} of) ?(?P<bare>{MONTH})(?!\w| \d)"
    r"|(?P<lastday>(?:{Weekday},? (?:of )?(?:last week|the week before last)|last week,? on {Weekday}))\b"
    r"|(?P<weekday>(?:(?P<before>(?i:{before-weekday})) )?{Weekday}(?P<plural>s)?)\b"
    r"|(?P<word>[Yy]esterday|[Tt]oday|[Tt]onight|[Ll]ast night|[Tt]his (?:{day-part}|{period})"
    r"|(?:[Ee]arlier |[Ll]ater )?(?:last|this|past) {period}"
    r"|the same (?:day|night|evening)|the (?:day|night) before (?:yesterday|last)"
    r"|the (?:day before|previous day|next day|following day))\b"
    r"|(?P<ago>(?:(?i:{number}|an? couple of)|\d{1,2}) {calendar-unit}s? (?:ago|{from-another-time}))\b"
    r"|(?:[Ii]n|[Ss]ince|[Dd]uring|[Bb]ack in|[Ii]n (?:early|mid|late)|[Aa]) (?P<year>(?:19|20)\d{2})\b)"
)


@dataclass(frozen=True, slots=True)
class Time:
    """Hold a time phrase at `[start, end)`, the date that it gives, and its kind: the group of the pattern."""

    start: int
    end: int
    value: PartialDate
    kind: str


@dataclass(slots=True)
class Times:
    """Hold all time phrases of an article in text order."""

    document: Document
    published: PartialDate | None
    body: int = 0  # where the text begins, after its dateline
    found: list[Time] = field(init=False)

    def __post_init__(self) -> None:
        self.found = []
        last: PartialDate | None = None
        for match in compiled(PHRASE).finditer(self.document.text, self.body):
            value = read(match, self.published, last)
            if value is not None:
                start, end = match.span()
                self.found.append(Time(start, end, value, match.lastgroup or ""))
                last = value

    def inside(self, start: int, end: int) -> list[Time]:
        """Return the time phrases inside a span."""
        first = bisect_left(self.found, start, key=lambda t: t.start)
        last = bisect_left(self.found, end, key=lambda t: t.start)
        return [t for t in self.found[first:last] if t.end <= end]


def read(match: re.Match[str], published: PartialDate | None, last: PartialDate | None) -> PartialDate | None:
    """Return the date of a time phrase; None if that depends on an unknown date."""
    group = match.groupdict()
    if group["year"]:
        return PartialDate(group["year"])
    today = published.first_day() if published is not None and len(published.iso) == 10 else None
    if group["month"]:
        return _cut(_parse(group["month"].replace(" of ", " "), None), 7)
    if group["day"]:
        explicit = re.search(r"(?:19|20)\d{2}$", group["day"])
        if explicit is None and published is None:
            return None
        return _cut(_parse(group["day"].replace(" of ", " "), published.first_day() if published else None), 10)
    if published is None:
        return None
    if group["bare"]:
        if len(published.iso) < 7:
            return None
        return _cut(_parse(f"{group['bare']} 1", published.first_day()), 7)
    if today is None:
        return None
    if group["lastday"]:
        name = compiled("{Weekday}").search(group["lastday"])
        assert name is not None
        weeks = 2 if "before" in group["lastday"] else 1
        monday = today - timedelta(days=today.weekday() + 7 * weeks)
        return _of(monday + timedelta(days=word_values("weekday")[name[0].casefold()]))
    if group["weekday"]:
        return _weekday(group, today)
    if group["ago"]:
        return _ago(group["ago"], today, last)
    return _relative(group["word"].casefold(), today, last)


def _weekday(group: dict[str, str | None], today: date) -> PartialDate | None:
    before = (group["before"] or "").casefold()
    if before in ("next", "coming") or group["plural"]:
        return None
    name = (group["weekday"] or "").split()[-1].casefold()
    back = (today.weekday() - word_values("weekday")[name]) % 7
    if before == "last" and back == 0:
        back = 7
    return _of(today - timedelta(days=back))


def _relative(word: str, today: date, last: PartialDate | None) -> PartialDate | None:
    known = last.first_day() if last is not None and len(last.iso) == 10 else None
    if word.startswith("the same"):
        return last
    if word in ("today", "tonight") or word.split()[-1] in word_class("day-part"):
        return _of(today)
    if word in ("yesterday", "last night"):
        return _of(today - timedelta(days=1))
    if word.endswith(("before yesterday", "before last")):
        return _of(today - timedelta(days=2))
    if word in ("the day before", "the previous day"):
        return _of((known or today) - timedelta(days=1))
    if word in ("the next day", "the following day"):
        return _of(known + timedelta(days=1)) if known else None
    unit, past = word.split()[-1], "last" in word.split()
    if unit in ("week", "weekend"):
        return PartialDate((today - timedelta(days=7 if past else 0)).isoformat()[:7])
    if unit == "month":
        return PartialDate(((today.replace(day=1) - timedelta(days=1)) if past else today).isoformat()[:7])
    return PartialDate(f"{today.year - past:04d}")


def _ago(phrase: str, today: date, last: PartialDate | None) -> PartialDate | None:
    *counted, unit, way = phrase.split()
    number = "two" if "couple" in counted else counted[0]
    base = today
    if way in word_class("from-another-time"):
        if last is None or len(last.iso) < 10:
            return None
        base = last.first_day()
    count = word_values("number").get(number.casefold()) or int(number)
    unit = unit.rstrip("s")
    if unit == "fortnight":
        count, unit = 2 * count, "week"
    parsed = _parse(f"in {count} {unit}" if way == "later" else f"{count} {unit} ago", base)
    return _cut(parsed, word_values("calendar-unit")[unit])


@lru_cache(maxsize=4096)
def _parse(phrase: str, base: date | None) -> date | None:
    import dateparser

    settings: dict[str, object] = {"PREFER_DATES_FROM": "past", "PREFER_DAY_OF_MONTH": "first"}
    if base is not None:
        settings["RELATIVE_BASE"] = datetime(base.year, base.month, base.day, 23, 59)
    found = dateparser.parse(phrase.replace("Sept.", "Sep"), languages=["en"], settings=settings)
    return found.date() if found is not None else None


def _cut(day: date | None, length: int) -> PartialDate | None:
    return PartialDate(day.isoformat()[:length]) if day is not None and day.year >= 1000 else None


def _of(day: date) -> PartialDate:
    return PartialDate(day.isoformat())
