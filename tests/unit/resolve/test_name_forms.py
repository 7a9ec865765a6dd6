"""Which form of a name is printed for a speaker: whole, without titles and without words that are none of it."""

from __future__ import annotations

import pytest

from .saying_made import who

FORMS = [
    (
        "[1s Radio show host Ilvo Tarrant] [1c spoke]: [1q yes]. [2s Tarrant] [2c said] [2q no].",
        "Ilvo Tarrant",
    ),
    ("[1s Former secretary of state Ann Lee] [1c said] [1q it would rain].", "Ann Lee"),
    ("Olo Graaf ran. [1s Gov. Graaf] [1c said] [1q it would rain].", "Olo Graaf"),
    ("Mayor Bill de Groot ran. [1s De Groot] [1c said] [1q no]. [2s De Groot] [2c added] [2q yes].", "Bill de Groot"),
    ("Trusting Ann Lee would be odd. [1s She] [1c said] [1q it would rain].", "Ann Lee"),
    ("The crowd booed Echo News' Ann Lee. [1s Lee] [1c said] [1q it would rain].", "Ann Lee"),
    ("The film ends. Actress Amandi Birk was there. [1s Birk] [1c said] [1q it would rain].", "Amandi Birk"),
    ("Few came, said Adil Nefri. [1s Nefri, a chemistry professor,] [1c said] [1q it would rain].", "Adil Nefri"),
    ("In Rome Pope Clement prayed. [1s Clement] [1c said] [1q it would rain].", "Pope Clement"),
    ("[1s R. B. Tarrant] [1c said] [1q yes]. [2s Tarrant] [2c added] [2q it would rain].", "R. B. Tarrant"),
    ("[1s Anders ter Birk, a baker,] [1c said] [1q yes]. [2s Ter Birk] [2c added] [2q no].", "Anders ter Birk"),
    ("[1s Ana de los Campos y Orr] [1c said] [1q it would rain]. De los Campos left.", "Ana de los Campos y Orr"),
    ("[1s Prime Minister Kal bin Saq al-Orr] [1c said] [1q it would rain].", "Kal bin Saq al-Orr"),
    ("[1s Gia dell'Orto] [1c said] [1q yes]. [2s Dell'Orto] [2c added] [2q it would rain].", "Gia dell'Orto"),
    ("[1s Harbour analyst Prisha Nalvar] [1c said] [1q it would rain].", "Prisha Nalvar"),
    ("[1s San Marino] [1c said] [1q it would rain].", "San Marino"),
]


@pytest.mark.parametrize(("text", "speaker"), FORMS)
def test_a_name_is_printed_whole(text: str, speaker: str) -> None:
    """Titles, possessives and sentence openers are cut off; first names and particles stay."""
    assert who(text)[-1][0] == speaker


TITLES = [
    ("[1s Verdan Ambassador to the United Kingdom Amo Hadri] [1c spoke]: [1q no]. Amo Hadri left.", "Amo Hadri"),
    ("[1s Master of ceremonies Asab Birki] [1c said] [1q it would rain].", "Asab Birki"),
    ("[1s West of Verdan harbour warden Liam Moore] [1c said] [1q it would rain].", "Liam Moore"),
    ("[1s Lubian Minister of the Interior Arvo Derrin] [1c said] [1q it would rain].", "Arvo Derrin"),
    ("[1s Justice Department spokeswoman Nicole B. Navarin] [1c said] [1q it would rain].", "Nicole B. Navarin"),
    ("[1s President Obama last night] [1c said] [1q it would rain].", "Barack Obama"),
    ("Ann Lee ran. [1s Lee herself] [1c said] [1q it would rain].", "Ann Lee"),
]


@pytest.mark.parametrize(("text", "speaker"), TITLES)
def test_the_name_after_a_title_is_found(text: str, speaker: str) -> None:
    """Also where the title holds a place, a body or a field, and where a time or "herself" follows."""
    assert who(text)[0][0] == speaker


