"""Split text exports of press databases (Nexis, Factiva): many articles in one file, each with its own head.

An article's text is the body as exported; headline, outlet and date come from the head. Four layouts are known: Nexis
with `1 of 250 DOCUMENTS`, Nexis Uni with `End of Document`, Factiva with field codes (`HD`, `LP`, `TD`), and Factiva
as displayed, each article closed by `Document` and its number. A single article saved from Nexis is recognized by its
`LENGTH:` and `LOAD-DATE:` lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from onrecord.core.statement import PartialDate
from onrecord.read.metadata import MetadataDefaults, parse_date

_CLASSIC = re.compile(r"^[ \t\f]*\d+ of \d+ DOCUMENTS?[ \t]*\r?$", re.M)
_UNI_END = re.compile(r"^[ \t]*End of Document[ \t]*\r?$", re.M)
_UNI_BODY = re.compile(r"^[ \t]*Body[ \t]*\r?$", re.M)
_CODED_END = re.compile(r"^AN[ \t]+Document [A-Z0-9]{10,}.*$", re.M)
_CODE = re.compile(r"^(?P<code>[A-Z]{2,3})(?:[ \t]+(?P<value>\S.*?)|[ \t]*)\r?$", re.M)
_SHOWN_END = re.compile(r"^Document [A-Z]{2,8}[0-9a-z]{15,}[ \t]*\r?$", re.M)
_SHOWN_WORDS = re.compile(r"^[\d,.]+ words[ \t]*\r?$", re.M)
_CLASSIC_BODY = re.compile(r"^(?:BODY:|LENGTH:.*)[ \t]*\r?\n", re.M)
_CLASSIC_TAG = re.compile(r"^[A-Z][A-Z-]{3,20}: ?")
_CLASSIC_TAIL = re.compile(
    r"^(?:LOAD-DATE|LANGUAGE|GRAPHIC|PUBLICATION-TYPE|JOURNAL-CODE|SUBJECT|ORGANIZATION|GEOGRAPHIC|PERSON|DOCUMENT-TYPE"
    r"|CORRECTION|CORRECTION-DATE|ACC-NO|[ \t]+Copyright \d{4})\b",
    re.M,
)
_SINGLE_HEAD = re.compile(r"^LENGTH:[ \t]*\d[\d,.]*[ \t]*words[ \t]*\r?$", re.M | re.I)
_SINGLE_TAIL = re.compile(r"^(?:LOAD-DATE|PUBLICATION-TYPE|LANGUAGE):", re.M)
_UNI_TAIL = re.compile(r"^(?:Load-Date|Classification|Graphic|Notes)(?::|[ \t]*\r?$)", re.M)


@dataclass(frozen=True, slots=True)
class ExportedArticle:
    """Locate one article of an export: the bounds of its body in the text (`start == end`: none), and its metadata."""

    start: int
    end: int
    defaults: MetadataDefaults


def split_export(content: str) -> list[ExportedArticle] | None:
    """Split an export into its articles; None if the text is no export."""
    for mark, make, least in (
        (_CLASSIC, _classic, 1), (_UNI_END, _uni, 1), (_CODED_END, _coded, 1), (_SHOWN_END, _shown, 1),
    ):  # fmt: skip
        found = list(mark.finditer(content))
        if len(found) >= least:
            made = [_trimmed(content, make(content, *block)) for block in _blocks(content, found, make)]
            if any(part.start < part.end for part in made):
                return made
    return _single(content)


def _single(content: str) -> list[ExportedArticle] | None:
    """Locate a single article saved from Nexis, which has head and tail but no number."""
    head = _SINGLE_HEAD.search(content[:6000])
    if head is None or _SINGLE_TAIL.search(content, head.end()) is None:
        return None
    part = _trimmed(content, _classic(content, 0, len(content)))
    return [part] if part.start < part.end and (part.defaults.published or part.defaults.outlet) else None


Make = Callable[[str, int, int], ExportedArticle]


def _blocks(content: str, marks: list[re.Match[str]], make: Make) -> Iterator[tuple[int, int]]:
    """Split at the marks: in the classic layout a mark precedes its article, in the others it follows."""
    if make is _classic:
        ends = [mark.start() for mark in marks[1:]] + [len(content)]
        yield from ((mark.end(), end) for mark, end in zip(marks, ends, strict=True))
        return
    start = 0
    for mark in marks:
        yield start, mark.end() if make is _coded else mark.start()
        start = mark.end()


def _classic(content: str, start: int, end: int) -> ExportedArticle:
    block = content[start:end]
    bodies = list(_CLASSIC_BODY.finditer(block))
    body = next((match for match in bodies if match[0].startswith("BODY")), bodies[0] if bodies else None)
    if body is None:
        return ExportedArticle(end, end, MetadataDefaults())
    tail = _CLASSIC_TAIL.search(block, body.end())
    lines = block[: body.start()].splitlines()
    title = next((line.partition(":")[2].strip() for line in lines if line.startswith("HEADLINE:")), None)
    title = title or next(
        (x.strip() for x in lines if x.strip() and x[0] not in " \t" and not _CLASSIC_TAG.match(x)), None
    )
    centred = [line.strip() for line in lines if line.strip() and line[0] in " \t"]
    if not centred:  # a program has taken the blanks off: outlet, date and headline then follow each other
        plain = [line.strip() for line in lines if line.strip()]
        dated = next((n for n, line in enumerate(plain) if n and _date([line]) is not None), 0)
        centred = plain[: dated + 1] if dated else []
        below = (x for x in plain[dated + 1 :] if not (_CLASSIC_TAG.match(x) or x.endswith("Edition")))
        title = title if any(line.startswith("HEADLINE:") for line in lines) or not dated else next(below, None)
    outlet = next((x for x in centred if parse_date(x) is None and not x.startswith("Copyright")), None)
    return ExportedArticle(
        start + body.end(),
        start + (tail.start() if tail else len(block)),
        MetadataDefaults(title=title, outlet=outlet, published=_date(centred)),
    )


def _uni(content: str, start: int, end: int) -> ExportedArticle:
    block = content[start:end]
    body = _UNI_BODY.search(block)
    if body is None:
        return ExportedArticle(end, end, MetadataDefaults())
    tail = _UNI_TAIL.search(block, body.end())
    lines = [line.strip() for line in block[: body.start()].splitlines() if line.strip()]
    return ExportedArticle(
        start + body.end(),
        start + (tail.start() if tail else len(block)),
        MetadataDefaults(
            title=lines[0] if lines else None,
            outlet=lines[1] if len(lines) > 1 else None,
            published=_date(lines[2:]),
        ),
    )


def _coded(content: str, start: int, end: int) -> ExportedArticle:
    block = content[start:end]
    fields = list(_CODE.finditer(block))
    values: dict[str, str] = {}
    begin = stop = -1
    for match, following in zip(fields, [*fields[1:], None], strict=True):
        until = following.start() if following is not None else len(block)
        code = match["code"]
        values.setdefault(code, " ".join(((match["value"] or "") + block[match.end() : until]).split()))
        if code in ("LP", "TD"):
            begin = begin if begin >= 0 else match.start("value") if match["value"] else match.end()
            stop = until
    defaults = MetadataDefaults(
        title=values.get("HD"), outlet=values.get("SN"), published=parse_date(values.get("PD", ""))
    )
    return ExportedArticle(end, end, defaults) if begin < 0 else ExportedArticle(start + begin, start + stop, defaults)


def _shown(content: str, start: int, end: int) -> ExportedArticle:
    block = content[start:end]
    words = _SHOWN_WORDS.search(block)
    if words is None:
        return ExportedArticle(end, end, MetadataDefaults())
    above = [line.strip() for line in block[: words.start()].splitlines() if line.strip()]
    title = [line for line in above if not re.match(r"By [A-Z]", line)]
    after = words.end() + 1
    head_end = re.compile(r"\r?\n[ \t]*\r?\n").search(block, after)
    below = [x.strip() for x in block[after : head_end.start() if head_end else len(block)].splitlines() if x.strip()]
    outlet = next((x for x in below if parse_date(x) is None and not re.fullmatch(r"\d\d:\d\d.*", x)), None)
    return ExportedArticle(
        start + (head_end.end() if head_end else len(block)),
        end,
        MetadataDefaults(title=title[-1] if title else None, outlet=outlet, published=_date(below)),
    )


def _date(lines: list[str]) -> PartialDate | None:
    return next((date for line in lines if (date := parse_date(line)) is not None and len(date.iso) == 10), None)


def _trimmed(content: str, part: ExportedArticle) -> ExportedArticle:
    """Trim white space around the body; offsets are adjusted, not the text."""
    body = content[part.start : part.end]
    lead = len(body) - len(body.lstrip())
    return ExportedArticle(part.start + lead, part.start + max(lead, len(body.rstrip())), part.defaults)
