"""Shapes of input that make careless code slow: each makes an input of about so many characters."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable

Shape = Callable[[int], str]
Bytes = Callable[[int], bytes]


def repeated(unit: str, before: str = "", after: str = "") -> Shape:
    """One unit again and again."""
    return lambda size: before + unit * max(1, size // len(unit)) + after


def numbered(unit: str) -> Shape:
    """One unit again and again, each time with another number."""
    return lambda size: "".join(unit.format(n=number) for number in range(max(1, size // len(unit))))


# What the whole pipeline reads. A sentence at the end shows that the text was read to there.
END = " The port will open, Ida Renn said."
TEXTS: dict[str, Shape] = {
    "one token": repeated("a", '"', ',” Ola Venn said.'),
    "one token of capitals": repeated("A"),
    "one number": repeated("7"),
    "blanks": repeated(" ", '"We will go," said Prime Minister Ola Venn,', "\nwho leads."),
    "no-break blanks": repeated("\u00a0", "Ola Venn said", "that he goes."),
    "line ends": repeated("\n", "Ola Venn said that he goes.", "He left."),
    "straight marks": repeated('"'),
    "opening marks": repeated("“"),
    "closing marks": repeated("”"),
    "single marks": repeated("'"),
    "mixed marks": repeated("“‘\"'”’"),
    "short quotations": repeated("“a” "),
    "long quotations": repeated("“We must go on with it now.” "),
    "long quotations beside a sentence": repeated("Ola Venn was there. “We must go on with it now.” "),
    "quotations after adding": repeated("Ola Venn said no, adding: “We must go on with it now.” "),
    "embedded cards": repeated("We must go on with it now.\n— Ola Venn (@ola) March 4, 2026\n"),
    "quotations with a cue": repeated('"x" said '),
    "hyphens": repeated("-"),
    "hyphened word": repeated("a-", "Ola Venn said the ", "b plan fails."),
    "dashes": repeated("— "),
    "initials": repeated("J. ", "", "Venn said he goes."),
    "joined initials": repeated("J.", "", " Venn said he goes."),
    "titles": repeated("Mr. "),
    "dots": repeated("."),
    "dots in a word": repeated(".", "Ola Venn said he goes", "x"),
    "vowels in a name": repeated("a", "Ola Venn said that Aa", " goes."),
    "ellipses": repeated("… "),
    "commas": repeated(","),
    "cues": repeated("said "),
    "speakers": numbered("“We go,” said Ola Venn{n}. "),
    "one speaker": repeated("“We go,” said Ola Venn. "),
    "named ministers": numbered("Foreign Minister Ola Venn{n} of Tarsia said that he goes. "),
    "capital words": repeated("Ola Venn ", "", "said that he goes."),
    "list of names": repeated("Ola Venn, Ida Renn, ", "", "and Carl Voss said that they go."),
    "names of names": numbered("Minister Ola{n} Venn of the "),
    "no end of a sentence": repeated("<d>The minister said on Monday that the port would open in spring.</d>"),
    "list of titles": repeated("the minister, ", "", "said that they go."),
    "reports in reports": repeated("the Post said that "),
    "according": repeated("according to the mayor, "),
    "transcript": repeated("SMITH: I go.\nJONES: I stay.\n"),
    "bullets": repeated("• A rise of pay\n", "Ola Venn made demands:\n"),
    "parentheses": repeated("("),
    "pairs of parentheses": repeated("() "),
    "possessives": repeated("Venn's ", "", "plan fails, he said."),
    "dates": repeated("March 4, 2026 "),
    "big numbers": repeated("1,000,000 "),
    "conditions": repeated("unless and until ", "Ola Venn said he goes ", "it rains."),
    "negations": repeated("not ", "Ola Venn said he does ", "go."),
    "prepositions": repeated("of the ", "The leader ", "League said he goes."),
    "accents": repeated("e\u0301"),
    "emoji": repeated("🙂"),
    "right to left": repeated("\u202eאב "),
    "addresses": repeated("https://a.example/b?c=d&e=f "),
    "no stop": repeated("and the town went on to wait for the ferry "),
    "controls": repeated("\x1b[31m\x07"),
}  # fmt: skip

NEXIS = "HEADLINE: A\nBODY:\nThe dam must wait.\nLOAD-DATE: March 6, 2026\n"
LINE = json.dumps({"id": "x", "text": "The mayor said that the port will open."}) + "\n"
PARAGRAPH = "<w:p><w:r><w:t>The mayor said no.</w:t></w:r></w:p>"
ITEM = '<rss version="2.0"><channel><item><link>http://a/'
ARTICLE = "<html><body><article><p>" + "The mayor said that the port will open in the spring. " * 6 + "</p>"


def pdf(lines: list[str], columns: int = 1) -> bytes:
    """A page with these lines, in columns, as small as a PDF can be."""
    rows = max(1, -(-len(lines) // columns))
    shown = "\n".join(
        f"1 0 0 1 {40 + 180 * (number // rows)} {780 - 740 * (number % rows) / rows:.2f} Tm ({line}) Tj"
        for number, line in enumerate(lines)
    )
    stream = f"BT /F1 9 Tf\n{shown}\nET"
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


def docx(body: str, more: dict[str, str] | None = None) -> bytes:
    """A Word document with this inside its body."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    parts = {"word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>", **(more or {})}
    return zipped({name: text.encode() for name, text in parts.items()})


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def warc(bodies: list[bytes], headers: str = "") -> bytes:
    """A web archive of pages with these bodies."""
    out = b""
    for number, body in enumerate(bodies):
        http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}\r\n".encode() + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/{number}\r\n"
            f"WARC-Date: 2026-03-05T10:00:00Z\r\nWARC-Record-ID: <urn:uuid:{number:032}>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        out += head.encode() + http + b"\r\n\r\n"
    return out


