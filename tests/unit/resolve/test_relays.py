"""Outlets that stand between a statement and the article, told beside the statement or some sentences before."""

from __future__ import annotations

import pytest

from .saying_made import read

LEE = "[1s Ann Lee] [1c said]"


@pytest.mark.parametrize(
    "text",
    [
        '[1q "The dam will hold,"] [1s Ann Lee] [1c said] in a podcast, as quoted by the Harbour Courier.',
        "[1s Ann Lee] [1c admitted] [1q the leak] in a Harbour Courier article on Friday.",
    ],
)
def test_an_outlet_that_relays_a_statement_is_in_its_chain(text: str) -> None:
    """The words beside a statement name the outlet, though the outlet has no statement of its own."""
    assert read(text)[0].chain.value == ("Harbour Courier",)


@pytest.mark.parametrize(
    "text",
    [
        f"{LEE} [1q the dam leaked] in an interview with the Harbour Courier.",
        f"{LEE} [1q the dam leaked]. Bo Dahl called it a Harbour Courier story.",
        f"{LEE} [1q the dam was as reported by the Harbour Courier].",
    ],
)
def test_an_outlet_that_only_asks_is_no_link(text: str) -> None:
    """Nor is one that another sentence or the content names."""
    assert read(text)[0].chain.value == ()


def test_the_chain_goes_on_past_what_others_are_reported_to_have_said() -> None:
    """'Lee added' goes on from Lee's reported statement, though a union was reported inside it."""
    text = (
        "[1q [2s Ann Lee] [2c noted] [2q that [3s the unions] [3c call] [3q the dam safe]]], "
        '[1c reported] [1s the Harbour Courier].\n\n[4q "It is not,"] [4s Lee] [4c added].'
    )
    assert [s.chain.value for s in read(text)] == [
        (),
        ("Harbour Courier",),
        ("Harbour Courier", "Ann Lee"),
        ("Harbour Courier",),
    ]
