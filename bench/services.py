"""Start the services of compose.yaml with a feed of their own, and look whether what the feed tells reaches the desk.

`python bench/services.py` needs Docker, or Podman with podman-compose, and the images: `COMPOSE` names the command
(`docker compose` unless it is set). It adds a person, starts the database, the desk and the watch, waits for the
article of a feed in a fourth container, logs in at the desk and stops everything again. It fails where the desk does
not answer, where the watch reads nothing, or where a new start of the watch adds anything.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "src" / "onrecord" / "data" / "sample"
COMPOSE = os.environ.get("COMPOSE", "docker compose").split()
DESK = "http://localhost:8765"
PASSWORD = "a password for this trial"
WAIT = 300.0  # seconds for an image to start and the article to be read
FEED_SERVICE = """  feed:
    image: docker.io/library/python:3.11-slim
    command: [python3, -m, http.server, "8080", --directory, /feed]
    volumes:
      - ./feed:/feed:ro

volumes:
  ledger:"""
FEED = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>Brask Herald</title><link>http://feed:8080/</link><description>News</description>
<item><title>Venn on peacekeepers</title><link>http://feed:8080/one.html</link>
<pubDate>Thu, 05 Mar 2026 08:00:00 GMT</pubDate></item></channel></rss>
"""


def main() -> int:
    """Start the services, read the feed, look at the desk; returns 1 where something is not as it should be."""
    with tempfile.TemporaryDirectory(prefix="services-") as place:
        folder = Path(place)
        prepare(folder)
        try:
            compose(folder, "run", "--rm", "-T", "desk", "user", "add", "ANNA", "--role", "admin", told=PASSWORD + "\n")
            compose(folder, "up", "-d")
            print(f"/health: {until(health)}")
            found = until(lambda: statements(folder))
            print(f"statements in PostgreSQL: {len(found)}, of {', '.join(sorted({one['speaker'] for one in found}))}")
            print(f"the desk's overview names Ola Venn: {'Ola Venn' in overview()}")
            compose(folder, "restart", "watch")
            time.sleep(20)
            again = len(statements(folder))
            print(f"statements after a new start of the watch: {again}")
            wrong = "Ola Venn" not in overview() or again != len(found)
        finally:
            compose(folder, "down", "--volumes")
    return 1 if wrong else 0


def prepare(folder: Path) -> None:
    """Write the compose file with a feed and the flag to fetch private addresses, the feed, and the configuration."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8").replace("context: .", f"context: {ROOT}")
    text = text.replace("--state, /state/seen.db]", "--state, /state/seen.db, --allow-private, --every, '30']")
    (folder / "compose.yaml").write_text(text.replace("volumes:\n  ledger:", FEED_SERVICE), encoding="utf-8")
    (folder / "config").mkdir()
    (folder / "config" / "feeds.yaml").write_text("- {url: 'http://feed:8080/world.rss', outlet: Brask Herald}\n")
    (folder / "config" / "issues.yaml").write_text((SAMPLE / "sund.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "feed").mkdir()
    (folder / "feed" / "robots.txt").write_text("User-agent: *\nAllow: /\n")
    (folder / "feed" / "world.rss").write_text(FEED)
    paragraphs = (SAMPLE / "dispatch.txt").read_text(encoding="utf-8").split("\n\n")
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    title = "Venn on peacekeepers"
    page = f"<html lang=en><title>{title}</title><article><h1>{title}</h1>{body}</article></html>"
    (folder / "feed" / "one.html").write_text(page, encoding="utf-8")


def compose(folder: Path, *words: str, told: str = "") -> str:
    """Run one command of Compose and return what it printed."""
    environment = os.environ | {"ONRECORD_DB_PASSWORD": "trial"}
    done = subprocess.run([*COMPOSE, *words], cwd=folder, env=environment, input=told, text=True, capture_output=True)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
    return done.stdout


def statements(folder: Path) -> list[dict[str, str]]:
    """Return the statements of the ledger, as the command line prints them in another container."""
    printed = compose(folder, "run", "--rm", "-T", "desk", "statements", "--min-confidence", "0", "--format", "json")
    start = printed.find("[\n") if "[\n" in printed else printed.find("[{")
    try:
        return list(json.JSONDecoder().raw_decode(printed[start:])[0]) if start >= 0 else []
    except json.JSONDecodeError:
        return []


def health() -> str:
    """Return the desk's answer to a check of its health, or nothing where it does not answer."""
    try:
        with urllib.request.urlopen(f"{DESK}/health", timeout=5) as answer:
            return f"{answer.status} {answer.read().decode()}".strip()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return ""


def overview() -> str:
    """Log in at the desk and return its first page."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    form = opener.open(f"{DESK}/login", timeout=30).read().decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    data = urllib.parse.urlencode(fields | {"name": "ANNA", "password": PASSWORD}).encode()
    with opener.open(urllib.request.Request(f"{DESK}/login", data, {"Origin": DESK}), timeout=60) as page:
        return str(page.read().decode())


def until(ask: Callable[[], T]) -> T:
    """Ask again until there is an answer."""
    ends = time.monotonic() + WAIT
    while not (answer := ask()):
        if time.monotonic() > ends:
            raise SystemExit("no answer in time")
        time.sleep(3)
    return answer


if __name__ == "__main__":
    sys.exit(main())
