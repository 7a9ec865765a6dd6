"""Who speaks and for whom: each mechanism on a small made-up text."""

from __future__ import annotations

import pytest

from .saying_made import read, who

STATES = "A quarrel between Lubia (capital Senn) and Tarvia (capital Orm) in the Coast Union (seat Hale)."

OFFICES = [
    ("[1s UN Secretary-General Ann Lee] [1c said] [1q it would rain].", "Ann Lee", "United Nations"),
    ("[1s Foreign Minister Ann Lee of Lubia] [1c said] [1q it would rain].", "Ann Lee", "Lubia"),
    ("[1s Ann Lee, the Lubian envoy,] [1c said] [1q it would rain].", "Ann Lee", "Lubia"),
    ("[1s Lubia's foreign minister, Ann Lee,] [1c said] [1q it would rain].", "Ann Lee", "Lubia"),
    ("[1s Ann Lee of the Mining League] [1c said] [1q it would rain].", "Ann Lee", "Mining League"),
    ("[1s Ann Lee, who leads the Coast Union,] [1c said] [1q it would rain].", "Ann Lee", "Coast Union"),
    ("[1s The head of agency of help Open Gates A. Lee] [1c said] [1q it would rain].", "A. Lee", None),
]


@pytest.mark.parametrize(("text", "speaker", "side"), OFFICES)
def test_an_office_beside_a_name_gives_the_affiliation(text: str, speaker: str, side: str | None) -> None:
    """Before the name, after it, as possessive, of-phrase or relative clause."""
    found = who(text, about=STATES)[0]
    assert found[0] is not None
    assert found[0].endswith(speaker)
    assert side is None or found[1] == side


@pytest.mark.parametrize(("number", "words"), [(1, "Lubia"), (3, "Lubia"), (5, "Union")])
def test_an_affiliation_is_shown_with_the_words_of_its_reason(number: int, words: str) -> None:
    """The evidence of an affiliation are the words that its rule is about, not those of another rule."""
    judged = read(OFFICES[number][0], about=STATES)[0].affiliation
    assert any(words in one.quote for one in judged.evidence), judged


def test_a_capital_speaks_for_its_state_and_a_seat_for_its_body() -> None:
    """Senn is Lubia's capital, Hale the seat of the Coast Union."""
    text = "[1s Senn] [1c rejected] [1q the plan]. [2s Hale] [2c welcomed] [2q it]."
    assert who(text, about=STATES) == [("Lubia", "Lubia"), ("Coast Union", "Coast Union")]


def test_real_states_and_seats_come_from_the_bundled_list() -> None:
    """Moscow speaks for Russia; the Kremlin keeps its name."""
    text = (
        "[1s Moscow] [1c rejected] [1q the plan]. [2s The Kremlin] [2c said] [2q it was dead]. "
        "[3s British Prime Minister Ann Lee] [3c disagreed] [3q with that]."
    )
    assert who(text) == [("Russia", "Russia"), ("Kremlin", "Russia"), ("Ann Lee", "United Kingdom")]


def test_pronouns_go_by_gender_and_who_spoke_last() -> None:
    """'He' after a woman and a man who both spoke is the man, also from a sentence further back."""
    text = (
        "[1s Mr Bo Dahl of Tarvia] [1c said] [1q it would rain]. "
        "[2s Mrs Ann Lee of Lubia] [2c disagreed] [2q with that]. [3s He] [3c laughed] [3q at the forecast]."
    )
    assert [name for name, _ in who(text, about=STATES)] == ["Bo Dahl", "Ann Lee", "Bo Dahl"]


def test_one_who_is_only_reported_does_not_hold_the_floor() -> None:
    """After 'Ann Lee said that Bo Dahl had promised …', 'she' is Ann Lee even where genders are unknown."""
    text = (
        "[1s Chair Kim Lee of the Coast Union] [1c said] [1q that [2s Pat Dahl] [2c had promised] [2q a boat]]. "
        "[3s She] [3c added] [3q that nobody had seen it]."
    )
    found = read(text, about=STATES)
    assert [s.speaker.value for s in found] == ["Kim Lee", "Pat Dahl", "Kim Lee"]
    assert [s.chain.value for s in found] == [(), ("Kim Lee",), ()]


def test_a_description_means_the_one_who_holds_the_role() -> None:
    """'The prime minister' is no foreign minister; 'the Union's leader' is who leads it."""
    text = (
        "Prime Minister Ann Lee of Lubia met Foreign Minister Bo Dahl of Lubia and Cy Moor, "
        "the leader of the Coast Union. "
        "[1s The prime minister] [1c smiled], [1q it would rain]. [2s The Union's leader] [2c said] [2q it would not]."
    )
    assert [name for name, _ in who(text, about=STATES)] == ["Ann Lee", "Cy Moor"]


def test_a_description_means_no_paper() -> None:
    """'The Mirror' looks like a surname; the director is somebody else."""
    text = "[1c According to] [1s the Mirror], [1q the shop is shut]. [2s The director] [2c denied] [2q that]."
    assert [name for name, _ in who(text)][1] == "director"
    text = "[1s The director] [1c said] [1q yes]. [2c According to] [2s the Gazette], [2q he said no]."
    assert next(name for name, _ in who(text)) == "director"


