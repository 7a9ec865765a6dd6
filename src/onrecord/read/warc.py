"""Read pages from web archives (WARC, gzipped or not), by FastWARC.

Bodies are decoded here, as the headers of a record may be out of date: crawlers store `Transfer-Encoding` and
`Content-Encoding` after decoding the body. A header is followed only where the body confirms it.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from onrecord.errors import IgnoredSource, SourceError
from onrecord.read.boundary import DAMAGED, one_line
from onrecord.read.metadata import MAX_BYTES, MetadataDefaults, Notes, RawDocument

_PAGES = {"text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt"}
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")


def records(
    stream: IO[bytes], where: str, defaults: MetadataDefaults, notes: Notes
) -> Iterator[RawDocument | SourceError]:
    """Yield a raw document for each successful page, IgnoredSource for other records, and a note that counts those."""
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType
    except ImportError as error:
        raise SourceError(where, "web archives need FastWARC; pip install 'onrecord[web-archive]'") from error
    left: Counter[str] = Counter()
    seen = 0
    try:
        wanted = WarcRecordType.response | WarcRecordType.resource
        for record in ArchiveIterator(stream, record_types=wanted, parse_http=True, auto_decode="none"):
            seen += 1
            address = record.headers.get("WARC-Target-URI") or f"record {seen}"
            place = f"{where}:{address}"
            data, why = b"", _not_wanted(record)
            if why is None:
                data, why = _body(record)
            if why is not None:
                left[why] += 1
                yield IgnoredSource(place, why)
                continue
            yield RawDocument(
                data=data, name=address, where=place, suffix=_PAGES[_media(record)], defaults=defaults, address=address,
                charset=record.http_charset,
            )  # fmt: skip
    except SourceError:
        raise
    except (OSError, ValueError, *DAMAGED) as error:
        yield SourceError(
            where, f"damaged after record {seen} ({one_line(error)}); what comes before is read; get the archive again"
        )
        return
    if seen == 0:
        raise SourceError(where, "it has no server responses; give a WARC with `response` records")
    if left:
        notes(f"{where}: left out: " + ", ".join(f"{number} × {why}" for why, number in left.most_common(8)))


def _not_wanted(record: Any) -> str | None:
    status = record.http_headers.status_code if record.http_headers is not None else 200
    if status != 200:
        return f"status {status}"
    media = _media(record)
    return None if media in _PAGES else media or "of no stated type"


def _media(record: Any) -> str:
    kind = record.http_content_type if record.http_headers is not None else record.headers.get("Content-Type")
    return str(kind or "").partition(";")[0].strip().lower()


def _body(record: Any) -> tuple[bytes, str | None]:
    """Return the body of a record as a browser would see it, or the reason why there is none."""
    data = record.reader.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return b"", "more than 10 MB"
    headers = record.http_headers
    if headers is not None:
        if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
            data = _dechunked(data)
        for coding in reversed((headers.get("Content-Encoding") or "").lower().split(",")):
            decoded = _decoded(data, coding.strip())
            if decoded is None:
                return b"", f"a body in the encoding {coding.strip()[:20]} that cannot be decoded"
            data = decoded
    if len(data) > MAX_BYTES:
        return b"", "more than 10 MB"
    return data, None if data else "empty"


def _dechunked(data: bytes) -> bytes:
    """Join a chunked body (RFC 9112, 7.1); return data that is not chunked unchanged."""
    chunks: list[bytes] = []
    at = 0
    while (match := _CHUNK.match(data, at)) is not None:
        size = int(match[1], 16)
        if size == 0:
            return b"".join(chunks)
        chunks.append(data[match.end() : match.end() + size])
        at = match.end() + size
        at += 2 if data.startswith(b"\r\n", at) else 1 if data.startswith(b"\n", at) else 0
    return b"".join(chunks) if chunks and at >= len(data) else data


def _decoded(data: bytes, coding: str) -> bytes | None:
    """Undo a content coding, up to one byte above the limit; None if the data cannot be decoded.

    Data that is plainly not encoded is returned unchanged.
    """
    if coding in ("gzip", "x-gzip") and data.startswith(b"\x1f\x8b"):
        return _inflated(data, 16 + zlib.MAX_WBITS)
    if coding == "deflate" and not data.lstrip().startswith(b"<"):
        return _inflated(data, zlib.MAX_WBITS) or _inflated(data, -zlib.MAX_WBITS)
    if coding == "br" and not data.lstrip().startswith(b"<"):
        return _unbrotli(data)
    return None if coding == "zstd" and data.startswith(b"\x28\xb5\x2f\xfd") else data


def _unbrotli(data: bytes) -> bytes | None:
    try:
        import brotli  # comes with FastWARC
    except ImportError:
        return None
    try:
        return bytes(brotli.Decompressor().process(data, output_buffer_limit=MAX_BYTES + 1)) or None
    except (TypeError, ValueError, RuntimeError, brotli.error):
        return None


def _inflated(data: bytes, bits: int) -> bytes | None:
    """Inflate the data as far as possible."""
    engine = zlib.decompressobj(bits)
    try:
        return engine.decompress(data, MAX_BYTES + 1) or None
    except zlib.error:
        return None
