"""Decide whether the date of a web page is stated by the page or is one reading of `03/04/2026`."""

from __future__ import annotations

import re

from onrecord.core.statement import PartialDate
from onrecord.read.metadata import date_readings

_SLASHED = re.compile(r"(?<![\d/.-])(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?![\d/-])")
_LANGUAGE = re.compile(r"""<html\b[^>]{0,500}?\blang\s*=\s*["']?([A-Za-z]{2,3}(?:[-_][A-Za-z]{2})?)""", re.IGNORECASE)
_LOCALE = re.compile(r"""og:locale["'][^>]{0,200}?content\s*=\s*["']([A-Za-z]{2}[-_][A-Za-z]{2})""", re.IGNORECASE)
# Where the month is written first; all other regions write the day first, or the year.
_MONTH_FIRST = frozenset({"us", "fm", "mh", "pw", "ph", "ca"})
_MAX_CHARACTERS = 2_000_000  # characters of a page that are looked at


def resolve_page_date(found: PartialDate, markup: str) -> tuple[PartialDate | None, str | None]:
    """Return the date of a page if the page resolves it; else None and the ambiguous date as printed.

    It is resolved by the same date in another form (ISO 8601, the month in words), by another date of the page in the
    same order whose day is above 12, or by the region of the page's language.
    """
    page = markup[:_MAX_CHARACTERS]
    printed = None
    orders = set()
    for match in _SLASHED.finditer(page):
        readings = date_readings(match[0])
        if len(readings) == 2 and found in readings:
            printed = printed or match[0]
        elif len(readings) == 1 and match[1] != match[3]:
            orders.add("day" if int(match[1]) > 12 else "month")
    if printed is None or _stated(found, page):
        return found, None
    order = orders.pop() if len(orders) == 1 else _order_of_region(page)
    if order is None:
        return None, printed
    return date_readings(printed)[0 if order == "day" else 1], None


def _stated(found: PartialDate, page: str) -> bool:
    """Tell whether the page states the date in an unambiguous form."""
    year, month, day = found.iso.split("-")
    name = found.first_day().strftime("%b")
    forms = (
        rf"{year}[-/.]?{month}[-/.]?{day}",
        rf"\b{name}[a-z]*\.?\s{{1,3}}0?{int(day)}(?:st|nd|rd|th)?,?\s{{1,3}}{year}",
        rf"\b0?{int(day)}(?:st|nd|rd|th)?\s{{1,3}}{name}[a-z]*\.?,?\s{{1,3}}{year}",
    )
    return any(re.search(form, page, re.IGNORECASE) for form in forms)


def _order_of_region(page: str) -> str | None:
    found = _LOCALE.search(page) or _LANGUAGE.search(page)
    if found is None or len(found[1]) < 5:
        return None
    region = found[1][-2:].lower()
    # Canada writes both.
    return None if region == "ca" else "month" if region in _MONTH_FIRST else "day"
