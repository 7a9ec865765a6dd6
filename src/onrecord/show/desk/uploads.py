"""Take in what people add in the browser: pasted text, uploaded files and archives, a web address.

Uploads go to a temporary folder under names made here, never under the name that the browser sends, and are gone when
they are read. They are opened by the worker that reads, never in the server's process.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from onrecord.errors import SourceError
from onrecord.read import SUFFIXES, MetadataDefaults
from onrecord.read.http import HttpClient, without_password
from onrecord.read.sources import suffix_of
from onrecord.runners.worker import FileTask
from onrecord.show.desk.jobs import Source
from onrecord.show.desk.request_context import show
from onrecord.show.desk.settings import Limits

_SUFFIXES = {"text/plain": ".txt", "application/json": ".json"}


@dataclass(frozen=True, slots=True)
class Upload:
    """Hold a file as the browser sent it; the name is a label only."""

    name: str
    data: bytes


def pasted(text: str, name: str, given: MetadataDefaults) -> Source:
    """Return the text of a form."""
    return lambda: _file(Upload(f"{name}.txt", text.encode("utf-8", "surrogatepass")), given)


def uploaded(files: list[Upload], given: MetadataDefaults) -> Source:
    """Return the files of a form."""

    def source() -> Iterator[FileTask | SourceError]:
        for upload in files:
            yield from _file(upload, given)

    return source


def fetched(address: str, given: MetadataDefaults, limits: Limits, *, private: bool = False) -> Source:
    """Fetch a page from the web."""

    def source() -> Iterator[FileTask | SourceError]:
        client = HttpClient(
            allow_private=private, standard_ports=True, most=limits.fetch_bytes, seconds=limits.fetch_seconds
        )
        try:
            page = client.page(address)
        except SourceError as error:
            yield error
            return
        own = replace(given, url=given.url or page.address)
        suffix = _SUFFIXES.get(page.media, ".html")
        yield from _file(Upload(f"page{suffix}", page.data), own, without_password(address))

    return source


def label(name: str) -> str:
    """Return the last part of a file name for display: no folder, no control characters, at most 120 characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return re.sub(r"[\x00-\x1f\x7f]+", " ", show(last)).strip()[:120] or "file"


def _file(upload: Upload, given: MetadataDefaults, name: str | None = None) -> Iterator[FileTask | SourceError]:
    """Write the file to a temporary folder, which lasts until the next one is requested."""
    called = name or label(upload.name)
    suffix = suffix_of(label(upload.name))
    if suffix not in SUFFIXES:
        yield SourceError(called, f"of no known kind; give {', '.join(sorted(SUFFIXES))}")
        return
    with tempfile.TemporaryDirectory(prefix="onrecord-") as folder:
        path = Path(folder) / f"upload{suffix}"
        path.write_bytes(upload.data)
        yield FileTask(str(path), called, given)
