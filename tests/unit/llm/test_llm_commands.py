"""`onrecord read --llm` and `onrecord compare`: a larger reader from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer.testing
from tests.unit.llm.fake_server import Scripted, serving
from tests.unit.llm.test_reading import GOOD, OTHER, TEXT, answering

from onrecord.llm.field_confidence import read_confidences
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