UNNAMED = [
    ("[1s An email sent on Thursday] [1c said] [1q it would rain].", "email"),
    ("[1s A post written two days ago] [1c said] [1q it would rain].", "post"),
    ("[1s Officials here] [1c said] [1q it would rain].", "Officials"),
    ("[1s A farmer questioned by the police] [1c said] [1q it would rain].", "farmer"),
    ("[1s A crowd of about 1,300 farmers] [1c said] [1q it would rain].", "crowd of about 1,300 farmers"),
    ("[1s Dockers, green groups and many voters] [1c oppose] [1q it].", "Dockers, green groups and many voters"),
    ("[1s Half of those who came] [1c said] [1q it would rain].", "Half of those who came"),
    ("[1s Fellow hopefuls] [1c said] [1q it would rain].", "hopefuls"),
    ("Signs were held up by farmers [1s who] [1c said] [1q it would rain].", "farmers"),
    ("It drew the anger of farmers [1s who] [1c said] [1q it would rain].", "farmers"),
    ("[1s An article in The New York Times] [1c said] [1q it would rain].", "New York Times"),
    ("[1s A video released by Ann Lee] [1c said] [1q it would rain].", "Ann Lee"),
    ("Ann Lee ran. [1s The Lee camp] [1c said] [1q it would rain].", "Lee camp"),
]


@pytest.mark.parametrize(("text", "speaker"), UNNAMED)
def test_an_unnamed_source_is_its_noun_phrase(text: str, speaker: str) -> None:
    """Without times and participles, with all of a list; a document stands for its author where the text tells."""
    assert who(text)[0][0] == speaker


WHOLE = [
    ("Benito Ibarra-Luz ran. [1s Ibarra-Luz] [1c said] [1q it would rain].", "Benito Ibarra-Luz"),
    ("Anton IbaÃ±ez ran. [1s IbaÃ±ez] [1c said] [1q it would rain].", "Anton Ibañez"),
    ("George W. Bush came. George Bush left. [1s Mr. Bush] [1c said] [1q it would rain].", "George W. Bush"),
    ("Nicolas Maduro is Nicolás Maduro. [1s Nicolas Maduro] [1c said] [1q it would rain].", "Nicolas Maduro"),
    ("[1s Putin] [1c said] [1q it would rain].", "Vladimir Putin"),
    ("Bernard Holt ran. He met Ann Roe. [1s His wife, Jane,] [1c said] [1q it would rain].", "Jane Holt"),
    ("The Harbour Heritage Museum opened. [1s The Harbour Museum] [1c said] [1q no].", "Harbour Heritage Museum"),
    ("Karl Maurer ran. [1s Mauer] [1c said] [1q it would rain].", "Karl Maurer"),
    ("[1s One guest, Ban Ki-soon,] [1c said] [1q it would rain].", "Ban Ki-soon"),
    ("[1s One guest, New York Democrat Ann Lee,] [1c said] [1q it would rain].", "Ann Lee"),
    ("[1s The March 9 Youth Coalition] [1c said] [1q it would rain].", "March 9 Youth Coalition"),
    ("[1s Black Lives Matter] [1c said] [1q it would rain].", "Black Lives Matter"),
    ("Ann Lee ran. [1s Lee's office] [1c said] [1q it would rain].", "Ann Lee's office"),
    ("[1s Norway's Justice Ministry] [1c said] [1q it would rain].", "Norway's Justice Ministry"),
    ("[1s The super PAC Harbours USA Action] [1c said] [1q it would rain].", "Harbours USA Action"),
]


@pytest.mark.parametrize(("text", "speaker"), WHOLE)
def test_the_fullest_form_of_a_name_is_printed(text: str, speaker: str) -> None:
    """Also where the article shortens, misspells or garbles it, or the world knows somebody by the surname."""
    assert who(text)[-1][0] == speaker


