"""Archives and documents: web archives, zip files, PDF, Word, and the exports of press databases."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from onrecord.core.statement import Article
from onrecord.errors import EmptySource, IgnoredSource, SourceError, SourceTooLarge
from onrecord.read import RawDocument, raw_documents, read_articles
from onrecord.read.pdf import unwrapped

BODY = "The minister said the dam must wait until spring. The governor replied that it will not stand for long."
MORE = "Nobody at the meeting in the town hall knew how long the works on the wall would take, one engineer added."
PAGE = f"<html><head><title>The dam</title></head><body><article><p>{BODY}</p><p>{MORE}</p></article></body></html>"


def items(source: Path) -> list[Article | SourceError]:
    """Read a source."""
    return list(read_articles(source))


def articles(source: Path) -> list[Article]:
    """Read a source that has only articles."""
    found = items(source)
    assert all(isinstance(item, Article) for item in found), found
    return [item for item in found if isinstance(item, Article)]


def record(address: str, payload: bytes, *, status: str = "200 OK", media: str = "text/html; charset=utf-8") -> bytes:
    """Build a WARC record."""
    http = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {len(payload)}\r\n\r\n".encode() + payload
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2026-03-05T10:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:12345678-0000-0000-0000-{len(payload):012}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def crawl() -> bytes:
    """Build a web archive."""
    records = [
        record("https://example.org/1", PAGE.encode()),
        record("https://example.org/logo", b"\x89PNG....", media="image/png"),
        record("https://example.org/gone", b"<html>gone</html>", status="404 Not Found"),
        record(
            "https://example.org/2", PAGE.replace("dam", "d\xe4m").encode("latin-1"), media="text/html; charset=latin-1"
        ),
    ]
    return b"".join(gzip.compress(one) for one in records)


def test_a_web_archive_gives_its_pages_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    """A web archive gives its pages and reports the records that it leaves out."""
    pytest.importorskip("fastwarc")
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(crawl())
    notes: list[str] = []
    found = list(read_articles(path, notes=notes.append))
    assert [type(item) for item in found] == [Article, IgnoredSource, IgnoredSource, Article]
    first, last = found[0], found[3]
    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert (first.url, first.name, first.title) == ("https://example.org/1", "https://example.org/1", "The dam")
    assert "the däm must wait" in last.text.content
    assert [item.reason for item in found if isinstance(item, IgnoredSource)] == ["image/png", "status 404"]
    assert notes == [f"{path}: left out: 1 × image/png, 1 × status 404"]


def test_a_web_archive_that_breaks_off_gives_what_is_whole(tmp_path: Path) -> None:
    """A truncated web archive gives its complete records."""
    pytest.importorskip("fastwarc")
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(crawl()[:-200])
    found = items(path)
    assert isinstance(found[0], Article)
    (tmp_path / "no.warc").write_bytes(b"no archive at all")
    assert [type(item) for item in items(tmp_path / "no.warc")] == [SourceError]


def test_a_wacz_gives_the_pages_of_its_web_archives(tmp_path: Path) -> None:
    """A WACZ file gives the pages of its web archives."""
    pytest.importorskip("fastwarc")
    with zipfile.ZipFile(tmp_path / "c.wacz", "w") as archive:
        archive.writestr("archive/data.warc.gz", crawl())
        archive.writestr("datapackage.json", "{}")
    kinds = [type(item) for item in items(tmp_path / "c.wacz")]
    assert kinds == [Article, IgnoredSource, IgnoredSource, Article, IgnoredSource]


def test_a_zipped_folder_is_read_like_a_folder(tmp_path: Path) -> None:
    """A zipped folder is read like a folder."""
    with zipfile.ZipFile(tmp_path / "f.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/one.txt", BODY)
        archive.writestr("a/two.html", PAGE)
        archive.writestr("three.jsonl", json.dumps({"id": "x", "text": BODY}) + "\n{broken\n")
        archive.writestr("a/picture.png", b"\x89PNG")
        archive.writestr("__MACOSX/a/._one.txt", b"\0\0")
        archive.writestr("inner.zip", b"PK")
    found = items(tmp_path / "f.zip")
    assert [item.name for item in found if isinstance(item, Article)] == ["f.zip/a/one.txt", "f.zip/a/two.html", "x"]
    wrong = [item for item in found if isinstance(item, SourceError)]
    assert [w.source.removeprefix(str(tmp_path / "f.zip") + "/") for w in wrong] == [
        "three.jsonl:2", "a/picture.png", "__MACOSX/a/._one.txt", "inner.zip",
    ]  # fmt: skip


def test_a_zip_bomb_costs_nothing(tmp_path: Path) -> None:
    """200 MB of zeros in 200 kB: a member over the bound is not read, an archive of many such is refused whole."""
    zeros = bytes(20_000_000)
    with zipfile.ZipFile(tmp_path / "one.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.txt", zeros)
        archive.writestr("good.txt", BODY)
    assert [type(item) for item in items(tmp_path / "one.zip")] == [SourceTooLarge, Article]
    with zipfile.ZipFile(tmp_path / "many.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(12):
            archive.writestr(f"{number}.txt", zeros)
    (refused,) = items(tmp_path / "many.zip")
    assert isinstance(refused, SourceError)
    assert "would unpack to 240 MB" in refused.reason


def test_a_damaged_or_locked_member_costs_itself_alone(tmp_path: Path) -> None:
    """A damaged or encrypted member costs itself alone."""
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.txt", BODY)
        archive.writestr("two.txt", BODY + " Two.")
    data = bytearray(path.read_bytes())
    data[data.index(BODY.encode()) + 5] ^= 1
    path.write_bytes(data)
    assert [type(item) for item in items(path)] == [SourceError, Article]
    path.write_bytes(b"PK\x03\x04 and no directory")
    assert "not a zip archive" in str(items(path)[0])


def test_packed_lines_are_read(tmp_path: Path) -> None:
    """Compressed JSON Lines are read, and a truncated file ends with an error."""
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps({"id": "x", "text": BODY}).encode()))
    assert [a.name for a in articles(path)] == ["x"]
    path.write_bytes(path.read_bytes()[:40])
    assert isinstance(items(path)[-1], SourceError)


def pdf(lines: list[str]) -> bytes:
    """A page with these lines, as small as a PDF can be."""
    shown = "\n".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 11 Tf 14 TL 50 750 Td\n{shown}\nET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    ]  # fmt: skip
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = f"xref\n0 5\n0000000000 65535 f \n{table}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return out + tail.encode()


def test_a_pdf_gives_its_text_with_lines_joined(tmp_path: Path) -> None:
    """A PDF gives its text with broken lines and words joined."""
    pytest.importorskip("pdfminer")
    path = tmp_path / "a.pdf"
    path.write_bytes(
        pdf(["The minister said the dam must wait until spring, and the nego-", "tiation goes on in the town."])
    )
    (article,) = articles(path)
    assert (
        article.text.content
        == "The minister said the dam must wait until spring, and the negotiation goes on in the town."
    )
    path.write_bytes(pdf([]))
    assert isinstance(items(path)[0], EmptySource)
    path.write_bytes(b"%PDF-1.4 and nothing")
    assert "damaged PDF" in str(items(path)[0])


def test_paragraphs_of_a_page_stay_apart() -> None:
    """Paragraphs of a page stay apart when its lines are joined."""
    page = "A first line that is as long as the page is wide\nand ends.\nA second one as long as the page is\nwide."
    assert unwrapped(page).count("\n") == 1
    assert unwrapped("a wide line of a well-\nKnown man") == "a wide line of a well- Known man"


def test_a_word_document_gives_its_paragraphs(tmp_path: Path) -> None:
    """A Word document gives its paragraphs and title."""
    docx = pytest.importorskip("docx")
    made = docx.Document()
    made.add_paragraph("The minister said “no”.")
    made.add_paragraph("The governor agreed.")
    made.core_properties.title = "The dam"
    path = tmp_path / "a.docx"
    made.save(str(path))
    (article,) = articles(path)
    assert article.text.content == "The minister said “no”.\nThe governor agreed."
    assert article.title == "The dam"
    path.write_bytes(b"PK\x03\x04 no document")
    assert "not a Word document" in str(items(path)[0])


CLASSIC = f"""
                               1 of 2 DOCUMENTS

                              The Brask Herald

                           March 5, 2026 Thursday
                                 Late Edition

