"""Files made to trap a reader: each breaks a rule of its format, or keeps to it absurdly."""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from tests.hostile.shapes import ARTICLE, END, PARAGRAPH, docx, pdf, warc, zipped

SAID = "The harbour minister said on Monday that the port would open in the spring. "
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SEED = 20261201


def traps() -> Iterator[tuple[str, bytes]]:
    """All of them: a file name with its kind's suffix, and what is in the file."""
    for part in (_texts, _numbers, _pages, _json, _pdfs, _word, _packed, _zips, _crawls, _foreign):
        yield from part()


def _texts() -> Iterator[tuple[str, bytes]]:
    dice = random.Random(SEED)
    joined = "\u200d".join(SAID)
    yield "zero-width joiners.txt", (joined * 20 + END).encode()
    yield "soft hyphens.txt", ("\u00ad".join(SAID) * 20 + END).encode()
    yield "variation selectors.txt", ("\ufe0f".join(SAID) * 20 + END).encode()
    yield "tag characters.txt", (SAID + "".join(chr(0xE0000 + ord(sign)) for sign in SAID) * 40 + END).encode()
    yield "overrides.txt", ("\u202e" + SAID + "\u2066" * 9_000 + SAID + END).encode()
    yield "combining marks.txt", (SAID + "e" + "\u0301" * 200_000 + END).encode()
    yield "private use.txt", (SAID + "\ue000\U0010fffd" * 20_000 + END).encode()
    yield "one line.txt", (SAID.replace(" ", "_") * 1_500 + END).encode()
    yield "noise of letters.txt", ("".join(chr(dice.randrange(97, 123)) for _ in range(2_000_000)) + END).encode()
    yield "noise of digits.txt", ("".join(chr(dice.randrange(48, 58)) for _ in range(2_000_000)) + END).encode()
    yield "many long words.txt", (" ".join(f"{n:0300}" for n in range(3_000)) + END).encode()
    yield "carriage returns.txt", (SAID.replace(" ", "\r") * 200 + END).encode()
    yield "line separators.txt", (SAID.replace(" ", "\u2028\u0085\x0b\x0c") * 200 + END).encode()
    yield "nested marks.txt", ("“‘" * 3_000 + SAID + "’”" * 3_000 + END).encode()
    yield "nested brackets.txt", ("([{" * 4_000 + SAID + "}])" * 4_000 + END).encode()
    yield (
        "mixed encodings.txt",
        b"".join(
            f"“{SAID}” Jos\u00e9 \u0160kvoreck\u00fd said. ".encode(name, "replace")
            for name in ("utf-8", "cp1252", "utf-16-le", "mac-roman") * 40
        ),
    )
    yield "two marks of order.txt", (b"\xff\xfe" + SAID.encode("utf-16-le")) * 3 + SAID.encode()
    yield "utf-16 with an odd byte.txt", SAID.encode("utf-16-le") + b"\x00\x61\x00"
    yield "nul between letters.txt", (SAID.replace("", "\x00") * 30 + END).encode()
    yield "many names.txt", ("".join(f"Ada{n} Venn{n} met Bo{n}. " for n in range(6_000)) + END).encode()
    yield "pronouns.txt", ("He told her that she told him that they told them. " * 400 + END).encode()
    yield "names in names.txt", (" of the ".join(f"Minister Ola{n} Venn" for n in range(3_000)) + " said no.").encode()
    yield "title without end.txt", ("Title: " + "a" * 500_000 + "\nDate: 2026-03-04\n\n" + SAID + END).encode()
    yield "a thousand headers.txt", ("".join(f"Date: 2026-03-{n % 40}\n" for n in range(9_000)) + SAID + END).encode()


def _numbers() -> Iterator[tuple[str, bytes]]:
    long = "9" * 5_000
    for number, phrase in enumerate(
        (
            f"{long} days ago", f"in {long} years", f"on March {long}", f"on {long} March 2026", f"in March {long}",
            f"at {long}:{long} p.m.", f"on the {long}th", f"in the {long}s", f"{long} per cent", f"${long} million",
            "on February 30, 2026", "on March 4, 0000", "999999999 weeks ago", "a hundred thousand million years ago",
            "the Monday after the Monday after the Monday " * 300, f"on {long}/{long}/{long}", "\u0663 days ago",
            "two \u00bd weeks ago", "on 2026-W99-9", "9999999 centuries later", "on Monday, Tuesday, Wednesday " * 300,
        )
    ):  # fmt: skip
        head = "Date: 2026-03-05\n\n" if number % 2 else ""
        yield f"number {number}.txt", f"{head}Ida Renn said {phrase} that the port would open. {SAID}".encode()
    for number, value in enumerate((long, f"2026-03-{long}", "10000-01-01", "-0001-01-01", "2026-03-04T25:61:61Z+99")):
        yield f"day {number}.jsonl", (json.dumps({"text": SAID * 2, "published": value}) + "\n").encode()
        yield f"day {number}.html", f'<meta property="article:published_time" content="{value}">{ARTICLE}'.encode()


