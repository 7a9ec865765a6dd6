"""A watch against a real server on 127.0.0.1 that serves feeds, and everything that servers do wrong."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from onrecord.errors import SourceError
from onrecord.pipeline import Pipeline
from onrecord.read.crawler import Crawler
from onrecord.read.feeds import load_feeds, parse_listing
from onrecord.record import Ledger
from onrecord.runners.health import served
from onrecord.runners.near_duplicates import likeness, signature
from onrecord.runners.watch import Event, Schedule, Watch
from onrecord.runners.watch_state import WatchState
from tests.machine import scaled
from tests.made import ROOT
from tests.unit.show.cli.conftest import Extractor, Interpreter

pytest.importorskip("feedparser")

FILL = (
    "The council of the town met for the third time in a week. Nobody at the meeting knew how long the works on the "
    "harbour wall would take, and the engineers gave no date. The harbour has been shut since the storm in January, "
    "and the boats lie in the river until further notice. A vote on the budget was put off until the summer."
)


def page(quote: str, fill: str = FILL, title: str = "Ferry") -> bytes:
    """Build a page with a quotation."""
    paragraphs = "".join(f"<p>{one}</p>" for one in (quote, *fill.split(". ", 1)))
    head = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
    return f"{head}{paragraphs}</article></body></html>".encode()


WANT = "“We want the ferry to run again in the spring,” said Orr."


class Site:
    """What the server serves: path to (status, headers, body), or a function of the handler."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, str], float]] = []
        self.url = ""

    def html(self, path: str, body: bytes) -> None:
        """Publish a page."""
        self.pages[path] = (200, {"Content-Type": "text/html; charset=utf-8"}, body)

    def rss(self, path: str, *links: str, **more: str) -> None:
        """Publish a feed."""
        items = "".join(
            f"<item><link>{self.url}{link}</link><pubDate>{more.get(link, '')}</pubDate></item>" for link in links
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()
        self.pages[path] = (200, {"Content-Type": "application/rss+xml"}, body)

    def paths(self) -> list[str]:
        """Return the paths that were requested."""
        return [path for path, _, _ in self.asked]


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve a site whose pages a test sets."""
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.path, dict(self.headers), time.monotonic()))
            found = made.pages.get(self.path, (404, {}, b"no"))
            if callable(found):
                found(self)
                return
            status, headers, body = found
            if "ETag" in headers and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


Look = Callable[..., list[Event]]


@pytest.fixture
def clock() -> Clock:
    """Make a clock that a test moves."""
    return Clock()


@pytest.fixture
def look(site: Site, tmp_path: Path, clock: Clock) -> Look:
    """One look at the feeds, as one start of the program."""

    def once(*feeds: str, **options: Any) -> list[Event]:
        from onrecord.read.feeds import Feed

        pipeline = Pipeline(Extractor(), Interpreter(None))
        polite = Crawler(
            delay=0.0,
            total_seconds=min(4.0, scaled(1.0)),
            dice=random.Random(1),
            wait=lambda seconds: None,
            allow_private=True,
        )
        seen = WatchState(tmp_path / "l.db.watch")
        try:
            with Ledger(tmp_path / "l.db") as ledger:
                watch = Watch(
                    [Feed(site.url + feed, "The Courier") for feed in feeds], seen, ledger, pipeline.read_article,
                    reader="test", polite=options.pop("polite", polite), schedule=Schedule(every=600), clock=clock,
                )  # fmt: skip
                return list(watch.run(once=True))
        finally:
            seen.close()

    return once


def quotes(tmp_path: Path) -> list[str]:
    """Return the quotations of a valid ledger."""
    with Ledger(tmp_path / "l.db") as ledger:
        assert ledger.verify().ok
        return [statement.quote for statement in ledger.statements()]


def kinds(events: list[Event]) -> list[str]:
    """Return the kinds of events."""
    return [event.kind for event in events]


def test_new_pages_are_read_once(site: Site, look: Look, clock: Clock, tmp_path: Path) -> None:
    """A page is read when a feed lists it first, and not again while nothing says that it changed."""
    site.html("/1", page(WANT))
    site.rss("/feed", "/1")
    assert kinds(look("/feed")) == ["article"]
    assert kinds(look("/feed")) == []
    clock.now += 601
    assert kinds(look("/feed")) == []
    assert site.paths().count("/1") == 1
    assert quotes(tmp_path) == ["We want the ferry to run again in the spring"]
    assert all("OnRecordBot" in headers["User-Agent"] for _, headers, _ in site.asked)


def test_what_has_not_changed_is_not_sent_again(site: Site, look: Look, clock: Clock) -> None:
    """Later requests carry the validators of the last answer, so that unchanged pages are not sent again."""
    site.html("/1", page(WANT))
    site.rss("/feed", "/1")
    site.pages["/feed"][1].update({"ETag": '"f1"', "Last-Modified": "Mon, 02 Mar 2026 10:00:00 GMT"})
    site.pages["/1"][1]["ETag"] = '"p1"'
    look("/feed")
    clock.now += 3601
    look("/feed")
    again = {path: headers for path, headers, _ in site.asked[3:]}
    assert again["/feed"]["If-None-Match"] == '"f1"'
    assert again["/feed"]["If-Modified-Since"] == "Mon, 02 Mar 2026 10:00:00 GMT"
    assert again["/1"]["If-None-Match"] == '"p1"'


def test_robots_are_kept_to(site: Site, look: Look, tmp_path: Path) -> None:
    """A page that robots.txt excludes is never requested, and its event says so."""
    site.pages["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /closed/\n")
    site.html("/closed/1", page(WANT))
    site.rss("/feed", "/closed/1")
    (event,) = look("/feed")
    assert (event.kind, event.detail["again"]) == ("failed", False)
    assert "robots.txt" in event.detail["reason"]
    assert "/closed/1" not in site.paths()
    site.pages["/robots.txt"] = (503, {}, b"")
    assert kinds(look("/feed2")) == ["feed failed"], "where the rules cannot be had, nothing is fetched"
    assert "/feed2" not in site.paths()


def test_robots_are_read_as_the_standard_has_them(site: Site, look: Look) -> None:
    """RFC 9309: `*` and `$` in a path, and the longest rule wins, wherever it stands."""
    rules = b"User-agent: *\nDisallow: /*?print=\nDisallow: /news/\nAllow: /news/open\nDisallow: /*.pdf$\n"
    site.pages["/robots.txt"] = (200, {}, rules)
    for path in ("/a?print=1", "/news/1", "/x.pdf", "/news/open"):
        site.html(path, page(WANT))
    site.rss("/feed", "/a?print=1", "/news/1", "/x.pdf", "/news/open")
    events = {event.url.removeprefix(site.url): event.kind for event in look("/feed")}
    assert events == {"/a?print=1": "failed", "/news/1": "failed", "/x.pdf": "failed", "/news/open": "article"}
    assert {"/a?print=1", "/news/1", "/x.pdf"}.isdisjoint(site.paths())


def test_a_redirect_is_followed_by_the_rules_of_where_it_leads(site: Site, look: Look) -> None:
    """Another host's robots.txt is asked for and kept to; a loop and too long a way end."""
    other = site.url.replace("127.0.0.1", "localhost")
    site.pages["/robots.txt"] = lambda handler: answer(
        handler, b"User-agent: *\nDisallow: /closed\n" if "localhost" in handler.headers["Host"] else b""
    )
    site.pages["/away"] = (302, {"Location": f"{other}/closed"}, b"")
    site.pages["/near"] = (301, {"Location": "/there"}, b"")
    site.html("/closed", page(WANT))
    site.html("/there", page(WANT))
    site.rss("/feed", "/away", "/near")
    events = {event.url.removeprefix(site.url): event for event in look("/feed")}
    assert {path: event.kind for path, event in events.items()} == {"/away": "failed", "/near": "article"}
    assert "robots.txt" in events["/away"].detail["reason"]
    assert "/closed" not in site.paths()


def answer(handler: BaseHTTPRequestHandler, body: bytes, **headers: str) -> None:
    """Send an answer."""
    handler.send_response(200)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def test_packed_answers_and_packed_sitemaps(site: Site, look: Look) -> None:
    """As servers pack what they send, and as sitemaps lie there packed; a bomb is too large, not a full memory."""
    urls = "".join(f"<url><loc>{site.url}/{name}</loc></url>" for name in ("1", "bomb", "torn"))
    site.pages["/map.xml.gz"] = (200, {"Content-Type": "application/gzip"}, gzip.compress(f"<urlset>{urls}".encode()))
    packed = {"Content_Encoding": "gzip", "Content_Type": "text/html"}
    bomb, torn = gzip.compress(bytes(30_000_000), 1), gzip.compress(page(WANT))[:-20]
    site.pages["/1"] = lambda handler: answer(handler, gzip.compress(page(WANT)), **packed)
    site.pages["/bomb"] = lambda handler: answer(handler, bomb, **packed)
    site.pages["/torn"] = lambda handler: answer(handler, torn, **packed)
    events = {event.url.removeprefix(site.url): event for event in look("/map.xml.gz")}
    assert {path: event.kind for path, event in events.items()} == {
        "/1": "article",
        "/bomb": "failed",
        "/torn": "failed",
    }
    assert "10 MB" in events["/bomb"].detail["reason"]
    assert all(headers["Accept-Encoding"] == "gzip" for _, headers, _ in site.asked)


def test_hosts_have_their_pauses(site: Site, look: Look) -> None:
    """Requests to one host are apart by the crawl delay that its robots.txt states."""
    site.pages["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 7\n")
    for number in range(3):
        site.html(
            f"/{number}",
            page(f"“We want ferry number {number},” said Orr.", f"{FILL} {random.Random(number).random()}"),
        )
    site.rss("/feed", "/0", "/1", "/2")
    slept: list[float] = []
    look("/feed", polite=Crawler(delay=2.0, wait=slept.append, clock=lambda: 100.0 + sum(slept), allow_private=True))
    assert [round(pause) for pause in slept] == [2, 7, 7, 7]


def test_a_failing_host_is_asked_ever_less(site: Site, look: Look, clock: Clock) -> None:
    """A failing host is asked when it said, and after ever longer pauses."""
    site.pages["/feed"] = (503, {"Retry-After": "4000"}, b"")
    (event,) = look("/feed")
    assert "503" in event.detail["reason"]
    clock.now += 3999
    assert look("/feed") == []
    clock.now += 2
    assert kinds(look("/feed")) == ["feed failed"]
    polite = Crawler(dice=random.Random(3), wait=lambda seconds: None, total_seconds=scaled(1.0), allow_private=True)
    site.pages["/x"] = (500, {}, b"")
    waits = []
    for _ in range(6):
        with pytest.raises(SourceError) as caught:
            polite.get(f"{site.url}/x")
        waits.append(caught.value.seconds)  # type: ignore[attr-defined]
    for number, wait in enumerate(waits):
        assert 15 * 2**number <= wait <= 45 * 2**number
    assert len({wait / 2**number for number, wait in enumerate(waits)}) == 6, "with jitter"


def test_a_page_that_comes_back_is_read(site: Site, look: Look, clock: Clock) -> None:
    """A page that failed is tried again and read once the server delivers it; a missing one is given up."""
    site.pages["/1"] = (500, {}, b"")
    site.rss("/feed", "/1")
    (event,) = look("/feed")
    assert event.detail["again"]
    site.html("/1", page(WANT))
    clock.now += 3600
    assert kinds(look("/feed")) == ["article"]
    site.rss("/feed", "/gone")
    clock.now += 3600
    assert [e.detail["again"] for e in look("/feed") if e.kind == "failed"] == [False]


def slow(handler: BaseHTTPRequestHandler) -> None:
    """Send an answer slowly."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    try:
        for _ in range(60):
            handler.wfile.write(b"<p>and</p>\n")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass


def slow_headers(handler: BaseHTTPRequestHandler) -> None:
    """A header every 0.3 s, for 30 s."""
    handler.send_response(200)
    try:
        for number in range(100):
            handler.send_header(f"X-{number}", "x")
            handler.flush_headers()
            time.sleep(0.3)
    except OSError:
        pass


def cut(handler: BaseHTTPRequestHandler) -> None:
    """The network goes away in the middle of a body."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b"<html><body>")
    handler.close_connection = True


def test_what_servers_do_wrong_costs_its_page_alone(site: Site, look: Look, tmp_path: Path) -> None:
    """Slow, cut, circular and foreign answers cost their own page alone, each with its reason."""
    site.pages["/slow"] = slow
    site.pages["/cut"] = cut
    site.pages["/loop"] = (302, {"Location": "/loop2"}, b"")
    site.pages["/loop2"] = (302, {"Location": "/loop"}, b"")
    site.pages["/ftp"] = (302, {"Location": "ftp://127.0.0.1/x"}, b"")
    site.pages["/image"] = (200, {"Content-Type": "image/png"}, b"\x89PNG")
    site.pages["/empty"] = (200, {"Content-Type": "text/html"}, b"")
    site.pages["/menu"] = (200, {"Content-Type": "text/html"}, b"<html><body>Home About</body></html>")
    lie = page("“We want the ferry – now,” said Orr.").decode().encode("cp1252")
    site.pages["/lie"] = (200, {"Content-Type": "text/html; charset=utf-8"}, lie)
    site.html("/good", page(WANT, " ".join(f"word{n}" for n in range(60)) + ". It ends here."))
    bad = ("/slow", "/cut", "/loop", "/ftp", "/image", "/empty", "/menu")
    site.rss("/feed", *bad, "/lie", "/good")
    events = {event.url.removeprefix(site.url): event for event in look("/feed")}
    assert {path: events[path].kind for path in bad} == dict.fromkeys(bad, "failed") | {"/menu": "left out"}
    for path, words in (
        ("/slow", "too long"),
        ("/loop", "redirected more than"),
        ("/ftp", "not a web address"),
        ("/image", "image/png"),
    ):
        assert words in events[path].detail["reason"]
    assert events["/good"].kind == events["/lie"].kind == "article"
    assert any("–" in quote for quote in quotes(tmp_path)), "the charset that the server claims is not the page's"


def test_broken_feeds_are_read_as_far_as_they_go(site: Site, look: Look) -> None:
    """A broken feed gives the entries before the break; a page that is no feed is reported."""
    site.html("/1", page(WANT))
    broken = f"<rss version='2.0'><channel><item><link>{site.url}/1</link></item><item><title>T & <b>".encode()
    site.pages["/broken"] = (200, {"Content-Type": "text/xml; charset=ascii"}, broken)
    site.pages["/nothing"] = (200, {"Content-Type": "text/xml"}, b"<html>not a feed</html>")
    events = look("/broken", "/nothing")
    assert sorted(kinds(events)) == ["article", "feed failed"]


def test_a_silent_edit_is_reported_and_both_versions_are_kept(
    site: Site, look: Look, clock: Clock, tmp_path: Path
) -> None:
    """A quotation changed in place is reported with its old and new words, and both versions are kept."""
    site.html("/1", page(WANT))
    site.rss("/feed", "/1")
    look("/feed")
    site.html("/1", page(WANT.replace("want the ferry", "do not want the ferry")))
    clock.now += 3601
    events = look("/feed")
    assert kinds(events) == ["edit", "version"]
    assert events[0].detail == {
        "speaker": "Orr",
        "before": "We want the ferry to run again in the spring",
        "after": "We do not want the ferry to run again in the spring",
    }
    assert quotes(tmp_path) == ["We do not want the ferry to run again in the spring"], "the view has the last version"
    with Ledger(tmp_path / "l.db") as ledger:
        assert len(list(ledger.articles())) == 2
        assert ledger.verify().statements == 2


def test_a_reprint_is_linked_and_is_no_evidence(site: Site, look: Look, tmp_path: Path) -> None:
    """Pages with the text of another page are linked to it and add no statements."""
    site.html("/wire", page(WANT))
    site.html("/paper", page(WANT, FILL + " Reporting by our own staff.", title="Harbour"))
    site.html("/same", page(WANT))
    site.html("/other", page(WANT, " ".join(reversed(FILL.split())).replace(".", "") + ". So it ends."))
    site.rss("/feed", "/wire", "/paper", "/same", "/other")
    events = {event.url.removeprefix(site.url): event for event in look("/feed")}
    assert {path: event.kind for path, event in events.items()} == {
        "/other": "article", "/paper": "article", "/same": "reprint", "/wire": "reprint",
    } or {path: event.kind for path, event in events.items()} == {
        "/other": "article", "/paper": "reprint", "/same": "reprint", "/wire": "article",
    }  # fmt: skip
    assert len(quotes(tmp_path)) == 2
    seen = WatchState(tmp_path / "l.db.watch")
    assert len(seen.reprints()) == 2
    assert all(share >= 0.7 for _, _, share in seen.reprints())
    seen.close()


def test_a_reprint_that_is_touched_up_stays_one(site: Site, look: Look, clock: Clock, tmp_path: Path) -> None:
    """Another line at its end makes no second witness of it; another text does."""
    site.html("/a", page(WANT))
    site.rss("/feed", "/a")
    look("/feed")
    site.html("/b", page(WANT))
    site.rss("/feed", "/a", "/b")
    clock.now += 601
    assert kinds(look("/feed")) == ["reprint"]
    site.html("/b", page(WANT, FILL + " Updated at noon."))
    clock.now += 3601
    assert kinds(look("/feed")) == ["reprint"]
    assert len(quotes(tmp_path)) == 1
    site.html("/b", page(WANT, " ".join(f"and the word{n}" for n in range(40)) + ". It ends here."))
    clock.now += 6 * 3601
    assert kinds(look("/feed")) == ["article"]
    assert len(quotes(tmp_path)) == 2


def test_sitemaps_and_json_feeds(site: Site, look: Look) -> None:
    """Sitemap indexes, sitemaps and JSON Feeds list pages as RSS does."""
    for number, words in enumerate(("first", "second", "third")):
        site.html(
            f"/{number}",
            page(f"“We want the {words} ferry,” said Orr.", " ".join(f"and the {words}{n}" for n in range(40)) + "."),
        )
    index = f"<sitemapindex><sitemap><loc>{site.url}/map</loc></sitemap></sitemapindex>"
    urls = f"<urlset><url><loc>{site.url}/0</loc><lastmod>2026-03-01</lastmod></url></urlset>"
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "/1", "date_published": "2026-03-01"}]}
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{site.url}/2"/><id>2</id></entry></feed>'
    site.pages["/index.xml"] = (200, {"Content-Type": "text/xml"}, index.encode())
    site.pages["/map"] = (200, {"Content-Type": "text/xml"}, urls.encode())
    site.pages["/feed.json"] = (200, {"Content-Type": "application/feed+json"}, json.dumps(feed).encode())
    site.pages["/atom"] = (200, {"Content-Type": "application/atom+xml"}, atom.encode())
    assert kinds(look("/index.xml", "/feed.json", "/atom")) == ["article"] * 3


