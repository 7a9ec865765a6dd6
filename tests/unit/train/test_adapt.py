"""`onrecord adapt`: from judgements in a ledger to a named calibration that reading applies."""

from __future__ import annotations

from dataclasses import replace

import pytest
import typer.testing

from onrecord import pipeline
from onrecord.classify import StatementClassifier
from onrecord.core.span import Text
from onrecord.core.statement import Article, Attribution, Commitment, Form, Judgement, PartialDate, Stance
from onrecord.errors import LedgerError, OnRecordError
from onrecord.interpreter import load_interpreter
from onrecord.lexicon import Codebook, Issue
from onrecord.record import Adaptations, Ledger, Reviews, ReviewVerdict
from onrecord.show.cli.app import build
from onrecord.train.adapt import adapt, judged

BOOK = Codebook(name="river", description="", issues=(
    Issue(id="dam", label="The dam", proposition="The dam is built.", terms=("dam",)),
    Issue(id="toll", label="The toll", proposition="A toll is taken on the river.", terms=("toll",)),
))  # fmt: skip
SAID = (
    ("the dam will be built", "the dam must never be built"), ("the toll is too high", "a toll on the river is fair"),
    ("nobody knows whether the dam will come", "the dam would drown five villages"),
)  # fmt: skip


@pytest.fixture(scope="module")
def read():
    """Sixty articles with two statements each, as the shipped models read them."""
    interpreter = load_interpreter(BOOK)
    made = []
    for number in range(60):
        one, other = SAID[number % 3]
        body = f"Ann Lee, the mayor of Brask, said {one}. Tom Roy said {other}. No. {number}"
        of = Article(text=Text(body), name=f"a{number}", published=PartialDate("2026-03-02"))

        def cite(words, of=of, body=body):
            at = body.index(words)
            return (of.text.cite(at, at + len(words)),)

        attributions = [
            Attribution(source=cite(who), cue=(cite("said")[0],), content=cite(said), form=Form.INDIRECT)
            for who, said in (("Ann Lee, the mayor of Brask", one), ("Tom Roy", other))
        ]
        made.append((of, interpreter.statements(of, attributions)))
    return made


def onrecord(*arguments):
    """Run the program in this process."""
    return typer.testing.CliRunner().invoke(build(), [str(argument) for argument in arguments])


def by_hand(value):
    """Judge as a person does."""
    return Judgement(value=value, rule="by hand", confidence=1.0)


@pytest.fixture
def ledger(read, tmp_path):
    """Open a ledger of what was read."""
    with Ledger(tmp_path / "river.db") as made:
        made.add(read, codebook=BOOK)
        yield made


def judge_all(ledger, read, stance):
    """Accept every statement but for its stance and commitment."""
    for _, found in read:
        for one in found:
            new = replace(one, stance=by_hand(stance), commitment=by_hand(Commitment.PROBABLE))
            ledger_says = ReviewVerdict.CORRECT if new.id != one.id else ReviewVerdict.ACCEPT
            Reviews(ledger).judge(ledger_says, one, new if new.id != one.id else None, coder="Ada")


def test_corrections_are_learned_and_applied(ledger, read):
    """Claim: what people always correct is read their way afterwards, and the reader's version names the adaptation."""
    judge_all(ledger, read, Stance.NONCOMMITTAL)
    made = adapt(ledger, "river-1")
    assert "commitment" in made.fields
    assert made.figures["commitment"]["right after"] > made.figures["commitment"]["right before"]
    article, found = read[0]
    attributions = [Attribution(source=s.source, cue=s.cue, content=s.content, form=s.form.value) for s in found]
    again = StatementClassifier(BOOK, adaptation=made).classify(article, attributions, ["Ann Lee", "Tom Roy"])
    assert {one.commitment.value for one in again} == {Commitment.PROBABLE}
    loaded = pipeline.load(BOOK, None, made)
    assert loaded.reader == f"{pipeline.reader_version()} adapted river-1 {made.id}"


