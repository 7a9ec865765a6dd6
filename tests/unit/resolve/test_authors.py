"""Who wrote what speaks: letters, statements, guest articles; and descriptions of bodies."""

from __future__ import annotations

import pytest

from .saying_made import who


def test_a_letter_speaks_for_who_wrote_it() -> None:
    """'The letter' is the one that somebody is said to have written before."""
    text = (
        "[1s The Mining League] [1c wrote in a letter] [1q that the pit was safe]. Ann Lee read it on Monday. "
        "[2s The letter] [2c blamed] [2q the rain]."
    )
    assert [name for name, _ in who(text)] == ["Mining League", "Mining League"]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("[1s Lee's office] [1c said in a statement] [1q it leaked]. [2s The statement] [2c added] [2q it did].", 1),
        ("[1s Ann Lee] emailed voters, [1c telling them] [1q it leaked]. [2s The email] [2c adds] [2q it did].", 1),
        ("[1s Bo Dahl] [1c smiled that] [1q it leaked]. Ann Lee had provided a written statement. [2s The statement] "
         "[2c said] [2q it rained].", 0),
    ],
)  # fmt: skip
def test_a_document_speaks_for_who_is_told_to_have_made_it(text: str, speaker: int) -> None:
    """By the verb of the statement before, of an unnamed source too, or where the document is first mentioned."""
    first, second = (name for name, _ in who(f"Ann Lee and Bo Dahl met. {text}"))
    assert second == (first if speaker else "Ann Lee")


def test_a_letter_of_nobody_known_stays_a_letter() -> None:
    """Without an author in the text the document itself is the source; an unknown one is none."""
    assert who("Ann Lee smiled. [1s The letter] [1c blamed] [1q the rain].")[0][0] == "letter"
    assert who("[1s The post by an unknown author] [1c blamed] [1q rain].")[0][0] == "post by an unknown author"


@pytest.mark.parametrize(
    "text",
    [
        "The dam must go.\n[1s I] [1c believe] [1q that it leaks].\nIt is old.\n\nAnn Lee is governor of Ohio.",
        "By Ann Lee\n\nThe dam must go. [1s I] [1c believe] [1q that it leaks].\nIt is old.",
    ],
)
def test_the_first_person_of_a_guest_article_is_its_author(text: str) -> None:
    """A line "By …", or a last paragraph that tells who the author is, goes before the outlet."""
    assert who(text)[0][0] == "Ann Lee"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("[1s NASA Administrator Charles Dahl] [1c announced] [1q the launch].", "Charles Dahl"),
        ("[1s Labor Department Director Anna Dahl] [1c announced] [1q the launch].", "Anna Dahl"),
    ],
)
def test_a_body_and_an_office_before_a_name_are_no_part_of_it(text: str, speaker: str) -> None:
    """A run of capitals is cut at the role."""
    assert who(text)[0][0] == speaker


def test_a_described_body_needs_a_name_that_fits() -> None:
    """'The police union' is no other body that was named before; 'the company' may be."""
    text = (
        "Ann Lee works for Hale Mining. [1s The police union] [1c said] [1q it would rain]. "
        "[2s The company] [2c said] [2q it would not]."
    )
    assert [name for name, _ in who(text)] == ["police union", "Hale Mining"]