def test_lists_of_feeds(tmp_path: Path) -> None:
    """Feeds are loaded from OPML and YAML, and a list that is broken is refused."""
    opml = '<opml><body><outline text="The &amp; Courier" xmlUrl="https://e.org/a?x=1&amp;y=2"/><outline text="x"/>'
    (tmp_path / "f.opml").write_text(opml)
    (feed,) = load_feeds(tmp_path / "f.opml")
    assert (feed.url, feed.outlet) == ("https://e.org/a?x=1&y=2", "The & Courier")
    (tmp_path / "f.yaml").write_text("- https://e.org/a\n- {url: https://e.org/b, outlet: B}\n- https://e.org/a\n")
    assert [(f.url, f.outlet) for f in load_feeds(tmp_path / "f.yaml")] == [
        ("https://e.org/a", None),
        ("https://e.org/b", "B"),
    ]
    for text in ("", "- ftp://e.org\n", "- 3\n", "a: [", "<rss/>"):
        (tmp_path / "w").write_text(text)
        with pytest.raises(SourceError):
            load_feeds(tmp_path / "w")
    with pytest.raises(SourceError, match="not a feed"):
        parse_listing(b"<html></html>", "https://e.org")


def test_likeness_of_texts() -> None:
    """Texts with small differences are alike, shuffled ones are not, and short ones have no signature."""
    one, other = signature(FILL), signature(FILL + " One more sentence at the end.")
    strange = signature(" ".join(reversed(FILL.split())))
    assert one is not None
    assert other is not None
    assert strange is not None
    assert likeness(one, other) > 0.75
    assert likeness(one, strange) < 0.1
    assert signature("too short") is None