def _pages() -> Iterator[tuple[str, bytes]]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    yield "deep.html", f"{ARTICLE}{'<div>' * 100_000}{SAID}".encode()
    yield "deep and formed.html", f"{'<b><i><p>' * 40_000}{ARTICLE}".encode()
    yield "deep and closed.html", f"{ARTICLE}{'<section>' * 50_000}{SAID}{'</section>' * 50_000}".encode()
    yield "long attribute.html", f'{ARTICLE}<p title="{"a" * 2_000_000}">{SAID}</p>'.encode()
    yield "many attributes.html", f"{ARTICLE}<p {' '.join(f'a{n}=1' for n in range(50_000))}>{SAID}</p>".encode()
    yield "long tag.html", f"{ARTICLE}<{'a' * 1_000_000}>{SAID}".encode()
    yield "long title.html", f"<title>{'A port opens. ' * 50_000}</title>{ARTICLE}".encode()
    yield "many metas.html", f"{'<meta property=og:title content=a>' * 30_000}{ARTICLE}".encode()
    yield "data address.html", f'{ARTICLE}<img src="data:image/png;base64,{"A" * 2_000_000}">{SAID}'.encode()
    yield "laughs.html", f'<!DOCTYPE html [<!ENTITY l0 "lol">{laughs}]>{ARTICLE}<p>&l11;</p>'.encode()
    yield "laughs.xhtml", f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "lol">{laughs}]>{ARTICLE}&l11;'.encode()
    yield "many references.html", f"{ARTICLE}<p>{'&nbsp;&#x41;&amp;lt;' * 60_000}</p>".encode()
    yield "references of nothing.html", f"{ARTICLE}<p>{'&#x0;&#xD800;&#x110000;&#99999999999;' * 2_000}</p>".encode()
    yield "many links.html", f"{ARTICLE}{'<p><a href=/a>Read more</a></p>' * 20_000}".encode()
    yield "table in table.html", f"{ARTICLE}{'<table><tr><td>' * 20_000}{SAID}".encode()
    yield "frames.html", f"<frameset>{'<frame src=a>' * 20_000}</frameset>{ARTICLE}".encode()
    yield "unclosed script.html", f"{ARTICLE}<script>{SAID * 3_000}".encode()
    yield "utf-16 without a mark.html", ARTICLE.encode("utf-16-le")
    yield "charset of charsets.html", f"{'<meta charset=utf-7>' * 3_000}<meta charset=x>{ARTICLE}".encode()
    for name, data in (
        ("deep", "[" * 60_000 + "]" * 60_000),
        ("graph", json.dumps({"@graph": [{"@type": "NewsArticle", "headline": "a", "datePublished": "x"}] * 9_000})),
        ("body", json.dumps({"@type": "NewsArticle", "articleBody": SAID * 20_000})),
        ("types", json.dumps({"@type": [["NewsArticle"]] * 99, "author": {"author": [{}] * 99}, "publisher": 7})),
        ("number", '{"@type": "NewsArticle", "datePublished": ' + "9" * 9_000 + "}"),
    ):
        yield f"described by {name}.html", f'<script type="application/ld+json">{data}</script>{ARTICLE}'.encode()


