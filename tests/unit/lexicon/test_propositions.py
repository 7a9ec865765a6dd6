"""Propositions that are no single affirmative sentence are warned of, and good ones are not."""

from __future__ import annotations

from importlib import resources

import pytest

from onrecord.lexicon import load_codebook
from onrecord.lexicon.propositions import proposition_warnings

GOOD = [
    "The Northern Pact should send peacekeepers to Sund.",
    "Tarsia carried out the attack on the bridge.",
    "Caldria and Ushmar should exchange all of their prisoners.",
    "The European Union should fund schools and hospitals.",
    "The deficiency is serious.",
    "Emissions cause the warming of the oceans.",
    "The government broke the ceasefire of 3 March.",
    "The state should pay for food and water.",
    "The central bank raised rates too late.",
    "Humans evolved from other species.",
]
BAD = [
    ("Peacekeepers for Sund", "noun phrase"),
    ("The attack on the bridge.", "noun phrase"),
    ("Withdrawal of all troops", "noun phrase"),
    ("The sanctions should not be lifted.", "negative"),
    ("Nobody should recognise the annexation.", "negative"),
    ("Tarsia shouldn't keep the port.", "negative"),
    ("Tarsia should withdraw and pay reparations.", "two claims"),
    ("Tarsia should withdraw its troops, and Sund should open the road.", "two claims"),
    ("Tarsia attacked. Sund should answer.", "two claims"),
    ("Was it Tarsia?", "question"),
    ("Sund should be safe " + "and sound " * 20, "words"),
]


@pytest.mark.parametrize("proposition", GOOD)
def test_a_good_proposition_is_not_warned_of(proposition: str) -> None:
    """One affirmative sentence of policy or of fact has no warning."""
    assert list(proposition_warnings(proposition)) == []


@pytest.mark.parametrize(("proposition", "says"), BAD)
def test_a_bad_proposition_is_warned_of(proposition: str, says: str) -> None:
    """Each kind of mistake is named."""
    assert any(says in warning for warning in proposition_warnings(proposition))


@pytest.mark.parametrize(
    "name", ["data/sample/straits.yaml", "data/sample/sund.yaml", "lexicon/codebook-template.yaml"]
)
def test_bundled_codebooks_have_no_warning(name: str) -> None:
    """What the program gives as an example follows its own advice."""
    with resources.as_file(resources.files("onrecord") / name) as path:
        book = load_codebook(path)
    for issue in book.issues:
        assert list(proposition_warnings(issue.proposition)) == [], issue.proposition
