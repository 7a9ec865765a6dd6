"""The desk in a real browser: nothing from elsewhere, no error on the console, contrast and roles, keys and replay."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.record import Ledger, Query
from tests.machine import scaled
from tests.web.conftest import report

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def visit(browser, served):
    """Opens pages in contexts of its own; ends with what went wrong on any of them."""
    wrong: list[str] = []
    contexts = []

    def make(width=1440, height=900, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, base_url=served)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(scaled(30_000))
        page.on("console", lambda m: wrong.append(f"{page.url}: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: wrong.append(f"{page.url}: a dialog {dialog.message}"))
        inside = (served, "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(inside) else wrong.append(f"asked {r.url}"))
        return page

    yield make
    for context in contexts:
        context.close()
    assert wrong == []


def addresses(path):
    """Return the addresses of the checked pages."""
    with Ledger(path) as ledger:
        one = next(ledger.statements())
    return ["/", "/positions", f"/articles/{one.article.id}", f"/statements/{one.id}", "/search", "/issues",
            "/issues/dam",
            "/people", "/people/Ana%20Orr", "/people/Ardesh?by=affiliation", "/cells?actor=Ana+Orr&on=dam", "/articles",
            f"/compare?a={one.id}&b={one.id}", "/tie?a=Ana+Orr&b=Boris+Vel", "/?outlet=The+Courier&checked=no",
            "/conflicts?kind=drift", "/conflicts", "/conflicts?kind=between", "/network?by=speaker", "/review",
            f"/review/{one.id}/edit", "/add", "/coding", "/account", "/registry", "/codebook", "/brief", "/audit",
            "/flags", "/work", "/adapt", "/saved", "/collections/none", "/scenario", "/export",
            "/search/texts?q=dam", "/network?by=speaker&window=quarter",
            "/conflicts?kind=moved", "/positions?as_of=2020-01-01"]  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark"), (1440, "dark"), (390, "light")])
def test_every_page_is_sound(visit, path, width, scheme):
    """Claim: under its own policy each page loads without error, fits the screen and passes axe-core (WCAG 2.1 AA)."""
    page = visit(width=width, scheme=scheme)
    for address in addresses(path):
        page.goto(address, wait_until="load")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == [], address


def test_a_foreign_request_would_be_seen(browser, served):
    """The check above can fail: the policy stops a foreign image, and the page says so."""
    page = browser.new_page()
    said = []
    page.on("console", lambda m: said.append(m.text))
    page.goto(served)
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://evil.example/x.png'}))")
    page.wait_for_timeout(200)
    assert any("Content Security Policy" in text for text in said)
    page.close()


def test_a_hostile_article_runs_nothing(visit, path):
    """An article full of markup runs no script on any page."""
    evil = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
    of, found = report(1, speaker=evil, said=f"the dam {evil}", title=evil, outlet=evil)
    with Ledger(path) as ledger:
        ledger.add([(of, found)])
    page = visit()
    edit = f"/review/{found[0].id}/edit"
    for address in ("/", "/positions", f"/articles/{of.id}", "/issues/dam", "/network?by=speaker", edit):
        page.goto(address, wait_until="load")
        page.wait_for_timeout(100)
    page.goto("/positions")
    page.hover(".cell >> nth=0")
    assert page.locator("#tip script, #tip img").count() == 0


def test_the_slider_replays_how_positions_moved(visit):
    """The slider replays how positions changed."""
    page = visit()
    page.goto("/positions")
    cell = page.locator('#matrix a[href*="actor=Ana+Orr"]')
    assert "s-oppose" in cell.get_attribute("class")
    page.locator("#slider").focus()
    page.keyboard.press("Home")
    page.wait_for_selector('#matrix[data-as-of="2026-01-02"]')
    assert "s-support" in page.locator('#matrix a[href*="actor=Ana+Orr"]').get_attribute("class")
    assert "as_of=2026-01-02" in page.url
    page.click("#replay")
    page.wait_for_selector('#matrix[data-as-of="2026-03-02"]', timeout=scaled(8_000))


def test_a_cell_shows_its_newest_quotation_and_leads_to_the_evidence(visit):
    """Claim: one key or click on a cell opens what it rests on beside the matrix; Escape leads back to the cell."""
    page = visit()
    page.goto("/positions")
    page.locator('#matrix a[href*="actor=Ana+Orr"]').focus()
    assert "the dam must wait" in page.inner_text("#tip")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel.open .evidence .said")
    assert "the dam must wait" in page.inner_text("#panel .context >> nth=0")
    assert "decides the cell" in page.inner_text("#panel .said >> nth=0")
    assert page.url.endswith("/positions")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('cell')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel.open .evidence .said")
    page.click("#panel a:text('why') >> nth=0")
    page.wait_for_url("**/statements/**")
    assert "the dam must wait" in page.inner_text("blockquote .m-content >> nth=0") + page.inner_text("blockquote")


def test_review_by_keys_alone(visit, path):
    """Statements are accepted, rejected and restored by keyboard alone."""
    page = visit()
    page.goto("/review")
    page.keyboard.press("a")
    page.wait_for_url("**/review?done=accept")
    page.keyboard.press("r")
    page.wait_for_url("**/review?done=reject")
    assert Ledger(path).count() == 11
    page.keyboard.press("u")
    page.wait_for_url("**/review/*")
    assert Ledger(path).count() == 12
    assert Ledger(path).verify().ok


def test_words_are_selected_by_keyboard_and_by_mouse(visit, path):
    """Words are selected by keyboard and by mouse."""
    with Ledger(path) as ledger:
        article = next(ledger.articles())
    page = visit()
    page.goto(f"/articles/{article.id}/code")
    page.focus("#words")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("1")
    assert page.inner_text('[data-shows="source"]') == "Ana Orr"
    words = page.locator("#words [data-w]")
    page.locator("#words [data-w]", has_text="claimed").click()
    page.keyboard.press("2")
    target = page.locator("#words [data-w]", has_text="spring")
    target.click()
    page.click('[data-part="content"]')
    assert page.inner_text('[data-shows="content"]') == "spring"
    assert words.count() > 20
    page.click("text=Save")
    page.wait_for_url("**/articles/**?s=*")
    with Ledger(path) as ledger:
        made = [s for s in ledger.statements(Query(article=article.id)) if s.content[0].quote == "spring"]
    assert [piece.quote for piece in made[0].source] == ["Ana Orr"]
    assert [piece.quote for piece in made[0].cue] == ["claimed"]


def test_a_source_is_added_and_its_progress_told(visit, path):
    """Claim: server-sent events bring the page from waiting to done, with what was read and what failed and why."""
    page = visit()
    page.goto("/add")
    text = "BRASK - Ann Lee, the mayor of Brask, said on Monday that the dam will be built before winter comes."
    page.fill("textarea", text)
    page.click("button:has-text('Read')")
    page.wait_for_url("**/jobs/*")
    page.wait_for_selector("#job-state.st-done", timeout=scaled(60_000))
    assert "1 article" in page.inner_text("#job-counts")
    page.click("#job-log a")
    page.wait_for_url("**/articles/*")
    assert page.inner_text("#text") == text
    page.goto("/add")
    page.set_input_files("input[name=files]", [{"name": "a.exe", "mimeType": "x/y", "buffer": b"MZ"}])
    page.click("button:has-text('Read')")
    page.wait_for_selector(".failed")
    assert "of no known kind" in page.inner_text(".failed")
    page.goto("/add")
    page.fill("input[name=address]", "http://127.0.0.1/")
    page.click("button:has-text('Read')")
    page.wait_for_selector(".failed")
    assert "private or local" in page.inner_text(".failed")