def _json() -> Iterator[tuple[str, bytes]]:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        deep = opening * 100_000 + "1" + closing * 100_000
        yield "deep.json", deep.encode()
        yield "deep in a field.jsonl", f'{{"text": "{SAID}", "more": {deep}}}\n'.encode()
    yield "large numbers.jsonl", f'{{"text": "{SAID}", "published": 1e999999, "id": -1e-999999}}\n'.encode()
    yield "many keys.jsonl", (json.dumps({f"k{n}": n for n in range(100_000)} | {"text": SAID}) + "\n").encode()
    yield "one key again.jsonl", ('{"text": "a"' + ', "text": "b"' * 100_000 + "}\n").encode()
    yield "long key.jsonl", (json.dumps({"a" * 1_000_000: 1, "text": SAID}) + "\n").encode()
    yield "long line.jsonl", (json.dumps({"text": SAID * 2, "more": "x" * 6_000_000}) + "\n").encode()
    yield "marks of order.jsonl", ("\ufeff" + json.dumps({"text": SAID * 2}) + "\n").encode() * 9
    yield "returns.jsonl", (json.dumps({"text": SAID * 2}) + "\r").encode() * 9
    yield "separators.jsonl", (json.dumps({"text": f"{SAID}\u2028{SAID}"}, ensure_ascii=False) + "\n").encode()
    yield "halves of pairs.jsonl", (json.dumps({"text": f"\udc00\ud800 {SAID}", "title": "\ud83d"}) + "\n").encode()
    yield "names as values.jsonl", (json.dumps({"text": SAID * 2, "id": "../../x\u202e\x07" * 99}) + "\n").encode()
    yield (
        "lists in place.jsonl",
        (json.dumps({"text": [SAID], "title": [1], "publisher": {"name": []}}) + "\n").encode(),
    )
    yield "utf-16.jsonl", (json.dumps({"text": SAID * 2}) + "\n").encode("utf-16")
    yield "ten in one line.jsonl", (json.dumps({"text": SAID * 2}) * 10 + "\n").encode()


def _pdfs() -> Iterator[tuple[str, bytes]]:
    page = pdf([SAID] * 12)
    for name, old, new in (
        ("kids of each other", b"/Kids [3 0 R] /Count 1", b"/Kids [2 0 R 2 0 R 3 0 R] /Count 9 /Parent 2 0 R"),
        ("thousands of kids", b"/Kids [3 0 R]", b"/Kids [" + b"3 0 R " * 5_000 + b"]"),
        ("deep arrays", b"/MediaBox [0 0 600 800]", b"/MediaBox " + b"[" * 50_000 + b"]" * 50_000),
        ("deep dictionaries", b"/MediaBox [0 0 600 800]", b"/X " + b"<< /A " * 20_000 + b">> " * 20_000),
        ("long name", b"/MediaBox", b"/" + b"A" * 1_000_000 + b" 1 /MediaBox"),
        ("long string", b"/MediaBox", b"/X (" + b"(" * 200_000 + b" /MediaBox"),
        ("previous table", b"/Root 1 0 R", b"/Root 1 0 R /Prev 9 /XRefStm 9"),
        ("root of itself", b"/Type /Catalog /Pages 2 0 R", b"/Type /Catalog /Pages 1 0 R"),
        ("length of itself", b"/Length ", b"/Length 4 0 R /X "),
        ("turned", b"/MediaBox", b"/Rotate 99999999999999999999 /MediaBox"),
        ("large numbers", b"1 0 0 1 40", b"1e400 -1e400 999999999999999999999999999999 1 nan"),
        ("states", b"BT /F1", b"q " * 200_000 + b"BT /F1"),
        ("font sizes", b"/F1 9 Tf", b"/F1 -99999999999999 Tf /F1 0 Tf 0 Tz 99999999 TL"),
    ):
        yield f"{name}.pdf", page.replace(old, new, 1)
    stream = zlib.compress(b"BT /F1 9 Tf 1 0 0 1 40 700 Tm (a) Tj ET\n" * 60_000)
    body = page.index(b"<< /Length")
    packed = f"<< /Filter /FlateDecode /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream\nendobj\n"
    yield "packed.pdf", page[:body] + packed + page[page.index(b"xref", body) :]
    blanks = zlib.compress(b" " * 100_000_000)
    bomb = f"<< /Filter /FlateDecode /Length {len(blanks)} >>\nstream\n".encode() + blanks + b"\nendstream\nendobj\n"
    yield "bomb.pdf", page[:body] + bomb + page[page.index(b"xref", body) :]


