"""The HTTP client: only public addresses, checked at every step, within bounds of time and size."""

from __future__ import annotations

import gzip
import http.server
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpcore
import pytest
from tests.machine import scaled

from onrecord.errors import SourceError
from onrecord.read import MetadataDefaults, read_articles
from onrecord.read.crawler import Crawler, PageUnavailable, RetryLater, retry_after
from onrecord.read.http import HttpClient, is_public, without_password

PRIVATE = (
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1",
    "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1",
    "fe80::1%eth0", "nonsense",
)  # fmt: skip
PUBLIC = "93.184.216.34"
INSIDE = ("http://127.0.0.1/secret", "http://inside.example/", "file:///etc/passwd", "//127.0.0.1/x", "http://[evil/")


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address: str) -> None:
    """Claim: private, loopback, link-local, shared, reserved and multicast addresses are told, in IPv6 wrappers too."""
    assert not is_public(address)


def test_public_addresses_are() -> None:
    """Claim: ordinary addresses of both families are public."""
    assert all(is_public(address) for address in (PUBLIC, "8.8.8.8", "2606:4700:4700::1111"))


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/", "http://0x7f000001/",
     "http://127.1/", "http://0/", f"http://user:pw@{PUBLIC}/", "file:///etc/passwd", "gopher://x/",
     f"http://{PUBLIC}:22/", "http://[::ffff:127.0.0.1]/", "http:///x", "http://a b/", "http://x:99999/",
     "http://h/\ud800", "http://[evil/"],
)  # fmt: skip
def test_addresses_that_are_never_fetched(address: str) -> None:
    """Claim: no spelling of a local address, no other scheme and no odd port is asked for a user of a server."""
    with pytest.raises(SourceError) as caught:
        HttpClient(standard_ports=True, seconds=2).page(address)
    assert "internal error" not in str(caught.value)


def test_a_name_that_leads_inside_is_refused_even_beside_a_public_one() -> None:
    """Claim: all addresses of a name must be public, not just the first."""
    for found in (["10.0.0.8"], [PUBLIC, "127.0.0.1"], []):
        client = HttpClient(seconds=2, resolver=lambda host, port, found=found: found)
        with pytest.raises(SourceError, match="private or local"):
            client.page("http://news.example/")


class _Server(http.server.ThreadingHTTPServer):
    asked: list[tuple[str, dict[str, str]]]


class _Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path; what it is asked is kept."""

    server: _Server

    def do_GET(self) -> None:
        """Answer as the path asks."""
        self.server.asked.append((self.path, dict(self.headers)))
        kind = self.path.strip("/")
        try:
            self._answer(kind)
        except OSError:
            return  # the client has seen enough

    def _answer(self, kind: str) -> None:
        if kind.startswith("to=") or kind == "loop":
            self.send_response(302)
            self.send_header("Location", kind[3:] if kind.startswith("to=") else "/loop")
            self.end_headers()
            return
        if kind == "headers":  # a line every now and then, for ever
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for number in range(400):
                self.wfile.write(f"X-{number}: 1\r\n".encode())
                time.sleep(0.1)
            return
        if kind == "silent":
            time.sleep(8)
            return
        self.send_response(200)
        self.send_header("Content-Type", "image/png" if kind == "png" else "text/plain; charset=UTF-8")
        if kind in ("gzip", "bomb", "br"):
            self.send_header("Content-Encoding", "br" if kind == "br" else "gzip")
        body = {"gzip": gzip.compress(b"packed"), "bomb": gzip.compress(bytes(5_000_000))}.get(kind, b"x" * 1_000)
        if kind == "short":
            self.send_header("Content-Length", "5000")
        self.end_headers()
        for _ in range(200 if kind in ("big", "slow") else 1):
            self.wfile.write(body)
            time.sleep(0.1 if kind == "slow" else 0)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""
        return


@pytest.fixture
def site() -> Iterator[_Server]:
    """Serve answers of every kind."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.asked = []
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def url(site: _Server, path: str) -> str:
    """Return an address of the server."""
    return f"http://127.0.0.1:{site.server_address[1]}/{path}"


