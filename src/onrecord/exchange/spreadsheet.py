"""Escape cells that a spreadsheet would take as a formula (OWASP, CSV injection)."""

from __future__ import annotations

import re

FORMULA = r"^(?:\s*[=+\-@]|[\t\r])"
GUARDED = r"^'(?:\s*[=+\-@]|[\t\r])"
_FORMULA = re.compile(FORMULA)


def guarded(text: str) -> str:
    """Return a cell's text with an apostrophe before it where it would be taken as a formula."""
    return "'" + text if _FORMULA.search(text) else text
