"""How fast the desk answers: ledgers of made-up statements in SQLite, several clients at once, every page.

    python bench/desk.py [--statements 200000 1000000] [--clients 8] [--most 1.0] [--browser] [--paint 1.5]

Prints a Markdown table for each size, and ends with status 1 where a page takes longer than `--most` seconds at the
median, or more than `--paint` until its first paint. Beside the answers of all clients it has the first answer after
the start, the first one after a judgement, and the server's processor time for an answer, which does not depend on what
else runs on the machine.

A ledger is kept under `.bench/` and made again only for another size. Each client walks through the pages in an order
of its own, with values drawn from the ledger, so that not every answer comes out of the cache; a first walk alone warms
the server, as what goes over the whole ledger is worked out once and kept.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from onrecord.core.span import Text
from onrecord.core.statement import Act, Article, Commitment, Form, Judgement, PartialDate, Stance, Statement
from onrecord.lexicon import Codebook, Issue
from onrecord.record import Ledger

ISSUES = [f"issue-{n}" for n in range(20)]
# Made-up words as often as those of a language are (Zipf): the second half as often as the first, and so on.
WORDS = [a + b + c for a in ("dam", "tor", "bri", "har", "gua", "cor") for b in ("ba", "le", "mi", "so", "du", "ke")
         for c in ("n", "st", "rk", "l", "ve", "", "t", "d", "m", "p", "nd", "g", "sh", "ll", "b")]  # fmt: skip
RANKS = [1 / (rank + 2) for rank in range(len(WORDS))]


def judged(value: object, confidence: float = 0.9) -> Judgement[Any]:
    """A judgement of the bench."""
    return Judgement(value=value, rule="bench", confidence=confidence)


def readings(statements: int, draw: random.Random) -> Iterator[tuple[Article, list[Statement]]]:
    """Articles of ten statements each, by 2,000 speakers of 60 states on 20 issues, over four years."""
    people = [(f"Speaker {n}", f"State {n % 60}") for n in range(2_000)]
    weights = [1 / (n + 5) for n in range(2_000)]
    for number in range(statements // 10):
        lines, places = [], []
        at = 0
        for who, side in draw.choices(people, weights, k=10):
            said = f"the {' '.join(draw.choices(WORDS, RANKS, k=12))} must wait until spring"
            line = f"{who} of {side} said {said}. "
            start = at + line.index(said)
            places.append((at, start, start + len(said), who, side))
            lines.append(line)
            at += len(line)
        day = date(2022, 1, 1) + timedelta(days=number * 1460 * 10 // statements)
        article = Article(
            text=Text("".join(lines)), name=f"a{number}", title=f"Report {number}", outlet=f"Outlet {number % 40}",
            published=PartialDate(day.isoformat()),
        )  # fmt: skip
        yield article, [_statement(article, place, draw) for place in places]


def _statement(article: Article, place: tuple[int, int, int, str, str], draw: random.Random) -> Statement:
    begin, start, end, who, side = place
    text = article.text
    return Statement(
        article=article, source=text.cite_all([(begin, begin + len(who))]), cue=text.cite_all([(start - 5, start - 1)]),
        content=text.cite_all([(start, end)]), form=judged(Form.INDIRECT), speaker=judged(who),
        affiliation=judged(side),
        chain=judged(()), venue=judged(None), act=judged(draw.choice(list(Act))), issue=judged(draw.choice(ISSUES)),
        stance=judged(draw.choice(list(Stance)), draw.random()), commitment=judged(draw.choice(list(Commitment))),
        condition=judged(text.cite_all([(end - 12, end)]) if draw.random() < 0.1 else ()), when=judged(None),
    )  # fmt: skip


def make(path: Path, statements: int) -> None:
    """The ledger, in batches of 10,000 statements."""
    book = Codebook(
        name="bench",
        description="",
        issues=tuple(
            Issue(id=key, label=f"Issue {n}", proposition="It is so.", terms=(key,)) for n, key in enumerate(ISSUES)
        ),
    )
    with Ledger(path) as ledger:
        waiting: list[tuple[Article, list[Statement]]] = []
        for reading in readings(statements, random.Random(1)):
            waiting.append(reading)
            if len(waiting) == 1_000:
                ledger.add(waiting, codebook=book)
                waiting = []
        if waiting:
            ledger.add(waiting, codebook=book)


def addresses(draw: random.Random, articles: list[str], ids: list[str]) -> dict[str, str]:
    """One address per page, with drawn values."""
    day = (date(2022, 1, 1) + timedelta(days=draw.randrange(1460))).isoformat()
    issue, person = draw.choice(ISSUES), quote(f"Speaker {draw.randrange(200)}")
    return _of_places(draw, articles, ids) | {
        "overview": "/", "positions": "/positions", "positions on a day": f"/positions?as_of={day}&by=affiliation",
        "articles": f"/articles?first={draw.randrange(100) * 50}", "article": f"/articles/{draw.choice(articles)}",
        "statement": f"/statements/{draw.choice(ids)}",
        "search": f"/search?q={'+'.join(draw.choices(WORDS, RANKS, k=2))}",
        "search by facet": f"/search?issue={issue}&stance=oppose", "issues": "/issues", "issue": f"/issues/{issue}",
        "people": "/people", "person": f"/people/{person}", "conflicts": "/conflicts",
        "conflicts between": "/conflicts?kind=between", "moves": "/conflicts?kind=moved",
        "drift": "/conflicts?kind=drift",
        "network": "/network", "network of an issue": f"/network?issue={issue}&by=speaker", "review": "/review",
        "review of an issue": f"/review?issue={issue}", "add": "/add", "coding": "/coding",
        "api statements": f"/api/v1/statements?limit=20&offset={draw.randrange(1000)}",
        "api positions": "/api/v1/positions",
        "network of a quarter": f"/network?window=quarter&at={draw.randrange(1, 16)}",
        "scenario": "/scenario", "briefing of an issue": f"/brief?on={issue}", "registry": "/registry",
        "codebook": "/codebook", "audit": "/audit", "saved": "/saved", "export": "/export",
        "search in texts": f"/search/texts?q={draw.choice(WORDS[:20])}",
        "filtered overview": f"/?outlet=Outlet+{draw.randrange(3)}",
    }  # fmt: skip


def _of_places(draw: random.Random, articles: list[str], ids: list[str]) -> dict[str, str]:
    """Return the addresses of pages about single cells, ties, statements and articles, and of the small pages."""
    article, statement, side = draw.choice(articles), draw.choice(ids), quote(f"State {draw.randrange(60)}")
    day = (date(2022, 1, 1) + timedelta(days=draw.randrange(1460))).isoformat()
    speakers = [f"Speaker+{n}" for n in draw.sample(range(20), 2)]
    outlets = "&".join(f"pair=Outlet+{n}" for n in draw.sample(range(40), 2))
    return {
        "cell": f"/cells?actor={speakers[0]}&on={draw.choice(ISSUES)}", "tie": f"/tie?a={speakers[0]}&b={speakers[1]}",
        "compare": f"/compare?a={statement}&b={draw.choice(ids)}",
        "drift of two outlets": f"/conflicts?kind=drift&{outlets}",
        "affiliation": f"/people/{side}?by=affiliation", "positions at 80 %": "/positions?min_confidence=0.8",
        "overview since a day": f"/?after={day}", "briefing": "/brief", "briefing of an actor": f"/brief?actor={side}",
        "feed": "/moves.xml", "terms counted": f"/codebook/hits?terms={draw.choice(WORDS)}",
        "statement in review": f"/review/{statement}", "statement to correct": f"/review/{statement}/edit",
        "form in the article": f"/articles/{article}/form?words=1-3", "article to code": f"/articles/{article}/code",
        "history of judgements": "/review/history", "flags": "/flags", "readings": "/readings", "account": "/account",
        "users": "/users", "adaptations": "/adapt",
    }  # fmt: skip


def walk(base: str, seed: int, rounds: int, data: tuple[list[str], list[str]], times: dict[str, list[float]]) -> None:
    """One client."""
    draw = random.Random(seed)
    for _ in range(rounds):
        pages = list(addresses(draw, *data).items())
        draw.shuffle(pages)
        for name, address in pages:
            began = time.perf_counter()
            with urllib.request.urlopen(base + address, timeout=60) as answer:
                answer.read()
            times[name].append(time.perf_counter() - began)


def judge(base: str) -> None:
    """Correct the stance of the first statement that waits for a judgement."""
    with urllib.request.urlopen(base + "/review", timeout=600) as answer:
        page = answer.read().decode()
    key, token = (
        re.findall(pattern, page)[0]
        for pattern in (r'action="/review/([0-9a-f]+)"', r'name="csrf" value="([0-9a-f]+)"')
    )
    stance = re.findall(r'name="stance" value="(\w+)"', page)[0]
    form = urlencode({"csrf": token, "verdict": "correct", "stance": stance}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{base}/review/{key}", form), timeout=600) as answer:
        answer.read()


def used(pid: int) -> float:
    """Return the processor time of a process so far, in milliseconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alone(base: str, seed: int, data: tuple[list[str], list[str]], pid: int) -> dict[str, tuple[float, float]]:
    """Ask for each page once, one after the other: milliseconds until the answer, and of the server's processor."""
    made = {}
    for name, address in addresses(random.Random(seed), *data).items():
        began, before = time.perf_counter(), used(pid)
        with urllib.request.urlopen(base + address, timeout=600) as answer:
            answer.read()
        made[name] = 1000 * (time.perf_counter() - began), used(pid) - before
    return made


