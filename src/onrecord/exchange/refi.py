"""Write REFI-QDA projects (`.qdpx`, 1.0): texts, codes and coded passages for ATLAS.ti, MAXQDA, NVivo and others.

A project is a ZIP file with `project.qde` (XML) and the texts under `sources/`. Each value of a coded field is a code
below a code of the field ("stance" > "oppose"); each piece of a content is a PlainTextSelection with a Coding per
value. Positions count code points, as REFI-QDA has them. All identifiers are hashes, so that writing twice is the same.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl

from onrecord.core.statement import Article, Statement
from onrecord.errors import ExchangeError
from onrecord.exchange.graph import clean

SPACE = "urn:QDA-XML:project:1.0"
USER = "OnRecord"
FIELDS = ("speaker", "affiliation", "issue", "stance", "act", "commitment", "form")
COLOURS = ("#4E79A7", "#59A14F", "#F28E2B", "#E15759", "#76B7B2", "#EDC948", "#9C755F")
EPOCH = "2000-01-01T00:00:00Z"
CODED: dict[str, Any] = {
    "source": pl.String, "statement": pl.String, "start": pl.Int64, "end": pl.Int64, "quote": pl.String,
    "field": pl.String, "value": pl.String,
}  # fmt: skip


def write(results: Iterable[tuple[Article, Sequence[Statement]]], *, name: str = "OnRecord") -> bytes:
    """Write the project as the bytes of a `.qdpx` file."""
    listed = [(article, list(statements)) for article, statements in results]
    root = ET.Element(
        "Project", xmlns=SPACE, name=name, origin="OnRecord", creatingUserGUID=_guid("user", USER),
        creationDateTime=EPOCH,
    )  # fmt: skip
    ET.SubElement(ET.SubElement(root, "Users"), "User", guid=_guid("user", USER), name=USER)
    codes = ET.SubElement(ET.SubElement(root, "CodeBook"), "Codes")
    for field, colour in zip(FIELDS, COLOURS, strict=True):
        used = sorted({value for _, statements in listed for s in statements if (value := _value(s, field))})
        parent = ET.SubElement(codes, "Code", guid=_guid("code", field), name=field, isCodable="false", color=colour)
        for value in used:
            own = {"guid": _guid("code", field, value), "name": clean(value), "isCodable": "true", "color": colour}
            ET.SubElement(parent, "Code", own)
    # A project without texts has no element for them: the schema wants at least one in it.
    sources = ET.SubElement(root, "Sources") if listed else None
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for article, statements in listed:
            guid = _guid("source", article.id)
            _source(sources, guid, article, statements)
            _put(packed, f"sources/{guid}.txt", article.text.content)
        _put(packed, "project.qde", to_text(root))
    return out.getvalue()


def read(data: bytes) -> pl.DataFrame:
    """Read the coded passages of a project (columns of `CODED`), one row per passage and code.

    ExchangeError if it is no project, or a passage is outside its text.
    """
    space = {"q": SPACE}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            root = ET.fromstring(packed.read("project.qde"))
            rows = []
            codes = {
                code.get("guid"): (parent.get("name"), code.get("name"))
                for parent in root.iterfind("q:CodeBook/q:Codes/q:Code", space)
                for code in parent.iterfind("q:Code", space)
            }
            for source in root.iterfind("q:Sources/q:TextSource", space):
                path = str(source.get("plainTextPath")).replace("internal://", "sources/")
                text = packed.read(path).decode("utf-8-sig")
                for passage in source.iterfind("q:PlainTextSelection", space):
                    start, end = int(passage.get("startPosition", "")), int(passage.get("endPosition", ""))
                    if not 0 <= start < end <= len(text):
                        raise ExchangeError(f"the passage {passage.get('name')!r} is outside its text")
                    for reference in passage.iterfind("q:Coding/q:CodeRef", space):
                        field, value = codes[reference.get("targetGUID")]
                        named = (source.get("name"), passage.get("name"))
                        rows.append((*named, start, end, text[start:end], field, value))
    except (zipfile.BadZipFile, KeyError, ET.ParseError, ValueError) as error:
        raise ExchangeError(f"not a readable REFI-QDA project: {error!r}") from error
    return pl.DataFrame(rows, schema=CODED, orient="row")


def _source(sources: Any, guid: str, article: Article, statements: Sequence[Statement]) -> None:
    by = {"creatingUser": _guid("user", USER), "creationDateTime": EPOCH}
    source = ET.SubElement(
        sources,
        "TextSource",
        {"guid": guid, "name": clean(article.name), "plainTextPath": f"internal://{guid}.txt", **by},
    )
    for statement in statements:
        for piece in statement.content:
            start, end = str(piece.span.start), str(piece.span.end)
            own = {"guid": _guid("passage", statement.id, start), "name": statement.id}
            passage = ET.SubElement(
                source, "PlainTextSelection", {**own, "startPosition": start, "endPosition": end, **by}
            )
            for field in FIELDS:
                value = _value(statement, field)
                if value:
                    coding = ET.SubElement(
                        passage, "Coding", {"guid": _guid("coding", statement.id, start, field), **by}
                    )
                    ET.SubElement(coding, "CodeRef", targetGUID=_guid("code", field, value))


def _value(statement: Statement, field: str) -> str:
    return str(getattr(statement, field).value or "")


def _guid(*parts: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "urn:onrecord:" + "\x1f".join(parts)))


def _put(packed: zipfile.ZipFile, name: str, content: str) -> None:
    # A fixed date keeps the file the same on every writing.
    entry = zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    packed.writestr(entry, content.encode("utf-8", "replace"))


def to_text(root: Any) -> str:
    """Encode an element tree as indented text."""
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
