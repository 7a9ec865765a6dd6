"""Fetching a page for a user of a shared server: only public addresses, checked at every step, within bounds.

The name is resolved here and the connection goes to the very address that was checked, so that a name cannot point
elsewhere a moment later (DNS rebinding). Redirects are followed by hand, each as a new address. Compressed answers
are refused, as are answers that take too long or grow too large.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from onrecord.errors import SourceError

REDIRECTS = 5
PORTS = {"http": 80, "https": 443}
AGENT = "onrecord (reads one page at its user's request)"
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered, after redirects."""

    data: bytes
    address: str
    media: str


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host name, as the system knows them."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not private, local, link-local, shared, reserved or multicast.

    Addresses of IPv4 inside IPv6 (mapped, 6to4, Teredo, NAT64) count as what they lead to.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(one is not None and not is_public(str(one)) for one in inner):
            return False
        if int(ip) < 2**32:  # ::a.b.c.d, deprecated
            return False
    return ip.is_global and not ip.is_multicast


def fetch(address: str, *, limit: int, seconds: float, private: bool = False, resolver: Resolve = resolve) -> Page:
    """The page at a web address; SourceError says why it is not to be had."""
    deadline = time.monotonic() + seconds
    here = address
    for _ in range(REDIRECTS + 1):
        answer = _one(here, address, limit, deadline, private=private, resolver=resolver)
        if isinstance(answer, Page):
            return answer
        here = answer
    raise SourceError(address, f"redirects more than {REDIRECTS} times")


def _one(here: str, asked: str, limit: int, deadline: float, *, private: bool, resolver: Resolve) -> Page | str:
    """One request: a page, or the address that it redirects to."""
    parts = _split(here, asked)
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    if port != PORTS[parts.scheme] and not private:
        raise SourceError(asked, f"port {port} is not that of a web page; only the standard ports are fetched")
    connection = _connect(parts.scheme, host, port, asked, deadline, private=private, resolver=resolver)
    try:
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
            f"?{_query(parts.query)}" if parts.query else ""
        )
        connection.request(
            "GET",
            target,
            headers={"User-Agent": AGENT, "Accept": "text/html, text/plain", "Accept-Encoding": "identity"},
        )
        answer = connection.getresponse()
        if answer.status in (301, 302, 303, 307, 308):
            onward = answer.getheader("Location")
            if not onward:
                raise SourceError(asked, "redirects to nowhere")
            return urljoin(here, onward)
        if answer.status != 200:
            raise SourceError(asked, f"the server answers {answer.status}; check the address")
        if (answer.getheader("Content-Encoding") or "identity").lower() != "identity":
            raise SourceError(asked, "the server sends it compressed, unasked; save the page and upload the file")
        media = (answer.getheader("Content-Type") or "text/html").partition(";")[0].strip().lower()
        if not media.startswith("text/") and media != "application/xhtml+xml":
            raise SourceError(asked, f"it is {media[:60]}, not a page of text")
        return Page(_body(answer, connection, asked, limit, deadline), here, media)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, TimeoutError):
            raise SourceError(asked, "the server takes too long") from error
        raise SourceError(asked, f"cannot be fetched: {' '.join(str(error).split())[:160]}") from error
    finally:
        connection.close()


def _split(here: str, asked: str) -> SplitResult:
    try:
        parts = urlsplit(here)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError as error:
        raise SourceError(asked, "no web address that can be read") from error
    if parts.scheme not in PORTS or not parts.hostname or any(c.isspace() or not c.isprintable() for c in here):
        raise SourceError(asked, "only http and https addresses are fetched")
    if parts.username is not None or parts.password is not None:
        raise SourceError(asked, "an address with a name and password in it is not fetched")
    return parts


def _query(query: str) -> str:
    return quote(query, safe="/?%:@!$&'()*+,;=~-._[]")


def _connect(
    scheme: str, host: str, port: int, asked: str, deadline: float, *, private: bool, resolver: Resolve
) -> http.client.HTTPConnection:
    """A connection to an address that was checked; all addresses of the name must be public, not just the first."""
    try:
        name = host.encode("idna").decode("ascii") if not host.isascii() else host
        found = resolver(name, port)
    except (OSError, UnicodeError) as error:
        raise SourceError(asked, f"the name {host[:80]} is not known") from error
    if not found or (not private and not all(is_public(ip) for ip in found)):
        raise SourceError(asked, "leads to a private or local address, which is not fetched")
    left = deadline - time.monotonic()
    if left <= 0:
        raise SourceError(asked, "the server takes too long")
    try:
        raw = socket.create_connection((found[0], port), timeout=min(10.0, left))
        if scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(name, port, timeout=left)
            connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=name)
        else:
            connection = http.client.HTTPConnection(name, port, timeout=left)
            connection.sock = raw
    except OSError as error:
        raise SourceError(asked, f"cannot be reached: {' '.join(str(error).split())[:160]}") from error
    return connection


def _body(
    answer: http.client.HTTPResponse, connection: http.client.HTTPConnection, asked: str, limit: int, deadline: float
) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        chunk = answer.read1(65536)
        if not chunk:
            return b"".join(chunks)
        size += len(chunk)
        if size > limit:
            raise SourceError(asked, f"more than {limit // 1_000_000} MB; save the article and upload the file")
        chunks.append(chunk)
