"""Act, stance, commitment and condition of short made-up reports, read by the bundled models."""

from __future__ import annotations

import numpy as np
import pytest

from onrecord.core.span import Text
from onrecord.core.statement import Act, Article, Commitment, Stance
from onrecord.extract.assemble import Found, assemble
from onrecord.interpret.certainty import conditions
from onrecord.interpret.context import Context
from onrecord.interpret.linear import Linear, bundled_models, load, save, stance_prior
from onrecord.interpret.meaning import Meaning, Reading
from onrecord.interpret.saying import Said
from onrecord.lexicon import Codebook, Issue, load_cues

BOOK = Codebook(
    name="Harbour",
    description="",
    issues=(
        Issue(
            id="toll",
            label="Toll on the bridge",
            proposition="The toll on the bridge should be abolished.",
            terms=("toll",),
        ),
        Issue(
            id="gate",
            label="Night opening of the lock",
            proposition="The lock should open at night.",
            terms=("lock", "night opening"),
        ),
    ),
)


def read(source: str, cue: str, content: str, book: Codebook | None = BOOK) -> tuple[str, Reading]:
    text = f"{source} {cue} {content}."
    at = len(source) + 1
    start = at + len(cue) + 1
    found = Found(source=((0, len(source)),), cue=((at, at + len(cue)),), content=((start, start + len(content)),))
    article = Article(text=Text(text), name="made")
    context = Context(article)
    (reading,) = Meaning(load_cues(), book).read(context, assemble(article.text, [found]), lambda *_: False)
    return text, reading


@pytest.mark.parametrize(
    ("cue", "content", "act", "stance"),
    [
        ("demanded", "that the toll be abolished", Act.DEMAND, Stance.SUPPORT),
        ("rejected", "the abolition of the toll", Act.REJECT, Stance.OPPOSE),
        ("welcomed", "the end of the toll", Act.ENDORSE, Stance.SUPPORT),
        ("refused", "to abolish the toll", Act.REJECT, Stance.OPPOSE),
        ("did not rule out", "an end of the toll", Act.LEAVE_OPEN, Stance.NONCOMMITTAL),
        ("declined to comment on", "the toll", Act.DECLINE, Stance.NONCOMMITTAL),
    ],
)
def test_plain_reports(cue: str, content: str, act: Act, stance: Stance) -> None:
    """Reports of the plainest kind get the act and the stance that any reader would give them."""
    _, reading = read("The mayor", cue, content)
    assert (reading.act.value, reading.issue.value, reading.stance.value) == (act, "toll", stance)


def test_a_reason_is_given_with_words() -> None:
    """Every judgement names its rule or model, cites the text, and has a confidence between 0 and 1."""
    text, reading = read("The mayor", "rejected", "the abolition of the toll")
    for judgement in (reading.act, reading.issue, reading.stance, reading.commitment):
        assert judgement.rule.startswith("model: ")
        assert 0 < judgement.confidence <= 1
        assert judgement.evidence
        assert all(text[e.span.start : e.span.end] == e.quote for e in judgement.evidence)


def test_a_condition_is_cited_with_its_kind() -> None:
    """The words of the condition are the value; the rule names its type and what it binds."""
    _, reading = read("The mayor", "said", "the toll would go if the region paid for repairs")
    assert [e.quote for e in reading.condition.value] == ["if the region paid for repairs"]
    assert reading.condition.rule == "condition: if; binds the main clause"


