"""Web archives (WARC, gzipped or not): the pages among the answers that a crawler kept, by FastWARC."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from onrecord.errors import LeftOut, SourceError
from onrecord.read.given import MAX_BYTES, Given, Notes, Piece

_PAGES = {"text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt"}


def records(stream: IO[bytes], where: str, given: Given, notes: Notes) -> Iterator[Piece | SourceError]:
    """A piece for each page that was answered well; LeftOut for what is no page, and a note that sums those up."""
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType
    except ImportError as error:
        raise SourceError(where, "web archives need FastWARC; pip install 'onrecord[web-archive]'") from error
    left: Counter[str] = Counter()
    seen = 0
    try:
        wanted = WarcRecordType.response | WarcRecordType.resource
        for record in ArchiveIterator(stream, record_types=wanted, parse_http=True, auto_decode="all"):
            seen += 1
            address = record.headers.get("WARC-Target-URI") or f"record {seen}"
            place = f"{where}:{address}"
            why = _not_wanted(record)
            if why is None:
                data = record.reader.read(MAX_BYTES + 1)
                why = "more than 10 MB" if len(data) > MAX_BYTES else None if data else "empty"
            if why is not None:
                left[why] += 1
                yield LeftOut(place, why)
                continue
            yield Piece(
                data=data, name=address, where=place, suffix=_PAGES[_media(record)], given=given, address=address,
                charset=record.http_charset,
            )  # fmt: skip
    except (OSError, ValueError, EOFError) as error:
        yield SourceError(where, f"damaged after record {seen} ({' '.join(str(error).split())[:200]})")
        return
    if seen == 0:
        raise SourceError(where, "no answer of a server in it; a WARC with `response` records is read")
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
