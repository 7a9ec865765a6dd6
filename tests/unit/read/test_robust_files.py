"""Files as the world has them: each fault that cost a record, a batch or a meaning, as a small input."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from tests.hostile.shapes import ARTICLE, docx, pdf, warc, zipped

from onrecord.core.statement import Article
from onrecord.errors import BrokenLine, InternalError, SourceError
from onrecord.read import MetadataDefaults, read_articles
from onrecord.read.boundary import with_error_boundary
from onrecord.read.error_limit import MAX_REPORTED
from onrecord.read.html import looks_like_page
from onrecord.read.metadata import date_readings, parse_date
from onrecord.read.pdf import TextBox, joined, unwrapped, without_edges

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SAID = "The minister said that the dam must wait until the spring."


def items(path: Path, notes: list[str] | None = None, **given: bool) -> list[Article | SourceError]:
    """Read a source."""
    return list(read_articles(path, defaults=MetadataDefaults(**given), notes=None if notes is None else notes.append))


def texts(path: Path, **given: bool) -> list[str]:
    """Read the texts of a source."""
    return [item.text.content for item in items(path, **given) if isinstance(item, Article)]


def write(path: Path, data: bytes | str) -> Path:
    """Write a file."""
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


# ---------------------------------------------------------------- the boundary


def test_an_unforeseen_exception_costs_its_source_alone() -> None:
    """Claim: it becomes one line that names the exception and the place, and asks for a report."""

    def broken() -> object:
        yield "first"
        raise KeyError("no such\nthing")

    first, error = with_error_boundary(broken(), "a.txt")  # type: ignore[arg-type]
    assert first == "first"
    assert isinstance(error, InternalError)
    assert error.source == "a.txt"
    assert error.reason.startswith("skipped: internal error (KeyError: 'no such\\nthing' at test_robust_files.py:")
    assert error.reason.endswith("), please report")


# ---------------------------------------------------------------- Word


def paragraph(inner: str) -> str:
    """Build a paragraph of a Word document."""
    return f"<w:p>{inner}</w:p>"


def run(text: str) -> str:
    """Build a run of a Word document."""
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_word_shows_insertions_and_hides_deletions(tmp_path: Path) -> None:
    """Claim: an inserted "not" is read, a deleted one is not, moved words stand where they went."""
    body = paragraph(
        run("The toll will ")
        + f"<w:ins>{run('not ')}</w:ins><w:del><w:r><w:delText>surely </w:delText></w:r></w:del>"
        + f"<w:moveFrom>{run('never ')}</w:moveFrom>{run('come.')}<w:moveTo>{run(' Ever.')}</w:moveTo>"
    )
    assert texts(write(tmp_path / "a.docx", docx(body))) == ["The toll will not come. Ever."]


def test_word_tables_boxes_and_notes_are_text(tmp_path: Path) -> None:
    """Claim: cells, text boxes and footnotes are read; the fallback of a box is not read twice."""
    cell = "<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = f"<w:txbxContent>{paragraph(run('In a box.'))}</w:txbxContent>"
    shown = f'<mc:AlternateContent xmlns:mc="{mc}"><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>'
    body = paragraph(run("Before.") + f"<w:r>{shown}</mc:AlternateContent></w:r>") + cell.format(paragraph(run("In.")))
    notes = (
        f'<w:footnotes {W}><w:footnote w:type="separator">{paragraph(run("---"))}</w:footnote>'
        f"<w:footnote>{paragraph(run('A note.'))}</w:footnote></w:footnotes>"
    )
    path = write(tmp_path / "a.docx", docx(body, {"word/footnotes.xml": notes}))
    assert texts(path) == ["Before.\nIn a box.\nIn.\nA note."]


DOCUMENT = f"<w:document {W}><w:body>"
BROKEN_WORD = {
    "broken XML": docx("<w:p><w:r>"),
    "empty XML": zipped({"word/document.xml": b""}),
    "no document": zipped({"word/other.xml": b"<a/>"}),
    "no zip": b"PK\x03\x04 no document",
    "very deep XML": zipped({"word/document.xml": (DOCUMENT + "<w:p>" * 100_000).encode()}),
    "an entity bomb": zipped(
        {
            "word/document.xml": (
                '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
                + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
                + f"]>{DOCUMENT}<w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:body></w:document>"
            ).encode()
        }
    ),
    "a file of the system": zipped(
        {
            "word/document.xml": (
                f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>{DOCUMENT}<w:p><w:r><w:t>&x;</w:t></w:r></w:p>'
                "</w:body></w:document>"
            ).encode()
        }
    ),
    "an old document": b"\xd0\xcf\x11\xe0" + bytes(600),
}


@pytest.mark.parametrize("name", BROKEN_WORD)
def test_a_broken_word_document_costs_itself_alone(tmp_path: Path, name: str) -> None:
    """Claim: it is no internal error, the message says what to do, and nothing of the system gets into a text."""
    write(tmp_path / "1.txt", SAID)
    write(tmp_path / "2.docx", BROKEN_WORD[name])
    write(tmp_path / "3.txt", SAID)
    found = items(tmp_path)
    assert [type(item) for item in (found[0], found[2])] == [Article, Article]
    assert isinstance(found[1], SourceError)
    assert not isinstance(found[1], InternalError)
    assert ";" in found[1].reason
    assert "root:" not in str(found[1])


def test_a_flipped_byte_in_a_word_document_costs_it_alone(tmp_path: Path) -> None:
    """Claim: bad checksums and bad compression are damage, not internal errors."""
    good = docx(paragraph(run(SAID * 50)))
    for at in range(40, len(good), 37):
        data = bytearray(good)
        data[at] ^= 0x55
        for item in items(write(tmp_path / "a.docx", bytes(data))):
            assert not isinstance(item, InternalError), (at, item)


# ---------------------------------------------------------------- PDF


def test_pdf_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    """Claim: no line of one column is joined to its neighbour in the next."""
    pytest.importorskip("pdfminer")
    left = ["The mayor said that the", "port would open in the", "spring of this year."]
    right = ["The union said that no", "ship would be unloaded", "before the pay is there."]
    stream_lines = [*left, *right]
    data = pdf(stream_lines, 1)
    for number, line in enumerate(stream_lines):  # the two columns side by side
        x, y = (40, 700 - 12 * number) if number < 3 else (320, 700 - 12 * (number - 3))
        old = f"1 0 0 1 40 {780 - 740 * number / 6:.2f} Tm ({line})".encode()
        assert old in data
        data = data.replace(old, f"1 0 0 1 {x} {y}.00 Tm ({line})".encode())
    (text,) = texts(write(tmp_path / "a.pdf", data))
    assert text == f"{' '.join(left)}\n\n{' '.join(right)}"


def test_running_heads_are_no_text() -> None:
    """Claim: what stands at the edge of several pages, numbers aside, goes; a sentence goes on over the page."""
    pages = [
        [TextBox("The Post  March 4, 2026  Page 3", True), TextBox("“We will pay them", False), TextBox("3", True)],
        [
            TextBox("The Post  March 4, 2026  Page 4", True),
            TextBox("back every crown,” she said.", False),
            TextBox("4", True),
        ],
        [TextBox("A headline of its own", True), TextBox("The end.", False)],
    ]
    assert joined(without_edges(pages)) == (
        "“We will pay them back every crown,” she said.\n\nA headline of its own\n\nThe end."
    )


def test_hyphens_at_the_end_of_a_line_go_where_a_word_is_broken() -> None:
    """Claim: small letters on both sides are one word, also over a page; a name keeps its hyphen."""
    assert unwrapped("the long nego-\ntiation goes on and on and on") == "the long negotiation goes on and on and on"
    assert joined([["the nego-"], ["tiation"]]) == "the negotiation"
    assert unwrapped("a wide line of a well-\nKnown man") == "a wide line of a well- Known man"


def test_an_unknown_filter_costs_its_page_alone(tmp_path: Path) -> None:
    """Claim: a PDF none of whose pages can be decoded says so and what to do, and is no internal error."""
    pytest.importorskip("pdfminer")
    data = pdf(["The mayor said no."]).replace(b"<< /Length", b"<< /Filter /Nonsense /Length", 1)
    (item,) = items(write(tmp_path / "a.pdf", data))
    assert isinstance(item, SourceError)
    assert not isinstance(item, InternalError)
    assert ";" in item.reason


# ---------------------------------------------------------------- archives


def test_a_truncated_zip_gives_what_is_whole(tmp_path: Path) -> None:
    """Claim: without its directory, each whole member is read, and the damage is said."""
    data = zipped({f"{number}.txt": f"{SAID} {number}".encode() for number in range(4)})
    notes: list[str] = []
    found = items(write(tmp_path / "a.zip", data[:-30]), notes)
    assert [item.text.content[-1] for item in found if isinstance(item, Article)] == ["0", "1", "2", "3"]
    assert "damaged zip archive" in notes[0]
    middle = data.index(b"2.txt") + 12
    assert len(texts(write(tmp_path / "b.zip", data[:middle]))) == 2


def test_a_damaged_member_in_lzma_costs_itself_alone(tmp_path: Path) -> None:
    """Claim: damage inside any way of packing is the member's own."""
    data = bytearray(zipped({"a.txt": (SAID * 9).encode(), "b.txt": SAID.encode()}, zipfile.ZIP_LZMA))
    at = data.index(b"a.txt") + 20
    data[at : at + 12] = bytes(12)
    found = items(write(tmp_path / "a.zip", bytes(data)))
    assert [type(item) for item in found][-1] is Article
    assert not any(isinstance(item, InternalError) for item in found)
    assert lzma.LZMAError  # the exception that once ended the batch


