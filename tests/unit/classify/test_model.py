"""The classifier's network: verdicts that decompose, and that depend on nothing but their own proposition."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onrecord.classify.inputs import Passage, quoted_mask
from onrecord.classify.model import ClassifierModel, Reading, load_classifier
from onrecord.errors import ModelError

TEXT = "Minister Ida Renn condemned the decision to close the port."
PASSAGE = Passage([(0, 17)], [(18, 27)], [(28, 58)])
CLOSE = "The port should be closed."


@pytest.fixture(scope="module")
def model() -> ClassifierModel:
    """Load the bundled classifier."""
    return load_classifier()


def test_shares_add_up_to_scores(model: ClassifierModel) -> None:
    """The scores of a statement head are the sums of what the pieces add."""
    reading = model.read(model.statement(TEXT, PASSAGE, quoted_mask(TEXT)), "Ida Renn", None, [CLOSE])
    for verdict in reading.statement.values():
        assert np.allclose(verdict.shares.sum(0), verdict.scores, atol=1e-4)


def test_a_proposition_is_read_alike_beside_others(model: ClassifierModel) -> None:
    """Further propositions change a verdict by no more than rounding to bytes does."""
    statement = model.statement(TEXT, PASSAGE, quoted_mask(TEXT))
    alone = model.read(statement, "Ida Renn", None, [CLOSE]).propositions[0]["stance"].scores
    among = model.read(statement, "Ida Renn", None, ["Taxes should rise.", CLOSE]).propositions[1]["stance"].scores
    assert np.abs(alone - among).max() < 0.25


def test_the_negated_proposition_turns_the_side(model: ClassifierModel) -> None:
    """Who condemns the closing of a port opposes that it be closed, and supports that it stay open."""
    statement = model.statement(TEXT, PASSAGE, quoted_mask(TEXT))
    close, stay = model.read(statement, "Ida Renn", None, [CLOSE, "The port should stay open."]).propositions
    assert close["stance"].scores[1] > close["stance"].scores[0]
    assert stay["stance"].scores[0] > stay["stance"].scores[1]


def test_a_repeated_statement_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network runs once for a sentence that a text repeats, and anew where a word of it or beside it differs."""
    model = ClassifierModel(Path(str(resources.files("onrecord").joinpath("data", "classifier"))))
    runs: list[tuple[int, ...]] = []

    class CountingSession:
        def run(self, names: None, inputs: dict[str, Any], session: Any = model._session) -> Any:
            runs.append(inputs["embedded"].shape)
            return session.run(names, inputs)

    monkeypatch.setattr(model, "_session", CountingSession())

    def read(text: str, blanks: int = 0, beside: str = CLOSE) -> Reading:
        parts = ([(a + blanks, b + blanks) for a, b in part] for part in (PASSAGE.source, PASSAGE.cue, PASSAGE.content))
        whole = " " * blanks + text
        return model.read(model.statement(whole, Passage(*parts), quoted_mask(whole)), "Ida Renn", None, [beside])

    first, again = read(TEXT), read(TEXT, 300)
    assert len(runs) == 1
    assert np.array_equal(first.condition, again.condition)
    assert [(a + 300, b + 300) for a, b in first.encoded.spans if a >= 0] == [
        p for p in again.encoded.spans if p[0] >= 0
    ]
    read(TEXT.replace("Ida", "Ole"))
    read(TEXT, beside="Taxes should rise.")
    assert len(runs) == 3


def test_half_a_pair_in_a_title_costs_nothing(model: ClassifierModel) -> None:
    """A lone surrogate, which JSON escapes can bring into a title or a name, is read as a sign that is not known."""
    statement = model.statement(TEXT, PASSAGE, quoted_mask(TEXT))
    assert model.read(statement, "Ida \ud800", "Port \udc00", [CLOSE]).propositions


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A folder without a model is a ModelError that names it."""
    with pytest.raises(ModelError, match=str(tmp_path)):
        ClassifierModel(tmp_path)
