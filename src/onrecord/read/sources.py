"""Read articles from a file, a folder, standard input or a web address, each by its content.

There are two steps, so that several processes can share the work. `raw_documents` walks a source and yields the
content of each file unparsed (JSON Lines come as articles, as they cost little); `parse_document` makes the articles.
"""

from __future__ import annotations

import io
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

from onrecord.core import plugins
from onrecord.core.statement import Article
from onrecord.errors import EmptySource, IgnoredSource, SourceError, UnknownKind
from onrecord.read.archives import ByteBudget, gunzip, members, unpacked
from onrecord.read.boundary import one_line, unreadable, with_error_boundary
from onrecord.read.encodings import decode
from onrecord.read.error_limit import summarize
from onrecord.read.html import decode_page, looks_like_page, read_page
from onrecord.read.http import HttpClient, is_address, without_password
from onrecord.read.json_lines import ChainedStream, as_utf8, read_json, read_lines
from onrecord.read.language import not_english
from onrecord.read.markup import plain_text
from onrecord.read.metadata import MAX_BYTES, MetadataDefaults, Notes, RawDocument, make_article, readable, too_large
from onrecord.read.pdf import pdf_text
from onrecord.read.plain import read_plain, stated_metadata
from onrecord.read.press_exports import split_export as exported
from onrecord.read.warc import records
from onrecord.read.word import docx_text

T = TypeVar("T")
Reader = Callable[[bytes, str], Iterable[Article]]
"""What a plug-in brings: it makes articles of a file's bytes and its name."""
STDIN = "-"
PLAIN = frozenset({".txt", ".text", ".md"})
PAGE = frozenset({".html", ".htm", ".xhtml"})
LINES = frozenset({".jsonl", ".ndjson"})
JSON = frozenset({".json"})
PACKED_LINES = frozenset({".jsonl.gz", ".ndjson.gz"})
WARC = frozenset({".warc", ".warc.gz"})
ZIP = frozenset({".zip", ".wacz"})
DOCUMENT = frozenset({".pdf", ".docx"})
SUFFIXES = PLAIN | PAGE | LINES | JSON | PACKED_LINES | WARC | ZIP | DOCUMENT
# A document holds pictures and fonts besides its text, which has the bound of all texts.
MAX_DOCUMENT = 50_000_000


def read_articles(
    source: str | Path, *, defaults: MetadataDefaults = MetadataDefaults(), notes: Notes | None = None
) -> Iterator[Article | SourceError]:
    """Yield the articles of a source; a broken one is yielded as its error, never raised.

    Args:
        source: a path to a file, a folder (its files by name, with subfolders), `-` for standard input, or an http(s)
            address.
        defaults: metadata and permissions, which override what the source states.
        notes: receives a line about anything worth knowing that costs nothing, such as a guessed encoding.
    """
    for item in raw_documents(source, defaults=defaults, notes=notes):
        if isinstance(item, RawDocument):
            yield from parse_document(item, notes=notes)
        else:
            yield item


def raw_documents(
    source: str | Path, *, defaults: MetadataDefaults = MetadataDefaults(), notes: Notes | None = None
) -> Iterator[Article | RawDocument | SourceError]:
    """Yield the contents of a source: articles, and raw documents for `parse_document`."""
    tell = notes if notes is not None else _silent
    where = readable(str(source).replace("\0", "\\0"))
    items = with_error_boundary(_walk(source, defaults, tell), without_password(where) if is_address(where) else where)
    yield from _in_english(items, defaults)


