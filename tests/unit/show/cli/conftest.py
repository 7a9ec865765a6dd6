"""A pipeline of a few lines in place of the language models: the commands are tested here, not the reading."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer.testing

from onrecord.core.span import Text
from onrecord.core.statement import (
    Act,
    Article,
    Attribution,
    Commitment,
    Form,
    Judgement,
    PartialDate,
    Stance,
    Statement,
)
from onrecord.lexicon import Codebook
from onrecord.show.cli.app import build

Run = Callable[..., typer.testing.Result]

CODEBOOK = """
name: Ferry
issues:
  ferry: {label: Ferry, proposition: The ferry should run., terms: [ferry]}
  toll: {label: Toll, proposition: A toll should be taken., terms: [toll]}
"""
TEXTS = {
    "a": "“We want the ferry,” said Orr.\r\n\r\n“We reject the toll if it\u00a0rains,” said Domin.\n",
    "b": "“We reject the ferry,” said Domin.",
}


class Extractor:
    """`“content,” said Name.`"""

    def attributions(self, text: Text) -> list[Attribution]:
        """Find quotations of one form."""
        return [
            Attribution(
                content=text.cite_all([m.span(1)]), cue=text.cite_all([m.span(2)]), source=text.cite_all([m.span(3)]),
                form=Form.DIRECT,
            )
            for m in re.finditer(r"“([^”]+),” (said) (\w+)", text.content)
        ]  # fmt: skip


class Interpreter:
    """`want` supports, `reject` opposes, `if …` is a condition, and the last word before it names the issue."""

    def __init__(self, codebook: Codebook | None) -> None:
        self.codebook = codebook

    def statements(self, article: Article, attributions: Sequence[Attribution]) -> list[Statement]:
        """Make a statement of each attribution."""
        return [self._statement(article, one) for one in attributions]

    def _statement(self, article: Article, one: Attribution) -> Statement:
        said = one.content[0]
        issues = [issue.id for issue in self.codebook.issues if issue.id in said.quote] if self.codebook else []
        rejects = "reject" in said.quote
        at = said.quote.find("if ")
        condition = article.text.cite_all([(said.span.start + at, said.span.end)] if at >= 0 else [])
        stance = Stance.NONE if not issues else Stance.OPPOSE if rejects else Stance.SUPPORT
        when: PartialDate | None = None
        return Statement(
            article=article, source=one.source, cue=one.cue, content=one.content,
            form=Judgement(value=one.form, rule="marks", confidence=1.0),
            speaker=Judgement(value=one.source[0].quote, rule="as printed", confidence=0.8, evidence=one.source),
            affiliation=Judgement(value=None, rule="not told", confidence=1.0),
            chain=Judgement(value=("Courier",) if rejects else (), rule="made up", confidence=1.0),
            venue=Judgement(value=None, rule="not told", confidence=1.0),
            act=Judgement(value=Act.REJECT if rejects else Act.DEMAND, rule="the verb", confidence=1.0),
            issue=Judgement(value=issues[0] if issues else None, rule="terms", confidence=1.0),
            stance=Judgement(value=stance, rule="the verb", confidence=1.0),
            commitment=Judgement(value=Commitment.UNCOMMITTED, rule="a wish", confidence=1.0),
            condition=Judgement(value=condition, rule="if", confidence=1.0),
            when=Judgement(value=when, rule="not told", confidence=1.0),
        )  # fmt: skip


def small_pipeline(codebook: Codebook | None = None, *args: object, **options: object) -> object:
    """Build a small, fast pipeline."""
    from onrecord.pipeline import Pipeline

    return Pipeline(Extractor(), Interpreter(codebook), codebook, "small 1")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the program in an empty folder, with the small pipeline; what it raises beyond an exit fails the test."""
    import onrecord.pipeline

    monkeypatch.setattr(onrecord.pipeline, "load", small_pipeline)
    monkeypatch.chdir(tmp_path)
    runner = typer.testing.CliRunner()

    def invoke(*arguments: str, stdin: bytes | str | None = None) -> typer.testing.Result:
        result = runner.invoke(build(), list(arguments), input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture
def articles(tmp_path: Path) -> str:
    """The sample of two articles as JSON Lines, and a codebook `c.yaml` beside it."""
    dates = {"a": "2026-03-03", "b": "2026-04"}
    lines = [
        json.dumps({"id": key, "title": f"Title {key}", "publisher": "Wire", "published": dates[key], "text": text})
        for key, text in TEXTS.items()
    ]
    (tmp_path / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "c.yaml").write_text(CODEBOOK, encoding="utf-8")
    return "articles.jsonl"


@pytest.fixture
def filled(run: Run, articles: str, tmp_path: Path) -> Run:
    """The program in a folder whose `onrecord.db` has the sample, read in this process: starting a worker is slow."""
    from onrecord.lexicon import load_codebook
    from onrecord.pipeline import run as read
    from onrecord.record import Ledger

    pipeline: Any = small_pipeline(load_codebook(tmp_path / "c.yaml"))
    with Ledger(tmp_path / "onrecord.db") as ledger:
        for _ in read([articles], pipeline, ledger):
            pass
    return run
