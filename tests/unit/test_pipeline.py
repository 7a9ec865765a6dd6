"""The waist: what fails is set aside with its reason, everything else is read and kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.made import statement

from onrecord.core.span import Text
from onrecord.core.statement import Article, Attribution, Statement
from onrecord.pipeline import Failure, Pipeline, Result, run
from onrecord.record import Ledger


class NoAttributions:
    """An extractor that finds nothing, and breaks on request."""

    def attributions(self, text: Text) -> list[Attribution]:
        """Find nothing, or fail on poison."""
        if "poison" in text.content:
            raise ValueError("the parser gave up")
        return []


class OneStatement:
    """An interpreter that makes the same statement of every article that has its words."""

    def statements(self, article: Article, attributions: Sequence[Attribution]) -> list[Statement]:
        """Make one statement."""
        return [statement(article)]


def pipeline() -> Pipeline:
    """Build a pipeline without models."""
    return Pipeline(NoAttributions(), OneStatement())


def write(folder: Path, name: str, extra: str = "") -> str:
    """Write an article."""
    path = folder / name
    path.write_text(statement().article.text.content + extra, encoding="utf-8")
    return str(path)


def test_a_failing_article_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    """A missing file and an article that breaks the extractor are reported in their places; the others are kept."""
    sources = [
        write(tmp_path, "a.txt"),
        str(tmp_path / "missing.txt"),
        write(tmp_path, "p.txt", " poison"),
        write(tmp_path, "b.txt", " b"),
    ]
    with Ledger(tmp_path / "l.db") as ledger:
        items = list(run(sources, pipeline(), ledger))
        assert [type(item) for item in items] == [Result, Failure, Failure, Result]
        assert len(list(ledger.statements())) == 2
    assert "the parser gave up" in items[2].reason  # type: ignore[union-attr]


def test_reading_twice_adds_nothing(tmp_path: Path) -> None:
    """Ids are content hashes: the second reading of an article is a no-op."""
    source = write(tmp_path, "a.txt")
    with Ledger(tmp_path / "l.db") as ledger:
        list(run([source], pipeline(), ledger))
        list(run([source], pipeline(), ledger))
        assert len(list(ledger.statements())) == 1


def test_stopping_early_keeps_what_was_read(tmp_path: Path) -> None:
    """Closing the stream writes the batch that was waiting."""
    sources = [write(tmp_path, f"{n}.txt", str(n)) for n in range(5)]
    with Ledger(tmp_path / "l.db") as ledger:
        stream = run(sources, pipeline(), ledger)
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert len(list(ledger.statements())) == 1