SEVERAL = [
    ("[1s Ann Lee, along with reporter Bob Ray,] [1c said] [1q it rained].", "Ann Lee and Bob Ray"),
    ("[1s Ann Lee, member for Upper Birk and Lower Birk,] [1c said] [1q it rained].", "Ann Lee"),
    ("[1s Ann Lee, head of the guild, and a baker who left] [1c said] [1q it rained].", "Ann Lee"),
    (
        "[1s The others -- Mayor Ann Lee, Bob Ray and Jon Poe --] [1c said] [1q no].",
        "Ann Lee, Bob Ray and Jon Poe",
    ),
    ("Ann Lee ran. [1s Lee and her deputy, Bob Ray,] [1c said] [1q it rained].", "Ann Lee and Bob Ray"),
    ("The Lee campaign ran. [1s The Birk campaign] [1c said] [1q it rained].", "Birk campaign"),
    ("[1s The leaders of Canada, Mexico and Peru] [1c said] [1q no].", "leaders of Canada, Mexico and Peru"),
]


@pytest.mark.parametrize(("text", "speaker"), SEVERAL)
def test_names_in_a_description_are_no_further_speakers(text: str, speaker: str) -> None:
    """What is joined inside an apposition or after "leaders of" does not speak; what a dash adds does."""
    assert who(text)[0][0] == speaker


LATER = [
    ("[1s Guild chief] [1c says] [1q it will rain].\n\nOn Friday [2s Ann Lee] [2c said] [2q yes].", "Ann Lee"),
    ("[1s A dean] [1c says] [1q no].\n\nIt rained. Some left. All saw it. Ann Lee, the dean, ran.", "Ann Lee"),
    ("[1s An aide who was not authorized] [1c says] [1q no].\n\n[2s Ann Lee] [2c said] [2q yes].", "aide"),
]


@pytest.mark.parametrize(("text", "speaker"), LATER)
def test_who_is_described_in_the_lead_is_named_later(text: str, speaker: str) -> None:
    """A headline's or lead's description is the one with that role, or who is introduced as a speaker next."""
    assert who(text)[0][0] == speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("[1s The Court of Appeals for the 5th Circuit] [1c saw] [1q it].", "Court of Appeals for the 5th Circuit"),
        ("[1s Fox 32 Chicago] [1c reported] [1q that the dam leaked].", "Fox 32 Chicago"),
        ("[1s Politico Texas] [1c reported] [1q that the dam leaked].", "Politico Texas"),
        ("Jon Magwenya spoke. It leaked, [1c according to] [1s Magwneya], [1q in the north].", "Jon Magwenya"),
        ("Ann Lee of the Bridge Fund told Fox News so. [1s The group] [1c said] [1q it leaked].", "Bridge Fund"),
        ("The dam has a friend. [1s The PAC] [1c said] [1q it leaked].", "PAC"),
    ],
)  # fmt: skip
def test_a_body_is_named_with_its_place_and_a_slip_is_mended(text: str, speaker: str) -> None:
    """A court has its circuit, a channel its town; a noun in capitals names nobody, nor does "group" an outlet."""
    assert who(text)[0][0] == speaker


INITIALS = [
    ("[1s R. Tarrant] [1c said] [1q yes]. [2s B. Tarrant] [2c said] [2q no].", ["R. Tarrant", "B. Tarrant"]),
    ("Ann Lee sat. [1s B. Lee] [1c said] [1q yes]. [2s A. Lee] [2c said] [2q no].", ["B. Lee", "Ann Lee"]),
]


@pytest.mark.parametrize(("text", "speakers"), INITIALS)
def test_initials_tell_people_of_one_surname_apart(text: str, speakers: list[str]) -> None:
    """An initial joins only the first name that begins with it."""
    assert [speaker for speaker, _ in who(text)] == speakers


@pytest.mark.parametrize("source", ["No one at the port", "None of the miners", "Neither Ann Lee nor her aides"])
def test_nobody_is_no_speaker(source: str) -> None:
    """Also where the phrase that denies holds a name."""
    assert who(f"[1s {source}] [1c said] [1q it would rain].") == [(None, None)]
