"""Who reports whom."""

from __future__ import annotations

from onrecord.core.span import Text
from onrecord.extract.assemble import RawAttribution, assemble


def chains(text: str, *found: tuple[str, str, str]) -> dict[str, list[str]]:
    """The sources around each source, outermost first."""

    def span(words: str) -> tuple[tuple[int, int], ...]:
        return ((text.index(words), text.index(words) + len(words)),) if words else ()

    made = assemble(Text(text), [RawAttribution(source=span(s), cue=span(c), content=span(q)) for s, c, q in found])
    return {a.source[0].quote: [o.source[0].quote for o in a.chain] for a in made}


def test_what_a_content_holds_is_reported() -> None:
    """A cue inside another's content is told by that one."""
    text = "The Echo writes that Ann Lee said it rains."
    assert chains(text, ("The Echo", "writes", "that Ann Lee said it rains"), ("Ann Lee", "said", "it rains")) == {
        "The Echo": [],
        "Ann Lee": ["The Echo"],
    }


def test_what_is_spoken_of_is_not_reported() -> None:
    """Who rejects a call does not report it; nor is a relative clause the reporter's."""
    text = "Bo Dahl rejected the League's call for peace."
    assert (
        chains(text, ("Bo Dahl", "rejected", "the League's call for peace"), ("the League's", "call", "for peace"))[
            "the League's"
        ]
        == []
    )
    text = "Bo Dahl praised the levy, which was proposed by Ann Lee."
    assert (
        chains(
            text,
            ("Bo Dahl", "praised", "the levy, which was proposed by Ann Lee"),
            ("Ann Lee", "was proposed by", "the levy"),
        )["Ann Lee"]
        == []
    )


def test_a_passive_inside_a_report_is_reported() -> None:
    """'The plan was rejected by Ann Lee, according to the Echo' has a link."""
    text = "The plan was rejected by Ann Lee, according to the Echo."
    assert chains(
        text,
        ("the Echo", "according to", "The plan was rejected by Ann Lee"),
        ("Ann Lee", "was rejected by", "The plan"),
    )["Ann Lee"] == ["the Echo"]


def test_citing_makes_a_link() -> None:
    """The outlet, the diplomats it cites, and whom these report, in this order, wherever the citing stands."""
    for text in (
        "The Echo writes, citing two diplomats, that Ann Lee doubts peace.",
        "Citing two diplomats, The Echo writes that Ann Lee doubts peace.",
    ):
        content = "that Ann Lee doubts peace"
        cue = "citing" if "citing" in text else "Citing"
        found = chains(
            text, ("The Echo", "writes", content), ("two diplomats", cue, content), ("Ann Lee", "doubts", "peace")
        )
        assert found["two diplomats"] == ["The Echo"]
        assert found["Ann Lee"] == ["The Echo", "two diplomats"]


def test_what_is_spoken_of_in_a_quotation_is_reported() -> None:
    """Whose relative clause stands within the marks was named so by the speaker."""
    text = 'Bo Dahl said: "I will not thank the members who proposed the levy."'
    quotation = text[text.index('"') :]
    assert chains(text, ("Bo Dahl", "said", quotation), ("who", "proposed", "the levy"))["who"] == ["Bo Dahl"]


def test_the_subject_of_a_reported_clause_is_reported() -> None:
    """Who says that a claim was wrong reports the claim."""
    text = "Ann Lee said the League's claim that it rains had cost votes."
    assert chains(
        text,
        ("Ann Lee", "said", "the League's claim that it rains had cost votes"),
        ("the League's", "claim", "that it rains"),
    )["the League's"] == ["Ann Lee"]


def test_according_to_makes_a_link() -> None:
    """Of one content with a speaker and an outlet, the outlet reports the speaker."""
    text = '"The bridge will open," Ann Lee told reporters, according to the Echo.'
    found = chains(
        text, ("Ann Lee", "told", '"The bridge will open,"'), ("the Echo", "according to", '"The bridge will open,"')
    )
    assert found == {"Ann Lee": ["the Echo"], "the Echo": []}
