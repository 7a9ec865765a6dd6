"""Any text, whatever its characters, comes back from a file or a JSON line code point for code point."""

from __future__ import annotations

import html
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.core.statement import Article
from onrecord.errors import SourceError
from onrecord.read import MetadataDefaults, read_articles
from onrecord.read.encodings import decode
from onrecord.read.json_lines import read_lines
from onrecord.read.plain import stated_metadata

# In a file a NUL makes it binary and a first U+FEFF is the byte order mark; white space alone is no text.
filed = st.text().filter(lambda text: text.strip() and "\0" not in text and not text.startswith("\ufeff"))
# Character references are replaced in the texts of databases and feeds: see test_character_references_are_replaced.
written = st.text(st.characters(codec=None)).filter(lambda text: bool(text.strip()) and html.unescape(text) == text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for all examples."""
    return tmp_path_factory.mktemp("read")


@given(text=filed)
def test_a_file_gives_its_text_back(folder: Path, text: str) -> None:
    """Whatever text a file holds, its article has exactly that text."""
    path = folder / "a.txt"
    path.write_bytes(text.encode())
    (item,) = read_articles(path, defaults=MetadataDefaults(any_language=True))
    assert isinstance(item, Article)
    assert item.text.content == text


@given(texts=st.lists(written, min_size=1, max_size=4), escaped=st.booleans(), end=st.sampled_from(["\n", "\r\n"]))
def test_json_lines_give_their_texts_back(texts: list[str], escaped: bool, end: str) -> None:
    """JSON Lines give back their texts, escaped or not, with any line end."""
    lines = end.join(json.dumps({"text": text}, ensure_ascii=escaped or _surrogates(text)) for text in texts)
    items = list(read_lines(io.BytesIO(lines.encode()), "a", "a", MetadataDefaults(), lambda line: None))
    assert [item.text.content for item in items if isinstance(item, Article)] == texts
    assert len(items) == len(texts)


@given(
    text=st.text(st.sampled_from("ab <>&\"'é")).filter(lambda text: bool(text.strip()) and html.unescape(text) == text)
)
def test_character_references_are_replaced(text: str) -> None:
    """A text whose special characters were escaped for HTML is read as it was before."""
    line = json.dumps({"text": html.escape(text)}).encode()
    (item,) = read_lines(io.BytesIO(line), "a", "a", MetadataDefaults(any_language=True), lambda line: None)
    assert isinstance(item, Article)
    assert item.text.content == text


@settings(max_examples=300)
@given(data=st.binary(max_size=200), encoding=st.sampled_from([None, "utf-8", "utf-16", "cp1252", "hex", "idna", "x"]))
def test_any_bytes_are_text_or_a_source_error(data: bytes, encoding: str | None) -> None:
    """Any bytes decode to text or to an error of one line that names the source."""
    try:
        content: object = decode(data, "a", encoding=encoding, notes=lambda line: None)
    except SourceError as error:
        content = error
    assert isinstance(content, str | SourceError)
    if isinstance(content, SourceError):
        assert content.source == "a"
        assert "\n" not in str(content)


@given(data=st.binary(max_size=300), name=st.sampled_from(["a.txt", "a.jsonl", "a.json", "a.html", "a"]))
def test_any_file_is_read_or_named(folder: Path, data: bytes, name: str) -> None:
    """Any file gives articles or errors that name it, and no exception."""
    path = folder / name
    path.write_bytes(data)
    items = list(read_articles(path))
    assert items
    assert all(isinstance(item, Article) or str(path) in item.source for item in items)


@given(text=st.text(st.sampled_from("ABCab (),.-—:\n\r 1 2026March")))
def test_looking_for_a_dateline_never_fails(text: str) -> None:
    """Any text can be searched for a dateline."""
    stated_metadata(text)


def _surrogates(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
