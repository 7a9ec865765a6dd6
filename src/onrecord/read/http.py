"""Send HTTP requests for everything that fetches: reading addresses, watching feeds, and the desk.

Only public addresses are asked, unless private ones are allowed: each name is resolved here, all its addresses are
checked, and the connection goes to an address that was checked, again at every redirect, so that a name cannot point
elsewhere a moment later (DNS rebinding). A request has one deadline for everything: name, connection, headers and body.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from onrecord.errors import BinarySource, SourceError
from onrecord.read.boundary import one_line
from onrecord.read.metadata import MAX_BYTES, too_large

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 30.0
MAX_REDIRECTS = 5
AGENT = "onrecord (reads one page at its user's request)"
REDIRECTS = (301, 302, 303, 307, 308)
PAGES = ("application/xhtml+xml", "application/json")
_SLICE = 0.5  # seconds between checks whether the caller still wants the answer
_PORTS = {"http": 80, "https": 443}
_PORT = re.compile(r":\d{1,5}$|\]$")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Resolve = Callable[[str, int], list[str]]


class AddressRefused(SourceError):
    """Signal an address that must not be requested."""


class Unreachable(SourceError):
    """Signal a temporary failure: no usable answer this time."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """Hold the answer to one request: the body is unpacked, redirects are not followed."""

    url: str
    status: int
    reason: str
    headers: httpx.Headers
    data: bytes

    @property
    def media(self) -> str:
        """Return the media type in lower case; HTML where none is stated."""
        return str(self.headers.get("Content-Type", "text/html")).partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """Return the charset that the server states."""
        _, _, rest = str(self.headers.get("Content-Type", "")).lower().partition("charset=")
        return str(rest).partition(";")[0].strip(" \t\"'")[:40] or None

    @property
    def location(self) -> str | None:
        """Return the absolute address that a redirect leads to."""
        target = self.headers.get("Location")
        if self.status not in REDIRECTS or not target:
            return None
        try:
            return str(httpx.URL(self.url).join(target.strip()))
        except (httpx.InvalidURL, ValueError):
            return str(target)


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """Hold a fetched page: its bytes, the address after redirects, and the media type and charset that were stated."""

    data: bytes
    address: str
    media: str
    charset: str | None


def is_address(source: str) -> bool:
    """Tell whether a source is a web address rather than a path."""
    return source.lower().startswith(("http://", "https://"))


def without_password(url: str) -> str:
    """Remove user name and password from an address, so that it can be shown and stored.

    A password with a slash in it, which no valid address has, is removed as well.
    """
    scheme, mark, rest = url.partition("://")
    if not mark:
        return url
    host, slash, path = rest.partition("/")
    if "@" not in host and "@" in path and ":" in host and _PORT.search(host) is None:
        host, slash, path = rest.rpartition("@")[2].partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def is_public(address: str) -> bool:
    """Tell whether an IP address is public: not private, local, link-local, shared, reserved or multicast.

    IPv4 addresses inside IPv6 (mapped, 6to4, Teredo, NAT64) count as the address they lead to.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _NAT64:
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(one is not None and not is_public(str(one)) for one in inner):
            return False
        if int(ip) < 2**32:  # ::a.b.c.d, deprecated
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """Resolve a host name to IP addresses with the system's resolver."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(slots=True, kw_only=True)
class HttpClient:
    """Send GET requests within limits of time and size; `over` tells that the answer is no longer wanted.

    With `standard_ports`, as on a server that fetches for its users, only ports 80 and 443 are requested, and no
    address with a user name and password in it.
    """

    agent: str = AGENT
    allow_private: bool = False
    standard_ports: bool = False
    most: int = MAX_BYTES
    seconds: float = TOTAL_SECONDS
    over: Callable[[], bool] = lambda: False
    resolver: Resolve = resolve
    _context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def page(self, url: str) -> FetchedPage:
        """Fetch a page, following redirects.

        Raises:
            SourceError: it cannot be fetched, with the reason.
        """
        deadline = time.monotonic() + self.seconds
        shown, here = without_password(url), url
        for _ in range(MAX_REDIRECTS + 1):
            reply = self.get(here, {"Accept": "text/html, text/*;q=0.8"}, shown=shown, deadline=deadline)
            if reply.location is not None:
                here = reply.location
                continue
            if reply.status != 200:
                raise SourceError(shown, f"the server answers {reply.status} {reply.reason}; check the address")
            if not reply.media.startswith("text/") and reply.media not in PAGES:
                raise BinarySource(shown, f"it is {reply.media[:60]}, not a page of text; save it and give the file")
            return FetchedPage(reply.data, without_password(reply.url), reply.media, reply.charset)
        raise SourceError(shown, f"redirects more than {MAX_REDIRECTS} times; check the address")

    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        shown: str | None = None,
        deadline: float | None = None,
    ) -> HttpResponse:
        """Send one request; redirects are not followed. Errors name `shown`.

        Raises:
            AddressRefused: an address that is never asked.
            Unreachable: no answer in time, or a broken one.
            SourceTooLarge: an answer above the bound.
        """
        name = without_password(shown or url)
        until = time.monotonic() + self.seconds if deadline is None else deadline
        target = self._checked(url, name)
        network = _Network(self, name, until)
        try:
            with (
                httpx.Client(transport=_Transport(network, self._context, _proxy(target)), trust_env=False) as client,
                client.stream(
                    "GET", target, headers={"User-Agent": self.agent, "Accept-Encoding": "gzip", **(headers or {})}
                ) as answer,
            ):
                data = _body(answer, name, self.most) if answer.status_code == 200 else b""
                return HttpResponse(
                    str(target), answer.status_code, one_line(answer.reason_phrase), answer.headers, data
                )
        except (httpcore.TimeoutException, httpx.TimeoutException, TimeoutError) as error:
            raise Unreachable(
                name, "the server takes too long; try again, or save the page and give the file"
            ) from error
        except (httpx.HTTPError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, OSError) as error:
            raise Unreachable(name, f"cannot be fetched: {one_line(error)}; check the address, or try later") from error
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise _no_address(url, name, error) from error

    def _checked(self, url: str, shown: str) -> httpx.URL:
        if not is_address(url) or not url.isprintable() or any(char.isspace() for char in url):
            raise AddressRefused(shown, "only http and https addresses are fetched; check the address")
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise _no_address(url, shown, error) from error
        if not target.host or target.scheme not in _PORTS:
            raise AddressRefused(shown, "not a valid web address; check it")
        if self.standard_ports and not self.allow_private and target.port not in (None, _PORTS[target.scheme]):
            raise AddressRefused(
                shown, f"port {target.port} is not that of a web page; only the standard ports are fetched"
            )
        if self.standard_ports and target.userinfo:
            raise AddressRefused(
                shown, "an address with a name and password in it is not fetched; save the page and upload it"
            )
        return target


def _no_address(url: str, shown: str, error: Exception) -> AddressRefused:
    """Build the error for an invalid address, without details where they may show a password."""
    detail = "" if "@" in url else f" ({one_line(error)})"
    return AddressRefused(shown, f"not a valid web address{detail}; check it")


def _proxy(url: httpx.URL) -> str | None:
    """Return the proxy that the environment names for an address."""
    if urllib.request.proxy_bypass(url.host):
        return None
    return urllib.request.getproxies().get(url.scheme)


def _body(answer: httpx.Response, shown: str, most: int) -> bytes:
    """Read and unpack the body of an answer.

    Raises:
        SourceError: it is above the bound, or packed in a way that was not asked for.
    """
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("gzip", "x-gzip", "identity", ""):
        raise SourceError(
            shown, f"the server sends it compressed ({coding[:20]}), unrequested; save the page and give the file"
        )
    chunks: list[bytes] = []
    size = 0
    for chunk in answer.iter_raw():
        size += len(chunk)
        if size > most:
            raise too_large(shown, most)
        chunks.append(chunk)
    data = b"".join(chunks)
    return gunzip_bytes(data, shown, most) if "gzip" in coding and data.startswith(b"\x1f\x8b") else data


def gunzip_bytes(data: bytes, shown: str, most: int = MAX_BYTES) -> bytes:
    """Unpack gzip data, up to a size limit.

    Raises:
        SourceTooLarge: it unpacks to more than the bound.
        Unreachable: it is damaged.
    """
    engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        made = engine.decompress(data, most + 1)
    except zlib.error as error:
        raise Unreachable(shown, f"damaged compression ({one_line(error)}); try again") from error
    if len(made) > most:
        raise too_large(shown, most)
    if not engine.eof:
        raise Unreachable(shown, "damaged compression (it breaks off); try again")
    return made


class _Transport(httpx.BaseTransport):
    """Send HTTP/1.1 requests, each over a new connection."""

    def __init__(self, network: _Network, context: ssl.SSLContext, proxy: str | None) -> None:
        self._network = network
        if proxy is None:
            self._pool: httpcore.ConnectionPool = httpcore.ConnectionPool(
                ssl_context=context, max_connections=1, network_backend=network
            )
        else:
            network.proxy_host = urlsplit(proxy if "://" in proxy else f"http://{proxy}").hostname
            self._pool = httpcore.HTTPProxy(
                proxy if "://" in proxy else f"http://{proxy}", ssl_context=context, network_backend=network
            )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request as httpcore does."""
        if self._network.proxy_host is not None:
            self._network.check_behind_proxy(request.url.host, request.url.port or _PORTS[request.url.scheme])
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions={"timeout": {"pool": CONNECT_SECONDS}},
            )
        )  # fmt: skip
        return httpx.Response(
            status_code=answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        """Let go of the connection."""
        self._answer.close()


class _Network(httpcore.NetworkBackend):
    """Connect to checked addresses, until a deadline."""

    def __init__(self, client: HttpClient, shown: str, deadline: float) -> None:
        self._client = client
        self._shown = shown
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()
        self.proxy_host: str | None = None

    def left(self) -> float:
        """Return the seconds until the deadline.

        Raises:
            TimeoutError: it has passed, or nobody waits any more.
        """
        seconds = self._deadline - time.monotonic()
        if seconds <= 0 or self._client.over():
            raise TimeoutError
        return seconds

    def check_behind_proxy(self, host: str, port: int) -> None:
        """Check an address that a proxy connects to; a name that only the proxy knows is left to the proxy."""
        try:
            self._addresses(host, port)
        except Unreachable:
            return

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a host by one of its addresses, all of which must be public."""
        found = self._named(host, port) if host == self.proxy_host else self._addresses(host, port)
        problem: Exception | None = None
        for address in found[:4]:
            try:
                stream = self._inner.connect_tcp(address, port, timeout=min(CONNECT_SECONDS, self.left()))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
                continue
            return _Stream(stream, self)
        raise problem or Unreachable(self._shown, "cannot be fetched: its name has no address; check it")

    def _addresses(self, host: str, port: int) -> list[str]:
        found = self._named(host, port)
        if not self._client.allow_private and not (found and all(is_public(address) for address in found)):
            raise AddressRefused(
                self._shown,
                "leads to a private or local address, which is not fetched unless that is allowed (--allow-private)",
            )
        return found

    def _named(self, host: str, port: int) -> list[str]:
        """Resolve a name in a thread, as system resolvers cannot be interrupted."""
        found: list[list[str] | Exception] = []

        def ask() -> None:
            try:
                found.append(self._client.resolver(host, port))
            except (OSError, UnicodeError) as error:
                found.append(error)

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(min(_SLICE, self.left()))
        answer = found[0] if found else OSError("no answer")
        if isinstance(answer, Exception):
            raise Unreachable(self._shown, f"the name {host[:80]} is not known; check the address") from answer
        return answer


class _Stream(httpcore.NetworkStream):
    """Wrap a connection so that every wait ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, network: _Network) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has arrived, waiting until the deadline at most."""
        while True:
            try:
                return self._stream.read(max_bytes, timeout=min(_SLICE, self._network.left()))
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write the buffer."""
        self._stream.write(buffer, timeout=self._network.left())

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Speak TLS from here on; the certificate must be the name's."""
        return _Stream(
            self._stream.start_tls(ssl_context, server_hostname, timeout=self._network.left()), self._network
        )

    def get_extra_info(self, info: str) -> Any:
        """Return information about the connection."""
        return self._stream.get_extra_info(info)
