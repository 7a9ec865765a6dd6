"""Proposed codebooks: alike contents come together, and what is proposed is a codebook that loads."""

from __future__ import annotations

from pathlib import Path

from onrecord.classify.suggest import suggest, suggest_codebook
from onrecord.lexicon import load_codebook
from onrecord.text.vectors import bundled_vectors

TOLL = [
    "the bridge toll must be dropped",
    "that the toll on the bridge would stay",
    "a lower toll on the bridge",
    "the bridge toll is unfair",
]
FISH = [
    "the herring quota is too small",
    "that the quota for herring should be cut",
    "a smaller herring quota",
    "the herring quota will rise",
]


def test_alike_contents_come_together() -> None:
    """Two topics, two issues, each with a term of its own."""
    proposed = suggest([*TOLL, *FISH], bundled_vectors())
    assert len(proposed) == 2
    assert {bool({"toll", "bridge"} & set(p.terms)) for p in proposed} == {True, False}
    assert proposed[0].size == proposed[1].size == 4


def test_the_proposal_is_a_codebook(tmp_path: Path) -> None:
    """What is written loads as a codebook, quotation marks and colons in the contents notwithstanding."""
    path = tmp_path / "proposed.yaml"
    path.write_text(suggest_codebook([*TOLL, 'the bridge toll: "theft"', *FISH], "Harbour: a try"), encoding="utf-8")
    codebook = load_codebook(path)
    assert codebook.name == "Harbour: a try"
    assert len(codebook.issues) == 2


def test_too_little_gives_nothing() -> None:
    """Two contents are no issue."""
    assert suggest(TOLL[:2], bundled_vectors()) == []


def test_a_proposed_proposition_is_a_sentence_of_policy_where_one_was_said() -> None:
    """A full sentence that can stand alone is preferred to a fragment or one that begins with a pronoun."""
    from onrecord.classify.suggest import _proposition

    said = [
        "an immediate ceasefire",
        "we should stop firing",
        "that the army should leave the port",
        "The port is safe",
    ]
    assert _proposition(said) == "The army should leave the port."
    assert _proposition(["an immediate ceasefire", "The port is safe"]) == "The port is safe."


def test_the_statements_nearest_to_an_issue_are_about_it() -> None:
    """What is said about the port is nearer to the port's issue than what is said about the weather."""
    from onrecord.classify.suggest import nearest
    from onrecord.lexicon.codebook import codebook_from_dict
    from onrecord.text.vectors import bundled_vectors

    issue = {"label": "Port", "proposition": "The army should leave the port.", "terms": ["port"]}
    contents = ["rain is expected in the north", "soldiers must leave the port", "the harvest was good this summer"]
    found = nearest(codebook_from_dict({"issues": {"port": issue}}, "book"), contents, bundled_vectors())
    assert found["port"][0] == "soldiers must leave the port"
