"""Which issue a content speaks to: terms, meaning, conditions and what was spoken of before."""

from __future__ import annotations

import numpy as np
import pytest

from onrecord.errors import LexiconError
from onrecord.interpret.issuechain import Chain, IssueModel, bundled_issue_model
from onrecord.interpret.issues import FEATURES, LINKS, IssueIndex, Passage, compare, points_back
from onrecord.interpret.vectors import bundled_vectors
from onrecord.lexicon import Codebook, Issue
from onrecord.text.tokens import words

BOOK = Codebook(
    name="Harbour",
    description="The quarrel between Brask and Ostvia.",
    issues=(
        Issue(
            id="toll",
            label="Toll on the bridge",
            proposition="The toll should be abolished.",
            terms=("toll", "bridge fee"),
        ),
        Issue(
            id="arms",
            label="Handing in of weapons",
            proposition="The militia should hand in its weapons.",
            terms=("weapons", "disarm"),
        ),
    ),
)


def index() -> IssueIndex:
    return IssueIndex(BOOK, bundled_vectors())


def evidence(content: str, condition: str = "") -> dict[str, np.ndarray]:
    passage = Passage(main=words(content), conditioned=words(condition))
    table = index().evidence(passage).table
    return {name: table[:, n] for n, name in enumerate(FEATURES)}


def test_inflected_terms_are_found() -> None:
    """A plural and a spread phrase hit their term, and only their issue."""
    seen = evidence("the tolls and every bridge or ferry fee")
    assert seen["term"][0] > seen["term"][1] == 0
    assert seen["several terms"][0] == 1


def test_what_else_a_speaker_says_counts() -> None:
    """A statement is given the mean of the others of its speaker; one whose speaker says nothing else, nothing."""
    contents = "the rifles must go", "nobody can wait", "the tariff is too high", "the guns are rusty"
    found = [index().evidence(Passage(main=words(content))) for content in contents]
    compare(found, ["Vasky", "Vasky", None, "Vasky"])
    own, theirs = FEATURES.index("likeness"), FEATURES.index("speaker's likeness")
    expected = (found[0].table[:-1, own] + found[3].table[:-1, own]) / 2
    np.testing.assert_allclose(found[1].table[:-1, theirs], expected, rtol=1e-5)
    assert not found[2].table[:, theirs].any()


def test_a_term_in_a_condition_counts_apart() -> None:
    """What stands in a condition is no term of the main clause."""
    seen = evidence("the toll could fall", "once the weapons are handed in")
    assert seen["term"][1] == 0
    assert seen["term in condition"][1] > 0


def test_meaning_helps_where_no_term_stands() -> None:
    """Rifles point to weapons without being a term."""
    seen = evidence("to lay down the rifles")
    assert seen["none: no term"][-1] == 1
    assert seen["kin words"][1] > seen["kin words"][0]
    assert seen["likeness"][1] > seen["likeness"][0]


@pytest.mark.parametrize("content", ["it", "that the plan is dead", "to the proposal", "such a deal"])
def test_contents_that_point_back(content: str) -> None:
    """Pronouns and "the plan" refer to what was spoken of before."""
    assert points_back(content)


def test_a_content_with_a_topic_does_not_point_back() -> None:
    """A content that names its thing stands alone."""
    assert not points_back("the toll would stay")


def test_the_chain_sums_over_all_readings() -> None:
    """Marginals and log sum equal those of enumerating every reading of three statements."""
    rng = np.random.default_rng(3)
    scores, stay, none = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=3)
    total, marginals = 0.0, np.zeros((3, 3))
    for a in range(3):
        for b in range(3):
            for c in range(3):
                score = scores[0, a] + scores[1, b] + scores[2, c]
                score += (a == b) * (none[1] if a == 2 else stay[1]) + (b == c) * (none[2] if b == 2 else stay[2])
                weight = np.exp(score)
                total += weight
                for row, state in enumerate((a, b, c)):
                    marginals[row, state] += weight
    chain = Chain.of(scores, stay, none)
    assert chain.log_sum == pytest.approx(np.log(total))
    assert chain.marginals == pytest.approx(marginals / total)


def test_a_statement_without_evidence_keeps_the_issue_before() -> None:
    """With links that reward staying, belief flows to the next statement."""
    stay = np.zeros(len(LINKS))
    stay[0] = 2.0
    evidence = np.zeros(len(FEATURES))
    evidence[FEATURES.index("term")] = 4.0
    model = IssueModel(evidence, stay, np.zeros(len(LINKS)))
    tables = np.zeros((2, 3, len(FEATURES)), dtype=np.float32)
    tables[0, 1, FEATURES.index("term")] = 1.0
    links = np.zeros((2, len(LINKS)), dtype=np.float32)
    links[1, 0] = 1.0
    assert model.beliefs(list(tables), list(links))[1].argmax() == 1


def test_the_bundled_model_goes_through_json_unharmed() -> None:
    """Written and read again, the model is the same; one of other features is refused."""
    model = bundled_issue_model()
    again = IssueModel.from_json(model.to_json())
    assert again.to_json() == model.to_json()
    with pytest.raises(LexiconError):
        IssueModel.from_json(model.to_json().replace('"best term"', '"worst term"'))
