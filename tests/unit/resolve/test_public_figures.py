"""Public figures whom readers know: the table, and what it lends to articles that do not tell."""

from __future__ import annotations

import pytest
from tests.unit.resolve.saying_made import read, who

from onrecord.lexicon import rows
from onrecord.resolve.public_figures import known_by_surname, known_figure
from onrecord.resolve.sides import parties

TABLE = list(rows("resolve/public-figures.tsv"))


def test_each_figure_has_one_row() -> None:
    """No two rows have one name, whatever its accents and middle initials, so that nobody is in two parties."""
    found = {id(known_figure(row["name"])) for row in TABLE}
    assert len(found) == len(TABLE)
    assert all(len(row["name"].split()) > 1 or "-" in row["name"] for row in TABLE)


def test_states_and_parties_are_written_as_the_resolver_writes_them() -> None:
    """States are those of the gazetteer, and a party whose words the resolver reads has its name."""
    states = {row["name"] for row in rows("actors.tsv") if row["kind"] == "state"}
    assert {row["state"] for row in TABLE} - states == {"-"}
    assert set(parties()[0].values()) <= {row["party"] for row in TABLE}


def test_terms_are_years_in_order() -> None:
    """Terms in high office follow one another, and each ends after it began."""
    for row in TABLE:
        politician = known_figure(row["name"])
        assert politician is not None
        years = [year for term in politician.terms for year in term]
        assert years == sorted(years), row


def test_many_democracies_are_covered() -> None:
    """The table is general knowledge, not the field of one election."""
    with_parties = {row["state"] for row in TABLE if row["party"] != "-"}
    assert len(with_parties) > 50
    assert sum(row["state"] == "United States" for row in TABLE) < len(TABLE) / 2


@pytest.mark.parametrize("name", ["Dilma Rousseff", "DILMA ROUSSEFF", "Dilma V. Rousseff"])
def test_a_politician_is_known_by_the_full_name(name: str) -> None:
    """Capitals and middle initials are left aside; a surname alone or another first name is unknown."""
    politician = known_figure(name)
    assert politician is not None
    assert (politician.state, politician.party) == ("Brazil", "Workers' Party")
    assert known_figure("Rousseff") is known_figure("Ana Rousseff") is None


@pytest.mark.parametrize(
    ("year", "standing"),
    [(2009, "no office"), (2012, "in office"), (2015, "in office"), (2020, "after office"), (None, "no office")],
)
def test_office_depends_on_the_year(year: int | None, standing: str) -> None:
    """One is in office in the years of a term, after office later, and neither before or without a date."""
    politician = known_figure("François Hollande")
    assert politician is not None
    assert politician.standing(year) == standing


def test_a_known_figure_speaks_for_the_party_or_for_the_state_in_office() -> None:
    """A head of government in office speaks for the state; a contender, beside the party's words, for the party."""
    text = "[1s Angela Merkel] [1c said] [1q it would rain]."
    assert who(text, published="2010-03-05") == [("Angela Merkel", "Germany")]
    text = "The Republicans met in Iowa. [1s Ted Cruz] [1c said] [1q it would rain]."
    assert who(text, published="2016-01-05") == [("Ted Cruz", "Republican Party")]
    assert who(text.replace("Ted Cruz", "Ted Oster"), published="2016-01-05") == [("Ted Oster", None)]


def test_what_the_article_tells_of_a_politician_can_win() -> None:
    """An office told beside the name counts more than the party that readers know."""
    text = "[1s Howard Dean, director of the Marsh Institute,] [1c said] [1q it would rain]."
    assert who(text, published="2022-01-05") == [("Howard Dean", "Marsh Institute")]


def test_the_evidence_of_a_known_party_is_its_word_or_the_name() -> None:
    """Where the article has words of the party, those are cited; otherwise the speaker's name is."""
    (named,) = read("The Republicans met. [1s Ted Cruz] [1c said] [1q it rained].", published="2016-01-05")
    assert [one.quote for one in named.affiliation.evidence] == ["Republicans"]
    (bare,) = read("Snow fell in Iowa. [1s Ted Cruz] [1c said] [1q it rained].", published="2016-01-05")
    assert [one.quote for one in bare.affiliation.evidence] == ["Ted Cruz"]


def test_a_governor_in_office_speaks_for_the_state_governed() -> None:
    """In the years of the term the place is an option, also where the article does not name it."""
    text = "Snow fell. [1s Gov. Jay Inslee] [1c said] [1q the roads would be cleared]."
    assert who(text, published="2015-02-03") == [("Jay Inslee", "Washington")]


def test_a_journalist_speaks_for_the_outlet_of_that_year() -> None:
    """An outlet that the article does not name comes from the table, in the years that it gives."""
    text = "Snow fell. [1s Rachel Maddow] [1c said] [1q it would rain]."
    assert who(text, published="2016-02-03") == [("Rachel Maddow", "MSNBC")]
    assert who(text, published="2005-02-03") == [("Rachel Maddow", None)]


@pytest.mark.parametrize(
    ("described", "published", "meant"),
    [
        ("The Vermont senator", "2016-02-03", "Bernie Sanders"),
        ("The Democratic nominee", "2016-09-03", "Hillary Clinton"),
        ("The New Jersey governor", "2016-02-03", "Chris Christie"),
        ("The Democratic vice-presidential nominee", "2016-09-03", "Tim Kaine"),
        ("The Utah Republican", "2016-02-03", "Jason Chaffetz"),
    ],
)
def test_a_description_means_the_one_who_holds_the_post(described: str, published: str, meant: str) -> None:
    """Of all people in the article the one of that district, office or party is meant, not the one named last."""
    text = (
        "Bernie Sanders, Hillary Clinton, Tim Kaine, Jason Chaffetz and Chris Christie met Tom Arvid. "
        f"Arvid left early. [1s {described}] [1c said] [1q the roads were bad]."
    )
    ((name, _),) = who(text, published=published)
    assert name == meant


def test_a_plural_description_means_no_one_person() -> None:
    """Members of a party in a state are not its senator."""
    text = "Harry Reid spoke. [1s Nevada Democrats] [1c said] [1q the roads were bad]."
    ((name, _),) = who(text, published="2016-02-03")
    assert name == "Nevada Democrats"


def test_a_surname_alone_does_not_make_a_representative() -> None:
    """Surnames stand for politicians whom all readers know, not for members of the House or journalists."""
    assert known_by_surname("Merkel") == "Angela Merkel"
    assert known_by_surname("Farenthold") is known_by_surname("Maddow") is None