@pytest.mark.parametrize("changed", [1, 3, 6, 10, 20, 40])
def test_likeness_is_the_share_of_shingles_in_common(changed: int) -> None:
    """Against the share as counted, for texts that are a little and very different: 128 hashes err by less."""
    dice = random.Random(changed)
    words = [f"word{n}" for n in range(200)]
    other = list(words)
    for place in dice.sample(range(200), changed):
        other[place] = f"else{place}"
    one, two = ({tuple(some[n : n + 4]) for n in range(197)} for some in (words, other))
    expected = len(one & two) / len(one | two)
    first, second = signature(" ".join(words)), signature(" ".join(other))
    assert first is not None
    assert second is not None
    assert abs(likeness(first, second) - expected) < 0.15
    assert len(set(first.tolist())) > 100, "each hash has an order of its own"


def test_health_and_metrics(site: Site, look: Look) -> None:
    """Health and metrics are served over HTTP while the block runs."""
    from onrecord.runners.watch import Metrics

    clock = Clock()
    metrics = Metrics(clock)
    metrics.event("article")
    metrics.counts({"pages": 3})
    with served(metrics, 0) as port:
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
        assert 'onrecord_watch_events_total{kind="article"} 1\n' in text
        assert "onrecord_watch_pages 3\n" in text
        assert json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/health"))["ok"]
        clock.now += 1000
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health")
        assert caught.value.code == 503
        caught.value.close()