def test_packed_lines_are_bounded_by_what_they_unpack_to(tmp_path: Path) -> None:
    """Claim: a packed file of line ends is refused before it has cost much, inside a zip archive too."""
    bomb = gzip.compress(b"\n" * 40_000_000)
    (item,) = items(write(tmp_path / "a.jsonl.gz", bomb))
    assert isinstance(item, SourceError)
    assert "more than 200 times" in item.reason
    nested = zipped({"a.jsonl.gz": bomb, "b.txt": SAID.encode()}, zipfile.ZIP_STORED)
    found = items(write(tmp_path / "b.zip", nested))
    assert isinstance(found[0], SourceError)


def test_packed_lines_that_break_off_give_what_is_whole(tmp_path: Path) -> None:
    """Claim: the lines before the damage are read, and the damage is said."""
    lines = "".join(json.dumps({"id": str(n), "text": f"{SAID} {n} {os.urandom(40).hex()}"}) + "\n" for n in range(400))
    found = items(write(tmp_path / "a.jsonl.gz", gzip.compress(lines.encode())[:-2_000]))
    assert sum(isinstance(item, Article) for item in found) > 200
    assert isinstance(found[-1], SourceError)
    assert "damaged" in found[-1].reason


def test_a_deep_folder_is_walked(tmp_path: Path) -> None:
    """Claim: folders nested deeper than calls can be are read as far as the system lets, and cost nothing else."""
    write(tmp_path / "a.txt", SAID)
    write(tmp_path / "z.txt", SAID)
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_500):
        os.mkdir("f", dir_fd=here)
        below = os.open("f", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        found = items(tmp_path)
    finally:
        subprocess.run(["rm", "-rf", str(tmp_path / "f")], check=True)  # too deep for Python's own
    assert [type(item) for item in (found[0], found[-1])] == [Article, Article]
    assert not any(isinstance(item, InternalError) for item in found)


def test_a_flood_of_broken_lines_is_summed_up(tmp_path: Path) -> None:
    """Claim: of very many broken lines a hundred are named, the others counted in one line."""
    found = items(write(tmp_path / "a.json", json.dumps(list(range(5_000)))))
    assert len(found) == MAX_REPORTED + 1
    assert isinstance(found[-1], BrokenLine)
    assert "4900 more broken lines" in found[-1].reason


def test_web_archives_with_false_headers_are_read(tmp_path: Path) -> None:
    """Claim: chunked, packed, both, or neither where the header says so: each page is read, and those after it."""
    pytest.importorskip("fastwarc")
    page = ARTICLE.encode()
    parts = [page[at : at + 90] for at in range(0, len(page), 90)]
    chunked = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts)
    chunked += b"0\r\n\r\n"
    for number, (body, header) in enumerate(
        [
            (chunked, "Transfer-Encoding: chunked\r\n"),
            (page, "Transfer-Encoding: chunked\r\n"),
            (gzip.compress(page), "Content-Encoding: gzip\r\n"),
            (page, "Content-Encoding: gzip\r\n"),
            (page, "Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n"),
        ]
    ):
        path = write(tmp_path / f"{number}.warc", warc([body], header) + warc([page]))
        assert len(texts(path)) == 2, header