def test_what_was_corrected_twice_or_taken_back(ledger, read):
    """Claim: the machine's reading is set beside the last correction; rejected and taken back ones do not count."""
    reviews = Reviews(ledger)
    (_, (first, second)), (_, (third, _)) = read[0], read[1]
    once = replace(first, stance=by_hand(Stance.MIXED))
    twice = replace(once, stance=by_hand(Stance.NONE))
    reviews.judge(ReviewVerdict.CORRECT, first, once, coder="Ada")
    reviews.judge(ReviewVerdict.CORRECT, once, twice, coder="Bo")
    reviews.judge(ReviewVerdict.REJECT, second, None, coder="Ada")
    reviews.judge(ReviewVerdict.ACCEPT, third, None, coder="Ada")
    reviews.undo(reviews.latest(1)[0].number, third, coder="Ada")
    found = judged(ledger, reviews.latest(100, standing=True))
    assert {old: new.id for old, (_, new) in found.items()} == {first.id: twice.id}


def test_too_few_judgements_are_refused(ledger):
    """Claim: without judgements there is an error that says how many are needed."""
    with pytest.raises(OnRecordError, match="0 judged statements"):
        adapt(ledger, "river-1")


def test_the_command_keeps_lists_and_uses(ledger, read, tmp_path):
    """Claim: `adapt` prints the figures, keeps nothing in silence, and reading then says what it reads with."""
    judge_all(ledger, read, Stance.OPPOSE)
    path = tmp_path / "river.db"
    dry = onrecord("adapt", "river-1", "--dry-run", "--ledger", path)
    assert "log loss after" in dry.stdout
    assert Adaptations(ledger).all() == []
    assert onrecord("adapt", "river-1", "--use", "--ledger", path, "--coder", "Ada").exit_code == 0
    listed = onrecord("adapt", "--format", "jsonl", "--ledger", path).stdout
    assert '"used": true' in listed
    source = tmp_path / "new.txt"
    source.write_text("BRASK - Ann Lee, the mayor, said on Monday that the dam will be built before winter comes.")
    assert "adaptation: river-1" in onrecord("read", source, "--ledger", path).stderr
    assert any("adapted river-1" in batch.reader for batch in ledger.batches())
    assert (
        "adaptation: river-1"
        not in onrecord("read", source, "--again", "--adapted", "shipped", "--ledger", path).stderr
    )
    assert onrecord("adapt", "river-1", "--ledger", path).exit_code == 2
    assert "no adaptation" in onrecord("read", source, "--adapted", "other", "--ledger", path).stderr


def test_names(ledger):
    """Claim: an adaptation has a name of its own."""
    from onrecord.classify import Adaptation

    made = Adaptation(name="shipped", base="x", calibration={}, confidence={}, figures={})
    with pytest.raises(LedgerError):
        Adaptations(ledger).keep(made, coder="Ada")
    Adaptations(ledger).keep(replace(made, name="one"), coder="Ada")
    with pytest.raises(LedgerError, match="already"):
        Adaptations(ledger).keep(replace(made, name="one"), coder="Ada")
    assert Adaptations(ledger).used is None
    Adaptations(ledger).use("one")
    assert Adaptations(ledger).used.name == "one"


def test_the_page_refits_in_the_background(ledger, read, tmp_path):
    """Claim: on the desk an admin refits by a form, sees the figures, and chooses what reads."""
    import re
    import time

    from starlette.testclient import TestClient

    from onrecord.show.desk.app import create_app
    from onrecord.show.desk.settings import Settings

    judge_all(ledger, read, Stance.OPPOSE)
    settings = Settings(ledger=str(tmp_path / "river.db"), coder="Ada", hosts=("testserver",))
    with TestClient(create_app(settings), follow_redirects=False) as desk:
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', desk.get("/adapt").text)[1]
        assert desk.post("/adapt", data={"csrf": csrf, "name": "first"}).status_code == 303
        for _ in range(600):
            page = desk.get("/adapt").text
            if "Being refitted" not in page:
                break
            time.sleep(0.1)
        assert "Read with it from now on" in page
        assert desk.post("/adapt", data={"csrf": csrf, "use": "first"}).status_code == 303
        assert "In use: <b>first</b>" in desk.get("/adapt").text
        assert desk.post("/adapt", data={"csrf": csrf, "name": "first"}).status_code == 422