def _word() -> Iterator[tuple[str, bytes]]:
    outside = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "http://127.0.0.1:9/">]>'
    inner = f"<w:document {WORD}><w:body><w:p><w:r><w:t>{SAID}&x;&y;</w:t></w:r></w:p></w:body></w:document>"
    yield "outside.docx", zipped({"word/document.xml": (outside + inner).encode()})
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    body = f"<w:document {WORD}><w:body><w:p><w:r><w:t>&l11;</w:t></w:r></w:p></w:body></w:document>"
    yield "laughs.docx", zipped({"word/document.xml": f'<!DOCTYPE d [<!ENTITY l0 "lol">{laughs}]>{body}'.encode()})
    wide = '<?xml version="1.0" encoding="utf-16"?>' + docx_xml(PARAGRAPH * 9)
    yield "utf-16.docx", zipped({"word/document.xml": wide.encode("utf-16")})
    yield "deep tables.docx", docx("<w:tbl><w:tr><w:tc>" * 3_000 + PARAGRAPH + "</w:tc></w:tr></w:tbl>" * 3_000)
    yield "one run.docx", docx(f"<w:p><w:r><w:t>{'a' * 2_000_000}</w:t></w:r></w:p>")
    yield "empty runs.docx", docx("<w:p>" + "<w:r/>" * 200_000 + "</w:p>" + PARAGRAPH)
    yield (
        "footnotes.docx",
        docx(
            "<w:p><w:r><w:t>The mayor said no.</w:t><w:footnoteReference w:id='1'/></w:r></w:p>" * 500,
            {"word/footnotes.xml": f"<w:footnotes {WORD}>" + "<w:footnote w:id='1'>" * 500 + "</w:footnotes>"},
        ),
    )
    yield "bomb.docx", docx("<w:p><w:r><w:t>" + " " * 60_000_000 + "</w:t></w:r></w:p>")
    yield "two documents.docx", _twice("word/document.xml", docx_xml(PARAGRAPH * 9).encode(), b"<broken")


def docx_xml(body: str) -> str:
    """The main part of a Word document."""
    return f"<w:document {WORD}><w:body>{body}</w:body></w:document>"