Dam must wait, minister says

BYLINE: By Ann Lee

SECTION: Section A; Pg. 1

LENGTH: 19 words

DATELINE: BRASK

{BODY}

LOAD-DATE: March 6, 2026

LANGUAGE: ENGLISH

                        Copyright 2026 The Brask Herald

                               2 of 2 DOCUMENTS

                                 Radio Vel

                           March 7, 2026 Saturday

HEADLINE: A second one
BODY:
{BODY} Twice.
LOAD-DATE: March 8, 2026
"""
UNI = f"""Dam must wait
The Brask Herald
March 5, 2026 Thursday
Copyright 2026 The Brask Herald All Rights Reserved
Section: A
Length: 19 words
Body

{BODY}

Load-Date: March 6, 2026

End of Document

A second one
Radio Vel
March 7, 2026
Body
{BODY} Twice.
Classification
Language: ENGLISH
End of Document
"""
CODED = f"""SE News
HD  Dam must wait
BY By Ann Lee
WC 19 words
PD 5 March 2026
SN The Brask Herald
SC BRHE
LA English
CY Copyright 2026.
LP
{BODY}
TD
A second paragraph.
CT editor@example.org
AN Document BRHE000020260305em3500001

HD A second one
PD 7 March 2026
SN Radio Vel
LP {BODY} Twice.
AN Document RVEL000020260307em3700001
"""
SHOWN = f"""Dam must wait
By Ann Lee
19 words
5 March 2026
08:00
The Brask Herald
BRHE
English
(c) 2026

