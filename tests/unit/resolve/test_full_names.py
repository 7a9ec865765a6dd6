"""Who is meant by a name that is cut, run together, shortened or printed beside others."""

from __future__ import annotations

import pytest

from .saying_made import read, who

SPEAKERS = [
    ("[1s Deputy head of the Lubian Farm Council Aron Keld] [1c said] [1q it would rain].", "Aron Keld"),
    ("[1s Head of the Verdan State Agency Mira Solt] [1c said] [1q it would rain].", "Mira Solt"),
    ("[1s President Obama] [1c said] [1q it would rain].", "Barack Obama"),
    ("Marine Le Roy ran. [1s Le Roy] [1c said] [1q it would rain].", "Marine Le Roy"),
    ("Nouri al-Dahan ran. [1s Dahan] [1c said] [1q it would rain].", "Nouri al-Dahan"),
    ("Bernard Holt ran. [1s His wife, Jane,] [1c said] [1q it would rain].", "Jane Holt"),
    ("[1s At least four senators] [1c said] [1q it would rain].", "At least four senators"),
    ("[1s Politicians like Ann Lee] [1c said] [1q it would rain].", "Politicians like Ann Lee"),
    ("[1s Ann Lee and her allies] [1c said] [1q it would rain].", "Ann Lee and her allies"),
    ("Two aides ran. [1s Others] [1c said] [1q it would rain].", "Others"),
    ("[1s First deputy head of the Lubian Security Committee Ivo Brant] [1c said] [1q it rained].", "Ivo Brant"),
    ("[1s Lars Toft of the Fishermen's Union] [1c said] [1q it would rain].", "Lars Toft"),
    ("Paris Jordan, a nurse, ran. [1s Jordan] [1c said] [1q it would rain].", "Paris Jordan"),
    ("Theresa May ran. [1s May] [1c said] [1q it would rain].", "Theresa May"),
    ("Prof. Rolf Krag and Signe Krag ran. [1s Prof. Krag] [1c said] [1q it would rain].", "Rolf Krag"),
    ("Karin Holt and her son, Nils Holt, ran. [1s Mr. Holt] [1c said] [1q it would rain].", "Nils Holt"),
    ("Adam Pell and his son, Hal Pell, ran. [1s The elder Pell] [1c said] [1q it rained].", "Adam Pell"),
    ("Hugo Lind and his father, Karl Lind, ran. [1s The younger Lind] [1c said] [1q it rained].", "Hugo Lind"),
    ("Petra Voll wrote to the inspector. [1s The inspector] [1c said] [1q it was safe].", "inspector"),
    ('Ann Lee said no. Geologist Ina Berg was unsure. [1q "It is old,"] [1s she] [1c said].', "Ina Berg"),
    ("[1s Mrs. TRENT] [1q opposes the bill].", "Trent"),
    ("[1s A promise by Ann Lee] [1c said] [1q it would rain].", "Ann Lee"),
]


@pytest.mark.parametrize(("text", "speaker"), SPEAKERS)
def test_a_speaker_has_its_full_name(text: str, speaker: str) -> None:
    """A body before a name, an office, particles and kin are told from the name itself."""
    assert who(text)[-1][0] == speaker


def test_a_pronoun_is_nobody_of_several() -> None:
    """ "She" after two officials is the woman named before them, not the officials."""
    text = "Ann Lee came. [1s Two officials] [1c said] [1q it was late]. [2s She] [2c said] [2q it was early]."
    assert who(text)[1][0] == "Ann Lee"


AFFILIATED = [
    ("[1s Ann Lee, legal director for the Harbour Guild,] [1c said] [1q it would rain].", "Harbour Guild"),
    ("[1s Ann Lee, editor at large at the Orrin Gazette,] [1c said] [1q it would rain].", "Orrin Gazette"),
    ("[1s Chicago Police Chief Ann Lee] [1c said] [1q it would rain].", "Chicago Police"),
]


