"""Names: when two are the same, whatever way they are printed."""

from __future__ import annotations

import unicodedata

import pytest

from onrecord.text.names import compatible, fold, name_words, normalize, same_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("President Ann Lee", "ann lee"),
        ("the Kremlin", "Kremlin"),
        ("the Foreign Minister Aron Keld", "Aron KELD"),
        ("Deputy Foreign Minister Aron Keld", "Aron Keld"),
        ("Mr. Aron Keld", "Aron Keld"),
        ("José Núñez", unicodedata.normalize("NFD", "José Núñez")),
        ("José Núñez", "Jose Nunez"),
        ("Lech Wałęsa", "Lech Walesa"),
        ("Søren Ørsted", "Soren Orsted"),
        ("Jean-Luc Orr", "Jean Luc Orr"),
        ("O’Neill", "O'Neill"),
        ("J. R. Orr", "J.R. Orr"),
        ("Ann Lee’s", "Ann Lee"),
        (None, ""),
    ],
)
def test_same_names(one: str | None, other: str | None) -> None:
    """Case, accents, composed letters, punctuation, articles and titles make no other name."""
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("president of Rome", "Rome"),
        ("prime minister's office", "office"),
        ("general staff of Korsava", "staff of Korsava"),
        ("official close to the talks", "close to the talks"),
        ("Refugee Bureau", "Bureau"),
        ("Ann Lee", "Ann Day"),
        ("Ann Lee", None),
    ],
)
def test_other_names(one: str | None, other: str | None) -> None:
    """An office that is the name, and a description, keep their words."""
    assert not same_name(one, other)


def test_compatible_names_include_each_other() -> None:
    """Two names are compatible where the words of one include the other's."""
    assert compatible("senior diplomat", "a senior Roman diplomat")
    assert not compatible("Ann Lee", "Ann Day")
    assert not compatible("Ann Lee", None)
    assert compatible(None, None)


def test_folded_names_are_words() -> None:
    """A folded name is words with single blanks; a name of punctuation alone folds to nothing."""
    assert fold("  Núñez,  J.-L. ") == "nunez j l"
    assert fold("—") == ""
    assert name_words(None) == ()
    assert normalize("The President Ann LEE") == "ann lee"
