"""PDF and Word documents to text."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from statistics import median

from onrecord.errors import EmptySource, SourceError

# What a document may unpack to; a document is a zip archive of XML.
MOST_BYTES = 200_000_000


def pdf_text(data: bytes, where: str) -> tuple[str, str | None]:
    """The text of a PDF's text layer, lines joined to paragraphs, and its title if the text has it too."""
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise SourceError(where, "PDF needs pypdf; pip install 'onrecord[documents]'") from error
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every small fault
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceError(where, "a PDF with a password; save it without one")
        text = "\n\n".join(unwrapped(page.extract_text()) for page in reader.pages).strip()
        title = reader.metadata.title if reader.metadata is not None else None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError) as error:
        raise SourceError(where, f"a damaged PDF ({' '.join(str(error).split())[:200]})") from error
    if not text:
        raise EmptySource(where, "a PDF without a text layer, as a scan is; recognise its text first (OCR)")
    known = title and " ".join(title.split()) in " ".join(text[:2000].split())
    return text, " ".join(title.split()) if title and known else None


def docx_text(data: bytes, where: str) -> tuple[str, str | None]:
    """The paragraphs of a Word document, a line each, and its title."""
    try:
        import docx
        from docx.opc.exceptions import PackageNotFoundError
    except ImportError as error:
        raise SourceError(where, "Word documents need python-docx; pip install 'onrecord[documents]'") from error
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MOST_BYTES:
                raise SourceError(where, "a Word document that unpacks to more than 200 MB; save its text")
        document = docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError) as error:
        raise SourceError(where, "no Word document of the kind .docx, or a damaged one; save it anew") from error
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    return text, document.core_properties.title or None


def unwrapped(page: str) -> str:
    """A page's lines as paragraphs: a line goes on in the next one unless it ends short, or the next one is blank.

    A word that is broken at the end of a line is joined where both its parts are in small letters.
    """
    lines = [line.rstrip() for line in page.replace("\r", "").split("\n")]
    full = [len(line) for line in lines if line]
    width = median(full) if full else 0
    out: list[str] = []
    for line in lines:
        before = out[-1] if out else ""
        if not line.strip():
            out.append("")
        elif not before:
            out.append(line.strip())
        elif re.search(r"[a-z]-$", before) and line.lstrip()[:1].islower():
            out[-1] = before[:-1] + line.lstrip()
        elif _ends_paragraph(before, lines, line, width):
            out.append(line.strip())
        else:
            out[-1] = f"{before} {line.strip()}"
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).strip()


def _ends_paragraph(before: str, lines: list[str], line: str, width: float) -> bool:
    last = next((one for one in lines if one and before.endswith(one.strip())), before)
    return len(last.strip()) < 0.75 * width and (before[-1] in ".!?:”\"’'" or not line.lstrip()[:1].islower())