def _walk(
    source: str | Path, defaults: MetadataDefaults, notes: Notes
) -> Iterator[Article | RawDocument | SourceError]:
    address = str(source)
    if not address.strip():
        raise SourceError("(no name)", "the name of a source is empty; name a file, an address, or a folder (here: .)")
    if address == STDIN:
        if sys.stdin is None:  # closed before the program began
            raise EmptySource("stdin", "the standard input is closed; give a file, or send something to it")
        yield from _stream(sys.stdin.buffer, "stdin", "stdin", None, defaults, notes)
    elif isinstance(source, str) and is_address(source):
        yield _address(source, defaults)
    elif "\0" in address:
        raise SourceError(
            readable(address.replace("\0", "\\0")), "cannot be read: a path with a NUL in it; check the path"
        )
    elif Path(source).is_dir():
        yield from summarize(_folder(Path(source), defaults, notes), UnknownKind, _more_unknown)
    else:
        yield from _file(Path(source), Path(source).name, defaults, notes)


def parse_document(piece: RawDocument, *, notes: Notes | None = None) -> Iterator[Article | SourceError]:
    """Yield the articles of a raw document; what is broken is yielded as its error, never raised."""
    yield from _in_english(
        with_error_boundary(_open(piece, notes if notes is not None else _silent), piece.where), piece.defaults
    )


def _in_english(items: Iterator[T], defaults: MetadataDefaults) -> Iterator[T | SourceError]:
    """Yield the items, with an error for each article that is not English, unless any language is permitted."""
    for item in items:
        wrong = not_english(item) if isinstance(item, Article) and not defaults.any_language else None
        yield item if wrong is None else wrong


def count_articles(source: str | Path) -> int | None:
    """Estimate how many articles a source has, in lines or files, for a progress bar; None if that is unknown."""
    path = Path(source)
    try:
        if str(source) == STDIN:
            return None
        if path.is_dir():
            return sum(1 if problem else count_articles(file) or 0 for file, problem in _files(path))
        if suffix_of(path.name) in WARC | ZIP | PACKED_LINES:
            return None
        if path.suffix.lower() not in LINES or not path.is_file():
            return 1
        with path.open("rb") as stream:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))
    except (OSError, ValueError):
        return 1


def _known(suffix: str) -> bool:
    """Tell whether files of this kind can be read, by OnRecord or by a plug-in."""
    return suffix in SUFFIXES or suffix[1:] in plugins.found(plugins.READERS)


def _plugged(piece: RawDocument) -> Iterator[Article | SourceError]:
    """Yield the articles that a plug-in finds in a file of its kind."""
    reader = cast("Reader", plugins.load(plugins.READERS, (piece.suffix or "")[1:]))
    seen = False
    for one in reader(piece.data, piece.name):
        seen = True
        found = MetadataDefaults(title=one.title, outlet=one.outlet, published=one.published, url=one.url)
        yield make_article(one.text.content, one.name, piece.where, found, piece.defaults)
    if not seen:
        raise EmptySource(piece.where, "no article in it; check that the right file was given")


def _silent(line: str) -> None:
    return None


def _folder(folder: Path, defaults: MetadataDefaults, notes: Notes) -> Iterator[Article | RawDocument | SourceError]:
    seen = False
    for path, problem in _files(folder):
        seen = True
        where = readable(str(path))
        if problem is not None:
            yield unreadable(where, problem)
        elif stat.S_ISDIR(_mode(path)):
            yield SourceError(where, "a link to a folder; left out, name it to read it")
        elif not stat.S_ISREG(_mode(path)):
            yield SourceError(where, "no regular file, or a broken link; left out")
        elif not _known(suffix_of(path.name)):
            yield UnknownKind(where, f"of no known kind ({', '.join(sorted(SUFFIXES))}); left out, name it to read it")
        else:
            yield from with_error_boundary(_file(path, path.relative_to(folder).as_posix(), defaults, notes), where)
    if not seen:
        yield EmptySource(readable(str(folder)), "a folder without files; check the path")


def _more_unknown(more: int, last: SourceError) -> SourceError:
    return UnknownKind(last.source, f"the last of {more} more files of no known kind; left out, name one to read it")


