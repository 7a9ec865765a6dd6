"""A recorded walk through the desk: six tasks with their clicks counted, and screenshots for the documentation.

    python -m tests.web.walk LEDGER docs/images

It works on a copy of the ledger. Chromium is taken from `ONRECORD_CHROMIUM` or found on the path.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from onrecord.record import Accounts, Ledger, Role
from onrecord.show.desk.app import create_app
from onrecord.show.desk.passwords import hash_password
from onrecord.show.desk.settings import Settings

PASSWORD = "correct horse battery"
SIZES = ((1440, 900), (1024, 768), (390, 844))
SHOWN = "min_confidence=0.65"  # as in the demo: so short a sample holds little that is surer
MOVED = "min_confidence=0.3"  # and no change of position at all


class Walker:
    """A page whose clicks and keys are counted."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.count = 0

    def click(self, selector: str) -> None:
        """Click once."""
        self.page.click(selector)
        self.count += 1

    def choose(self, selector: str, value: str) -> None:
        """Choose from a list, which counts as a click."""
        self.page.select_option(selector, value)
        self.count += 1

    def press(self, key: str) -> None:
        """Press a key, which counts as a click."""
        self.page.keyboard.press(key)
        self.count += 1


def evidence(walk: Walker) -> None:
    """Go from the first page to what a party's position on an issue rests on."""
    walk.page.goto(f"/?{SHOWN}")
    walk.click("#matrix td .cell[class*='s-'] >> nth=0")
    walk.page.wait_for_selector("#panel .evidence .context")


def moved(walk: Walker) -> None:
    """Find who moved and read both ends in context."""
    walk.page.goto(f"/?{MOVED}")
    walk.click("text=both in context >> nth=0")
    walk.page.wait_for_selector(".compare blockquote >> nth=1")


def merge(walk: Walker) -> None:
    """Merge two names that are suggested as one, or the two heard most."""
    walk.page.goto("/people")
    walk.click("text=Merge, rename, pin")
    walk.click("input[name=chosen] >> nth=0")
    walk.click("input[name=chosen] >> nth=1")
    walk.click("text=Merge the chosen")
    walk.page.wait_for_selector(".done")


def codebook(walk: Walker) -> None:
    """Add an issue and read everything again under the new version; typing is not counted."""
    walk.page.goto("/issues")
    walk.click(".exports >> text=Codebook")
    form = walk.page.locator("aside form.card")
    form.locator("input[name=label]").fill("Fishing rights")
    form.locator("input[name=proposition]").fill("Fishing boats may enter the strait.")
    form.locator("textarea").fill("fishing, trawler")
    walk.click("aside form.card button.primary")
    walk.page.wait_for_selector(".done")
    walk.click("text=/Read .* again/")
    walk.page.wait_for_url("**/jobs/*")
    walk.page.wait_for_selector("#job-state.st-done", timeout=900_000)


def missed(walk: Walker) -> None:
    """Code a statement that the machine missed: select its words, choose the stance, save."""
    _select_words(walk.page)
    walk.count += 1
    walk.press("1")
    walk.press("Enter")
    walk.page.wait_for_url("**/articles/**?s=*")


def _select_words(page: Any) -> None:
    """Open the newest article and select words in it that nobody has coded."""
    page.goto("/articles")
    page.click("table a >> nth=0")
    page.wait_for_selector("#text [data-w]")
    page.evaluate(
        """() => {
            const free = [...document.querySelectorAll('#text [data-w]:not([data-s])')];
            const words = free.filter((word) => word.textContent.trim());
            const range = document.createRange();
            range.setStart(words[10].firstChild, 0);
            range.setEnd(words[24].firstChild, words[24].firstChild.length);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            document.querySelector('#text').dispatchEvent(new MouseEvent('mouseup', { bubbles: true }));
        }"""
    )
    page.wait_for_selector("#pop .stances")


