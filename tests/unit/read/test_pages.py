"""Pages: the article with its metadata, in whatever encoding, from a file or a local server."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.machine import scaled

from onrecord.core.statement import Article, PartialDate
from onrecord.errors import BinarySource, SourceError, SourceTooLarge
from onrecord.read import MAX_BYTES, MetadataDefaults, read_articles
from onrecord.read.http import AddressRefused, HttpClient

BODY = (
    "PORT ANSEL — “We will not,” said Mr. Orr of the café on Monday, after talks between the two sides broke down for "
    "the third time this month."
)
PRIVATE = MetadataDefaults(allow_private=True)
MORE = "The strait would stay closed until the inspectors had left the island for good, he added, and not a day before."
PAGE = f"""<!DOCTYPE html><html><head><meta charset="CHARSET"><title>Orr warns | The Courier</title>
<meta property="og:site_name" content="The Courier"><meta property="og:title" content="Orr warns">
<meta property="article:published_time" content="2026-03-03T10:00:00Z">
<meta property="article:modified_time" content="2026-03-09T10:00:00Z">
<link rel="canonical" href="https://courier.example/orr"></head>
<body><nav><a href="/">Home</a> <a href="/x">About</a></nav><article><h1>Orr warns</h1><p>{BODY}</p><p>{MORE}</p>
</article><footer>Copyright 2019 The Courier</footer></body></html>"""


def page(charset: str) -> bytes:
    """Encode the page in a charset."""
    return PAGE.replace("CHARSET", charset).encode(charset)


def check(item: Article | SourceError) -> None:
    """Check the article and metadata of the page."""
    assert isinstance(item, Article), item
    assert item.text.content == f"{BODY}\n{MORE}"
    assert (item.title, item.outlet, item.url) == ("Orr warns", "The Courier", "https://courier.example/orr")
    assert item.published == PartialDate("2026-03-03")


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "utf-16"])
@pytest.mark.parametrize("name", ["a.html", "a", "a.XHTML"])
def test_the_article_and_its_metadata(tmp_path: Path, charset: str, name: str) -> None:
    """A page gives its article, title, outlet and date in every charset."""
    path = tmp_path / name
    path.write_bytes(page(charset) if charset != "utf-16" or name != "a" else page("utf-8"))
    (item,) = read_articles(path)
    check(item)


@pytest.mark.parametrize(
    "tag",
    [
        f'<img alt="a > b" src="data:image/png;base64,{"A" * 500_000}">',
        f"<span {' '.join(f'a{n}=1' for n in range(50_000))}></span>",
    ],
    ids=["picture", "attributes"],
)
def test_a_very_long_tag_changes_nothing_and_costs_little(tmp_path: Path, tag: str) -> None:
    """A picture inside its tag, or 50,000 attributes, leave the article as it is and are read in no time."""
    (tmp_path / "a.html").write_text(PAGE.replace("CHARSET", "utf-8").replace("<article>", f"<article>{tag}"))
    begin = time.process_time()
    (item,) = read_articles(tmp_path / "a.html")
    check(item)
    assert time.process_time() - begin < scaled(3)


def test_an_xml_declaration_does_not_stop_it(tmp_path: Path) -> None:
    """An XML declaration does not stop the reading of a page."""
    path = tmp_path / "a.html"
    path.write_bytes(b'<?xml version="1.0" encoding="utf-8"?>' + page("utf-8"))
    (item,) = read_articles(path)
    check(item)


def test_a_false_charset_is_noted_and_passed_over(tmp_path: Path) -> None:
    """An unknown charset of a page is noted and ignored."""
    path = tmp_path / "a.html"
    path.write_bytes(PAGE.replace("CHARSET", "ascii-klingon").encode())
    notes: list[str] = []
    (item,) = read_articles(path, notes=notes.append)
    check(item)
    assert "ascii-klingon" in notes[0]


def test_what_is_given_overrides_the_page(tmp_path: Path) -> None:
    """The user's metadata override those of the page."""
    path = tmp_path / "a.html"
    path.write_bytes(page("utf-8"))
    (item,) = read_articles(path, defaults=MetadataDefaults(outlet="Elsewhere", published=PartialDate("2020")))
    assert isinstance(item, Article)
    assert (item.outlet, item.published, item.title) == ("Elsewhere", PartialDate("2020"), "Orr warns")


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer as the path asks."""
        if self.path == "/loop":
            self._answer(302, b"", location="/loop")
        elif self.path == "/ftp":
            self._answer(302, b"", location="ftp://127.0.0.1/x")
        elif self.path == "/moved":
            self._answer(301, b"", location="/page")
        elif self.path == "/page":
            self._answer(200, page("windows-1252"), kind="text/html; charset=klingon")
        elif self.path == "/text":
            self._answer(200, b"He said so.", kind="text/plain")
        elif self.path == "/image":
            self._answer(200, b"\x89PNG", kind="image/png")
        elif self.path == "/big":
            self._answer(200, b"x" * (MAX_BYTES + 70_000))
        elif self.path == "/slow":
            self._drip()
        else:
            self._answer(404, b"")

    def _answer(self, code: int, body: bytes, kind: str = "text/html", location: str | None = None) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        if location:
            self.send_header("Location", location)
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client has seen enough
            self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(40):
                self.wfile.write(b"x")
                time.sleep(0.05)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """Serve pages."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_address[1]}"
    http.shutdown()
    http.server_close()
    thread.join()


def test_a_page_is_fetched_and_redirects_followed(server: str) -> None:
    """A page is fetched, redirects are followed, and plain text is read."""
    (item,) = read_articles(f"{server}/moved", defaults=PRIVATE)
    check(item)
    (item,) = read_articles(f"{server}/text", defaults=PRIVATE)
    assert isinstance(item, Article)
    assert (item.text.content, item.url) == ("He said so.", f"{server}/text")


@pytest.mark.parametrize(
    ("path", "kind", "reason"),
    [
        ("/loop", SourceError, "redirects more than 5 times"),
        ("/ftp", AddressRefused, "only http and https"),
        ("/gone", SourceError, "404"),
        ("/image", BinarySource, "image/png"),
        ("/big", SourceTooLarge, "10 MB"),
    ],
)
def test_what_cannot_be_fetched_is_named(server: str, path: str, kind: type[SourceError], reason: str) -> None:
    """A failed fetch is one error with its kind, reason and address."""
    (item,) = read_articles(server + path, defaults=PRIVATE)
    assert type(item) is kind
    assert isinstance(item, SourceError)
    assert reason in str(item)
    assert "\n" not in str(item)
    assert item.source == server + path


def test_a_body_that_drips_is_given_up(server: str) -> None:
    """A response that arrives byte by byte is given up at the deadline."""
    start = time.monotonic()
    with pytest.raises(SourceError, match="too long"):
        HttpClient(seconds=0.3, allow_private=True).page(f"{server}/slow")
    assert time.monotonic() - start < scaled(1.5)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x", "http://[bad/x", "https://", "http://exa mple/ x"])
def test_an_address_that_cannot_be_reached(address: str) -> None:
    """An address that cannot be reached is one error in one line."""
    (item,) = read_articles(address, defaults=PRIVATE)
    assert isinstance(item, SourceError)
    assert "\n" not in str(item)
    assert "internal error" not in str(item)
