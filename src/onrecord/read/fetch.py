"""One page from the web, asked for by the user by its address; nothing else in this package opens a connection."""

from __future__ import annotations

import gzip
import io
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

from onrecord.errors import SourceError
from onrecord.read.given import MAX_BYTES, too_large

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 30.0
MAX_REDIRECTS = 5
AGENT = "onrecord (reads one page at its user's request)"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered: its bytes, the address after redirects, the media type and the charset it stated."""

    data: bytes
    address: str
    media: str
    charset: str | None


class _WebOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirects to web addresses only (the standard handler would follow one to FTP)."""

    max_redirections = MAX_REDIRECTS

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if not is_address(newurl):
            raise urllib.error.URLError(f"redirected to {newurl[:80]}, which is no web address")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Still(urllib.request.HTTPRedirectHandler):
    """Follows none: a redirect is an HTTPError like any other."""

    def redirect_request(self, *args: Any, **options: Any) -> None:
        return None


def is_address(source: str) -> bool:
    """Whether a source is a web address and no path."""
    return source.lower().startswith(("http://", "https://"))


def fetch(address: str, *, total_seconds: float = TOTAL_SECONDS) -> Fetched:
    """The bytes at `address`, within bounds of time and size; SourceError says why not."""
    deadline = time.monotonic() + total_seconds
    opener = web_opener()
    try:
        request = urllib.request.Request(address, headers={"User-Agent": AGENT, "Accept": "text/html, text/*;q=0.8"})
        with opener.open(request, timeout=min(CONNECT_SECONDS, total_seconds)) as answer:
            data = body_of(answer, address, deadline)
            return Fetched(
                data, answer.geturl(), answer.headers.get_content_type(), answer.headers.get_content_charset()
            )
    except urllib.error.HTTPError as error:
        error.close()
        raise SourceError(
            address, f"the server answers {error.code} {_one_line(error.reason)}; check the address"
        ) from error
    except urllib.error.URLError as error:
        raise SourceError(address, f"cannot be fetched: {_one_line(error.reason)}") from error
    except TimeoutError as error:
        raise SourceError(
            address, "the server takes too long; try again, or save the page and give the file"
        ) from error
    except (OSError, HTTPException, ValueError) as error:
        raise SourceError(address, f"cannot be fetched: {_one_line(error)}") from error


def web_opener() -> urllib.request.OpenerDirector:
    """Opens web addresses, and follows a few redirects to others."""
    return urllib.request.build_opener(_WebOnly)


def still_opener() -> urllib.request.OpenerDirector:
    """Opens web addresses, and follows no redirect."""
    return urllib.request.build_opener(_Still)


def body_of(
    answer: Any,
    address: str,
    deadline: float,
    clock: Callable[[], float] = time.monotonic,
    over: Callable[[], bool] = lambda: False,
) -> bytes:
    """The body of an answer, unpacked; SourceTooLarge above the bound, TimeoutError past the deadline or `over`."""
    chunks: list[bytes] = []
    size = 0
    while chunk := answer.read1(65536):
        size += len(chunk)
        if size > MAX_BYTES:
            raise too_large(address)
        if clock() > deadline or over():
            raise TimeoutError
        chunks.append(chunk)
    if getattr(answer, "length", None):  # what the server said it would send and did not; read1 takes it for the end
        raise ConnectionError("the connection broke off in the middle")
    data = b"".join(chunks)
    return unzipped(data, address) if answer.headers.get("Content-Encoding", "").lower() == "gzip" else data


def unzipped(data: bytes, address: str) -> bytes:
    """What gzip has packed; SourceTooLarge above the bound, so that little cannot become very much."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            made = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ConnectionError(f"damaged in packing: {_one_line(error)}") from error
    if len(made) > MAX_BYTES:
        raise too_large(address)
    return made


def _one_line(reason: object) -> str:
    return " ".join(str(reason).split())[:200] or type(reason).__name__