def adjudicate(first: Walker, second: Walker) -> None:
    """Code a statement apart by two people who differ, and write what is agreed on into the ledger."""
    first.page.goto("/coding")
    first.page.fill("input[name=name]", "pilot")
    first.page.fill("input[name=size]", "1")
    first.click("text=Open the round")
    for walk, stance in ((first, "support"), (second, "oppose")):
        walk.page.goto("/coding/pilot")
        for name, value in (("stance", stance), ("act", "state")):
            walk.choose(f"select[name={name}]", value)
        walk.click("text=Save and go on")
    second.click(".exports >> text=Disagreements")
    second.click("text=Into the ledger")
    second.page.wait_for_selector("text=in the ledger, by Bo")


TASKS: tuple[tuple[str, Callable[[Walker], None], int], ...] = (
    ("party × issue to its evidence", evidence, 2),
    ("who moved, both ends in context", moved, 3),
    ("merge two names", merge, 4),
    ("add an issue and read again", codebook, 5),
    ("code a missed statement", missed, 3),
)


@contextmanager
def desk(path: Path, coder: str | None) -> Iterator[str]:
    """Serve a ledger on a free port."""
    import uvicorn

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(Settings(ledger=str(path), coder=coder)), port=port,
                                           log_level="critical", timeout_graceful_shutdown=1))  # fmt: skip
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


def pictures(browser: Any, base: str, issue: str, folder: Path) -> None:
    """Take the documentation's screenshots: two pages in three widths, light and dark, the others once."""
    pages = {"overview": f"/?{SHOWN}", "positions": f"/positions?by=affiliation&{SHOWN}"}
    once = {"brief": f"/brief?{SHOWN}", "registry": "/registry", "codebook": "/codebook",
            "issue": f"/issues/{issue}?{SHOWN}", "review": f"/review?{SHOWN}",
            "changes": f"/conflicts?kind=moved&{MOVED}", "network": f"/network?by=speaker&{SHOWN}",
            "scenario": f"/scenario?by=speaker&{SHOWN}", "texts": "/search/texts?q=talks"}  # fmt: skip
    for width, height in SIZES:
        for scheme in ("light", "dark"):
            size = {"width": width, "height": height}
            context = browser.new_context(viewport=size, color_scheme=scheme, base_url=base)
            page = context.new_page()
            first = (width, scheme) == (SIZES[0][0], "light")
            for name, address in (pages | once if first else pages).items():
                page.goto(address, wait_until="load")
                if name == "overview" and width != SIZES[-1][0]:
                    page.click("#matrix td .cell[class*='s-'] >> nth=1")
                    page.wait_for_selector("#panel.open .evidence")
                page.mouse.move(0, 0)
                page.wait_for_timeout(300)
                page.screenshot(path=folder / f"desk-{name}-{width}-{scheme}.png")
            if width == SIZES[0][0]:
                _select_words(page)
                page.wait_for_timeout(300)
                page.screenshot(path=folder / f"desk-workbench-{width}-{scheme}.png")
            context.close()


def log_in(browser: Any, base: str, name: str) -> Walker:
    """Open a page of somebody who has logged in."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=base).new_page()
    page.goto("/login")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("text=Log in >> nth=-1")
    page.wait_for_url("**/")
    return Walker(page)


def main(ledger: str, folder: str) -> int:
    """Walk, print a line for each task, and return 1 where one takes more clicks than it should."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("ONRECORD_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    kept = Path(folder)
    kept.mkdir(parents=True, exist_ok=True)
    too_many = False
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        path = Path(temporary) / "walk.db"
        shutil.copy(ledger, path)
        with Ledger(path) as opened:
            issue = opened.issues()[0]
        with desk(path, "Ada") as base:
            pictures(browser, base, issue, kept)
            for title, task, most in TASKS:
                walk = Walker(browser.new_context(viewport={"width": 1440, "height": 900}, base_url=base).new_page())
                began = time.monotonic()
                task(walk)
                print(f"{title}: {walk.count} of at most {most} clicks, {time.monotonic() - began:.1f} s")
                too_many |= walk.count > most
        with Ledger(path) as opened:
            for name in ("Al", "Bo"):
                Accounts(opened).add(name, Role.CODER, hash_password(PASSWORD))
        with desk(path, None) as base:
            first, second = log_in(browser, base, "Al"), log_in(browser, base, "Bo")
            adjudicate(first, second)
            print(f"two coders to an adjudicated statement: {first.count} and {second.count} clicks")
        browser.close()
    return int(too_many)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
