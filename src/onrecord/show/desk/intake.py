"""What people add in the browser, as articles: pasted text, uploaded files, archives of files, a web address.

Uploads go to a temporary folder under names made here, never under the name that the browser sends, and are gone when
they are read.
"""

from __future__ import annotations

import lzma
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from onrecord.core.statement import Article
from onrecord.errors import SourceError
from onrecord.read import SUFFIXES, Given, read_articles
from onrecord.show.desk.fetching import fetch
from onrecord.show.desk.jobs import Source
from onrecord.show.desk.settings import Limits
from onrecord.show.desk.visit import show

_UNPACKING = (
    zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError, zlib.error, lzma.LZMAError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the browser sent it; the name is a label only."""

    name: str
    data: bytes


def pasted(text: str, name: str, given: Given) -> Source:
    """A text from a form."""
    return lambda: _read(Upload(f"{name}.txt", text.encode("utf-8", "surrogatepass")), given, Limits())


def uploaded(files: list[Upload], given: Given, limits: Limits) -> Source:
    """Files from a form, archives opened."""

    def source() -> Iterator[Article | SourceError]:
        for upload in files:
            yield from _read(upload, given, limits)

    return source


def fetched(address: str, given: Given, limits: Limits, *, private: bool = False) -> Source:
    """A page from the web."""

    def source() -> Iterator[Article | SourceError]:
        try:
            page = fetch(address, limit=limits.fetch_bytes, seconds=limits.fetch_seconds, private=private)
        except SourceError as error:
            yield error
            return
        suffix = ".txt" if page.media == "text/plain" else ".html"
        own = replace(given, url=given.url or page.address)
        for item in _read(Upload(f"page{suffix}", page.data), own, limits):
            yield replace(item, name=address) if isinstance(item, Article) else SourceError(address, item.reason)

    return source


def label(name: str) -> str:
    """The last part of a file's name as text to show: no folder, no control characters, 120 characters at most."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return re.sub(r"[\x00-\x1f\x7f]+", " ", show(last)).strip()[:120] or "file"


def _read(upload: Upload, given: Given, limits: Limits) -> Iterator[Article | SourceError]:
    name = label(upload.name)
    if upload.data[:4] == b"PK\x03\x04" or name.lower().endswith(".zip"):
        yield from _archive(upload, name, given, limits)
        return
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in SUFFIXES:
        yield SourceError(name, f"of no known kind; give {', '.join(sorted(SUFFIXES))} or a .zip of these")
        return
    with tempfile.TemporaryDirectory(prefix="onrecord-") as folder:
        path = Path(folder) / f"upload{suffix}"
        path.write_bytes(upload.data)
        for item in read_articles(path, defaults=given):
            if isinstance(item, SourceError):
                yield SourceError(item.source.replace(str(path), name).replace(path.name, name), item.reason)
            else:
                yield replace(item, name=name) if item.name == path.name else item


def _archive(upload: Upload, name: str, given: Given, limits: Limits) -> Iterator[Article | SourceError]:
    """The files of a .zip; what is declared is checked first, what really comes out is counted, as it may be a lie."""
    with tempfile.TemporaryFile() as file:
        file.write(upload.data)
        try:
            archive = zipfile.ZipFile(file)
            members = [info for info in archive.infolist() if not info.is_dir()]
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            yield SourceError(name, f"no .zip that can be opened: {error}")
            return
        if len(members) > limits.archive_files:
            yield SourceError(name, f"more than {limits.archive_files} files in one archive; split it")
            return
        left = min(limits.archive_bytes, max(1, len(upload.data)) * limits.archive_ratio)
        for info in members:
            where = f"{name}/{label(info.filename)}"
            if label(info.filename).startswith(".") or "__MACOSX/" in info.filename:
                continue
            if label(info.filename).lower().endswith(".zip"):
                yield SourceError(where, "an archive inside an archive is not opened")
                continue
            try:
                with archive.open(info) as member:
                    data = member.read(left + 1)
            except _UNPACKING as error:
                yield SourceError(where, f"cannot be unpacked: {error}")
                continue
            if len(data) > left:
                yield SourceError(where, "unpacks to far more than an archive of articles would; not read")
                return
            left -= len(data)
            yield from _read(Upload(label(info.filename), data), given, limits)