@pytest.mark.parametrize(("text", "body"), AFFILIATED)
def test_a_role_joined_to_a_body_gives_the_affiliation(text: str, body: str) -> None:
    """Also where other words stand before the role, or a place before the body."""
    assert who(text)[0][1] == body


def test_the_chain_goes_on_with_its_speaker() -> None:
    """What somebody adds to words that a paper reported is the paper's report too; what others say is not."""
    text = (
        "[1s The Orrin Herald] [1c reported] [1q that [2s Ann Lee] [2c said] [2q it would rain]]. "
        "[3s She] [3c added] [3q that it was cold]. [4s Bo Dahl] [4c said] [4q it was warm]."
    )
    assert [s.chain.value for s in read(text)] == [(), ("Orrin Herald",), ("Orrin Herald",), ()]


@pytest.mark.parametrize("whom", ["Gov. Tom Sall", "Mayor Sall", "Dr. Anna Poll", "Peter Sall", "St. Mary's choir"])
def test_a_person_who_is_told_is_no_venue(whom: str) -> None:
    """Only a paper or an occasion is where something was said."""
    assert read(f"[1s Ann Lee] [1c told] {whom} [1q that it would rain].")[0].venue.value is None


@pytest.mark.parametrize("paper", ["Orrin Herald", "St. Orrin Herald"])
def test_a_paper_that_is_told_is_the_venue(paper: str) -> None:
    """Whole, also where its name begins with an abbreviation."""
    assert read(f"[1s Ann Lee] [1c told] the {paper} [1q that it would rain].")[0].venue.value == paper


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("[1s Gov. Kasich] [1c said] [1q it was late].", "John Kasich"),
        ("Bo Kasich ran. [1s Kasich] [1c said] [1q it was late].", "Bo Kasich"),
        ("[1s Mr. Castro] [1c said] [1q it was late].", "Castro"),
        ("[1s Coach Kasich] [1c said] [1q it was late].", "Kasich"),
    ],
)
def test_a_politician_is_known_by_a_surname_that_nobody_shares(text: str, speaker: str) -> None:
    """Where the article prints no first name; of several politicians none is chosen."""
    assert who(text)[0][0] == speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("[1s King Harald of Sweden] [1c said] [1q it was late].", "Harald of Sweden"),
        ("They met King Harald of Sweden, [1s who] [1c said] [1q it was late].", "Harald of Sweden"),
        ("Elizabeth Lee curtsied. [1s Queen Elizabeth] [1c said] [1q it was late].", "Queen Elizabeth"),
        ("Crown Prince Hamid bin Tarik Al Sabri left. [1s The prince] [1c said] [1q no].", "Hamid bin Tarik Al Sabri"),
        ("K.C. Maurer, a lawyer, left. [1s Maurer] [1c said] [1q it was late].", "K.C. Maurer"),
        ("[1s Irish Taoiseach — Prime Minister — Leo Varadkar] [1c said] [1q no].", "Leo Varadkar"),
        ("Robert Lee and Anna Dahl met. [1s Lee, Dahl] [1c pledge] [1q a dam].", "Robert Lee and Anna Dahl"),
        ("Robert Lee, a rich maker and known donor, [1s who] [1c backed] [1q the dam].", "Robert Lee"),
        ("Anna Dahl left. [1s It was a friend] [1c who said] [1q she was late].", "friend"),
    ],
)
def test_a_name_is_found_among_titles_and_appositions(text: str, speaker: str) -> None:
    """A ruler has the realm; offices are no part of a name; "who" means the one described."""
    assert who(text)[0][0] == speaker


@pytest.mark.parametrize(("verb", "speaker"), [("has", "Anna Dahl"), ("have", "Echo News and Anna Dahl")])
def test_a_body_and_a_role_before_a_name_are_one_speaker_by_the_verb(verb: str, speaker: str) -> None:
    """The singular verb goes with one, the plural with two."""
    text = f"[1s Echo News and former radio host Anna Dahl] [1c {verb} said] [1q it rained]."
    assert who(text)[0][0] == speaker
