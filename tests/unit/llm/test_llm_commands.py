"""`onrecord read --llm` and `onrecord compare`: a larger reader from the command line."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import typer.testing
from tests.unit.llm.fake_server import Scripted, serving
from tests.unit.llm.test_reading import GOOD, OTHER, TEXT, answering

from onrecord.core.statement import Stance
from onrecord.llm.field_confidence import read_confidences
from onrecord.record import Ledger
from onrecord.show.cli.app import build

CODEBOOK = """
issues:
  troops: {label: Troops, proposition: The Pact should send peacekeepers., terms: [troops]}
"""


def ask(*words: object) -> typer.testing.Result:
    """Run a command."""
    return typer.testing.CliRunner().invoke(build(), [str(word) for word in words], prog_name="onrecord")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Make a folder with an article and a codebook."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "issues.yaml").write_text(CODEBOOK, encoding="utf-8")
    return tmp_path


def read(study: Path, url: str, ledger: str = "l.db", *more: object) -> typer.testing.Result:
    """Read an article with a language model."""
    return ask(
        "read", study / "a.txt", "--codebook", study / "issues.yaml", "--ledger", study / ledger, "--llm", "m",
        "--llm-url", url, "--llm-reads", "everything", "--llm-answers", study / "answers", *more,
    )  # fmt: skip


def test_a_run_says_what_it_takes_and_what_was_refused(study: Path) -> None:
    """The estimate comes first, the counts last; a second run asks nothing, and a reading that is there is skipped."""
    invented = {**GOOD, "content": ["peace is impossible"]}
    with serving(answering(GOOD, invented)) as fake:
        first = read(study, fake.url, "l.db", "--llm-price", "1:2")
        assert first.exit_code == 0, first.stderr
        assert "1 articles, about 1 questions" in first.stderr
        assert "refused: content that is not in the article (1)" in first.stderr
        assert "positions are unsure" in first.stderr
        again = read(study, fake.url, "other.db", "--llm-price", "1:2")
        assert "0 questions asked, 1 answered from kept answers" in again.stderr
        assert "at the given prices" in again.stderr
        assert "1 article read before" in read(study, fake.url).stderr
        assert len(fake.asked) == 1
    shown = ask("statements", "--ledger", study / "l.db", "--format", "jsonl").stdout
    assert [json.loads(line)["quote"] for line in shown.splitlines()] == ["that peacekeepers were “too early”"]
    assert ask("verify", "--ledger", study / "l.db").exit_code == 0


def test_a_long_run_is_measured_before_it_begins(study: Path) -> None:
    """Without kept answers one article is read first, so that time and cost are known before the other fifty."""
    lines = [json.dumps({"id": str(n), "text": f"{TEXT} No. {n}."}) for n in range(51)]
    (study / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with serving(lambda body: Scripted(json.dumps({"statements": []}), slow=0.02)) as fake:
        done = ask(
            "read", study / "many.jsonl", "--codebook", study / "issues.yaml", "--no-save", "--llm", "m", "--llm-url",
            fake.url, "--llm-reads", "everything", "--llm-price", "10:100",
        )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    (said,) = [line for line in done.stderr.splitlines() if "51 articles, about 51 questions" in line]
    assert "about 1020 tokens of answers" in said
    seconds, cost = re.search(r"about (\d+) s at the speed.*about ([\d.]+) at the given prices", said).groups()  # type: ignore[union-attr]
    assert 1 <= int(seconds) <= 60
    assert float(cost) > 51 * 20 * 100 / 1e6
    assert len(fake.asked) == 52


def test_a_share_of_judged_statements_becomes_the_confidence(study: Path) -> None:
    """With twelve judged statements the share, drawn towards one half, is the confidence of the next reading."""
    texts = [f"{TEXT} No. {n}." for n in range(12)]
    (study / "a.txt").unlink()
    (study / "many.jsonl").write_text("\n".join(json.dumps({"id": str(n), "text": t}) for n, t in enumerate(texts)))

    def reading(ledger: str, *more: object) -> None:
        done = ask(
            "read", study / "many.jsonl", "--codebook", study / "issues.yaml", "--ledger", study / ledger, "--llm", "m",
            "--llm-url", fake.url, "--llm-reads", "everything", "--llm-answers", study / "answers", *more,
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr

    with serving(answering(GOOD)) as fake:
        reading("raw.db")
        reading("judged.db")
        with Ledger(study / "judged.db") as ledger:
            for number, one in enumerate(list(ledger.statements())):
                stance = replace(one.stance, value=Stance.OPPOSE if number < 3 else one.stance.value, confidence=1.0)
                ledger.revise(one.id, replace(one, stance=stance), coder="ann", reason="read")
        done = ask("compare", study / "raw.db", study / "judged.db", "--judged", "--calibration", study / "c.json")
        assert done.exit_code == 0, done.stderr
        assert read_confidences(study / "c.json")["stance"] == round((9 + 1) / (12 + 2), 4)
        reading("calibrated.db", "--llm-calibration", study / "c.json")
        assert len(fake.asked) == 12, "the calibrated reading comes from the kept answers"
    with Ledger(study / "calibrated.db") as ledger:
        assert {(one.stance.confidence, one.issue.confidence) for one in ledger.statements()} == {
            (round(10 / 14, 4), round(13 / 14, 4))
        }
        assert all("calibration" in batch.reader for batch in ledger.batches())


def test_a_larger_reader_is_scored_against_gold(study: Path) -> None:
    """`evaluate --llm` gives F1 of statements and the share of right values by field; what fails counts as nothing."""
    gold = study / "gold"
    (gold / "codebooks").mkdir(parents=True)
    (gold / "codebooks" / "issues.yaml").write_text(CODEBOOK, encoding="utf-8")
    with serving(answering(GOOD, OTHER)) as fake:
        found = ask(
            "read", study / "a.txt", "--codebook", study / "issues.yaml", "--no-save", "--llm", "m", "--llm-url",
            fake.url, "--llm-reads", "everything", "--date", "2026-03-05", "--format", "jsonl",
        )  # fmt: skip
    statements = [json.loads(line) for line in found.stdout.splitlines()]
    statements[0]["act"] = "warn"
    case = {"id": "a", "text": TEXT, "published": "2026-03-05", "codebook": "issues.yaml", "statements": statements}
    (gold / "a.json").write_text(json.dumps(case), encoding="utf-8")
    words = ("evaluate", gold, "--llm", "m", "--llm-reads", "everything", "--format", "jsonl", "--llm-url")
    with serving(answering(GOOD, OTHER)) as fake:
        done = ask(*words, fake.url)
    assert done.exit_code == 0, done.stderr
    figures = json.loads(done.stdout)["percent"]
    assert (figures["statements"], figures["speaker"], figures["act"], figures["stance"]) == (100, 100, 50, 100)
    with serving(lambda body: Scripted(status=401, raw=b"no key")) as fake:
        failed = ask(*words, fake.url)
    assert (failed.exit_code, json.loads(failed.stdout)["percent"]["statements"]) == (1, 0)
    assert "401" in failed.stderr
    plain = ask("evaluate", gold, "--statements", "--format", "jsonl")
    assert json.loads(plain.stdout)["articles"] == 1, plain.stderr


def test_an_article_that_the_model_fails_on_is_skipped_and_can_be_resumed(study: Path) -> None:
    """A failing endpoint costs the article, with status 1; when it is back, the same command reads it."""
    with serving(lambda body: Scripted(status=401, raw=b"no key")) as fake:
        failed = read(study, fake.url)
    assert failed.exit_code == 1
    assert "401: no key" in failed.stderr
    with serving(answering(GOOD)) as fake:
        assert read(study, fake.url).exit_code == 0


def test_an_address_without_a_model_is_wrong_usage(study: Path) -> None:
    """A flag that would have no effect is refused."""
    assert ask("read", study / "a.txt", "--no-save", "--llm-url", "http://127.0.0.1:9/v1").exit_code == 2


def test_two_readings_are_compared_field_by_field(study: Path) -> None:
    """Statements that both have are matched, and the share of equal values becomes a calibration."""
    with serving(answering(GOOD, OTHER)) as fake:
        read(study, fake.url, "one.db")
    with serving(answering(GOOD, {**OTHER, "stance": "support"})) as fake:
        again = {"--llm-answers": study / "more"}
        ask(
            "read", study / "a.txt", "--codebook", study / "issues.yaml", "--ledger", study / "two.db", "--llm", "m",
            "--llm-url", fake.url, "--llm-reads", "everything", *[word for pair in again.items() for word in pair],
        )  # fmt: skip
    done = ask("compare", study / "one.db", study / "two.db", "--calibration", study / "c.json", "--format", "jsonl")
    assert done.exit_code == 0, done.stderr
    rows = {row["field"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert (rows["stance"]["pairs"], rows["stance"]["agree"]) == (2, 0.5)
    assert (rows["speaker"]["agree"], rows["issue"]["agree"]) == (1.0, 1.0)
    assert read_confidences(study / "c.json") == {}