def test_a_redirect_inside_is_refused(site: _Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: each step is resolved and checked anew, and the connection goes to the very address that was checked."""
    own = httpcore.SyncBackend.connect_tcp
    connected: list[str] = []

    def connect(backend: Any, host: str, port: int, **options: Any) -> Any:
        connected.append(host)
        assert host == PUBLIC
        return own(backend, "127.0.0.1", site.server_address[1], **options)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)

    def resolver(host: str, port: int) -> list[str]:
        return [PUBLIC] if host == "public.example" else ["127.0.0.1"]

    for target in INSIDE:
        with pytest.raises(SourceError):
            HttpClient(seconds=scaled(3), resolver=resolver).page(f"http://public.example/to={target}")
        with pytest.raises((PageUnavailable, RetryLater)):
            Crawler(delay=0, total_seconds=scaled(3), wait=lambda _: None, resolver=resolver).get(
                f"http://public.example/to={target}"
            )
    assert {path for path, _ in site.asked} == {f"/to={target}" for target in INSIDE} | {"/robots.txt"}
    assert set(connected) == {PUBLIC}


@pytest.mark.parametrize(
    ("path", "why"),
    [("big", "more than 50 kB"), ("bomb", "more than 50 kB"), ("slow", "too long"), ("headers", "too long"),
     ("silent", "too long"), ("loop", "more than 5"), ("br", "compressed"), ("png", "image/png"),
     ("short", "cannot be fetched")],
)  # fmt: skip
def test_a_fetch_has_bounds(site: _Server, path: str, why: str) -> None:
    """Claim: size and time are bounded, slow headers included, and every message says what to do."""
    began = time.monotonic()
    client = HttpClient(most=50_000, seconds=1.5 if why == "too long" else scaled(1.5), allow_private=True)
    with pytest.raises(SourceError, match=why) as caught:
        client.page(url(site, path))
    assert time.monotonic() - began < scaled(4)
    assert ";" in caught.value.reason


def test_a_page_within_bounds_is_fetched(site: _Server) -> None:
    """Claim: the body is unpacked, and the charset is the server's."""
    client = HttpClient(most=50_000, seconds=scaled(3), allow_private=True)
    page = client.page(url(site, "gzip"))
    assert (page.data, page.charset, page.media) == (b"packed", "utf-8", "text/plain")
    assert client.page(url(site, "to=/ok")).address.endswith("/ok")


def test_an_answer_that_nobody_waits_for_is_let_go_of(site: _Server) -> None:
    """Claim: `over` ends a request in the middle of slow headers."""
    over = threading.Event()
    threading.Timer(0.5, over.set).start()
    began = time.monotonic()
    with pytest.raises(SourceError):
        HttpClient(allow_private=True, over=over.is_set).page(url(site, "headers"))
    assert time.monotonic() - began < scaled(4)


def test_a_password_in_an_address_is_used_and_never_shown(site: _Server) -> None:
    """Claim: neither messages nor articles have it, and the server that it is for gets it."""
    for path in ("png", "ok", "loop"):
        address = url(site, path).replace("//", "//user:s3cret@")
        (item,) = read_articles(address, defaults=MetadataDefaults(allow_private=True, any_language=True))
        assert "s3cret" not in repr(item)
    assert all("Authorization" in headers for path, headers in site.asked if path in ("/png", "/ok"))
    for address, shown in (
        ("https://user:pw@h/x?a=b@c", "https://h/x?a=b@c"),
        ("https://user:p/w@h/x", "https://h/x"),
        ("https://user:p#w?@h/x", "https://h/x"),
        ("https://h/@name/x", "https://h/@name/x"),
        ("https://h:8080/@name", "https://h:8080/@name"),
        ("https://[::1]/@name", "https://[::1]/@name"),
    ):
        assert without_password(address) == shown
    (item,) = read_articles("http://user:s3c/ret@h/x")
    assert isinstance(item, SourceError)
    assert "s3c" not in str(item)


def test_private_addresses_need_leave(site: _Server) -> None:
    """Claim: `read` refuses the machine's own addresses unless they are allowed, and says how."""
    (item,) = read_articles(url(site, "ok"))
    assert isinstance(item, SourceError)
    assert "--allow-private" in item.reason
    assert site.asked == []


def test_retry_after_may_be_a_date() -> None:
    """Claim: seconds and dates are understood, and what is neither asks for nothing (RFC 9110, 10.2.3)."""

    def now() -> datetime:
        return datetime(2026, 3, 4, 10, 0, 0, tzinfo=UTC)

    assert retry_after("120", now) == 120
    assert retry_after("Wed, 04 Mar 2026 10:05:00 GMT", now) == 300
    assert retry_after("Wed, 04 Mar 2026 09:00:00 GMT", now) == 0
    assert [retry_after(odd, now) for odd in ("", "soon", "-5", "Fri, 99 Foo 9999 99:99:99 GMT")] == [0, 0, 0, 0]
