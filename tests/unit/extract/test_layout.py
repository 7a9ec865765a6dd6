"""Lists, paragraph ends and teasers: what the layout of a text means for its attributions."""

from __future__ import annotations

import pytest

from onrecord.core.span import Text
from onrecord.extract import default_extractor
from onrecord.extract.layout import layout_of

DEMANDS = ("A pay rise of 6%", "No more night shifts", "An end to the toll")


def quotes(text: str) -> list[tuple[str, str]]:
    """Source and content of each attribution."""
    found = default_extractor().attributions(Text(text))
    return [(" … ".join(piece.quote for piece in one.source), one.quote) for one in found]


@pytest.mark.parametrize("bullet", ["• ", "- ", "* ", "1. ", "a) ", "– "])
@pytest.mark.parametrize("end", ["", ";"])
def test_each_item_of_a_list_is_said(bullet: str, end: str) -> None:
    """Claim: a list after a colon is a content for each item, the first one included, without bullet and semicolon."""
    listed = "\n".join(f"{bullet}{one}{end}" for one in DEMANDS)
    found = quotes(f"The union leader, Dan Mercer, set out three demands:\n\n{listed}\n\nShe left.")
    assert {content for source, content in found if "Dan Mercer" in source} == set(DEMANDS)


def test_what_links_the_items_of_a_list_is_not_said() -> None:
    """Claim: "; and" at an item's end belongs to the list."""
    text = "The council wants three things:\n(a) a new well;\n(b) two teachers; and\n(c) a road."
    assert {content for _, content in quotes(text)} == {"a new well", "two teachers", "a road"}


def test_a_list_belongs_to_the_speaker_before_its_colon() -> None:
    """Claim: the items go on with what the speaker of the announcement said; a list that follows a gap does not."""
    found = quotes("“We ask for three things,” said Pastor Ann Lee:\n\n* a new roof\n* two bells\n\nShe left.")
    assert [content for source, content in found if "Ann Lee" in source][1:] == ["a new roof", "two bells"]


def test_a_layout_is_as_long_as_its_text() -> None:
    """Claim: offsets into the layout are offsets into the text, whatever lists and blanks are in it."""
    for text in ("", "\n", "a:\n- b\n- c", "a:\r\n\r\n• b ;\r\n• c\r\n", "- a\n- b", "x:\n1. y", ":\n\n-  z \n"):
        made = layout_of(text)
        assert len(made.content) == len(text)
        assert all(text[start:end].strip() == text[start:end] for start, end in made.items)


def test_a_list_that_nobody_announces_stays() -> None:
    """Claim: without a colon before it, a list is text like any other."""
    text = "The agenda.\n- One thing\n- Another thing"
    assert layout_of(text).content == text


@pytest.mark.parametrize(
    "line",
    ["Read more: Voss calls for a vote", "Sign up: Get the morning briefing, says our editor",
     "READ ALSO | Voss said no", "Listen to our podcast: Bakers say bread is dear",
     "→ Related – Voss says the toll is dead", "Watch: Voss said that he goes"],
)  # fmt: skip
def test_nothing_is_said_in_a_teaser(line: str) -> None:
    """Claim: lines that lead elsewhere hold no statement of this article."""
    found = quotes(f"The mayor said the port would reopen.\n\n{line}\n\nThe mayor left the town.")
    assert found == [("The mayor", "the port would reopen")]


def test_an_article_that_begins_like_a_teaser_is_read() -> None:
    """Claim: the words count only before a colon, a dash or the line's end."""
    assert quotes("Listen to them, the mayor said.") != []
    assert quotes("Watch sellers said the toll was dead.") != []


def test_a_source_ends_with_its_paragraph() -> None:
    """Claim: a caption or a cell above a sentence is no part of its source; a wrapped line is."""
    said = "Opposition leader Carl Voss said the toll was dead."
    assert quotes(f"The port.\nCarl Voss\n{said}")[0][0] == "Opposition leader Carl Voss"
    assert quotes(f"The port.\n\nCarl Voss\n\n{said}")[0][0] == "Opposition leader Carl Voss"
    wrapped = "The toll on the bridge over the river was dead, the opposition leader Carl\nVoss said on Monday."
    assert quotes(wrapped)[0][0].endswith("Carl\nVoss")
