"""Extract text from PDFs by pdfminer.six: paragraphs in reading order, column by column, without running heads."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from onrecord.errors import EmptySource, SourceError
from onrecord.read.boundary import one_line
from onrecord.read.metadata import Notes

MOST_PAGES = 5_000
# The order of columns is found by comparing all boxes of a page with each other; above, they are read from the top.
MOST_BOXES = 200
# Blocks are found by comparing lines with their neighbours, of which a page drawn to be slow has very many.
MOST_LINES = 800
MARGIN = 0.12  # of a page's height: where running heads and feet are
_SENTENCE_END = re.compile(r"[.!?:;…][\"”’')\]]*$")
_BROKEN = "use a program that repairs PDFs, or save its text"


@dataclass(frozen=True, slots=True)
class TextBox:
    """Hold a block of lines on a page; `edge` tells whether it is where running heads and feet are."""

    text: str
    edge: bool


def pdf_text(data: bytes, where: str, notes: Notes) -> tuple[str, str | None]:
    """Extract the text of a PDF's text layer as paragraphs, and its title if the text contains it.

    Raises:
        SourceError: it is damaged, locked, or has no text layer.
    """
    try:
        from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
        from pdfminer.pdfparser import PDFParser
    except ImportError as error:
        raise SourceError(where, "PDF needs pdfminer.six; pip install 'onrecord[documents]'") from error
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it warns of every small fault
    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
    except PDFPasswordIncorrect as error:
        raise SourceError(where, "a PDF with a password; save it without one") from error
    except PDFEncryptionError as error:
        raise SourceError(
            where, f"a PDF encrypted in an unknown way ({one_line(error)}); save it without encryption"
        ) from error
    except MemoryError:
        raise
    except Exception as error:
        raise SourceError(where, f"a damaged PDF ({one_line(error)}); {_BROKEN}") from error
    pages, failed = _pages(document)
    text = joined(without_edges(pages))
    if failed and not text:
        raise SourceError(where, f"a PDF without a readable page ({failed[0][1]}); {_BROKEN}")
    if not text:
        raise EmptySource(where, "a PDF without a text layer, as a scan is; recognise its text first (OCR)")
    if failed:
        numbers = ", ".join(str(number) for number, _ in failed[:8])
        notes(f"{where}: {len(failed)} page(s) cannot be read and are left out ({numbers}: {failed[0][1]}); {_BROKEN}")
    title = _title(document)
    known = title and title in " ".join(text[:2000].split())
    return text, title if known else None


def _pages(document: Any) -> tuple[list[list[TextBox]], list[tuple[int, str]]]:
    """Return the boxes of each page, and the unreadable pages with the reason."""
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=None)  # the layout is found later, within bounds
    interpreter = PDFPageInterpreter(resources, device)
    pages: list[list[TextBox]] = []
    failed: list[tuple[int, str]] = []
    following = PDFPage.create_pages(document)
    for number in range(1, MOST_PAGES + 1):
        try:
            page = next(following)
            interpreter.process_page(page)
            pages.append(_boxes(device.get_result()))
        except StopIteration:
            break
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the library makes of a damaged page
            failed.append((number, f"{type(error).__name__}: {one_line(error)}"))
            pages.append([])
            if len(failed) > 50 and not any(pages):
                break
    return pages, failed


def _boxes(page: Any) -> list[TextBox]:
    """Return the blocks of a page in reading order; a page with very many lines is one block in drawing order."""
    from pdfminer.layout import LAParams, LTChar, LTTextBox

    params = LAParams(boxes_flow=None)
    characters = [one for one in page if isinstance(one, LTChar)]
    lines = list(page.group_objects(params, characters)) if characters else []
    if len(lines) > MOST_LINES:
        for line in lines:
            line.analyze(params)
        return [TextBox("\n".join(line.get_text().strip() for line in lines), False)]
    page.analyze(params)
    found = [one for one in page if isinstance(one, LTTextBox)]
    if 1 < len(found) <= MOST_BOXES:
        found = _in_columns(page, found, LAParams())
    low, high = page.y0 + MARGIN * page.height, page.y1 - MARGIN * page.height
    return [
        TextBox(text, box.y1 < low or box.y0 > high)
        for box in found
        if (text := box.get_text().replace("\u00ad\n", "")).strip()
    ]


def _in_columns(page: Any, boxes: list[Any], params: Any) -> list[Any]:
    """Order the boxes column by column, by the library's grouping of adjacent boxes."""
    flow = float(params.boxes_flow)
    found: list[Any] = []
    waiting = list(reversed(page.group_textboxes(params, boxes)))
    while waiting:
        one = waiting.pop()
        if hasattr(one, "index"):  # a box, not a group
            found.append(one)
        else:  # as pdfminer.layout.LTTextGroupLRTB sorts them
            waiting += sorted(one, key=lambda part: -((1 - flow) * part.x0 - (1 + flow) * (part.y0 + part.y1)))
    return found