def _files(folder: Path) -> Iterator[tuple[Path, OSError | None]]:
    """Yield the files below a folder by name, without hidden ones; a folder that cannot be listed yields its error."""
    waiting: list[tuple[Path, bool]] = [(folder, True)]  # a stack, as folders may be nested deeper than calls can be
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            yield path, None
            continue
        try:
            with os.scandir(path) as found:
                entries = sorted(found, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            yield path, error
            continue
        # Links to folders could go in circles.
        waiting += [
            (Path(entry.path), entry.is_dir(follow_symlinks=False))
            for entry in entries
            if not entry.name.startswith(".")
        ]


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def suffix_of(name: str) -> str:
    """Return the suffix that gives a file's kind, in lower case; double for compressed files."""
    found = re.search(r"(?:\.(?:warc|jsonl|ndjson)\.gz|\.[^./]*)$", name.lower())
    return found[0] if found else ""


def _file(
    path: Path, name: str, defaults: MetadataDefaults, notes: Notes
) -> Iterator[Article | RawDocument | SourceError]:
    with path.open("rb") as stream:
        where, suffix = readable(str(path)), suffix_of(path.name)
        if suffix in ZIP:
            found = _zip(stream, path.stat().st_size, readable(name), where, defaults, notes)
            yield from summarize(found, UnknownKind, _more_unknown)
        else:
            budget = ByteBudget.of(where, path.stat().st_size)
            yield from _packed(stream, budget, readable(name), where, suffix, defaults, notes)


def _packed(
    stream: Any, budget: ByteBudget, name: str, where: str, suffix: str, defaults: MetadataDefaults, notes: Notes
) -> Iterator[Article | RawDocument | SourceError]:
    """Yield the contents of a file or archive member, by its suffix."""
    if suffix in WARC:
        yield from records(unpacked(stream, budget), where, defaults, notes)
    elif suffix in PACKED_LINES:
        lines = read_lines(gunzip(stream, budget), name, where, defaults, notes)
        seen = False
        for item in lines:
            seen = True
            yield item
        if not seen and budget.damage is None:
            raise EmptySource(where, "it has no lines; check that the right file was given")
    else:
        yield from _stream(stream, name, where, suffix, defaults, notes)
    damage, budget.damage = budget.damage, None
    if damage is not None:
        raise SourceError(where, f"damaged ({one_line(damage)}); what comes before is read; get it again")


def _zip(
    stream: Any, size: int, name: str, where: str, defaults: MetadataDefaults, notes: Notes
) -> Iterator[Article | RawDocument | SourceError]:
    """Yield the contents of a zip archive's members; for WACZ only the WARC files, otherwise all but nested
    archives.
    """
    crawl = suffix_of(name) == ".wacz"
    budget = ByteBudget.of(where, size)
    for member in members(stream, size, where, notes):
        if isinstance(member, SourceError):
            yield member
            continue
        place, suffix = f"{where}/{member.name}", suffix_of(member.name)
        if crawl and suffix not in WARC:
            yield IgnoredSource(place, "the crawl's own notes")
            continue
        if suffix in ZIP or not _known(suffix):
            yield UnknownKind(place, "of no known kind, or an archive inside an archive; unpack it to read it")
            continue
        inside = _packed(member.stream, budget, f"{name}/{member.name}", place, suffix, defaults, notes)
        yield from with_error_boundary(inside, place)


def _stream(
    stream: Any, name: str, where: str, suffix: str | None, defaults: MetadataDefaults, notes: Notes
) -> Iterator[Article | RawDocument | SourceError]:
    """Yield the contents of a byte stream; without a known suffix by its first bytes."""
    if suffix in LINES:
        yield from _not_nothing(read_lines(stream, name, where, defaults, notes), where)
        return
    if suffix is None or not _known(suffix):
        stream = stream if hasattr(stream, "peek") else io.BufferedReader(ChainedStream(b"", stream))
        kind = _json_kind(stream.peek(4096))
        if kind == ".jsonl":
            yield from _not_nothing(read_lines(stream, name, where, defaults, notes), where)
            return
        suffix = kind or suffix
    binary = suffix in DOCUMENT or (suffix is not None and suffix not in SUFFIXES and _known(suffix))
    most = MAX_DOCUMENT if binary else MAX_BYTES
    data = stream.read(most + 1)
    if len(data) > most:
        raise too_large(where)
    yield RawDocument(data=data, name=name, where=where, suffix=suffix, defaults=defaults)


def _json_kind(head: bytes) -> str | None:
    """Return `.jsonl` where the head begins with an object on one line, `.json` for a list or a multi-line object."""
    match = re.match(rb'(?:\xef\xbb\xbf)?\s*(\[\s*)?\{(\s*)"[^"\n]*"\s*:', head)
    if match is None:
        return None
    return ".json" if match[1] or b"\n" in match[2] else ".jsonl"


def _not_nothing(items: Iterator[Article | SourceError], where: str) -> Iterator[Article | SourceError]:
    seen = False
    for item in items:
        seen = True
        yield item
    if not seen:
        raise EmptySource(where, "it has no lines; check that the right file was given")


def _open(piece: RawDocument, notes: Notes) -> Iterator[Article | SourceError]:
    data, name, where, suffix, defaults = piece.data, piece.name, piece.where, piece.suffix, piece.defaults
    if not data:
        raise EmptySource(where, "it is empty; check that the right file was given")
    if suffix is not None and suffix not in SUFFIXES and _known(suffix):
        yield from _plugged(piece)
        return
    if suffix in PAGE or (suffix not in SUFFIXES and looks_like_page(data[:4096].decode("latin-1"))):
        encoding = defaults.encoding or _true_charset(data, piece.charset)
        content = decode_page(data, where, encoding=encoding, notes=notes)
        yield read_page(content, name, where, defaults, address=piece.address, notes=notes)
        return
    if suffix in DOCUMENT:
        text, title = (pdf_text if suffix == ".pdf" else docx_text)(data, where, notes)
        yield from _texts(text, name, where, defaults, MetadataDefaults(title=title))
        return
    defaults = replace(
        defaults, url=defaults.url or piece.address, encoding=defaults.encoding or _true_charset(data, piece.charset)
    )
    content = decode(data, where, encoding=defaults.encoding, notes=notes)
    if suffix in JSON:
        yield from _not_nothing(read_json(content, name, where, as_utf8(defaults), notes), where)
    else:
        yield from _texts(plain_text(content, where, notes), name, where, defaults, MetadataDefaults())


def _texts(
    content: str, name: str, where: str, defaults: MetadataDefaults, found: MetadataDefaults
) -> Iterator[Article | SourceError]:
    """Yield the article of a plain text, or those of a press export; `found` is the metadata of the file."""
    articles = exported(content)
    if articles is None:
        title = defaults.title or stated_metadata(content).title or found.title
        yield read_plain(content, name, where, replace(defaults, title=title))
        return
    for number, part in enumerate(articles, 1):
        tag = "" if len(articles) == 1 else f":{number}"
        try:
            yield make_article(content[part.start : part.end], name + tag, where + tag, part.defaults, defaults)
        except SourceError as error:
            yield error


def _address(address: str, defaults: MetadataDefaults) -> RawDocument:
    page = HttpClient(allow_private=defaults.allow_private).page(address)
    suffix = {"text/html": ".html", "application/xhtml+xml": ".html", "application/json": ".json"}.get(page.media)
    name = without_password(address)
    return RawDocument(
        data=page.data,
        name=name,
        where=name,
        suffix=suffix,
        defaults=defaults,
        address=page.address,
        charset=page.charset,
    )


def _true_charset(data: bytes, charset: str | None) -> str | None:
    """Return the charset that a server states, where the bytes are valid in it."""
    try:
        return charset if charset is not None and data.decode(charset) else None
    except (LookupError, ValueError):
        return None
