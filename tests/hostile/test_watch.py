"""A watch against a server on 127.0.0.1 whose feeds and pages are hostile: it never ends, and misses nothing good."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

pytest.importorskip("feedparser")

from onrecord.pipeline import Pipeline
from onrecord.read.crawler import Crawler
from onrecord.read.feeds import Feed
from onrecord.record import Ledger
from onrecord.runners.health import served
from onrecord.runners.watch import Event, Schedule, Watch
from onrecord.runners.watch_state import WatchState
from tests.hostile.corpus import SAID, corpus
from tests.hostile.shapes import FEEDS
from tests.hostile.test_corpus import ADVICE
from tests.machine import scaled
from tests.unit.show.cli.conftest import Extractor, Interpreter

BODY = f"<article><p>{SAID * 3}</p><p>“We want it,” said Orr.</p></article>"
GOOD = f"<html><head><title>T</title></head><body>{BODY}</body></html>"
ENTRIES = 200


def rss(links: list[str], more: str = "") -> bytes:
    """Build a feed that lists some links."""
    items = "".join(f"<item><link>{link}</link>{more}</item>" for link in links)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()


def hostile_feeds(url: str) -> dict[str, bytes]:
    """Feeds that once ended a watch, and others of their kind."""
    odd = [5, None, [], {"a": 1}, "http://h/\ud800", "http://[evil/", "x" * 9_000, "\u202e", "javascript:alert(1)"]
    return {
        "bracket": rss(["http://[evil/", f"{url}/good-bracket"]),
        "number": json.dumps({"items": [{"url": one} for one in odd] + [{"url": f"{url}/good-number"}]}).encode(),
        "date": rss([f"{url}/good-date"], "<pubDate>9999-12-31T23:59:59-23:00</pubDate>"),
        "sitemap": f"<urlset><url><loc>http://[evil/</loc></url><url><loc>{url}/good-sitemap</loc></url>".encode(),
        "index": f"<sitemapindex><sitemap><loc>{url}/index</loc></sitemap><sitemap><loc>http://[x/</loc>".encode(),
        "packed": gzip.compress(bytes(30_000_000)),
        "noise": bytes(range(256)) * 20,
        "list": b"[1,2,3]",
        "deep": b'{"items":' * 5_000,
        "empty": b"",
    } | {name.replace(" ", "-"): make(4_000) for name, make in FEEDS.items()}


class _Server(ThreadingHTTPServer):
    pages: dict[str, bytes]
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Answer with the page of the path."""
        path = self.path.strip("/")
        body = self.server.pages.get(path)
        try:
            if path.startswith("loop"):
                self.send_response(302)
                self.send_header("Location", self.path)
            elif path.startswith("inside"):
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:9/closed")
            elif path.startswith("cut"):
                self.send_response(200)
                self.send_header("Content-Length", "9999")
            else:
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body or b"")
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Log nothing."""
        return


@pytest.fixture
def site() -> Iterator[_Server]:
    """Serve hostile pages."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.pages = {}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def watched(feeds: list[str], tmp_path: Path, *, private: bool) -> tuple[list[Event], list[dict[str, object]]]:
    """The events of one round over these feeds, and the feeds that fail after it."""
    seen = WatchState(tmp_path / "l.watch")
    pipeline = Pipeline(Extractor(), Interpreter(None))
    polite = Crawler(
        delay=0, total_seconds=scaled(5), dice=random.Random(1), wait=lambda _: None, allow_private=private
    )
    try:
        with Ledger(tmp_path / "l.db") as ledger:
            watch = Watch(
                [Feed(feed) for feed in feeds], seen, ledger, pipeline.read_article, polite=polite,
                schedule=Schedule(every=600),
            )  # fmt: skip
            events = list(watch.run(once=True))
            assert ledger.verify().ok
            return events, watch.metrics.failing()
    finally:
        seen.close()


def check(events: list[Event]) -> None:
    """No event is an internal error, and each failure says what to do."""
    reasons = [str(event.detail["reason"]) for event in events if "reason" in event.detail]
    assert [reason for reason in reasons if "internal error" in reason or not ADVICE.search(reason)] == []


def test_no_feed_ends_the_watch_for_the_others(site: _Server, tmp_path: Path) -> None:
    """Claim: hostile feeds fail alone, with a reason and listed as failing; the good pages of all are read."""
    url = f"http://127.0.0.1:{site.server_address[1]}"
    feeds = hostile_feeds(url)
    good = [f"good-{name}" for name in ("bracket", "number", "date", "sitemap", "last")]
    site.pages = feeds | {name: GOOD.replace("We want it", f"We want {name}").encode() for name in good}
    site.pages["last"] = rss([f"{url}/good-last"])
    events, failing = watched([f"{url}/{name}" for name in [*feeds, "last"]], tmp_path, private=True)
    assert {event.url.rpartition("/")[2] for event in events if event.kind in ("article", "reprint")} == set(good)
    check(events)
    assert {str(one["url"]).rpartition("/")[2] for one in failing} >= {"packed", "noise", "list", "deep", "empty"}