def without_edges(pages: Sequence[Sequence[TextBox]]) -> list[list[str]]:
    """Remove running heads and feet from the texts of the pages' boxes.

    They are at a page's edge, in one or two lines, and repeat on another page, numbers aside.
    """
    counts = Counter(key for page in pages for key in {_key(box.text) for box in page if box.edge})
    return [[box.text for box in page if not (box.edge and _running(box.text, counts))] for page in pages]


def _key(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.split()))


def _running(text: str, counts: Counter[str]) -> bool:
    bare = text.strip()
    return bare.count("\n") < 2 and (
        counts[_key(text)] > 1 or re.fullmatch(r"\W*(?:[Pp]age\s)?\d{1,4}\W*", bare) is not None
    )


def joined(pages: Sequence[Sequence[str]]) -> str:
    """Join boxes to paragraphs: one that breaks off in mid-sentence continues in the next."""
    paragraphs: list[str] = []
    for text in (text for page in pages for text in page):
        for paragraph in unwrapped(text).split("\n"):
            if not paragraph:
                continue
            before = paragraphs[-1] if paragraphs else ""
            if before and paragraph[:1].islower() and not _SENTENCE_END.search(before[-8:]):
                paragraphs[-1] = _glued(before, paragraph)
            else:
                paragraphs.append(paragraph)
    return "\n\n".join(paragraphs).strip()


def unwrapped(page: str) -> str:
    """Join lines to paragraphs: a line continues in the next one unless it is short or the next is blank.

    A word hyphenated at a line end is joined where both parts are in lower case.
    """
    lines = [line.strip() for line in page.replace("\r", "").split("\n")]
    full = [len(line) for line in lines if line]
    width = median(full) if full else 0
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_paragraphs(lines, width))).strip()


def _paragraphs(lines: list[str], width: float) -> Iterator[str]:
    parts: list[str] = []  # of the current paragraph, so that a long one is joined once
    last = ""
    for line in lines:
        if not line or (last and _ends_paragraph(last, line, width)):
            if parts:
                yield "".join(parts)
            parts = []
            if not line:
                yield ""
        if line and parts:
            hyphen = _is_hyphenated(last, line)
            parts[-1] = parts[-1][:-1] if hyphen else parts[-1]
            parts += [line] if hyphen else [" ", line]
        elif line:
            parts = [line]
        last = line
    if parts:
        yield "".join(parts)


def _ends_paragraph(last: str, line: str, width: float) -> bool:
    return len(last) < 0.75 * width and (last[-1] in ".!?:”\"’'" or not line[:1].islower())


def _is_hyphenated(before: str, after: str) -> bool:
    return len(before) > 1 and before[-1] in "-\u2010\u00ad" and before[-2].islower() and after[:1].islower()


def _glued(before: str, after: str) -> str:
    return before[:-1] + after if _is_hyphenated(before, after) else f"{before} {after}"


def _title(document: Any) -> str | None:
    from pdfminer.utils import decode_text

    try:
        value = document.info[0].get("Title") if document.info else None
        return " ".join(decode_text(value).split()) or None if isinstance(value, bytes) else None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a title is not worth a document
        return None