def _twice(name: str, first: bytes, second: bytes) -> bytes:
    """An archive with two members of one name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, first)
        info = zipfile.ZipInfo(name)
        archive.NameToInfo.clear()
        archive.writestr(info, second)
    return out.getvalue()


def _packed() -> Iterator[tuple[str, bytes]]:
    line = (json.dumps({"text": SAID * 2}) + "\n").encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in (("../up.txt", SAID.encode()), ("a.jsonl.gz", gzip.compress(line * 99)[:60])):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    yield "plain.tar", out.getvalue()
    yield "cut.tar.gz", gzip.compress(out.getvalue())[:200]
    yield "packed text.txt", gzip.compress(SAID.encode() * 99)
    yield "empty members.jsonl.gz", gzip.compress(b"") * 60_000 + gzip.compress(line)
    yield "one byte members.jsonl.gz", b"".join(gzip.compress(line[n : n + 1]) for n in range(len(line))) * 60
    yield "long name.jsonl.gz", b"\x1f\x8b\x08\x08" + bytes(6) + b"a" * 5_000_000
    yield "false check.jsonl.gz", gzip.compress(line * 9)[:-8] + bytes(8)
    yield "trailing.jsonl.gz", gzip.compress(line * 9) + bytes(200_000)
    yield "in seven layers.jsonl.gz", _layers(line, 7)


def _layers(data: bytes, number: int) -> bytes:
    for _ in range(number):
        data = gzip.compress(data)
    return data


def _zips() -> Iterator[tuple[str, bytes]]:
    whole = zipped({f"{n}.txt": (SAID * 3).encode() + str(n).encode() for n in range(4)})
    at = whole.index(b"PK\x01\x02")
    for name, offset, new in (
        ("large file", 24, b"\xff\xff\xff\xff"), ("large packed", 20, b"\xff\xff\xff\xff"),
        ("far away", 42, b"\xfe\xff\xff\xff"), ("unknown method", 10, b"\x63\x00"), ("newer version", 6, b"\xff\x00"),
        ("long name", 28, b"\xff\xff"), ("long extra", 30, b"\xff\xff"), ("links", 38, b"\x00\x00\xff\xa1"),
        ("patched", 8, b"\x20\x00"), ("same place", 42, b"\x00\x00\x00\x00"), ("day 0", 12, bytes(4)),
    ):  # fmt: skip
        yield f"{name}.zip", whole[: at + offset] + new + whole[at + offset + len(new) :]
    for extra in (b"\x01\x00\x18\x00" + b"\xff" * 24, b"\x01\x00\x02\x00aa", b"\x01\x00\xff\xff", b"\x75\x70\x01\x00x"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            info = zipfile.ZipInfo("a.txt")
            info.extra = extra if extra[:2] != b"\x01\x00" else b""
            archive.writestr(info, SAID * 3)
        data = out.getvalue()
        place = data.index(b"PK\x01\x02")
        head = data[place : place + 46]
        head = head[:20] + b"\xff" * 8 + head[28:30] + struct.pack("<H", len(extra)) + head[32:]
        rest = data[place + 46 :]
        yield "sizes of 64 bits.zip", data[:place] + head + rest[:5] + extra + rest[5:]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel.txt", b"a" * 20_000_000)
        first = archive.infolist()[0]
        for number in range(2_000):  # all of them are one place in the file
            copy = zipfile.ZipInfo("kernel.txt")
            for field in ("compress_size", "file_size", "CRC", "header_offset", "compress_type"):
                setattr(copy, field, getattr(first, field))
            copy.extra = struct.pack("<HHI", 0x9999, 4, number)
            archive.filelist.append(copy)
    yield "one place.zip", out.getvalue()
    yield "comment.zip", whole[:-2] + b"\xff\xff" + b"PK\x05\x06" * 16_383 + b"abc"
    yield "one name.zip", _twice("a.txt", SAID.encode() * 3, SAID.encode() * 4)
    yield "file and folder.zip", zipped({"a.txt": SAID.encode(), "a.txt/": b"", "a.txt/b.txt": SAID.encode() * 2})
    yield "blank pages.zip", zipped({f"{n}.html": b"<html><body></body></html>" for n in range(300)})
    yield "scans.zip", zipped({f"{n}.pdf": pdf([]) for n in range(150)})
    yield "no files.zip", zipped({f"{n}/": b"" for n in range(3_000)})


def _crawls() -> Iterator[tuple[str, bytes]]:
    page = ARTICLE.encode()
    yield "long header.warc", warc([page], f"X: {'a' * 2_000_000}\r\n")
    yield "many headers.warc", warc([page], "X: a\r\n" * 50_000)
    yield "no status.warc", warc([page]).replace(b"HTTP/1.1 200 OK\r\n", b"\r\n")
    yield (
        "large length.warc",
        warc([page]).replace(b"\r\nContent-Length: ", b"\r\nContent-Length: 99999999999999999", 1),
    )
    yield "day.warc", warc([page]).replace(b"2026-03-05T10:00:00Z", b"99999-99-99T99:99:99Z")
    yield "address.warc", warc([page]).replace(b"http://a.example/0", b"http://[evil/\x1b[31m\xff")
    yield "folded.warc", warc([page], "X: a\r\n" + " b\r\n" * 20_000)
    yield "version.warc", warc([page]).replace(b"WARC/1.0", b"WARC/999999999999.0")
    yield "bare lines.warc", warc([page, page]).replace(b"\r\n", b"\n")
    yield "empty members.warc.gz", gzip.compress(b"") * 30_000 + gzip.compress(warc([page]))
    yield "packed pages.warc", warc([gzip.compress(gzip.compress(page))] * 3, "Content-Encoding: gzip, gzip\r\n")


def _foreign() -> Iterator[tuple[str, bytes]]:
    item = "<item><title>Port</title><link>https://a.example/{n}</link><description>{said}</description></item>"
    feed = "".join(item.format(n=n, said=SAID) for n in range(90))
    yield "feed.rss", f'<?xml version="1.0"?><rss version="2.0"><channel>{feed}</channel></rss>'.encode()
    mail = (
        "From: a@b\r\nSubject: =?utf-8?B?////?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n"
    )
    yield "broken.eml", (mail + "\r\n--x\r\n--x\r\nContent-Type: text/plain; charset=none\r\n\r\n" + SAID * 3).encode()
    yield "nested.eml", (mail + "\r\n--x\r\nContent-Type: multipart/mixed; boundary=x\r\n" * 5_000 + SAID).encode()
    base = base64.b64encode(SAID.encode() * 999).decode()
    yield "packed.mbox", (f"From a Mon\n{mail}\n--x\nContent-Transfer-Encoding: base64\n\n{base}\n" * 9).encode()
    yield "table.csv", ("id,text\n" + f'1,"{SAID}"\n' * 600).encode()
    yield "page.mht", f"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n{ARTICLE}".encode()
    yield "rich.rtf", (r"{\rtf1\ansi " + "{" * 30_000 + SAID + r"\par}").encode()
    yield "sqlite.db", b"SQLite format 3\x00" + bytes(4_000)
    yield "program", b"\x7fELF" + bytes(range(256)) * 99
    yield "picture.png.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 99
    yield "old zip.docx", zipped({"a.txt": SAID.encode()})
    yield "open document.docx", zipped({"mimetype": b"application/vnd.oasis", "content.xml": SAID.encode()})
