"""Proposals by nearest coded statements."""

from __future__ import annotations

from math import sqrt

import pytest

from onrecord.analyse.proposals import MIN_COSINE, NEIGHBOURS, Proposal, coded_words, propose
from onrecord.analyse.retellings import stems


def test_a_statement_without_likeness_proposes_nothing() -> None:
    """Where no coded statement shares enough words there is no proposal."""
    coded = [coded_words("dam", "support", "the ferry sails at noon")]
    assert propose(coded, "Bread became dear") is None
    assert propose([], "the ferry sails") is None


def test_likeness_is_the_cosine_of_stems() -> None:
    """A statement is a neighbour from a cosine of 0.3 on: common stems over the root of both counts."""
    words = "alpha bravo charlie delta echo foxtrot golf hotel india"
    one = coded_words("dam", "oppose", words)
    for shared in range(1, 4):
        text = " ".join([*words.split()[:shared], *("kilo lima mike november oscar papa quebec romeo sierra".split())])
        cosine = shared / sqrt(len(set(stems(words))) * len(set(stems(text))))
        assert (propose([one], text) is not None) == (cosine >= MIN_COSINE)


@pytest.mark.parametrize("far", [4, 6])
def test_the_nearest_five_vote_by_likeness(far: int) -> None:
    """Two statements in the same words outweigh some that share a part; only the nearest five have a vote."""
    text = "the great dam will flood our valley"
    coded = [coded_words("toll", "oppose", "the great dam is a costly wall of stone and sand")] * far
    coded += [coded_words("dam", "support", text)] * 2
    found = propose(coded, text)
    assert found == Proposal("dam", "support", 2)
    assert propose(coded[:-2], text) == Proposal("toll", "oppose", min(far, NEIGHBOURS))


def test_a_draw_goes_to_the_first_issue_and_stance_in_order() -> None:
    """Of equal votes the first in code point order is proposed, whatever the order of the statements."""
    text = "the great dam"
    coded = [
        coded_words("toll", "oppose", text),
        coded_words("dam", "support", text),
        coded_words("dam", "oppose", text),
    ]
    assert propose(coded, text) == propose(coded[::-1], text) == Proposal("dam", "oppose", 1)
