"""Prepare a text for the tagger, code point for code point, so that every offset stays.

The tagger was trained on clean articles of American newspapers. Other texts are written in their style: quotations in
double marks on one line, no mark that nothing closes, blanks for the bylines and credits between paragraphs.
"""

from __future__ import annotations

import re
from functools import cache

from onrecord.lexicon import compiled, rows
from onrecord.text.quotes import MARK, Range, quoted_regions

DOUBLE = frozenset('"“”')
BYLINE = re.compile(
    r"^By [A-Z][\w.’'-]*(?: (?:and )?[A-Z][\w.’'-]*){1,5}(?:,? (?:in [A-Z]\w+|[A-Z][\w ]{2,40}))*$", re.M
)
TOLD = (
    r"[^.!?\n]{3,300}?,(?: (?:[^\s,.;:]+ ){1,5}?{answers}|(?: [A-Z][\w.’'-]+){1,4} [a-z]+ed"
    r"| {answers}(?: [^\s,.;:]+){1,5})\.(?:\s|$)"
)


def prepare(text: str) -> str:
    """Prepare a text for the tagger; the result has its length."""
    made = list(text)
    for start, end in credit_lines(text):
        made[start:end] = " " * (end - start)
    for at in unclosed_marks(text):
        made[at] = " "
    regions = quoted_regions("".join(made))
    for start, end in regions:
        _write_in_double_marks(made, start, end)
    return "".join(made)


def _write_in_double_marks(made: list[str], start: int, end: int) -> None:
    first, last = "".join(made[start : start + 2]), "".join(made[end - 2 : end])
    if first not in ("''", "``") and made[start] != '"':
        made[start] = "“"
    if last not in ("''", "``") and made[end - 1] != '"' and MARK.fullmatch(made[end - 1]):
        made[end - 1] = "”"
    for at in range(start, end):
        if made[at] in "\r\n":
            made[at] = " "


@cache
def _credit() -> re.Pattern[str]:
    words = "|".join(sorted((row["opening"].replace(" ", r"\ ") for row in rows("credits.tsv")), key=len, reverse=True))
    return re.compile(
        rf"(?:^|(?<=[.!?”\"]\ )|(?<=[.!?]\ \())(?:{words})(?::|(?<=\ by)\ (?=[A-Z]))[^\n]*$",
        re.IGNORECASE | re.MULTILINE | re.VERBOSE,
    )


def credit_lines(text: str) -> list[Range]:
    """Find bylines and credits, as (start, end)."""
    return sorted(match.span() for pattern in (BYLINE, _credit()) for match in pattern.finditer(text))


def unclosed_marks(text: str) -> list[int]:
    """Find the double marks of quotations that are not closed before the next one opens.

    At a paragraph's end they count only where the next paragraph does not go on with the quotation, and a curly one
    only where the paragraph goes on to say who said it.
    """
    found: list[int] = []
    blocks = list(re.finditer(r"[^\n]+", text))
    for number, block in enumerate(blocks):
        following = blocks[number + 1].group().lstrip() if number + 1 < len(blocks) else ""
        goes_on = following.startswith(tuple(DOUBLE)) or following.count('"') % 2 == 1
        found += _unclosed_in(block.group(), block.start(), goes_on=goes_on)
    return found


def _is_told(quotation: str) -> bool:
    """Tell whether a quotation that nothing closes goes on to say who said it: “We were not asked, the dean said."""
    return compiled(TOLD).match(quotation) is not None


def _unclosed_in(paragraph: str, offset: int, *, goes_on: bool) -> list[int]:
    if paragraph.count('"') % 2 == 0 and paragraph.count("“") <= paragraph.count("”"):
        return []
    found: list[int] = []
    opened: int | None = None
    for at, sign in enumerate(paragraph):
        if sign not in DOUBLE:
            continue
        before = paragraph[at - 1] if at else " "
        after = paragraph[at + 1] if at + 1 < len(paragraph) else " "
        opens = sign != "”" and not after.isspace() and (before.isspace() or before in "([{—–-:/")
        if opens and opened is not None and paragraph[opened] == sign:
            found.append(offset + opened)
        if opens:
            opened = at
        else:
            opened = None
    if opened is not None and not goes_on and (paragraph[opened] == '"' or _is_told(paragraph[opened:])):
        found.append(offset + opened)
    return found
