"""The side towards a thing whose end a statement names."""

import pytest

from onrecord.classify.endings import LONGEST, side_towards_ended
from onrecord.classify.negation import negate
from onrecord.core.span import Text
from onrecord.core.statement import Act, Article, Stance
from onrecord.extract import load_extractor
from onrecord.interpreter import Interpreter
from onrecord.lexicon import Issue, codebook_from_dict
from onrecord.text.tokens import words

PIPELINE = Issue(
    id="pipeline", label="Pipeline", proposition="The pipeline to Orm should be built.", terms=("pipeline",)
)


@pytest.mark.parametrize(
    ("content", "act", "side"),
    [
        ("an immediate halt to the pipeline", Act.DEMAND, Stance.OPPOSE),
        ("the pipeline to be scrapped", Act.DEMAND, Stance.OPPOSE),
        ("to send the pipeline home", Act.DEMAND, Stance.OPPOSE),
        ("the pipeline has to go", Act.DEMAND, Stance.OPPOSE),
        ("to do away with the pipeline", Act.PROPOSE, Stance.OPPOSE),
        ("the court's decision to strike down the pipeline", Act.ENDORSE, Stance.OPPOSE),
        ("the collapse of the pipeline", Act.ACCUSE, Stance.SUPPORT),
        ("an attack on the pipeline", Act.ACCUSE, Stance.SUPPORT),
        ("the end of the attacks on the pipeline", Act.ENDORSE, Stance.SUPPORT),
        ("to resist the pipeline", Act.PROMISE, Stance.OPPOSE),
        ("not to abandon the pipeline", Act.PROMISE, Stance.SUPPORT),
        ("Stop the pipeline. Stop it now.", Act.DEMAND, Stance.OPPOSE),
        ("halting the pipeline was a blunder", Act.REJECT, Stance.SUPPORT),
    ],
)
def test_who_wants_the_end_of_a_thing_is_against_it(content: str, act: Act, side: Stance) -> None:
    """An odd number of ends, negations and rejections turns the side, an even number does not."""
    assert side_towards_ended(words(content), act, PIPELINE) == side


@pytest.mark.parametrize(("cue", "side"), [("was furious", Stance.SUPPORT), ("said", None), ("told her aides", None)])
def test_a_cue_of_anger_is_at_the_end_that_follows_it(cue: str, side: Stance | None) -> None:
    """After a verb of plain saying the verb of ending may itself be what rejects."""
    content = words("that the state had cancelled the pipeline")
    assert side_towards_ended(content, Act.ACCUSE, PIPELINE, words(cue)) == side


@pytest.mark.parametrize(
    ("content", "act"),
    [
        ("the pipeline", Act.DEMAND),
        ("the end of the debate on the pipeline", Act.ENDORSE),  # what ends is the debate
        ("an end to the pipeline exemption", Act.DEMAND),
        ("he favoured the port over the pipeline", Act.ENDORSE),
        ("the pipeline as the end of the beginning", Act.ENDORSE),
        ("an end to the pipeline", Act.STATE),
        ("the pipeline will go on", Act.HOPE),
        ("it would be foolish to resist the pipeline", Act.ENDORSE),  # the model knows that this is praise
        ("she had stopped paying for the pipeline", Act.REJECT),  # the end may be what is called a rejection
        ("an end to the pipeline" + " and more" * LONGEST, Act.DEMAND),
    ],
)
def test_other_contents_are_left_to_the_model(content: str, act: Act) -> None:
    """No side where the thing itself is not said to end, nobody wants it, or more is said."""
    assert side_towards_ended(words(content), act, PIPELINE) is None


@pytest.mark.parametrize(
    "proposition", ["The embargo should be lifted.", "The Pact should be harder towards the embargo."]
)
def test_a_proposition_against_the_thing_is_left_to_the_model(proposition: str) -> None:
    """In "the embargo should be lifted" the end is what is supported."""
    issue = Issue(id="embargo", label="Embargo", proposition=proposition, terms=("embargo",))
    assert side_towards_ended(words("an end to the embargo"), Act.DEMAND, issue) is None


def test_turning_the_proposition_turns_the_side() -> None:
    """Beside the negated proposition it is the other side."""
    turned = Issue(id="no", label="Pipeline", proposition=negate(PIPELINE.proposition), terms=PIPELINE.terms)
    assert side_towards_ended(words("an end to the pipeline"), Act.DEMAND, turned) == Stance.SUPPORT


def test_a_statement_names_the_end_of_its_issue() -> None:
    """The whole program takes the side that the model alone gets wrong, and says why."""
    issue = {"label": "Curfew", "proposition": "The city needs a curfew.", "terms": ["curfew"]}
    codebook = codebook_from_dict({"name": "city", "description": "", "issues": {"curfew": issue}}, "city")
    article = Article(text=Text("The union hailed the repeal of the curfew."), name="city")
    statements = Interpreter(codebook).statements(article, load_extractor().attributions(article.text))
    assert [s.stance.value for s in statements] == [Stance.OPPOSE]
    assert "names the end" in statements[0].stance.rule