# ---------------------------------------------------------------- pages and text


def dated(date: str, more: str = "", language: str = "") -> str:
    """Build a page with a date."""
    paragraphs = f'<h1>Toll</h1><p class="date">{date}</p><p>{SAID * 4}</p><p>{more}</p>'
    return f"<html {language}><head><title>Toll</title></head><body><article>{paragraphs}</article></body></html>"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (dated("03/04/2026"), None),
        (dated("03/04/2026", language='lang="en-GB"'), "2026-04-03"),
        (dated("03/04/2026", language='lang="en-US"'), "2026-03-04"),
        (dated("03/04/2026", "Updated on 25/04/2026."), "2026-04-03"),
        (dated("03/04/2026", "Printed on 3 April 2026."), "2026-04-03"),
        (dated("2026-04-03"), "2026-04-03"),
    ],
)
def test_an_ambiguous_date_of_a_page_is_left_out_and_said(tmp_path: Path, markup: str, expected: str | None) -> None:
    """Claim: both readings are named, unless the page's language or another date of it decides."""
    notes: list[str] = []
    (item,) = items(write(tmp_path / "a.html", markup), notes)
    assert isinstance(item, Article)
    assert (None if item.published is None else item.published.iso) == expected
    assert ("may be 2026-04-03 or 2026-03-04" in " ".join(notes)) == (expected is None)