def _bytes(shape: Shape) -> Bytes:
    return lambda size: shape(size).encode("utf-8", "surrogatepass")


# What is opened before anything is read: suffix and bytes.
FILES: dict[str, tuple[str, Bytes]] = {
    "comments before a page": (".x", _bytes(repeated("<!---->"))),
    "comments in a page": (".html", _bytes(repeated("<!---->", ARTICLE))),
    "open comments": (".html", _bytes(repeated("<!--", ARTICLE))),
    "open paragraphs": (".html", _bytes(repeated("<p>The mayor said no. ", ARTICLE))),
    "nested blocks": (".html", _bytes(repeated("<div>", ARTICLE))),
    "broken tags": (".html", _bytes(repeated("<a ", ARTICLE))),
    "attributes": (".html", _bytes(repeated('a="b" ', ARTICLE + "<p ", ">x</p>"))),
    "distinct attributes": (
        ".html",
        lambda size: f"{ARTICLE}<p {' '.join(f'a{n}=1' for n in range(size // 8))}>x</p>".encode(),
    ),
    "embedded posts": (
        ".html",
        _bytes(repeated('<blockquote class="twitter-tweet"><p>No.</p>&mdash; A B (@c)</blockquote>', ARTICLE)),
    ),
    "nested posts": (".html", _bytes(repeated('<blockquote class="twitter-tweet"><p>No.', ARTICLE))),
    "slashed dates": (".html", _bytes(repeated("03/04/2026 ", ARTICLE))),
    "blanks in a page": (".html", _bytes(repeated(" ", ARTICLE + "<p>", "</p>"))),
    "blanks before a page": (".x", _bytes(repeated(" ", "", "<html>"))),
    "references": (".txt", _bytes(repeated("&lt;"))),
    "half references": (".txt", _bytes(repeated("&"))),
    "left-over tags": (".txt", _bytes(repeated("<p> ", "a</p>"))),
    "left-over scripts": (".txt", _bytes(repeated("<script>", "a</p>"))),
    "left-over comments": (".txt", _bytes(repeated("<!--", "a</p>"))),
    "blanks and tags": (".txt", _bytes(repeated(" ", "a</p>", "<p>"))),
    "headers": (".txt", _bytes(repeated("Title: x\n"))),
    "numbered documents": (".txt", _bytes(repeated("1 of 2 DOCUMENTS\n" + NEXIS))),
    "numbers of documents": (".txt", _bytes(repeated("1 of 2 DOCUMENTS\n"))),
    "blanks before a number": (".txt", _bytes(repeated(" ", "", "x of 2 DOCUMENTS"))),
    "ends of documents": (".txt", _bytes(repeated("End of Document\n"))),
    "codes": (".txt", _bytes(repeated("HD x\n", "", "AN Document ABCD0000000000\n"))),
    "lengths": (".txt", _bytes(repeated("LENGTH: 4 words\n", "", "LOAD-DATE: x"))),
    "blank lines": (".jsonl", _bytes(repeated("\n", "", LINE))),
    "lines": (".jsonl", _bytes(repeated(LINE))),
    "broken lines": (".jsonl", _bytes(repeated("{\n"))),
    "brackets": (".json", _bytes(repeated("["))),
    "list of numbers": (".json", _bytes(repeated("1,", "[", "1]"))),
    "lines of a PDF": (".pdf", lambda size: pdf(["a line of words and more"] * max(1, size // 25))),
    "short lines of a PDF": (".pdf", lambda size: pdf(["x."] * max(1, size // 8))),
    "columns of a PDF": (".pdf", lambda size: pdf(["a line of words"] * max(1, size // 16), 3)),
    "paragraphs of Word": (
        ".docx", lambda size: docx(PARAGRAPH * max(1, size // 50)),
    ),
    "tables of Word": (
        ".docx",
        lambda size: docx(f"<w:tbl><w:tr><w:tc>{PARAGRAPH}</w:tc></w:tr></w:tbl>" * (size // 80 + 1)),
    ),
    "members": (".zip", lambda size: zipped({f"{n}.txt": b"The mayor said no." for n in range(size // 100 + 1)})),
    "members without a directory": (
        ".zip",
        lambda size: zipped({f"{n}.txt": b"The mayor said no." for n in range(size // 40 + 1)})[: -30 - size // 2],
    ),
    "records": (".warc", lambda size: warc([ARTICLE.encode()] * (size // 700 + 1))),
    "chunks": (
        ".warc", lambda size: warc([b"1\r\na\r\n" * (size // 6) + b"0\r\n\r\n"], "Transfer-Encoding: chunked\r\n"),
    ),
    "packed line ends": (".jsonl.gz", lambda size: gzip.compress(b"\n" * size)),
}  # fmt: skip

# What a feed's server answers.
FEEDS: dict[str, Bytes] = {
    "blanks in a sitemap": _bytes(repeated(" ", "<urlset><url><loc>", "</url></urlset>")),
    "open locations": _bytes(repeated("<loc>", "<urlset>")),
    "open sitemaps": _bytes(repeated("<sitemap>", "<sitemapindex>")),
    "open pages": _bytes(repeated("<url><loc>https://a.example/1</loc>", "<urlset>")),
    "pages": _bytes(numbered("<url><loc>https://a.example/{n}</loc><lastmod>2026-03-04</lastmod></url>")),
    "character data": _bytes(repeated("<![CDATA[", "<urlset><url><loc>")),
    "items": _bytes(numbered("<item><link>https://a.example/{n}</link><title>No</title></item>")),
    "open items": _bytes(repeated("<item>", '<rss version="2.0"><channel>')),
    "blanks in a date": _bytes(repeated(" ", f"{ITEM}</link><pubDate>", "x</pubDate>")),
    "one link": _bytes(repeated("a", ITEM)),
    "references in a feed": _bytes(repeated("&amp;", '<rss version="2.0"><channel><item><title>')),
    "broken references in a feed": _bytes(repeated("&x;", '<rss version="2.0"><channel><item><title>')),
    "JSON items": _bytes(repeated('{"url":"https://a.example/"},', '{"items":[', "{}]}")),
}  # fmt: skip

LISTS: dict[str, Bytes] = {
    "outlines": _bytes(repeated('<outline xmlUrl="https://a.example/f"/>', "<opml><body>", "</body></opml>")),
    "open outlines": _bytes(repeated("<outline ", "<opml><body>")),
    "blanks in an outline": _bytes(repeated(" ", "<opml><body><outline xmlUrl", "/>")),
    "a list in YAML": _bytes(repeated("- https://a.example/f\n")),
    "brackets in YAML": _bytes(repeated("[")),
}  # fmt: skip
