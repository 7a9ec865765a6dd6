"""Sources that are files, folders and streams: every good one is read as it is, every bad one named in one line."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from onrecord.core.statement import Article, PartialDate
from onrecord.errors import BinarySource, BrokenLine, EmptySource, NoArticle, SourceError, SourceTooLarge
from onrecord.read import MAX_BYTES, MetadataDefaults, read_articles

TEXT = "“We will not,”\r\nsaid Mr.\u00a0Orr ''twice'' 🎉.\r\n\r\nשלום, he added.\u2028\x0bAnd\x85 more.\n"


def one(source: str | Path, **given: object) -> Article:
    """Read the only article of a source."""
    (item,) = read_articles(source, defaults=MetadataDefaults(**given))  # type: ignore[arg-type]
    assert isinstance(item, Article), item
    return item


def failure(source: str | Path, **given: object) -> SourceError:
    """Read the only error of a source."""
    (item,) = read_articles(source, defaults=MetadataDefaults(**given))  # type: ignore[arg-type]
    assert isinstance(item, SourceError), item
    assert "\n" not in str(item)
    return item


def put(folder: Path, name: str, data: bytes) -> Path:
    """Write a file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_text_is_kept_to_the_last_code_point(tmp_path: Path) -> None:
    """A text is kept to the last code point, and nothing is invented about it."""
    article = one(put(tmp_path, "a.txt", TEXT.encode()))
    assert article.text.content == TEXT
    assert article.name == "a.txt"
    assert (article.title, article.outlet, article.published, article.url) == (None, None, None, None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_no_text(tmp_path: Path, encoding: str) -> None:
    """A byte order mark is not part of the text."""
    notes: list[str] = []
    (article,) = read_articles(put(tmp_path, "a.txt", TEXT.encode(encoding)), notes=notes.append)
    assert isinstance(article, Article)
    assert article.text.content == TEXT
    assert notes == []


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("windows-1252", "“We will not,” said Mr. Orr — the café’s owner. "),
        ("windows-1252", "He said so at the café. " * 20),
        ("latin-1", "Señor Núñez said that there would be no deal; Müller agreed. "),
        ("windows-1251", "Лавров сказал, что план неприемлем. " * 5),
        ("gb18030", "总理说没有协议。" * 10),
        ("utf-16-le", "He said so and would not say more. " * 5),
    ],
)
def test_another_encoding_is_detected_and_said_so(tmp_path: Path, encoding: str, text: str) -> None:
    """Another encoding is detected and reported in a note."""
    notes: list[str] = []
    path = put(tmp_path, "a.txt", text.encode(encoding))
    (article,) = read_articles(path, defaults=MetadataDefaults(any_language=True), notes=notes.append)
    assert isinstance(article, Article)
    assert article.text.content == text
    assert len(notes) == 1
    assert str(path) in notes[0]
    assert "--encoding" in notes[0]


def test_one_damaged_byte_does_not_turn_utf8_into_another_encoding(tmp_path: Path) -> None:
    """One damaged byte does not turn UTF-8 into another encoding."""
    notes: list[str] = []
    data = ("“We will not,” said Orr. " * 50).encode() + b"\xff."
    (article,) = read_articles(put(tmp_path, "a.txt", data), notes=notes.append)
    assert isinstance(article, Article)
    assert article.text.content == "“We will not,” said Orr. " * 50 + "\ufffd."
    assert "U+FFFD" in notes[0]


def test_an_encoding_given_is_used_and_a_false_one_refused(tmp_path: Path) -> None:
    """A given encoding is used, and a wrong or unknown one is refused."""
    path = put(tmp_path, "a.txt", "“Nein”, sagte er.".encode("mac-roman"))
    assert one(path, encoding="mac-roman").text.content == "“Nein”, sagte er."
    assert "not in the encoding ascii" in failure(path, encoding="ascii").reason
    assert "no encoding 'klingon'" in failure(path, encoding="klingon").reason
    assert "no encoding 'hex'" in failure(put(tmp_path, "b.txt", b"6869"), encoding="hex").reason


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", EmptySource),
        (b"\xef\xbb\xbf", EmptySource),
        (b" \n\t\r\n\xc2\xa0", EmptySource),
        (b"%PDF-1.7\n...", BinarySource),
        (b"\x89PNG\r\n\x1a\n", BinarySource),
        (b"abc\x00def", BinarySource),
        (bytes(range(256)) * 50, BinarySource),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.html", "a.json", "a"])