@pytest.mark.parametrize(
    ("answer", "number"), [("body", signal.SIGINT), ("headers", signal.SIGTERM)], ids=["body", "headers"]
)
def test_a_slow_page_does_not_hold_up_the_end(site: Site, tmp_path: Path, answer: str, number: signal.Signals) -> None:
    """Told to stop while a body or headers come for 30 s, the program ends within 5 s, and asks for the page again."""
    site.pages["/slow"] = slow_headers if answer == "headers" else lambda handler: [slow(handler) for _ in range(5)]
    site.rss("/feed", "/slow")
    (tmp_path / "feeds.yaml").write_text(f"- {site.url}/feed\n")
    command = [sys.executable, "-m", "onrecord", "watch", "feeds.yaml", "--allow-private", "--delay", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
    ) as child:  # fmt: skip
        deadline = time.monotonic() + scaled(90)
        while "/slow" not in site.paths() and time.monotonic() < deadline:
            time.sleep(0.05)
        child.send_signal(number)
        begin = time.monotonic()
        out, said = child.communicate(timeout=scaled(60))
        assert time.monotonic() - begin < scaled(5)
        assert (child.returncode, out) == (0, ""), said
    seen = WatchState(tmp_path / "onrecord.db.watch")
    assert [due.url for due in seen.due_pages(time.time())] == [f"{site.url}/slow"]
    seen.close()


