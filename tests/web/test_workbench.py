"""Coding in the article, by somebody with a mouse or a keyboard alone."""

from __future__ import annotations

import pytest

from onrecord.record import DeskWork, Ledger, Query
from tests.web.conftest import send
from tests.web.test_browser import visit  # noqa: F401 - a fixture


def article_of(path):
    """Return the first article."""
    with Ledger(path) as ledger:
        return next(ledger.articles())


def found(path, article):
    """Return an article's statements."""
    with Ledger(path) as ledger:
        return list(ledger.statements(Query(article=article.id)))


def select(page, first, last):
    """Select the words from one number to another with the mouse."""
    page.evaluate(
        """([a, b]) => {
            const range = document.createRange(), words = [...document.querySelectorAll('#text [data-w]')];
            range.setStart(words.find((w) => +w.dataset.w === a).firstChild, 0);
            const end = words.filter((w) => +w.dataset.w === b).pop().firstChild;
            range.setEnd(end, end.length);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            document.querySelector('#text').dispatchEvent(new MouseEvent('mouseup', { bubbles: true }));
        }""",
        [first, last],
    )


def test_a_missed_statement_takes_three_actions(visit, path):  # noqa: F811
    """Claim: select the words, press the stance, press Enter; speaker and issue are proposed."""
    article = article_of(path)
    page = visit()
    page.goto(f"/articles/{article.id}")
    before = len(found(path, article))
    select(page, 4, 14)
    page.wait_for_selector("#pop .stances")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/**?s=*")
    made = found(path, article)
    assert len(made) == before + 1
    new = next(one for one in made if one.stance.rule == "by hand")
    assert (str(new.stance.value), new.issue.value, new.speaker.value) == ("oppose", "dam", "Ana Orr")


def test_a_statement_is_changed_and_deleted_in_place(visit, path):  # noqa: F811
    """Claim: the form of a statement opens in the article by mouse and by key, and leads back to the article."""
    article = article_of(path)
    page = visit()
    page.goto(f"/articles/{article.id}")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_selector("#pop .stances")
    page.keyboard.press("3")
    page.click("#pop >> text=Save")
    page.wait_for_url("**/articles/**")
    assert [str(one.stance.value) for one in found(path, article) if one.stance.rule == "by hand"] == ["mixed"]
    count = len(found(path, article))
    page.click(".edit-here >> nth=0")
    page.click("#pop >> text=Delete")
    page.wait_for_function("!document.querySelector('#pop .stances')")
    assert len(found(path, article)) == count - 1


def test_help_and_search_by_key(visit):  # noqa: F811
    """Claim: ? shows the keys, / goes to the search."""
    page = visit()
    page.goto("/")
    page.keyboard.press("?")
    assert page.is_visible("#help")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_correcting_opens_at_the_words(visit, path):  # noqa: F811
    """Claim: in a long article the words of the statement are in sight when its correction opens."""
    from dataclasses import replace

    from onrecord.core.span import Text
    from tests.web.conftest import report

    of, statements = report(1)
    pad = "Nothing was said. " * 400
    moved = []
    article = replace(of, text=Text(pad + of.text.content))
    for one in statements:
        changes = {"article": article}
        for name in ("source", "cue", "content"):
            spans = [(p.span.start + len(pad), p.span.end + len(pad)) for p in getattr(one, name)]
            changes[name] = article.text.cite_all(spans)
        places = [(p.span.start + len(pad), p.span.end + len(pad)) for p in one.condition.value]
        condition = article.text.cite_all(places)
        moved.append(replace(one, condition=replace(one.condition, value=condition, evidence=condition), **changes))
    moved[1] = replace(moved[1], nested_in=moved[0].id)
    with Ledger(path) as ledger:
        ledger.add([(article, moved)])
    page = visit()
    page.goto(f"/review/{moved[0].id}/edit")
    box, mark = page.locator("#words").bounding_box(), page.locator("#words .m-content >> nth=0").bounding_box()
    assert box["y"] <= mark["y"] <= box["y"] + box["height"]


@pytest.mark.parametrize("kind", ["note", "flag"])
def test_notes_and_flags(desk, path, kind):
    """Claim: a note stands at the article; a flag also waits on its own page until it is closed."""
    article = article_of(path)
    send(desk, f"/articles/{article.id}/notes", "/", text="Who is he?", kind=kind)
    assert "Who is he?" in desk.get(f"/articles/{article.id}").text
    assert ("Who is he?" in desk.get("/flags").text) == (kind == "flag")
    with Ledger(path) as ledger:
        number = DeskWork(ledger).notes(article=article.id)[0].number
    send(desk, f"/notes/{number}/close", "/")
    assert "Who is he?" not in desk.get(f"/articles/{article.id}").text + desk.get("/flags").text


def test_a_marked_source_is_the_speaker(desk, path):
    """Claim: a statement by hand with a marked source and no speaker is not one of an unknown speaker."""
    article = article_of(path)
    send(desk, f"/articles/{article.id}/code", "/", content="6-14", source="0-2", speaker="")
    new = next(one for one in found(path, article) if one.stance.rule == "by hand")
    assert new.speaker.value == "Ana Orr"