def test_what_is_no_text_is_named(tmp_path: Path, data: bytes, kind: type[SourceError], name: str) -> None:
    """A file that is no text is refused by name, with its kind of error."""
    error = failure(put(tmp_path, name, data))
    assert isinstance(error, kind)
    assert str(tmp_path / name) in str(error)


def test_random_bytes_are_no_text(tmp_path: Path) -> None:
    """Random bytes are refused as no text."""
    import random

    data = random.Random(7).randbytes(100_000)
    assert isinstance(failure(put(tmp_path, "a.txt", data)), BinarySource)


def test_too_much_text_is_refused_at_its_bound_and_not_below(tmp_path: Path) -> None:
    """Text above the limit is refused, text at the limit is read."""
    line = b"He said that it was so, and no more.\n"
    path = put(tmp_path, "big.txt", line * (50_000_000 // len(line)))
    assert isinstance(failure(path), SourceTooLarge)
    path.write_bytes(b"x" * MAX_BYTES)
    assert len(one(path).text) == MAX_BYTES
    lines = [
        json.dumps({"id": "big", "text": "x" * (MAX_BYTES + 1)}),
        json.dumps({"id": "small", "text": "He said so."}),
    ]
    first, second = read_articles(put(tmp_path, "a.jsonl", "\n".join(lines).encode()))
    assert isinstance(first, SourceTooLarge)
    assert first.source.endswith("a.jsonl:1")
    assert isinstance(second, Article)


def test_what_is_not_there_or_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing, odd or unreadable path is named with the reason."""
    assert "no such file" in failure(tmp_path / "none.txt").reason
    assert "cannot be read" in failure("a\0b").reason
    closed = put(tmp_path, "closed.txt", b"He said so.")
    closed.chmod(0)
    if not os.access(closed, os.R_OK):
        assert "no right to read" in failure(closed).reason


def test_what_is_given_overrides_what_the_source_says(tmp_path: Path) -> None:
    """The user's metadata override those of the source."""
    line = {
        "id": 7,
        "title": "T",
        "publisher": "P",
        "published": "2026-03-03T10:00:00Z",
        "url": "u",
        "text": "He said so.",
    }
    path = put(tmp_path, "a.jsonl", json.dumps(line).encode())
    article = one(path)
    assert (article.name, article.title, article.outlet, article.url) == ("7", "T", "P", "u")
    assert article.published == PartialDate("2026-03-03")
    article = one(path, title="A", outlet="B", published=PartialDate("2025"), url="C")
    assert (article.title, article.outlet, article.published, article.url) == ("A", "B", PartialDate("2025"), "C")


def test_each_broken_json_line_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    """Each broken JSON line is named, and the others are read."""
    lines = [
        '{"id": "a", "text": "One."}', "{broken", "", '{"id": "b"}', '{"id": "c", "text": 5}', "[1]",
        '{"text": "Two."}',
        '{"text": "' + "[" * 10, "[" * 100_000, '{"id": "d", "text": "  "}',
        '{"id": "e", "text": "\\u2028Three\u2028."}',
        "\x00\x01", '{"id": [1], "title": 4, "published": "soon", "text": "Four."}',
    ]  # fmt: skip
    notes: list[str] = []
    path = put(tmp_path, "a.jsonl", "\n".join(lines).encode())
    items = list(read_articles(path, notes=notes.append))
    articles = [item for item in items if isinstance(item, Article)]
    errors = [item for item in items if isinstance(item, SourceError)]
    assert [article.text.content for article in articles] == ["One.", "Two.", "\u2028Three\u2028.", "Four."]
    assert [article.name for article in articles] == ["a", "a.jsonl:7", "e", "a.jsonl:13"]
    assert [error.source.rpartition(":")[2] for error in errors] == ["2", "4", "5", "6", "8", "9", "10", "12"]
    assert all(error.source.startswith(str(path)) for error in errors)
    assert "lacks `text`" in errors[1].reason
    assert [type(error) for error in errors].count(EmptySource) == 1
    assert [type(error) for error in errors].count(BrokenLine) == len(errors) - 1
    assert len(notes) == 3


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32"])
def test_json_lines_in_a_wide_encoding_are_read(tmp_path: Path, encoding: str) -> None:
    """JSON Lines in UTF-16 and UTF-32 are read."""
    data = '{"id": "a", "text": "Онe\u2028."}\r\n{"id": "b", "text": "Two."}\n'.encode(encoding)
    items = list(read_articles(put(tmp_path, "a.jsonl", data)))
    assert [item.text.content for item in items if isinstance(item, Article)] == ["Онe\u2028.", "Two."]
    assert len(items) == 2


def test_a_json_file_holds_one_article_or_a_list(tmp_path: Path) -> None:
    """A JSON file holds one article or a list of them."""
    record = {"id": "a", "text": "One.", "more": {}}
    assert one(put(tmp_path, "a.json", json.dumps(record, indent=1).encode())).name == "a"
    items = list(read_articles(put(tmp_path, "b.json", json.dumps([record, 3, record]).encode())))
    assert [type(item) for item in items] == [Article, BrokenLine, Article]
    items = list(read_articles(put(tmp_path, "c.json", (json.dumps(record) + "\n" + json.dumps(record)).encode())))
    assert [type(item) for item in items] == [Article, Article]


def test_a_folder_is_read_in_order_and_what_is_left_out_is_reported(tmp_path: Path) -> None:
    """A folder is read in order, and files that are left out are reported."""
    put(tmp_path, "b.txt", b"B said so.")
    put(tmp_path, "a/z.txt", b"Z said so.")
    put(tmp_path, "a/b.jsonl", b'{"text": "One."}\n{"text": "Two."}')
    put(tmp_path, "c.bin", b"C said so.")
    put(tmp_path, "d.txt", b"")
    put(tmp_path, ".hidden", b"H said so.")
    (tmp_path / "e.txt").symlink_to(tmp_path / "gone")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "f.txt")
    items = list(read_articles(tmp_path))
    assert [item.name for item in items if isinstance(item, Article)] == [
        "a/b.jsonl:1",
        "a/b.jsonl:2",
        "a/z.txt",
        "b.txt",
    ]
    left = [Path(item.source).name for item in items if isinstance(item, SourceError)]
    assert left == ["c.bin", "d.txt", "e.txt", "f.txt", "loop"]
    assert one(tmp_path / "c.bin").text.content == "C said so."


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    """An empty folder is an error."""
    assert isinstance(failure(tmp_path), EmptySource)


def test_a_file_name_that_is_no_text_is_read(tmp_path: Path) -> None:
    """A file name that is not UTF-8 is read and shown."""
    path = put(tmp_path, os.fsdecode(b"caf\xe9.txt"), b"He said so.")
    article = one(path)
    assert article.name == "caf\ufffd.txt"
    assert len(article.id) == 32


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"He said so.", ["stdin"]),
        (b'{"id": "a", "text": "One."}\n{"id": "b", "text": "Two."}', ["a", "b"]),
        (b'{\n "id": "a",\n "text": "One."\n}', ["a"]),
        (b'[{"id": "a", "text": "One."}, {"id": "b", "text": "Two."}]', ["a", "b"]),
        (b"[Note] He said so.", ["stdin"]),
    ],
)
def test_standard_input_is_told_by_how_it_begins(
    monkeypatch: pytest.MonkeyPatch, data: bytes, names: list[str]
) -> None:
    """The kind of standard input is recognized by how it begins."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    items = list(read_articles("-"))
    assert [item.name for item in items if isinstance(item, Article)] == names
    assert len(items) == len(names)


def test_json_lines_are_read_as_they_come() -> None:
    """A line that has arrived is given out before the next one is there."""
    from onrecord.read.json_lines import read_lines

    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as stream, os.fdopen(writer, "wb", buffering=0) as pipe:
        items = read_lines(stream, "a", "a", MetadataDefaults(), lambda line: None)
        pipe.write(b'{"id": "a", "text": "One."}\n')
        first = next(items)
        assert isinstance(first, Article)
        assert first.name == "a"


def test_html_without_an_article_is_refused(tmp_path: Path) -> None:
    """A page without an article is refused."""
    for page in (
        b"<html><body><nav><a href=/>Home</a></nav></body></html>",
        b"<html>",
        b"<p>Please enable cookies.</p>",
    ):
        assert isinstance(failure(put(tmp_path, "a.html", page)), NoArticle)