@pytest.mark.parametrize(
    ("value", "readings"),
    [
        ("2026/03/04", ["2026-03-04"]), ("2026.3.4", ["2026-03-04"]), ("March 4th, 2026", ["2026-03-04"]),
        ("4th of March 2026", ["2026-03-04"]), ("13/03/2026", ["2026-03-13"]),
        ("03/13/2026 10:00", ["2026-03-13"]), ("03/04/2026", ["2026-04-03", "2026-03-04"]),
        ("04/04/2026", ["2026-04-04"]), ("03.04.2026", ["2026-04-03"]), ("31/02/2026", []), ("32/13/2026", []),
        ("Wed, 04 Mar 2026 10:00:00 GMT", ["2026-03-04"]), ("9999-12-31T23:59:59-23:00", ["9999-12-31"]),
    ],
)  # fmt: skip
def test_dates_mean_one_day_or_are_named_with_both(value: str, readings: list[str]) -> None:
    """Claim: a printed date counts where it has one reading."""
    assert [reading.iso for reading in date_readings(value)] == readings
    assert (parse_date(value) is not None) == (len(readings) == 1)


def test_an_embedded_post_is_a_quotation_of_its_author(tmp_path: Path) -> None:
    """Claim: the post stands in marks with its author, as printed, behind it."""
    post = (
        '<blockquote class="twitter-tweet"><p lang="en">We will never pay. <a href="https://t.co/x">pic.twitter.com/x'
        '</a></p>&mdash; Carl Voss (@voss) <a href="https://x.example/1">March 4, 2026</a></blockquote>'
    )
    (text,) = texts(write(tmp_path / "a.html", f"{ARTICLE}{post}<p>{SAID}</p></article></body></html>"))
    assert "“We will never pay.” — Carl Voss (@voss) March 4, 2026" in text


def test_html_left_over_in_text_is_replaced(tmp_path: Path) -> None:
    """Claim: references, once or twice escaped, and tags go from plain text and JSON, with a note."""
    said = "She said: &ldquo;It is &amp;quot;needed&amp;quot;,&rdquo; and left."
    notes: list[str] = []
    found = items(write(tmp_path / "a.jsonl", json.dumps({"id": "x", "text": f"<p>{said}</p><p>Then no.</p>"})), notes)
    assert isinstance(found[0], Article)
    assert found[0].text.content == 'She said: “It is "needed",” and left.\n\nThen no.'
    assert "HTML in the text" in notes[0]
    assert texts(write(tmp_path / "a.txt", said)) == ['She said: “It is "needed",” and left.']


def test_comments_before_a_page_do_not_hold_it_up() -> None:
    """Claim: any number of comments before the first tag is passed, and an open one is no page."""
    assert looks_like_page("<!---->" * 5_000 + "<html>")
    assert not looks_like_page("<!---->" * 5_000)
    assert not looks_like_page("<!-- <html>")


def test_a_single_nexis_article_is_taken_apart(tmp_path: Path) -> None:
    """Claim: without "1 of 2 DOCUMENTS" too, head and tail are metadata and not text."""
    head = "The Korva Post\n\nMarch 4, 2026 Wednesday\n\nToll to come\n\nLENGTH: 45 words\n\n"
    text = f"{head}{SAID}\n\nLOAD-DATE: March 5, 2026\n"
    (item,) = items(write(tmp_path / "a.txt", text))
    assert isinstance(item, Article)
    assert (item.outlet, item.title, str(item.published)) == ("The Korva Post", "Toll to come", "2026-03-04")
    assert item.text.content == SAID


# ---------------------------------------------------------------- language