{BODY}

Document BRHE000020260305em3500001

A second one
22 words
7 March 2026
Radio Vel
RVEL
English

{BODY} Twice.

Document RVEL000020260307em3700001
"""


FLAT = "\n".join(line.strip() for line in CLASSIC.splitlines())  # as programs leave it that take blanks off


@pytest.mark.parametrize(
    "export",
    [CLASSIC, FLAT, UNI, CODED, SHOWN],
    ids=["nexis", "nexis-flat", "nexis-uni", "factiva", "factiva-shown"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_an_export_of_a_press_database_is_taken_apart(tmp_path: Path, export: str, end: str) -> None:
    """An export of a press database is split into its articles with their metadata."""
    path = tmp_path / "export.txt"
    path.write_bytes(export.replace("\n", end).encode())
    first, second = articles(path)
    assert first.text.content.startswith((BODY, "BRASK" + end * 2)) or BODY in first.text.content
    assert second.text.content == f"{BODY} Twice."
    assert [(a.outlet, str(a.published)) for a in (first, second)] == [
        ("The Brask Herald", "2026-03-05"), ("Radio Vel", "2026-03-07"),
    ]  # fmt: skip
    assert second.title == "A second one"
    assert (first.title or "").startswith("Dam must wait")
    for word in ("Copyright", "LOAD-DATE", "Load-Date", "Document", "BRHE"):
        assert word not in first.text.content


def test_an_article_about_documents_is_no_export(tmp_path: Path) -> None:
    """An article that mentions documents is not taken for an export."""
    (tmp_path / "a.txt").write_text(
        f"{BODY}\n\nThe court has 12 of 30 DOCUMENTS, he said.\nEnd of Document was near.\n"
    )
    (article,) = articles(tmp_path / "a.txt")
    assert "12 of 30" in article.text.content


def test_heavy_work_is_left_to_the_piece(tmp_path: Path) -> None:
    """Walking a source opens no page: that is for a worker to do."""
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr("a.pdf", b"%PDF-1.4 and nothing")
        archive.writestr("b.html", PAGE)
    assert [type(piece) for piece in raw_documents(tmp_path / "f.zip")] == [RawDocument, RawDocument]