PAINTED = {"overview": "/", "positions": "/positions", "issue": "/issues/issue-3", "person": "/people/Speaker%203",
           "affiliation": "/people/State%203?by=affiliation", "changes": "/conflicts?kind=moved", "network": "/network",
           "briefing": "/brief", "search": "/search?q=dambad", "review": "/review", "registry": "/registry",
           "codebook": "/codebook", "scenario": "/scenario"}  # fmt: skip


def paint(base: str) -> dict[str, float]:
    """Return the milliseconds to the first contentful paint of pages in Chromium, the median of five visits."""
    from playwright.sync_api import sync_playwright

    script = "performance.getEntriesByName('first-contentful-paint').map(e => e.startTime)[0]"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        found: dict[str, list[float]] = {name: [] for name in PAINTED}
        for _ in range(5):
            for name, address in PAINTED.items():
                page = browser.new_page()
                page.goto(base + address, wait_until="load")
                while (painted := page.evaluate(script)) is None:
                    page.wait_for_timeout(50)
                found[name].append(painted)
                page.close()
        browser.close()
    return {name: statistics.median(times) for name, times in found.items()}


Measured = tuple[dict[str, tuple[float, ...]], dict[str, float]]


def measure(statements: int, clients: int, rounds: int, *, browser: bool) -> Measured:
    """Serve a ledger and return milliseconds by page: the first answer, the median and the 95th percentile of all
    clients, the first answer after a judgement, and the processor time of an answer after warming and after the
    judgement; and those to the first paint in a browser.
    """
    painted: dict[str, float] = {}
    path = Path(".bench") / f"desk-{statements}.db"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        began = time.perf_counter()
        partial = path.with_suffix(".part")
        partial.unlink(missing_ok=True)
        make(partial, statements)
        partial.rename(path)
        print(f"ledger made in {time.perf_counter() - began:.0f} s")
    port = 8797
    command = [sys.executable, "-m", "onrecord", "serve", "--ledger", str(path), "--port", str(port), "--coder", "me"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        _await(base)
        began = time.perf_counter()
        urllib.request.urlopen(base + "/", timeout=600).read()
        print(f"first page after the start: {time.perf_counter() - began:.1f} s")
        items = json.load(urllib.request.urlopen(base + "/api/v1/articles?limit=200"))["items"]
        ids = json.load(urllib.request.urlopen(base + "/api/v1/statements?limit=200"))["items"]
        data = ([item["id"] for item in items], [item["id"] for item in ids])
        cold = alone(base, 0, data, server.pid)
        warm = alone(base, 1, data, server.pid)
        times: dict[str, list[float]] = {name: [] for name in cold}
        threads = [
            threading.Thread(target=walk, args=(base, seed, rounds, data, times)) for seed in range(1, clients + 1)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        judge(base)
        after = alone(base, 1, data, server.pid)
        if browser:
            painted = paint(base)
            print("first paint, ms: " + ", ".join(f"{name} {took:.0f}" for name, took in painted.items()))
        memory = Path(f"/proc/{server.pid}/status").read_text().partition("VmHWM:")[2].split()[0]
        print(f"the server's memory at most: {int(memory) / 1024:.0f} MiB")
    finally:
        server.terminate()
        server.wait()
    pages = {
        name: (
            cold[name][0],
            1000 * statistics.median(found),
            1000 * sorted(found)[int(0.95 * (len(found) - 1))],
            after[name][0],
            warm[name][1],
            after[name][1],
        )
        for name, found in times.items()
    }
    return pages, painted


def main() -> int:
    """Measure each size and print; 1 where a page takes too long to answer or to paint."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--statements", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=float, default=1.0, help="Seconds that a page may take at the median.")
    parser.add_argument("--browser", action="store_true", help="Measure the first paint in Chromium too.")
    parser.add_argument("--paint", type=float, default=1.5, help="Seconds that a first paint may take.")
    options = parser.parse_args()
    slow = []
    for size in options.statements:
        print(f"## {size:,} statements, {options.clients} clients")
        found, painted = measure(size, options.clients, options.rounds, browser=options.browser)
        print("\n| page | first | median | 95% | after a judgement | processor | processor after |")
        print("| --- |" + " ---: |" * 6)
        for name, values in found.items():
            print(f"| {name} | {' | '.join(f'{value:.0f}' for value in values)} |")
            median = values[1]
            if median > 1000 * options.most:
                slow.append(f"{name} at {size:,}: {median:.0f} ms")
        late = {name: took for name, took in painted.items() if took > 1000 * options.paint}
        slow += [f"first paint of {name} at {size:,}: {took:.0f} ms" for name, took in late.items()]
    print("\nover the limit: " + ("; ".join(slow) or "none"))
    return int(bool(slow))


def _await(base: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(base + "/health", timeout=2).read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the desk does not start")


if __name__ == "__main__":
    raise SystemExit(main())