def test_hostile_pages_cost_themselves_alone(site: _Server, tmp_path: Path) -> None:
    """Claim: of a feed of 200 entries, hostile in every way, each good one is read, and a second feed after it."""
    url = f"http://127.0.0.1:{site.server_address[1]}"
    files = [(name, data) for name, data in corpus() if name.endswith((".html", ".txt", ".pdf"))]
    random.Random(3).shuffle(files)
    links, good = [], []
    for number in range(ENTRIES // 2):
        data = files[number][1]
        kind = ("page", "loop", "inside", "cut", "gone", "page", "page", "page")[number % 8]
        path = f"{kind}-{number}"
        if kind == "page":
            site.pages[path] = data
        links += [f"{url}/{path}", f"{url}/good-{number}"]
        good.append(f"good-{number}")
        own = GOOD.replace("We want it", f"We want {number} {random.Random(number).random()}")
        site.pages[f"good-{number}"] = own.encode()
    site.pages["first"] = rss(links)
    site.pages["good-second"] = GOOD.encode()
    site.pages["second"] = rss([f"{url}/good-second"])
    begin = time.monotonic()
    events, _ = watched([f"{url}/first", f"{url}/second"], tmp_path, private=True)
    assert time.monotonic() - begin < scaled(600)
    read = {event.url.rpartition("/")[2] for event in events if event.kind in ("article", "reprint")}
    assert {*good, "good-second"} <= read
    check(events)


def test_passwords_in_addresses_are_not_printed(site: _Server, tmp_path: Path) -> None:
    """Claim: neither that of a feed nor those of the addresses that it lists stand in an event, the state or the
    ledger."""
    url = f"http://127.0.0.1:{site.server_address[1]}"
    inside = url.replace("//", "//user:s3cret@")
    site.pages["feed"] = rss([f"{inside}/good", f"{inside}/missing"])
    site.pages["good"] = GOOD.encode()
    events, _ = watched([f"{inside}/feed", f"{inside}/none"], tmp_path, private=True)
    assert {event.kind for event in events} == {"article", "failed", "feed failed"}
    assert "s3cret" not in repr(events)
    with Ledger(tmp_path / "l.db") as ledger:
        assert "s3cret" not in repr(list(ledger.articles()))


def test_without_leave_nothing_private_is_asked(site: _Server, tmp_path: Path) -> None:
    """Claim: a watch that may not ask private addresses asks none, and says so."""
    url = f"http://127.0.0.1:{site.server_address[1]}"
    site.pages["feed"] = rss([f"{url}/good"])
    (event,) = watched([f"{url}/feed"], tmp_path, private=False)[0]
    assert event.kind == "feed failed"
    assert "private" in event.detail["reason"]


def test_a_failing_feed_is_asked_ever_less_and_health_names_it(site: _Server, tmp_path: Path) -> None:
    """Claim: the pauses of a feed that is none double, another feed keeps its own; /health lists the failing one
    without its password, and answers that the watch itself is well.
    """
    url = f"http://127.0.0.1:{site.server_address[1]}"
    site.pages |= {"good": rss([]), "bad": b"no feed"}
    now = [1_000_000.0]
    polite = Crawler(delay=0, total_seconds=scaled(5), wait=lambda _: None, allow_private=True)
    seen = WatchState(tmp_path / "l.watch")
    bad = f"{url}/bad".replace("//", "//user:s3cret@")
    asked: list[float] = []
    with Ledger(tmp_path / "l.db") as ledger:
        watch = Watch(
            [Feed(f"{url}/good"), Feed(bad)], seen, ledger, Pipeline(Extractor(), Interpreter(None)).read_article,
            polite=polite, schedule=Schedule(every=600), clock=lambda: now[0],
        )  # fmt: skip
        for _ in range(64):
            if any(event.kind == "feed failed" for event in watch.run(once=True)):
                asked.append(now[0])
            now[0] += 600
        pauses = [round((b - a) / 600) for a, b in itertools.pairwise(asked)]
        assert pauses[:5] == [1, 2, 4, 8, 16]
        assert list(watch.run(once=True)) == []
        with served(watch.metrics, 0) as port:
            answer = httpx.get(f"http://127.0.0.1:{port}/health")
        (failing,) = answer.json()["failing_feeds"]
        assert failing["url"] == f"{url}/bad"
        assert failing["failures"] == len(asked)
        assert "; " in failing["reason"]
        assert "s3cret" not in answer.text
    seen.close()