@pytest.mark.parametrize(
    ("content", "condition", "kind"),
    [
        ("the toll would not go while one lorry was unpaid", "while one lorry was unpaid", "while"),
        ("the toll would stay, while the region would pay for repairs", None, None),
        ("it was too early to speak of the toll before the council had met", "before the council had met", "before"),
        ("the toll will go the minute the region pays", "the minute the region pays", "once"),
        ("the toll would go on the condition that he pays", "on the condition that he pays", "on the condition that"),
        ("the toll will not go sooner than the region pays", None, None),
        ("the toll will go, but not sooner than the region pays", "not sooner than the region pays", "only after"),
        ("he would close the bridge should the region refuse", "should the region refuse", "should"),
        ("the toll should go", None, None),
        ("Without repairs, the bridge is a trap", "Without repairs", "without"),
        ("a bridge without a toll is a gift", None, None),
        ("a bridge without a toll will not last", "without a toll", "without"),
        ("the toll will go with or without repairs", None, None),
        ("he would not have it otherwise", None, None),
        ("We pay when the region has paid", "when the region has paid", "when"),
        ("Ask me when there is a toll to speak of", "when there is a toll to speak of", "when"),
        ("our men leave as soon as the first cashier is gone", "as soon as the first cashier is gone", "as soon as"),
        ("the toll goes after the repairs and not before", "after the repairs and not before", "after"),
        ("the toll can go, but first the region must pay", "first the region must pay", "first"),
        ("First the bridge must be mended then one can talk about tolls", "First the bridge must be mended", "first"),
        ("The bridge first, the toll afterwards", "The bridge first", "first"),
        ("the toll went after the repairs", None, None),
    ],
)
def test_what_sets_a_condition_and_what_does_not(content: str, condition: str | None, kind: str | None) -> None:
    """An opener alone is not enough: it depends on negations, on what lies ahead, and on what it stands beside."""
    _, reading = read("The mayor", "said", content)
    assert [e.quote for e in reading.condition.value] == ([condition] if condition else [])
    if kind:
        assert reading.condition.rule == f"condition: {kind}; binds the main clause"


def test_a_condition_may_hang_on_an_earlier_piece() -> None:
    """The negation of an interrupted content is looked for in all of it before the opener."""
    text = "It is too early to talk of the toll, the mayor said, before the council has met."
    content = [(0, text.index(", the")), (text.index("before"), len(text) - 1)]
    said = Said(Act.STATE, None, "=", "cue", "say")
    assert [text[a:b] for a, b, _ in conditions(text, content, said)] == ["before the council has met"]


def test_denial_is_certain_that_it_is_not_so() -> None:
    """What is denied is CT-."""
    _, reading = read("The mayor", "denied", "that the toll had been raised")
    assert reading.commitment.value is Commitment.CERTAINLY_NOT


@pytest.mark.parametrize(
    ("cue", "content", "commitment"),
    [
        ("had no doubt", "that the toll had been raised", Commitment.CERTAIN),
        ("left no doubt", "that the lock would not open", Commitment.CERTAINLY_NOT),
        ("did not exclude", "that the lock will not open at night", Commitment.NOT_POSSIBLE),
        ("did not exclude", "that the lock will open at night", Commitment.POSSIBLE),
    ],
)
def test_two_negations_are_not_taken_for_one(cue: str, content: str, commitment: Commitment) -> None:
    """What denies a doubt or an exclusion settles the commitment, with the cue as its evidence."""
    _, reading = read("The mayor", cue, content)
    assert reading.commitment.value is commitment
    assert [e.quote for e in reading.commitment.evidence][:1] == [cue]


def test_without_a_codebook_nothing_is_guessed() -> None:
    """No codebook: no issue, and no stance."""
    _, reading = read("The mayor", "demanded", "that the toll be abolished", None)
    assert reading.issue.value is None
    assert reading.stance.value is Stance.NONE


def test_models_survive_their_file() -> None:
    """Saved and loaded, a model gives the same probabilities; saving twice gives the same bytes."""
    models = bundled_models()
    raw = save(models)
    again = load(raw)
    seen = {"negated": 1.0, "cue: reject": 0.7}
    assert isinstance(again["act"], Linear)
    assert again["act"].scores(seen) == pytest.approx(models["act"].scores(seen), abs=1e-3)
    assert save(again) == save(load(save(again)))


def test_the_act_has_a_say_in_the_stance() -> None:
    """Where declining goes with holding back, a saying that surely declines gets a prior for holding back."""
    act = Linear(("decline", "demand"), {"shrugs": 0}, np.array([[9.0, -9.0]], np.float32), np.zeros(2, np.float32))
    table = np.log(np.array([[4.0, 0.5], [0.5, 2.0]], np.float32))
    given = Linear(("noncommittal", "support"), {"decline": 0, "demand": 1}, table, np.zeros(2, np.float32))
    prior = stance_prior(act, given, act.scores({"shrugs": 1.0}))
    assert prior[0] > 0 > prior[1]