def test_the_program_stops_at_sigterm_and_goes_on(site: Site, tmp_path: Path) -> None:
    """The real command with the real models: read, stop, start, nothing twice."""
    site.html("/1", page(WANT))
    site.rss("/feed", "/1")
    (tmp_path / "feeds.yaml").write_text(f"- {site.url}/feed\n")
    command = [
        sys.executable,
        "-m",
        "onrecord",
        "watch",
        "feeds.yaml",
        "--allow-private",
        "--every",
        "1",
        "--delay",
        "0",
        "--port",
        "0",
    ]
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    for expected in (1, 0):
        with subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": paths},
        ) as child:  # fmt: skip
            assert child.stdout is not None
            before = len(site.asked)
            deadline = time.monotonic() + scaled(90)
            if expected:
                assert json.loads(child.stdout.readline())["event"] == "article"
            while site.paths()[before:].count("/feed") < 2 and time.monotonic() < deadline:
                time.sleep(0.1)
            child.send_signal(signal.SIGTERM)
            out, said = child.communicate(timeout=scaled(5))
            assert child.returncode == 0, said
            assert "stopped; what was read is kept" in said
            assert out == ""
    assert site.paths().count("/1") == 1
    with Ledger(tmp_path / "onrecord.db") as ledger:
        assert len(list(ledger.articles())) == 1
        assert ledger.verify().ok
