"""UIMA CAS as XMI: a folder with a `TypeSystem.xml` and an `.xmi` file per article, for INCEpTION and dkpro-cassis.

Each piece of a source, cue, content or condition is an annotation of its own, as INCEpTION's spans are unbroken; those
of one statement have its id. The fields are features of the first piece of the content. Offsets are in UTF-16 units, as
UIMA counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lxml import etree

from onrecord.core.span import Evidence
from onrecord.core.statement import Article, Statement, plain
from onrecord.exchange.brat import stem_of
from onrecord.exchange.graph import NOT_XML

STATEMENT, PART = "OnRecordStatement", "OnRecordPart"
FIELDS = ("speaker", "affiliation", "chain", "venue", "act", "issue", "stance", "commitment", "when", "form")
PARTS = ("source", "cue", "content", "condition")
_XMI, _CAS = "http://www.omg.org/XMI", "http:///uima/cas.ecore"
_CUSTOM = "http:///webanno/custom.ecore"
_UIMA = "http://uima.apache.org/resourceSpecifier"


def write(folder: str | Path, results: Iterable[tuple[Article, Sequence[Statement]]]) -> list[Path]:
    """Write the files into a folder, made if need be; the `.xmi` files' paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "TypeSystem.xml").write_bytes(type_system())
    used: set[str] = {"typesystem"}
    paths = []
    for article, statements in results:
        path = folder / f"{stem_of(article, used)}.xmi"
        path.write_bytes(document(article, statements))
        paths.append(path)
    return paths


def type_system() -> bytes:
    """Return the types of the annotations, which INCEpTION imports as layers."""
    root = etree.Element("typeSystemDescription", nsmap={None: _UIMA})
    types = etree.SubElement(root, "types")
    features = {STATEMENT: ("statement", *FIELDS, "confidence"), PART: ("statement", "role")}
    for name, held in features.items():
        kind = etree.SubElement(types, "typeDescription")
        for tag, value in (("name", f"webanno.custom.{name}"), ("description", ""),
                           ("supertypeName", "uima.tcas.Annotation")):  # fmt: skip
            etree.SubElement(kind, tag).text = value
        listed = etree.SubElement(kind, "features")
        for feature in held:
            one = etree.SubElement(listed, "featureDescription")
            for tag, value in (("name", feature), ("description", ""), ("rangeTypeName", "uima.cas.String")):
                etree.SubElement(one, tag).text = value
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def document(article: Article, statements: Sequence[Statement]) -> bytes:
    """Encode one article with its statements; characters that XML cannot hold are shown as U+FFFD."""
    text = article.text.content
    names = {"xmi": _XMI, "cas": _CAS, "custom": _CUSTOM}
    root = etree.Element(f"{{{_XMI}}}XMI", attrib={f"{{{_XMI}}}version": "2.0"}, nsmap=names)
    etree.SubElement(root, f"{{{_CAS}}}NULL", attrib={f"{{{_XMI}}}id": "0"})
    offsets = _utf16(text)
    members = []
    for number, (kind, piece, values) in enumerate(_annotations(statements), 2):
        begin, end = offsets[piece.span.start], offsets[piece.span.end]
        fixed = {f"{{{_XMI}}}id": str(number), "sofa": "1", "begin": str(begin), "end": str(end)}
        own = {name: NOT_XML.sub("\ufffd", value) for name, value in values.items()}
        etree.SubElement(root, f"{{{_CUSTOM}}}{kind}", attrib=fixed | own)
        members.append(str(number))
    sofa = {f"{{{_XMI}}}id": "1", "sofaNum": "1", "sofaID": "_InitialView", "mimeType": "text",
            "sofaString": NOT_XML.sub("\ufffd", text)}  # fmt: skip
    etree.SubElement(root, f"{{{_CAS}}}Sofa", attrib=sofa)
    etree.SubElement(root, f"{{{_CAS}}}View", attrib={"sofa": "1", "members": " ".join(members)})
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _annotations(statements: Sequence[Statement]) -> Iterator[tuple[str, Evidence, dict[str, str]]]:
    for one in statements:
        values = {name: _text(getattr(one, name).value) for name in FIELDS}
        known = {name: value for name, value in values.items() if value}
        confidence = f"{one.stance.confidence:.2f}"
        yield STATEMENT, one.content[0], {"statement": one.id, **known, "confidence": confidence}
        for role in PARTS:
            pieces = one.condition.value if role == "condition" else getattr(one, role)
            for piece in pieces:
                yield PART, piece, {"statement": one.id, "role": role}


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " | ".join(str(plain(item)) for item in value)
    return "" if value is None else str(plain(value))


def _utf16(text: str) -> list[int]:
    """Return the offset in UTF-16 units of every offset in code points, the end of the text included."""
    made, at = [0], 0
    for char in text:
        at += 2 if char > "\uffff" else 1
        made.append(at)
    return made
