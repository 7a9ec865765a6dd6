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
