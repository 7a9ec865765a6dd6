"""The narrowing of a codebook to the issues that a statement may speak to."""

from __future__ import annotations

import numpy as np
import pytest

from onrecord.classify.candidates import FEATURES, CandidateIndex, Surroundings, is_linked
from onrecord.lexicon.codebook import codebook_from_dict
from onrecord.text.tokens import words
from onrecord.text.vectors import bundled_vectors

BOOK = codebook_from_dict(
    {
        "issues": {
            "toll": {
                "label": "Toll",
                "proposition": "The toll should go.",
                "terms": ["toll", "port fee schedule"],
            },
            "fish": {"label": "Fishing", "proposition": "Trawlers should be banned.", "terms": ["trawlers", "toll"]},
        }
    },
    "test",
)


def features(content: str) -> np.ndarray:
    """Compute the evidence for a content that stands alone."""
    tokens = words(content)
    return CandidateIndex(BOOK, bundled_vectors()).features(Surroundings(tokens, tokens, [], []))


def test_terms_are_found_in_other_forms() -> None:
    """A term of several words is found in the plural."""
    table = features("They abolished the port fee schedules.")
    assert table[0, FEATURES.index("term in content")] == 1
    assert table[1, FEATURES.index("term in content")] == 0


def test_a_shared_term_counts_by_its_share() -> None:
    """A term that two issues share points to neither as strongly as a term of one's own."""
    column = FEATURES.index("term in content")
    assert features("The toll rises.")[0, column] == 0.5
    assert features("Trawlers left.")[1, column] == 1


def test_likeness_prefers_the_kindred_issue() -> None:
    """A content without any term is more like the proposition that it is about."""
    column = FEATURES.index("likeness of content")
    table = features("Boats must stop catching cod with nets.")
    assert table[1, column] > table[0, column]


def test_an_issue_without_words_or_likeness_is_not_linked() -> None:
    """A remark on something else altogether is not read beside an issue, however few issues there are."""
    assert not is_linked(features("Her oven was older than she was.")[0])
    assert is_linked(features("They abolished the port fee schedules.")[0])
    assert is_linked(features("Boats must stop catching cod with nets.")[1])


TWO = codebook_from_dict(
    {
        "issues": {
            "ferry": {"label": "Ferry", "proposition": "The ferry should run again.", "terms": ["ferry"]},
            "tunnel": {"label": "Tunnel", "proposition": "A tunnel should be dug.", "terms": ["tunnel"]},
        }
    },
    "test",
)


@pytest.mark.parametrize(
    ("content", "own"),
    [
        ("The ferry is a joy. The tunnel will ruin us.", "The tunnel will ruin us"),
        ("the island needs a ferry, not a tunnel", "not a tunnel"),
        ("the island needs a ferry and a tunnel", None),
        ("the tunnel will ruin us. It is a grave", None),  # no clause is about another issue
    ],
)
def test_an_issue_beside_others_has_its_own_clause(content: str, own: str | None) -> None:
    """Of a content that names two issues, the clause that names one of them."""
    found = CandidateIndex(TWO, bundled_vectors()).own_clause(words(content), 1)
    assert (found and content[slice(*found)]) == own