def test_two_people_of_one_surname_stay_two() -> None:
    """The surname alone goes to the one of the two who was named last."""
    text = (
        "[1s Ann Lee of Lubia] [1c said] [1q yes]. Lee smiled. [2s Bo Lee of Tarvia] [2c said] [2q no]. "
        "[3s Lee] [3c added] [3q that he would stay]."
    )
    assert [name for name, _ in who(text, about=STATES)] == ["Ann Lee", "Bo Lee", "Bo Lee"]


def test_the_unnamed_keep_their_words() -> None:
    """Without article and relative clause; 'her aides' are Ann Lee's, and speak for her side."""
    text = (
        "[1s Prime Minister Ann Lee of Lubia] [1c said] [1q yes]. [2s Two of her aides] [2c said] [2q no]. "
        "[3s A diplomat who asked for tea] [3c said] [3q perhaps]."
    )
    assert who(text, about=STATES) == [
        ("Ann Lee", "Lubia"),
        ("Two of her aides", "Lubia"),
        ("diplomat", None),
    ]


def test_a_spokesman_of_somebody_is_not_that_somebody() -> None:
    """The name inside 'a spokesman for' is a complement, whose side the spokesman speaks for."""
    text = "Prime Minister Ann Lee of Lubia travelled. [1s A spokesman for Prime Minister Ann Lee] [1c said] [1q yes]."
    assert who(text, about=STATES) == [("spokesman for Prime Minister Ann Lee", "Lubia")]


def test_first_person_of_the_article_is_its_outlet() -> None:
    """'We' outside quotation marks is who publishes; inside a report it is the one reported."""
    text = '[1s We] [1c welcome] [1q the plan]. [2s Ann Lee] [2c said]: [2q "[3s We] [3c reject] [3q it]"].'
    assert [name for name, _ in who(text, outlet="Coast Union")] == ["Coast Union", "Ann Lee", "Ann Lee"]


def test_two_named_together_speak_as_two() -> None:
    """'Lubia and Tarvia' is neither of them, and speaks for both."""
    assert who("[1s Lubia and Tarvia] [1c agreed] [1q to stop].", about=STATES) == [
        ("Lubia and Tarvia", "Lubia and Tarvia")
    ]


def test_named_as_says_what_a_name_is() -> None:
    """'The opposition party Dawn', 'the company Orsted Two': bodies by the noun before them."""
    text = "[1s The opposition party Dawn] [1c said] [1q no]. [2s Bo Dahl of the opposition Dawn] [2c said] [2q never]."
    assert who(text, about=STATES) == [("Dawn", "Dawn"), ("Bo Dahl", "Dawn")]


def test_nobody_is_guessed() -> None:
    """A pronoun with nobody before it has no speaker."""
    assert who("[1s She] [1c said] [1q it would rain].") == [(None, None)]


def test_reading_twice_gives_the_same() -> None:
    """Nothing is left over from one article to the next."""
    text = "[1s Ann Lee, the Lubian envoy,] [1c said] [1q yes]. [2s She] [2c added] [2q no]."
    assert [s.id for s in read(text, about=STATES)] == [s.id for s in read(text, about=STATES)]


def test_a_surname_goes_by_the_last_who_was_named_with_it() -> None:
    """'Tom' in between does not make Tom Ebel the one whom 'Ebel' means."""
    text = (
        "Betsy Ebel opened the fair with Tom Ebel. Betsy Ebel was glad. Tom waited. "
        "[1s Ebel] [1c said] [1q it was late]."
    )
    assert who(text)[0][0] == "Betsy Ebel"


def test_an_adjective_of_a_state_is_no_person() -> None:
    """'His' before the adjective is no title, so that 'he' cannot mean it."""
    text = "Robert Dahl ended his British tour. British papers were glad. [1s He] [1c said] [1q it was late]."
    assert who(text)[0][0] == "Robert Dahl"


def test_a_description_with_an_owner_needs_the_role() -> None:
    """'The programme's host' is not whoever was named last."""
    text = "Bo Dahl appeared on Talk Hour. [1s The programme's host] [1c asked] [1q why]."
    assert who(text)[0][0] == "programme's host"


def test_the_holder_of_an_office_is_not_the_former_one() -> None:
    """'The ex-mayor' is the former mayor, 'the mayor' the present one, whoever spoke last."""
    text = (
        "Mayor Ann Lee waited for ex-mayor Bo Dahl. [1s The ex-mayor] [1c said] [1q yes]. "
        "[2s The mayor] [2c said] [2q it would rain]."
    )
    assert [name for name, _ in who(text)] == ["Bo Dahl", "Ann Lee"]


def test_titles_tell_two_people_apart_whose_first_names_are_foreign() -> None:
    """First names of other languages have a gender too, and one that opens the article is no stray word."""
    text = "Ewa Birk and Jan Birk ran a shop. [1s Mrs Birk] [1c said] [1q yes]. [2s Mr Birk] [2c said] [2q no]."
    assert [name for name, _ in who(text)] == ["Ewa Birk", "Jan Birk"]
