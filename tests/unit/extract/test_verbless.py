"""Statements without a reporting verb: turns, minutes, posts, quotations introduced or beside their speaker."""

from __future__ import annotations

import pytest

from onrecord.extract.assemble import RawAttribution
from onrecord.extract.verbless import resumed, verbless, without_crossing


def found(text: str, *known: RawAttribution) -> list[tuple[str, str]]:
    """Source and content of what is found."""
    return [
        (" ".join(text[a:b] for a, b in item.source), " … ".join(text[a:b] for a, b in item.content))
        for item in verbless(text, text, known)
    ]


def at(text: str, words: str) -> tuple[tuple[int, int], ...]:
    """Return the span of some words."""
    start = text.index(words)
    return ((start, start + len(words)),)


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        (
            "LEE: Is it shut?\n\nDAY: Yes. It is.\n\nLEE: Since when?\n\nDAY: Since we bought it.",
            [("LEE", "Is it shut?"), ("DAY", "Yes. It is."), ("LEE", "Since when?"), ("DAY", "Since we bought it.")],
        ),
        (
            "Is it shut?\n\nBo Day: Yes, it is.\n\nWhy?\n\nBo Day: We bought it.",
            [("Bo Day", "Yes, it is."), ("Bo Day", "We bought it.")],
        ),
        (
            "Bo Day, miller: The mill stays open.\nReporter: For how long?\nDay: As long as I own it.",
            [
                ("Bo Day", "The mill stays open."),
                ("Reporter", "For how long?"),
                ("Day", "As long as I own it."),
            ],
        ),
        (
            "Q: Is it shut?\nBo Day: It is.\nQ: Why?\nBo Day: We bought it.",
            [("Bo Day", "It is."), ("Bo Day", "We bought it.")],
        ),
        (
            "GUIDE (on tape): This is what it was.\n\n(END TAPE)\n\nDR. BO DAY, MILLER: It will be gone.",
            [("GUIDE", "This is what it was."), ("DR. BO DAY", "It will be gone.")],
        ),
        (
            "Mr. DAY. I rise against the mill bill.\n\nMs. LEE. I do not.",
            [("Mr. DAY", "I rise against the mill bill."), ("Ms. LEE", "I do not.")],
        ),
        ("Where: Lees\nWhen: Monday\nPrice: 5", []),
        ("The mill is shut.\n\nUpdate: It opens in May.\n\nIt was sold.", []),
    ],
)
def test_turns_name_who_speaks(text: str, statements: list[tuple[str, str]]) -> None:
    """A name and a colon before what people say make a turn; labels of facts and single notes do not."""
    assert found(text) == statements


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("No mill. Ever. https://x.example/1\n\n— Bo Day (@bo) May 3, 2026", [("Bo Day", "No mill. Ever. ")]),
        ("Bo Day\n@bo\nThe mill is theft.\n9:14 AM · May 4, 2026", [("Bo Day", "The mill is theft.\n")]),
        ('And this from the miller: "It is shut."', [("the miller", '"It is shut."')]),
        ('Ann Lee again: "It is shut."', [("Ann Lee", '"It is shut."')]),
        ('Ann Lee, once more:\n\n"It is shut."', [("Ann Lee", '"It is shut."')]),
        ("> No mill. Ever.\n>\n> — Miller Bo Day (@bo), May 3", [("Miller Bo Day", " No mill. Ever.")]),
        ('Behind the mill, Mrs Lee sat down. "I will not sell it."', [("Mrs Lee", '"I will not sell it."')]),
        ('Behind the mill it was dark. "I will not sell it."', []),
        ('Bo Day, 34, lost the mill in May. "Nobody called."', [("Bo Day", '"Nobody called."')]),
        ('"Leave us alone." Miller Bo Day slammed the door.', [("Miller Bo Day", '"Leave us alone."')]),
        ('"Leave us alone." Miller Bo Day slammed the door. Then he wept.', []),
        ("Bo Day @bo · 3h\nThe mill is theft.\n\nIt is shut.", [("Bo Day", "The mill is theft.")]),
        ("Bo Day (@bo): The mill is shut. Go home.", [("Bo Day", "The mill is shut. Go home.")]),
        ('Then this, from the miller: "It is shut."', [("the miller", '"It is shut."')]),
        (
            "The Herald spoke with Bo Day, a miller.\n\nQ: Is it shut?\n\nA: Since May.\n\nQ: And now?\n\nA: We wait.",
            [("Bo Day", "Since May."), ("Bo Day", "We wait.")],
        ),
        ("Q. Is it shut?\nA. Since May.", [("", "Since May.")]),
        ("From the desk of Bo Day, miller.\n\n“It is shut.”", [("Bo Day, miller", "“It is shut.”")]),
        (
            'Mrs Lee closed the door. "I will not sell the mill." Mr Day left.',
            [("Mrs Lee", '"I will not sell the mill."')],
        ),
        ('He got a letter from the miller. "It is shut."', []),
        ('The mill has a sign. "Closed for good and all."', []),
    ],
)
def test_posts_and_quotations_without_a_verb(text: str, statements: list[tuple[str, str]]) -> None:
    """Signatures, introductions and the one person of the sentence before name the speaker; a thing does not."""
    assert found(text) == statements


def test_a_second_quotation_after_adding_has_the_same_speaker() -> None:
    """ "adding:" goes on with the speaker of what was found before it."""
    text = '"It is shut", said Bo Day, adding: "It was old".'
    known = RawAttribution(source=at(text, "Bo Day"), cue=at(text, "said"), content=at(text, "It is shut"))
    assert found(text, known) == [("Bo Day", '"It was old"')]


def test_a_quotation_goes_on_after_its_clause() -> None:
    """The rest of the sentence is said, too; a quotation that begins anew is not touched."""
    text = '"Nobody", says Bo Day, "has asked." "We wait."'
    known = RawAttribution(source=at(text, "Bo Day"), cue=at(text, "says"), content=at(text, '"Nobody"'))
    (item,) = resumed(text, [known])
    assert [text[a:b] for a, b in item.content] == ['"Nobody"', '"has asked."']
    assert resumed(text.replace("has", "Has"), [known]) == [known]


def test_what_crosses_a_turn_is_dropped() -> None:
    """The tagger cannot know the bounds of turns: what it found across one is wrong, what it found inside stays."""
    text = "LEE: Bo says it is shut.\nDAY: I said no such thing.\nLEE: You did."
    turns = verbless(text, text, [])
    inside = RawAttribution(source=at(text, "Bo"), cue=at(text, "says"), content=at(text, "it is shut"))
    across = RawAttribution(source=at(text, "DAY"), cue=at(text, "says"), content=at(text, "it is shut"))
    assert without_crossing([inside, across], turns) == [inside]


def test_who_does_something_after_a_quotation_did_not_say_it() -> None:
    """A quotation that ends its sentence goes to who stands before it, not to who nods after it."""
    text = 'Ms Halm closed the file. "The case is over." Mr Dunn nodded.'
    nod = RawAttribution(source=at(text, "Mr Dunn"), cue=at(text, "nodded"), content=at(text, '"The case is over."'))
    more = verbless(text, text, [nod])
    assert found(text, nod) == [("Ms Halm", '"The case is over."')]
    assert without_crossing([nod], more) == []
