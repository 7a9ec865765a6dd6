"""When and where it was said: dates relative to the article's own, and the venue.

Only times that the text gives for the saying count; the article's date is never copied in.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from onrecord.core.statement import PartialDate

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan|february feb|march mar|april apr|may|june jun|"
            "july jul|august aug|september sept sep|october oct|november nov|december dec"
        ).split("|"),
        1,
    )
    for name in names.split()
}
DAYS = {name: number for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())}
_MONTH = (
    r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December|Jan\.?|Feb\.?|"
    r"Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
)
TIMES = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<year>\d{{4}}))?"
    rf"|{_MONTH.replace('month', 'month2')} (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year2>\d{{4}}))?\b"
    rf"|(?P<since>[Ii]n|[Ll]ast|early in|late in|back in|already in|during|"
    rf"as recently as) {_MONTH.replace('month', 'month3')}(?: (?P<year3>\d{{4}}))?\b"
    r"|(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
    r"|(?P<word>yesterday|today|tonight|this (?:morning|afternoon|evening|week|month|year)|last (?:night|week|month|"
    r"year)|(?:earlier|early|late|later|at the (?:start|beginning|end) of) (?:this|last) (?:week|month|year)"
    r"|the same (?:day|night|evening|morning|afternoon)|the day before|a day later|a day (?:earlier|before)|"
    r"the (?:previous|next|following) day|a (?:week|month|year) ago|(?:two|three|four|five|six|ten) (?:days|weeks|"
    r"months|years) ago)"
    r"|(?:in|back in) (?P<year4>(?:19|20)\d{2})\b)",
)
NUMBERS = {"a": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}


def dated(text: str, published: PartialDate | None, last: PartialDate | None) -> list[tuple[int, int, PartialDate]]:
    """The times named in `text` as (start, end, date), relative to the article's date and to the last date given."""
    found = []
    for match in TIMES.finditer(text):
        value = _value(match, published, last)
        if value is not None:
            found.append((match.start(), match.end(), value))
    return found


def _value(match: re.Match[str], published: PartialDate | None, last: PartialDate | None) -> PartialDate | None:
    group = match.groupdict()
    month_name = group["month"] or group["month2"] or group["month3"]
    year = group["year"] or group["year2"] or group["year3"]
    day = group["day"] or group["day2"]
    today = published.first_day() if published is not None and len(published.iso) == 10 else None
    if month_name:
        month = MONTHS[month_name.rstrip(".").casefold()]
        if year is None:
            if published is None:
                return None
            base = int(published.iso[:4])
            reference = published.iso[5:7]
            # the last such month up to the article's date
            year = str(base - 1 if reference and month > int(reference) else base)
        return _safe(f"{int(year):04d}-{month:02d}" + (f"-{int(day):02d}" if day else ""))
    if group["year4"]:
        return _safe(group["year4"])
    if today is None:
        return None
    if group["weekday"]:
        back = (today.weekday() - DAYS[group["weekday"].casefold()]) % 7
        return _of(today - timedelta(days=back))
    return _relative(group["word"].casefold(), today, last)


def _relative(word: str, today: date, last: PartialDate | None) -> PartialDate | None:
    if word in ("today", "tonight", "this morning", "this afternoon", "this evening"):
        return _of(today)
    if word in ("yesterday", "last night"):
        return _of(today - timedelta(days=1))
    if word.startswith("the same"):
        return last
    if word in ("the day before", "a day earlier", "a day before", "the previous day"):
        base = last.first_day() if last is not None and len(last.iso) == 10 else today
        return _of(base - timedelta(days=1))
    if word in ("the next day", "the following day", "a day later"):
        return _of(last.first_day() + timedelta(days=1)) if last is not None and len(last.iso) == 10 else None
    ago = re.match(r"(\w+) (day|week|month|year)s? ago", word)
    if ago:
        number = NUMBERS[ago[1]]
        if ago[2] == "day":
            return _of(today - timedelta(days=number))
        if ago[2] == "week":
            return _safe((today - timedelta(weeks=number)).isoformat()[:7])
        if ago[2] == "month":
            return _back(today, number)
        return _safe(f"{today.year - number:04d}")
    unit = word.rsplit(" ", 1)[-1]
    past = "last" in word.split()
    if unit == "week":
        return _safe((today - timedelta(days=7 if past else 0)).isoformat()[:7])
    if unit == "month":
        return _back(today, 1 if past else 0)
    return _safe(f"{today.year - (1 if past else 0):04d}")


def _back(today: date, months: int) -> PartialDate:
    total = today.year * 12 + today.month - 1 - months
    return PartialDate(f"{total // 12:04d}-{total % 12 + 1:02d}")


def _of(day: date) -> PartialDate:
    return PartialDate(day.isoformat())


def _safe(iso: str) -> PartialDate | None:
    try:
        return PartialDate(iso)
    except ValueError:
        return None


# ---------------------------------------------------------------- venue

VENUE = re.compile(
    r"\b(?:in|at|during|on|to|via|through|by|for) (?:an?|the|his|her|its|"
    r"their)? ?(?P<what>(?:\w+ ){0,2}?(?:interview|briefing|press conference|news conference|statement|speech|"
    r"address|letter|note|post|tweet|message|debate|rally|meeting|"
    r"session|hearing|communiqu[ée]|broadcast|podcast|op-ed|article|column|phone call|call|summit|conference|"
    r"congress|memo|report|video|conversation|talk show|programme|program)\b(?: (?:with|to|on|in|of|at|for|"
    r"from) (?:the )?[A-Z][\w’'-]*(?: (?:of |the )?[A-Z][\w’'-]*)*)?)"
)
ON = re.compile(
    r"\bon (?P<what>Telegram|Twitter|X|Facebook|Truth Social|Instagram|YouTube|TikTok|Bluesky|Mastodon|"
    r"state television|television|radio)\b"
)
TOLD = re.compile(
    r"^\W*(?:the |a |an )?(?P<whom>(?:newspaper |channel |agency |radio |broadcaster |"
    r"daily )?[A-Z][\w’'-]*(?: (?:of (?:the )?)?[A-Z][\w’'-]*)*|reporters|journalists|parliament|lawmakers|deputies|"
    r"delegates|engineers|supporters|the press)(?P<where> in [A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)?"
)


def venue_of(around: str, after_cue: str, tells: bool) -> tuple[str | None, tuple[int, int] | None, str]:
    """The venue in the words around a cue: (value, place in `around` or None, rule)."""
    match = VENUE.search(around) or ON.search(around)
    if match is not None:
        what = " ".join(match["what"].split())
        return what, match.span("what"), "an occasion named beside the cue"
    told = TOLD.match(after_cue) if tells else None
    if told is not None:
        whom = told["whom"]
        where = told["where"] or ""
        if whom in ("reporters", "journalists", "the press"):
            return f"remarks to {whom}{where}", None, "told to reporters"
        return f"{whom}{where}", None, "the one who was told"
    return None, None, "the article does not tell"
