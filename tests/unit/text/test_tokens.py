"""Words and marks, with their places in the text."""

from __future__ import annotations

import pytest

from onrecord.text.inflection import verb_forms
from onrecord.text.tokens import between, stem, words


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Lee’s plan, he said.", ["Lee", "’s", "plan", ",", "he", "said", "."]),
        ("The U.S. won't co-operate", ["The", "U.S.", "won't", "co-operate"]),
        ("“No!”", ["“", "No", "!", "”"]),
        ("Zürich’s São José", ["Zürich", "’s", "São", "José"]),
        ("", []),
    ],
)
def test_words(text: str, wanted: list[str]) -> None:
    """Hyphens, apostrophes and initials stay inside words; possessives and marks are tokens of their own."""
    found = words(text)
    assert [word.text for word in found] == wanted
    assert all(text[word.start : word.end] == word.text for word in found)


def test_words_of_a_part_have_offsets_into_the_whole() -> None:
    """Tokenizing a slice gives offsets into the text, and the same words however long the text is."""
    text = "One two three. " * 400
    found = words(text)
    assert words(text, 15, 30)[0].start == 15
    assert list(between(found, 15, 30)) == words(text, 15, 30)


def test_stems_join_inflections_and_derivations() -> None:
    """Inflected and derived forms of a word share a stem; short words are left alone."""
    assert stem("withdraw") == stem("withdrawal") == stem("Withdrawing")
    assert stem("guarantee") == stem("guarantees")
    assert stem("was") == "was"


@pytest.mark.parametrize(
    ("lemma", "form", "wrong"),
    [("begin", "begun", "begined"), ("see", "saw", "seed"), ("veto", "vetoes", "vetos"),
     ("rebut", "rebutted", "rebuted"),
     ("deny", "denies", "denys"), ("say", "said", "sayed")],
)  # fmt: skip
def test_verbs_are_inflected_as_english_does(lemma: str, form: str, wrong: str) -> None:
    """Irregular verbs and doubled consonants have their real forms, and no invented ones."""
    assert {lemma, form} <= verb_forms(lemma)
    assert wrong not in verb_forms(lemma)
