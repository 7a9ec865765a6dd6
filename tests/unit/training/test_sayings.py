"""The labelled sayings that the models of meaning are trained on."""

from __future__ import annotations

from training.sayings import STANCES, labelled_sayings

from onrecord.core.statement import Act, Commitment


def test_every_saying_is_whole_and_in_the_closed_lists() -> None:
    """Labels are values of the closed lists, places are where cue and content stand, and nothing is said twice."""
    sayings = list(labelled_sayings())
    acts, commitments = {str(a) for a in Act}, {str(c) for c in Commitment}
    for saying in sayings:
        text, cue, content = saying.printed()
        assert saying.proposition
        assert saying.act in acts, saying
        assert saying.commitment in commitments, saying
        assert saying.stance in STANCES, saying
        assert (text[slice(*cue)], text[slice(*content)]) == (saying.cue, saying.content)
    told = [(s.proposition, s.cue, s.content) for s in sayings]
    assert len(told) == len(set(told)) > 3000
