"""Extract the text that Word shows from a .docx document, by parsing its XML with lxml.

Insertions of tracked changes are included, deletions are not. Table cells become lines; footnotes come last.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from onrecord.errors import EmptySource, SourceError
from onrecord.read.boundary import DAMAGED, one_line
from onrecord.read.metadata import Notes

# What a part of a document may unpack to.
MOST_BYTES = 100_000_000
MOST_TIMES = 200
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_DOCUMENT = "/officeDocument"
_SAVE = "open it in Word and save it again, or save its text"
_GONE = frozenset({"del", "moveFrom", "delText", "instrText", "delInstrText", "rPr", "pPr", "sectPr", "tblPr", "tcPr"})
_SEPARATORS = frozenset({"separator", "continuationSeparator", "continuationNotice"})


def docx_text(data: bytes, where: str, notes: Notes) -> tuple[str, str | None]:
    """Extract the paragraphs of a Word document, one per line, and its title.

    Raises:
        SourceError: it is damaged, or unpacks to more than a text would.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError(where, "a Word document with a password, or of the kind .doc; save it as .docx without one")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (*DAMAGED, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise SourceError(
            where, f"not a Word document of the kind .docx, or a damaged one ({one_line(error)}); {_SAVE}"
        ) from error
    with archive:
        place = _main_part(archive, where)
        body = _parse(archive, place, where)
        lines = list(_lines(body))
        folder = place.rpartition("/")[0]
        for name in ("footnotes.xml", "endnotes.xml"):
            try:
                part = _parse(archive, f"{folder}/{name}".lstrip("/"), where, missing=True)
            except SourceError as error:
                notes(f"{where}: its {name.removesuffix('.xml')} are left out: {error.reason}")
                continue
            if part is not None:
                lines += _notes(part)
        title = _title(archive, where)
    text = "\n".join(lines).strip("\n")
    if not text.strip():
        raise EmptySource(where, "a Word document without text; check that the right file was given")
    return text, title


def _main_part(archive: zipfile.ZipFile, where: str) -> str:
    """Return the path of the part with the text, by the document's relationships."""
    relations = _parse(archive, "_rels/.rels", where, missing=True)
    for relation in relations.iter("{*}Relationship") if relations is not None else ():
        if str(relation.get("Type", "")).endswith(_DOCUMENT):
            return str(relation.get("Target", "")).lstrip("/")
    return "word/document.xml"


def _parse(archive: zipfile.ZipFile, name: str, where: str, *, missing: bool = False) -> Any:
    """Parse a part and return its root; None if it is missing and optional."""
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        if missing:
            return None
        raise SourceError(where, f"not a Word document: it has no {name}; {_SAVE}") from error
    try:
        if info.file_size > min(MOST_BYTES, MOST_TIMES * info.compress_size + 10_000_000):
            raise SourceError(where, f"its {name} unpacks to {info.file_size // 1_000_000} MB; save its text")
        data = archive.read(info)
    except (*DAMAGED, OSError, ValueError, struct.error, NotImplementedError, RuntimeError) as error:
        raise SourceError(where, f"a damaged Word document ({one_line(error)}); {_SAVE}") from error
    # No entities, no network, no very deep or very large trees.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(where, f"a damaged Word document ({name}: {one_line(error)}); {_SAVE}") from error
    if root is None:
        raise SourceError(where, f"a damaged Word document ({name} is empty); {_SAVE}")
    return root


def _lines(root: Any) -> Iterator[str]:
    """Yield the text of the paragraphs in document order, with those in cells and text boxes.

    A paragraph inside another one, as in text boxes, follows the enclosing one.
    """
    stack: list[list[str]] = []
    later: list[str] = []
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = _local(element)
        if name in _GONE or element.tag == _FALLBACK:
            hidden += 1 if event == "start" else -1
        elif hidden:
            continue
        elif name == "p":
            if event == "start":
                stack.append([])
            elif stack:
                line = "".join(stack.pop())
                if stack:
                    later.append(line)
                else:
                    yield line
                    yield from later
                    later = []
        elif event == "start" and stack:
            stack[-1].append(_words(name, element))


def _local(element: Any) -> str:
    """Return the name of an element in Word's namespace; empty for all others."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.removeprefix(_W) if tag.startswith(_W) else tag.removeprefix(_STRICT) if tag.startswith(_STRICT) else ""


def _words(name: str, element: Any) -> str:
    if name == "t":
        return element.text or ""
    return {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}.get(name, "")


def _notes(root: Any) -> Iterator[str]:
    for note in root:
        kind = note.get(f"{_W}type") or note.get(f"{_STRICT}type")
        if _local(note) in ("footnote", "endnote") and kind not in _SEPARATORS:
            yield from (line for line in _lines(note) if line.strip())


def _title(archive: zipfile.ZipFile, where: str) -> str | None:
    try:
        root = _parse(archive, "docProps/core.xml", where, missing=True)
    except SourceError:
        return None
    title = None if root is None else root.findtext(_TITLE)
    return " ".join(title.split()) or None if title else None