FOREIGN = {
    "German": "Die Ministerin sagte am Montag, dass die Maut im Mai kommen werde, und nannte ihn gut für die Stadt.",
    "French": "La ministre a dit lundi que le péage arriverait en mai, et que la ville ne paierait pas les pêcheurs.",
    "Spanish": "La ministra dijo el lunes que el peaje llegaría en mayo y que la ciudad no pagaría por los pescadores.",
    "Danish": "Ministeren sagde mandag, at afgiften ville komme i maj, og at hun ikke ville tale om det med fiskerne.",
    "Russian": "Министр заявила в понедельник, что сбор будет введён в мае, и город не будет платить за рыбаков.",
    "Chinese": "部长周一表示,通行费将于五月开始征收。反对派领导人称该计划是对该市渔民的盗窃。",
}


@pytest.mark.parametrize("language", FOREIGN)
def test_other_languages_are_reported_and_skipped(tmp_path: Path, language: str) -> None:
    """Claim: a text that is not English is not read unless any language is asked for."""
    path = write(tmp_path / "a.txt", FOREIGN[language])
    (item,) = items(path)
    assert isinstance(item, SourceError)
    assert "--any-language" in item.reason
    assert texts(path, any_language=True) == [FOREIGN[language]]


@pytest.mark.parametrize(
    "text",
    [SAID, "Yes.", "Le Monde and El País quoted de Gaulle and von der Leyen on La Paz.",
     "Harbour minister Ida Renn backs toll. Carl Voss rejects.",
     "Mr. van der Berg of De Volkskrant said that La Paz had won."],
)  # fmt: skip
def test_english_passes_with_foreign_names(tmp_path: Path, text: str) -> None:
    """Claim: short texts, headlines and foreign names are no reason to skip."""
    assert texts(write(tmp_path / "a.txt", text)) == [text]


# ---------------------------------------------------------------- what is no article


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"{\\rtf1\\ansi The minister said that the dam must wait.\\par }", "Rich Text Format"),
        (b"%!PS-Adobe-3.0\n(The minister said that the dam must wait.) show\n", "PostScript"),
        (
            b"From a@b.example Thu Jan  1\nSubject: Dam\nContent-Transfer-Encoding: BASE64\n\nVGhlIG1pbmlzdGVy\n",
            "e-mail",
        ),
        (
            b"Subject: Dam\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=x\r\n\r\n--x\r\n",
            "e-mail",
        ),
    ],
)
def test_text_that_is_encoded_is_named_and_not_read_as_it_is(tmp_path: Path, data: bytes, kind: str) -> None:
    """Claim: files that are text by their bytes and not by their words are refused with what to do."""
    (error,) = items(write(tmp_path / "a.x", data))
    assert isinstance(error, SourceError)
    assert kind in error.reason
    assert "; " in error.reason


def test_a_message_without_encoding_is_read(tmp_path: Path) -> None:
    """Claim: headers alone do not make a text unreadable."""
    assert texts(write(tmp_path / "a.eml", f"From: a@b.example\nSubject: Dam\n\n{SAID} {SAID}\n"))


def test_an_empty_name_is_no_folder() -> None:
    """Claim: an empty name, as an unset variable gives, does not stand for the folder at hand."""
    for name in ("", " "):
        (error,) = read_articles(name)
        assert isinstance(error, SourceError)
        assert "empty" in error.reason


def test_a_link_to_a_folder_is_named_as_one(tmp_path: Path) -> None:
    """Claim: it is not followed, and the line says what it is."""
    (tmp_path / "loop").symlink_to(tmp_path)
    (error,) = items(tmp_path)
    assert isinstance(error, SourceError)
    assert "a link to a folder" in error.reason


def test_a_flood_of_files_of_no_known_kind_is_summed_up(tmp_path: Path) -> None:
    """Claim: a folder or an archive full of pictures costs a hundred lines and a sum, and the article is read."""
    for number in range(MAX_REPORTED + 50):
        (tmp_path / f"{number:03}.jpg").write_bytes(b"\xff\xd8\xff")
    write(tmp_path / "z.txt", SAID)
    found = items(tmp_path)
    assert len([item for item in found if isinstance(item, SourceError)]) == MAX_REPORTED + 1
    assert [item.text.content for item in found if isinstance(item, Article)] == [SAID]
    assert isinstance(found[-1], SourceError)
    assert "50 more" in found[-1].reason
    packed = {f"{number}.css": b"a" for number in range(MAX_REPORTED + 50)} | {"z.txt": SAID.encode()}
    inside = items(write(tmp_path / "a.zip", zipped(packed)))
    assert len([item for item in inside if isinstance(item, SourceError)]) == MAX_REPORTED + 1
    assert [item.text.content for item in inside if isinstance(item, Article)] == [SAID]
